//! What is known to be complete, and what is not.
//!
//! A server that numbers its events lets the app ask for what it missed; the *cursor* is the number up to
//! which everything is stored. Where a server offers no replay, the time without a connection is a *gap*:
//! it is written down and told, never hidden.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::time::Timestamp;

/// Why events may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum GapReason {
    /// The server has no replay; what it sent while there was no connection is not to be had.
    NoReplay,
    /// The server has replay, but no longer keeps events that far back.
    Pruned,
    /// The server's log is another one than last time (it was reset or replaced).
    LogReplaced,
    /// An event was larger than the limit and was refused.
    TooLarge,
    /// Catching up failed although the server offers it.
    CatchUpFailed,
    /// A topic that the person follows could not be joined, or the server did not say.
    NotJoined,
    /// The cache was damaged and began anew; what it held is no longer to be had from the server.
    CacheDamaged,
}

impl GapReason {
    /// The reason as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoReplay => "no-replay",
            Self::Pruned => "pruned",
            Self::LogReplaced => "log-replaced",
            Self::TooLarge => "too-large",
            Self::CatchUpFailed => "catch-up-failed",
            Self::NotJoined => "not-joined",
            Self::CacheDamaged => "cache-damaged",
        }
    }

    /// Reads a stored reason; a text that is none of ours is `NoReplay`.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "pruned" => Self::Pruned,
            "log-replaced" => Self::LogReplaced,
            "too-large" => Self::TooLarge,
            "catch-up-failed" => Self::CatchUpFailed,
            "not-joined" => Self::NotJoined,
            "cache-damaged" => Self::CacheDamaged,
            _ => Self::NoReplay,
        }
    }
}

/// A span of time in which events may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Gap {
    /// The last moment that is known to be complete.
    pub from: Timestamp,
    /// The moment from which on it is complete again.
    pub to: Timestamp,
    /// Why.
    pub why: GapReason,
}

/// A damaged cache that was set aside. It is never deleted but with its account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetAside {
    /// When.
    pub at: Timestamp,
    /// The path of the file.
    pub file: String,
}

/// How far a server's numbered log has been stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The server's name of its log; another name means another log.
    pub log: String,
    /// Everything up to and including this number is stored.
    pub number: i64,
}
