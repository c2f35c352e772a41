//! What is kept for the day on which a file is damaged, and what takes its place then.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod common;

use std::path::PathBuf;

use carillon_contract::outbox::{Draft, SendState};
use carillon_contract::tuning::Tuning;
use carillon_contract::{AccountId, LocalId, PlatformId, Timestamp, Topic};
use carillon_store::inbox::PageKey;
use carillon_store::retention::Retention;
use carillon_store::salvage::{Salvage, Told};
use carillon_store::{AccountStore, DatabaseKey, Registry};
use common::*;
use serde_json::value::RawValue;

const LATER: Timestamp = Timestamp(NOW.0 + 60_000);

fn topic(id: &str) -> Topic {
    Topic {
        kind: "market".into(),
        id: id.into(),
    }
}

/// A closed file with what a person made, and room around each table.
async fn filled() -> Fixture {
    let fixture = fixture().await;
    let store = &fixture.store;
    let mut events: Vec<_> = (0..300).map(trade).collect();
    events.push(notice("1", "one"));
    let mut with_cursor = batch(events);
    with_cursor.cursor = Some(carillon_contract::continuity::Cursor {
        log: "the log".into(),
        number: 300,
    });
    store.ingest(with_cursor).await.ok().unwrap();
    for number in 0..40 {
        store
            .want_topic(topic(&format!("m-{number}")), NOW)
            .await
            .unwrap();
        let draft = Draft {
            kind: "message".into(),
            payload: RawValue::from_string(format!("{{\"number\":{number}}}")).unwrap(),
            lane: "chat".into(),
            expires_at: None,
        };
        let id = LocalId::new(format!("o-{number:02}"));
        store.push_outgoing(id, draft, NOW).await.unwrap();
    }
    store
        .begin_sending(&LocalId::new("o-00"), false, NOW)
        .await
        .unwrap();
    store.set_tuning(&tuning()).await.unwrap();
    store.set_retention(&retention()).await.unwrap();
    store.clone().close().await;
    fixture
}

fn retention() -> Retention {
    Retention {
        days: None,
        categories: [("trade".to_owned(), Some(30))].into(),
    }
}

fn tuning() -> Tuning {
    Tuning {
        attempts: Some(7),
        ..Tuning::default()
    }
}

async fn root(fixture: &Fixture, table: &str) -> usize {
    let mut file = open_raw(fixture.store.path(), &fixture.key).await;
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = ?1")
        .bind(table)
        .fetch_one(&mut file)
        .await
        .unwrap();
    sqlx::Connection::close(file).await.unwrap();
    usize::try_from(root).unwrap()
}

fn damage(fixture: &Fixture, page: usize) {
    let mut bytes = std::fs::read(fixture.store.path()).unwrap();
    bytes[(page - 1) * 4_096 + 1_000] ^= 1;
    std::fs::write(fixture.store.path(), &bytes).unwrap();
}

/// What takes the file's place, opened; and whether all of what was worth it could be read.
async fn anew(fixture: &Fixture) -> (AccountStore, bool) {
    let path: PathBuf = fixture.folder.path().join("anew.db");
    let before = std::fs::read(fixture.store.path()).unwrap();
    let salvage = Salvage::read(fixture.store.path(), &fixture.key).await.unwrap();
    let told = Told {
        title: "It began anew".into(),
        body: "This is why".into(),
    };
    salvage
        .make_anew(&path, &fixture.key, &alice(), &told, LATER)
        .await
        .unwrap();
    assert!(!log_of(&path).exists(), "the file is complete by itself");
    assert!(
        std::fs::read(fixture.store.path()).unwrap() == before,
        "the damaged one is as it was"
    );
    let store = AccountStore::open(&path, &fixture.key).await.unwrap();
    let health = store.examine(&fixture.key, true).await.unwrap();
    assert_eq!((health.whole, health.wrong_counts), (true, 0));
    (store, !salvage.partly)
}

