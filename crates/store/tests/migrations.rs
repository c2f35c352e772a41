//! Every version of the schema that people's files may have is brought up to date, and keeps what is in it.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod common;

use std::fs;
use std::path::PathBuf;

use carillon_contract::entity::EntityId;
use carillon_contract::outbox::SendState;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{AccountId, Timestamp};
use carillon_store::activity::ActivityKey;
use carillon_store::inbox::PageKey;
use carillon_store::{AccountStore, Registry};
use common::*;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

fn copy_of(kind: &str, version: i64) -> (TempDir, PathBuf) {
    let name = format!("{kind}-{version:04}.db");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(&name);
    let copied = fs::copy(fixtures().join(&name), &path);
    assert!(
        copied.is_ok(),
        "There is no file of this version: cargo run -p carillon-store --example fixture ({name})"
    );
    (folder, path)
}

/// The part of `docs/schema.sql` under a title.
fn documented(title: &str) -> &'static str {
    let text = include_str!("../../../docs/schema.sql");
    let (_, part) = text.split_once(&format!("-- {title}\n")).unwrap();
    part.split_once("\n-- The file of an account\n")
        .map_or(part, |(part, _)| part)
}

/// What is really in a file, written as there.
async fn schema(file: &mut SqliteConnection) -> String {
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT sql FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlx_%'
           AND tbl_name NOT LIKE '%\\_text\\_%' ESCAPE '\\'
         ORDER BY tbl_name, type DESC, name",
    )
    .fetch_all(file)
    .await
    .unwrap();
    statements
        .iter()
        .map(|statement| format!("\n{statement};\n"))
        .collect()
}

#[tokio::test]
async fn an_account_of_every_version_is_brought_up_to_date_with_all_that_is_in_it() {
    let versions = migrations("account");
    assert!(versions.len() >= 5);
    for version in versions {
        let (_folder, path) = copy_of("account", version);
        let store = AccountStore::open(&path, &fixture_key()).await.unwrap();
        look_at_account(&store, version).await;
        store.close().await;
        let mut file = open_raw(&path, &fixture_key()).await;
        assert_eq!(
            schema(&mut file).await,
            documented("The file of an account"),
            "of version {version}"
        );
        let broken: Vec<String> = sqlx::query_scalar("PRAGMA quick_check")
            .fetch_all(&mut file)
            .await
            .unwrap();
        assert_eq!(broken, ["ok"], "of version {version}");
        file.close().await.unwrap();
    }
}

async fn look_at_account(store: &AccountStore, version: i64) {
    let about = format!("of version {version}");
    assert_eq!(store.account().id, alice().id, "{about}");
    assert_eq!(store.account().identity, alice().identity, "{about}");
    let events = store.events_after(0, 10).await.unwrap();
    let payloads: Vec<&str> = events.iter().map(|event| event.payload.get()).collect();
    assert_eq!(payloads, ["{\"n\":1}", "{\"n\":2}"], "{about}");
    assert_eq!(store.event_counts().await.unwrap(), (2, 2), "{about}");
    assert_eq!(store.recount().await.unwrap(), 0, "the counts {about}");

    let ids = async |filter| -> Vec<i64> {
        let page = store.inbox(filter, PageKey::FIRST, 10).await.unwrap();
        page.iter().map(|notice| notice.id).collect()
    };
    let newer = match version {
        ..2 => vec![],
        2..6 => vec![5],
        6.. => vec![6, 5],
    };
    let with = |ids: &[i64]| [newer.as_slice(), ids].concat();
    assert_eq!(ids(NoticeFilter::All).await, with(&[4, 2, 1]), "{about}");
    assert_eq!(ids(NoticeFilter::Unread).await, with(&[4, 1]), "{about}");
    assert_eq!(ids(NoticeFilter::Archived).await, [3], "{about}");
    let unread: i64 = store.unread().await.unwrap().values().sum();
    assert_eq!(unread, 2 + i64::try_from(newer.len()).unwrap(), "{about}");
    // In the index, and not in it yet.
    for (word, id) in [("indexed", 4), ("version", 3), ("archived", 3)] {
        let found = store.search(word, false, 10).await.unwrap();
        assert_eq!(found.first().map(|notice| notice.id), Some(id), "{word} {about}");
    }

    let market = EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    let state = store.entity(&market).await.unwrap().unwrap();
    assert_eq!(state.fields["yesPrice"], "1", "{about}");
    let points = store.points(&market, "yes", Timestamp(0), None).await.unwrap();
    assert_eq!(points.len(), 1, "{about}");
    let topics = store.topics(Some("socket")).await.unwrap();
    assert!(topics[0].confirmed, "{about}");
    assert_eq!(store.cursor().await.unwrap().unwrap().number, 1, "{about}");
    assert_eq!(store.gaps(9).await.unwrap().len(), 1, "{about}");
    let seen = store.last_seen().await.unwrap().unwrap();
    assert_eq!(seen.complete_until, Some(Timestamp(1005)), "{about}");
    assert_eq!(store.counts().await.unwrap().received, 4, "{about}");

    if version >= 2 {
        let lines = store.activity(&market, ActivityKey::FIRST, 9).await.unwrap();
        assert_eq!(lines[0].fields["shares"], "7", "{about}");
        assert_eq!(store.notices_about(&market, 9).await.unwrap()[0].id, 5, "{about}");
    }
    if version >= 3 {
        assert_eq!(topics[1].refusal.as_deref(), Some("full"), "{about}");
    }
    if version >= 4 {
        let waiting = store.outbox().await.unwrap();
        let states: Vec<SendState> = waiting.iter().map(|one| one.state).collect();
        assert_eq!(states, [SendState::Queued, SendState::Rejected], "{about}");
    }
    if version >= 6 {
        let must_see = store.must_see(PageKey::FIRST, 9).await.unwrap();
        assert_eq!(
            must_see.iter().map(|notice| notice.id).collect::<Vec<_>>(),
            [6],
            "{about}"
        );
        assert_eq!(
            store.next_wake().await.unwrap(),
            Some(Timestamp(9_000)),
            "{about}"
        );
    }
    let kept = store.retention().await.unwrap();
    let days = |category| kept.days_of(category);
    if version >= 7 {
        let expected = [Some(30), None, Some(90)];
        assert_eq!(["market", "system", "x"].map(days), expected, "{about}");
    } else {
        assert_eq!(days("market"), Some(180), "{about}");
    }
    if version >= 5 {
        assert_eq!(store.history(9).await.unwrap()[0].times, 2, "{about}");
    }
}

#[tokio::test]
async fn a_registry_of_every_version_is_brought_up_to_date_with_all_that_is_in_it() {
    let versions = migrations("registry");
    assert!(versions.len() >= 2);
    for version in versions {
        let (_folder, path) = copy_of("registry", version);
        let registry = Registry::open(&path).await.unwrap();
        let entries = registry.entries().await.unwrap();
        let ids: Vec<&AccountId> = entries.iter().map(|entry| &entry.id).collect();
        let expected = ["a-1", "a-2", "a-3", "a-4"].map(AccountId::new);
        let expected = match version {
            1 => &expected[..2],
            2 => &expected[..3],
            _ => &expected[..],
        };
        assert_eq!(ids, expected.iter().collect::<Vec<_>>(), "of version {version}");
        assert!(!entries[0].paused && !entries[0].demo);
        assert!(entries.get(2).is_none_or(|entry| entry.paused && entry.demo));
        drop(registry);
        let mut file = open_plain(&path).await;
        assert_eq!(
            schema(&mut file).await,
            documented("The registry"),
            "of version {version}"
        );
        file.close().await.unwrap();
    }
}
