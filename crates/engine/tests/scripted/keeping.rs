//! What a running engine drops with time, of accounts that are not connected too.

use std::time::Duration;

use carillon_contract::item::{DedupeKey, Item, KeySpan, NoticeDraft};
use carillon_contract::{Level, UiEvent};
use carillon_store::AccountStore;
use carillon_store::events::Incoming;
use carillon_store::ingest::Batch;
use serde_json::value::to_raw_value;

use crate::rig::{Bench, add, hear};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// What the engine's keeper waits between two rounds, and a little.
const ROUND: Duration = Duration::from_secs(31);

/// Stores an event with a notice that was read, as one that came so long ago.
async fn came(bench: &Bench, store: &AccountStore, id: &str, ago: Duration) {
    let key = DedupeKey {
        text: id.into(),
        span: KeySpan::Always,
        is_exact: true,
    };
    let mut item = Item::new("note", key);
    item.notice = Some(NoticeDraft {
        key: None,
        category: "note",
        level: Level::Info,
        title: id.into(),
        body: String::new(),
        action_url: None,
        read: true,
        must_see: false,
        about: None,
    });
    let batch = Batch {
        received_at: bench.now().before(ago),
        events: vec![Incoming {
            name: "note".into(),
            payload: to_raw_value(id).unwrap(),
            item,
        }],
        ..Batch::default()
    };
    store.ingest(batch).await.ok().unwrap();
}

#[tokio::test(start_paused = true)]
async fn raw_events_go_after_seven_days_and_notices_that_were_read_after_half_a_year() {
    let bench = Bench::new();
    let (engine, _) = bench.engine([]).await;
    let account = add(&engine, "alice", "http://127.0.0.1:1").await;
    let store = engine.reader().store(&account.id).await.unwrap();
    came(&bench, &store, "half-a-year", DAY * 181).await;
    came(&bench, &store, "eight-days", DAY * 8).await;
    came(&bench, &store, "six-days", DAY * 6).await;
    came(&bench, &store, "now", Duration::ZERO).await;

    let mut listener = engine.subscribe_events();
    let erased = hear(&mut listener, "the old notice to go", |event| match event {
        UiEvent::NoticesErased {
            account: whose, ids, ..
        } if *whose == account.id => Some(ids.clone()),
        _ => None,
    });
    let time = async {
        loop {
            tokio::time::advance(ROUND).await;
            // A round needs a moment of the file, too: the clock does not run ahead of it.
            for _ in 0..20 {
                store.newest_seq().await.unwrap();
            }
        }
    };
    tokio::select! {
        erased = erased => assert_eq!(erased, [1]),
        () = time => unreachable!("time does not end"),
    }
    let left = store.events_after(0, 9).await.unwrap();
    let left: Vec<&str> = left.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(left, ["six-days", "now"]);
    drop(store);
    engine.stop().await;
}
