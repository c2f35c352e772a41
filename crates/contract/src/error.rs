//! Errors as they cross to the UI: a code to act on, and a sentence to show.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What went wrong, as far as the UI or a script acts on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// What was asked makes no sense as it stands; nothing was done.
    Invalid,
    /// There is no such account, topic or notice.
    NotFound,
    /// The server refused the user name, the password or the token.
    SignInRefused,
    /// The server could not be reached.
    Unreachable,
    /// Something answered, but it is not what was expected there.
    WrongServer,
    /// The keyring is missing, locked or refused.
    Vault,
    /// The cache could not be read or written.
    Store,
    /// Another process owns the data folder.
    Busy,
    /// A defect of Carillon.
    Internal,
}

/// An error at the boundary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ApiError {
    /// What to act on.
    pub code: ErrorCode,
    /// What to show: what is so, then the next step.
    pub message: String,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}
