//! Creator shares and dividends (G016–G018). The guide names these events and not their fields: what is read
//! is our proposal, and none of it is required: a server that names them otherwise still says that it happened.

use carillon_contract::item::{DedupeKey, EntityPatch, EntityRef, Item, KeySpan, Malformed, NoticeDraft};
use carillon_contract::{Identity, Level};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::envelope::Envelope;
use super::events::{change_key, event_key};
use super::markets::Direction;
use super::wei::{CURRENCY, exact, to_decimal};
use crate::decode;

/// Builds an entity's fields out of those that are there.
fn some_fields<const N: usize>(pairs: [(&str, Option<Value>); N]) -> Map<String, Value> {
    pairs
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// The shares of a creator; addresses are compared in lower case.
fn share(creator_id: &str) -> EntityRef {
    EntityRef {
        kind: "creator-share",
        id: creator_id.to_ascii_lowercase(),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SharesTrade {
    #[serde(default)]
    creator_id: Option<String>,
    #[serde(default)]
    creator_handle: Option<String>,
    #[serde(default)]
    trade_id: Option<String>,
    #[serde(default)]
    trader: Option<String>,
    #[serde(default)]
    direction: Option<Direction>,
    #[serde(default, deserialize_with = "decode::maybe_whole_number")]
    shares: Option<String>,
    #[serde(default, deserialize_with = "decode::maybe_whole_number")]
    price: Option<String>,
    #[serde(default, deserialize_with = "decode::maybe_whole_number")]
    new_share_price: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
}

pub(super) fn trade(envelope: &Envelope<'_>, me: &Identity) -> Result<Item, Malformed> {
    let data: SharesTrade = decode::read(envelope.data)?;
    let at = data.timestamp.as_deref().and_then(decode::time);
    let key = match (&data.trade_id, at) {
        (Some(id), Some(at)) => DedupeKey {
            text: format!("shares:trade/{id}"),
            span: KeySpan::At(at),
            is_exact: true,
        },
        (Some(id), None) => DedupeKey {
            text: format!("shares:trade/{id}"),
            span: KeySpan::Always,
            is_exact: true,
        },
        (None, at) => {
            let creator = data.creator_id.as_deref().unwrap_or_default();
            change_key("shares:trade", &[creator], envelope.data, at)
        }
    };
    let mut item = Item::new("shares.trade", key);
    item.occurred_at = at;
    let about = data.creator_id.as_deref().map(share);
    item.entities.extend(about.clone().map(|entity| EntityPatch {
        entity,
        fields: some_fields([
            ("handle", data.creator_handle.map(Value::from)),
            (
                "sharePrice",
                data.new_share_price.map(|price| Value::from(exact(&price))),
            ),
            ("currency", Some(Value::from(CURRENCY))),
        ]),
    }));
    let mine = data
        .trader
        .zip(me.wallet.as_deref())
        .is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    if mine {
        let direction = data.direction.map_or("traded", |direction| match direction {
            Direction::Buy => "bought",
            Direction::Sell => "sold",
        });
        item.notice = Some(NoticeDraft {
            key: None,
            category: "trade",
            level: Level::Info,
            title: format!("Creator shares {direction}"),
            body: match (data.shares, data.price) {
                (Some(shares), Some(price)) => {
                    format!("{} @ {}", to_decimal(&shares, 4), to_decimal(&price, 4))
                }
                _ => String::new(),
            },
            action_url: None,
            read: false,
            must_see: false,
            about,
        });
    }
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Unlocked {
    #[serde(default)]
    creator_id: Option<String>,
    #[serde(default)]
    creator_handle: Option<String>,
    #[serde(default)]
    holder: Option<String>,
    #[serde(default, deserialize_with = "decode::maybe_whole_number")]
    shares: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
}

pub(super) fn unlocked(envelope: &Envelope<'_>, me: &Identity) -> Result<Item, Malformed> {
    let data: Unlocked = decode::read(envelope.data)?;
    let at = data.timestamp.as_deref().and_then(decode::time);
    let holder = data.holder.as_deref().unwrap_or_default();
    let creator = data.creator_id.as_deref().unwrap_or_default();
    let key = change_key("shares:unlocked", &[creator, holder], envelope.data, at);
    let mut item = Item::new("shares.unlocked", key);
    item.occurred_at = at;
    // It also goes to the creator's room (G017), where other people's unlocked shares are no news.
    let mine = data.holder.is_none()
        || me
            .wallet
            .as_deref()
            .is_some_and(|w| holder.eq_ignore_ascii_case(w));
    if mine {
        let about = data.creator_id.as_deref().map(share);
        let who = data.creator_handle.or(data.creator_id);
        let who = who.as_deref().unwrap_or("a creator");
        item.notice = Some(NoticeDraft {
            key: None,
            category: "shares",
            level: Level::Info,
            title: "Shares unlocked".to_owned(),
            body: decode::line(
                &match data.shares {
                    Some(shares) => format!("{} shares of {who}", to_decimal(&shares, 4)),
                    None => format!("Shares of {who}"),
                },
                500,
            ),
            action_url: None,
            read: false,
            must_see: false,
            about,
        });
    }
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Dividend {
    #[serde(default)]
    dividend_id: Option<String>,
    #[serde(default)]
    creator_id: Option<String>,
    #[serde(default)]
    creator_handle: Option<String>,
    #[serde(default, deserialize_with = "decode::maybe_whole_number")]
    amount: Option<String>,
    #[serde(default)]
    claim_by: Option<String>,
    #[serde(default)]
    claim_url: Option<String>,
    #[serde(default)]
    timestamp: Option<String>,
}

pub(super) fn dividend(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Dividend = decode::read(envelope.data)?;
    let at = data.timestamp.as_deref().and_then(decode::time);
    let id = data.dividend_id.as_deref().unwrap_or_default();
    let key = event_key("dividend:available", id, envelope.data, at);
    let mut item = Item::new("dividend.available", key);
    item.occurred_at = at;
    let claim_by = data.claim_by.as_deref().and_then(decode::time);
    let from = data.creator_handle.clone().or_else(|| data.creator_id.clone());
    let about = data.dividend_id.map(|id| EntityRef { kind: "dividend", id });
    if let Some(entity) = about.clone() {
        item.entities.push(EntityPatch {
            entity,
            fields: some_fields([
                (
                    "amount",
                    data.amount.as_deref().map(|amount| Value::from(exact(amount))),
                ),
                ("currency", Some(Value::from(CURRENCY))),
                ("creator", data.creator_id.map(Value::from)),
                ("creatorHandle", data.creator_handle.map(Value::from)),
                ("claimBy", claim_by.map(|at| Value::from(at.0))),
                ("claimUrl", data.claim_url.as_deref().map(Value::from)),
            ]),
        });
    }
    let amount = data.amount.map(|amount| to_decimal(&amount, 6));
    item.notice = Some(NoticeDraft {
        key: None,
        category: "dividend",
        level: Level::Success,
        title: "Dividend available".to_owned(),
        body: decode::line(
            &match (amount, from) {
                (Some(amount), Some(from)) => format!("{amount} to claim from {from}"),
                (Some(amount), None) => format!("{amount} to claim"),
                (None, Some(from)) => format!("To claim from {from}"),
                (None, None) => String::new(),
            },
            500,
        ),
        action_url: data.claim_url,
        read: false,
        must_see: false,
        about,
    });
    Ok(item)
}
