//! What can go wrong at the edges of the library.

use std::{net::SocketAddr, sync::Arc};

/// Why an instance did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("Listen on {address}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The thread or its runtime could not be made.
    #[error("Start the instance's thread")]
    Thread(#[source] std::io::Error),
    /// The temporary folder could not be made.
    #[error("Make a temporary folder")]
    TemporaryFolder(#[source] std::io::Error),
    /// Another instance writes the data file.
    #[error("{} is in use by another gateway. Stop that one, or give this one a file of its own with --data", path.display())]
    InUse {
        /// The data file.
        path: std::path::PathBuf,
    },
    /// The file that says who writes the data file could not be made.
    #[error("Lock {}", path.display())]
    Lock {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The data file could not be opened or prepared.
    #[error("Open the data file")]
    Database(#[from] sqlx::Error),
    /// The data file was written by a newer version.
    #[error("Open a data file of version {found}, this program knows up to {known}")]
    NewerData {
        /// The file's version.
        found: i64,
        /// The newest version this program reads.
        known: i64,
    },
    /// The event log could not be read.
    #[error("Read the event log")]
    Log(#[from] LogError),
    /// The system gave no random bytes.
    #[error("Get random bytes from the system")]
    Random(#[from] getrandom::Error),
    /// A password could not be hashed, or a stored hash is not in PHC form.
    #[error("Prepare the password of {username}")]
    Password {
        /// Whose password.
        username: String,
        /// What the hash said.
        #[source]
        source: argon2::password_hash::Error,
    },
    /// Two accounts share a user name or a user id.
    #[error("Two accounts are called {0}")]
    DuplicateAccount(String),
    /// A configured origin cannot be an HTTP header.
    #[error("Read the web origin {0}")]
    Origin(String),
    /// The signing secret is empty.
    #[error("The signing secret is empty")]
    EmptySecret,
    /// The thread ended before it said that it listens.
    #[error("The instance's thread ended early")]
    EndedEarly,
}

/// Why the event log could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The database refused.
    #[error("Use the event log's database")]
    Database(#[from] sqlx::Error),
    /// A stored or offered payload is not JSON.
    #[error("Read a payload of the event log")]
    Payload(#[from] serde_json::Error),
    /// A stored number is outside what the log writes.
    #[error("Read a number of the event log")]
    Number(#[from] std::num::TryFromIntError),
    /// A stored time is outside the calendar.
    #[error("Read a time of the event log")]
    Time(#[from] jiff::Error),
}

/// Why an event was not emitted.
#[derive(Debug, thiserror::Error)]
pub enum EmitError {
    /// The platform has no event of this name.
    #[error("The platform has no event {0}")]
    UnknownEvent(String),
    /// The data does not have the shape of the event.
    #[error("The data does not fit the event")]
    Data(#[source] serde_json::Error),
    /// Nobody with this name or id is known.
    #[error("Nobody is known as {0}")]
    UnknownUser(String),
    /// The room is none of the platform's.
    #[error("{0} is not a room")]
    UnknownRoom(String),
    /// The event was not written, so it was not sent either.
    #[error("Write the event log")]
    Log(#[from] Arc<LogError>),
    /// The instance is stopping.
    #[error("The instance is stopping")]
    Stopped,
}
