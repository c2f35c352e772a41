//! How a database file is opened, with or without a key.

use std::fs::{self, OpenOptions};
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::backup;
use crate::error::{StoreError, is_no_database, is_refusal};
use crate::key::DatabaseKey;
use crate::pages::{self, Verdict};
use crate::version::{self, Version};

/// How long a statement waits for a lock that another process holds.
const BUSY: Duration = Duration::from_secs(5);

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
        .pragma("temp_store", "MEMORY");
    // Statements hold the key (in the pragma) and people's content; neither belongs in a log.
    #[cfg(feature = "testing")]
    let logged = crate::testing::logs_statements();
    #[cfg(not(feature = "testing"))]
    let logged = false;
    if !logged {
        options = options.disable_statement_logging();
    }
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
    pub(crate) async fn connect(options: &SqliteConnectOptions) -> Result<Self, sqlx::Error> {
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

/// Opens a file, which has to be there, to read only, and tells which version it has, and how more connections like
/// this one are made.
pub(crate) async fn open_to_read(
    path: &Path,
    key: Option<&DatabaseKey>,
    migrator: &Migrator,
) -> Result<(Database, Version, SqliteConnectOptions), StoreError> {
    let reading = options(path, key, Use::Read);
    let opened = match look(path, key, migrator, &reading).await {
        // Even to read, SQLite wants to make a log beside the file. In a folder where it may not, nobody writes, so
        // that a file without a log can be read as it is.
        Err(error) if error.may_be_the_folder() && !has_log(path) => {
            let reading = reading.immutable(true);
            let (database, version) = look(path, key, migrator, &reading).await?;
            return Ok((database, version, reading));
        }
        opened => opened?,
    };
    Ok((opened.0, opened.1, reading))
}

/// Opens a file, which has to be there, to read and write, and brings it up to date. Before that it is copied.
///
/// Until it is known that the key fits and that no newer version has written the file, nothing is changed: not
/// even the log that a killed process left beside it.
pub(crate) async fn open_to_write(
    path: &Path,
    key: Option<&DatabaseKey>,
    migrator: &Migrator,
) -> Result<(Database, Version), StoreError> {
    let writing = options(path, key, Use::Write);
    // Without a log to be read, SQLite can be kept from making one.
    let whole = !has_log(path);
    let (looked, version) = look(
        path,
        key,
        migrator,
        &options(path, key, Use::Read).immutable(whole),
    )
    .await?;
    looked.close().await?;
    match version {
        Version::Newer => {
            return Err(StoreError::TooNew {
                path: path.to_owned(),
            });
        }
        Version::Older => {
            write_log_back(&writing).await?;
            backup::make(path, version::newest(migrator)).await?;
        }
        // An account's file is complete before it is opened for the first time. The registry is opened at once,
        // and whoever made it may have been killed before anything was in it.
        Version::None if key.is_some() => return Err(StoreError::Damaged),
        Version::None | Version::Ours => {}
    }
    let mut database = Database::connect(&writing).await?;
    version::migrate(path, migrator, database.get()?).await?;
    Ok((database, version))
}

/// Whether there is something in the log beside a file: whoever had it open last did not close it, or has it open now.
pub(crate) fn has_log(path: &Path) -> bool {
    fs::metadata(backup::beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

/// Puts everything into the file itself that is in the log beside it, so that the file can be copied, and leaves
/// the file closed: whoever copied it while it is open would let go of SQLite's locks.
async fn write_log_back(options: &SqliteConnectOptions) -> Result<(), StoreError> {
    let mut database = Database::connect(options).await?;
    let (_, in_log, written): (i64, i64, i64) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(database.get()?)
        .await?;
    database.close().await?;
    if in_log == written {
        Ok(())
    } else {
        Err(StoreError::Locked)
    }
}

/// Opens the file and reads its version: only then does a wrong key show.
async fn look(
    path: &Path,
    key: Option<&DatabaseKey>,
    migrator: &Migrator,
    options: &SqliteConnectOptions,
) -> Result<(Database, Version), StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing {
            path: path.to_owned(),
        });
    }
    let mut database = Database::connect(options)
        .await
        .map_err(|error| refused(path, key, error))?;
    match version::read(migrator, database.get()?).await {
        Ok(version) => Ok((database, version)),
        Err(error) => {
            if let Err(error) = database.close().await {
                tracing::warn!(%error, "Close the database");
            }
            Err(refused(path, key, error))
        }
    }
}

/// Why a file could not be read at all. No connection to it is open any more.
fn refused(path: &Path, key: Option<&DatabaseKey>, error: sqlx::Error) -> StoreError {
    let Some(key) = key.filter(|_| is_no_database(&error)) else {
        return error.into();
    };
    match pages::judge(path, key) {
        Ok(Verdict::Damaged) => StoreError::Damaged,
        Ok(Verdict::Unknown) => StoreError::WrongKey {
            path: path.to_owned(),
        },
        Err(source) => StoreError::Io {
            path: path.to_owned(),
            source,
        },
    }
}

/// Tells whether SQLCipher refuses everything on a connection, because of a page that failed its check.
pub(crate) async fn is_broken(connection: &mut SqliteConnection) -> bool {
    sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(connection)
        .await
        .is_err_and(|error| is_refusal(&error))
}

/// Makes the file, which must not be there.
pub(crate) async fn create(path: &Path, key: Option<&DatabaseKey>) -> Result<Database, StoreError> {
    make_private(path)?;
    Ok(Database::connect(&options(path, key, Use::Write)).await?)
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
