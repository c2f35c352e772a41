//! How a database file is opened, with or without a key.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::StoreError;
use crate::key::DatabaseKey;

/// How long a statement waits for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(5);

/// SQLite's result code "file is not a database", which SQLCipher gives for a wrong key.
const SQLITE_NOTADB: &str = "26";

/// What a connection is for, which decides its cache.
#[derive(Clone, Copy)]
pub(crate) enum Use {
    /// The one connection that writes.
    Write,
    /// One of the connections that read.
    Read,
}

pub(crate) fn options(path: &Path, key: Option<&DatabaseKey>, r#use: Use) -> SqliteConnectOptions {
    // In KiB, negative as SQLite wants it: many accounts are open at once, so that each must be small.
    let cache = match r#use {
        Use::Write => "-2000",
        Use::Read => "-1000",
    };
    let mut options = SqliteConnectOptions::new().filename(path);
    if let Some(key) = key {
        options = options
            .pragma("key", key.pragma())
            // A tenth to a fifth faster than SHA-512, and as good; part of the file's format.
            .pragma("cipher_hmac_algorithm", "HMAC_SHA256")
            // It would write to the standard error; what goes wrong is told by the result code.
            .pragma("cipher_log_level", "NONE");
    } else {
        // Nothing hides what stays behind of a deleted row here.
        options = options.pragma("secure_delete", "ON");
    }
    options = options
        .busy_timeout(BUSY)
        .foreign_keys(true)
        .pragma("cache_size", cache)
        .pragma("temp_store", "MEMORY")
        // Statements hold the key (in the pragma) and people's content; neither belongs in a log.
        .disable_statement_logging();
    match r#use {
        Use::Write => options
            .journal_mode(SqliteJournalMode::Wal)
            // Safe in WAL against a killed process; after a power cut the newest commits may be missing, and
            // the cursor with them, so that they are fetched again. The writer asks for more where that won't do.
            .synchronous(SqliteSynchronous::Normal)
            .pragma("wal_autocheckpoint", "1000"),
        Use::Read => options.read_only(true),
    }
}

/// An open connection that is closed before its owner is gone.
///
/// A connection that is merely dropped is closed by a thread of its own, some time later. When that is while
/// the process ends, SQLCipher has freed its memory already, and the process dies of a signal.
pub(crate) struct Database {
    connection: Option<SqliteConnection>,
}

impl Database {
    async fn connect(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = SqliteConnection::connect_with(options).await?;
        Ok(Self {
            connection: Some(connection),
        })
    }

    /// The connection.
    pub(crate) fn get(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.connection.as_mut().ok_or(StoreError::Closed)
    }

    /// Closes it without blocking.
    pub(crate) async fn close(mut self) -> Result<(), StoreError> {
        match self.connection.take() {
            Some(connection) => Ok(connection.close().await?),
            None => Ok(()),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take()
            // SQLite's thread does it whether or not a runtime is left to wait with.
            && let Err(error) = pollster::block_on(connection.close())
        {
            tracing::warn!(%error, "Close the database");
        }
    }
}

/// Opens the file, which has to be there, and reads it once: only then does a wrong key show.
pub(crate) async fn open(path: &Path, key: Option<&DatabaseKey>, r#use: Use) -> Result<Database, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.to_owned(),
        });
    }
    // The check reads only, so that a file that this key doesn't open is left to the last byte as it was.
    let mut check = Database::connect(&options(path, key, Use::Read))
        .await
        .map_err(|e| wrong_key(path, e))?;
    let read = sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(check.get()?)
        .await;
    read.map_err(|error| wrong_key(path, error))?;
    match r#use {
        Use::Read => Ok(check),
        Use::Write => {
            check.close().await?;
            Ok(Database::connect(&options(path, key, r#use)).await?)
        }
    }
}

/// Makes the file, which must not be there.
pub(crate) async fn create(path: &Path, key: Option<&DatabaseKey>) -> Result<Database, StoreError> {
    make_private(path)?;
    Ok(Database::connect(&options(path, key, Use::Write)).await?)
}

/// A few connections that read, opened when they are needed.
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    /// Room for so many at once; closed with the store.
    room: Semaphore,
    idle: Mutex<Vec<Database>>,
}

impl Readers {
    pub(crate) fn new(path: &Path, key: &DatabaseKey, count: usize) -> Self {
        Self {
            options: options(path, Some(key), Use::Read),
            room: Semaphore::new(count),
            idle: Mutex::default(),
        }
    }

    /// Waits for a connection that nobody uses.
    pub(crate) async fn lease(&self) -> Result<Lease<'_>, StoreError> {
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

    /// Closes those that are idle; the others are closed when they are given back.
    pub(crate) async fn close(&self) {
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
pub(crate) struct Lease<'a> {
    readers: &'a Readers,
    database: Option<Database>,
    _room: SemaphorePermit<'a>,
}

impl Lease<'_> {
    /// The connection.
    pub(crate) fn get(&mut self) -> Result<&mut SqliteConnection, StoreError> {
        self.database.as_mut().ok_or(StoreError::Closed)?.get()
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

/// Makes an empty file that only its owner can read; SQLite gives the files beside it the same rights.
fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(StoreError::Exists {
            path: path.to_owned(),
        }),
        Err(source) => Err(StoreError::Io {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Brings the schema up to date.
pub(crate) async fn migrate(
    path: &Path,
    migrator: &Migrator,
    connection: &mut SqliteConnection,
) -> Result<(), StoreError> {
    migrator
        .run_direct(None, connection, false)
        .await
        .map_err(|error| match error {
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => StoreError::TooNew {
                path: path.to_owned(),
            },
            other => StoreError::Migrate(other),
        })
}

fn wrong_key(path: &Path, error: sqlx::Error) -> StoreError {
    let code = error
        .as_database_error()
        .and_then(|error| error.code().map(|code| code.into_owned()));
    match code.as_deref() {
        Some(SQLITE_NOTADB) => StoreError::WrongKey {
            path: path.to_owned(),
        },
        _ => StoreError::from(error),
    }
}
