//! A store in a folder of its own, and events with defaults.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(
    dead_code,
    clippy::allow_attributes,
    reason = "not every test file uses all of it"
)]

use carillon_contract::item::{
    ActivityDraft, DedupeKey, EntityPatch, EntityRef, Item, KeySpan, NoticeDraft, Point,
};
use carillon_contract::{Account, AccountId, Identity, Level, PlatformId, Timestamp};
use carillon_store::events::Incoming;
use carillon_store::ingest::Batch;
use carillon_store::{AccountStore, DatabaseKey};
use serde_json::json;
use serde_json::value::to_raw_value;
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
