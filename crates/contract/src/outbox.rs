//! What a person sends, from the moment it is accepted until the server has taken it or the person takes it
//! back.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::ids::{AccountId, LocalId};
use crate::time::Timestamp;

/// What a person wants to send.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is, in Carillon's words, for example `message`.
    pub kind: String,
    /// What it says, as the platform's adapter reads it.
    pub payload: Box<RawValue>,
    /// The conversation or document that it belongs to: what is sent into one keeps its order.
    pub lane: String,
    /// From then on it must not be sent any more: a vote, a claim, an approval.
    pub expires_at: Option<Timestamp>,
}

/// How far something that is sent has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum SendState {
    /// It waits: for the connection, or for what goes before it.
    Queued,
    /// It is on its way.
    Sending,
    /// It was sent and no answer came: the server may or may not have taken it. What follows it in its lane
    /// waits until the person sends it again or discards it.
    Unknown,
    /// The server refused it, or it can't be sent at all.
    Rejected,
    /// Its time was over before it could be sent.
    Expired,
}

impl SendState {
    /// The state as it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Unknown => "unknown",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
        }
    }

    /// Reads a stored state; a text that is none of ours is `Unknown`, the one that claims nothing.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "queued" => Self::Queued,
            "sending" => Self::Sending,
            "rejected" => Self::Rejected,
            "expired" => Self::Expired,
            _ => Self::Unknown,
        }
    }
}

/// Something that is being sent, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Outgoing {
    /// Whose it is.
    pub account: AccountId,
    /// Its id.
    pub id: LocalId,
    /// What it is, in Carillon's words.
    pub kind: String,
    /// What it says.
    #[ts(type = "unknown")]
    pub payload: Box<RawValue>,
    /// The conversation or document that it belongs to.
    pub lane: String,
    /// When the person sent it.
    pub created_at: Timestamp,
    /// From then on it must not be sent any more.
    pub expires_at: Option<Timestamp>,
    /// How far it has come.
    pub state: SendState,
    /// How often it was sent.
    pub tries: u32,
    /// Why it is where it is, in plain words, where there is something to say.
    pub error: Option<String>,
}
