//! A cache that is damaged, or can't be written: what is kept, what is told, and how the account goes on.

use std::fs;
use std::path::Path;

use carillon_contract::continuity::GapReason;
use carillon_contract::{Account, ConnectionState, Secret, UiEvent};
use carillon_engine::parts::VaultEntry;
use carillon_engine::status::AccountStatus;
use carillon_engine::{Engine, EngineError};
use carillon_link::testing::{Line, Outcome};
use carillon_store::StoreError;
use carillon_store::inbox::PageKey;
use serde_json::{Value, json};
use tokio::time::{Duration, advance};

use crate::rig::{Bench, Rig, add, topic};

/// The length of a page of a file, in bytes.
const PAGE: usize = 4_096;

fn note(number: i64) -> Value {
    json!({ "id": format!("n-{number}"), "number": number })
}

/// Answers as a server whose log has two events, until the account is online; gives the topics that were joined, and
/// what it was asked from.
async fn serve(rig: &mut Rig, log: &str, complete: bool) -> (Line, Vec<String>, Value) {
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "log": log, "head": 2 }));
    let mut joined = Vec::new();
    loop {
        let heard = line.hear().await;
        if heard.name == "join" {
            joined.push(heard.payload.as_str().unwrap_or_default().to_owned());
            heard.answer(&json!({ "ok": true }));
            continue;
        }
        let since = heard.payload.clone();
        let after = since.as_i64().unwrap_or(0);
        let events: Vec<Value> = (after + 1..=2).map(note).collect();
        heard.answer(&json!({ "log": log, "events": events, "next": 2, "complete": complete }));
        rig.until_online().await;
        return (line, joined, since);
    }
}

/// What is left of an account that has followed a topic and received two events.
async fn ran() -> (Bench, Account) {
    let bench = Bench::new();
    let (engine, script) = bench.engine([Outcome::Open]).await;
    let account = add(&engine, "alice", "http://127.0.0.1:1").await;
    engine.follow(&account, &topic("a")).await.unwrap();
    let mut rig = bench.run(engine, script, account).await;
    serve(&mut rig, "l", true).await;
    rig.stop().await
}

async fn again(bench: Bench, account: &Account) -> Rig {
    let (engine, script) = bench.engine(vec![Outcome::Open; 3]).await;
    bench.run(engine, script, account.clone()).await
}

/// Changes one bit of a page.
fn flip(path: &Path, page: usize) -> Vec<u8> {
    let mut bytes = fs::read(path).unwrap();
    bytes[(page - 1) * PAGE + 1_000] ^= 1;
    fs::write(path, &bytes).unwrap();
    bytes
}

/// The damaged files that were set aside, as the status and the window say.
async fn set_aside(engine: &Engine) -> Vec<String> {
    let status = engine.reader().status().await.unwrap();
    let AccountStatus::Open(open) = &status.accounts[0] else {
        panic!("the account is closed")
    };
    let (views, closed) = engine.accounts().await.unwrap();
    assert!(closed.is_empty());
    assert_eq!(views[0].set_aside, open.set_aside);
    open.set_aside.iter().map(|one| one.file.clone()).collect()
}

/// Answers as a server without a log, until the account is online.
async fn serve_plainly(rig: &mut Rig) {
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({}));
    loop {
        tokio::select! {
            heard = line.hear() => heard.answer(&json!({ "ok": true })),
            () = rig.until_online() => return,
        }
    }
}

