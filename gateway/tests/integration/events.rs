//! Events: their envelopes, their rooms, and how often they come.

use carillon_gateway::To;
use serde_json::{Value, json};

use crate::support::{connect, emit, emit_to, gateway, gateway_with, join, numbers, with_alice, with_both};

#[tokio::test]
async fn an_event_comes_in_an_envelope_with_its_name_time_and_number() {
    let (gateway, mut alice) = with_alice().await;
    let seq = emit(&gateway, "market:created", json!({ "question": "Rain?" })).await;
    let envelope = alice.next("market:created").await;
    assert_eq!(envelope["type"], "market:created");
    assert_eq!(envelope["data"]["question"], "Rain?");
    assert_eq!(envelope["seq"], seq);
    let timestamp = envelope["timestamp"].as_str().unwrap();
    assert!(timestamp.ends_with('Z') && timestamp.len() == 24, "{timestamp}");
}

#[tokio::test]
async fn a_trade_reaches_a_trader_who_watches_the_market_twice_with_one_number() {
    let (gateway, mut alice, mut bob) = with_both().await;
    for client in [&mut alice, &mut bob] {
        join(client, "market", "m-1").await;
    }
    let seq = emit_to(&gateway, "alice", "market:trade", json!({ "marketId": "m-1" })).await;

    let copies = alice.settle().await;
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1]);
    assert_eq!(copies[0].1["seq"], seq);
    let watched = bob.settle().await;
    assert_eq!(watched.len(), 1);
    assert_eq!(watched[0].1, copies[0].1);
}

#[tokio::test]
async fn the_end_of_a_market_comes_to_everybody_and_twice_to_those_who_watch_it() {
    let (gateway, mut alice, mut bob) = with_both().await;
    join(&mut alice, "market", "m-1").await;
    let seq = emit(&gateway, "market:resolved", json!({ "marketId": "m-1" })).await;
    let copies = alice.settle().await;
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1]);
    let (name, envelope) = &copies[0];
    assert_eq!(
        (name.as_str(), &envelope["seq"]),
        ("market:resolved", &json!(seq))
    );
    let all = [
        "marketId",
        "outcome",
        "question",
        "reason",
        "resolvedBy",
        "timestamp",
        "totalParticipants",
        "totalVolume",
    ];
    assert_eq!(fields(&envelope["data"]), all);
    assert_eq!(bob.settle().await, [copies[0].clone()]);

    let why = json!({ "marketId": "m-2", "reason": "The final whistle" });
    emit(&gateway, "market:resolved", why).await;
    let data = bob.next("market:resolved").await["data"].clone();
    assert_eq!(data["reason"], "The final whistle");
}

#[tokio::test]
async fn unlocked_shares_come_to_their_holder_and_to_those_who_follow_the_creator() {
    let (gateway, mut alice, mut bob) = with_both().await;
    join(&mut bob, "creator", "0xC0FFEE").await;
    let data = json!({ "creatorId": "0xc0ffee", "holder": "0xA11CE0000000000000000000000000000000aaaa" });
    emit(&gateway, "shares:unlocked", data.clone()).await;
    let (held, followed) = (alice.settle().await, bob.settle().await);
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].0, "shares:unlocked");
    assert_eq!(held, followed);
    // Who holds and follows is in both rooms.
    join(&mut alice, "creator", "0xC0FFEE").await;
    emit(&gateway, "shares:unlocked", data).await;
    assert_eq!((alice.settle().await.len(), bob.settle().await.len()), (2, 1));
}

#[tokio::test]
async fn maintenance_is_told_to_everybody() {
    let (gateway, mut alice, mut bob) = with_both().await;
    let data = json!({ "active": true, "message": "Back at noon" });
    emit(&gateway, "system:maintenance", data).await;
    let told = alice.settle().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, "system:maintenance");
    assert_eq!(told[0].1["data"]["active"], true);
    assert_eq!(told[0].1["data"]["message"], "Back at noon");
    assert_eq!(bob.settle().await, told);
}

