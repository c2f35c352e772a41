//! What erasing an account came to: what is gone from this computer, what is not, and why.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::AccountId;
use crate::time::Timestamp;

/// The receipt of an erasure. It names nobody: it may be kept when the account is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Which account.
    pub account: AccountId,
    /// When, by this computer's clock.
    pub erased_at: Timestamp,
    /// What is gone from this computer.
    pub removed: Vec<Removed>,
    /// What is still there, here or elsewhere.
    pub kept: Vec<Kept>,
}

impl Receipt {
    /// Tells whether something of this kind is gone.
    pub fn has_removed(&self, what: Removable) -> bool {
        self.removed.iter().any(|removed| removed.what == what)
    }
}

/// Something that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Removed {
    /// What.
    pub what: Removable,
    /// How many of it.
    pub count: u64,
}

/// What may be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Removable {
    /// The session at the server, which was ended there.
    Session,
    /// The tokens.
    Token,
    /// The key of the cache, without which no copy of it can be read.
    Key,
    /// Notices.
    Notices,
    /// Events as the server sent them.
    Events,
    /// What waited to be sent.
    Outbox,
    /// The files of the cache, and what SQLite keeps beside them.
    Files,
    /// Copies of the cache that were made before it was changed.
    Copies,
    /// Damaged caches that were put aside.
    SetAside,
    /// That its notices do not ring.
    Silence,
    /// That there was such an account.
    Entry,
}

/// Something that is still there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Kept {
    /// What.
    pub what: Keepable,
    /// Why, and what to do, in plain words.
    pub why: String,
}

impl Kept {
    /// Something that is still there, with the reason.
    pub fn new(what: Keepable) -> Self {
        Self {
            what,
            why: what.why().to_owned(),
        }
    }
}

/// What may still be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum Keepable {
    /// What the server knows.
    AtTheServer,
    /// The session at the server.
    Session,
    /// Tokens and key where secrets are not kept now.
    Secrets,
    /// What was exported.
    Exports,
    /// Copies that others made of the cache.
    Backups,
}

impl Keepable {
    /// Why it is still there, and what to do.
    pub fn why(self) -> &'static str {
        match self {
            Self::AtTheServer => "What the server has of this account stays there: ask whoever runs it.",
            Self::Session => {
                "The server was not told of the sign-out, or has no way to be told. The session ends there when its \
                 token runs out."
            }
            Self::Secrets => {
                "The token and the key were not where secrets are kept now. If they are in another place, they stay \
                 there."
            }
            Self::Exports => "Exports lie where they were put. Delete them there.",
            Self::Backups => {
                "Copies of the cache in backups of this computer stay there. Without the key nobody can read them."
            }
        }
    }
}
