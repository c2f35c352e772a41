//! What a person takes along of an account, and what is left when it is erased.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use carillon_contract::item::{DedupeKey, EntityPatch, EntityRef, Item, KeySpan, NoticeDraft, Point};
use carillon_contract::receipt::{Keepable, Removable};
use carillon_contract::{Level, UiEvent};
use carillon_engine::EngineError;
use carillon_engine::export::Progress;
use carillon_store::AccountStore;
use carillon_store::events::Incoming;
use carillon_store::ingest::Batch;
use carillon_vault::Entry;
use serde_json::value::to_raw_value;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::rig::{Bench, add};

const NOTICES: usize = 70;

/// More notices than a page has, all of them with a title that a spreadsheet would calculate, and a price.
async fn fill(bench: &Bench, store: &AccountStore) {
    let market = || EntityRef {
        kind: "market",
        id: "m-1".into(),
    };
    let event = |number: usize| {
        let key = DedupeKey {
            text: format!("n-{number}"),
            span: KeySpan::Always,
            is_exact: true,
        };
        let mut item = Item::new("notification", key);
        item.notice = Some(NoticeDraft {
            key: None,
            category: "market",
            level: Level::Info,
            title: format!("=1+{number}"),
            body: "two\nlines, \"quoted\"".into(),
            action_url: None,
            read: false,
            must_see: false,
            about: None,
        });
        item.entities = vec![EntityPatch {
            entity: market(),
            fields: json!({ "yesPrice": "0.5" }).as_object().unwrap().clone(),
        }];
        item.points = vec![Point {
            entity: market(),
            series: "yes",
            at: bench.now(),
            value: "-0.5".into(),
        }];
        Incoming {
            name: "notification".into(),
            payload: to_raw_value(&json!({ "amount": 1, "deep": [{ "n": number }] })).unwrap(),
            item,
        }
    };
    let batch = Batch {
        received_at: bench.now(),
        events: (0..NOTICES).map(event).collect(),
        ..Batch::default()
    };
    store.ingest(batch).await.ok().unwrap();
}

