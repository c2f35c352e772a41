//! What is dropped with time, and what is not.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_contract::Timestamp;
use carillon_contract::continuity::{Gap, GapReason};
use carillon_contract::entity::EntityId;
use carillon_contract::view::NoticeFilter;
use carillon_store::AccountStore;
use carillon_store::inbox::{Change, PageKey};
use carillon_store::ingest::Batch;
use carillon_store::retention::{Limits, Retention};
use common::*;

const MINUTE: i64 = 60 * 1_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn days(days: i64) -> Timestamp {
    Timestamp(NOW.0 + days * DAY)
}

/// Something arrives, so that the clock is believed.
async fn receive(store: &AccountStore, at: Timestamp) {
    let mut trade = trade(at.0 - NOW.0);
    trade.item.points.clear();
    store.ingest(batch_at(at.0, vec![trade])).await.ok().unwrap();
}

async fn titles(store: &AccountStore) -> Vec<String> {
    let mut all = Vec::new();
    for filter in [NoticeFilter::All, NoticeFilter::Archived] {
        all.extend(store.inbox(filter, PageKey::FIRST, 100).await.unwrap());
    }
    let snoozed = store.snoozed(100).await.unwrap().into_iter();
    all.extend(snoozed.map(|(_, notice)| notice));
    let mut titles: Vec<String> = all.into_iter().map(|notice| notice.title).collect();
    titles.sort();
    titles
}

#[tokio::test]
async fn what_is_done_with_goes_after_its_time_and_what_waits_stays_for_years() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let named = ["read", "late", "archived", "unread", "must", "off", "system"];
    let mut events: Vec<_> = named.iter().map(|name| notice(name, name)).collect();
    for (event, name) in events.iter_mut().zip(named) {
        let draft = event.item.notice.as_mut().unwrap();
        draft.must_see = name == "must";
        draft.category = if name == "system" {
            "system"
        } else {
            "notification"
        };
    }
    store.ingest(batch(events)).await.ok().unwrap();
    store.change(Change::Read, vec![1, 5, 7], days(0)).await.unwrap();
    store.change(Change::Archive, vec![3], days(0)).await.unwrap();
    store
        .change(Change::Snooze(days(9_000)), vec![6], days(0))
        .await
        .unwrap();
    store.change(Change::Read, vec![2], days(100)).await.unwrap();
    receive(store, days(200)).await;

    let before = prune(store, Limits::default(), days(179)).await;
    assert!(before.1.is_empty(), "179 days are not 180");
    let (_, erased) = prune(store, Limits::default(), days(181)).await;
    assert_eq!(erased, [1, 3, 7]);
    assert_eq!(titles(store).await, ["late", "must", "off", "unread"]);
    assert_eq!(store.totals().await.unwrap().notices, 4);
    receive(store, days(400)).await;
    let (_, erased) = prune(store, Limits::default(), days(281)).await;
    assert_eq!(erased, [2], "it was read later");
    receive(store, days(1_100)).await;
    let (_, erased) = prune(store, Limits::default(), days(1_096)).await;
    assert_eq!(erased, [4, 5, 6], "after three years");
    assert_eq!(store.unread().await.unwrap(), BTreeMap::new());
}

#[tokio::test]
async fn what_was_taken_back_is_kept_as_long_as_what_was_read_just_then() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let named = ["restored", "woken", "due"];
    let events = named.iter().map(|name| notice(name, name)).collect();
    store.ingest(batch(events)).await.ok().unwrap();
    store.change(Change::Read, vec![1, 2, 3], days(0)).await.unwrap();
    store.change(Change::Archive, vec![1], days(170)).await.unwrap();
    store
        .change(Change::Snooze(days(199)), vec![2, 3], days(170))
        .await
        .unwrap();
    receive(store, days(400)).await;
    store.change(Change::Restore, vec![1], days(200)).await.unwrap();
    store.change(Change::Wake, vec![2], days(200)).await.unwrap();
    store.wake_due(days(200)).await.unwrap();
    let (_, erased) = prune(store, Limits::default(), days(379)).await;
    assert!(erased.is_empty(), "{erased:?}");
    let (_, erased) = prune(store, Limits::default(), days(381)).await;
    assert_eq!(erased, [1, 2, 3]);
}

#[tokio::test]
async fn a_category_has_a_time_of_its_own_and_for_ever_is_for_ever() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let kept = Retention {
        days: None,
        categories: BTreeMap::from([("market".into(), Some(30)), ("system".into(), Some(5_000))]),
    };
    store.set_retention(&kept).await.unwrap();
    assert_eq!(store.retention().await.unwrap(), kept);
    let named = ["market", "system", "other"];
    let mut events: Vec<_> = named.iter().map(|name| notice(name, name)).collect();
    for (event, name) in events.iter_mut().zip(named) {
        let draft = event.item.notice.as_mut().unwrap();
        (draft.category, draft.read) = (name, true);
    }
    store.ingest(batch(events)).await.ok().unwrap();
    receive(store, days(4_000)).await;
    prune(store, Limits::default(), days(31)).await;
    assert_eq!(titles(store).await, ["other", "system"]);
    prune(store, Limits::default(), days(4_000)).await;
    assert_eq!(titles(store).await, ["other", "system"]);
    store.set_retention(&Retention::default()).await.unwrap();
    assert_eq!(store.retention().await.unwrap(), Retention::default());
    prune(store, Limits::default(), days(4_000)).await;
    assert_eq!(titles(store).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_clock_that_is_set_ahead_drops_nothing() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let mut read = notice("1", "read");
    read.item.notice.as_mut().unwrap().read = true;
    store
        .ingest(batch(vec![read, trade(1), trade(2)]))
        .await
        .ok()
        .unwrap();
    let (rows, _) = prune(store, Limits::default(), days(4_000)).await;
    assert_eq!(rows, 0);
    // What comes by the wrong clock still has the server's time.
    store
        .ingest(batch_at(days(4_000).0, vec![trade(3)]))
        .await
        .ok()
        .unwrap();
    let (rows, _) = prune(store, Limits::default(), days(4_000)).await;
    assert_eq!(rows, 0);
    assert_eq!(store.totals().await.unwrap().events, 4);
}

