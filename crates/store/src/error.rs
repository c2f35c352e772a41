//! What can go wrong with a file.

use std::path::PathBuf;
use std::sync::Arc;

/// An error of the store. None of them changes the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key does not open the file. It may be another file's key; or the beginning of the file is damaged so
    /// badly that nothing tells one from the other.
    #[error("The key does not open {}. It was left as it is", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// What is in the file is not what was written: trying again doesn't help, and nothing more can be trusted.
    #[error(
        "The cache is damaged. It was left as it is. Start Carillon to have it replaced; where that does not help, the \
         account can be removed and added anew"
    )]
    Damaged,
    /// There is no such file.
    #[error("{} is missing", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A file that should be made is there already.
    #[error("{} is there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of the app has written the file.
    #[error("{} was written by a newer version of Carillon. It was left as it is; use that version", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
    /// An older version of the app has written the file, and who only reads can't bring it up to date.
    #[error("{} was written by an older version of Carillon. Start Carillon once, so that it is brought up to date", path.display())]
    TooOld {
        /// The file.
        path: PathBuf,
    },
    /// A key that is not 64 hexadecimal digits.
    #[error("The database key is not one of Carillon's")]
    MalformedKey,
    /// No room on the disk. What was to be written is not lost: it was not taken.
    #[error("The disk is full")]
    DiskFull,
    /// The file or its folder may not be written.
    #[error("The cache may only be read: its file or folder can't be written")]
    ReadOnly,
    /// Somebody else holds the file for longer than a statement waits.
    #[error("The cache is in use by somebody else")]
    Locked,
    /// The database refused a statement.
    #[error("The cache could not be read or written")]
    Database(#[source] Arc<sqlx::Error>),
    /// A migration failed; the file is as it was before it.
    #[error("The cache could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The copy that is kept while a file is brought up to date could not be made; the file is as it was.
    #[error("{} can't be copied before it is brought up to date, and was left as it is: {source}. Make room for a copy beside it", path.display())]
    NoCopy {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file or folder could not be made, read or deleted.
    #[error("{} could not be accessed", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The system gave no random bytes.
    #[error("The system gives no random numbers")]
    Random(#[source] getrandom::Error),
    /// A value could not be written as JSON.
    #[error("A value could not be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A defect of the store: a write panicked, and was taken back.
    #[error("A write failed by a defect of Carillon")]
    Defect,
    /// The store has been closed.
    #[error("The cache is closed")]
    Closed,
}

/// SQLite's primary result codes that are told apart; the numbers are part of its interface.
mod code {
    pub(super) const ERROR: i32 = 1;
    pub(super) const BUSY: i32 = 5;
    pub(super) const LOCKED: i32 = 6;
    pub(super) const NOMEM: i32 = 7;
    pub(super) const READONLY: i32 = 8;
    pub(super) const INTERRUPT: i32 = 9;
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const CANTOPEN: i32 = 14;
    pub(super) const PROTOCOL: i32 = 15;
    pub(super) const NOTADB: i32 = 26;
}

/// The primary result code; `None` where it was not SQLite that failed.
fn primary(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    // The higher bits say which of several failures of a kind it was.
    Some(extended & 0xff)
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match primary(&error) {
            Some(code::FULL) => Self::DiskFull,
            Some(code::CORRUPT | code::NOTADB) => Self::Damaged,
            Some(code::READONLY) => Self::ReadOnly,
            Some(code::BUSY | code::LOCKED) => Self::Locked,
            _ => Self::Database(Arc::new(error)),
        }
    }
}

/// Tells whether the file is no database for this key: SQLCipher's answer to a wrong one, and to a first page
/// that is damaged.
pub(crate) fn is_no_database(error: &sqlx::Error) -> bool {
    primary(error) == Some(code::NOTADB)
}

/// Tells whether it is how a connection answers on which a page failed its check: not a lock, a full disk, or a disk
/// that does not answer.
pub(crate) fn is_refusal(error: &sqlx::Error) -> bool {
    matches!(
        primary(error),
        Some(code::ERROR | code::NOMEM | code::CORRUPT | code::NOTADB)
    )
}

impl StoreError {
    /// Tells whether trying the same again soon may work.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::DiskFull | Self::Locked => true,
            // The others are statements that this file will never take.
            Self::Database(error) => matches!(
                primary(error),
                Some(code::NOMEM | code::INTERRUPT | code::IOERR | code::CANTOPEN | code::PROTOCOL)
            ),
            Self::WrongKey { .. }
            | Self::Damaged
            | Self::Missing { .. }
            | Self::Exists { .. }
            | Self::TooNew { .. }
            | Self::TooOld { .. }
            | Self::MalformedKey
            | Self::ReadOnly
            | Self::Migrate(_)
            | Self::NoCopy { .. }
            | Self::Io { .. }
            | Self::Random(_)
            | Self::Json(_)
            | Self::Defect
            | Self::Closed => false,
        }
    }

    /// Tells whether a page that fails its check may be behind this: SQLCipher hands out an empty page instead,
    /// and whatever SQLite makes of that is the error.
    pub(crate) fn may_be_a_page(&self) -> bool {
        matches!(self, Self::Database(error) if matches!(primary(error), Some(code::ERROR | code::NOMEM)))
    }

    /// Tells whether a folder may be behind this in which no file can be made.
    pub(crate) fn may_be_the_folder(&self) -> bool {
        match self {
            Self::ReadOnly => true,
            Self::Database(error) => primary(error) == Some(code::CANTOPEN),
            _ => false,
        }
    }

    /// The same once more, for everybody whose write went down with the same commit.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Damaged => Self::Damaged,
            Self::DiskFull => Self::DiskFull,
            Self::ReadOnly => Self::ReadOnly,
            Self::Locked => Self::Locked,
            Self::Closed => Self::Closed,
            Self::Database(error) => Self::Database(Arc::clone(error)),
            // A commit fails by what SQLite says alone, which none of these is.
            Self::WrongKey { .. }
            | Self::Missing { .. }
            | Self::Exists { .. }
            | Self::TooNew { .. }
            | Self::TooOld { .. }
            | Self::MalformedKey
            | Self::Migrate(_)
            | Self::NoCopy { .. }
            | Self::Io { .. }
            | Self::Random(_)
            | Self::Json(_)
            | Self::Defect => Self::Defect,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};

    use crate::error::StoreError;

    async fn open(path: &Path) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .busy_timeout(Duration::ZERO)
            .connect()
            .await
            .unwrap()
    }

    async fn run(connection: &mut SqliteConnection, statement: &str) -> Result<(), StoreError> {
        sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
            .execute(connection)
            .await?;
        Ok(())
    }

    #[tokio::test]
    async fn what_may_pass_is_told_from_what_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let mut one = open(&path).await;
        let mut two = open(&path).await;
        run(
            &mut one,
            "CREATE TABLE t (n INTEGER NOT NULL CHECK (n > 0)) STRICT",
        )
        .await
        .unwrap();

        let refused = run(&mut one, "INSERT INTO t VALUES (0)").await.unwrap_err();
        assert!(matches!(refused, StoreError::Database(_)), "{refused:?}");
        assert!(!refused.is_passing(), "a row that breaks a rule will do so again");

        run(&mut one, "BEGIN IMMEDIATE").await.unwrap();
        let locked = run(&mut two, "BEGIN IMMEDIATE").await.unwrap_err();
        assert!(
            matches!(locked, StoreError::Locked) && locked.is_passing(),
            "{locked:?}"
        );
        run(&mut one, "COMMIT").await.unwrap();

        run(&mut two, "PRAGMA query_only = ON").await.unwrap();
        let closed = run(&mut two, "INSERT INTO t VALUES (1)").await.unwrap_err();
        assert!(
            matches!(closed, StoreError::ReadOnly) && !closed.is_passing(),
            "{closed:?}"
        );

        run(&mut one, "PRAGMA max_page_count = 1").await.unwrap();
        let full = run(&mut one, "CREATE TABLE u (n)").await.unwrap_err();
        assert!(
            matches!(full, StoreError::DiskFull) && full.is_passing(),
            "{full:?}"
        );
    }

    #[tokio::test]
    async fn what_is_no_database_any_more_is_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some.db");
        let mut whole = open(&path).await;
        run(&mut whole, "CREATE TABLE t (n); CREATE TABLE u (n)")
            .await
            .unwrap();
        drop(whole);
        let mut bytes = std::fs::read(&path).unwrap();
        // The page of the first table.
        bytes[4_096..8_192].fill(0xff);
        std::fs::write(&path, &bytes).unwrap();
        let corrupt = run(&mut open(&path).await, "SELECT * FROM t").await.unwrap_err();
        bytes[..16].fill(b'x');
        std::fs::write(&path, &bytes).unwrap();
        let garbage = run(&mut open(&path).await, "SELECT * FROM t").await.unwrap_err();
        for error in [corrupt, garbage] {
            assert!(matches!(error, StoreError::Damaged), "{error:?}");
            assert!(!error.is_passing());
        }
    }
}