/// The files of an archive, as texts.
fn unzip(path: &Path) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).unwrap();
            let mut text = String::new();
            file.read_to_string(&mut text).unwrap();
            (file.name().unwrap().into_owned(), text)
        })
        .collect()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn an_export_holds_what_is_kept_as_lines_and_cells_and_no_secret() {
    let bench = Bench::new();
    let (engine, _) = bench.engine([]).await;
    let account = add(&engine, "alice", "http://127.0.0.1:1").await;
    fill(&bench, &engine.reader().store(&account.id).await.unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("alice.zip");
    let (progress, seen) = watch::channel(Progress::default());
    let cancel = CancellationToken::new();
    let export = || {
        engine
            .reader()
            .export(&account.id, &to, bench.now(), &progress, &cancel)
    };
    let exported = export().await.unwrap();

    let files = unzip(&to);
    let lines = |name: &str| -> Vec<Value> {
        let lines = files[name].lines();
        lines.map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let notices = lines("notices.jsonl");
    assert_eq!(notices.len(), NOTICES);
    assert_eq!(notices[69]["title"], "=1+69");
    assert_eq!(lines("events.jsonl")[0]["payload"]["deep"][0]["n"], 0);
    assert_eq!(lines("entities.jsonl")[0]["state"]["yesPrice"], "0.5");
    assert_eq!(
        lines("account.json")[0]["account"]["identity"]["userId"],
        json!(account.identity.user_id)
    );
    let mut cells = csv::Reader::from_reader(files["notices.csv"].as_bytes());
    assert_eq!(cells.headers().unwrap().get(3), Some("title"));
    let rows: Vec<csv::StringRecord> = cells.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), NOTICES);
    assert_eq!(rows[3].get(3), Some("'=1+3"), "no spreadsheet calculates it");
    assert_eq!(rows[3].get(4), Some("two\nlines, \"quoted\""));
    assert!(files["points.csv"].contains(",-0.5\n"), "{}", files["points.csv"]);

    let manifest = &lines("manifest.json")[0];
    assert_eq!(manifest["rows"], json!(exported.rows));
    assert_eq!(exported.rows["notices.csv"], 70);
    assert_eq!(exported.bytes, fs::metadata(&to).unwrap().len());
    let told = seen.borrow().clone();
    assert_eq!((told.done, told.of), (exported.rows.len(), exported.rows.len()));
    assert_eq!(told.rows, exported.rows.values().sum::<u64>());

    for entry in [
        Entry::token(account.id.as_str()),
        Entry::database_key(account.id.as_str()),
    ] {
        let secret = bench.vault.get(&entry).await.unwrap().unwrap();
        let kept: Vec<String> = match serde_json::from_str::<Value>(secret.expose()) {
            Ok(Value::Object(tokens)) => tokens
                .values()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            _ => vec![secret.expose().to_owned()],
        };
        assert!(!kept.is_empty());
        for (name, text) in &files {
            assert!(!kept.iter().any(|secret| text.contains(secret)), "{name}");
        }
    }
    assert_eq!(names(folder.path()), ["alice.zip"], "nothing lies beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert!(matches!(export().await, Err(EngineError::FileExists(_))));
    assert_eq!(unzip(&to), files, "nothing is written over");
    // Two at once keep out of each other's way: one of them is there, whole.
    fs::remove_file(&to).unwrap();
    let both = tokio::join!(export(), export());
    assert!(both.0.is_ok() || both.1.is_ok(), "{both:?}");
    assert_eq!(unzip(&to).len(), files.len());
    assert_eq!(names(folder.path()), ["alice.zip"]);
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_export_that_is_broken_off_leaves_nothing() {
    let bench = Bench::new();
    let (engine, _) = bench.engine([]).await;
    let account = add(&engine, "alice", "http://127.0.0.1:1").await;
    fill(&bench, &engine.reader().store(&account.id).await.unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("alice.zip");
    let (progress, mut seen) = watch::channel(Progress::default());
    let cancel = CancellationToken::new();
    // In the middle of it.
    let halfway = async {
        seen.wait_for(|progress| progress.rows > 0).await.unwrap();
        cancel.cancel();
    };
    let export = engine
        .reader()
        .export(&account.id, &to, bench.now(), &progress, &cancel);
    let (ended, ()) = tokio::join!(export, halfway);
    assert!(matches!(ended, Err(EngineError::Cancelled)), "{ended:?}");
    assert_eq!(names(folder.path()), Vec::<String>::new());

    let nowhere = folder.path().join("not there").join("alice.zip");
    let cancel = CancellationToken::new();
    let export = engine
        .reader()
        .export(&account.id, &nowhere, bench.now(), &progress, &cancel);
    assert!(matches!(export.await, Err(EngineError::Export { .. })));
    engine.stop().await;
}

#[tokio::test(start_paused = true)]
async fn an_erasure_says_what_is_gone_and_what_is_not() {
    let bench = Bench::new();
    let (engine, _) = bench.engine([]).await;
    let account = add(&engine, "alice", "http://127.0.0.1:1").await;
    let other = add(&engine, "bob", "http://127.0.0.1:1").await;
    fill(&bench, &engine.reader().store(&account.id).await.unwrap()).await;
    let mut settings = engine.settings().await.unwrap();
    settings.notifications.silenced = [account.id.clone(), other.id.clone()].into();
    engine.set_settings(settings).await.unwrap();
    // What other versions and damage leave behind.
    let accounts = bench.folder().join("accounts");
    let damaged = accounts.join("damaged");
    fs::create_dir(&damaged).unwrap();
    for id in [&account.id, &other.id] {
        fs::write(damaged.join(format!("{id}-17.db")), "damaged").unwrap();
        fs::write(accounts.join(format!("{id}.db.before-6")), "a copy").unwrap();
    }
    let mut listener = engine.subscribe_events();

    let receipt = engine.remove_account(&account.id).await.unwrap();
    assert_eq!((&receipt.account, receipt.erased_at), (&account.id, bench.now()));
    let count = |what| {
        let removed = receipt.removed.iter().find(|removed| removed.what == what);
        removed.map(|removed| removed.count)
    };
    for what in [
        Removable::Token,
        Removable::Key,
        Removable::Copies,
        Removable::SetAside,
        Removable::Silence,
        Removable::Entry,
    ] {
        assert_eq!(count(what), Some(1), "{what:?}");
    }
    assert_eq!(count(Removable::Notices), Some(70));
    assert_eq!(count(Removable::Events), Some(70));
    assert!(count(Removable::Files) >= Some(1));
    assert_eq!(count(Removable::Outbox), None, "there was nothing");
    assert_eq!(count(Removable::Session), None, "nobody answered");
    let kept: Vec<Keepable> = receipt.kept.iter().map(|kept| kept.what).collect();
    let expected = [
        Keepable::AtTheServer,
        Keepable::Session,
        Keepable::Exports,
        Keepable::Backups,
    ];
    assert_eq!(kept, expected);
    assert!(!json!(receipt).to_string().contains(&account.identity.user_id));

    let told = listener.next().await.unwrap();
    let UiEvent::Settings { settings } = &*told.event else {
        panic!("{told:?}");
    };
    assert_eq!(settings.notifications.silenced, [other.id.clone()].into());
    assert_eq!(engine.settings().await.unwrap(), *settings);
    for folder in [&accounts, &damaged] {
        let left = names(folder);
        assert!(
            !left.iter().any(|name| name.contains(account.id.as_str())),
            "{left:?}"
        );
        assert!(left.iter().any(|name| name.contains(other.id.as_str())));
    }
    for entry in [
        Entry::token(account.id.as_str()),
        Entry::database_key(account.id.as_str()),
    ] {
        assert!(bench.vault.get(&entry).await.unwrap().is_none());
    }
    assert!(engine.reader().store(&other.id).await.is_ok());

    // What is kept elsewhere is not said to be gone.
    for entry in [
        Entry::token(other.id.as_str()),
        Entry::database_key(other.id.as_str()),
    ] {
        bench.vault.delete(&entry).await.unwrap();
    }
    let receipt = engine.remove_account(&other.id).await.unwrap();
    assert!(!receipt.has_removed(Removable::Key) && !receipt.has_removed(Removable::Token));
    assert!(receipt.kept.iter().any(|kept| kept.what == Keepable::Secrets));
    engine.stop().await;
}
