//! `subscribe`, `unsubscribe`, `getRooms`, `ping`, and what happens to malformed ones.

use carillon_gateway::{Platform, guesslyfe::Options};
use serde_json::{Value, json};

use crate::support::{ALICE_ROOM, BOB_ROOM, connect, emit, gateway_with, join, with_alice};

fn room(kind: &str, id: &str) -> Value {
    json!({ "room": kind, "id": id })
}

#[tokio::test]
async fn subscribing_joins_and_unsubscribing_leaves() {
    let (gateway, mut alice) = with_alice().await;
    let trade = json!({ "marketId": "market123", "trader": "0xB0b0000000000000000000000000000000bBbBbB" });
    let joined = join(&mut alice, "market", "market123").await;
    assert_eq!(joined["success"], true);
    assert_eq!(joined["room"], "market:market123");
    assert!(joined["message"].is_string());
    let mut bob = connect(&gateway, "bob").await;
    emit(&gateway, "market:trade", trade.clone()).await;
    assert_eq!(alice.next("market:trade").await["data"]["marketId"], "market123");
    bob.next("market:trade").await;

    let left = alice.call("unsubscribe", &[room("market", "market123")]).await;
    assert_eq!(
        (&left["success"], &left["room"]),
        (&json!(true), &json!("market:market123"))
    );
    emit(&gateway, "market:trade", trade.clone()).await;
    bob.next("market:trade").await;
    assert!(alice.settle().await.is_empty());
}

#[tokio::test]
async fn the_ack_is_optional() {
    let (_gateway, mut alice) = with_alice().await;
    alice.emit("subscribe", &[room("creator", "0xABC")]).await;
    let rooms = alice.call("getRooms", &[]).await;
    assert_eq!(rooms, json!(["creator:0xabc", "global:all", ALICE_ROOM]));
}

#[tokio::test]
async fn subscribing_twice_is_subscribing_once() {
    let (gateway, mut alice) = with_alice().await;
    for spelling in ["0xAbC", "0xabc"] {
        let answer = join(&mut alice, "creator", spelling).await;
        assert_eq!(
            (&answer["success"], &answer["room"]),
            (&json!(true), &json!("creator:0xabc"))
        );
    }
    emit(
        &gateway,
        "shares:trade",
        json!({ "creatorId": "0xABC", "trader": "0x1" }),
    )
    .await;
    assert_eq!(alice.settle().await.len(), 1);
}

#[tokio::test]
async fn rooms_of_others_cannot_be_joined() {
    let (_gateway, mut alice) = with_alice().await;
    for (kind, id) in [
        ("user", "0xb0b0000000000000000000000000000000bbbbbb"),
        ("global", "all"),
        ("Market", "m-1"),
        ("market", "../user:0xb0b"),
        ("creator", BOB_ROOM),
        ("market", ""),
        ("market", &"x".repeat(129)),
    ] {
        let answer = join(&mut alice, kind, id).await;
        assert_eq!(answer["success"], false, "{kind}:{id}");
        assert!(answer["message"].is_string());
    }
    assert_eq!(
        alice.call("getRooms", &[]).await,
        json!(["global:all", ALICE_ROOM])
    );
}

#[tokio::test]
async fn malformed_requests_are_refused_and_the_socket_lives_on() {
    let (_gateway, mut alice) = with_alice().await;
    let malformed = [
        vec![],
        vec![Value::Null],
        vec![json!("market")],
        vec![json!([])],
        vec![json!({})],
        vec![json!({ "room": "market" })],
        vec![json!({ "room": "market", "id": 5 })],
        vec![json!({ "room": ["market"], "id": "m-1" })],
        vec![json!({ "room": "market", "id": { "$gt": "" } })],
    ];
    for arguments in malformed {
        for event in ["subscribe", "unsubscribe"] {
            let answer = alice.call(event, &arguments).await;
            assert_eq!(answer["success"], false, "{event} {arguments:?}");
        }
    }
    alice.emit("subscribe", &[json!({ "room": "market" })]).await;
    let error = alice.next("error").await;
    assert_eq!(error["code"], "invalid_request");
    assert!(error["message"].is_string());
    assert_eq!(alice.call("ping", &[]).await["pong"], true);
}

#[tokio::test]
async fn an_unknown_event_is_answered_where_an_answer_is_wanted() {
    let (_gateway, mut alice) = with_alice().await;
    let answer = alice.call("buyEverything", &[json!({})]).await;
    assert_eq!(
        (&answer["success"], &answer["code"]),
        (&json!(false), &json!("unknown_event"))
    );
    alice.emit("buyEverything", &[]).await;
    assert!(alice.settle().await.is_empty());
}

#[tokio::test]
async fn a_client_may_be_in_a_hundred_rooms_the_automatic_ones_included() {
    let (_gateway, mut alice) = with_alice().await;
    for n in 1..=98 {
        let answer = join(&mut alice, "market", &format!("m-{n}")).await;
        assert_eq!(answer["success"], true, "{n}");
    }
    let refused = join(&mut alice, "market", "m-99").await;
    assert_eq!(
        (&refused["success"], &refused["room"]),
        (&json!(false), &json!("market:m-99"))
    );
    assert_eq!(join(&mut alice, "market", "m-1").await["success"], true);
    assert_eq!(alice.call("getRooms", &[]).await.as_array().unwrap().len(), 100);

    alice.call("unsubscribe", &[room("market", "m-1")]).await;
    assert_eq!(join(&mut alice, "market", "m-99").await["success"], true);
}

#[tokio::test]
async fn a_strict_server_knows_only_markets_that_were_announced() {
    let strict = Options {
        strict_markets: true,
        market: None,
    };
    let gateway = gateway_with(|config| config.platform = Platform::GuessLyfe(strict));
    let mut alice = connect(&gateway, "alice").await;
    emit(&gateway, "market:created", json!({ "marketId": "m-1" })).await;
    // Its end does not announce it.
    emit(&gateway, "market:resolved", json!({ "marketId": "m-2" })).await;
    let unknown = join(&mut alice, "market", "m-2").await;
    assert_eq!(
        (&unknown["success"], &unknown["code"]),
        (&json!(false), &json!("unknown_market"))
    );
    assert_eq!(join(&mut alice, "market", "m-1").await["success"], true);
    assert_eq!(join(&mut alice, "creator", "anybody").await["success"], true);
}

#[tokio::test]
async fn acks_come_in_the_order_of_the_requests() {
    let (_gateway, mut alice) = with_alice().await;
    for n in 1..=500 {
        alice.send_text(format!("42{}[\"ping\"]", 1_000 + n)).await;
    }
    assert_eq!(
        alice.acks_in_order(500).await,
        (1_001..=1_500).collect::<Vec<u64>>()
    );
}
