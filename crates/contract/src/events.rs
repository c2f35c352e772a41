//! What the engine tells its listeners: a window, or the command line.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use ts_rs::TS;

use crate::connection::ConnectionStatus;
use crate::continuity::Gap;
use crate::entity::Changes;
use crate::ids::{AccountId, LocalId};
use crate::notice::Notice;
use crate::outbox::Outgoing;
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::topic::TopicStatus;

/// A stored event. Its JSON form is a line of `carillon-cli listen --json`.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StoredEvent {
    /// Whose it is.
    pub account: AccountId,
    /// Its number in this account's cache, in order of arrival; never used again.
    pub seq: i64,
    /// The event's name on the wire.
    pub event: String,
    /// What happened, in Carillon's words, for example `market.trade`.
    pub kind: String,
    /// What recognises a second delivery.
    pub key: String,
    /// When this computer received it.
    pub received_at: Timestamp,
    /// The first argument as the server sent it.
    #[ts(type = "unknown")]
    pub payload: Box<RawValue>,
}

/// Something that is true now and is already stored.
///
/// A listener that falls behind gets [`UiEvent::Resync`] instead of what it missed, and reads the store.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum UiEvent {
    /// Events were stored. Sent once for each batch, oldest first.
    Events {
        /// The new ones; repetitions are not among them.
        events: Vec<StoredEvent>,
    },
    /// What the events of a batch changed, in Carillon's words.
    Changes(Changes),
    /// Notices were added to the inbox. `summary` is set where a catch-up brought them.
    Notices {
        /// Whose.
        account: AccountId,
        /// The new ones, oldest first.
        notices: Vec<Notice>,
        /// Whether they came in a catch-up: one summary rings instead of each.
        summary: bool,
        /// How many are unread now, per category.
        unread: BTreeMap<String, i64>,
    },
    /// Notices were read, marked unread, archived or taken back, here or elsewhere.
    NoticesChanged {
        /// Whose.
        account: AccountId,
        /// As they are now.
        notices: Vec<Notice>,
        /// How many are unread now, per category.
        unread: BTreeMap<String, i64>,
    },
    /// Notices are gone for good: their time was over, or the person erased them.
    NoticesErased {
        /// Whose.
        account: AccountId,
        /// Their numbers.
        ids: Vec<i64>,
        /// How many are unread now, per category.
        unread: BTreeMap<String, i64>,
    },
    /// A connection's state changed.
    Connection {
        /// Whose.
        account: AccountId,
        /// The new state.
        status: ConnectionStatus,
    },
    /// The server confirmed or refused a topic, or the person changed it.
    Topics {
        /// Whose.
        account: AccountId,
        /// All wanted topics.
        topics: Vec<TopicStatus>,
    },
    /// Events may be missing for a while.
    Gap {
        /// Whose.
        account: AccountId,
        /// From when to when, and why.
        gap: Gap,
    },
    /// Something that is sent was accepted, or stands otherwise than before.
    Outgoing {
        /// As it is now.
        outgoing: Outgoing,
    },
    /// The server has taken what was sent; it is no longer kept to be sent.
    Sent {
        /// Whose.
        account: AccountId,
        /// Which.
        id: LocalId,
        /// The server's id of what it became, where it said one.
        remote: Option<String>,
    },
    /// The person took back what was to be sent.
    Discarded {
        /// Whose.
        account: AccountId,
        /// Which.
        id: LocalId,
    },
    /// A round trip was measured.
    Latency {
        /// Whose connection.
        account: AccountId,
        /// The median of the last five, in milliseconds; null when the connection is gone.
        millis: Option<u32>,
    },
    /// The list of accounts changed: read the snapshot again.
    AccountsChanged,
    /// The person chose otherwise.
    Settings {
        /// What they chose.
        settings: Settings,
    },
    /// The listener missed events: read the store again.
    Resync,
}
