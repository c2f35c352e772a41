//! Which event is read where. Names are matched exactly (G104).

use carillon_contract::item::{Decoded, DedupeKey, Item, KeySpan, Malformed, NoticeDraft};
use carillon_contract::{Frame, Identity, Level, Timestamp};
use serde::Deserialize;

use super::envelope::{self, Envelope};
use super::{markets, notices, shares};
use crate::decode;

/// Reads an event of GuessLyfe (G013–G021).
pub(super) fn decode(frame: &Frame, me: &Identity) -> Decoded {
    let read: fn(&Envelope<'_>, &Identity) -> Result<Item, Malformed> = match frame.name.as_str() {
        "connected" => return Decoded::Control,
        "error" => return error(frame.payload()),
        "market:created" => markets::created,
        "market:trade" => markets::trade,
        "market:resolved" => markets::resolved,
        "shares:trade" => shares::trade,
        "shares:unlocked" => shares::unlocked,
        "dividend:available" => shares::dividend,
        "notification" => notices::notification,
        "system:maintenance" => notices::maintenance,
        "system:announcement" => notices::announcement,
        _ => return Decoded::Unknown,
    };
    let item = envelope::open(&frame.name, frame.payload()).and_then(|envelope| {
        let mut item = read(&envelope, me).map_err(inside_data)?;
        item.number = envelope.number;
        item.occurred_at = item.occurred_at.or(Some(envelope.at));
        Ok(item)
    });
    match item {
        Ok(item) => Decoded::Item(Box::new(item)),
        Err(malformed) => Decoded::Malformed(malformed),
    }
}

/// Readers name fields as they stand inside the content; the place is told from the payload's root.
fn inside_data(malformed: Malformed) -> Malformed {
    let field = match malformed.field.as_str() {
        "payload" => "data".to_owned(),
        field => format!("data.{field}"),
    };
    Malformed { field }
}

/// The server's words in an `error` event, which has no envelope and whose shape the guide leaves open: a
/// text, or an object with `message`.
pub(super) fn error_message(payload: &str) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Wire {
        Text(String),
        Object { message: String },
    }
    match serde_json::from_str(payload).ok()? {
        Wire::Text(message) | Wire::Object { message } => Some(message),
    }
}

fn error(payload: &str) -> Decoded {
    let Some(message) = error_message(payload) else {
        return Decoded::Malformed(Malformed {
            field: "message".to_owned(),
        });
    };
    let key = DedupeKey {
        text: format!("error/{}", decode::hash(payload)),
        span: KeySpan::Window,
        is_exact: false,
    };
    let mut item = Item::new("connection.error", key);
    item.notice = Some(NoticeDraft {
        key: None,
        category: "connection",
        level: Level::Error,
        title: "Connection error".to_owned(),
        body: decode::line(&message, 500),
        action_url: None,
        read: false,
        must_see: false,
        about: None,
    });
    Decoded::Item(Box::new(item))
}

/// The time inside the content, which every delivery of one event repeats.
pub(super) fn inner_time(text: &str) -> Result<Timestamp, Malformed> {
    decode::time(text).ok_or_else(|| Malformed {
        field: "timestamp".to_owned(),
    })
}

/// A key for an event that tells of a change of a thing: its name, the thing's ids and the time of the
/// change. Three updates of one thing are three; one update through two rooms is one.
///
/// Where the server gives no time, the content stands in for it, and equal content counts as the same event for a
/// short while only: the same may happen again.
pub(super) fn change_key(name: &str, ids: &[&str], data: &str, at: Option<Timestamp>) -> DedupeKey {
    let known = ids.iter().any(|id| !id.is_empty());
    let ids = ids.join("/");
    let (text, span) = match (known, at) {
        (true, Some(at)) => (format!("{name}/{ids}"), KeySpan::At(at)),
        (true, None) => (format!("{name}/{ids}/{}", canonical_hash(data)), KeySpan::Window),
        (false, Some(at)) => (format!("{name}/{}", canonical_hash(data)), KeySpan::At(at)),
        (false, None) => (format!("{name}/{}", canonical_hash(data)), KeySpan::Window),
    };
    DedupeKey {
        text,
        span,
        is_exact: false,
    }
}

/// A key for an event that has an id of its own, where the server gives one: without a time it is the same event for
/// ever.
pub(super) fn event_key(name: &str, id: &str, data: &str, at: Option<Timestamp>) -> DedupeKey {
    let mut key = change_key(name, &[id], data, at);
    key.is_exact = !id.is_empty();
    if key.is_exact && at.is_none() {
        key.span = KeySpan::Always;
    }
    key
}

/// A hash that doesn't change when a server writes the fields in another order.
fn canonical_hash(data: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(data) {
        Ok(value) => decode::hash(&value.to_string()),
        Err(_) => decode::hash(data),
    }
}
