//! The engine: owns the data folder, runs the accounts, and does what people ask.

mod following;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_contract::history::ConnectionAct;
use carillon_contract::settings::Settings;
use carillon_contract::tuning::Tuning;
use carillon_contract::{Account, AccountId, Topic, UiEvent};
use carillon_link::http::Http;
use carillon_link::{Credentials, Handle, Hint, Policy, Server, Transport, start};
use carillon_platforms::{Platform, Registry as Platforms};
use carillon_store::{AccountStore, Registry};
use carillon_vault::TokenVault;
use futures_util::future::join_all;
use tokio::sync::{Notify, OwnedMutexGuard, mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::account::{AccountTask, Command, Now};
use crate::clock::Clock;
use crate::erase;
use crate::error::EngineError;
use crate::home::{Home, Ownership};
use crate::keeper::Keeper;
use crate::mend::Mender;
use crate::notify::Notifier;
use crate::outbox::Outbox;
use crate::policy;
use crate::publish::{Hub, Subscriber};
use crate::reader::Reader;
use crate::sending::Api;
use crate::tokens::{self, AccountTokens};
use crate::turns::Turns;
use crate::watching::Watches;

/// Commands of people that may wait for an account's task.
const COMMANDS: usize = 32;

/// What an engine is made of. Everything at the rim is handed in.
#[derive(Clone)]
pub struct Parts {
    /// The data folder.
    pub home: Home,
    /// Where tokens and keys are kept.
    pub vault: Arc<dyn TokenVault>,
    /// The platforms that are built in.
    pub platforms: Platforms,
    /// What opens connections.
    pub transport: Arc<dyn Transport>,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// What shows native notifications.
    pub notifier: Arc<dyn Notifier>,
    /// Numbers that stand in for the platforms' own.
    pub overrides: Overrides,
}

/// Numbers that stand in for a platform's own.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// How patient links are.
    pub policy: Option<Policy>,
    /// The largest event that is accepted, in bytes.
    pub largest_event: Option<usize>,
}

/// The engine of the process that owns the data folder.
pub struct Engine {
    pub(crate) parts: Parts,
    pub(crate) registry: Arc<Registry>,
    pub(crate) reader: Arc<Reader>,
    pub(crate) hub: Hub,
    pub(crate) http: Http,
    /// Never held while anything is waited for.
    running: Mutex<BTreeMap<AccountId, Running>>,
    /// What is on a screen.
    watches: Watches,
    turns: Turns,
    /// Held while an account is entered.
    pub(crate) adding: tokio::sync::Mutex<()>,
    /// What is done for all accounts together; it ends with the engine.
    tasks: TaskTracker,
    end: DropGuard,
    _ownership: Ownership,
}

