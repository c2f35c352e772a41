//! What a command can fail of, and the exit code that a script sees.

use std::process::ExitCode;

use carillon_contract::ErrorCode;
use carillon_engine::EngineError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}")]
    Engine(#[from] EngineError),
    #[error("CARILLON_VAULT is \"{0}\"; it can be \"keyring\" or \"file\"")]
    UnknownVault(String),
    #[error("CARILLON_VAULT=file wants a passphrase in CARILLON_PASSPHRASE")]
    NoPassphrase,
    #[error("This system has no usual place for data: say one with --home or CARILLON_HOME")]
    NoHome,
    #[error("The standard input could not be read: {0}")]
    Input(std::io::Error),
    #[error("Nothing came from the standard input")]
    EmptyInput,
    #[error("The standard output could not be written: {0}")]
    Output(std::io::Error),
    #[error("No JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("The server did not accept the account: {0}")]
    NotAccepted(String),
    #[error("The server did not accept the sign-in: {0}")]
    SignInRefused(String),
    #[error("Signals can't be awaited: {0}")]
    Signals(std::io::Error),
    #[error("No runtime: {0}")]
    Runtime(std::io::Error),
}

impl Failure {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Engine(error) => match error.code() {
                ErrorCode::Invalid => 2,
                ErrorCode::NotFound => 3,
                ErrorCode::SignInRefused => 4,
                ErrorCode::Unreachable => 5,
                ErrorCode::WrongServer => 6,
                ErrorCode::Vault => 7,
                ErrorCode::Store => 8,
                ErrorCode::Busy => 9,
                ErrorCode::Internal => 1,
            },
            Self::UnknownVault(_) | Self::NoPassphrase => 7,
            Self::SignInRefused(_) => 4,
            Self::NotAccepted(_) => 5,
            Self::NoHome | Self::EmptyInput => 2,
            Self::Input(_) | Self::Output(_) | Self::Json(_) | Self::Signals(_) | Self::Runtime(_) => 1,
        })
    }
}
