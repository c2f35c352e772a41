//! Markets: created (G024), traded (G026), resolved (G071).

use std::borrow::Cow;

use carillon_contract::item::{
    ActivityDraft, DedupeKey, EntityPatch, EntityRef, Item, KeySpan, Malformed, NoticeDraft, Point,
};
use carillon_contract::{Identity, Level};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::envelope::Envelope;
use super::events::{change_key, inner_time};
use super::wei::{CURRENCY, exact, to_decimal};
use crate::decode;

fn market(id: &str) -> EntityRef {
    EntityRef {
        kind: "market",
        id: id.to_owned(),
    }
}

/// Takes the fields of a JSON object; an absent optional field is left out rather than written as null.
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// The guide's numbers for the two outcomes (G028).
fn outcome_name(outcome: u8) -> Result<&'static str, Malformed> {
    match outcome {
        0 => Ok("NO"),
        1 => Ok("YES"),
        _ => Err(Malformed {
            field: "outcome".to_owned(),
        }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    #[serde(borrow)]
    market_id: Cow<'a, str>,
    #[serde(borrow)]
    question: Cow<'a, str>,
    #[serde(borrow)]
    creator: Cow<'a, str>,
    #[serde(borrow, default)]
    creator_handle: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    end_date: Cow<'a, str>,
    #[serde(deserialize_with = "decode::whole_number")]
    initial_price: String,
    #[serde(borrow, default)]
    image_url: Option<Cow<'a, str>>,
}

pub(super) fn created(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Created<'_> = decode::read(envelope.data)?;
    let Some(ends_at) = decode::time(&data.end_date) else {
        return Err(Malformed {
            field: "endDate".to_owned(),
        });
    };
    let key = DedupeKey {
        text: format!("market:created/{}", data.market_id),
        span: KeySpan::Always,
        is_exact: true,
    };
    let mut item = Item::new("market.created", key);
    item.entities.push(EntityPatch {
        entity: market(&data.market_id),
        fields: fields(json!({
            "question": data.question,
            "creator": data.creator,
            "creatorHandle": data.creator_handle,
            "category": data.category,
            "endsAt": ends_at,
            "initialPrice": exact(&data.initial_price),
            "currency": CURRENCY,
            "imageUrl": data.image_url,
        })),
    });
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trade<'a> {
    #[serde(borrow)]
    market_id: Cow<'a, str>,
    #[serde(borrow)]
    trade_id: Cow<'a, str>,
    #[serde(borrow)]
    trader: Cow<'a, str>,
    direction: Direction,
    outcome: u8,
    #[serde(deserialize_with = "decode::whole_number")]
    amount: String,
    #[serde(deserialize_with = "decode::whole_number")]
    shares: String,
    #[serde(deserialize_with = "decode::whole_number")]
    price: String,
    #[serde(deserialize_with = "decode::whole_number")]
    new_yes_price: String,
    #[serde(deserialize_with = "decode::whole_number")]
    new_no_price: String,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(super) enum Direction {
    Buy,
    Sell,
}

impl Direction {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Sell => "sell",
        }
    }
}

/// A trade comes once through the market's room and once through the trader's own (G014): the trade's id and
/// its own time are the key.
pub(super) fn trade(envelope: &Envelope<'_>, me: &Identity) -> Result<Item, Malformed> {
    let data: Trade<'_> = decode::read(envelope.data)?;
    let outcome = outcome_name(data.outcome)?;
    let at = inner_time(&data.timestamp)?;
    let key = DedupeKey {
        text: format!("market:trade/{}", data.trade_id),
        span: KeySpan::At(at),
        is_exact: true,
    };
    let (yes, no) = (exact(&data.new_yes_price), exact(&data.new_no_price));
    let mut item = Item::new("market.trade", key);
    item.occurred_at = Some(at);
    item.entities.push(EntityPatch {
        entity: market(&data.market_id),
        fields: fields(json!({
            "yesPrice": yes,
            "noPrice": no,
            "currency": CURRENCY,
            "lastTradeAt": at,
        })),
    });
    // G064: prices follow the new prices of the trade, not the price it was made at.
    for (series, value) in [("yes", yes), ("no", no)] {
        item.points.push(Point {
            entity: market(&data.market_id),
            series,
            at,
            value,
        });
    }
    item.activity = Some(ActivityDraft {
        entity: market(&data.market_id),
        fields: fields(json!({
            "tradeId": data.trade_id,
            "trader": data.trader,
            "direction": data.direction.as_str(),
            "outcome": outcome,
            "shares": exact(&data.shares),
            "price": exact(&data.price),
            "amount": exact(&data.amount),
        })),
    });
    // Everybody's trades are shown on the market's page; only one's own ring.
    if me
        .wallet
        .as_deref()
        .is_some_and(|wallet| data.trader.eq_ignore_ascii_case(wallet))
    {
        item.notice = Some(NoticeDraft {
            key: None,
            category: "trade",
            level: Level::Success,
            title: format!(
                "New {} trade: {} shares",
                data.direction.as_str(),
                to_decimal(&data.shares, 4)
            ),
            body: format!("{outcome} @ {}", to_decimal(&data.price, 4)),
            action_url: None,
            read: false,
            must_see: false,
            about: Some(market(&data.market_id)),
        });
    }
    Ok(item)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resolved<'a> {
    #[serde(borrow)]
    market_id: Cow<'a, str>,
    #[serde(borrow)]
    question: Cow<'a, str>,
    outcome: u8,
    #[serde(borrow)]
    resolved_by: Cow<'a, str>,
    #[serde(borrow, default)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(deserialize_with = "decode::whole_number")]
    total_volume: String,
    total_participants: u64,
}

pub(super) fn resolved(envelope: &Envelope<'_>, _me: &Identity) -> Result<Item, Malformed> {
    let data: Resolved<'_> = decode::read(envelope.data)?;
    let outcome = outcome_name(data.outcome)?;
    let at = inner_time(&data.timestamp)?;
    let key = change_key("market:resolved", &[&data.market_id], envelope.data, Some(at));
    let mut item = Item::new("market.resolved", key);
    item.occurred_at = Some(at);
    item.entities.push(EntityPatch {
        entity: market(&data.market_id),
        fields: fields(json!({
            "question": data.question,
            "outcome": outcome,
            "resolvedBy": data.resolved_by,
            "resolvedAt": at,
            "reason": data.reason,
            "totalVolume": exact(&data.total_volume),
            "currency": CURRENCY,
            "totalParticipants": data.total_participants,
        })),
    });
    // G066
    item.notice = Some(NoticeDraft {
        key: None,
        category: "market",
        level: Level::Success,
        title: format!("Market resolved: {outcome}"),
        body: decode::line(&data.question, 500),
        action_url: None,
        read: false,
        must_see: false,
        about: Some(market(&data.market_id)),
    });
    Ok(item)
}
