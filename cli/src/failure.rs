//! What a command can fail of, and the exit code that a script sees.

use std::process::ExitCode;

use carillon_contract::ErrorCode;
use carillon_engine::EngineError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{0}{next}", next = next_step(.0))]
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
    #[error("{why} {}", if *.kept { "The account was there before, and is kept as it was" }
        else { "The account was not added" })]
    NotAccepted {
        /// What a script acts on.
        code: ErrorCode,
        /// Why, as a sentence.
        why: String,
        /// Whether there was such an account already.
        kept: bool,
    },
    #[error("Nothing was erased. There is no way back: say --yes to do it")]
    NotConfirmed,
    #[error("Signals can't be awaited: {0}")]
    Signals(std::io::Error),
    #[error("No runtime: {0}")]
    Runtime(std::io::Error),
}

/// What to type after an error of the engine, which doesn't know the command line.
fn next_step(error: &EngineError) -> &'static str {
    match error {
        EngineError::Owned { .. } => ", or use another CARILLON_HOME",
        EngineError::UnknownAccount(_) => ". `accounts list` shows them",
        EngineError::NoAccount => ". Add one with `accounts add`",
        EngineError::WhichAccount => ": say which one with --account",
        _ => "",
    }
}

impl Failure {
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Engine(error) => exit_code(error.code()),
            Self::NotAccepted { code, .. } => exit_code(*code),
            Self::UnknownVault(_) | Self::NoPassphrase => 7,
            Self::NoHome | Self::EmptyInput | Self::NotConfirmed => 2,
            Self::Input(_) | Self::Output(_) | Self::Json(_) | Self::Signals(_) | Self::Runtime(_) => 1,
        })
    }
}

fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::Invalid => 2,
        ErrorCode::NotFound => 3,
        ErrorCode::SignInRefused => 4,
        ErrorCode::Unreachable => 5,
        ErrorCode::WrongServer => 6,
        ErrorCode::Vault => 7,
        ErrorCode::Store => 8,
        ErrorCode::Busy => 9,
        ErrorCode::Internal => 1,
    }
}
