//! An event comes in: stored, then told, then acknowledged; once, however often it is sent.

use carillon_contract::continuity::GapReason;
use carillon_contract::{ConnectionState, UiEvent};
use carillon_link::Cause;
use carillon_link::testing::Outcome;
use serde_json::{Value, json};

use crate::rig::{Bench, Rig};

fn note(id: &str, number: i64) -> Value {
    json!({ "id": id, "number": number })
}

/// The keys of the next events that are told.
async fn told(rig: &mut Rig) -> Vec<String> {
    rig.hear("events", |event| match event {
        UiEvent::Events { events } => Some(events.iter().map(|event| event.key.clone()).collect()),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn an_event_is_acknowledged_once_it_is_stored_and_a_second_delivery_is_not_told() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let line = rig.online(false).await;
    let store = rig.store().await;
    line.say_and_ask("note", &note("n-1", 1)).await.unwrap();
    assert_eq!(store.newest_seq().await.unwrap(), 1);
    line.say_and_ask("note", &note("n-1", 1)).await.unwrap();
    line.say_and_ask("note", &note("n-2", 2)).await.unwrap();
    assert_eq!(told(&mut rig).await, ["n-1"]);
    assert_eq!(told(&mut rig).await, ["n-2"]);
    assert_eq!(store.counts().await.unwrap().repeated, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_not_stored_before_the_process_died_is_sent_again_and_nothing_is_there_twice() {
    let bench = Bench::new();
    let (engine, script) = bench.engine([Outcome::Open]).await;
    let account = crate::rig::add(&engine, "alice", "http://127.0.0.1:1").await;
    let rig = bench.run(engine, script, account).await;
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "log": "l", "head": 0 }));
    let first = json!({ "log": "l", "events": [note("n-1", 1)], "next": 1, "more": true });
    line.hear().await.answer(&first);
    // Live and beyond what was fetched: stored, but no reason to leave out what lies between.
    line.say_and_ask("note", &note("n-4", 4)).await.unwrap();
    let store = rig.store().await;
    assert_eq!(store.cursor().await.unwrap().unwrap().number, 1);
    let second = line.hear().await;
    assert_eq!(second.payload, json!(1));
    drop(second);
    drop(line);
    let (bench, account) = rig.stop().await;

    let (engine, script) = bench.engine([Outcome::Open]).await;
    let mut rig = bench.run(engine, script, account).await;
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "log": "l", "head": 4 }));
    let asked = line.hear().await;
    assert_eq!(asked.payload, json!(1));
    let rest = [note("n-2", 2), note("n-3", 3), note("n-4", 4)];
    asked.answer(&json!({ "log": "l", "events": rest, "next": 4 }));
    assert_eq!(told(&mut rig).await, ["n-2", "n-3"]);
    rig.until_online().await;
    let store = rig.store().await;
    assert_eq!(store.event_counts().await.unwrap().0, 4);
    assert_eq!(store.gaps(9).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_listener_that_does_not_listen_is_told_to_read_and_misses_nothing_that_is_stored() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let line = rig.online(false).await;
    // Each is a batch of its own, and each batch is told in several ways: more than a listener may be behind.
    for number in 0..600 {
        let event = note(&format!("n-{number}"), number);
        line.say_and_ask("note", &event).await.unwrap();
    }
    let missed = rig
        .hear("Resync", |event| Some(matches!(event, UiEvent::Resync)))
        .await;
    assert!(missed, "the first that it hears is that it has missed something");
    let newest = told(&mut rig).await;
    let stored = rig.store().await.events_after(0, 1_000).await.unwrap();
    assert_eq!(stored.len(), 600);
    assert!(stored.iter().any(|event| newest.contains(&event.key)));
}

#[tokio::test(start_paused = true)]
async fn a_server_without_a_log_leaves_a_gap_as_long_as_the_connection_was_away() {
    let mut rig = Bench::new().running([Outcome::Open, Outcome::Open]).await;
    let line = rig.online(false).await;
    let from = rig.bench.now();
    line.lose(Cause::Silent);
    rig.state(ConnectionState::Reconnecting).await;
    tokio::time::advance(std::time::Duration::from_secs(60)).await;
    rig.online(false).await;
    let gaps = rig.store().await.gaps(9).await.unwrap();
    assert_eq!(gaps.len(), 1);
    assert_eq!((gaps[0].from, gaps[0].why), (from, GapReason::NoReplay));
    assert_eq!(gaps[0].to, rig.bench.now());
}
