//! The data file: opened, brought to the known version, and removed again if it was temporary.

use std::{
    fs::{File, TryLockError},
    path::Path,
    time::Duration,
};

use sqlx::{
    SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use tempfile::TempDir;

use crate::{Data, StartError};

/// The version that `schema.sql` describes.
const VERSION: i64 = 1;

/// One writer for the log, and a few readers for pages and sign-ins; SQLite lets readers overlap.
const CONNECTIONS: u32 = 4;

/// An open data file.
pub(crate) struct Database {
    pub(crate) pool: SqlitePool,
    /// Held so that the folder lives as long as the pool.
    _temporary: Option<TempDir>,
    /// Held so that no other instance gives numbers from this file, or sends its events to half of the clients.
    _owned: Option<File>,
}

impl Database {
    /// Opens the file, making it where it is missing.
    pub(crate) async fn open(data: &Data) -> Result<Self, StartError> {
        match data {
            Data::File(path) => {
                let owned = own(path)?;
                let pool = open(path, SqliteSynchronous::Full).await?;
                Ok(Self {
                    pool,
                    _temporary: None,
                    _owned: Some(owned),
                })
            }
            Data::Temporary => {
                let folder = tempfile::Builder::new()
                    .prefix("carillon-gateway-")
                    .tempdir()
                    .map_err(StartError::TemporaryFolder)?;
                // Nothing survives the process, so nothing need survive the power either.
                let pool = open(&folder.path().join("gateway.db"), SqliteSynchronous::Off).await?;
                Ok(Self {
                    pool,
                    _temporary: Some(folder),
                    _owned: None,
                })
            }
        }
    }
}

/// Takes the file for this instance alone. The system lets go of it when the process ends, however it ends.
fn own(path: &Path) -> Result<File, StartError> {
    let mut lock = path.as_os_str().to_owned();
    lock.push(".lock");
    let lock = Path::new(&lock);
    let cannot = |source| StartError::Lock {
        path: lock.to_owned(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StartError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(cannot(source)),
    }
}

async fn open(path: &Path, synchronous: SqliteSynchronous) -> Result<SqlitePool, StartError> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A number that was told to a client must not be given again after a power cut.
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5));
    let pool = SqlitePoolOptions::new()
        .max_connections(CONNECTIONS)
        .connect_with(options)
        .await?;
    migrate(&pool).await?;
    Ok(pool)
}

async fn migrate(pool: &SqlitePool) -> Result<(), StartError> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *transaction)
        .await?;
    if found > VERSION {
        return Err(StartError::NewerData {
            found,
            known: VERSION,
        });
    }
    if found < 1 {
        sqlx::raw_sql(include_str!("schema.sql"))
            .execute(&mut *transaction)
            .await?;
        sqlx::raw_sql("PRAGMA user_version = 1")
            .execute(&mut *transaction)
            .await?;
    }
    transaction.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::File(folder.path().join("gateway.db"));
        let database = Database::open(&data).await.unwrap();
        sqlx::raw_sql("PRAGMA user_version = 9")
            .execute(&database.pool)
            .await
            .unwrap();
        database.pool.close().await;
        drop(database);

        let refused = Database::open(&data).await.err().unwrap();
        assert!(matches!(refused, StartError::NewerData { found: 9, known: 1 }));
    }

    #[tokio::test]
    async fn a_file_has_one_owner_and_opens_again_with_what_it_held() {
        let folder = tempfile::tempdir().unwrap();
        let data = Data::File(folder.path().join("gateway.db"));
        let first = Database::open(&data).await.unwrap();
        sqlx::query("INSERT INTO meta (key, value) VALUES ('k', 'v')")
            .execute(&first.pool)
            .await
            .unwrap();
        let taken = Database::open(&data).await.err().unwrap();
        assert!(matches!(taken, StartError::InUse { .. }), "{taken:?}");
        first.pool.close().await;
        drop(first);

        let second = Database::open(&data).await.unwrap();
        let value: String = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'k'")
            .fetch_one(&second.pool)
            .await
            .unwrap();
        assert_eq!(value, "v");
    }
}