/// A whole number of the smallest unit, as text.
fn is_wei(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_iso(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok()
}

/// The fields of an object, in the order of their names.
fn fields(value: &Value) -> Vec<&str> {
    let mut fields: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    fields.sort_unstable();
    fields
}

#[tokio::test]
async fn a_new_market_says_what_the_guide_lists_and_nothing_else() {
    let (gateway, mut alice) = with_alice().await;
    emit(&gateway, "market:created", json!({ "marketId": "m-1" })).await;
    let data = alice.next("market:created").await["data"].clone();
    let all = [
        "category",
        "creator",
        "creatorHandle",
        "endDate",
        "imageUrl",
        "initialPrice",
        "marketId",
        "question",
    ];
    let optional = ["category", "creatorHandle", "imageUrl"];
    let needed: Vec<&str> = all
        .into_iter()
        .filter(|field| !optional.contains(field))
        .collect();
    let present = fields(&data);
    assert!(present.iter().all(|field| all.contains(field)), "{data}");
    assert!(needed.iter().all(|field| present.contains(field)), "{data}");
    assert!(
        is_iso(&data["endDate"]) && is_wei(&data["initialPrice"]),
        "{data}"
    );
    for text in ["creator", "question", "marketId"] {
        assert!(data[text].is_string(), "{data}");
    }

    let more = json!({ "creatorHandle": "@carol", "category": "Weather", "imageUrl": "https://example.invalid/m.png" });
    emit(&gateway, "market:created", more.clone()).await;
    let data = alice.next("market:created").await["data"].clone();
    assert_eq!(fields(&data), all);
    for field in optional {
        assert_eq!(data[field], more[field]);
    }
}

#[tokio::test]
async fn a_trade_says_what_the_guide_lists_and_nothing_else() {
    let (gateway, mut alice) = with_alice().await;
    join(&mut alice, "market", "m-1").await;
    for (direction, outcome) in [("buy", 1), ("sell", 0)] {
        let data = json!({ "marketId": "m-1", "direction": direction, "outcome": outcome });
        emit(&gateway, "market:trade", data).await;
        // Alice is the trader, too, so that she gets it twice.
        let copies = alice.settle().await;
        let data = &copies[0].1["data"];
        assert_eq!(
            fields(data),
            [
                "amount",
                "direction",
                "marketId",
                "newNoPrice",
                "newYesPrice",
                "outcome",
                "price",
                "shares",
                "timestamp",
                "tradeId",
                "trader",
            ]
        );
        for amount in ["amount", "shares", "price", "newYesPrice", "newNoPrice"] {
            assert!(is_wei(&data[amount]), "{data}");
        }
        assert!(is_iso(&data["timestamp"]), "{data}");
        assert!(data["trader"].as_str().unwrap().starts_with("0x"), "{data}");
        assert_eq!(
            (&data["direction"], &data["outcome"]),
            (&json!(direction), &json!(outcome))
        );
    }
}

#[tokio::test]
async fn without_double_delivery_a_client_in_both_rooms_gets_an_event_once() {
    let gateway = gateway_with(|config| config.double_delivery = false);
    let mut alice = connect(&gateway, "alice").await;
    join(&mut alice, "market", "m-1").await;
    emit_to(&gateway, "alice", "market:trade", json!({ "marketId": "m-1" })).await;
    assert_eq!(alice.settle().await.len(), 1);
}

/// A creator whom anybody may follow.
const CREATOR: &str = "0xc0ffee0000000000000000000000000000000000";

#[tokio::test]
async fn events_for_one_user_reach_nobody_else() {
    let (gateway, mut alice, mut bob) = with_both().await;
    // What is for one person alone goes to no room either that anybody may join (G018, G019).
    join(&mut alice, "market", "m-1").await;
    join(&mut alice, "creator", CREATOR).await;
    let bob_only = || Some(To::Username("bob".to_owned()));
    for (event, data) in [
        ("notification", json!({ "data": { "marketId": "m-1" } })),
        ("dividend:available", json!({ "creatorId": CREATOR })),
    ] {
        gateway.emit(event, data, bob_only()).await.unwrap();
    }
    assert!(alice.settle().await.is_empty());
    assert_eq!(bob.settle().await.len(), 2);
    for event in [
        "notification",
        "dividend:available",
        "shares:unlocked",
        "shares:trade",
        "market:trade",
    ] {
        gateway
            .emit(event, Value::Null, Some(To::UserId("user-2002".to_owned())))
            .await
            .unwrap();
    }
    assert!(alice.settle().await.is_empty());
    let names: Vec<String> = bob.settle().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "notification",
            "dividend:available",
            "shares:unlocked",
            "shares:trade",
            "market:trade"
        ]
    );
}

