//! Connections that end, and what is said and done then.

use anyhow::{Context as _, Result};
use carillon_contract::continuity::{Gap, GapReason};
use carillon_contract::{ConnectionState, Timestamp, Topic, UiEvent};
use carillon_engine::clock::{Clock as _, SystemClock};
use carillon_engine::parts::Policy;
use carillon_tests::gateway::{Bench, hear, impatient, online, state, stored};
use carillon_tests::node::NodeServer;
use serde_json::{Value, json};

use crate::{Online, add, alice_online, alice_online_with, announce, market, slow_is_soon};

impl Online {
    /// Waits until a gap is published, and sees to it that it is stored.
    async fn gap(&mut self) -> Result<Gap> {
        let gap = hear(&mut self.listener, "a gap to be published", |event| match event {
            UiEvent::Gap { gap, .. } => Some(*gap),
            _ => None,
        })
        .await?;
        let stored = self
            .engine
            .reader()
            .store(&self.account.id)
            .await?
            .gaps(10)
            .await?;
        assert_eq!(stored.first(), Some(&gap));
        Ok(gap)
    }
}

fn assert_spans(gap: Gap, moment: Timestamp) {
    assert!(gap.from <= moment && moment <= gap.to, "{gap:?} and {moment:?}");
}

#[tokio::test]
async fn a_killed_server_that_comes_back_is_met_again_in_all_rooms_and_the_gap_is_told() -> Result<()> {
    let mut it = alice_online().await?;
    it.engine.follow(&it.account, &market("m-1")).await?;
    it.engine.follow(&it.account, &market("m-2")).await?;
    announce(&mut it.server, "Before").await?;
    it.arrives("Before").await?;
    let killed = SystemClock.now();
    let port = it.server.kill().await?;
    let cause = state(&mut it.listener, ConnectionState::Reconnecting).await?;
    assert_eq!(cause.as_deref(), Some("The connection dropped."));

    it.server = NodeServer::guesslyfe_with(json!({ "port": port })).await?;
    // Nobody has asked for it again.
    let (first, second) = (
        it.server.report("subscribe").await?,
        it.server.report("subscribe").await?,
    );
    let rooms = [first.get("room"), second.get("room")];
    assert_eq!(rooms, [Some(&json!("market:m-1")), Some(&json!("market:m-2"))]);
    let gap = it.gap().await?;
    assert_eq!(gap.why, GapReason::NoReplay);
    assert_spans(gap, killed);
    online(&mut it.listener).await?;
    announce(&mut it.server, "After").await?;
    it.arrives("After").await?;
    assert_eq!(it.names().await?, ["system:announcement", "system:announcement"]);
    let gaps = it.engine.reader().store(&it.account.id).await?.gaps(10).await?;
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    Ok(())
}

#[tokio::test]
async fn the_time_in_which_the_app_did_not_run_is_a_gap_too() -> Result<()> {
    let mut it = alice_online().await?;
    announce(&mut it.server, "Before").await?;
    it.arrives("Before").await?;
    it.engine.stop().await;
    let stopped = SystemClock.now();
    announce(&mut it.server, "To nobody").await?;

    let engine = it.bench.engine().await?;
    let listener = engine.subscribe_events();
    engine.start_account(&it.account.id).await?;
    let mut it = Online {
        engine,
        listener,
        ..it
    };
    let gap = it.gap().await?;
    assert_eq!(gap.why, GapReason::NoReplay);
    assert_spans(gap, stopped);
    Ok(())
}

#[tokio::test]
async fn an_event_that_is_too_large_is_named_and_does_not_stand_in_the_way_of_others() -> Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides = slow_is_soon();
    let mut it = alice_online_with(bench).await?;
    announce(&mut it.server, "Before").await?;
    it.arrives("Before").await?;
    let sent = SystemClock.now();
    it.server.tell("large", json!({})).await?;
    let cause = state(&mut it.listener, ConnectionState::Reconnecting).await?;
    let cause = cause.context("The state says no reason")?;
    assert!(
        cause.contains("larger than the limit of 4194304 bytes"),
        "{cause}"
    );
    let gap = it.gap().await?;
    assert_eq!(gap.why, GapReason::TooLarge);
    assert_spans(gap, sent);
    online(&mut it.listener).await?;
    announce(&mut it.server, "After").await?;
    it.arrives("After").await?;
    assert_eq!(it.names().await?.len(), 2);
    Ok(())
}

