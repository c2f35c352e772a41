//! Notices to the person (G029–G031) and to everybody (G020, G021).

use carillon_contract::item::{DedupeKey, Item, KeySpan, Malformed, NoticeDraft};
use carillon_contract::{Identity, Level};
use serde::Deserialize;

use super::envelope::Envelope;
use super::events::{change_key, event_key};
use crate::decode;

/// Longest title and text that are kept; a longer one is cut. The raw event keeps the whole.
const TITLE: usize = 200;
const BODY: usize = 2_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    notification_id: String,
    #[serde(rename = "userId")]
    _user_id: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    message: String,
    #[serde(default)]
    action_url: Option<String>,
    read: bool,
    timestamp: String,
}

pub(super) fn notification(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Notification = decode::read(envelope.data)?;
    // The guide shows no format for this time, so a server may write one that is not ISO 8601.
    let at = decode::time(&data.timestamp);
    let state = if data.read { "read" } else { "unread" };
    let key = DedupeKey {
        text: format!("notification/{}/{state}", data.notification_id),
        span: at.map_or(KeySpan::Always, KeySpan::At),
        is_exact: true,
    };
    let mut item = Item::new("notification", key);
    item.occurred_at = at;
    // A type beyond the guide's four (G030) is a notice like any other.
    let (category, level) = match data.kind.as_str() {
        "market_resolved" => ("market", Level::Info),
        "trade_executed" => ("trade", Level::Success),
        "dividend_available" => ("dividend", Level::Success),
        _ => ("notification", Level::Info),
    };
    item.notice = Some(NoticeDraft {
        key: Some(format!("notification/{}", data.notification_id)),
        category,
        level,
        title: decode::line(&data.title, TITLE),
        body: decode::line(&data.message, BODY),
        action_url: data.action_url,
        read: data.read,
        must_see: false,
        about: None,
    });
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Maintenance {
    #[serde(default)]
    active: Option<bool>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
}

pub(super) fn maintenance(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Maintenance = decode::read(envelope.data)?;
    let at = data.timestamp.as_deref().and_then(decode::time);
    let mut item = Item::new(
        "system.maintenance",
        change_key("system:maintenance", &[], envelope.data, at),
    );
    item.occurred_at = at;
    item.notice = Some(NoticeDraft {
        key: None,
        category: "system",
        level: Level::Warning,
        title: if data.active == Some(false) {
            "Maintenance has ended"
        } else {
            "Maintenance"
        }
        .to_owned(),
        body: decode::line(&data.message.unwrap_or_default(), BODY),
        action_url: None,
        read: false,
        must_see: false,
        about: None,
    });
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Announcement {
    #[serde(default)]
    announcement_id: Option<String>,
    #[serde(default)]
    title: Option<String>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default)]
    action_url: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
}

pub(super) fn announcement(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Announcement = decode::read(envelope.data)?;
    let at = data.timestamp.as_deref().and_then(decode::time);
    let id = data.announcement_id.as_deref().unwrap_or_default();
    let mut item = Item::new(
        "system.announcement",
        event_key("system:announcement", id, envelope.data, at),
    );
    item.occurred_at = at;
    item.notice = Some(NoticeDraft {
        key: None,
        category: "system",
        level: match data.severity.as_deref() {
            Some("warning") => Level::Warning,
            Some("critical") => Level::Error,
            _ => Level::Info,
        },
        title: decode::line(data.title.as_deref().unwrap_or("Announcement"), TITLE),
        body: decode::line(&data.message.unwrap_or_default(), BODY),
        action_url: data.action_url,
        read: false,
        must_see: false,
        about: None,
    });
    Ok(item)
}
