//! The write path: what is stored once, what changes with it, and what comes back.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::num::NonZeroU32;

use carillon_contract::Timestamp;
use carillon_contract::continuity::Cursor;
use carillon_contract::entity::EntityId;
use carillon_contract::item::{DedupeKey, Item, KeySpan};
use carillon_contract::view::NoticeFilter;
use carillon_store::AccountStore;
use carillon_store::activity::ActivityKey;
use carillon_store::counters::Counts;
use carillon_store::inbox::{Change, PageKey};
use common::*;

#[tokio::test]
async fn one_trade_through_two_rooms_is_stored_once() {
    let fixture = fixture().await;
    let (_, stored) = fixture
        .store
        .ingest(batch(vec![trade(1), trade(1), trade(2)]))
        .await
        .ok()
        .unwrap();
    let (first, second) = (stored.seqs[0].unwrap(), stored.seqs[2].unwrap());
    assert_eq!(stored.seqs[1], None);
    assert!(first < second);
    let (_, again) = fixture
        .store
        .ingest(batch(vec![trade(2), trade(3)]))
        .await
        .ok()
        .unwrap();
    assert_eq!(again.seqs[0], None);
    assert!(again.seqs[1].unwrap() > second);
    let events = fixture.store.events_after(0, 10).await.unwrap();
    let keys: Vec<_> = events.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(keys, ["market:trade/t-1", "market:trade/t-2", "market:trade/t-3"]);
    let counts = fixture.store.counts().await.unwrap();
    assert_eq!((counts.stored, counts.repeated), (3, 2));
}

#[tokio::test]
async fn an_older_patch_fills_in_and_does_not_overwrite() {
    let fixture = fixture().await;
    let mut older = trade(1);
    older.item.entities[0]
        .fields
        .insert("question".into(), "Rain?".into());
    fixture.store.ingest(batch(vec![trade(9)])).await.ok().unwrap();
    fixture.store.ingest(batch(vec![older])).await.ok().unwrap();
    let markets = fixture.store.entities("market").await.unwrap();
    assert_eq!(markets[0].fields["yesPrice"], "9");
    assert_eq!(markets[0].fields["question"], "Rain?");
    assert_eq!(markets[0].updated_at, Timestamp(NOW.0 + 9));
}

#[tokio::test]
async fn an_event_without_ids_collapses_for_five_seconds_and_is_counted() {
    let fixture = fixture().await;
    let bare = || {
        incoming(
            "x",
            Item::new(
                "x",
                DedupeKey {
                    text: "x/hash".into(),
                    span: KeySpan::Window,
                    is_exact: false,
                },
            ),
        )
    };
    let store = &fixture.store;
    let (_, first) = store
        .ingest(batch_at(10_000, vec![bare(), bare()]))
        .await
        .ok()
        .unwrap();
    assert_eq!(first.seqs, [Some(1), None]);
    let (_, soon) = store.ingest(batch_at(14_999, vec![bare()])).await.ok().unwrap();
    assert_eq!(soon.seqs, [None]);
    let (_, later) = store.ingest(batch_at(15_000, vec![bare()])).await.ok().unwrap();
    assert!(later.seqs[0].is_some());
    assert_eq!(store.event_counts().await.unwrap(), (2, 2));
}

#[tokio::test]
async fn the_unread_count_follows_every_change() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let (_, stored) = store
        .ingest(batch(vec![notice("1", "one"), notice("2", "two")]))
        .await
        .ok()
        .unwrap();
    assert_eq!(stored.inboxed.added.len(), 2);
    assert_eq!(store.unread().await.unwrap()["notification"], 2);

    let id = stored.inboxed.added[0].id;
    let changed = store.change(Change::Read, vec![id, id, 999], NOW).await.unwrap();
    assert_eq!(
        changed.notices.iter().map(|notice| notice.id).collect::<Vec<_>>(),
        [id]
    );
    let again = store.change(Change::Read, vec![id], NOW).await.unwrap();
    assert_eq!(again.notices, []);
    assert_eq!(store.unread().await.unwrap()["notification"], 1);

    // The other one was read on the person's telephone: it comes again, and is read here too.
    let mut elsewhere = notice("2", "two");
    elsewhere.item.key.text = "notification/2/read".into();
    elsewhere.item.notice.as_mut().unwrap().read = true;
    let (_, stored) = store.ingest(batch(vec![elsewhere])).await.ok().unwrap();
    assert_eq!(stored.inboxed.added, []);
    assert!(store.unread().await.unwrap().is_empty());
    assert_eq!(
        store
            .inbox(NoticeFilter::All, PageKey::FIRST, 10)
            .await
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        store
            .inbox(NoticeFilter::Unread, PageKey::FIRST, 10)
            .await
            .unwrap(),
        []
    );
}

