//! Topics: what a person wants to hear of beyond what the server sends by itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Something to follow, for example a market. On a platform with rooms it is a room.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct Topic {
    /// The kind of topic in the platform's words, for example `market`.
    pub kind: String,
    /// The platform's id of the thing.
    pub id: String,
}

/// A wanted topic and what the server last said of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TopicStatus {
    /// Which topic.
    #[serde(flatten)]
    pub topic: Topic,
    /// Whether the person follows it; else it is joined for as long as it is on a screen.
    pub followed: bool,
    /// Whether the server confirmed it on the newest connection.
    pub confirmed: bool,
    /// The server's words where it refused.
    pub refusal: Option<String>,
}
