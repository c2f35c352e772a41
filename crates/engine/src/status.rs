//! How an account stands, as `carillon-cli status` prints it.

use std::collections::BTreeMap;

use carillon_contract::continuity::{Gap, SetAside};
use carillon_contract::history::HistoryLine;
use carillon_contract::storage::Storage;
use carillon_contract::topic::TopicStatus;
use carillon_contract::tuning::Tuning;
use carillon_contract::{Account, AccountId, ApiError, ConnectionStatus, PlatformId, Timestamp};
use carillon_store::counters::Counts;
use serde::Serialize;

/// How everything stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The data folder.
    pub home: String,
    /// The process that owns it, if one runs.
    pub owner: Option<u32>,
    /// Where tokens and keys are kept.
    pub vault: VaultStatus,
    /// The accounts, in their order.
    pub accounts: Vec<AccountStatus>,
}

/// How the vault stands.
#[derive(Debug, Serialize)]
pub struct VaultStatus {
    /// `keyring`, `sealed-file` or `memory`.
    pub backend: &'static str,
    /// `ready`, `locked`, `missing` or `refused`.
    pub state: String,
    /// What that means, and what to do.
    pub sentence: &'static str,
}

/// How an account stands.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum AccountStatus {
    /// Its file is open.
    Open(Box<OpenAccount>),
    /// Its file can't be read.
    Closed {
        /// Its id.
        id: AccountId,
        /// Its platform.
        platform: PlatformId,
        /// Why.
        error: ApiError,
    },
}

/// What an account's file says.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenAccount {
    /// Who and where.
    #[serde(flatten)]
    pub account: Account,
    /// The connection; `None` before the first one.
    pub connection: Option<ConnectionStatus>,
    /// Up to then nothing is missing, but for the gaps.
    pub complete_until: Option<Timestamp>,
    /// Wanted topics.
    pub rooms: Vec<TopicStatus>,
    /// What was counted since the account was added.
    pub counts: Counts,
    /// Events that are kept now.
    pub kept: i64,
    /// How much room it takes, and for how long its notices are kept.
    pub storage: Storage,
    /// Unread notices per category.
    pub unread: BTreeMap<String, i64>,
    /// The newest spans in which events may be missing, newest first.
    pub gaps: Vec<Gap>,
    /// What the connection did, newest first.
    pub history: Vec<HistoryLine>,
    /// What the person wants otherwise of the connection than the platform's guide.
    pub tuning: Tuning,
    /// The last number of the server's log that is stored.
    pub cursor: Option<i64>,
    /// Damaged caches of this account that were set aside, newest first.
    pub set_aside: Vec<SetAside>,
}
