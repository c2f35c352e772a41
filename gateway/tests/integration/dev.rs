//! The triggers under `/dev`.

use serde_json::{Value, json};

use crate::{
    client::Ended,
    support::{BOB_ROOM, connect, gateway, gateway_with, post},
};

/// Every event of the catalogue.
const EVENTS: [&str; 9] = [
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

#[tokio::test]
async fn every_event_can_be_triggered_for_a_user_without_saying_more() {
    let gateway = gateway();
    let mut bob = connect(&gateway, "bob").await;
    for (event, seq) in EVENTS.into_iter().zip(1..) {
        let body = json!({ "event": event, "to": { "username": "bob" } });
        let (status, answer) = post(&gateway, "/dev/emit", &body).await;
        assert_eq!(
            (status, &answer["seqs"]),
            (200, &json!([seq])),
            "{event}: {answer}"
        );
        let envelope = bob.next(event).await;
        assert_eq!(
            (&envelope["type"], &envelope["seq"]),
            (&json!(event), &json!(seq))
        );
    }
}

#[tokio::test]
async fn data_is_laid_over_and_rooms_follow_from_it() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    alice
        .call("subscribe", &[json!({ "room": "market", "id": "m-7" })])
        .await;
    let data =
        json!({ "marketId": "m-7", "trader": "0x1", "amount": "115792089237316195423570985008687907853" });
    post(
        &gateway,
        "/dev/emit",
        &json!({ "event": "market:trade", "data": data }),
    )
    .await;
    let trade = alice.next("market:trade").await;
    assert_eq!(trade["data"]["amount"], "115792089237316195423570985008687907853");
    assert!(trade["data"]["tradeId"].is_string());
}

#[tokio::test]
async fn many_at_once_have_consecutive_numbers_and_own_ids() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let body = json!({ "event": "notification", "to": { "userId": "user-1001" }, "count": 50 });
    let (_, answer) = post(&gateway, "/dev/emit", &body).await;
    assert_eq!(answer["seqs"], json!((1..=50).collect::<Vec<u64>>()));
    let ids: std::collections::BTreeSet<String> = alice
        .settle()
        .await
        .iter()
        .map(|(_, envelope)| envelope["data"]["notificationId"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 50);
}

#[tokio::test]
async fn a_room_can_be_named_outright() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let mut bob = connect(&gateway, "bob").await;
    let body = json!({ "event": "system:announcement", "to": { "room": BOB_ROOM } });
    post(&gateway, "/dev/emit", &body).await;
    bob.next("system:announcement").await;
    assert!(alice.settle().await.is_empty());
}

#[tokio::test]
async fn what_is_not_an_event_is_refused_and_takes_no_number() {
    let gateway = gateway();
    let bad = [
        (json!({ "event": "market:gone" }), 400, "unknown_event"),
        (json!({ "event": "connected" }), 400, "unknown_event"),
        (
            json!({ "event": "market:trade", "data": { "amount": 5 } }),
            400,
            "invalid_data",
        ),
        (
            json!({ "event": "market:trade", "data": { "outcome": 2 } }),
            400,
            "invalid_data",
        ),
        (
            json!({ "event": "market:trade", "data": "x" }),
            400,
            "invalid_data",
        ),
        (
            json!({ "event": "notification", "to": { "username": "nobody" } }),
            404,
            "unknown_user",
        ),
        (
            json!({ "event": "notification", "data": { "userId": "user-0" } }),
            404,
            "unknown_user",
        ),
        (
            json!({ "event": "notification", "to": { "room": "cellar:1" } }),
            400,
            "unknown_room",
        ),
        (json!({ "event": "notification", "too": {} }), 400, "invalid_body"),
    ];
    for (body, status, code) in bad {
        let (found, answer) = post(&gateway, "/dev/emit", &body).await;
        assert_eq!(
            (found, &answer["error"]["code"]),
            (status, &json!(code)),
            "{body}"
        );
    }
    let (_, answer) = post(&gateway, "/dev/emit", &json!({ "event": "notification" })).await;
    assert_eq!(answer["seqs"], json!([1]));
}

#[tokio::test]
async fn anything_can_be_sent_raw_with_any_number_of_arguments_and_is_not_logged() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    for arguments in [json!([]), json!([1, "two", { "three": null }]), json!([[1, 2]])] {
        let body = json!({ "username": "alice", "name": "market:trade", "args": arguments });
        let (_, answer) = post(&gateway, "/dev/raw", &body).await;
        assert_eq!(answer["sockets"], 1);
        let (name, received) = alice.next_any().await;
        assert_eq!(
            (name.as_str(), Value::Array(received)),
            ("market:trade", arguments)
        );
    }
    let page = alice.call("sync", &[]).await;
    assert_eq!((&page["events"], &page["next"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn a_user_can_be_disconnected_with_and_without_a_word() {
    let gateway = gateway();
    for (cut, ended) in [(false, Ended::Told), (true, Ended::Gone)] {
        let mut alice = connect(&gateway, "alice").await;
        let mut bob = connect(&gateway, "bob").await;
        let body = json!({ "username": "alice", "cut": cut });
        let (_, answer) = post(&gateway, "/dev/disconnect", &body).await;
        assert_eq!(answer["sockets"], 1);
        assert_eq!(alice.end().await.0, ended);
        assert_eq!(bob.call("ping", &[]).await["pong"], true);
    }
}

#[tokio::test]
async fn a_socket_that_left_and_came_back_on_its_connection_can_still_be_cut() {
    let gateway = gateway();
    let token = crate::support::token(&gateway, "alice").await;
    let mut alice = connect(&gateway, "alice").await;
    alice.send_text("41".to_owned()).await;
    alice.send_text(format!("40{}", json!({ "token": token }))).await;
    alice.next("connected").await;
    assert_eq!(gateway.cut("alice").unwrap(), 1);
    assert_eq!(alice.end().await.0, Ended::Gone);
}

#[tokio::test]
async fn without_dev_there_are_no_triggers() {
    let gateway = gateway_with(|config| config.dev = Some(false));
    for path in ["/dev/emit", "/dev/raw", "/dev/disconnect", "/dev/expire"] {
        assert_eq!(post(&gateway, path, &json!({})).await.0, 404);
    }
}

#[test]
fn triggers_are_off_by_default_where_others_could_reach_them() {
    let mut config = carillon_gateway::Config::for_tests();
    assert!(config.dev_enabled());
    config.bind = "0.0.0.0:3000".parse().unwrap();
    assert!(!config.dev_enabled());
    config.dev = Some(true);
    assert!(config.dev_enabled());
}
