//! Any event of the platform: its name, its rooms, its envelope.

use serde::Serialize;
use serde_json::{Value, value::RawValue};

use super::{
    data::{
        DividendAvailable, MarketCreated, MarketResolved, MarketTrade, Notification, SharesTrade,
        SharesUnlocked, SystemAnnouncement, SystemMaintenance,
    },
    iso::Iso,
    rooms,
};
use crate::{EmitError, log::Logged};

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
