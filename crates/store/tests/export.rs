//! Every row of every table is exported once, whatever its key is made of.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use carillon_contract::continuity::{Gap, GapReason};
use carillon_contract::history::ConnectionAct;
use carillon_contract::item::EntityRef;
use carillon_contract::outbox::Draft;
use carillon_contract::{LocalId, Timestamp, Topic};
use carillon_store::AccountStore;
use carillon_store::export::TABLES;
use carillon_store::ingest::Batch;
use common::*;
use serde_json::Value;
use serde_json::value::to_raw_value;

const MANY: i64 = 1_300;

/// Trades of seventy markets, with a price and a line each, and a notice for each.
async fn fill(store: &AccountStore) {
    let trades = (0..MANY).map(|n| {
        let mut trade = trade(n);
        let market = || EntityRef {
            kind: "market",
            id: format!("m-{}", n % 70),
        };
        trade
            .item
            .entities
            .iter_mut()
            .for_each(|patch| patch.entity = market());
        trade
            .item
            .points
            .iter_mut()
            .for_each(|point| point.entity = market());
        trade.item.activity.as_mut().unwrap().entity = market();
        trade
    });
    let notices = (0..MANY).map(|n| notice(&n.to_string(), "one of many"));
    let mut all = batch(trades.chain(notices).collect());
    let gap = Gap {
        from: NOW,
        to: NOW,
        why: GapReason::NoReplay,
    };
    all.gaps.push(gap);
    store.ingest(all).await.ok().unwrap();
    let topic = Topic {
        kind: "market".into(),
        id: "m-1".into(),
    };
    store.want_topic(topic, NOW).await.unwrap();
    store.note(&ConnectionAct::Disconnected, NOW).await.unwrap();
    let draft = Draft {
        kind: "message".into(),
        payload: to_raw_value(&["hello"]).unwrap(),
        lane: "chat/1".into(),
        expires_at: None,
    };
    let id = LocalId::new("o-1".to_owned());
    store.push_outgoing(id, draft, NOW).await.unwrap();
}

#[tokio::test]
async fn every_row_is_exported_once_in_pages() {
    let fixture = fixture().await;
    let store = &fixture.store;
    fill(store).await;
    let mut counts = BTreeMap::new();
    for table in &TABLES {
        let (mut behind, mut rows, mut pages) = (None, BTreeSet::new(), 0);
        loop {
            let page = store.export_page(table, behind.as_deref()).await.unwrap();
            pages += 1;
            for row in page.rows {
                let value: Value = serde_json::from_str(&row).unwrap();
                let cells = table.cells.unwrap_or_default();
                let is_cell = |name: &&str| {
                    let cell = value.get(*name);
                    cell.is_some_and(|cell| !cell.is_object() && !cell.is_array())
                };
                assert!(cells.iter().all(is_cell), "{row}");
                assert!(!row.contains('\n') && rows.insert(row), "once, on one line");
            }
            behind = page.next;
            if behind.is_none() {
                break;
            }
        }
        assert!(rows.len() < 100 || pages > 1, "{} in one page", table.name);
        counts.insert(table.name, i64::try_from(rows.len()).unwrap());
    }
    let expected = [
        ("notices", MANY),
        ("events", 2 * MANY),
        ("entities", 70),
        ("activity", MANY),
        ("points", MANY),
        ("gaps", 1),
        ("topics", 1),
        ("outbox", 1),
        ("history", 1),
    ];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[tokio::test]
async fn what_a_server_nests_deeper_than_sqlite_reads_is_exported_as_text() {
    let fixture = fixture().await;
    let deep = format!("{}{}", "[".repeat(2_000), "]".repeat(2_000));
    let mut event = notice("1", "deep");
    event.payload = serde_json::value::RawValue::from_string(deep.clone()).unwrap();
    let batch = Batch {
        received_at: Timestamp(NOW.0),
        events: vec![event],
        ..Batch::default()
    };
    fixture.store.ingest(batch).await.ok().unwrap();
    let events = TABLES.iter().find(|table| table.name == "events").unwrap();
    let page = fixture.store.export_page(events, None).await.unwrap();
    let row: Value = serde_json::from_str(page.rows.first().unwrap()).unwrap();
    assert_eq!(row.get("payload").unwrap(), &Value::String(deep));
}
