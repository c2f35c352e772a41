//! A notice: one line of the inbox.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::entity::EntityId;
use crate::ids::AccountId;
use crate::time::Timestamp;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Good to know.
    Info,
    /// Something went well.
    Success,
    /// Something needs a look.
    Warning,
    /// Something went wrong.
    Error,
}

impl Level {
    /// The level as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// Reads a stored level; a text that is none of ours is `Info`.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "success" => Self::Success,
            "warning" => Self::Warning,
            "error" => Self::Error,
            _ => Self::Info,
        }
    }
}

/// A stored notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// Whose inbox it is in.
    pub account: AccountId,
    /// Its number in this account's inbox, in order of arrival; never used again.
    pub id: i64,
    /// The sort of notice, for example `market`.
    pub category: String,
    /// How much it matters.
    pub level: Level,
    /// One line.
    pub title: String,
    /// A sentence or two; may be empty.
    pub body: String,
    /// Where the platform wants the person to go, as it sent it. Not to be opened unchecked.
    pub action_url: Option<String>,
    /// When it happened, by the server's clock.
    pub occurred_at: Timestamp,
    /// When this computer stored it.
    pub received_at: Timestamp,
    /// Whether the person has read it.
    pub read: bool,
    /// Whether the person has put it away.
    pub archived: bool,
    /// What it is about, where that is a thing that Carillon knows.
    pub about: Option<EntityId>,
}
