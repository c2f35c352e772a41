//! An engine whose server is played by the test, and a clock that stands still.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_contract::{Account, ConnectionState, Secret, Timestamp, Topic, UiEvent};
use carillon_engine::accounts::SignIn;
use carillon_engine::clock::Clock;
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::notify::Silent;
use carillon_engine::parts::{MemoryVault, Platforms, Server, TokenVault};
use carillon_engine::{Engine, Parts, Subscriber};
use carillon_link::Transport;
use carillon_link::testing::{Line, Outcome, Script};
use carillon_platforms::Platform;
use carillon_store::AccountStore;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::platform::Plain;

/// How long a test may take by the clock on the wall. Then time goes on, and whatever is waited for has failed.
const LIMIT: Duration = Duration::from_secs(30);
/// Longer than anything is waited for once time goes on.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Time stands still while this lives, but for [`tokio::time::advance`]: a paused clock alone would run ahead
/// whenever only SQLite's threads are at work.
struct Still {
    _hold: mpsc::Sender<()>,
    went_on: Arc<AtomicBool>,
}

impl Still {
    fn new() -> Self {
        let (hold, held) = mpsc::channel();
        let went_on = Arc::<AtomicBool>::default();
        let flag = Arc::clone(&went_on);
        tokio::task::spawn_blocking(move || {
            let late = held.recv_timeout(LIMIT) == Err(mpsc::RecvTimeoutError::Timeout);
            flag.store(late, Ordering::Relaxed);
        });
        Self { _hold: hold, went_on }
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        let late = self.went_on.load(Ordering::Relaxed);
        assert!(
            !late || std::thread::panicking(),
            "something was waited for in vain"
        );
    }
}

/// The time of day, which goes as the paused clock goes.
struct TestClock(Instant);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        let since = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Timestamp(1_772_442_930_000 + since)
    }
}

/// What outlives an engine: the data folder, the vault and the clock.
pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) vault: Arc<dyn TokenVault>,
    clock: Arc<TestClock>,
    _still: Still,
}

impl Bench {
    /// Time stands still from now on.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            vault: Arc::new(MemoryVault::new()),
            clock: Arc::new(TestClock(Instant::now())),
            _still: Still::new(),
        }
    }

    /// An engine whose tries to connect come out like this.
    pub(crate) async fn engine(&self, outcomes: impl IntoIterator<Item = Outcome>) -> (Engine, Arc<Script>) {
        let script = Arc::new(Script::new(outcomes));
        let parts = Parts {
            home: Home::new(self.folder.path()),
            vault: Arc::clone(&self.vault),
            platforms: Platforms::of([Arc::new(Plain) as Arc<dyn Platform>]),
            transport: Arc::clone(&script) as Arc<dyn Transport>,
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            notifier: Arc::new(Silent),
            overrides: Overrides::default(),
        };
        (Engine::own(parts).await.unwrap(), script)
    }

    /// The files as they are at this moment, in a folder of their own: what a process that is killed now leaves.
    pub(crate) fn as_if_killed(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy(self.folder.path(), folder.path());
        Self {
            folder,
            vault: Arc::clone(&self.vault),
            clock: Arc::clone(&self.clock),
            _still: Still::new(),
        }
    }

    /// The file of an account.
    pub(crate) fn cache(&self, account: &Account) -> PathBuf {
        let name = format!("{}.db", account.id);
        self.folder.path().join("accounts").join(name)
    }

    /// The data folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The time of day.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// An engine that runs one account.
    pub(crate) async fn running(self, outcomes: impl IntoIterator<Item = Outcome>) -> Rig {
        let (engine, script) = self.engine(outcomes).await;
        let account = add(&engine, "alice", "http://127.0.0.1:1").await;
        self.run(engine, script, account).await
    }

    /// Runs an account of an engine.
    pub(crate) async fn run(
        self,
        engine: impl Into<Arc<Engine>>,
        script: Arc<Script>,
        account: Account,
    ) -> Rig {
        let engine = engine.into();
        let listener = engine.subscribe_events();
        engine.start_account(&account.id).await.unwrap();
        Rig {
            engine,
            script,
            account,
            listener,
            bench: self,
        }
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&to).unwrap();
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), &to).unwrap();
        }
    }
}

/// A token of this user; nobody checks its signature.
pub(crate) fn token(user: &str) -> String {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.x", part(json!({})), part(json!({ "sub": user })))
}

/// Adds an account with a token.
pub(crate) async fn add(engine: &Engine, user: &str, server: &str) -> Account {
    let server = Server::parse(server, false).unwrap();
    let sign_in = SignIn::Token(Secret::new(token(user)));
    let added = engine.add_account("plain", &server, sign_in).await;
    added.unwrap().account
}

/// A running account, its server and a listener.
pub(crate) struct Rig {
    pub(crate) engine: Arc<Engine>,
    pub(crate) script: Arc<Script>,
    pub(crate) account: Account,
    pub(crate) listener: Subscriber,
    pub(crate) bench: Bench,
}

impl Rig {
    /// The account's file.
    pub(crate) async fn store(&self) -> AccountStore {
        self.engine.reader().store(&self.account.id).await.unwrap()
    }

    /// Waits until the listener hears what is looked for.
    pub(crate) async fn hear<T>(&mut self, what: &str, find: impl FnMut(&UiEvent) -> Option<T>) -> T {
        hear(&mut self.listener, what, find).await
    }

    /// Welcomes the next connection of a server without a log, and waits until it is online.
    pub(crate) async fn online(&mut self, idempotent: bool) -> Line {
        let line = self.script.line().await;
        line.say("welcome", &json!({ "idempotent": idempotent }));
        self.until_online().await;
        line
    }

    /// Waits until the account is online.
    pub(crate) async fn until_online(&mut self) {
        self.hear("the account to be online", |event| match event {
            UiEvent::Connection { status, .. } => {
                (status.state == ConnectionState::Connected && !status.catching_up).then_some(())
            }
            _ => None,
        })
        .await;
    }

    /// Waits until the account has a state; gives the cause.
    pub(crate) async fn state(&mut self, state: ConnectionState) -> Option<String> {
        self.hear(state.as_str(), |event| match event {
            UiEvent::Connection { status, .. } if status.state == state => Some(status.cause.clone()),
            _ => None,
        })
        .await
    }

    /// Ends the engine, as an orderly shutdown does; what outlives it comes back.
    pub(crate) async fn stop(self) -> (Bench, Account) {
        Arc::into_inner(self.engine).unwrap().stop().await;
        (self.bench, self.account)
    }
}

/// Waits until a listener hears what is looked for.
pub(crate) async fn hear<T>(
    listener: &mut Subscriber,
    what: &str,
    mut find: impl FnMut(&UiEvent) -> Option<T>,
) -> T {
    let heard = tokio::time::timeout(DAY, async {
        loop {
            let next = listener.next().await.unwrap();
            if let Some(found) = find(&next.event) {
                return found;
            }
        }
    });
    match heard.await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// A topic of this id.
pub(crate) fn topic(id: &str) -> Topic {
    Topic {
        kind: "room".to_owned(),
        id: id.to_owned(),
    }
}
