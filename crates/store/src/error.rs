//! What can go wrong with a file.

use std::path::PathBuf;

/// An error of the store. None of them changes the file.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The key does not open the file, or the file is no longer a database.
    #[error("The key does not open {}, or the file is damaged. It was left as it is", path.display())]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
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
    #[error("{} was written by a newer version of Carillon. It was left as it is", path.display())]
    TooNew {
        /// The file.
        path: PathBuf,
    },
    /// A key that is not 64 hexadecimal digits.
    #[error("The database key is not one of Carillon's")]
    MalformedKey,
    /// No room on the disk. What was to be written is not lost: it was not taken.
    #[error("The disk is full")]
    DiskFull,
    /// The database refused a statement.
    #[error("The cache could not be read or written")]
    Database(#[source] sqlx::Error),
    /// A migration failed; the file is as it was before it.
    #[error("The cache could not be brought up to date")]
    Migrate(#[source] sqlx::migrate::MigrateError),
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
    /// Another write of the same group failed, and this one was taken back with it.
    #[error("The write was taken back with others")]
    TakenBack,
    /// A defect of the store: a write panicked, and was taken back.
    #[error("A write failed by a defect of Carillon")]
    Defect,
    /// The store has been closed.
    #[error("The cache is closed")]
    Closed,
}

/// SQLite's primary result codes that are told apart.
const SQLITE_FULL: &str = "13";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = error
            .as_database_error()
            .and_then(|error| error.code().map(|code| code.into_owned()));
        match code.as_deref() {
            Some(SQLITE_FULL) => Self::DiskFull,
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Tells whether trying the same again later may work.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::DiskFull | Self::Database(_) | Self::TakenBack)
    }
}
