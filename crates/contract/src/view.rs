//! What a window reads of the core: the answers to its commands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::account::Account;
use crate::connection::ConnectionStatus;
use crate::continuity::{Gap, SetAside};
use crate::counts::Counts;
use crate::error::ApiError;
use crate::events::UiEvent;
use crate::ids::{AccountId, PlatformId};
use crate::notice::Notice;
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::topic::TopicStatus;

/// Everything that a window begins with. What changes afterwards comes through its channel.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The accounts that can be read, in the person's order.
    pub accounts: Vec<AccountView>,
    /// The accounts whose files can't be opened, with why.
    pub closed: Vec<ClosedAccount>,
    /// Where tokens and keys are kept, and whether that works.
    pub vault: VaultView,
    /// What the person chose.
    pub settings: Settings,
    /// What runs.
    pub app: AppView,
}

/// An account and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AccountView {
    /// Who and where.
    pub account: Account,
    /// The platform's name as it writes itself.
    pub title: String,
    /// The kinds of things this platform has, in the order in which they are shown.
    pub kinds: Vec<String>,
    /// How the numbers of its things come, for the kinds of which something is known.
    pub streams: Vec<Stream>,
    /// The connection.
    pub connection: ConnectionStatus,
    /// Whether the person disconnected it by hand.
    pub paused: bool,
    /// Whether this is an account of the demo, which goes with the demo's server.
    pub demo: bool,
    /// The round trip, in milliseconds: the median of the last five; `None` while there is no connection.
    pub latency_ms: Option<u32>,
    /// Wanted topics.
    pub topics: Vec<TopicStatus>,
    /// How many topics the platform allows at most.
    pub topic_limit: Option<u32>,
    /// Unread notices per category; categories without any are left out.
    pub unread: BTreeMap<String, i64>,
    /// What was counted since the account was added.
    pub counts: Counts,
    /// The newest spans in which events may be missing, newest first.
    pub gaps: Vec<Gap>,
    /// Up to then nothing is missing, but for the gaps.
    pub complete_until: Option<Timestamp>,
    /// When the newest event was received, by this computer's clock.
    pub last_event_at: Option<Timestamp>,
    /// Damaged caches of this account that were set aside, newest first.
    pub set_aside: Vec<SetAside>,
}

/// An account whose file can't be opened now.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct ClosedAccount {
    /// Its id.
    pub id: AccountId,
    /// The platform's name as it writes itself.
    pub title: String,
    /// Why.
    pub error: ApiError,
}

/// Where tokens and keys are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VaultView {
    /// `keyring`, `sealed-file` or `memory`.
    pub backend: String,
    /// Whether it works.
    pub state: VaultStateView,
    /// What that means and what to do, in plain words.
    pub sentence: String,
    /// Whether there is a sealed file, which opens with its passphrase.
    #[serde(rename = "sealedFile")]
    pub sealed_file: bool,
}

/// Whether the place for tokens and keys works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum VaultStateView {
    /// It keeps and gives.
    Ready,
    /// It waits for the person.
    Locked,
    /// There is none.
    Missing,
    /// It does not let us.
    Refused,
}

/// What runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct AppView {
    /// Carillon's version.
    pub version: String,
    /// The data folder.
    pub home: String,
    /// `linux`, `macos`, `windows`, `ios` or `android`.
    pub system: String,
    /// Whether the demo's server can be started inside this app.
    pub has_demo: bool,
    /// The time by this computer's clock when this was read.
    pub now: Timestamp,
}

/// How the numbers of a kind of things come: what has to be so for one of them to be live.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Stream {
    /// The kind of things.
    pub kind: String,
    /// The kind of the topic, of the same id, without which the server tells nothing of it.
    pub topic: Option<String>,
    /// The silence, in milliseconds, after which a number is stale though the connection stands; `None` where a server
    /// may have nothing to tell for as long as it likes.
    pub quiet_after_ms: Option<u32>,
}

/// A platform that an account can be added of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct PlatformView {
    /// Its id.
    pub id: PlatformId,
    /// Its name as it writes itself.
    pub title: String,
    /// The kinds of things it has.
    pub kinds: Vec<String>,
}

/// What a `carillon://account` link asks for. It is shown, and nothing happens before the person agrees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct AccountLink {
    /// The platform.
    pub platform: PlatformId,
    /// The server's address.
    pub server: String,
    /// The user name, if the link has one.
    pub username: Option<String>,
}

/// Which notices of the inbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum NoticeFilter {
    /// All that are not archived.
    #[default]
    All,
    /// Those that are not read.
    Unread,
    /// Those that are archived.
    Archived,
}

/// A page of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct NoticePage {
    /// The notices, newest first, by the time of the event.
    pub notices: Vec<Notice>,
    /// Whether there are older ones: ask again with the last notice of this page.
    pub more: bool,
}

/// What a channel carries: what happened since the batch before.
#[derive(Debug, Clone, Serialize, Deserialize, TS)]
pub struct Batch {
    /// Counts up by one; a jump means that something was missed, and the window reads anew.
    pub seq: u64,
    /// What happened, in order.
    pub events: Vec<UiEvent>,
}

/// Where a rare signal (`app.emit`, event `navigate`) sends the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "to", rename_all = "kebab-case")]
pub enum Navigate {
    /// To a notice of the inbox.
    Notice {
        /// Whose.
        account: AccountId,
        /// Its number.
        id: i64,
    },
    /// To the inbox.
    Inbox,
    /// To adding an account, with what a link said.
    AddAccount {
        /// What it said.
        link: AccountLink,
    },
    /// To the settings.
    Settings,
}
