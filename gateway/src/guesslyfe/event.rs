//! Every event the platform's server emits, as types (G007, G032).
//!
//! The shapes of four are printed in the guide. `SharesTrade`, `SharesUnlocked`, `DividendAvailable`,
//! `SystemMaintenance` and `SystemAnnouncement` are only named there: their fields are a proposal.

use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::{iso::Iso, rooms, wei::Wei};
use crate::{EmitError, log::Logged};

/// A new market (G024); to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarketCreated {
    /// The market's id.
    pub market_id: String,
    /// What is bet on.
    pub question: String,
    /// The creator's wallet address.
    pub creator: String,
    /// The creator's public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator_handle: Option<String>,
    /// What it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// When betting ends.
    pub end_date: Iso,
    /// The first price of YES.
    pub initial_price: Wei,
    /// A picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
}

/// A trade (G026); to the market's room and the trader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarketTrade {
    /// The market's id.
    pub market_id: String,
    /// The trade's id; the same in every copy of the event.
    pub trade_id: String,
    /// The trader's wallet address (G027).
    pub trader: String,
    /// Bought or sold.
    pub direction: Direction,
    /// Which side.
    pub outcome: Outcome,
    /// What was paid or received.
    pub amount: Wei,
    /// How many shares, in 10^-18.
    pub shares: Wei,
    /// The price of one share.
    pub price: Wei,
    /// The price of YES after the trade.
    pub new_yes_price: Wei,
    /// The price of NO after the trade.
    pub new_no_price: Wei,
    /// When it was executed.
    pub timestamp: Iso,
}

/// The end of a market (G071); to the market's room and everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MarketResolved {
    /// The market's id.
    pub market_id: String,
    /// What was bet on.
    pub question: String,
    /// Which side won.
    pub outcome: Outcome,
    /// Who decided.
    pub resolved_by: String,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was decided.
    pub timestamp: Iso,
    /// All that was traded.
    pub total_volume: Wei,
    /// How many wallets traded.
    pub total_participants: u64,
}

/// Shares of a creator changed hands (G016); to the creator's room and the trader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharesTrade {
    /// Whose shares.
    pub creator_id: String,
    /// The creator's public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator_handle: Option<String>,
    /// The trade's id.
    pub trade_id: String,
    /// The trader's wallet address.
    pub trader: String,
    /// Bought or sold.
    pub direction: Direction,
    /// How many, in 10^-18.
    pub shares: Wei,
    /// The price of one share.
    pub price: Wei,
    /// The price after the trade.
    pub new_share_price: Wei,
    /// When it was executed.
    pub timestamp: Iso,
}

/// Shares may be sold from now on (G017); to the creator's room and the holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharesUnlocked {
    /// Whose shares.
    pub creator_id: String,
    /// The creator's public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator_handle: Option<String>,
    /// The holder's wallet address.
    pub holder: String,
    /// How many, in 10^-18.
    pub shares: Wei,
    /// Since when.
    pub unlocked_at: Iso,
    /// When this was noticed.
    pub timestamp: Iso,
}

/// A dividend waits to be claimed (G018); to its holder alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DividendAvailable {
    /// The dividend's id.
    pub dividend_id: String,
    /// Whose shares pay it.
    pub creator_id: String,
    /// The creator's public name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creator_handle: Option<String>,
    /// The holder's wallet address.
    pub holder: String,
    /// How much.
    pub amount: Wei,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_by: Option<Iso>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim_url: Option<String>,
    /// When it was declared.
    pub timestamp: Iso,
}

/// A notification (G029); to one user alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notification {
    /// The notification's id.
    pub notification_id: String,
    /// For whom. The room is the user's wallet (G073).
    pub user_id: String,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: NotificationKind,
    /// The headline.
    pub title: String,
    /// The text.
    pub message: String,
    /// Anything; absent in bulk sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<serde_json::Map<String, Value>>,
    /// Where to go from here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// `false` when it is sent (G031).
    pub read: bool,
    /// When it was made (G072).
    pub timestamp: Iso,
}