/// A running account.
struct Running {
    /// The topics that are on a screen.
    watching: watch::Sender<BTreeSet<Topic>>,
    link: Handle,
    now: watch::Receiver<Now>,
    commands: mpsc::Sender<Command>,
    /// Rings when there is something new to be sent.
    bell: Arc<Notify>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Engine {
    /// Takes the data folder. Nothing is connected yet, and an account's file is opened when it is needed: one that
    /// is slow to open, or can't be, keeps no other waiting.
    ///
    /// # Errors
    /// [`EngineError::Owned`] where another process has it.
    pub async fn own(parts: Parts) -> Result<Self, EngineError> {
        let ownership = parts.home.own()?;
        let registry = Arc::new(Registry::open(&parts.home.registry()).await?);
        erase::finish(&parts, &registry).await?;
        let hub = Hub::default();
        let mender = Mender {
            home: parts.home.clone(),
            registry: Arc::clone(&registry),
            hub: hub.clone(),
            clock: Arc::clone(&parts.clock),
            notifier: Arc::clone(&parts.notifier),
            unfounded: Mutex::default(),
        };
        let reader = Arc::new(Reader::of_owner(mender, Arc::clone(&parts.vault)));
        let (tasks, end) = (TaskTracker::new(), CancellationToken::new());
        let keeper = Keeper {
            reader: Arc::clone(&reader),
            hub: hub.clone(),
            clock: Arc::clone(&parts.clock),
            stop: end.clone(),
        };
        tasks.spawn(keeper.run());
        Ok(Self {
            registry,
            reader,
            hub,
            tasks,
            end: end.drop_guard(),
            http: Http::new()?,
            running: Mutex::default(),
            turns: Turns::default(),
            watches: Watches::default(),
            adding: tokio::sync::Mutex::default(),
            _ownership: ownership,
            parts,
        })
    }

    /// What can be read.
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Listens to what happens from now on.
    pub fn subscribe_events(&self) -> Subscriber {
        self.hub.subscribe()
    }

    /// Connects an account and keeps it connected. One that runs tries now.
    ///
    /// # Errors
    /// Where its file or its address can't be used.
    pub async fn start_account(&self, id: &AccountId) -> Result<(), EngineError> {
        let _turn = self.turn(id).await;
        let started = self.of(id, |running| running.link.clone());
        let link = match started {
            Some(link) => link,
            None => {
                let running = self.launch(self.reader.store(id).await?).await?;
                let link = running.link.clone();
                self.running().insert(id.clone(), running);
                link
            }
        };
        link.start().await;
        Ok(())
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<AccountId, Running>> {
        // Nothing panics while it is held.
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something of an account that runs.
    fn of<T>(&self, id: &AccountId, take: impl FnOnce(&Running) -> T) -> Option<T> {
        self.running().get(id).map(take)
    }

    async fn launch(&self, store: AccountStore) -> Result<Running, EngineError> {
        let account = store.account().clone();
        let platform = self.platform(account.platform.as_str())?;
        // Whether clear text is wanted was asked when the account was added.
        let server = Server::parse(&account.server, true)?;
        let tuning = store.tuning().await?;
        let tasks = TaskTracker::new();
        let stop = CancellationToken::new();
        let credentials: Arc<dyn Credentials> = Arc::new(AccountTokens {
            shared: self.credentials(&account, Arc::clone(&platform), server.clone()),
            tasks: tasks.clone(),
            stop: stop.clone(),
        });
        let target = policy::target(platform.profile(), &server, &tuning, &self.parts.overrides);
        let largest_event = target.largest_event;
        let (link, reports) = start(
            policy::policy(platform.profile(), &tuning, &self.parts.overrides),
            target,
            Arc::clone(&self.parts.transport),
            Arc::clone(&credentials),
            &tasks,
            stop.clone(),
        );
        let (commands, queue) = mpsc::channel(COMMANDS);
        let (told, now) = watch::channel(Now::default());
        let (watching, watched) = watch::channel(self.watches.of(&account.id));
        let (online, line) = watch::channel(None);
        let (stores, current) = watch::channel(store.clone());
        let bell = Arc::new(Notify::new());
        let outbox = Outbox {
            api: Api {
                platform: Arc::clone(&platform),
                credentials,
                http: self.http.clone(),
                server,
            },
            account: account.id.clone(),
            stores: current,
            hub: self.hub.clone(),
            clock: Arc::clone(&self.parts.clock),
            line,
            bell: Arc::clone(&bell),
            stop: stop.clone(),
        };
        tasks.spawn(outbox.run());
        let task = AccountTask {
            account,
            platform,
            store,
            reader: Arc::clone(&self.reader),
            stores,
            largest_event,
            link: link.clone(),
            hub: self.hub.clone(),
            notifier: Arc::clone(&self.parts.notifier),
            clock: Arc::clone(&self.parts.clock),
            stop: stop.clone(),
            now: told,
            watched,
            online,
        };
        tasks.spawn(task.run(reports, queue));
        tasks.close();
        Ok(Running {
            link,
            now,
            watching,
            commands,
            bell,
            tasks,
            stop,
        })
    }

    fn credentials(
        &self,
        account: &Account,
        platform: Arc<dyn Platform>,
        server: Server,
    ) -> Arc<tokens::Shared> {
        Arc::new(tokens::Shared {
            account: account.id.clone(),
            server,
            platform,
            vault: Arc::clone(&self.parts.vault),
            http: self.http.clone(),
            clock: Arc::clone(&self.parts.clock),
            kept: tokio::sync::Mutex::default(),
            last: tokio::sync::Mutex::default(),
        })
    }

    /// How the person wants an account's connection to be made otherwise than the platform's guide.
    ///
    /// # Errors
    /// Where its file can't be read.
    pub async fn tuning(&self, id: &AccountId) -> Result<Tuning, EngineError> {
        Ok(self.reader.store(id).await?.tuning().await?)
    }

    /// Makes an account's connection like that from now on; one that stands is made anew.
    ///
    /// # Errors
    /// Where no connection can be made like that, or its file can't be written.
    pub async fn tune(&self, id: &AccountId, tuning: &Tuning) -> Result<(), EngineError> {
        policy::check(tuning)?;
        let was_running = {
            let _turn = self.turn(id).await;
            self.reader.store(id).await?.set_tuning(tuning).await?;
            self.end(id).await
        };
        if was_running {
            self.start_account(id).await?;
        }
        Ok(())
    }

    /// Connects every account that the person did not disconnect by hand. One that can't be is told by
    /// [`Engine::accounts`], and keeps no other from it.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn start_all(&self) -> Result<(), EngineError> {
        let entries = self.reader.entries().await?;
        let starts = entries.iter().filter(|entry| !entry.paused).map(async |entry| {
            if let Err(error) = self.start_account(&entry.id).await {
                tracing::error!(%error, account = %entry.id, "Start an account");
            }
        });
        join_all(starts).await;
        Ok(())
    }

    /// Connects an account as the person wants it: also after the next start. One that runs tries now.
    ///
    /// # Errors
    /// Where its file or its address can't be used.
    pub async fn connect(&self, id: &AccountId) -> Result<(), EngineError> {
        self.registry.set_paused(id, false).await?;
        self.start_account(id).await
    }

    /// Disconnects an account until the person connects it again.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn disconnect(&self, id: &AccountId) -> Result<(), EngineError> {
        self.registry.set_paused(id, true).await?;
        if self.stop_account(id).await {
            let store = self.reader.store(id).await?;
            store
                .note(&ConnectionAct::Disconnected, self.parts.clock.now())
                .await?;
        }
        self.hub.send(UiEvent::AccountsChanged);
        Ok(())
    }

    /// Has an account's outbox look what is to be sent; one that does not run looks when it starts.
    pub(crate) fn ring_outbox(&self, id: &AccountId) {
        self.of(id, |running| running.bell.notify_one());
    }

    /// How an account's connection stands at this moment; nothing is known of one that is not running.
    pub(crate) fn now(&self, id: &AccountId) -> Now {
        self.of(id, |running| running.now.borrow().clone())
            .unwrap_or_default()
    }

    /// What the person chose.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn settings(&self) -> Result<Settings, EngineError> {
        Ok(self.registry.settings().await?)
    }

