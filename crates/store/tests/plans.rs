//! How SQLite answers every statement of this crate: by an index, and by the one that was meant.
//!
//! `plans.txt` holds each statement with its plan. When one changes, `CARILLON_WRITE_PLANS=1` writes the file anew;
//! look at the difference before it is committed.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;
#[path = "plans/statements.rs"]
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use carillon_contract::continuity::{Cursor, Gap, GapReason};
use carillon_contract::entity::EntityId;
use carillon_contract::history::ConnectionAct;
use carillon_contract::item::{DedupeKey, EntityRef, Item, KeySpan};
use carillon_contract::outbox::{Draft, SendState};
use carillon_contract::settings::Settings;
use carillon_contract::tuning::Tuning;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{
    AccountId, ConnectionState, ConnectionStatus, LocalId, PlatformId, Timestamp, Topic,
};
use carillon_store::activity::ActivityKey;
use carillon_store::counters::Counts;
use carillon_store::export::TABLES;
use carillon_store::inbox::{Change, PageKey};
use carillon_store::registry::EntryState;
use carillon_store::retention::{Limits, Retention};
use carillon_store::salvage::{Salvage, Told};
use carillon_store::{AccountStore, Registry, testing};
use common::*;
use serde_json::value::to_raw_value;
use sqlx::{AssertSqlSafe, ConnectOptions as _, SqliteConnection};
use statements::{Collector, SEEN, in_one_line};

/// Tables that have a handful of rows, or of which all is wanted: reading them whole is what is meant.
const SMALL: [&str; 12] = [
    "accounts",
    "settings",
    "topics",
    "unread",
    "counters",
    "totals",
    // What waits to be sent; the list of it is all of it.
    "outbox", // The newest lines, from the end and no further than asked for.
    "history",
    "gaps", // A row for each way of thinning out, for each category that is kept otherwise, and for each table.
    "thinned",
    "retention",
    "sqlite_sequence",
];

/// Indices that hold no more than what is asked for, and are walked in their order up to a limit.
const PARTIAL: [&str; 2] = ["notices_unread", "notices_snoozed"];

/// Statements that read everything because that is what they are for.
const RECOUNTING: [&str; 2] = ["INSERT INTO unread", "INSERT INTO totals"];

/// Does everything that can be done to an account's file.
async fn do_everything(store: &AccountStore) {
    let market = EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    write_events(store).await;
    store.events_after(0, 10).await.unwrap();
    store.last_event_at().await.unwrap();
    store.newest_seq().await.unwrap();
    store.event_counts().await.unwrap();
    store.counts().await.unwrap();
    store.activity(&market, ActivityKey::FIRST, 10).await.unwrap();
    store.entities("market").await.unwrap();
    store.entity(&market).await.unwrap();
    store.points_span(&market, "yes", NOW).await.unwrap();
    store.points(&market, "yes", NOW, None).await.unwrap();
    store
        .points(&market, "yes", NOW, std::num::NonZeroU32::new(10))
        .await
        .unwrap();
    store.cursor().await.unwrap();
    store.gaps(3).await.unwrap();
    use_the_inbox(store, &market).await;
    use_the_outbox(store).await;
    use_the_connection(store).await;
    drop_what_is_old(store).await;
    for table in &TABLES {
        store.export_page(table, None).await.unwrap();
    }
    store.storage().await.unwrap();
    store.totals().await.unwrap();
    store.recount().await.unwrap();
}

async fn write_events(store: &AccountStore) {
    let bare = || {
        let span = KeySpan::Window;
        let text = "x/hash".into();
        incoming(
            "x",
            Item::new(
                "x",
                DedupeKey {
                    text,
                    span,
                    is_exact: false,
                },
            ),
        )
    };
    let mut about = notice("1", "one");
    about.item.notice.as_mut().unwrap().about = Some(EntityRef {
        kind: "market",
        id: "m-1".into(),
    });
    let mut all = batch(vec![trade(1), trade(2), about, bare(), bare()]);
    all.cursor = Some(Cursor {
        log: "l".into(),
        number: 1,
    });
    all.gaps.push(Gap {
        from: NOW,
        to: NOW,
        why: GapReason::NoReplay,
    });
    all.complete = true;
    all.counts = Counts {
        received: 1,
        ..Counts::default()
    };
    store.ingest(all).await.ok().unwrap();
    let mut read = notice("1", "one");
    read.item.key.text = "notification/1/read".into();
    read.item.notice.as_mut().unwrap().read = true;
    store.ingest(batch(vec![read])).await.ok().unwrap();
}

