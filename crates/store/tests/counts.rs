//! The counts are what the rows say, whatever happens in whatever order.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod common;
#[path = "counts/model.rs"]
mod model;

use std::collections::BTreeMap;

use carillon_store::retention::Retention;
use common::*;
use model::{Act, Model, act};
use proptest::prelude::*;
use sqlx::Connection as _;

/// Looks at the file without the store: at the rows, and at what the index says of them.
async fn look_without_the_store(fixture: &Fixture, model: &Model) {
    let mut file = open_raw(fixture.store.path(), &fixture.key).await;
    let rows: Vec<(String, i64, i64)> = sqlx::query_as(
        "SELECT category, sum(read_at IS NULL), sum(must_see) FROM notices
         WHERE archived_at IS NULL AND snoozed_until IS NULL GROUP BY category ORDER BY category",
    )
    .fetch_all(&mut file)
    .await
    .unwrap();
    let counts: Vec<(String, i64, i64)> =
        sqlx::query_as("SELECT category, count, must_see FROM unread ORDER BY category")
            .fetch_all(&mut file)
            .await
            .unwrap();
    let counts: Vec<_> = counts
        .into_iter()
        .filter(|(category, ..)| rows.iter().any(|row| row.0 == *category))
        .collect();
    assert_eq!(counts, rows);
    let (events, copies): (i64, i64) =
        sqlx::query_as("SELECT count(*), coalesce(sum(copies - 1), 0) FROM events")
            .fetch_one(&mut file)
            .await
            .unwrap();
    assert_eq!(events, model.events);
    let kept: i64 = sqlx::query_scalar("SELECT value FROM totals WHERE name = 'copies'")
        .fetch_one(&mut file)
        .await
        .unwrap();
    assert_eq!(copies, kept);
    // With 1 it compares each word with the rows' texts.
    sqlx::query("INSERT INTO notices_text (notices_text, rank) VALUES ('integrity-check', 1)")
        .execute(&mut file)
        .await
        .unwrap();
    file.close().await.unwrap();
}

async fn run(acts: Vec<Act>) {
    let fixture = fixture().await;
    let kept = Retention {
        days: Some(2),
        categories: BTreeMap::from([("system".into(), None)]),
    };
    fixture.store.set_retention(&kept).await.unwrap();
    let mut model = Model::default();
    for act in acts {
        model.act(&fixture.store, act).await;
        model.compare(&fixture.store).await;
    }
    while fixture.store.index_step().await.unwrap() {}
    fixture.store.clone().close().await;
    look_without_the_store(&fixture, &model).await;
}

proptest! {
    // Each makes a file of its own.
    #![proptest_config(ProptestConfig {
        cases: 24,
        // A case that fails is printed whole, and becomes a test of its own.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_counts_are_what_the_rows_say(acts in prop::collection::vec(act(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(run(acts));
    }
}

#[tokio::test]
async fn a_count_that_is_wrong_is_found_and_set_right() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch(vec![notice("1", "one"), notice("2", "two")]))
        .await
        .ok()
        .unwrap();
    let mut file = open_raw(store.path(), &fixture.key).await;
    for wrong in [
        "UPDATE unread SET count = -7",
        "INSERT INTO unread (category, count, must_see) VALUES ('nothing', 3, 0)",
        "UPDATE totals SET value = 99 WHERE name = 'notices'",
    ] {
        sqlx::query(wrong).execute(&mut file).await.unwrap();
    }
    file.close().await.unwrap();
    // A count that is wrong refuses nothing that comes in.
    let mut read = notice("1", "one");
    read.item.key.text = "notification/1/read".into();
    read.item.notice.as_mut().unwrap().read = true;
    store.ingest(batch(vec![read])).await.ok().unwrap();
    assert_eq!(store.recount().await.unwrap(), 3);
    assert_eq!(store.recount().await.unwrap(), 0);
    let unread = BTreeMap::from([("notification".to_owned(), 1)]);
    assert_eq!(store.unread().await.unwrap(), unread);
    assert_eq!(store.totals().await.unwrap().notices, 2);
}

#[tokio::test]
async fn everything_is_marked_read_in_steps_between_which_others_write() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let many = (0..1_201)
        .map(|n| notice(&n.to_string(), "one of many"))
        .collect();
    store.ingest(batch(many)).await.ok().unwrap();
    let first = store.read_some(NOW).await.unwrap();
    assert_eq!((first.notices.len(), first.unread["notification"]), (500, 701));
    store
        .ingest(batch(vec![notice("late", "between")]))
        .await
        .ok()
        .unwrap();
    let rest = store.read_all(NOW).await.unwrap();
    assert_eq!((rest.notices.len(), rest.unread.len()), (702, 0));
    assert!(rest.notices.is_sorted_by_key(|notice| notice.id));
    assert_eq!(store.read_some(NOW).await.unwrap().notices, []);
}