#[tokio::test]
async fn what_the_person_made_is_kept_and_numbers_go_on_where_they_were() {
    let fixture = filled().await;
    damage(&fixture, root(&fixture, "events").await);
    let (store, whole) = anew(&fixture).await;
    assert!(whole);
    assert_eq!(store.account(), &alice());
    assert_eq!(store.topics(None).await.unwrap().len(), 40);
    assert_eq!(store.tuning().await.unwrap(), tuning());
    assert_eq!(store.retention().await.unwrap(), retention());
    let outbox = store.outbox().await.unwrap();
    assert_eq!(outbox.len(), 40);
    assert_eq!(outbox[0].state, SendState::Sending);
    assert!(outbox.windows(2).all(|two| two[0].id < two[1].id), "in its order");
    // The server is asked for all of its log, and everything counts as missing until it has answered.
    let cursor = store.cursor().await.unwrap().unwrap();
    assert_eq!((cursor.log.as_str(), cursor.number), ("the log", 0));
    assert!(store.last_seen().await.unwrap().unwrap().began_anew(&alice()));
    let told = store.must_see(PageKey::FIRST, 10).await.unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].id, told[0].title.as_str()), (2, "It began anew"));
    assert_eq!(store.unread().await.unwrap()["carillon"], 1);
    store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    assert_eq!(store.events_after(0, 10).await.unwrap()[0].seq, 302);
    store.set_complete_until(LATER, LATER).await.unwrap();
    assert!(!store.last_seen().await.unwrap().unwrap().began_anew(&alice()));
}

#[tokio::test]
async fn whatever_can_not_be_read_keeps_nothing_else_from_being_read() {
    let fixture = filled().await;
    damage(&fixture, root(&fixture, "topics").await);
    damage(&fixture, root(&fixture, "sqlite_sequence").await);
    damage(&fixture, root(&fixture, "cursor").await);
    let (store, whole) = anew(&fixture).await;
    assert!(!whole, "and that is said");
    assert_eq!(store.topics(None).await.unwrap().len(), 0);
    assert_eq!(store.outbox().await.unwrap().len(), 40);
    assert_eq!(store.tuning().await.unwrap(), tuning());
    assert_eq!(store.cursor().await.unwrap(), None);
    // No number is given twice, also where nobody knows any more which ones were given.
    store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    assert_eq!(store.events_after(0, 10).await.unwrap()[0].seq, LATER.0 + 1);
}

#[tokio::test]
async fn a_file_of_which_nothing_can_be_read_is_replaced_all_the_same() {
    for length in [0, 1_000, 4_096 * 3 + 7] {
        let fixture = filled().await;
        let file = std::fs::File::options().write(true).open(fixture.store.path());
        file.unwrap().set_len(length).unwrap();
        let (store, _) = anew(&fixture).await;
        assert_eq!(store.account(), &alice());
        assert_eq!(store.must_see(PageKey::FIRST, 10).await.unwrap().len(), 1);
    }
}

async fn registry(folder: &tempfile::TempDir) -> Registry {
    let registry = Registry::open(&folder.path().join("registry.db")).await.unwrap();
    let platform = PlatformId::new("guesslyfe");
    let sameness = registry.sameness(&platform, "http://127.0.0.1:3000", "u-alice");
    registry
        .begin(&alice().id, &platform, &sameness, NOW)
        .await
        .unwrap();
    registry
}

#[tokio::test]
async fn who_an_account_is_outlives_its_file_and_only_its_key_can_tell() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder).await;
    let (key, other) = (DatabaseKey::generate().unwrap(), DatabaseKey::generate().unwrap());
    let id = &alice().id;
    assert_eq!(registry.key_fits(id, &key).await.unwrap(), None);
    assert_eq!(registry.profile(id, &key).await.unwrap(), None);
    registry.keep_profile(&alice(), &key).await.unwrap();
    assert_eq!(registry.key_fits(id, &key).await.unwrap(), Some(true));
    assert_eq!(registry.key_fits(id, &other).await.unwrap(), Some(false));
    assert_eq!(registry.profile(id, &key).await.unwrap(), Some(alice()));
    assert_eq!(registry.profile(id, &other).await.unwrap(), None);
    let elsewhere = AccountId::new("another");
    assert_eq!(registry.profile(&elsewhere, &key).await.unwrap(), None);

    let mut moved = alice();
    moved.server = "http://127.0.0.1:4000".into();
    registry.keep_profile(&moved, &key).await.unwrap();
    assert_eq!(registry.profile(id, &key).await.unwrap(), Some(moved));
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for plain in ["u-alice", "127.0.0.1", "0xa11ce"] {
            let found = bytes
                .windows(plain.len())
                .any(|window| window == plain.as_bytes());
            assert!(!found, "{plain}");
        }
    }
}

#[tokio::test]
async fn what_is_known_already_is_not_written_again() {
    let folder = tempfile::tempdir().unwrap();
    let registry = registry(&folder).await;
    let key = DatabaseKey::generate().unwrap();
    registry.keep_profile(&alice(), &key).await.unwrap();
    let log = log_of(&folder.path().join("registry.db"));
    let before = std::fs::read(&log).unwrap();
    registry.keep_profile(&alice(), &key).await.unwrap();
    assert!(std::fs::read(&log).unwrap() == before);
}