async fn use_the_inbox(store: &AccountStore, market: &EntityId) {
    for filter in [NoticeFilter::All, NoticeFilter::Unread, NoticeFilter::Archived] {
        store.inbox(filter, PageKey::FIRST, 10).await.unwrap();
    }
    store.notice(1).await.unwrap();
    store.unread().await.unwrap();
    store.must_see(PageKey::FIRST, 10).await.unwrap();
    store.must_see_counts().await.unwrap();
    store.notices_about(market, 10).await.unwrap();
    store.search("one", true, 10).await.unwrap();
    store.index_step().await.unwrap();
    store.search("one", true, 10).await.unwrap();
    store.read_all(NOW).await.unwrap();
    for change in [
        Change::Unread,
        Change::Read,
        Change::Archive,
        Change::Restore,
        Change::Snooze(NOW),
        Change::Wake,
    ] {
        store.change(change, vec![1], NOW).await.unwrap();
    }
    store.snoozed(10).await.unwrap();
    store.next_wake().await.unwrap();
    store.wake_due(NOW).await.unwrap();
    store.change(Change::Erase, vec![1], NOW).await.unwrap();
}

/// Comes after the notice of the rest was erased.
async fn drop_what_is_old(store: &AccountStore) {
    let limits = Limits {
        events_count: 1,
        ..Limits::default()
    };
    let (day, year) = (24 * 60 * 60 * 1_000, 365 * 24 * 60 * 60 * 1_000);
    let mut old = notice("old", "old");
    old.item.notice.as_mut().unwrap().read = true;
    store.ingest(batch(vec![old])).await.ok().unwrap();
    // Two prices within a span, which came a month after their time.
    let later = NOW.0 + 30 * day;
    store
        .ingest(batch_at(later, vec![trade(5), trade(6)]))
        .await
        .ok()
        .unwrap();
    let mut today = trade(year);
    today.item.occurred_at = None;
    store
        .ingest(batch_at(NOW.0 + year, vec![today]))
        .await
        .ok()
        .unwrap();
    store.set_retention(&Retention::default()).await.unwrap();
    let (rows, erased) = prune(store, limits, Timestamp(NOW.0 + year)).await;
    assert!(rows > 4 && erased.len() == 1, "{rows} {erased:?}");
}

fn draft() -> Draft {
    Draft {
        kind: "message".into(),
        payload: to_raw_value("hello").unwrap(),
        lane: "chat/1".into(),
        expires_at: None,
    }
}

async fn use_the_outbox(store: &AccountStore) {
    let id = LocalId::new("o-1".to_owned());
    store.push_outgoing(id.clone(), draft(), NOW).await.unwrap();
    store.outbox().await.unwrap();
    store.sendable(true, NOW).await.unwrap();
    store.next_expiry().await.unwrap();
    store.expire_outgoing(NOW).await.unwrap();
    store.begin_sending(&id, true, NOW).await.unwrap();
    store.interrupt_sending().await.unwrap();
    store.end_sending(&id, SendState::Rejected, None).await.unwrap();
    store.retry_outgoing(&id, NOW).await.unwrap();
    store.finish_sending(&id).await.unwrap();
    store.discard_outgoing(&id).await.unwrap();
}

