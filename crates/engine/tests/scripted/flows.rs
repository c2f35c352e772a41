//! An event comes in: stored, then told, then acknowledged; once, however often it is sent.

use std::time::Duration;

use carillon_contract::continuity::GapReason;
use carillon_contract::{ConnectionState, ConnectionStatus, UiEvent};
use carillon_link::testing::Outcome;
use carillon_link::{Cause, Hint};
use serde_json::{Value, json};
use tokio::time::Instant;

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
async fn a_token_that_was_refused_is_not_sent_again_after_a_restart_and_a_new_one_is() {
    let mut rig = Bench::new().running([Outcome::Refuse("token")]).await;
    rig.state(ConnectionState::Error).await;
    let (bench, account) = rig.stop().await;

    // No further try is in the script: one would fail the test.
    let (engine, script) = bench.engine([]).await;
    let mut rig = bench.run(engine, script, account).await;
    rig.state(ConnectionState::Error).await;
    assert_eq!(rig.script.tokens(), Vec::<String>::new());
    let (bench, account) = rig.stop().await;

    let (engine, script) = bench.engine([Outcome::Open]).await;
    assert_eq!(
        crate::rig::add(&engine, "alice", "http://127.0.0.1:1").await,
        account
    );
    let mut rig = bench.run(engine, script, account).await;
    rig.online(false).await;
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

#[tokio::test(start_paused = true)]
async fn where_a_dead_connection_is_noticed_late_what_may_be_missing_begins_as_much_earlier() {
    const SILENCE: Duration = Duration::from_secs(85);
    let mut rig = Bench::new().running([Outcome::Open, Outcome::Open]).await;
    let line = rig.online(false).await;
    line.notices_within(SILENCE);
    let (store, server) = (rig.store().await, rig.account.server.clone());
    // Some rounds of upkeep, each of which notes up to when everything is there.
    for _ in 0..20 {
        tokio::time::advance(Duration::from_secs(30)).await;
        for _ in 0..9 {
            tokio::task::yield_now().await;
        }
        // Behind what was noted.
        store.set_server(server.clone()).await.unwrap();
    }
    let noticed = rig.bench.now();
    let noted = store.last_seen().await.unwrap().unwrap().complete_until.unwrap();
    assert!(noted <= noticed.before(SILENCE), "{:?}", noticed.since(noted));
    assert!(noticed.since(noted) < SILENCE * 2, "{:?}", noticed.since(noted));
    line.lose(Cause::Silent);
    rig.state(ConnectionState::Reconnecting).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    rig.online(false).await;
    let gaps = rig.store().await.gaps(9).await.unwrap();
    assert_eq!(gaps.len(), 1);
    assert!(gaps[0].from <= noticed.before(SILENCE), "{gaps:?}");
    assert!(noticed.since(gaps[0].from) < SILENCE * 2, "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_puts_off_what_was_missed_is_asked_later_and_nothing_is_given_up() {
    let mut rig = Bench::new().running(vec![Outcome::Open; 6]).await;
    for tries in 1..6 {
        let mut line = rig.script.line().await;
        line.say("welcome", &json!({ "log": "l", "head": 2 }));
        line.hear().await.answer(&json!({ "later": 90 }));
        waiting(&mut rig, tries).await;
        // It is not hurried by a network that comes and goes either.
        rig.engine.hint(Hint::NetworkChanged);
        tokio::time::advance(Duration::from_secs(89)).await;
        assert_eq!(rig.script.tokens().len(), usize::try_from(tries).unwrap());
        tokio::time::advance(Duration::from_secs(2)).await;
    }
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "log": "l", "head": 2 }));
    let events = [note("n-1", 1), note("n-2", 2)];
    let page = json!({ "log": "l", "events": events, "next": 2 });
    line.hear().await.answer(&page);
    rig.until_online().await;
    let store = rig.store().await;
    assert_eq!(store.event_counts().await.unwrap().0, 2);
    assert_eq!(store.gaps(9).await.unwrap(), []);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_did_not_outlive_a_sleep_is_replaced_at_once() {
    let mut rig = Bench::new().running([Outcome::Open, Outcome::Open]).await;
    let line = rig.online(false).await;
    line.play_dead();
    let slept = Instant::now();
    rig.engine.hint(Hint::Woke);
    rig.online(false).await;
    assert_eq!(slept.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn what_is_shown_without_a_connection_is_as_old_as_its_loss_however_often_it_is_tried() {
    let fails = vec![Outcome::Fail(Cause::Unreachable); 9];
    let mut rig = Bench::new()
        .running(std::iter::once(Outcome::Open).chain(fails.clone()))
        .await;
    let line = rig.online(false).await;
    tokio::time::advance(Duration::from_secs(40)).await;
    let lost = rig.bench.now();
    line.lose(Cause::TransportClosed);
    for tries in 1..4 {
        let status = waiting(&mut rig, tries).await;
        assert_eq!(status.since, lost);
        let next = status.next_try_at.expect("a next try");
        assert!(next > rig.bench.now() && next.since(rig.bench.now()) <= Duration::from_secs(8));
        tokio::time::advance(Duration::from_secs(8)).await;
    }
    // Nor does a start without a network make it any newer.
    let (bench, account) = rig.stop().await;
    let (engine, script) = bench.engine(fails).await;
    let mut rig = bench.run(engine, script, account).await;
    let status = waiting(&mut rig, 1).await;
    assert_eq!(status.since, lost);
}

/// Waits until so many tries in a row have failed.
async fn waiting(rig: &mut Rig, tries: u32) -> ConnectionStatus {
    rig.hear("a try that fails", |event| match event {
        UiEvent::Connection { status, .. } => {
            let waits = status.state == ConnectionState::Reconnecting && status.next_try_at.is_some();
            (waits && status.tries == tries).then(|| status.clone())
        }
        _ => None,
    })
    .await
}