/// Maintenance begins, ends or is announced (G020); to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemMaintenance {
    /// Whether it is going on now.
    pub active: bool,
    /// What people are told.
    pub message: String,
    /// When it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Iso>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Iso>,
    /// When this was said.
    pub timestamp: Iso,
}

/// An announcement (G021); to everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SystemAnnouncement {
    /// The announcement's id.
    pub announcement_id: String,
    /// The headline.
    pub title: String,
    /// The text.
    pub message: String,
    /// How much it matters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Where to read more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_url: Option<String>,
    /// When this was said.
    pub timestamp: Iso,
}

/// Bought or sold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// Bought.
    Buy,
    /// Sold.
    Sell,
}

/// The sides of a market: 0 is NO, 1 is YES (G028).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Outcome {
    /// It did not, it will not.
    No,
    /// It did, it will.
    Yes,
}

/// Why a number is not an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An outcome is 0 for NO or 1 for YES")]
pub struct OutcomeError;

impl TryFrom<u8> for Outcome {
    type Error = OutcomeError;

    fn try_from(number: u8) -> Result<Self, OutcomeError> {
        match number {
            0 => Ok(Self::No),
            1 => Ok(Self::Yes),
            2.. => Err(OutcomeError),
        }
    }
}

impl From<Outcome> for u8 {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::No => 0,
            Outcome::Yes => 1,
        }
    }
}

/// What a notification is about (G030).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A market the user traded in has ended.
    MarketResolved,
    /// A trade of the user was executed.
    TradeExecuted,
    /// The user can claim a dividend.
    DividendAvailable,
    /// Anything else.
    Custom,
}

/// How much an announcement matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Be careful.
    Warning,
    /// Act now.
    Critical,
}

/// Any event of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named after the type it holds")]
pub enum Event {
    MarketCreated(MarketCreated),
    MarketTrade(MarketTrade),
    MarketResolved(MarketResolved),
    SharesTrade(SharesTrade),
    SharesUnlocked(SharesUnlocked),
    DividendAvailable(DividendAvailable),
    Notification(Notification),
    SystemMaintenance(SystemMaintenance),
    SystemAnnouncement(SystemAnnouncement),
}