async fn use_the_connection(store: &AccountStore) {
    let status = ConnectionStatus::plain(ConnectionState::Connected, NOW);
    store.set_connection(status).await.unwrap();
    store.set_complete_until(NOW, NOW).await.unwrap();
    store.last_seen().await.unwrap();
    store.note(&ConnectionAct::Disconnected, NOW).await.unwrap();
    store.history(10).await.unwrap();
    store.set_tuning(&Tuning::default()).await.unwrap();
    store.tuning().await.unwrap();
    store.set_server("http://127.0.0.1:1".into()).await.unwrap();
    let topic = Topic {
        kind: "market".into(),
        id: "m-1".into(),
    };
    store.want_topic(topic.clone(), NOW).await.unwrap();
    let refused = vec![(topic.clone(), Some("full".into()))];
    store.answer_topics(refused, "s".into(), NOW, NOW).await.unwrap();
    store
        .answer_topics(vec![(topic.clone(), None)], "s".into(), NOW, NOW)
        .await
        .unwrap();
    store.topics(None).await.unwrap();
    store.drop_topic(topic).await.unwrap();
}

async fn use_the_registry(registry: &Registry) {
    let (id, platform) = (AccountId::new("a-1"), PlatformId::new("guesslyfe"));
    let sameness = registry.sameness(&platform, "http://127.0.0.1:1", "u");
    registry.begin(&id, &platform, &sameness, NOW).await.unwrap();
    registry.set_state(&id, EntryState::Ready).await.unwrap();
    registry.set_paused(&id, true).await.unwrap();
    registry.set_demo(&id).await.unwrap();
    registry.set_sameness(&id, &sameness).await.unwrap();
    registry.find(&sameness).await.unwrap();
    registry.unfinished(&sameness).await.unwrap();
    registry.entries().await.unwrap();
    registry.set_settings(&Settings::default()).await.unwrap();
    registry.settings().await.unwrap();
    registry.set_passing(&id).await.unwrap();
    let passing = registry.passing().await.unwrap();
    registry.keep_passing(&passing).await.unwrap();
    let key = fixture_key();
    registry.keep_profile(&alice(), &key).await.unwrap();
    registry.key_fits(&id, &key).await.unwrap();
    registry.profile(&id, &key).await.unwrap();
    registry.strike(&id).await.unwrap();
}

/// Damages the index of the search, has that found, and makes a file that takes the place of this one.
async fn replace(fixture: &Fixture) {
    let path = fixture.store.path();
    // It is no statement of the store.
    let mut file = raw_options(path, &fixture.key)
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    sqlx::query("UPDATE notices_text_data SET block = x'00ff00ff' WHERE id > 10")
        .execute(&mut file)
        .await
        .unwrap();
    sqlx::Connection::close(file).await.unwrap();
    let store = AccountStore::open(path, &fixture.key).await.unwrap();
    let health = store.examine(&fixture.key, true).await.unwrap();
    assert!(health.index_renewed);
    store
        .push_outgoing(LocalId::new("o-2"), draft(), NOW)
        .await
        .unwrap();
    store.set_tuning(&Tuning::default()).await.unwrap();
    store.close().await;
    let told = Told {
        title: "It began anew".into(),
        body: String::new(),
    };
    Salvage::read(path, &fixture.key)
        .await
        .unwrap()
        .make_anew(
            &fixture.folder.path().join("anew.db"),
            &fixture.key,
            &alice(),
            &told,
            NOW,
        )
        .await
        .unwrap();
}

/// The beginnings of the statements that stand in the sources, as they stand there.
fn in_the_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for (quote, _) in text.match_indices('"') {
            let rest = &text.get(quote + 1..).unwrap_or_default();
            let begins = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "]
                .iter()
                .any(|verb| rest.starts_with(verb));
            let literal = rest.split('"').next().unwrap_or_default();
            // The beginning of one that is put together says nothing.
            if begins && literal.len() > 20 && !literal.contains('\\') {
                found.insert(in_one_line(literal));
            }
        }
    }
    found
}

async fn plan(file: &mut SqliteConnection, statement: &str) -> Result<Vec<String>, sqlx::Error> {
    let rows: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}")))
            .fetch_all(file)
            .await?;
    Ok(rows.into_iter().map(|row| row.3).collect())
}

