//! Files that are not as they were written, and keys that do not fit.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod common;

use carillon_contract::view::NoticeFilter;
use carillon_contract::{Timestamp, Topic};
use carillon_store::inbox::PageKey;
use carillon_store::{AccountStore, DatabaseKey, StoreError};
use common::*;

#[tokio::test]
async fn a_wrong_key_is_said_clearly_and_changes_nothing() {
    let fixture = fixture().await;
    fixture.store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    let path = fixture.store.path().to_owned();
    fixture.store.close().await;
    let before = std::fs::read(&path).unwrap();
    let wrong = DatabaseKey::generate().unwrap();
    let error = AccountStore::open(&path, &wrong).await.err().unwrap();
    assert!(matches!(error, StoreError::WrongKey { .. }), "{error:?}");
    assert!(error.to_string().contains("left as it is"));
    assert!(matches!(
        AccountStore::open_to_read(&path, &wrong).await,
        Err(StoreError::WrongKey { .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let again = AccountStore::open(&path, &fixture.key).await.unwrap();
    assert_eq!(again.events_after(0, 10).await.unwrap().len(), 1);
    assert_eq!(again.account(), &alice());
}

#[tokio::test]
async fn a_wrong_key_leaves_alone_what_a_killed_process_left_in_the_log() {
    let fixture = fixture().await;
    fixture.store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    let path = fixture.store.path();
    let folder = tempfile::tempdir().unwrap();
    let killed = folder.path().join("killed.db");
    std::fs::copy(path, &killed).unwrap();
    std::fs::copy(log_of(path), log_of(&killed)).unwrap();
    let before = everything_in(folder.path());
    assert_eq!(before.len(), 2);
    let wrong = DatabaseKey::generate().unwrap();
    for attempt in [
        AccountStore::open(&killed, &wrong).await.map(drop),
        AccountStore::open_to_read(&killed, &wrong).await.map(drop),
    ] {
        assert!(matches!(attempt, Err(StoreError::WrongKey { .. })), "{attempt:?}");
        assert_eq!(everything_in(folder.path()), before);
    }
    // The event was in the log alone.
    let again = AccountStore::open(&killed, &fixture.key).await.unwrap();
    assert_eq!(again.events_after(0, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn nothing_in_the_file_can_be_read_without_the_key() {
    let fixture = fixture().await;
    fixture
        .store
        .ingest(batch(vec![notice("1", "A very peculiar title")]))
        .await
        .ok()
        .unwrap();
    let path = fixture.store.path().to_owned();
    fixture.store.close().await;
    let bytes = std::fs::read(&path).unwrap();
    for plain in ["SQLite format", "peculiar", "u-alice", "CREATE TABLE"] {
        assert!(
            !bytes
                .windows(plain.len())
                .any(|window| window == plain.as_bytes()),
            "{plain}"
        );
    }
    // The cipher's HMAC is part of the format: a file that is opened with another one is not readable.
    let mut plain =
        <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite:{}", path.display()))
            .await
            .unwrap();
    let read = sqlx::query("SELECT count(*) FROM sqlite_schema")
        .execute(&mut plain)
        .await;
    let code = read
        .unwrap_err()
        .as_database_error()
        .unwrap()
        .code()
        .unwrap()
        .into_owned();
    assert_eq!(code, "26", "SQLite says that it is no database");
}

/// A store with something in it, closed; and the number of the page where a table begins.
async fn closed_with_root(table: &str) -> (Fixture, usize) {
    let fixture = fixture().await;
    let mut events: Vec<_> = (0..500).map(trade).collect();
    events.push(notice("1", "one"));
    fixture.store.ingest(batch(events)).await.ok().unwrap();
    let path = fixture.store.path().to_owned();
    fixture.store.clone().close().await;
    let mut file = open_raw(&path, &fixture.key).await;
    let root: i64 = sqlx::query_scalar("SELECT rootpage FROM sqlite_schema WHERE name = ?1")
        .bind(table)
        .fetch_one(&mut file)
        .await
        .unwrap();
    sqlx::Connection::close(file).await.unwrap();
    (fixture, usize::try_from(root).unwrap())
}

/// Changes one bit of a page.
fn damage(fixture: &Fixture, page: usize) -> Vec<u8> {
    let mut bytes = std::fs::read(fixture.store.path()).unwrap();
    bytes[(page - 1) * 4_096 + 1_000] ^= 1;
    std::fs::write(fixture.store.path(), &bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_first_page_that_is_damaged_is_told_from_a_wrong_key() {
    let (fixture, _) = closed_with_root("events").await;
    let bytes = damage(&fixture, 1);
    let path = fixture.store.path();
    for opened in [
        AccountStore::open(path, &fixture.key).await,
        AccountStore::open_to_read(path, &fixture.key).await,
    ] {
        assert!(matches!(opened, Err(StoreError::Damaged)));
    }
    let wrong = DatabaseKey::generate().unwrap();
    assert!(matches!(
        AccountStore::open(path, &wrong).await,
        Err(StoreError::WrongKey { .. })
    ));
    assert_eq!(std::fs::read(path).unwrap(), bytes, "it is left as it is");
}

#[tokio::test]
async fn a_file_that_was_cut_off_is_damaged() {
    let (fixture, _) = closed_with_root("events").await;
    let path = fixture.store.path();
    let whole = std::fs::read(path).unwrap();
    // In the middle of the first page, in the middle of a later one, between two, and before anything.
    for length in [1_000, 4_096 * 3 + 7, 4_096 * 3, 4_096, 0] {
        std::fs::write(path, &whole[..length]).unwrap();
        let error = AccountStore::open(path, &fixture.key).await.err().unwrap();
        assert!(matches!(error, StoreError::Damaged), "{length}: {error:?}");
        assert_eq!(std::fs::read(path).unwrap(), &whole[..length]);
    }
}

#[tokio::test]
async fn a_page_that_is_damaged_is_said_to_be_and_the_rest_is_still_read() {
    let (fixture, root) = closed_with_root("events").await;
    damage(&fixture, root);
    let store = AccountStore::open_to_read(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    // More often than there are connections: one that met the page is not used again.
    for _ in 0..4 {
        let error = store.events_after(0, 1_000).await.unwrap_err();
        assert!(matches!(error, StoreError::Damaged), "{error:?}");
        assert!(!error.is_passing());
        let page = store.inbox(NoticeFilter::All, PageKey::FIRST, 10).await.unwrap();
        assert_eq!(page.len(), 1);
    }
    store.close().await;
}

#[tokio::test]
async fn a_write_that_meets_a_damaged_page_says_so_and_so_do_those_after_it() {
    let (fixture, root) = closed_with_root("topics").await;
    damage(&fixture, root);
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    let topic = Topic {
        kind: "market".into(),
        id: "m".into(),
    };
    let error = store.want_topic(topic, NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged), "{error:?}");
    // The whole connection refuses from then on: no half of the file is written without the other.
    let (_, error) = store.ingest(batch(vec![trade(9_000)])).await.err().unwrap();
    assert!(matches!(error, StoreError::Damaged), "{error:?}");
    let error = store.set_complete_until(Timestamp(1), NOW).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged), "{error:?}");
    store.close().await;
}

#[tokio::test]
async fn a_look_at_the_file_finds_whichever_page_is_damaged_and_whoever_has_it_open_is_told() {
    let (fixture, _) = closed_with_root("events").await;
    let whole = std::fs::read(fixture.store.path()).unwrap();
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    let health = store.examine(&fixture.key, false).await.unwrap();
    assert!(health.whole, "a small file is looked at whole");
    assert_eq!((health.index_renewed, health.wrong_counts), (false, 0));
    assert!(!store.is_damaged());
    store.close().await;
    for page in 2..=whole.len() / 4_096 {
        std::fs::write(fixture.store.path(), &whole).unwrap();
        damage(&fixture, page);
        let Ok(store) = AccountStore::open(fixture.store.path(), &fixture.key).await else {
            continue;
        };
        let found = store.examine(&fixture.key, false).await;
        assert!(
            matches!(found, Err(StoreError::Damaged)),
            "page {page}: {found:?}"
        );
        store.damaged().await;
        store.close().await;
    }
}

#[tokio::test]
async fn whoever_meets_damage_tells_all_who_have_the_file_open() {
    let (fixture, root) = closed_with_root("events").await;
    damage(&fixture, root);
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    let other = store.clone();
    assert!(!other.is_damaged());
    assert!(store.events_after(0, 10).await.is_err());
    other.damaged().await;
    store.close().await;
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    assert!(store.ingest(batch(vec![trade(9_000)])).await.is_err());
    store.damaged().await;
}

#[tokio::test]
async fn a_faulty_index_of_the_search_is_no_reason_to_give_a_file_up() {
    let (fixture, _) = closed_with_root("events").await;
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    while store.index_step().await.unwrap() {}
    store.close().await;
    let mut file = open_raw(fixture.store.path(), &fixture.key).await;
    sqlx::query("UPDATE notices_text_data SET block = x'00ff00ff' WHERE id > 10")
        .execute(&mut file)
        .await
        .unwrap();
    sqlx::Connection::close(file).await.unwrap();
    let store = AccountStore::open(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    let health = store.examine(&fixture.key, true).await.unwrap();
    assert!(health.index_renewed);
    while store.index_step().await.unwrap() {}
    assert_eq!(store.search("one", false, 10).await.unwrap().len(), 1);
    let again = store.examine(&fixture.key, true).await.unwrap();
    assert!(!again.index_renewed);
}

/// A copy of an open file, as it is found after its process was killed.
fn killed(fixture: &Fixture) -> std::path::PathBuf {
    let copy = fixture.folder.path().join("killed.db");
    std::fs::copy(fixture.store.path(), &copy).unwrap();
    std::fs::copy(log_of(fixture.store.path()), log_of(&copy)).unwrap();
    copy
}

#[tokio::test]
async fn after_an_end_that_was_not_orderly_the_counts_are_compared_with_the_rows() {
    let fixture = fixture().await;
    fixture
        .store
        .ingest(batch(vec![trade(1), notice("1", "one")]))
        .await
        .ok()
        .unwrap();
    let store = AccountStore::open(&killed(&fixture), &fixture.key).await.unwrap();
    let health = store.examine(&fixture.key, false).await.unwrap();
    assert_eq!((health.whole, health.wrong_counts), (true, 0));
    store.close().await;
    let mut file = open_raw(fixture.store.path(), &fixture.key).await;
    sqlx::query("UPDATE unread SET count = 7")
        .execute(&mut file)
        .await
        .unwrap();
    let store = AccountStore::open(&killed(&fixture), &fixture.key).await.unwrap();
    assert_eq!(store.unread().await.unwrap()["notification"], 7);
    let health = store.examine(&fixture.key, false).await.unwrap();
    assert_eq!(health.wrong_counts, 1);
    assert_eq!(store.unread().await.unwrap()["notification"], 1);
}

#[tokio::test]
async fn whichever_page_is_damaged_nothing_panics_and_no_error_asks_to_try_again() {
    let (fixture, _) = closed_with_root("events").await;
    let whole = std::fs::read(fixture.store.path()).unwrap();
    let market = carillon_contract::entity::EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    for page in 2..=whole.len() / 4_096 {
        std::fs::write(fixture.store.path(), &whole).unwrap();
        damage(&fixture, page);
        let store = match AccountStore::open(fixture.store.path(), &fixture.key).await {
            Ok(store) => store,
            Err(error) => {
                assert!(matches!(error, StoreError::Damaged), "page {page}: {error:?}");
                continue;
            }
        };
        let mut errors: Vec<StoreError> = Vec::new();
        errors.extend(store.events_after(0, 1_000).await.err());
        errors.extend(store.inbox(NoticeFilter::All, PageKey::FIRST, 10).await.err());
        errors.extend(store.points(&market, "yes", NOW, None).await.err());
        errors.extend(store.entities("market").await.err());
        errors.extend(store.index_step().await.err());
        errors.extend(store.search("one", false, 10).await.err());
        let (_, failed) = store
            .ingest(batch(vec![trade(9_000), notice("2", "two")]))
            .await
            .err()
            .unzip();
        errors.extend(failed);
        for error in errors {
            assert!(matches!(error, StoreError::Damaged), "page {page}: {error:?}");
        }
        store.close().await;
    }
}
