//! An account: one person on one server of one platform.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{AccountId, PlatformId};
use crate::time::Timestamp;

/// Who the account is, as the token's claims say. The claims are read, not trusted: only the server can
/// verify them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The platform's id of the user.
    pub user_id: String,
    /// The wallet address in lower case, on platforms that have one.
    pub wallet: Option<String>,
    /// A name to show.
    pub name: Option<String>,
}

/// An account as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its id on this computer.
    pub id: AccountId,
    /// Which platform.
    pub platform: PlatformId,
    /// The server's base URL, without credentials.
    pub server: String,
    /// Who.
    pub identity: Identity,
    /// When it was added.
    pub created_at: Timestamp,
}
