//! What a connection did, as a person reads it afterwards: a short history for each account.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::continuity::Gap;
use crate::error::ErrorCode;
use crate::time::Timestamp;

/// What carries a connection's packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum TransportKind {
    /// One WebSocket.
    Websocket,
    /// One HTTP request after the other, each of which waits.
    Polling,
}

/// One line of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct HistoryLine {
    /// When; of several that were alike, the newest.
    pub at: Timestamp,
    /// How many that were alike came one after the other.
    pub times: u32,
    /// What.
    #[serde(flatten)]
    pub act: ConnectionAct,
}

/// What a connection did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "what", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ConnectionAct {
    /// A connection stands; the server has not signed it in yet.
    Opened {
        /// The server's id of the socket.
        socket_id: String,
        /// What carries it.
        transport: TransportKind,
        /// How long opening took.
        took_ms: u32,
    },
    /// A try to connect failed.
    Failed {
        /// Why, in plain words.
        cause: String,
        /// Why, as far as a script acts on it.
        code: ErrorCode,
    },
    /// A connection ended that nobody wanted to end.
    Lost {
        /// Why, in plain words.
        cause: String,
        /// Why, as far as a script acts on it.
        code: ErrorCode,
        /// What carried it in the end; a session may change from polling to a WebSocket.
        transport: TransportKind,
        /// Its last round trip, where one was measured.
        latency_ms: Option<u32>,
    },
    /// The person disconnected the account.
    Disconnected,
    /// The token was no longer good; a new one is fetched.
    TokenRefused,
    /// There is a new token.
    TokenRefreshed,
    /// A new token could not be fetched this time.
    RefreshFailed {
        /// Why, in plain words.
        cause: String,
    },
    /// Only the person can help: sign in again.
    SignInNeeded,
    /// Everything that was missed is stored, or known to be missing.
    CaughtUp {
        /// Events that came with it.
        events: u32,
        /// How long it took from the connection on.
        took_ms: u32,
    },
    /// Events may be missing.
    Gap(Gap),
}