#[tokio::test]
async fn numbers_rise_by_one_in_the_order_of_arrival_however_many_emit_at_once() {
    let (gateway, mut alice) = with_alice().await;
    let emits = (0..200).map(|_| gateway.emit("system:announcement", Value::Null, None));
    let mut given: Vec<u64> = futures_util::future::join_all(emits)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let received: Vec<Value> = alice
        .settle()
        .await
        .into_iter()
        .map(|(_, envelope)| envelope)
        .collect();
    given.sort_unstable();
    assert_eq!(numbers(&received), given);
    assert_eq!(given, (1..=200).collect::<Vec<u64>>());
}

#[tokio::test]
async fn bulk_notifications_have_own_ids_and_go_to_their_own_users() {
    use carillon_gateway::guesslyfe::{Iso, Notification, NotificationKind};
    let (gateway, mut alice, mut bob) = with_both().await;
    let created = Iso("2030-01-02T03:04:05.678Z".parse().unwrap());
    let notification = |id: &str, user_id: &str| Notification {
        notification_id: id.to_owned(),
        user_id: user_id.to_owned(),
        kind: NotificationKind::Custom,
        title: "T".to_owned(),
        message: "M".to_owned(),
        data: None,
        action_url: None,
        read: false,
        timestamp: created,
    };
    let both = vec![notification("n-1", "user-1001"), notification("n-2", "user-2002")];
    assert_eq!(gateway.guesslyfe().notifications(both).await.unwrap(), [1, 2]);

    let mine = alice.settle().await;
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].1["data"]["notificationId"], "n-1");
    assert_eq!(mine[0].1["data"]["read"], false);
    assert_eq!(mine[0].1["data"]["timestamp"], "2030-01-02T03:04:05.678Z");
    assert_eq!(bob.next("notification").await["data"]["notificationId"], "n-2");
}

#[tokio::test]
async fn a_notification_says_what_the_guide_lists_and_nothing_else() {
    let (gateway, mut alice) = with_alice().await;
    for kind in [
        "market_resolved",
        "trade_executed",
        "dividend_available",
        "custom",
    ] {
        let more = json!({ "type": kind, "data": { "marketId": "m-1" }, "actionUrl": "/markets/m-1" });
        emit_to(&gateway, "alice", "notification", more.clone()).await;
        let data = alice.next("notification").await["data"].clone();
        let all = [
            "actionUrl",
            "data",
            "message",
            "notificationId",
            "read",
            "timestamp",
            "title",
            "type",
            "userId",
        ];
        assert_eq!(fields(&data), all);
        for field in ["type", "data", "actionUrl"] {
            assert_eq!(data[field], more[field]);
        }
        assert_eq!(
            (&data["userId"], &data["read"]),
            (&json!("user-1001"), &json!(false))
        );
        assert!(is_iso(&data["timestamp"]), "{data}");
    }
}

/// The data of an event as its type.
fn typed<T: serde::de::DeserializeOwned>(data: Value) -> T {
    serde_json::from_value(data).unwrap()
}