async fn must_see(rig: &Rig) -> Vec<String> {
    let notices = rig.store().await.must_see(PageKey::FIRST, 9).await.unwrap();
    notices
        .into_iter()
        .map(|notice| format!("{} {}", notice.title, notice.body))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_file_with_flipped_bytes_is_set_aside_and_the_account_goes_on_with_all_that_the_server_has() {
    let (base, account) = ran().await;
    let pages = fs::read(base.cache(&account)).unwrap().len() / PAGE;
    let mut kept_topics = 0;
    for page in [1, 2, pages / 3, pages / 2, pages] {
        let bench = base.as_if_killed();
        let damaged = flip(&bench.cache(&account), page);
        let mut rig = again(bench, &account).await;
        let (_line, joined, since) = serve(&mut rig, "l", true).await;
        let aside = set_aside(&rig.engine).await;
        assert_eq!(aside.len(), 1, "page {page}");
        assert!(
            fs::read(&aside[0]).unwrap() == damaged,
            "it is set aside as it was"
        );
        let store = rig.store().await;
        assert_eq!(store.account(), &account, "who it is has outlived the file");
        assert_eq!(store.event_counts().await.unwrap().0, 2);
        assert!(
            store.events_after(0, 9).await.unwrap()[0].seq > 2,
            "no number is given twice"
        );
        let told = must_see(&rig).await;
        assert!(told[0].contains("damaged and began anew"), "{told:?}");
        assert_eq!(told[0].contains("were kept"), joined == ["a"], "{told:?}");
        kept_topics += joined.len();
        let gaps = store.gaps(9).await.unwrap();
        if since == json!(0) {
            assert_eq!(gaps, [], "the server said that it still has everything");
        } else {
            assert_eq!(
                (since, gaps.len(), gaps[0].why),
                (Value::Null, 1, GapReason::CacheDamaged)
            );
            assert_eq!(gaps[0].to, rig.bench.now());
        }
        // From now on it is a file like any other.
        let (bench, account) = rig.stop().await;
        let mut rig = again(bench, &account).await;
        assert_eq!(serve(&mut rig, "l", true).await.2, json!(2));
        assert_eq!(set_aside(&rig.engine).await.len(), 1);
    }
    assert!(
        kept_topics > 0,
        "they could be read where another page was damaged"
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_no_longer_keeps_of_a_damaged_cache_is_a_gap_since_the_account_was_added() {
    let (bench, account) = ran().await;
    let pages = fs::read(bench.cache(&account)).unwrap().len() / PAGE;
    flip(&bench.cache(&account), pages);
    let mut rig = again(bench, &account).await;
    let (_line, _, since) = serve(&mut rig, "l", false).await;
    let gaps = rig.store().await.gaps(9).await.unwrap();
    let why = if since == json!(0) {
        GapReason::Pruned
    } else {
        GapReason::CacheDamaged
    };
    assert_eq!((gaps.len(), gaps[0].why), (1, why));
    assert!(gaps[0].from < account.created_at);
}

#[tokio::test(start_paused = true)]
async fn a_file_that_was_cut_off_is_set_aside_and_without_a_log_everything_before_is_a_gap() {
    let (base, account) = ran().await;
    let length = fs::read(base.cache(&account)).unwrap().len();
    for left in [0, 1_000, PAGE, length / 2, length - 1] {
        let bench = base.as_if_killed();
        let file = fs::File::options()
            .write(true)
            .open(bench.cache(&account))
            .unwrap();
        file.set_len(left as u64).unwrap();
        let mut rig = again(bench, &account).await;
        serve_plainly(&mut rig).await;
        let aside = set_aside(&rig.engine).await;
        if left == length - 1 {
            // Nothing but the end of the last page's check is gone.
            assert!(aside.len() <= 1);
        } else {
            assert_eq!(aside.len(), 1, "{left}");
            assert_eq!(fs::metadata(&aside[0]).unwrap().len(), left as u64);
            let gaps = rig.store().await.gaps(9).await.unwrap();
            assert_eq!((gaps.len(), gaps[0].why), (1, GapReason::CacheDamaged));
            assert!(gaps[0].from < account.created_at);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_leaves_every_file_as_it_is_however_damaged_it_is() {
    let (base, account) = ran().await;
    let entry = VaultEntry::database_key(account.id.as_str());
    let right = base.vault.get(&entry).await.unwrap().unwrap();
    let wrong = Secret::new("0123456789abcdef".repeat(4));
    base.vault.set(&entry, &wrong).await.unwrap();
    for left in [None, Some(1_000), Some(0)] {
        let bench = base.as_if_killed();
        let path = bench.cache(&account);
        if let Some(left) = left {
            fs::File::options()
                .write(true)
                .open(&path)
                .unwrap()
                .set_len(left)
                .unwrap();
        }
        let before = fs::read(&path).unwrap();
        let (engine, _) = bench.engine([]).await;
        let error = engine.start_account(&account.id).await.unwrap_err();
        assert!(
            matches!(error, EngineError::Store(StoreError::WrongKey { .. })),
            "{left:?}: {error:?}"
        );
        assert!(error.to_string().contains("left as it is"));
        engine.stop().await;
        assert!(fs::read(&path).unwrap() == before);
        assert!(!path.with_file_name("damaged").exists());
    }
    base.vault.set(&entry, &right).await.unwrap();
    let mut rig = again(base, &account).await;
    assert_eq!(serve(&mut rig, "l", true).await.2, json!(2));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_missing_is_not_made_anew_and_a_damaged_file_is_not_touched_without_it() {
    let (bench, account) = ran().await;
    let entry = VaultEntry::database_key(account.id.as_str());
    let key = bench.vault.get(&entry).await.unwrap().unwrap();
    bench.vault.delete(&entry).await.unwrap();
    let damaged = flip(&bench.cache(&account), 1);
    let (engine, _) = bench.engine([]).await;
    let error = engine.start_account(&account.id).await.unwrap_err();
    assert!(matches!(error, EngineError::KeyMissing { .. }), "{error:?}");
    engine.stop().await;
    assert!(fs::read(bench.cache(&account)).unwrap() == damaged);
    assert!(bench.vault.get(&entry).await.unwrap().is_none());
    bench.vault.set(&entry, &key).await.unwrap();
    let mut rig = again(bench, &account).await;
    serve(&mut rig, "l", true).await;
    assert_eq!(set_aside(&rig.engine).await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn damage_that_is_met_while_the_account_runs_ends_the_session_and_the_next_fills_a_new_file() {
    let (bench, account) = ran().await;
    let mut rig = again(bench, &account).await;
    let (line, ..) = serve(&mut rig, "l", true).await;
    let path = rig.bench.cache(&account);
    let pages = fs::read(&path).unwrap().len() / PAGE;
    let store = rig.store().await;
    for page in 2..=pages {
        flip(&path, page);
    }
    // A commit has the readers look at the file anew; one of them meets the damage, and nobody asked the account.
    store.want_topic(topic("b"), rig.bench.now()).await.ok();
    assert!(store.events_after(0, 9).await.is_err());
    rig.hear("everything to be otherwise", |event| {
        matches!(event, UiEvent::Resync).then_some(())
    })
    .await;
    let cause = rig.state(ConnectionState::Reconnecting).await;
    assert!(cause.unwrap().contains("cache was damaged"));
    assert!(line.is_closed());
    advance(Duration::from_secs(5)).await;
    let (line, ..) = serve(&mut rig, "l", true).await;
    assert_eq!(rig.store().await.event_counts().await.unwrap().0, 2);
    assert_eq!(set_aside(&rig.engine).await.len(), 1);
    assert_eq!(must_see(&rig).await.len(), 1);
    line.say_and_ask("note", &note(3)).await.unwrap();
    assert_eq!(rig.store().await.event_counts().await.unwrap().0, 3);
    assert!(matches!(store.events_after(0, 9).await, Err(StoreError::Closed)));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_dies_while_it_sets_a_file_aside_loses_neither_file() {
    let (bench, account) = ran().await;
    let path = bench.cache(&account);
    let damaged = flip(&path, 1);
    // Of a version before the last.
    fs::write(path.with_extension("db.before-9"), "a copy").unwrap();
    let mut rig = again(bench, &account).await;
    serve(&mut rig, "l", true).await;
    let aside = set_aside(&rig.engine).await.remove(0);
    assert_eq!(fs::read(format!("{aside}.before-9")).unwrap(), b"a copy");
    let (base, account) = rig.stop().await;
    // The new file was made, and neither was moved yet; or only the damaged one was.
    for moved in [false, true] {
        let bench = base.as_if_killed();
        let path = bench.cache(&account);
        let aside = path
            .with_file_name("damaged")
            .join(Path::new(&aside).file_name().unwrap());
        fs::rename(&path, path.with_extension("anew")).unwrap();
        if !moved {
            fs::rename(&aside, &path).unwrap();
        }
        let mut rig = again(bench, &account).await;
        serve(&mut rig, "l", true).await;
        let aside = set_aside(&rig.engine).await;
        assert_eq!(aside.len(), 1);
        assert!(fs::read(&aside[0]).unwrap() == damaged);
        assert_eq!(must_see(&rig).await.len(), 1);
        assert!(!path.with_extension("anew").exists());
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_file_goes_with_its_account() {
    let (bench, account) = ran().await;
    flip(&bench.cache(&account), 1);
    let mut rig = again(bench, &account).await;
    serve(&mut rig, "l", true).await;
    let aside = set_aside(&rig.engine).await.remove(0);
    rig.engine.remove_account(&account.id).await.unwrap();
    assert!(!Path::new(&aside).exists());
    let left = fs::read_dir(rig.bench.cache(&account).parent().unwrap()).unwrap();
    let files = left.filter(|entry| entry.as_ref().unwrap().path().is_file());
    assert_eq!(files.count(), 0);
}

/// Has the server send what can't be stored, and waits until the connection is given up over it; gives the cause, and
/// how long it is to be waited.
async fn refused(rig: &mut Rig, line: &Line, payload: &Value) -> (String, Duration) {
    let (store, server) = (rig.store().await, rig.account.server.clone());
    let mut acknowledged = line.say_and_ask("note", payload);
    let cause = loop {
        // It may be tried a few times, a second apart, before the connection is given up.
        let tried_and_paused = async {
            // Behind what was tried last.
            let _ = store.set_server(server.clone()).await;
            for _ in 0..9 {
                tokio::task::yield_now().await;
            }
            // Time that goes on from here would bring the next connection.
            while line.is_closed() {
                tokio::task::yield_now().await;
            }
            advance(Duration::from_secs(1)).await;
        };
        tokio::select! {
            biased;
            cause = rig.state(ConnectionState::Reconnecting) => break cause,
            () = tried_and_paused => {}
        }
    };
    assert!(
        acknowledged.try_recv().is_err(),
        "nothing is acknowledged that is not stored"
    );
    assert!(line.is_closed());
    let status = rig.engine.accounts().await.unwrap().0.remove(0).connection;
    let wait = status.next_try_at.unwrap().since(rig.bench.now());
    (cause.unwrap_or_default(), wait)
}

#[tokio::test(start_paused = true)]
async fn a_full_disk_is_said_and_tried_slowly_and_nothing_is_acknowledged_that_is_not_stored() {
    let mut rig = Bench::new().running(vec![Outcome::Open; 3]).await;
    let line = rig.online(false).await;
    line.say_and_ask("note", &note(1)).await.unwrap();
    let store = rig.store().await;
    store.limit_pages(1).await.unwrap();
    let large = json!({ "id": "n-2", "text": "x".repeat(1 << 20) });
    let (cause, wait) = refused(&mut rig, &line, &large).await;
    assert_eq!(cause, "The disk is full.");
    assert!(wait > Duration::from_secs(15), "{wait:?}");
    assert_eq!(store.event_counts().await.unwrap().0, 1);
    store.limit_pages(1_000_000).await.unwrap();
    advance(Duration::from_secs(60)).await;
    let line = rig.online(false).await;
    line.say_and_ask("note", &large).await.unwrap();
    assert_eq!(rig.store().await.event_counts().await.unwrap().0, 2);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_may_only_be_read_is_said_and_tried_slowly() {
    let mut rig = Bench::new().running(vec![Outcome::Open; 3]).await;
    let line = rig.online(false).await;
    line.say_and_ask("note", &note(1)).await.unwrap();
    let store = rig.store().await;
    store.refuse_writes().await.unwrap();
    let (cause, wait) = refused(&mut rig, &line, &note(2)).await;
    assert!(cause.contains("may only be read"), "{cause}");
    assert!(wait > Duration::from_secs(15), "{wait:?}");
    assert_eq!(
        store.event_counts().await.unwrap().0,
        1,
        "what is there can be read"
    );
    assert!(!store.is_damaged());
    // As after the next start, when it may be written again.
    let (bench, account) = rig.stop().await;
    let mut rig = again(bench, &account).await;
    let line = rig.online(false).await;
    line.say_and_ask("note", &note(2)).await.unwrap();
    assert_eq!(rig.store().await.event_counts().await.unwrap().0, 2);
}
