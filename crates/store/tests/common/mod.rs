//! A store in a folder of its own, and events with defaults.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "not every test file uses all of it"
)]

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use carillon_contract::item::{
    ActivityDraft, DedupeKey, EntityPatch, EntityRef, Item, KeySpan, NoticeDraft, Point,
};
use carillon_contract::{Account, AccountId, Identity, Level, PlatformId, Secret, Timestamp};
use carillon_store::events::Incoming;
use carillon_store::ingest::Batch;
use carillon_store::retention::Limits;
use carillon_store::{AccountStore, DatabaseKey};
use serde_json::json;
use serde_json::value::to_raw_value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, SqliteConnection};
use tempfile::TempDir;

pub(crate) const NOW: Timestamp = Timestamp(1_772_442_930_000);

pub(crate) struct Fixture {
    pub(crate) folder: TempDir,
    pub(crate) key: DatabaseKey,
    pub(crate) store: AccountStore,
}

pub(crate) fn alice() -> Account {
    Account {
        id: AccountId::new("0198c0de-0000-7000-8000-00000000a11c"),
        platform: PlatformId::new("guesslyfe"),
        server: "http://127.0.0.1:3000".into(),
        identity: Identity {
            user_id: "u-alice".into(),
            wallet: Some("0xa11ce".into()),
            name: None,
        },
        created_at: NOW,
    }
}

pub(crate) async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let key = DatabaseKey::generate().unwrap();
    let store = AccountStore::create(&folder.path().join("alice.db"), &key, &alice())
        .await
        .unwrap();
    Fixture { folder, key, store }
}

/// A trade of the market `m-1`, `n` ms after [`NOW`].
pub(crate) fn trade(n: i64) -> Incoming {
    let at = Timestamp(NOW.0 + n);
    let market = EntityRef {
        kind: "market",
        id: "m-1".into(),
    };
    let mut item = Item::new(
        "market.trade",
        DedupeKey {
            text: format!("market:trade/t-{n}"),
            span: KeySpan::At(at),
            is_exact: true,
        },
    );
    item.occurred_at = Some(at);
    item.entities = vec![EntityPatch {
        entity: market.clone(),
        fields: json!({"yesPrice": n.to_string()}).as_object().unwrap().clone(),
    }];
    item.activity = Some(ActivityDraft {
        entity: market.clone(),
        fields: json!({"shares": n.to_string()}).as_object().unwrap().clone(),
    });
    item.points = vec![Point {
        entity: market,
        series: "yes",
        at,
        value: n.to_string(),
    }];
    incoming("market:trade", item)
}

pub(crate) fn notice(id: &str, title: &str) -> Incoming {
    let mut item = Item::new(
        "notification",
        DedupeKey {
            text: format!("notification/{id}/unread"),
            span: KeySpan::At(NOW),
            is_exact: true,
        },
    );
    item.occurred_at = Some(NOW);
    item.notice = Some(NoticeDraft {
        key: Some(format!("notification/{id}")),
        category: "notification",
        level: Level::Info,
        title: title.into(),
        body: String::new(),
        action_url: None,
        read: false,
        must_see: false,
        about: None,
    });
    incoming("notification", item)
}

pub(crate) fn incoming(name: &str, item: Item) -> Incoming {
    let payload = to_raw_value(&json!({"type": name, "key": item.key.text})).unwrap();
    Incoming {
        name: name.into(),
        payload,
        item,
    }
}

pub(crate) fn batch(events: Vec<Incoming>) -> Batch {
    Batch {
        received_at: NOW,
        events,
        ..Batch::default()
    }
}

pub(crate) fn batch_at(received_at: i64, events: Vec<Incoming>) -> Batch {
    Batch {
        received_at: Timestamp(received_at),
        events,
        ..Batch::default()
    }
}

/// Does a whole round of dropping what is old; gives how many rows went, and which notices.
pub(crate) async fn prune(store: &AccountStore, limits: Limits, now: Timestamp) -> (u64, Vec<i64>) {
    let mut round = store.begin_round(limits, now).await.unwrap();
    let (mut rows, mut erased) = (0, Vec::new());
    while let Some(step) = store.prune_step(&mut round).await.unwrap() {
        rows += step.rows;
        erased.extend(step.changed.erased);
    }
    (rows, erased)
}

/// A file as the store opens it to write, without anything of the store.
pub(crate) async fn open_raw(path: &Path, key: &DatabaseKey) -> SqliteConnection {
    raw_options(path, key).connect().await.unwrap()
}

/// How it is opened.
pub(crate) fn raw_options(path: &Path, key: &DatabaseKey) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("key", format!("\"x'{}'\"", key.as_secret().expose()))
        .pragma("cipher_hmac_algorithm", "HMAC_SHA256")
}

/// A file without a key.
pub(crate) async fn open_plain(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    options.connect().await.unwrap()
}

/// All files of a folder but SQLite's index of the log, which is made anew from the log whenever it is read.
pub(crate) fn everything_in(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Where SQLite keeps the newest writes of a file.
pub(crate) fn log_of(path: &Path) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The files of every version of the schema; `examples/fixture.rs` makes them.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// Their key.
pub(crate) fn fixture_key() -> DatabaseKey {
    let digits = "00112233445566778899aabbccddeeff".repeat(2);
    DatabaseKey::from_secret(Secret::new(digits)).unwrap()
}

/// The numbers of the migrations that there are, as their files say it.
pub(crate) fn migrations(kind: &str) -> Vec<i64> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("migrations")
        .join(kind);
    let mut numbers: Vec<i64> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| name.split_once('_').unwrap().0.parse().unwrap())
        .collect();
    numbers.sort_unstable();
    numbers
}
