//! How a database file is opened, with or without a key.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

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
            // the cursor with them, so that they are fetched again.
            .synchronous(SqliteSynchronous::Normal)
            .pragma("wal_autocheckpoint", "1000"),
        Use::Read => options.read_only(true),
    }
}

/// Opens the file, which has to be there, and reads it once: only then does a wrong key show.
pub(crate) async fn open(
    path: &Path,
    key: Option<&DatabaseKey>,
    r#use: Use,
) -> Result<SqliteConnection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.to_owned(),
        });
    }
    // The check reads only, so that a file that this key doesn't open is left to the last byte as it was.
    let check = options(path, key, Use::Read);
    let mut connection = SqliteConnection::connect_with(&check)
        .await
        .map_err(|e| wrong_key(path, e))?;
    let read = sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(&mut connection)
        .await;
    read.map_err(|error| wrong_key(path, error))?;
    match r#use {
        Use::Read => Ok(connection),
        Use::Write => {
            connection.close().await?;
            Ok(SqliteConnection::connect_with(&options(path, key, r#use)).await?)
        }
    }
}

/// Makes the file, which must not be there.
pub(crate) async fn create(path: &Path, key: Option<&DatabaseKey>) -> Result<SqliteConnection, StoreError> {
    make_private(path)?;
    Ok(SqliteConnection::connect_with(&options(path, key, Use::Write)).await?)
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