impl Event {
    /// The name on the wire.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::MarketCreated(_) => "market:created",
            Self::MarketTrade(_) => "market:trade",
            Self::MarketResolved(_) => "market:resolved",
            Self::SharesTrade(_) => "shares:trade",
            Self::SharesUnlocked(_) => "shares:unlocked",
            Self::DividendAvailable(_) => "dividend:available",
            Self::Notification(_) => "notification",
            Self::SystemMaintenance(_) => "system:maintenance",
            Self::SystemAnnouncement(_) => "system:announcement",
        }
    }

    /// The rooms it goes to (G013 to G021); `wallet_of` finds the wallet of a user id (G073).
    pub(super) fn rooms(&self, wallet_of: impl Fn(&str) -> Option<String>) -> Result<Vec<String>, EmitError> {
        Ok(match self {
            Self::MarketCreated(_) | Self::SystemMaintenance(_) | Self::SystemAnnouncement(_) => {
                vec![rooms::GLOBAL.to_owned()]
            }
            Self::MarketTrade(trade) => vec![rooms::market(&trade.market_id), rooms::user(&trade.trader)],
            Self::MarketResolved(end) => vec![rooms::market(&end.market_id), rooms::GLOBAL.to_owned()],
            Self::SharesTrade(trade) => vec![rooms::creator(&trade.creator_id), rooms::user(&trade.trader)],
            Self::SharesUnlocked(unlocked) => {
                vec![
                    rooms::creator(&unlocked.creator_id),
                    rooms::user(&unlocked.holder),
                ]
            }
            Self::DividendAvailable(dividend) => vec![rooms::user(&dividend.holder)],
            Self::Notification(notification) => {
                let unknown = || EmitError::UnknownUser(notification.user_id.clone());
                vec![rooms::user(
                    &wallet_of(&notification.user_id).ok_or_else(unknown)?,
                )]
            }
        })
    }

    /// The data as JSON.
    pub(super) fn data(&self) -> Result<Value, serde_json::Error> {
        match self {
            Self::MarketCreated(data) => serde_json::to_value(data),
            Self::MarketTrade(data) => serde_json::to_value(data),
            Self::MarketResolved(data) => serde_json::to_value(data),
            Self::SharesTrade(data) => serde_json::to_value(data),
            Self::SharesUnlocked(data) => serde_json::to_value(data),
            Self::DividendAvailable(data) => serde_json::to_value(data),
            Self::Notification(data) => serde_json::to_value(data),
            Self::SystemMaintenance(data) => serde_json::to_value(data),
            Self::SystemAnnouncement(data) => serde_json::to_value(data),
        }
    }

    /// Reads the data of the event of that name, strictly.
    pub(super) fn parse(name: &str, data: Value) -> Result<Self, EmitError> {
        match name {
            "market:created" => serde_json::from_value(data).map(Self::MarketCreated),
            "market:trade" => serde_json::from_value(data).map(Self::MarketTrade),
            "market:resolved" => serde_json::from_value(data).map(Self::MarketResolved),
            "shares:trade" => serde_json::from_value(data).map(Self::SharesTrade),
            "shares:unlocked" => serde_json::from_value(data).map(Self::SharesUnlocked),
            "dividend:available" => serde_json::from_value(data).map(Self::DividendAvailable),
            "notification" => serde_json::from_value(data).map(Self::Notification),
            "system:maintenance" => serde_json::from_value(data).map(Self::SystemMaintenance),
            "system:announcement" => serde_json::from_value(data).map(Self::SystemAnnouncement),
            _ => return Err(EmitError::UnknownEvent(name.to_owned())),
        }
        .map_err(EmitError::Data)
    }
}

/// The envelope of every event (G022, G023). `seq` is ours: the event's number in the log.
#[derive(Serialize)]
struct Envelope<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: Iso,
    data: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    seq: Option<u64>,
}

/// Puts a logged event into its envelope; the same bytes whether it is sent live or replayed.
pub(crate) fn wire(event: &Logged, extensions: bool) -> Result<Box<RawValue>, serde_json::Error> {
    serde_json::value::to_raw_value(&Envelope {
        kind: &event.name,
        timestamp: Iso(event.at),
        data: &event.data,
        seq: extensions.then_some(event.seq),
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_envelope_repeats_the_name_and_carries_the_number_only_as_an_extension() {
        let event = Logged {
            seq: 7,
            at: Timestamp::from_millisecond(1_900_000_000_123).unwrap(),
            name: "notification".to_owned(),
            data: RawValue::from_string("{\"b\":1,\"a\":2}".to_owned()).unwrap(),
        };
        let expected =
            r#"{"type":"notification","timestamp":"2030-03-17T17:46:40.123Z","data":{"b":1,"a":2}"#;
        assert_eq!(
            wire(&event, true).unwrap().get(),
            format!("{expected},\"seq\":7}}")
        );
        assert_eq!(wire(&event, false).unwrap().get(), format!("{expected}}}"));
    }

    #[test]
    fn an_outcome_is_a_number_that_is_zero_or_one() {
        assert_eq!(serde_json::to_value(Outcome::Yes).unwrap(), json!(1));
        assert!(serde_json::from_value::<Outcome>(json!(2)).is_err());
        assert!(serde_json::from_value::<Outcome>(json!("1")).is_err());
    }

    #[test]
    fn a_field_that_no_event_has_is_refused() {
        let data =
            json!({ "active": true, "message": "m", "timestamp": "2030-01-01T00:00:00Z", "severty": "info" });
        assert!(matches!(
            Event::parse("system:maintenance", data),
            Err(EmitError::Data(_))
        ));
        assert!(matches!(
            Event::parse("market:gone", Value::Null),
            Err(EmitError::UnknownEvent(_))
        ));
    }
}