/// Tells whether a step of a plan reads a large table from one end to the other.
fn walks_through(step: &str) -> bool {
    let Some(scanned) = step.strip_prefix("SCAN ") else {
        return false;
    };
    let name = scanned.split_whitespace().next().unwrap_or_default();
    let is_virtual = scanned.contains("VIRTUAL TABLE");
    let is_made_up = scanned.starts_with("CONSTANT ROW") || scanned.starts_with('(');
    let by = scanned.rsplit_once(" INDEX ").map_or("", |(_, index)| index);
    !is_virtual && !is_made_up && !SMALL.contains(&name) && !PARTIAL.contains(&by)
}

#[tokio::test]
async fn every_statement_goes_by_the_index_that_was_meant() {
    tracing::subscriber::set_global_default(Collector).unwrap();
    testing::log_statements();
    let fixture = fixture().await;
    do_everything(&fixture.store).await;
    let registry_path = fixture.folder.path().join("registry.db");
    let registry = Registry::open(&registry_path).await.unwrap();
    use_the_registry(&registry).await;
    drop(registry);
    drop(Registry::open_to_read(&registry_path).await.unwrap());
    let path = fixture.store.path().to_owned();
    fixture.store.clone().close().await;
    drop(AccountStore::open_to_read(&path, &fixture.key).await.unwrap());
    replace(&fixture).await;

    let seen: Vec<String> = {
        let seen = SEEN.lock().unwrap();
        let is_answered = |text: &&String| {
            ["SELECT", "INSERT", "UPDATE", "DELETE"]
                .iter()
                .any(|verb| text.starts_with(verb))
        };
        seen.iter()
            .filter(is_answered)
            .filter(|text| !text.contains("_sqlx_migrations") && !text.contains("sqlite_schema"))
            .cloned()
            .collect()
    };
    for statement in in_the_sources() {
        let known = seen.iter().any(|seen| seen.contains(&statement));
        // Of the file as such, which is small.
        let of_the_file = statement.contains("_sqlx_migrations") || statement.contains("sqlite_schema");
        assert!(known || of_the_file, "Nothing here has used: {statement}");
    }

    let mut account = open_raw(&path, &fixture.key).await;
    let mut registry = open_plain(&registry_path).await;
    let mut plans = BTreeMap::new();
    for statement in seen {
        let steps = match plan(&mut account, &statement).await {
            Ok(steps) => steps,
            Err(_) => plan(&mut registry, &statement).await.unwrap(),
        };
        let recounts = RECOUNTING.iter().any(|start| statement.starts_with(start));
        for step in steps.iter().filter(|_| !recounts) {
            assert!(!walks_through(step), "{step}: {statement}");
        }
        plans.insert(statement, steps);
    }
    let mut text = String::new();
    for (statement, steps) in plans {
        writeln!(text, "{statement}").unwrap();
        for step in steps {
            writeln!(text, "    {step}").unwrap();
        }
    }
    let expected = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans.txt");
    if std::env::var_os("CARILLON_WRITE_PLANS").is_some() {
        fs::write(&expected, &text).unwrap();
    }
    let expected = fs::read_to_string(expected).unwrap();
    for (is, meant) in text.lines().zip(expected.lines()) {
        assert_eq!(is, meant, "another plan, or another statement");
    }
    assert_eq!(text.lines().count(), expected.lines().count());
}

#[test]
fn a_walk_through_a_large_table_is_recognised() {
    assert!(walks_through("SCAN notices"));
    assert!(walks_through("SCAN events USING COVERING INDEX events_once"));
    assert!(
        walks_through("SCAN n"),
        "a table by another name is none of the small ones"
    );
    assert!(!walks_through(
        "SEARCH notices USING INTEGER PRIMARY KEY (rowid=?)"
    ));
    assert!(!walks_through("SCAN json_each VIRTUAL TABLE INDEX 1:"));
    assert!(!walks_through("SCAN unread"));
    assert!(!walks_through("SCAN CONSTANT ROW"));
}
