//! What a person is told of a connection.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::error::ErrorCode;
use crate::time::Timestamp;

/// The five states that people see; the link's phases are finer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum ConnectionState {
    /// Not connected and not trying.
    Disconnected,
    /// Trying for the first time.
    Connecting,
    /// Signed in and up to date, or catching up.
    Connected,
    /// Lost, trying again.
    Reconnecting,
    /// Needs the person: the token was refused.
    Error,
}

impl ConnectionState {
    /// The state as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Reconnecting => "reconnecting",
            Self::Error => "error",
        }
    }

    /// Reads a stored state; a text that is none of ours is `Disconnected`.
    pub fn from_stored(text: &str) -> Self {
        match text {
            "connecting" => Self::Connecting,
            "connected" => Self::Connected,
            "reconnecting" => Self::Reconnecting,
            "error" => Self::Error,
            _ => Self::Disconnected,
        }
    }
}

/// A connection's state with what explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionStatus {
    /// The state.
    pub state: ConnectionState,
    /// Whether events that were missed are being fetched.
    pub catching_up: bool,
    /// Since when there is a connection; where there is none, up to when everything had come before.
    pub since: Timestamp,
    /// Why, in plain words, where it is not connected.
    pub cause: Option<String>,
    /// Why, as far as a script or a window acts on it; said only while it is so, and not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub code: Option<ErrorCode>,
    /// The server's id of the socket, while there is one.
    pub socket_id: Option<String>,
    /// How many tries in a row have failed.
    pub tries: u32,
    /// When the next one is made, while it is waited for; not kept.
    #[serde(default)]
    pub next_try_at: Option<Timestamp>,
}

impl ConnectionStatus {
    /// A state since then, of which nothing else is to be said.
    pub fn plain(state: ConnectionState, since: Timestamp) -> Self {
        Self {
            state,
            catching_up: false,
            since,
            cause: None,
            code: None,
            socket_id: None,
            tries: 0,
            next_try_at: None,
        }
    }
}
