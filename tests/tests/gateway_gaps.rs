//! What can't be had any more is a gap: told with its times and the reason.

use carillon_contract::continuity::GapReason;
use carillon_contract::history::ConnectionAct;
use carillon_contract::{ConnectionState, UiEvent};
use carillon_gateway::{Config, start};
use carillon_tests::gateway::{Bench, Live, add_alice, alice, hear, online, state, stop, stored};
use serde_json::{Value, json};

#[tokio::test]
async fn events_that_the_server_no_longer_keeps_are_a_gap() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    engine.stop().await;
    gateway
        .emit_many("notification", Value::Null, alice(), 30)
        .await?;
    let address = gateway.address();
    stop(gateway).await?;

    // It comes back with a shorter memory: of the thirty only five are left.
    let retention = carillon_gateway::Retention {
        count: 5,
        ..carillon_gateway::Retention::default()
    };
    let gateway = start(Config {
        bind: address,
        retention,
        ..bench.config()
    })?;
    gateway.emit("notification", Value::Null, alice()).await?;
    let engine = bench.engine().await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let store = engine.reader().store(&account.id).await?;
    let gaps = store.gaps(10).await?;
    assert_eq!(
        gaps.iter().map(|gap| gap.why).collect::<Vec<_>>(),
        [GapReason::Pruned]
    );
    assert!(store.event_counts().await?.0 < 32);
    Ok(())
}

#[tokio::test]
async fn a_replaced_log_is_a_gap_and_is_read_from_its_start() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let secret = carillon_gateway::Secret::new("a-secret-that-outlives-the-log-of-this-test");
    let config = |bench: &Bench| Config {
        jwt_secret: Some(secret.clone()),
        ..bench.config()
    };
    let gateway = start(config(&bench))?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    let address = gateway.address();
    stop(gateway).await?;
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(bench.folder.path().join(format!("gateway.db{suffix}")));
    }
    let gateway = start(Config {
        bind: address,
        ..config(&bench)
    })?;
    let gap = hear(&mut listener, "a gap", |event| match event {
        UiEvent::Gap { gap, .. } => Some(*gap),
        _ => None,
    })
    .await?;
    assert_eq!(gap.why, GapReason::LogReplaced);
    assert!(gap.from <= gap.to);
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    assert_eq!(engine.reader().store(&account.id).await?.gaps(10).await?, [gap]);
    Ok(())
}

#[tokio::test]
async fn an_event_that_is_too_large_is_skipped_and_told_and_the_next_ones_come() -> anyhow::Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides.largest_event = Some(64 * 1024);
    let Live {
        gateway,
        engine: _engine,
        mut listener,
        ..
    } = bench.live().await?;
    gateway
        .emit(
            "notification",
            json!({"message": "x".repeat(100 * 1024)}),
            alice(),
        )
        .await?;
    let cause = state(&mut listener, ConnectionState::Reconnecting).await?;
    assert!(cause.is_some_and(|cause| cause.contains("larger than the limit of 65536 bytes")));
    let why = hear(&mut listener, "a gap", |event| match event {
        UiEvent::Gap { gap, .. } => Some(gap.why),
        _ => None,
    })
    .await?;
    assert_eq!(why, GapReason::TooLarge);
    online(&mut listener).await?;
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_too_large_among_what_was_missed_is_left_out_alone() -> anyhow::Result<()> {
    let mut bench = Bench::new()?;
    bench.overrides.largest_event = Some(64 * 1024);
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    engine.disconnect(&account.id).await?;
    let send = |length: usize| {
        let message = json!({ "message": "x".repeat(length) });
        gateway.emit("notification", message, alice())
    };
    for length in [10, 100 * 1024, 20, 62 * 1024, 30, 70 * 1024] {
        send(length).await?;
    }
    engine.connect(&account.id).await?;
    online(&mut listener).await?;
    let store = engine.reader().store(&account.id).await?;
    let acts = store.history(20).await?;
    let disconnected = acts.iter().filter(|line| line.act == ConnectionAct::Disconnected);
    assert_eq!(
        disconnected.count(),
        1,
        "what the person did is told as well: {acts:?}"
    );
    let gaps = store.gaps(10).await?;
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(
        gaps.iter()
            .all(|gap| gap.why == GapReason::TooLarge && gap.from == gap.to)
    );
    let lengths = async || -> anyhow::Result<Vec<usize>> {
        let notices = store.events_after(0, 10).await?;
        Ok(notices
            .iter()
            .map(|event| event.payload.get().len() / 1_000)
            .collect())
    };
    assert_eq!(lengths().await?.len(), 4);
    assert!(lengths().await?.contains(&63), "the largest that fits is there");
    // Nothing is left to be fetched.
    send(40).await?;
    stored(&mut listener, 1).await?;
    Ok(())
}