#[tokio::test]
async fn a_server_that_sends_the_client_away_is_not_hurried() -> Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides = slow_is_soon();
    let mut it = alice_online_with(bench).await?;
    for close in [false, true] {
        it.server.tell("disconnect", json!({ "close": close })).await?;
        let cause = state(&mut it.listener, ConnectionState::Reconnecting).await?;
        assert_eq!(cause.as_deref(), Some("The server closed the connection."));
        online(&mut it.listener).await?;
    }
    it.settle().await
}

#[tokio::test]
async fn a_server_that_refuses_for_another_reason_than_the_token_is_asked_again_later() -> Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides = slow_is_soon();
    let mut server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    server
        .tell("refuse", json!({ "message": "Server is full" }))
        .await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    let cause = state(&mut listener, ConnectionState::Reconnecting).await?;
    assert_eq!(
        cause.as_deref(),
        Some("The server refused the connection: Server is full")
    );
    // It is tried more than once, and the token is not what is changed.
    server.report("refusal").await?;
    server.report("refusal").await?;
    server.tell("accept", json!({})).await?;
    online(&mut listener).await?;
    assert_eq!(server.count("refresh").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_connection_that_breaks_or_goes_silent_is_made_again() -> Result<()> {
    let mut bench = Bench::new()?;
    let policy = Policy {
        slow: std::time::Duration::from_secs(600),
        ..impatient()
    };
    bench.overrides.policy = Some(policy);
    let server = NodeServer::guesslyfe_with(json!({ "pingInterval": 300, "pingTimeout": 500 })).await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let mut it = Online {
        bench,
        server,
        engine,
        account,
        listener,
    };
    for (fault, words) in [
        ("drop", "The connection dropped."),
        ("stopPings", "The connection went silent."),
    ] {
        it.server.tell(fault, json!({ "user": "alice" })).await?;
        let cause = state(&mut it.listener, ConnectionState::Reconnecting).await?;
        assert_eq!(cause.as_deref(), Some(words));
        online(&mut it.listener).await?;
    }
    it.settle().await
}

#[tokio::test]
async fn what_is_not_socket_io_ends_the_connection_and_nothing_else() -> Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides = slow_is_soon();
    let mut it = alice_online_with(bench).await?;
    let half = "51-[\"half\",{\"_placeholder\":true,\"num\":0}]";
    for packets in [&["2{}"][..], &["9"], &["2["], &[half, "2[\"whole\"]"]] {
        it.server.tell("packets", json!({ "packets": packets })).await?;
        let cause = state(&mut it.listener, ConnectionState::Reconnecting).await?;
        assert_eq!(
            cause.as_deref(),
            Some("The server broke the Socket.IO protocol."),
            "{packets:?}"
        );
        online(&mut it.listener).await?;
    }
    it.settle().await
}

#[tokio::test]
async fn a_room_is_joined_left_and_not_joined_again() -> Result<()> {
    let mut it = alice_online().await?;
    let creator = Topic {
        kind: "creator".to_owned(),
        id: "0xC0FFEE".to_owned(),
    };
    for (topic, room) in [
        (market("m-1"), "market:m-1"),
        (market("m-2"), "market:m-2"),
        (creator, "creator:0xc0ffee"),
    ] {
        it.engine.follow(&it.account, &topic).await?;
        let joined = it.server.report("subscribe").await?;
        assert_eq!(joined.get("room"), Some(&json!(room)));
    }
    assert!(it.engine.unfollow(&it.account, &market("m-1")).await?);
    let left = it.server.report("unsubscribe").await?;
    assert_eq!(left.get("room"), Some(&json!("market:m-1")));
    it.server.tell("drop", json!({ "user": "alice" })).await?;
    state(&mut it.listener, ConnectionState::Reconnecting).await?;
    online(&mut it.listener).await?;
    let rooms = it.server.rooms_of("alice").await?;
    let mut rooms: Vec<&str> = rooms.values().flatten().map(String::as_str).skip(2).collect();
    rooms.sort_unstable();
    assert_eq!(rooms, ["creator:0xc0ffee", "market:m-2"]);
    Ok(())
}