#[tokio::test]
async fn each_event_has_a_typed_method_of_its_own() {
    const AT: &str = "2030-01-02T03:04:05.678Z";
    let (gateway, mut alice) = with_alice().await;
    let wallet = "0xa11ce0000000000000000000000000000000aaaa";
    let server = gateway.guesslyfe();
    let market =
        json!({ "marketId": "m-1", "question": "Q", "creator": wallet, "endDate": AT, "initialPrice": "5" });
    let trade = json!({
        "marketId": "m-1", "tradeId": "t-1", "trader": wallet, "direction": "buy", "outcome": 1, "amount": "1",
        "shares": "2", "price": "3", "newYesPrice": "4", "newNoPrice": "6", "timestamp": AT,
    });
    let resolved = json!({
        "marketId": "m-1", "question": "Q", "outcome": 1, "resolvedBy": "r", "timestamp": AT, "totalVolume": "9",
        "totalParticipants": 2,
    });
    let shares = json!({
        "creatorId": "c-1", "tradeId": "t-2", "trader": wallet, "direction": "sell", "shares": "1", "price": "2",
        "newSharePrice": "3", "timestamp": AT,
    });
    let unlocked =
        json!({ "creatorId": "c-1", "holder": wallet, "shares": "1", "unlockedAt": AT, "timestamp": AT });
    let dividend =
        json!({ "dividendId": "d-1", "creatorId": "c-1", "holder": wallet, "amount": "1", "timestamp": AT });
    let notification = json!({
        "notificationId": "n-1", "userId": "user-1001", "type": "custom", "title": "T", "message": "M", "read": false,
        "timestamp": AT,
    });
    let maintenance = json!({ "active": true, "message": "M", "timestamp": AT });
    let announcement = json!({ "announcementId": "a-1", "title": "T", "message": "M", "timestamp": AT });
    let given = [
        server.market_created(typed(market.clone())).await.unwrap(),
        server.market_trade(typed(trade.clone())).await.unwrap(),
        server.market_resolved(typed(resolved.clone())).await.unwrap(),
        server.shares_trade(typed(shares.clone())).await.unwrap(),
        server.shares_unlocked(typed(unlocked.clone())).await.unwrap(),
        server.dividend_available(typed(dividend.clone())).await.unwrap(),
        server.notification(typed(notification.clone())).await.unwrap(),
        server
            .system_maintenance(typed(maintenance.clone()))
            .await
            .unwrap(),
        server
            .system_announcement(typed(announcement.clone()))
            .await
            .unwrap(),
    ];
    assert_eq!(given, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let came: Vec<(String, Value)> = alice
        .settle()
        .await
        .into_iter()
        .map(|(name, envelope)| (name, envelope["data"].clone()))
        .collect();
    let sent = [
        ("market:created", market),
        ("market:trade", trade),
        ("market:resolved", resolved),
        ("shares:trade", shares),
        ("shares:unlocked", unlocked),
        ("dividend:available", dividend),
        ("notification", notification),
        ("system:maintenance", maintenance),
        ("system:announcement", announcement),
    ]
    .map(|(name, data)| (name.to_owned(), data));
    assert_eq!(came, sent);
}

#[tokio::test]
async fn a_notification_for_an_unknown_user_is_an_error_and_takes_no_number() {
    let gateway = gateway();
    let data = json!({ "userId": "user-9999" });
    assert!(gateway.emit("notification", data, None).await.is_err());
    assert_eq!(emit(&gateway, "notification", Value::Null).await, 1);
}

#[tokio::test]
async fn without_extensions_the_server_says_only_what_the_guide_knows() {
    let gateway = gateway_with(|config| config.extensions = false);
    let token = crate::support::token(&gateway, "alice").await;
    let auth = crate::client::Auth::Payload(json!({ "token": token }));
    let mut alice = crate::client::Client::connect(&gateway, auth).await.unwrap();
    let welcome = alice.next("connected").await;
    let fields: Vec<&String> = welcome.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["message", "rooms"]);

    alice.send_text("4277[\"sync\",{}]".to_owned()).await;
    emit(&gateway, "system:announcement", Value::Null).await;
    let events = alice.settle().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].1.get("seq"), None);
}

#[tokio::test]
async fn what_is_emitted_has_no_control_characters() {
    let (gateway, mut alice) = with_alice().await;
    let data = json!({ "title": "Pay\u{202E}day\u{0}", "message": "two\nlines" });
    gateway.emit("system:announcement", data, None).await.unwrap();
    let envelope = alice.next("system:announcement").await;
    assert_eq!(envelope["data"]["title"], "Payday");
    assert_eq!(envelope["data"]["message"], "two\nlines");
}
