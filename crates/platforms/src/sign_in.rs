//! Tokens, and why there are none.

use carillon_contract::Secret;

/// What a sign-in or a refresh gives.
#[derive(Clone)]
pub struct Tokens {
    /// The JWT that opens connections.
    pub access: Secret,
    /// What gets a new one; `None` for a token that was pasted.
    pub refresh: Option<Secret>,
}

/// Why a sign-in or a refresh gave no tokens.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SignInError {
    /// The user name or the password is wrong, or the refresh token is no longer accepted.
    #[error("The server refused: {0}")]
    Refused(String),
    /// Too many tries.
    #[error("The server asks to wait{}", .after_s.map_or(String::new(), |s| format!(" {s} s")))]
    TryLater {
        /// Seconds to wait, where the server says.
        after_s: Option<u64>,
    },
    /// The server has trouble of its own.
    #[error("The server answered with status {0}")]
    ServerTrouble(u16),
    /// The answer is not this platform's.
    #[error("What answers there is not a server of this platform (status {0}). Is the address right?")]
    NotThisPlatform(u16),
    /// The token lacks a claim.
    #[error("The token does not say \"{0}\"; it is not one of this platform's")]
    Incomplete(&'static str),
}
