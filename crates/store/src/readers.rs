//! The connections that read a file.

use std::sync::{Mutex, MutexGuard, PoisonError};

use sqlx::query::QueryAs;
use sqlx::sqlite::{SqliteArguments, SqliteConnectOptions, SqliteRow};
use sqlx::{FromRow, Sqlite, SqliteConnection};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::damage::Damage;
use crate::error::StoreError;
use crate::file::{Database, is_broken};

/// A few connections that read, opened when they are needed.
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    /// Room for so many at once; closed with the store.
    room: Semaphore,
    count: u32,
    idle: Mutex<Vec<Database>>,
    damage: Damage,
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions, count: u8, damage: Damage) -> Self {
        Self {
            options,
            room: Semaphore::new(usize::from(count)),
            count: u32::from(count),
            idle: Mutex::default(),
            damage,
        }
    }

    /// All rows of a query.
    pub(crate) async fn rows<'q, O>(
        &self,
        query: QueryAs<'q, Sqlite, O, SqliteArguments>,
    ) -> Result<Vec<O>, StoreError>
    where
        O: for<'r> FromRow<'r, SqliteRow> + Send + Unpin + 'q,
    {
        let mut lease = self.damage.noted(self.lease().await)?;
        match query.fetch_all(lease.get()?).await {
            Ok(rows) => Ok(rows),
            Err(error) => self.damage.noted(Err(lease.failed(error).await)),
        }
    }

    /// The first row of a query, if there is one.
    pub(crate) async fn row<'q, O>(
        &self,
        query: QueryAs<'q, Sqlite, O, SqliteArguments>,
    ) -> Result<Option<O>, StoreError>
    where
        O: for<'r> FromRow<'r, SqliteRow> + Send + Unpin + 'q,
    {
        let mut lease = self.damage.noted(self.lease().await)?;
        match query.fetch_optional(lease.get()?).await {
            Ok(row) => Ok(row),
            Err(error) => self.damage.noted(Err(lease.failed(error).await)),
        }
    }

    /// The row of a query that always gives one.
    pub(crate) async fn one<'q, O>(
        &self,
        query: QueryAs<'q, Sqlite, O, SqliteArguments>,
    ) -> Result<O, StoreError>
    where
        O: for<'r> FromRow<'r, SqliteRow> + Send + Unpin + 'q,
    {
        let row = self.row(query).await?;
        row.ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// Waits for a connection that nobody uses.
    async fn lease(&self) -> Result<Lease<'_>, StoreError> {
        let room = self.room.acquire().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle().pop();
        let database = match idle {
            Some(database) => database,
            None => Database::connect(&self.options).await?,
        };
        Ok(Lease {
            readers: self,
            database: Some(database),
            _room: room,
        })
    }

    /// Waits for those in use and closes all: where a file is open it can't be moved on every system.
    pub(crate) async fn close(&self) {
        // An error says that somebody has closed them before.
        let _all = self.room.acquire_many(self.count).await;
        self.room.close();
        let idle = std::mem::take(&mut *self.idle());
        for database in idle {
            if let Err(error) = database.close().await {
                tracing::warn!(%error, "Close a reader");
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Database>> {
        // Nothing panics while it is held.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader in use; given back when it is dropped.
struct Lease<'a> {
    readers: &'a Readers,
    database: Option<Database>,
    _room: SemaphorePermit<'a>,
}

impl Lease<'_> {
    fn get(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.database.as_mut().ok_or(StoreError::Closed)?.get()
    }

    /// Closes a connection on which a query failed: after a page that failed its check SQLCipher refuses
    /// everything on it for good, also what could be read. Says why the query failed.
    async fn failed(mut self, error: sqlx::Error) -> StoreError {
        let error = StoreError::from(error);
        let Some(mut database) = self.database.take() else {
            return error;
        };
        let broken = match database.get() {
            Ok(connection) if error.may_be_a_page() => is_broken(connection).await,
            Ok(_) | Err(_) => false,
        };
        if let Err(error) = database.close().await {
            tracing::warn!(%error, "Close a reader");
        }
        if broken { StoreError::Damaged } else { error }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(database) = self.database.take()
            && !self.readers.room.is_closed()
        {
            self.readers.idle().push(database);
        }
    }
}