    /// Keeps what the person chose, and tells.
    ///
    /// # Errors
    /// Where the registry can't be written.
    pub async fn set_settings(&self, settings: Settings) -> Result<(), EngineError> {
        self.registry.set_settings(&settings).await?;
        self.hub.send(UiEvent::Settings { settings });
        Ok(())
    }

    /// Hands a hint on to every account: a connection that stands is asked whether it is alive, one that is waited for
    /// is tried now.
    pub fn hint(&self, hint: Hint) {
        for running in self.running().values() {
            match hint {
                Hint::Woke => running.link.woke(),
                Hint::NetworkChanged => running.link.network_changed(),
            }
        }
    }

    /// Disconnects an account; tells whether it ran.
    pub async fn stop_account(&self, id: &AccountId) -> bool {
        let _turn = self.turn(id).await;
        self.end(id).await
    }

    /// Makes starting, stopping and removing an account wait for each other.
    pub(crate) async fn turn(&self, id: &AccountId) -> OwnedMutexGuard<()> {
        self.turns.take(id).await
    }

    /// Disconnects an account whose turn was taken; tells whether it ran.
    pub(crate) async fn end(&self, id: &AccountId) -> bool {
        let stopped = self.running().remove(id);
        let was_running = stopped.is_some();
        if let Some(running) = stopped {
            running.stop.cancel();
            running.tasks.wait().await;
        }
        was_running
    }

    /// Disconnects all accounts, writes what is queued and closes the files.
    pub async fn stop(self) {
        let running = std::mem::take(&mut *self.running());
        for running in running.values() {
            running.stop.cancel();
        }
        for running in running.into_values() {
            running.tasks.wait().await;
        }
        drop(self.end);
        self.tasks.close();
        self.tasks.wait().await;
        for entry in self.reader.entries().await.unwrap_or_default() {
            if let Some(store) = self.reader.remove(&entry.id).await {
                store.close().await;
            }
        }
    }
}
