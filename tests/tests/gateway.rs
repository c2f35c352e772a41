//! The engine against our gateway, which numbers events and lets clients catch up.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Context as _;
use carillon_contract::history::ConnectionAct;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{ConnectionState, Topic, UiEvent};
use carillon_gateway::{Config, start};
use carillon_tests::gateway::{Bench, Live, add_alice, alice, hear, online, state, stop, stored};
use serde_json::{Value, json};

fn market(id: &str) -> Topic {
    Topic {
        kind: "market".to_owned(),
        id: id.to_owned(),
    }
}

#[tokio::test]
async fn what_was_received_can_be_read_after_a_restart_without_the_server() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    gateway
        .emit("notification", json!({"title": "Kept for later"}), alice())
        .await?;
    stored(&mut listener, 1).await?;
    engine.stop().await;
    stop(gateway).await?;

    let engine = bench.engine().await?;
    let ids = [account.id.clone()];
    let inbox = engine
        .reader()
        .inbox(&ids, NoticeFilter::Unread, None, 10)
        .await?;
    assert_eq!(inbox.len(), 1);
    assert_eq!(
        inbox.first().map(|notice| notice.title.as_str()),
        Some("Kept for later")
    );
    assert_eq!(engine.reader().search(&ids, "later", false, 10).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_token_that_ended_is_refreshed_once_and_the_account_connects() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    gateway.expire("alice")?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    assert_eq!(gateway.stats().await.refused_tokens, 1);
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    let acts = engine.reader().store(&account.id).await?.history(50).await?;
    let renewed = acts
        .iter()
        .filter(|line| line.act == ConnectionAct::TokenRefreshed);
    assert_eq!(renewed.map(|line| line.times).sum::<u32>(), 1, "{acts:?}");
    Ok(())
}

#[tokio::test]
async fn all_numbered_events_are_there_once_after_the_server_was_killed_and_came_back() -> anyhow::Result<()>
{
    let bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    engine.follow(&account, &market("m-1")).await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;

    // Through the market's room and, since the trader is alice, through her own: each comes twice.
    let own = json!({"marketId": "m-1", "trader": account.identity.wallet});
    let mut numbers = gateway.emit_many("market:trade", own.clone(), None, 20).await?;
    let mut keys = stored(&mut listener, 20).await?;

    let address = gateway.address();
    stop(gateway).await?;
    state(&mut listener, ConnectionState::Reconnecting).await?;
    let gateway = start(Config {
        bind: address,
        ..bench.config()
    })?;
    // Some of these are sent before the engine is back, some while it catches up, some after.
    for _ in 0..10 {
        numbers.extend(gateway.emit_many("market:trade", own.clone(), None, 50).await?);
        numbers.extend(
            gateway
                .emit_many("notification", Value::Null, alice(), 10)
                .await?,
        );
    }
    keys.extend(stored(&mut listener, numbers.len() - keys.len()).await?);

    let distinct: BTreeSet<&String> = keys.iter().collect();
    assert_eq!(distinct.len(), numbers.len(), "none is missing");
    assert_eq!(keys.len(), numbers.len(), "none came twice");
    let store = engine.reader().store(&account.id).await?;
    assert_eq!(store.event_counts().await?.0, i64::try_from(numbers.len())?);
    assert_eq!(store.gaps(10).await?, []);
    let counts = store.counts().await?;
    assert_eq!(counts.malformed + counts.unknown, 0);
    assert!(
        counts.repeated >= 20,
        "the trades came through two rooms: {counts:?}"
    );
    // The room was joined again: what is sent now still comes.
    gateway
        .emit("market:trade", json!({"marketId": "m-1"}), None)
        .await?;
    stored(&mut listener, 1).await?;
    assert!(engine.reader().status().await?.accounts.len() == 1);
    Ok(())
}

#[tokio::test]
async fn what_was_sent_while_the_app_was_closed_is_fetched_at_the_next_start() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        ..
    } = bench.live().await?;
    engine.stop().await;
    // More than a page of the log.
    gateway
        .emit_many("notification", Value::Null, alice(), 1_200)
        .await?;

    let engine = bench.engine().await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    let mut summaries = Vec::new();
    let mut notices = 0;
    hear(&mut listener, "1,200 notices", |event| {
        if let UiEvent::Notices {
            notices: new,
            summary,
            ..
        } = event
        {
            summaries.push(*summary);
            notices += new.len();
        }
        (notices >= 1_200).then_some(())
    })
    .await?;
    assert_eq!(notices, 1_200);
    assert!(
        summaries.iter().all(|summary| *summary),
        "a catch-up rings once, not 1,200 times"
    );
    let unread = engine.reader().store(&account.id).await?.unread().await?;
    assert_eq!(unread.values().sum::<i64>(), 1_200);
    Ok(())
}

#[tokio::test]
async fn what_the_server_numbers_apart_is_kept_apart_however_alike_it_is() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    // One shape for all, with the same ids, and times that may be the same.
    for (count, event) in ["shares:unlocked", "market:resolved", "system:maintenance"]
        .into_iter()
        .enumerate()
    {
        gateway.emit_many(event, Value::Null, None, 10).await?;
        stored(&mut listener, 10)
            .await
            .with_context(|| format!("{count} kinds before {event}"))?;
    }
    // What is fetched again is not there twice.
    gateway.cut("alice")?;
    state(&mut listener, ConnectionState::Reconnecting).await?;
    online(&mut listener).await?;
    let store = engine.reader().store(&account.id).await?;
    assert_eq!(store.event_counts().await?, (30, 0));
    Ok(())
}