#[tokio::test]
async fn pages_of_the_inbox_neither_overlap_nor_leave_out() {
    let fixture = fixture().await;
    let events = (0..25)
        .map(|n| notice(&n.to_string(), &format!("notice {n}")))
        .collect();
    fixture.store.ingest(batch(events)).await.ok().unwrap();
    let mut ids = Vec::new();
    let mut from = PageKey::FIRST;
    loop {
        let page = fixture.store.inbox(NoticeFilter::All, from, 10).await.unwrap();
        let Some(last) = page.last() else { break };
        from = PageKey::behind(last);
        ids.extend(page.iter().map(|notice| notice.id));
    }
    assert_eq!(ids, (1..=25).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn search_finds_what_is_indexed_and_what_is_not_yet() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch(vec![notice("1", "Dividend of Tidewatch")]))
        .await
        .ok()
        .unwrap();
    while store.index_step().await.unwrap() {}
    store
        .ingest(batch(vec![
            notice("2", "Tidewatch resolved"),
            notice("3", "Other"),
        ]))
        .await
        .ok()
        .unwrap();
    let titles = |notices: Vec<carillon_contract::Notice>| {
        notices.into_iter().map(|notice| notice.title).collect::<Vec<_>>()
    };
    assert_eq!(
        titles(store.search("tidewatch", false, 10).await.unwrap()),
        ["Tidewatch resolved", "Dividend of Tidewatch"]
    );
    assert_eq!(
        titles(store.search("DIVID", false, 10).await.unwrap()),
        ["Dividend of Tidewatch"]
    );
    assert_eq!(
        titles(store.search("tidewatch resolved", false, 10).await.unwrap()),
        ["Tidewatch resolved"]
    );
    for nonsense in ["", "\"", "AND OR", "100%", "';--"] {
        store.search(nonsense, false, 10).await.unwrap();
    }
    assert!(!store.index_step().await.unwrap());
    let newest = store.search("tidewatch", true, 1).await.unwrap();
    store.change(Change::Read, vec![newest[0].id], NOW).await.unwrap();
    // The read one takes no place of the unread ones, wherever it stands.
    assert_eq!(
        titles(store.search("tidewatch", true, 1).await.unwrap()),
        ["Dividend of Tidewatch"]
    );
    assert_eq!(store.search("tidewatch", false, 10).await.unwrap().len(), 2);
}

#[tokio::test]
async fn the_cursor_moves_only_with_the_events_it_covers() {
    let fixture = fixture().await;
    let cursor = Cursor {
        log: "l".into(),
        number: 7,
    };
    let mut with_cursor = batch(vec![trade(1)]);
    with_cursor.cursor = Some(cursor.clone());
    with_cursor.counts = Counts {
        received: 3,
        malformed: 1,
        unknown: 1,
        ..Counts::default()
    };
    fixture.store.ingest(with_cursor).await.ok().unwrap();
    fixture.store.ingest(batch(vec![trade(2)])).await.ok().unwrap();
    assert_eq!(fixture.store.cursor().await.unwrap(), Some(cursor));
    let counts = fixture.store.counts().await.unwrap();
    assert_eq!(
        (counts.received, counts.malformed, counts.unknown, counts.stored),
        (3, 1, 1, 2)
    );
}

#[tokio::test]
async fn a_payload_is_kept_to_the_last_character() {
    let fixture = fixture().await;
    let text = "{\"amount\": 12345678901234567890.100, \"nul\":\"\\u0000\", \"deep\":".to_owned()
        + &"[".repeat(100)
        + &"]".repeat(100)
        + "}";
    let mut event = trade(1);
    event.payload = serde_json::value::RawValue::from_string(text.clone()).unwrap();
    fixture.store.ingest(batch(vec![event])).await.ok().unwrap();
    assert_eq!(
        fixture.store.events_after(0, 1).await.unwrap()[0].payload.get(),
        text
    );
}

#[tokio::test]
async fn what_is_archived_leaves_the_inbox_and_the_count_and_comes_back() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch(vec![notice("1", "one"), notice("2", "two")]))
        .await
        .ok()
        .unwrap();
    let ids: Vec<i64> = page(store, NoticeFilter::All).await;
    let (one, two) = (ids[1], ids[0]);
    let unread = |changed: &carillon_store::inbox::Changed| changed.unread.get("notification").copied();

    let archived = store.change(Change::Archive, vec![one], NOW).await.unwrap();
    assert!(archived.notices[0].archived);
    assert_eq!(unread(&archived), Some(1));
    assert_eq!(page(store, NoticeFilter::All).await, [two]);
    assert_eq!(page(store, NoticeFilter::Archived).await, [one]);

    // Reading what is archived changes no count: it was not counted any more.
    let read = store.change(Change::Read, vec![one], NOW).await.unwrap();
    assert_eq!(unread(&read), Some(1));
    let restored = store.change(Change::Restore, vec![one], NOW).await.unwrap();
    assert_eq!(unread(&restored), Some(1), "it was read meanwhile");
    let again = store.change(Change::Unread, vec![one], NOW).await.unwrap();
    assert_eq!(unread(&again), Some(2));
    let all = store.read_all(NOW).await.unwrap();
    assert_eq!((all.notices.len(), unread(&all)), (2, None));
}

async fn page(store: &AccountStore, filter: NoticeFilter) -> Vec<i64> {
    let page = store.inbox(filter, PageKey::FIRST, 10).await.unwrap();
    page.into_iter().map(|notice| notice.id).collect()
}

#[tokio::test]
async fn the_history_of_a_thing_is_read_page_by_page_and_its_series_thinned() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch((0..30).map(|n| trade(n * 1_000)).collect()))
        .await
        .ok()
        .unwrap();
    let market = EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    let (mut before, mut seen) = (ActivityKey::FIRST, Vec::new());
    loop {
        let lines = store.activity(&market, before, 7).await.unwrap();
        let Some(last) = lines.last() else { break };
        before = ActivityKey {
            at: last.at,
            seq: last.seq,
        };
        seen.extend(
            lines
                .iter()
                .map(|line| line.fields["shares"].as_str().unwrap().to_owned()),
        );
    }
    let expected: Vec<String> = (0..30).rev().map(|n| (n * 1_000).to_string()).collect();
    assert_eq!(seen, expected);

    let bucket = NonZeroU32::new(10_000);
    let thinned = store.points(&market, "yes", NOW, bucket).await.unwrap();
    let values: Vec<&str> = thinned.iter().map(|point| point.value.as_str()).collect();
    assert_eq!(values.last(), Some(&"29000"));
    assert!((3..=4).contains(&values.len()), "{values:?}");
    assert!(store.entity(&market).await.unwrap().is_some());
}