#[tokio::test]
async fn rooms_that_the_server_got_wrong_are_put_right() -> Result<()> {
    let mut it = alice_online().await?;
    for topic in [market("m-1"), market("m-2")] {
        it.engine.follow(&it.account, &topic).await?;
        it.server.report("subscribe").await?;
    }
    let confused = json!({ "forget": "market:m-1", "smuggle": "market:m-9" });
    it.server.tell("confuse", confused).await?;
    it.server.tell("drop", json!({ "user": "alice" })).await?;
    state(&mut it.listener, ConnectionState::Reconnecting).await?;
    let left = it.server.report("unsubscribe").await?;
    assert_eq!(left.get("room"), Some(&json!("market:m-9")));
    // Both are joined on connecting, and the one that it forgot once more.
    let mut joined = Vec::new();
    while joined.len() < 3 {
        let report = it.server.report("subscribe").await?;
        joined.push(
            report
                .get("room")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned(),
        );
    }
    assert_eq!(joined.last().map(String::as_str), Some("market:m-1"));
    let rooms = it.server.rooms_of("alice").await?;
    let mut rooms: Vec<&str> = rooms.values().flatten().map(String::as_str).skip(2).collect();
    rooms.sort_unstable();
    assert_eq!(rooms, ["market:m-1", "market:m-2"]);
    Ok(())
}

#[tokio::test]
async fn a_room_that_the_server_refuses_is_said_and_the_others_are_joined() -> Result<()> {
    let bench = Bench::new()?;
    let server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    // With the two automatic rooms, one more than the server has for a client (G110).
    for number in 0..99 {
        engine.follow(&account, &market(&format!("m-{number}"))).await?;
    }
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    let topics = hear(&mut listener, "the rooms", |event| match event {
        UiEvent::Topics { topics, .. } => Some(topics.clone()),
        _ => None,
    })
    .await?;
    online(&mut listener).await?;
    assert_eq!(topics.iter().filter(|topic| topic.confirmed).count(), 98);
    let refused: Vec<(&Topic, &str)> = topics
        .iter()
        .filter_map(|status| Some((&status.topic, status.refusal.as_deref()?)))
        .collect();
    assert_eq!(refused, [(&market("m-98"), "No more than 100 rooms")]);
    Ok(())
}

#[tokio::test]
async fn two_accounts_share_neither_events_nor_connections() -> Result<()> {
    let mut it = alice_online().await?;
    let bob = add(&it.engine, &it.server, "bob").await?;
    it.engine.start_account(&bob.id).await?;
    online(&mut it.listener).await?;
    let to_bob = json!({ "dividendId": "d-1", "holder": bob.identity.wallet, "amount": "7" });
    it.server.emit("dividend:available", to_bob).await?;
    let of_whom = hear(&mut it.listener, "bob's dividend", |event| match event {
        UiEvent::Events { events } => events.first().map(|event| event.account.clone()),
        _ => None,
    })
    .await?;
    assert_eq!(of_whom, bob.id);
    it.server.tell("disconnect", json!({ "user": "bob" })).await?;
    it.server.report("disconnect").await?;
    announce(&mut it.server, "To alice").await?;
    stored(&mut it.listener, 1).await?;
    assert_eq!(it.names().await?, ["system:announcement"]);
    assert_eq!(it.server.count("connect").await?, 2);
    Ok(())
}
