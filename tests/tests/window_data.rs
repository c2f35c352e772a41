//! What a window reads and is told, by the engine against our gateway.

use std::collections::BTreeSet;

use carillon_contract::entity::{Changes, EntityId};
use carillon_contract::settings::{Consent, Settings, Theme};
use carillon_contract::view::NoticeFilter;
use carillon_contract::{ConnectionState, Notice, Topic, UiEvent};
use carillon_engine::Engine;
use carillon_engine::parts::{ActivityKey, Change};
use carillon_gateway::To;
use carillon_tests::gateway::{Bench, Live, add, alice, hear, online, state, stop, stored};
use serde_json::json;

fn market() -> EntityId {
    EntityId {
        kind: "market".to_owned(),
        id: "mkt-rain".to_owned(),
    }
}

#[tokio::test]
async fn a_trade_is_told_as_new_prices_and_a_line_of_the_market_s_history() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        mut listener,
    } = bench.live().await?;
    let topic = Topic {
        kind: "market".to_owned(),
        id: market().id,
    };
    engine.follow(&account, &topic).await?;
    hear(&mut listener, "the room", |event| match event {
        UiEvent::Topics { topics, .. } => topics.iter().all(|topic| topic.confirmed).then_some(()),
        _ => None,
    })
    .await?;
    let trade = json!({
        "marketId": market().id, "newYesPrice": "640000000000000000", "newNoPrice": "360000000000000000",
        "shares": "40000000000000000000", "outcome": 1, "direction": "buy",
    });
    gateway.emit("market:trade", trade, None).await?;
    let told: Changes = hear(&mut listener, "a trade", |event| match event {
        UiEvent::Changes(changes) if !changes.activity.is_empty() => Some(changes.clone()),
        _ => None,
    })
    .await?;

    let values: Vec<(&str, &str)> = told
        .samples
        .iter()
        .map(|sample| (sample.series.as_str(), sample.value.as_str()))
        .collect();
    assert_eq!(values, [("yes", "0.64"), ("no", "0.36")]);

    // What is told is what is kept.
    let store = engine.reader().store(&account.id).await?;
    let kept = store.activity(&market(), ActivityKey::FIRST, 10).await?;
    assert_eq!(kept, told.activity);
    let said = kept
        .first()
        .map(|line| (line.fields.get("shares").cloned(), line.what.clone()));
    assert_eq!(said, Some((Some(json!("40")), "market.trade".to_owned())));
    let entity = store.entity(&market()).await?;
    assert_eq!(
        entity.and_then(|entity| entity.fields.get("yesPrice").cloned()),
        Some(json!("0.64"))
    );
    Ok(())
}

#[tokio::test]
async fn the_round_trip_is_measured_while_somebody_listens_and_forgotten_without_a_connection()
-> anyhow::Result<()> {
    let bench = Bench::new()?;
    let mut live = bench.live().await?;
    let millis = hear(&mut live.listener, "a round trip", |event| match event {
        UiEvent::Latency { millis, .. } => *millis,
        _ => None,
    })
    .await?;
    let (accounts, _) = live.engine.accounts().await?;
    assert_eq!(
        accounts.first().and_then(|account| account.latency_ms),
        Some(millis)
    );
    stop(live.gateway).await?;
    hear(&mut live.listener, "that it is gone", |event| {
        matches!(event, UiEvent::Latency { millis: None, .. }).then_some(())
    })
    .await?;
    Ok(())
}

#[tokio::test]
async fn an_account_that_was_disconnected_by_hand_stays_so_over_a_restart() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let Live {
        gateway,
        engine,
        account,
        ..
    } = bench.live().await?;
    engine.disconnect(&account.id).await?;
    assert_eq!(shown(&engine).await?, (ConnectionState::Disconnected, true));
    engine.stop().await;

    let engine = bench.engine().await?;
    engine.start_all().await?;
    assert_eq!(shown(&engine).await?, (ConnectionState::Disconnected, true));
    let mut listener = engine.subscribe_events();
    engine.connect(&account.id).await?;
    online(&mut listener).await?;
    assert_eq!(shown(&engine).await?, (ConnectionState::Connected, false));
    engine.stop().await;

    let engine = bench.engine().await?;
    let mut listener = engine.subscribe_events();
    engine.start_all().await?;
    online(&mut listener).await?;
    stop(gateway).await?;
    state(&mut listener, ConnectionState::Reconnecting).await?;
    Ok(())
}

async fn shown(engine: &Engine) -> anyhow::Result<(ConnectionState, bool)> {
    let (accounts, _) = engine.accounts().await?;
    let only = accounts.first().ok_or_else(|| anyhow::anyhow!("No account"))?;
    Ok((only.connection.state, only.paused))
}

#[tokio::test]
async fn the_pages_of_two_accounts_leave_nothing_out_though_all_happened_in_one_millisecond()
-> anyhow::Result<()> {
    let bench = Bench::new()?;
    let mut live = bench.live().await?;
    let bob = add(&live.engine, &live.gateway.url(), "bob").await?;
    live.engine.start_account(&bob.id).await?;
    hear(&mut live.listener, "bob online", |event| match event {
        UiEvent::Connection { account, status } if *account == bob.id => {
            (status.state == ConnectionState::Connected && !status.catching_up).then_some(())
        }
        _ => None,
    })
    .await?;
    let at = json!({"timestamp": "2026-03-01T10:00:00.000Z"});
    for username in ["alice", "bob"] {
        let to = Some(To::Username(username.to_owned()));
        live.gateway.emit_many("notification", at.clone(), to, 5).await?;
    }
    stored(&mut live.listener, 10).await?;

    let (mut behind, mut seen): (Option<Notice>, Vec<Notice>) = (None, Vec::new());
    loop {
        let page = live
            .engine
            .notices(&[], NoticeFilter::All, behind.as_ref(), 3)
            .await?;
        behind = page.notices.last().cloned();
        seen.extend(page.notices);
        if !page.more {
            break;
        }
    }
    let once: BTreeSet<_> = seen
        .iter()
        .filter(|notice| notice.category == "notification" || notice.category == "market")
        .map(|notice| (notice.account.clone(), notice.id))
        .collect();
    assert_eq!((once.len(), seen.len()), (10, 10), "{seen:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_archived_is_told_with_the_count_and_settings_are_kept() -> anyhow::Result<()> {
    let bench = Bench::new()?;
    let mut live = bench.live().await?;
    live.gateway.emit("notification", json!({}), alice()).await?;
    let notice = hear(&mut live.listener, "a notice", |event| match event {
        UiEvent::Notices { notices, unread, .. } if unread.values().sum::<i64>() == 1 => {
            notices.first().cloned()
        }
        _ => None,
    })
    .await?;
    live.engine
        .change_notices(&live.account.id, Change::Archive, vec![notice.id])
        .await?;
    let changed = hear(&mut live.listener, "that it is archived", |event| match event {
        UiEvent::NoticesChanged { notices, unread, .. } if unread.is_empty() => notices.first().cloned(),
        _ => None,
    })
    .await?;
    assert!(changed.archived);

    let mut settings = Settings {
        theme: Theme::Dark,
        ..Settings::default()
    };
    settings.notifications.consent = Consent::Granted;
    live.engine.set_settings(settings.clone()).await?;
    live.engine.stop().await;
    assert_eq!(bench.engine().await?.settings().await?, settings);
    Ok(())
}
