//! Things on a platform, and what happened to them, as they are read and told.
//!
//! What an adapter makes of an event stands in [`crate::item`]; this is what became of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use ts_rs::TS;

use crate::ids::AccountId;
use crate::time::Timestamp;

/// Which thing of an account: a market, an invoice, a chat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
pub struct EntityId {
    /// The kind in Carillon's words, for example `market`.
    pub kind: String,
    /// The platform's id of the thing.
    pub id: String,
}

/// A thing and what is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// Which thing.
    #[serde(flatten)]
    pub entity: EntityId,
    /// Its fields in Carillon's words. Times are milliseconds, amounts exact decimal texts in the thing's
    /// `currency`.
    #[ts(type = "Record<string, unknown>")]
    pub fields: Map<String, Value>,
    /// When the newest of them was so, by the server's clock.
    pub updated_at: Timestamp,
}

/// A change of a thing: the fields it names replace the known ones, unless the thing's are newer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct EntityChange {
    /// Which thing.
    #[serde(flatten)]
    pub entity: EntityId,
    /// The fields that are new.
    #[ts(type = "Record<string, unknown>")]
    pub fields: Map<String, Value>,
    /// When it was so, by the server's clock.
    pub at: Timestamp,
}

/// One line of what happened to a thing, for example one trade in a market.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Activity {
    /// To which thing.
    #[serde(flatten)]
    pub entity: EntityId,
    /// The event it came with: its number in the account's cache.
    pub seq: i64,
    /// What happened, in Carillon's words, for example `market.trade`.
    pub what: String,
    /// When, by the server's clock.
    pub at: Timestamp,
    /// What there is to say of it; amounts are exact decimal texts.
    #[ts(type = "Record<string, unknown>")]
    pub fields: Map<String, Value>,
}

/// One value of a series of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Sample {
    /// Of which thing.
    #[serde(flatten)]
    pub entity: EntityId,
    /// Which of its values, for example `yes`.
    pub series: String,
    /// When it had this value, by the server's clock.
    pub at: Timestamp,
    /// The exact decimal text.
    pub value: String,
}

/// A value of a series at a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SeriesPoint {
    /// When.
    pub at: Timestamp,
    /// The exact decimal text.
    pub value: String,
}

/// A series of values of a thing, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Series {
    /// Which of its values, for example `yes`.
    pub series: String,
    /// The values.
    pub points: Vec<SeriesPoint>,
}

/// What a batch of events changed, without the events themselves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
pub struct Changes {
    /// Whose things.
    pub account: AccountId,
    /// Things that were made or changed, in order of arrival.
    pub entities: Vec<EntityChange>,
    /// Values that were added.
    pub samples: Vec<Sample>,
    /// What happened, in order of arrival.
    pub activity: Vec<Activity>,
}
