//! What can go wrong, and what the person is told of it: the one place where a code is chosen.

use std::path::PathBuf;

use carillon_contract::{ApiError, ErrorCode, LocalId};
use carillon_link::{AddressError, Cause};
use carillon_platforms::platform::TopicError;
use carillon_platforms::{Registry as Platforms, SignInError};
use carillon_store::StoreError;
use carillon_vault::VaultError;

/// An error of the engine. Its text says what is so, then the next step.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The data folder or a file in it.
    #[error("{} can't be used: {source}", path.display())]
    Home {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Another process owns the data folder.
    #[error("Carillon is running already{}. Stop it first",
        .pid.map_or(String::new(), |pid| format!(" as process {pid}")))]
    Owned {
        /// The owner's process id, where it is known.
        pid: Option<u32>,
    },
    /// The vault.
    #[error("{}", .0)]
    Vault(#[from] VaultError),
    /// The vault can't keep secrets now.
    #[error("{}", .0.sentence())]
    VaultState(carillon_vault::VaultState),
    /// The key of an account's file is not in the vault.
    #[error(
        "The key of this account's cache is not in the {}. The cache was left as it is; \
             it can be read again once the key is back, or the account can be removed and added anew",
        .backend.replace('-', " ")
    )]
    KeyMissing {
        /// The kind of vault.
        backend: &'static str,
    },
    /// The store.
    #[error("{}", .0)]
    Store(#[from] StoreError),
    /// The address.
    #[error("{}", .0)]
    Address(#[from] AddressError),
    /// Signing in.
    #[error("{}", .0)]
    SignIn(#[from] SignInError),
    /// A token that is no JWT.
    #[error("This is not a token: a JWT has three parts with dots between them")]
    NotAToken,
    /// The server could not be asked.
    #[error("{cause} ({server})")]
    Server {
        /// Why.
        #[source]
        cause: Cause,
        /// Its address.
        server: String,
    },
    /// HTTP could not be set up.
    #[error("{}", .0)]
    Http(#[from] carillon_link::http::HttpError),
    /// A topic that can't be followed.
    #[error("{}", .0)]
    Topic(#[from] TopicError),
    /// The platform takes nothing of this kind.
    #[error("{platform} takes nothing of the kind \"{kind}\"")]
    NotSendable {
        /// The platform's title.
        platform: &'static str,
        /// What was to be sent.
        kind: String,
    },
    /// It must not be sent any more.
    #[error("It is too late to send this")]
    TooLate,
    /// Nothing of this id waits: it was sent, it is on its way, or its time is over.
    #[error("Nothing waits here any more ({0})")]
    NotWaiting(LocalId),
    /// No platform of this name.
    #[error("There is no platform \"{name}\". There are: {known}")]
    UnknownPlatform {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// No account of this name.
    #[error("There is no account \"{0}\"")]
    UnknownAccount(String),
    /// No account at all.
    #[error("There is no account yet")]
    NoAccount,
    /// More than one, and none was named.
    #[error("There are several accounts, and none was named")]
    WhichAccount,
    /// No connection can be made like that.
    #[error("{0}")]
    Tuning(&'static str),
    /// Notices can't be kept for such a time.
    #[error("Notices can be kept for 1 to 3,650 days, or for ever")]
    Retention,
    /// Nothing is written over.
    #[error("There is a file {} already. Say another name, or put it elsewhere first", .0.display())]
    FileExists(PathBuf),
    /// An export could not be written.
    #[error("The export {} can't be written: {source}", .path.display())]
    Export {
        /// Where it was to be.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A row is not what the store writes.
    #[error("A row can't be written as cells")]
    Cells,
    /// Whoever asked wants it no longer.
    #[error("It was cancelled")]
    Cancelled,
    /// The system gives no random numbers.
    #[error("The system gives no random numbers")]
    Random,
    /// The engine has stopped.
    #[error("The engine has stopped")]
    Stopped,
}

impl EngineError {
    /// There is no platform of this name; these there are.
    pub fn unknown_platform(name: &str, platforms: &Platforms) -> Self {
        let known: Vec<_> = platforms.ids().map(ToString::to_string).collect();
        Self::UnknownPlatform {
            name: name.to_owned(),
            known: known.join(", "),
        }
    }

    /// What the UI or a script acts on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Home { .. } | Self::Store(_) | Self::KeyMissing { .. } => ErrorCode::Store,
            Self::Owned { .. } => ErrorCode::Busy,
            Self::Vault(_) | Self::VaultState(_) => ErrorCode::Vault,
            Self::Address(_)
            | Self::Topic(_)
            | Self::NotAToken
            | Self::NotSendable { .. }
            | Self::TooLate
            | Self::Tuning(_)
            | Self::Retention
            | Self::FileExists(_)
            | Self::UnknownPlatform { .. }
            | Self::WhichAccount => ErrorCode::Invalid,
            Self::SignIn(error) => match error {
                SignInError::Refused(_) => ErrorCode::SignInRefused,
                SignInError::TryLater { .. } | SignInError::ServerTrouble(_) => ErrorCode::Unreachable,
                SignInError::NotThisPlatform(_) => ErrorCode::WrongServer,
                SignInError::Incomplete(_) => ErrorCode::Invalid,
            },
            Self::Server { cause, .. } => code_of(cause),
            Self::UnknownAccount(_) | Self::NoAccount | Self::NotWaiting(_) => ErrorCode::NotFound,
            Self::Http(_)
            | Self::Random
            | Self::Stopped
            | Self::Export { .. }
            | Self::Cells
            | Self::Cancelled => ErrorCode::Internal,
        }
    }
}

/// What the UI or a script acts on where there is no connection.
pub(crate) fn code_of(cause: &Cause) -> ErrorCode {
    match cause {
        Cause::NotSocketIo | Cause::Protocol => ErrorCode::WrongServer,
        Cause::Address => ErrorCode::Invalid,
        Cause::Vault(_) => ErrorCode::Vault,
        Cause::Store(_) | Cause::CacheDamaged => ErrorCode::Store,
        Cause::Internal => ErrorCode::Internal,
        Cause::Unreachable
        | Cause::Tls
        | Cause::TimedOut
        | Cause::Refused(_)
        | Cause::Busy { .. }
        | Cause::SignInTimedOut
        | Cause::Silent
        | Cause::TransportClosed
        | Cause::ServerDisconnect
        | Cause::TokenOutdated
        | Cause::Overrun
        | Cause::TooLarge { .. }
        | Cause::CatchUp => ErrorCode::Unreachable,
    }
}

impl From<&EngineError> for ApiError {
    fn from(error: &EngineError) -> Self {
        Self {
            code: error.code(),
            message: error.to_string(),
        }
    }
}
