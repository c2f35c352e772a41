//! The data of every event, as types (G007, G032).
//!
//! The shapes of four are printed in the guide. `SharesTrade`, `SharesUnlocked`, `DividendAvailable`,
//! `SystemMaintenance` and `SystemAnnouncement` are only named there: their fields are a proposal.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{iso::Iso, wei::Wei};

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_outcome_is_a_number_that_is_zero_or_one() {
        assert_eq!(serde_json::to_value(Outcome::Yes).unwrap(), json!(1));
        assert!(serde_json::from_value::<Outcome>(json!(2)).is_err());
        assert!(serde_json::from_value::<Outcome>(json!("1")).is_err());
    }
}