#[tokio::test]
async fn everything_goes_in_small_steps() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let many = (0..1_201).map(|n| {
        let mut notice = notice(&n.to_string(), "one of many");
        notice.item.notice.as_mut().unwrap().read = n != 700;
        notice
    });
    store.ingest(batch(many.collect())).await.ok().unwrap();
    while store.index_step().await.unwrap() {}
    receive(store, days(300)).await;
    let mut round = store.begin_round(Limits::default(), days(300)).await.unwrap();
    let mut erased = 0;
    while let Some(step) = store.prune_step(&mut round).await.unwrap() {
        assert!(step.rows <= 500, "{}", step.rows);
        erased += step.changed.erased.len();
    }
    assert_eq!(erased, 1_200);
    assert_eq!(titles(store).await, ["one of many"]);
    assert_eq!(store.search("many", false, 9).await.unwrap().len(), 1);
    assert_eq!(store.recount().await.unwrap(), 0);
}

#[tokio::test]
async fn prices_are_thinned_out_in_two_stages_and_those_that_come_late_as_well() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let market = EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    let count = async || {
        let points = store.points(&market, "yes", Timestamp(0), None).await.unwrap();
        points.len()
    };
    // A price a minute, for a day.
    let a_day = |from: i64| (0..1_440).map(move |n| trade(from * DAY + n * MINUTE)).collect();
    store.ingest(batch_at(days(1).0, a_day(0))).await.ok().unwrap();
    receive(store, days(6)).await;
    prune(store, Limits::default(), days(6)).await;
    assert_eq!(count().await, 1_440, "of the last seven days all are kept");
    receive(store, days(9)).await;
    prune(store, Limits::default(), days(9)).await;
    let fine = count().await;
    assert!((288..=289).contains(&fine), "one for each five minutes: {fine}");
    assert_eq!(prune(store, Limits::default(), days(9)).await, (0, vec![]));
    // A month without a connection, and then all of it.
    store.ingest(batch_at(days(31).0, a_day(3))).await.ok().unwrap();
    receive(store, days(31)).await;
    prune(store, Limits::default(), days(31)).await;
    assert!(count().await <= 2 * 289, "what came late is thinned out too");
    receive(store, days(200)).await;
    prune(store, Limits::default(), days(200)).await;
    let hourly = count().await;
    assert!((48..=50).contains(&hourly), "one for each hour: {hourly}");
    let points = store.points(&market, "yes", Timestamp(0), None).await.unwrap();
    let last = (3 * DAY + 1_439 * MINUTE).to_string();
    assert_eq!(points.last().unwrap().value, last, "the last of a span stays");
}

#[tokio::test]
async fn gaps_are_told_for_a_year() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let gap = |at| Gap {
        from: days(at),
        to: days(at),
        why: GapReason::NoReplay,
    };
    let gaps = Batch {
        received_at: NOW,
        gaps: vec![gap(0), gap(300)],
        ..Batch::default()
    };
    store.ingest(gaps).await.ok().unwrap();
    receive(store, days(400)).await;
    prune(store, Limits::default(), days(400)).await;
    assert_eq!(store.gaps(9).await.unwrap(), [gap(300)]);
}

#[tokio::test]
async fn an_account_says_how_much_room_it_takes_and_how_much_there_is() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch(vec![notice("1", "one"), trade(1)]))
        .await
        .ok()
        .unwrap();
    let storage = store.storage().await.unwrap();
    let length = |path| std::fs::metadata(path).unwrap().len();
    let files = length(store.path()) + length(&log_of(store.path()));
    assert!(storage.bytes >= files, "{} {files}", storage.bytes);
    assert_eq!((storage.notices, storage.events), (1, 2));
    assert_eq!(storage.retention, Retention::default());
}

#[tokio::test]
async fn a_round_of_events_alone_leaves_everything_else() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let mut read = notice("1", "read");
    read.item.notice.as_mut().unwrap().read = true;
    store.ingest(batch(vec![read])).await.ok().unwrap();
    receive(store, days(400)).await;
    let round = store.begin_round(Limits::default(), days(400)).await.unwrap();
    let mut round = round.of_events();
    let mut steps = Vec::new();
    while let Some(step) = store.prune_step(&mut round).await.unwrap() {
        steps.push(step.rows);
    }
    assert_eq!(steps, [1]);
    assert_eq!(titles(store).await, ["read"]);
}

#[test]
fn raw_events_are_kept_for_seven_days_or_fifty_thousand() {
    let limits = Limits::default();
    assert_eq!(limits.events_age, Duration::from_secs(7 * 24 * 60 * 60));
    assert_eq!(limits.events_count, 50_000);
}