#[tokio::test]
async fn three_updates_of_one_thing_are_three_and_a_repeated_one_is_one() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine: _engine,
        mut listener,
        ..
    } = bench.live().await?;
    for minute in [1, 2, 3, 3] {
        let dividend = json!({
            "dividendId": "d-1", "amount": "1000", "timestamp": format!("2026-03-02T09:0{minute}:00.000Z"),
        });
        gateway.emit("dividend:available", dividend, alice()).await?;
    }
    gateway
        .emit("notification", json!({"notificationId": "last"}), alice())
        .await?;
    let keys = stored(&mut listener, 4).await?;
    assert_eq!(
        keys.iter()
            .filter(|key| key.as_str() == "dividend:available/d-1")
            .count(),
        3
    );
    Ok(())
}

#[tokio::test]
async fn a_topic_is_followed_while_online_and_left_again() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    engine.follow(&account, &market("m-9")).await?;
    let confirmed = |topics: &[carillon_contract::topic::TopicStatus], id: &str| {
        topics
            .iter()
            .any(|status| status.confirmed && status.topic.id == id)
    };
    let joined = |id: &'static str| {
        move |event: &UiEvent| match event {
            UiEvent::Topics { topics, .. } if confirmed(topics, id) => Some(()),
            _ => None,
        }
    };
    hear(&mut listener, "the room to be joined", joined("m-9")).await?;
    gateway
        .emit("market:trade", json!({"marketId": "m-9"}), None)
        .await?;
    stored(&mut listener, 1).await?;
    assert_eq!(
        engine
            .reader()
            .store(&account.id)
            .await?
            .entities("market")
            .await?
            .len(),
        1
    );

    // Following another one unsettles nothing: whatever is told from now on, this room is joined.
    engine.follow(&account, &market("m-10")).await?;
    let told = hear(&mut listener, "the rooms", |event| match event {
        UiEvent::Topics { topics, .. } => Some(topics.clone()),
        _ => None,
    })
    .await?;
    assert!(confirmed(&told, "m-9"), "{told:?}");
    if !confirmed(&told, "m-10") {
        hear(&mut listener, "the other room to be joined", joined("m-10")).await?;
    }

    let rooms = gateway.stats().await.active_rooms;
    assert!(engine.unfollow(&account, &market("m-9")).await?);
    tokio::time::timeout(Duration::from_secs(20), async {
        while gateway.stats().await.active_rooms >= rooms {
            tokio::task::yield_now().await;
        }
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_removed_account_is_gone_from_disk_and_from_the_server() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        ..
    } = bench.live().await?;
    engine.remove_account(&account.id).await?;
    assert_eq!(std::fs::read_dir(bench.home().join("accounts"))?.count(), 0);
    assert!(engine.reader().entries().await?.is_empty());
    tokio::time::timeout(Duration::from_secs(20), async {
        while gateway.stats().await.connected_clients > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn a_server_that_sends_the_app_away_is_tried_slowly_and_nothing_is_lost() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine: _engine,
        mut listener,
        ..
    } = bench.live().await?;
    assert_eq!(gateway.disconnect("alice")?, 1);
    let cause = state(&mut listener, ConnectionState::Reconnecting).await?;
    assert_eq!(cause.as_deref(), Some("The server closed the connection."));
    gateway.emit("notification", Value::Null, alice()).await?;
    stored(&mut listener, 1).await?;
    Ok(())
}

#[tokio::test]
async fn every_event_that_the_server_sends_is_understood() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    let events = [
        ("market:created", "market.created"),
        ("market:trade", "market.trade"),
        ("market:resolved", "market.resolved"),
        ("shares:trade", "shares.trade"),
        ("shares:unlocked", "shares.unlocked"),
        ("dividend:available", "dividend.available"),
        ("notification", "notification"),
        ("system:maintenance", "system.maintenance"),
        ("system:announcement", "system.announcement"),
    ];
    let mine = account.identity.wallet.clone();
    for (event, _) in events {
        let data = match event {
            "market:trade" | "shares:trade" => json!({"trader": mine}),
            "shares:unlocked" | "dividend:available" => json!({"holder": mine}),
            _ => Value::Null,
        };
        let to = if event == "notification" { alice() } else { None };
        gateway.emit(event, data, to).await?;
    }
    stored(&mut listener, events.len()).await?;
    let store = engine.reader().store(&account.id).await?;
    let kinds: Vec<String> = store
        .events_after(0, 100)
        .await?
        .into_iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(kinds, events.map(|(_, kind)| kind));
    let counts = store.counts().await?;
    assert_eq!((counts.malformed, counts.unknown), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_creator_is_followed_by_wallet_whatever_its_case() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let gateway = start(bench.config())?;
    let engine = bench.engine().await?;
    let account = add_alice(&engine, &gateway.url()).await?;
    let creator = "0xC0FFEE0000000000000000000000000000000042";
    engine
        .follow(
            &account,
            &Topic {
                kind: "creator".to_owned(),
                id: creator.to_owned(),
            },
        )
        .await?;
    let mut listener = engine.subscribe_events();
    engine.start_account(&account.id).await?;
    online(&mut listener).await?;
    let trade = json!({"creatorId": creator, "trader": "0x0000000000000000000000000000000000000007"});
    gateway.emit("shares:trade", trade, None).await?;
    let keys = stored(&mut listener, 1).await?;
    assert!(
        keys.first().is_some_and(|key| key.starts_with("shares:trade/")),
        "{keys:?}"
    );
    Ok(())
}
