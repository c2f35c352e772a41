//! Events on demand: a believable default for each, with the asker's fields laid over it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Event,
    emitter::{Addressed, Emitter},
    rooms,
};
use crate::{EmitError, To, clock};

/// Whose field a default fills when nobody is named and there are no accounts.
const NOBODY: (&str, &str) = ("user-0", "0x0000000000000000000000000000000000000000");

/// Makes the event `name` with the fields of `data`; a field that is `null` is left out.
///
/// A user in `to` becomes the event's user (its trader, holder or addressee); an event that has none goes to
/// the user's room instead. A room in `to` replaces the event's rooms.
pub(super) fn compose(
    emitter: &Emitter,
    name: &str,
    data: &Value,
    to: Option<&To>,
) -> Result<Addressed, EmitError> {
    let user = match to {
        Some(to @ (To::UserId(_) | To::Username(_))) => Some(emitter.identity(to)?),
        Some(To::Room(_)) | None => emitter.first_account(),
    };
    let (user_id, wallet) = user.map_or_else(
        || (NOBODY.0.to_owned(), NOBODY.1.to_owned()),
        |user| (user.user_id, user.wallet),
    );
    let mut fields = default(name, &user_id, &wallet, clock::now());
    overlay(&mut fields, data);
    let event = Event::parse(name, fields)?;
    let room = match to {
        Some(To::Room(room)) => Some(room.clone()),
        Some(To::UserId(_) | To::Username(_)) if !has_user(&event) => Some(rooms::user(&wallet)),
        Some(To::UserId(_) | To::Username(_)) | None => None,
    };
    Ok(Addressed { event, room })
}

fn has_user(event: &Event) -> bool {
    match event {
        Event::MarketTrade(_)
        | Event::SharesTrade(_)
        | Event::SharesUnlocked(_)
        | Event::DividendAvailable(_)
        | Event::Notification(_) => true,
        Event::MarketCreated(_)
        | Event::MarketResolved(_)
        | Event::SystemMaintenance(_)
        | Event::SystemAnnouncement(_) => false,
    }
}

fn overlay(fields: &mut Value, data: &Value) {
    let (Some(fields), Value::Object(data)) = (fields.as_object_mut(), data) else {
        if !data.is_null() {
            // Not an object: let the event's own reader say so.
            *fields = data.clone();
        }
        return;
    };
    for (name, value) in data {
        if value.is_null() {
            fields.remove(name);
        } else {
            fields.insert(name.clone(), value.clone());
        }
    }
}

/// `null` for an unknown name: [`Event::parse`] then says that it is unknown.
fn default(name: &str, user_id: &str, wallet: &str, now: Timestamp) -> Value {
    let at = |hours: i64| {
        clock::iso(
            now.saturating_add(SignedDuration::from_hours(hours))
                .unwrap_or(now),
        )
    };
    let timestamp = at(0);
    let id = |prefix: &str| format!("{prefix}-{}", Uuid::now_v7());
    match name {
        "market:created" => json!({
            "marketId": id("mkt"),
            "question": "Will the harbour ferry run every day this month?",
            "creator": "0xc0ffee0000000000000000000000000000000001",
            "creatorHandle": "tidewatch",
            "category": "Transport",
            "endDate": at(24 * 14),
            "initialPrice": "500000000000000000",
        }),
        "market:trade" => json!({
            "marketId": "mkt-demo",
            "tradeId": id("trd"),
            "trader": wallet,
            "direction": "buy",
            "outcome": 1,
            "amount": "25000000000000000000",
            "shares": "40322580645161290322",
            "price": "620000000000000000",
            "newYesPrice": "627500000000000000",
            "newNoPrice": "372500000000000000",
            "timestamp": timestamp,
        }),
        "market:resolved" => json!({
            "marketId": "mkt-demo",
            "question": "Will the harbour ferry run every day this month?",
            "outcome": 1,
            "resolvedBy": "0xc0ffee0000000000000000000000000000000001",
            "reason": "The timetable of the month is complete",
            "timestamp": timestamp,
            "totalVolume": "18250000000000000000000",
            "totalParticipants": 147,
        }),
        "shares:trade" => json!({
            "creatorId": "0xc0ffee0000000000000000000000000000000001",
            "creatorHandle": "tidewatch",
            "tradeId": id("shr"),
            "trader": wallet,
            "direction": "buy",
            "shares": "3000000000000000000",
            "price": "1250000000000000000",
            "newSharePrice": "1262500000000000000",
            "timestamp": timestamp,
        }),
        "shares:unlocked" => json!({
            "creatorId": "0xc0ffee0000000000000000000000000000000001",
            "creatorHandle": "tidewatch",
            "holder": wallet,
            "shares": "12000000000000000000",
            "unlockedAt": timestamp,
            "timestamp": timestamp,
        }),
        "dividend:available" => json!({
            "dividendId": id("div"),
            "creatorId": "0xc0ffee0000000000000000000000000000000001",
            "creatorHandle": "tidewatch",
            "holder": wallet,
            "amount": "4180000000000000000",
            "claimBy": at(24 * 30),
            "timestamp": timestamp,
        }),
        "notification" => json!({
            "notificationId": id("ntf"),
            "userId": user_id,
            "type": "custom",
            "title": "Your weekly summary is ready",
            "message": "Three of your markets moved by more than ten points.",
            "read": false,
            "timestamp": timestamp,
        }),
        "system:maintenance" => json!({
            "active": false,
            "message": "Trading pauses for ten minutes while the ledger is moved.",
            "startsAt": at(6),
            "endsAt": at(7),
            "timestamp": timestamp,
        }),
        "system:announcement" => json!({
            "announcementId": id("ann"),
            "title": "Markets on local transport",
            "message": "A new category is open for everybody.",
            "severity": "info",
            "timestamp": timestamp,
        }),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 9] = [
        "market:created",
        "market:trade",
        "market:resolved",
        "shares:trade",
        "shares:unlocked",
        "dividend:available",
        "notification",
        "system:maintenance",
        "system:announcement",
    ];

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    #[test]
    fn every_default_is_an_event_and_says_its_own_name() {
        for name in NAMES {
            let event = Event::parse(name, default(name, "u-1", "0xA", now())).unwrap();
            assert_eq!(event.name(), name);
        }
    }

    #[test]
    fn fields_are_laid_over_and_null_leaves_one_out() {
        let mut fields = default("market:created", "u-1", "0xA", now());
        overlay(&mut fields, &json!({ "question": "Else?", "category": null }));
        assert_eq!(fields.get("question"), Some(&json!("Else?")));
        assert_eq!(fields.get("category"), None);
        assert!(Event::parse("market:created", fields).is_ok());
    }

    #[test]
    fn data_that_is_no_object_is_refused_by_the_event() {
        let mut fields = default("notification", "u-1", "0xA", now());
        overlay(&mut fields, &json!("text"));
        assert!(matches!(
            Event::parse("notification", fields),
            Err(EmitError::Data(_))
        ));
    }
}
