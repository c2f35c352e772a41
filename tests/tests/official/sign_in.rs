//! Signing in, staying signed in, and being signed out.

use std::sync::Arc;

use anyhow::Result;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{ConnectionState, Secret, UiEvent};
use carillon_engine::parts::SealedFile;
use carillon_tests::gateway::{Bench, hear, online, state, stored};
use carillon_tests::node::NodeServer;
use serde_json::json;

use crate::{USER_ID, add, alice_online, announce, market};

#[tokio::test]
async fn what_a_signed_in_person_received_is_read_after_a_restart_without_the_server() -> Result<()> {
    let mut bench = Bench::new()?;
    let sealed = bench.folder.path().join("vault.sealed");
    let passphrase = || Secret::new("a passphrase".to_owned());
    bench.vault = Arc::new(SealedFile::create(&sealed, passphrase()).await?);
    let mut server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    // The guide's first way, though the server takes the header as well (G034).
    assert_eq!(server.report("connect").await?["by"], "auth");
    let notification = json!({
        "notificationId": "n-1", "userId": USER_ID, "type": "custom", "title": "Kept for later",
        "message": "Read me offline", "read": false, "timestamp": "2026-03-01T10:00:00.000Z",
    });
    server.emit("notification", notification).await?;
    announce(&mut server, "To everybody").await?;
    stored(&mut listener, 2).await?;
    engine.stop().await;
    server.kill().await?;

    bench.vault = Arc::new(SealedFile::open(&sealed, passphrase()).await?);
    let engine = bench.engine().await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    let cause = state(&mut listener, ConnectionState::Reconnecting).await?;
    assert_eq!(cause.as_deref(), Some("The server can't be reached."));
    let titles = |notices: Vec<carillon_contract::Notice>| -> Vec<String> {
        notices.into_iter().map(|notice| notice.title).collect()
    };
    let ids = [account.id.clone()];
    let mut inbox = titles(
        engine
            .reader()
            .inbox(&ids, NoticeFilter::Unread, None, 10)
            .await?,
    );
    inbox.sort();
    assert_eq!(inbox, ["Kept for later", "To everybody"]);
    let found = titles(engine.reader().search(&ids, "offline", false, 10).await?);
    assert_eq!(found, ["Kept for later"]);
    let events = engine
        .reader()
        .store(&account.id)
        .await?
        .events_after(0, 10)
        .await?;
    let names: Vec<&str> = events.iter().map(|event| event.event.as_str()).collect();
    assert_eq!(names, ["notification", "system:announcement"]);
    engine.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_token_that_the_server_lets_expire_is_refreshed_exactly_once() -> Result<()> {
    let bench = Bench::new()?;
    let mut server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    server.tell("expire", json!({})).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    for (what, times) in [
        ("login", 1),
        ("attempt", 2),
        ("refusal", 1),
        ("refresh", 1),
        ("connect", 1),
    ] {
        assert_eq!(server.count(what).await?, times, "{what}");
    }

    // The renewed token was kept: the next start needs neither a refusal nor a refresh.
    engine.stop().await;
    let engine = bench.engine().await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    assert_eq!(server.count("refusal").await?, 1);
    assert_eq!(server.count("refresh").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_token_whose_own_expiry_has_passed_is_refreshed_before_it_is_shown() -> Result<()> {
    let bench = Bench::new()?;
    let mut server = NodeServer::guesslyfe_with(json!({ "lifetime": -1 })).await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    server.tell("lifetime", json!({ "seconds": 900 })).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    assert_eq!(server.count("refresh").await?, 1);
    assert_eq!(server.count("attempt").await?, 1);
    assert_eq!(server.count("refusal").await?, 0);
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_refused_in_the_middle_of_a_session_is_refreshed() -> Result<()> {
    let mut it = alice_online().await?;
    it.engine.follow(&it.account, &market("m-1")).await?;
    it.server.report("subscribe").await?;
    let before = it.server.rooms_of("alice").await?;
    it.server.raw("error", json!(["Authentication failed"])).await?;
    online(&mut it.listener).await?;
    assert_eq!(it.server.count("refresh").await?, 1);
    assert_eq!(it.server.count("connect").await?, 2);
    // The old connection was closed, and the new one is in the same rooms.
    it.server.report("disconnect").await?;
    let after = it.server.rooms_of("alice").await?;
    assert_eq!((after.len(), before.len()), (1, 1), "{after:?}");
    assert!(
        after.values().eq(before.values()) && !after.keys().eq(before.keys()),
        "{after:?}"
    );
    it.settle().await
}

#[tokio::test]
async fn a_server_that_can_not_refresh_just_now_signs_nobody_out() -> Result<()> {
    let bench = Bench::new()?;
    let mut server = NodeServer::guesslyfe().await?;
    let engine = bench.engine().await?;
    let account = add(&engine, &server, "alice").await?;
    server.tell("expire", json!({})).await?;
    let trouble = json!({ "path": "/auth/refresh", "status": 503, "times": 2 });
    server.tell("fail", trouble).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    assert_eq!(server.count("refresh").await?, 1);
    // The refused token was not shown again while there was no other.
    assert_eq!(server.count("refusal").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_refused_refresh_asks_for_the_person_keeps_the_cache_and_connects_no_more() -> Result<()> {
    let mut it = alice_online().await?;
    announce(&mut it.server, "Before the end").await?;
    stored(&mut it.listener, 1).await?;
    let attempts = it.server.count("attempt").await?;
    it.server.tell("expire", json!({ "refresh": true })).await?;
    it.server.tell("drop", json!({ "user": "alice" })).await?;
    state(&mut it.listener, ConnectionState::Error).await?;
    let ids = [it.account.id.clone()];
    assert_eq!(
        it.engine
            .reader()
            .inbox(&ids, NoticeFilter::Unread, None, 10)
            .await?
            .len(),
        1
    );
    assert_eq!(it.names().await?, ["system:announcement"]);
    assert_eq!(it.server.count("attempt").await?, attempts + 1);

    // Bob's reconnections are the clock: each waits as long as alice's next try would.
    let bob = add(&it.engine, &it.server, "bob").await?;
    it.engine.start_account(&bob.id).await?;
    for times in 1..=5 {
        let is_online = |event: &UiEvent| match event {
            UiEvent::Connection { account, status } if *account == bob.id => {
                (status.state == ConnectionState::Connected && !status.catching_up).then_some(())
            }
            _ => None,
        };
        hear(&mut it.listener, "bob to be online", is_online).await?;
        assert_eq!(it.server.count("attempt").await?, attempts + 1 + times);
        it.server.tell("drop", json!({ "user": "bob" })).await?;
    }
    it.engine.stop_account(&bob.id).await;

    // Signing in again ends it, without a restart.
    add(&it.engine, &it.server, "alice").await?;
    it.engine.start_account(&it.account.id).await?;
    let again = |event: &UiEvent| match event {
        UiEvent::Connection { account, status } if *account == it.account.id => match status.state {
            ConnectionState::Connected if !status.catching_up => Some(true),
            ConnectionState::Error => Some(false),
            _ => None,
        },
        _ => None,
    };
    assert!(
        hear(&mut it.listener, "alice to be online again", again).await?,
        "a new sign-in was not used"
    );
    it.settle().await
}
