//! Outages at bad moments: while catching up, and for longer than a token lives.

use std::time::Duration;

use anyhow::Context as _;
use carillon_contract::history::ConnectionAct;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{ConnectionState, UiEvent};
use carillon_engine::EngineError;
use carillon_engine::notify::Ring;
use carillon_engine::parts::{MemoryVault, Policy};
use carillon_gateway::{Config, start};
use carillon_tests::gateway::{Bench, add_alice, alice, hear, impatient, online, state, stop, stored};
use carillon_tests::http::Website;
use serde_json::Value;

#[tokio::test]
async fn cuts_while_catching_up_lose_nothing() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    let sent = gateway
        .emit_many("notification", Value::Null, alice(), 20_000)
        .await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    let mut cuts = 0;
    hear(&mut listener, "all 20,000 events", |event| {
        match event {
            // Five times, each time when some of it has been stored.
            UiEvent::Notices { summary: true, .. } if cuts < 5 => {
                cuts += gateway.cut("alice").unwrap_or(0);
            }
            UiEvent::Connection { status, .. }
                if cuts >= 5 && status.state == ConnectionState::Connected && !status.catching_up =>
            {
                return Some(());
            }
            _ => {}
        }
        None
    })
    .await?;
    let store = engine.reader().store(&account.id).await?;
    assert_eq!(cuts, 5);
    assert_eq!(store.event_counts().await?.0, i64::try_from(sent.len())?);
    let rings = bench.bells.rung();
    let summary = Ring::Summary {
        account: account.id.clone(),
        count: sent.len(),
    };
    assert_eq!(
        rings,
        [summary],
        "all that was missed rings once, however often it was cut"
    );
    assert_eq!(store.gaps(10).await?, []);
    Ok(())
}

#[tokio::test]
async fn a_token_that_ends_while_the_server_is_away_is_renewed_when_it_is_back() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let short = |bench: &Bench| Config {
        // A token's end is told in whole seconds: of one second nothing might be left when the token is first used.
        access_lifetime: Duration::from_secs(2),
        jwt_secret: Some(carillon_gateway::Secret::new(
            "a-secret-that-outlives-the-server-of-this-test",
        )),
        ..bench.config()
    };
    let gateway = start(short(&bench))?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    // The token has been renewed once already when the server goes.
    gateway.expire("alice")?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let address = gateway.address();
    stop(gateway).await?;
    state(&mut listener, ConnectionState::Reconnecting).await?;
    // Tries go on until the token has run out, and then some.
    let begun = tokio::time::Instant::now();
    hear(
        &mut listener,
        "tries after the token has ended",
        |event| match event {
            UiEvent::Connection { status, .. } => {
                assert_ne!(
                    status.state,
                    ConnectionState::Error,
                    "nobody has refused the token"
                );
                (begun.elapsed() > Duration::from_secs(4)).then_some(())
            }
            _ => None,
        },
    )
    .await?;
    let gateway = start(Config {
        bind: address,
        ..short(&bench)
    })?;
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    Ok(())
}

#[tokio::test]
async fn a_website_in_the_server_s_place_is_said_and_asked_again_slowly_and_nothing_is_lost()
-> anyhow::Result<()> {
    let bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;

    let address = gateway.address();
    stop(gateway).await?;
    let website = Website::start_at(address).await?;
    hear(
        &mut listener,
        "it to be called no such server",
        |event| match event {
            UiEvent::Connection { status, .. } => status
                .cause
                .as_deref()
                .is_some_and(|cause| cause.contains("is not a Socket.IO server"))
                .then_some(()),
            _ => None,
        },
    )
    .await?;
    let ids = std::slice::from_ref(&account.id);
    assert_eq!(
        engine
            .reader()
            .inbox(ids, NoticeFilter::Unread, None, 10)
            .await?
            .len(),
        1
    );

    // What was served meanwhile comes as well.
    website.stop().await;
    let gateway = start(Config {
        bind: address,
        ..bench.config()
    })?;
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    assert_eq!(engine.reader().store(&account.id).await?.gaps(10).await?, []);
    Ok(())
}

#[tokio::test]
async fn an_account_whose_key_is_not_there_is_kept_until_it_is_removed() -> anyhow::Result<()> {
    let mut bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let lost = add_alice(&engine, &gateway.url()).await?;
    engine.stop().await;

    // Another place for keys, as a sealed file is one beside the keyring.
    let first = std::mem::replace(&mut bench.vault, std::sync::Arc::new(MemoryVault::new()));
    let engine = bench.engine().await?;
    let file = bench.home().join("accounts").join(format!("{}.db", lost.id));
    assert!(matches!(
        engine.reader().store(&lost.id).await,
        Err(EngineError::KeyMissing { .. })
    ));
    let refused = add_alice(&engine, &gateway.url()).await.unwrap_err();
    assert!(refused.to_string().contains("left as it is"), "{refused}");
    assert!(file.exists());
    engine.stop().await;

    // Back with the key it opens as before.
    let second = std::mem::replace(&mut bench.vault, first);
    let engine = bench.engine().await?;
    assert_eq!(engine.reader().store(&lost.id).await?.account(), &lost);
    engine.stop().await;

    bench.vault = second;
    let engine = bench.engine().await?;
    engine.remove_account(&lost.id).await?;
    assert!(!file.exists());
    let anew = add_alice(&engine, &gateway.url()).await?;
    assert_ne!(anew.id, lost.id);
    engine.remove_account(&anew.id).await?;
    assert!(engine.reader().entries().await?.is_empty());
    assert_eq!(std::fs::read_dir(bench.home().join("accounts"))?.count(), 0);
    Ok(())
}

#[tokio::test]
async fn a_token_is_replaced_ahead_of_its_end_and_the_connection_made_anew_loses_nothing()
-> anyhow::Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides.policy = Some(Policy {
        reconnect_with_new_token: true,
        replace_pause: Duration::from_millis(100),
        ..impatient()
    });
    let gateway = start(Config {
        access_lifetime: Duration::from_secs(3),
        ..bench.config()
    })?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let mut sockets = std::collections::BTreeSet::new();
    let mut sent = 0;
    while sockets.len() < 3 {
        // Whenever the connection changes, one more is sent: also while there is none.
        gateway.emit("notification", Value::Null, alice()).await?;
        sent += 1;
        hear(&mut listener, "something", |event| match event {
            UiEvent::Connection { status, .. } => {
                assert_ne!(status.state, ConnectionState::Reconnecting);
                assert_ne!(status.state, ConnectionState::Error);
                sockets.extend(status.socket_id.clone());
                Some(())
            }
            _ => None,
        })
        .await?;
    }
    online(&mut listener).await?;
    let store = engine.reader().store(&account.id).await?;
    while store.event_counts().await?.0 < sent {
        listener.next().await.context("The engine has ended")?;
    }
    assert_eq!(store.event_counts().await?.0, sent);
    assert_eq!(store.gaps(10).await?, []);
    let acts = store.history(50).await?;
    let renewed = acts
        .iter()
        .filter(|line| line.act == ConnectionAct::TokenRefreshed);
    assert!(renewed.map(|line| line.times).sum::<u32>() >= 2, "{acts:?}");
    assert!(
        !acts.iter().any(|line| line.act == ConnectionAct::TokenRefused),
        "{acts:?}"
    );
    Ok(())
}
