//! What is stored of what comes, and how often.

use anyhow::{Context as _, Result};
use carillon_contract::view::NoticeFilter;
use carillon_engine::parts::PageKey;
use serde_json::{Value, json};

use crate::{WALLET, alice_online, market};

fn trade(id: &str) -> Value {
    json!({
        "marketId": "m-1", "tradeId": id, "trader": WALLET, "direction": "buy", "outcome": 1,
        "amount": "25000000000000000000", "shares": "40322580645161290322", "price": "620000000000000000",
        "newYesPrice": "627500000000000000", "newNoPrice": "372500000000000000",
        "timestamp": "2026-03-01T10:00:00.000Z",
    })
}

#[tokio::test]
async fn a_trade_that_comes_through_two_rooms_is_stored_once() -> Result<()> {
    let mut it = alice_online().await?;
    it.engine.follow(&it.account, &market("m-1")).await?;
    it.server.report("subscribe").await?;
    it.server.emit("market:trade", trade("t-1")).await?;
    it.server.emit("market:trade", trade("t-2")).await?;
    it.settle().await?;
    assert_eq!(
        it.names().await?,
        ["market:trade", "market:trade", "system:announcement"]
    );
    let store = it.engine.reader().store(&it.account.id).await?;
    let counts = store.counts().await?;
    assert_eq!((counts.received, counts.stored, counts.repeated), (5, 3, 2));
    // The last price, exactly.
    let markets = store.entities("market").await?;
    let market = markets.first().context("The trades left no market behind")?;
    assert_eq!(market.entity.id, "m-1");
    assert_eq!(market.fields.get("yesPrice"), Some(&json!("0.6275")));
    Ok(())
}

#[tokio::test]
async fn three_updates_of_one_dividend_are_three_and_a_repeated_one_is_none() -> Result<()> {
    let mut it = alice_online().await?;
    for (amount, second) in [("100", 1), ("200", 2), ("300", 3), ("300", 3)] {
        let dividend = json!({
            "dividendId": "d-1", "holder": WALLET, "amount": amount,
            "timestamp": format!("2026-03-01T10:00:0{second}.000Z"),
        });
        it.server.emit("dividend:available", dividend).await?;
    }
    it.settle().await?;
    let mut expected = vec!["dividend:available"; 3];
    expected.push("system:announcement");
    assert_eq!(it.names().await?, expected);
    Ok(())
}

#[tokio::test]
async fn malformed_and_unknown_events_are_counted_and_the_others_stored() -> Result<()> {
    let mut it = alice_online().await?;
    let at = "2026-03-01T10:00:00.000Z";
    let good = |id: &str| json!([{ "type": "market:trade", "timestamp": at, "data": trade(id) }]);
    it.server.raw("market:trade", good("t-1")).await?;
    for malformed in [
        json!([]),
        json!(["text"]),
        json!([null]),
        json!([{ "type": "market:resolved", "timestamp": at, "data": trade("t-2") }]),
        json!([{ "type": "market:trade", "timestamp": "yesterday", "data": trade("t-2") }]),
        json!([{ "type": "market:trade", "timestamp": at, "data": { "tradeId": 2 } }]),
        json!([{ "type": "market:trade", "timestamp": at, "data": [] }]),
    ] {
        it.server.raw("market:trade", malformed).await?;
    }
    it.server.raw("market:closed", good("t-3")).await?;
    // Names are case-sensitive (G104).
    it.server.raw("Market:Trade", good("t-4")).await?;
    it.server.raw("market:trade", good("t-5")).await?;
    it.settle().await?;
    assert_eq!(
        it.names().await?,
        ["market:trade", "market:trade", "system:announcement"]
    );
    let store = it.engine.reader().store(&it.account.id).await?;
    let counts = store.counts().await?;
    assert_eq!((counts.malformed, counts.unknown, counts.stored), (7, 2, 3));
    // None of it was a reason to reconnect.
    assert_eq!(it.server.count("connect").await?, 1);
    Ok(())
}

#[tokio::test]
async fn every_event_of_the_guide_is_stored_under_its_kind() -> Result<()> {
    let mut it = alice_online().await?;
    it.engine.follow(&it.account, &market("m-1")).await?;
    let at = "2026-03-01T10:00:00.000Z";
    let events = [
        (
            "market:created",
            json!({
                "marketId": "m-1", "question": "Will it?", "creator": WALLET, "endDate": at,
                "initialPrice": "500000000000000000",
            }),
        ),
        ("market:trade", trade("t-1")),
        (
            "market:resolved",
            json!({
                "marketId": "m-1", "question": "Will it?", "outcome": 0, "resolvedBy": WALLET,
                "timestamp": at, "totalVolume": "9007199254740993", "totalParticipants": 3,
            }),
        ),
        ("shares:trade", json!({ "creatorId": "0xc", "trader": WALLET })),
        ("shares:unlocked", json!({ "creatorId": "0xc", "holder": WALLET })),
        ("dividend:available", json!({ "holder": WALLET, "amount": "1" })),
        (
            "notification",
            json!({
                "notificationId": "n-1", "userId": crate::USER_ID, "type": "trade_executed", "title": "Done",
                "message": "It was", "read": true, "timestamp": at,
            }),
        ),
        ("system:maintenance", json!({ "message": "Tonight" })),
    ];
    for (event, data) in &events {
        it.server.emit(event, data.clone()).await?;
    }
    it.settle().await?;
    let store = it.engine.reader().store(&it.account.id).await?;
    let stored = store.events_after(0, 100).await?;
    let mut kinds: Vec<&str> = stored.iter().map(|event| event.kind.as_str()).collect();
    kinds.pop();
    let expected: Vec<String> = events.iter().map(|(event, _)| event.replace(':', ".")).collect();
    assert_eq!(kinds, expected);
    // Amounts beyond 2^53 are what the server wrote.
    let resolved = store.entities("market").await?;
    let volume = resolved
        .first()
        .and_then(|market| market.fields.get("totalVolume"));
    assert_eq!(volume, Some(&json!("0.009007199254740993")));
    // A notification that the server calls read does not wait in the inbox.
    let inbox = store.inbox(NoticeFilter::All, PageKey::FIRST, 100).await?;
    let trades = inbox.iter().filter(|notice| notice.category == "trade");
    assert_eq!(
        (trades.count(), store.unread().await?.get("trade")),
        (3, Some(&2))
    );
    Ok(())
}
