//! `sync`: what a client missed, in pages.

use carillon_gateway::Retention;
use serde_json::{Value, json};

use crate::support::{
    announce, connect, emit, emit_to, gateway, gateway_with, join, numbers, page_after, with_alice,
};

fn payloads(page: &Value) -> Vec<Value> {
    page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["payload"].clone())
        .collect()
}

#[tokio::test]
async fn a_replayed_event_is_the_live_event_and_comes_once() {
    let (gateway, mut alice) = with_alice().await;
    join(&mut alice, "market", "m-1").await;
    emit_to(&gateway, "alice", "market:trade", json!({ "marketId": "m-1" })).await;
    let live = alice.settle().await;

    let page = page_after(&mut alice, 0).await;
    assert_eq!(payloads(&page), [live[0].1.clone()]);
    assert_eq!(page["events"][0]["name"], "market:trade");
    assert_eq!(
        (&page["next"], &page["more"], &page["complete"]),
        (&json!(1), &json!(false), &json!(true))
    );
}

#[tokio::test]
async fn a_client_that_was_away_catches_up_in_its_rooms_and_no_others() {
    let (gateway, mut alice) = with_alice().await;
    emit_to(&gateway, "alice", "notification", Value::Null).await;
    let seen = alice.next("notification").await["seq"].clone();
    drop(alice);
    for (event, username) in [
        ("notification", "bob"),
        ("notification", "alice"),
        ("market:trade", "bob"),
        ("dividend:available", "alice"),
    ] {
        emit_to(&gateway, username, event, Value::Null).await;
    }
    emit(&gateway, "system:maintenance", Value::Null).await;

    let mut alice = connect(&gateway, "alice").await;
    let page = page_after(&mut alice, seen.clone()).await;
    assert_eq!(numbers(&payloads(&page)), [3, 5, 6]);
    join(&mut alice, "market", "mkt-demo").await;
    let page = page_after(&mut alice, seen.clone()).await;
    assert_eq!(numbers(&payloads(&page)), [3, 4, 5, 6]);
}

#[tokio::test]
async fn a_long_absence_comes_in_pages_without_gap_or_repeat() {
    let gateway = gateway();
    announce(&gateway, 1_203).await;
    let mut alice = connect(&gateway, "alice").await;
    let mut since = json!(null);
    let mut received = Vec::new();
    let mut sizes = Vec::new();
    loop {
        let page = page_after(&mut alice, since).await;
        assert_eq!(page["complete"], true);
        let events = payloads(&page);
        sizes.push(events.len());
        received.extend(numbers(&events));
        since = page["next"].clone();
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(sizes, [500, 500, 203]);
    assert_eq!(received, (1..=1_203).collect::<Vec<u64>>());
    assert_eq!(since, 1_203);
}

#[tokio::test]
async fn the_limit_is_obeyed_and_cut_to_what_a_page_may_hold() {
    let gateway = gateway();
    announce(&gateway, 600).await;
    let mut alice = connect(&gateway, "alice").await;
    for (limit, size) in [(1, 1), (7, 7), (0, 1), (5_000, 500)] {
        let page = alice.call("sync", &[json!({ "since": 0, "limit": limit })]).await;
        assert_eq!(payloads(&page).len(), size, "{limit}");
        assert_eq!(page["next"], size);
    }
}

#[tokio::test]
async fn without_arguments_it_starts_with_the_oldest() {
    let gateway = gateway();
    announce(&gateway, 3).await;
    let mut alice = connect(&gateway, "alice").await;
    for arguments in [vec![], vec![json!({})], vec![json!({ "since": null })]] {
        let page = alice.call("sync", &arguments).await;
        assert_eq!(numbers(&payloads(&page)), [1, 2, 3]);
    }
}

#[tokio::test]
async fn a_number_beyond_the_head_is_of_another_log() {
    let gateway = gateway();
    announce(&gateway, 3).await;
    let mut alice = connect(&gateway, "alice").await;
    let page = page_after(&mut alice, 4).await;
    assert_eq!(
        (&page["complete"], &page["next"], &page["more"]),
        (&json!(false), &json!(3), &json!(false))
    );
    assert!(payloads(&page).is_empty());
}

#[tokio::test]
async fn events_that_are_no_longer_kept_make_the_page_incomplete() {
    let gateway = gateway_with(|config| {
        config.retention = Retention {
            count: 10,
            ..Retention::default()
        }
    });
    // One at a time: old events are dropped after each batch.
    for _ in 0..30 {
        emit(&gateway, "system:announcement", Value::Null).await;
    }
    let mut alice = connect(&gateway, "alice").await;
    let page = page_after(&mut alice, 2).await;
    assert_eq!(page["complete"], false);
    let kept = numbers(&payloads(&page));
    assert_eq!((kept.first(), kept.last()), (Some(&21), Some(&30)));
    assert_eq!(page_after(&mut alice, 20).await["complete"], true);
}

#[tokio::test]
async fn a_malformed_request_is_refused() {
    let (_gateway, mut alice) = with_alice().await;
    for data in [
        json!("5"),
        json!({ "since": -1 }),
        json!({ "since": 1.5 }),
        json!({ "since": "1" }),
        json!({ "sinse": 1 }),
    ] {
        let answer = alice.call("sync", std::slice::from_ref(&data)).await;
        assert_eq!(
            (&answer["success"], &answer["code"]),
            (&json!(false), &json!("invalid_request")),
            "{data}"
        );
    }
}

#[tokio::test]
async fn what_is_emitted_during_a_catch_up_arrives_live() {
    let gateway = gateway();
    announce(&gateway, 700).await;
    let mut alice = connect(&gateway, "alice").await;
    let first = page_after(&mut alice, 0).await;
    emit(&gateway, "system:maintenance", Value::Null).await;
    let second = page_after(&mut alice, first["next"].clone()).await;
    let caught_up = numbers(&payloads(&second));
    assert_eq!((caught_up.first(), caught_up.last()), (Some(&501), Some(&701)));
    assert_eq!(alice.next("system:maintenance").await["seq"], 701);
}
