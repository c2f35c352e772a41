//! What the app is at any moment: the engine as it comes and goes, and what the person pays attention to.

mod attention;
mod follower;

use std::sync::Arc;

use carillon_contract::settings::{Settings, VaultChoice};
use carillon_contract::view::{AppView, Snapshot, VaultStateView, VaultView};
use carillon_contract::{ApiError, ErrorCode, Secret};
use carillon_engine::clock::{Clock, SystemClock};
use carillon_engine::parts::Hints;
use carillon_engine::{Engine, EngineError, Subscriber};
use tokio::sync::{Mutex, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

pub use self::attention::Attention;
pub(crate) use self::follower::Follower;
use crate::notifier::{Bell, Ringer};
use crate::setup::{self, Setup};
use crate::vault::Keeping;

/// What the app reaches of the system.
#[derive(Clone)]
pub struct Ports {
    /// Shows native notifications.
    pub bell: Arc<dyn Bell>,
    /// Opens pages in the system's browser.
    pub browser: Arc<dyn Browser>,
}

/// Opens pages in the system's browser.
pub trait Browser: Send + Sync {
    /// Opens one. Whether it may be opened was checked before.
    ///
    /// # Errors
    /// Where there is no browser.
    fn open(&self, page: &Url) -> Result<(), ApiError>;
}

/// The engine and what it is made with. One for the app, whether it has a window or not.
pub struct Core {
    pub(crate) setup: Setup,
    pub(crate) ports: Ports,
    pub(crate) attention: Arc<Attention>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whoever starts, restarts or stops the engine writes; every command reads.
    stage: Arc<RwLock<Stage>>,
    /// Counts the engines that have begun.
    engines: watch::Sender<u64>,
    /// Where tokens and keys are kept.
    keeping: Mutex<Keeping>,
    /// What feeds windows and the tray.
    pub(crate) tasks: TaskTracker,
    pub(crate) stopping: CancellationToken,
    #[cfg(feature = "demo")]
    pub(crate) demo: Mutex<Option<crate::demo::Demo>>,
}

enum Stage {
    Up(Box<Engine>),
    /// It could not begin; the next window tries again.
    Down(ApiError),
    /// The app is being left.
    Closed,
}

impl Core {
    /// Makes the core. Nothing is opened yet.
    pub fn new(setup: Setup, ports: Ports) -> Arc<Self> {
        let starting = ApiError {
            code: ErrorCode::Busy,
            message: String::from("Carillon is starting"),
        };
        Arc::new(Self {
            keeping: Mutex::new(Keeping::new(setup.asked.clone())),
            setup,
            ports,
            attention: Arc::default(),
            clock: Arc::new(SystemClock),
            stage: Arc::new(RwLock::new(Stage::Down(starting))),
            engines: watch::Sender::new(0),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
            #[cfg(feature = "demo")]
            demo: Mutex::default(),
        })
    }

    /// Starts the engine in the background. Commands that come meanwhile wait for it.
    pub fn begin(self: &Arc<Self>) {
        let Ok(stage) = Arc::clone(&self.stage).try_write_owned() else {
            // Somebody starts it already.
            return;
        };
        let core = Arc::clone(self);
        let start = async move { core.start(stage).await };
        self.spawn(start);
    }

    /// Runs a task that is waited for when the app is left.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn_on(task, tauri::async_runtime::handle().inner());
    }

    /// Hands on whether the window can be seen: what it shows is not joined while it can't.
    pub(crate) async fn follow_attention(self: Arc<Self>) {
        let mut changes = self.attention.changes();
        loop {
            if let Ok(engine) = self.engine().await {
                engine.set_hidden(!self.attention.is_visible());
            }
            tokio::select! {
                () = changes.next() => {}
                () = self.stopping.cancelled() => return,
            }
        }
    }

    /// Hands on what the system says of sleep and network, to the engine that there is.
    pub(crate) async fn follow_hints(self: Arc<Self>) {
        let mut hints = Hints::of_system();
        loop {
            let hint = tokio::select! {
                hint = hints.next() => hint,
                () = self.stopping.cancelled() => return,
            };
            if let Ok(engine) = self.engine().await {
                engine.hint(hint);
            }
        }
    }

    /// Starts the engine and its accounts. What keeps it from starting is what the window is told.
    async fn start(self: &Arc<Self>, mut stage: OwnedRwLockWriteGuard<Stage>) {
        match self.raise().await {
            Ok(engine) => {
                *stage = Stage::Up(Box::new(engine));
                self.engines.send_modify(|count| *count += 1);
            }
            Err(error) => {
                // With its sources: what is told to a person leaves them out.
                tracing::error!(error = &error as &dyn std::error::Error, "Start the engine");
                *stage = Stage::Down(ApiError::from(&error));
            }
        }
    }

    async fn raise(self: &Arc<Self>) -> Result<Engine, EngineError> {
        let home = &self.setup.home;
        let mut settings = setup::kept_settings(home).await?;
        let vault = {
            let mut keeping = self.keeping.lock().await;
            // A session that was chosen ended with its process.
            if settings.vault == VaultChoice::Session && !keeping.is_session() {
                settings.vault = VaultChoice::Keyring;
            }
            keeping.look(home, settings.vault).await
        };
        let ringer = Ringer {
            bell: Arc::clone(&self.ports.bell),
            attention: Arc::clone(&self.attention),
        };
        let parts = setup::parts(&self.setup, vault, Arc::new(ringer), Arc::clone(&self.clock));
        let engine = Engine::own(parts).await?;
        self.attention.set_settings(settings);
        #[cfg(feature = "demo")]
        if let Err(error) = crate::demo::begin(self, &engine).await {
            // Its accounts say that their server is away, and the others start all the same.
            tracing::error!(%error, "Start the demo's server");
        }
        if let Err(error) = engine.start_all().await {
            engine.stop().await;
            return Err(error);
        }
        Ok(engine)
    }

    /// The engine. Waits while it starts.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) async fn engine(&self) -> Result<RwLockReadGuard<'_, Engine>, ApiError> {
        RwLockReadGuard::try_map(self.stage.read().await, |stage| match stage {
            Stage::Up(engine) => Some(&**engine),
            Stage::Down(_) | Stage::Closed => None,
        })
        .map_err(|stage| stage.error())
    }

    /// Listens to the engine, if there is one. Waits while it starts.
    async fn subscriber(&self) -> Option<Subscriber> {
        Some(self.engine().await.ok()?.subscribe_events())
    }

    /// Everything that a window begins with. An engine that could not start is started again: what was in its
    /// way may be gone.
    pub(crate) async fn snapshot(self: &Arc<Self>) -> Result<Snapshot, ApiError> {
        if self.engine().await.is_err() {
            let stage = Arc::clone(&self.stage).write_owned().await;
            if matches!(*stage, Stage::Down(_)) {
                self.start(stage).await;
            }
        }
        let engine = self.engine().await?;
        let (accounts, closed) = engine.accounts().await.map_err(|error| ApiError::from(&error))?;
        Ok(Snapshot {
            accounts,
            closed,
            vault: self.view().await,
            settings: self.attention.settings().clone(),
            app: self.app_view(),
        })
    }

    fn app_view(&self) -> AppView {
        AppView {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            home: self.setup.home.folder().display().to_string(),
            system: std::env::consts::OS.to_owned(),
            has_demo: cfg!(feature = "demo"),
            now: self.clock.now(),
        }
    }

    /// Keeps what the person chose. Where tokens are kept is not chosen here: that takes a passphrase.
    pub(crate) async fn set_settings(&self, settings: Settings) -> Result<(), ApiError> {
        self.choose(|kept| {
            let vault = kept.vault;
            *kept = settings;
            kept.vault = vault;
        })
        .await
    }

    async fn choose(&self, change: impl FnOnce(&mut Settings)) -> Result<(), ApiError> {
        let engine = self.engine().await?;
        let mut settings = self.attention.settings().clone();
        change(&mut settings);
        let kept = engine.set_settings(settings.clone()).await;
        kept.map_err(|error| ApiError::from(&error))?;
        self.attention.set_settings(settings);
        Ok(())
    }

    /// Looks again whether tokens and keys can be kept. Where they can again, the engine begins anew with them.
    pub(crate) async fn check_vault(self: &Arc<Self>) -> VaultView {
        let (before, after) = {
            let mut keeping = self.keeping.lock().await;
            let before = keeping.view(&self.setup.home);
            let choice = self.attention.settings().vault;
            keeping.look(&self.setup.home, choice).await;
            (before, keeping.view(&self.setup.home))
        };
        if before.state != VaultStateView::Ready && after.state == VaultStateView::Ready {
            self.restart().await;
        }
        after
    }

    /// Keeps tokens and keys in a file sealed with this passphrase from now on.
    pub(crate) async fn use_sealed_vault(
        self: &Arc<Self>,
        passphrase: Secret,
    ) -> Result<VaultView, ApiError> {
        // One lock at a time: whoever starts the engine takes both, in the other order.
        let home = &self.setup.home;
        self.keeping.lock().await.unseal(home, passphrase).await?;
        self.move_to(VaultChoice::SealedFile).await
    }

    /// Keeps tokens and keys in the system's keyring again. Nothing moves: what is sealed in the file opens again with
    /// its passphrase.
    pub(crate) async fn use_keyring(self: &Arc<Self>) -> Result<VaultView, ApiError> {
        self.keeping.lock().await.leave_file()?;
        self.move_to(VaultChoice::Keyring).await
    }

    /// Keeps tokens and keys for as long as this process runs. What was kept in other places stays there, closed.
    pub(crate) async fn use_session_vault(self: &Arc<Self>) -> Result<VaultView, ApiError> {
        self.keeping.lock().await.begin_session()?;
        self.move_to(VaultChoice::Session).await
    }

    /// Keeps the choice of a place that was just found, and begins anew there.
    async fn move_to(self: &Arc<Self>, place: VaultChoice) -> Result<VaultView, ApiError> {
        self.choose(|settings| settings.vault = place).await?;
        self.restart().await;
        Ok(self.view().await)
    }

    async fn view(&self) -> VaultView {
        self.keeping.lock().await.view(&self.setup.home)
    }

    /// Stops the engine and starts it with what there is now. Whoever asked for it may stop waiting.
    async fn restart(self: &Arc<Self>) {
        let core = Arc::clone(self);
        let restarted = self.tasks.spawn(async move { core.restart_now().await });
        if let Err(error) = restarted.await {
            tracing::error!(%error, "Restart the engine");
        }
    }

    async fn restart_now(self: &Arc<Self>) {
        let mut stage = Arc::clone(&self.stage).write_owned().await;
        if matches!(*stage, Stage::Closed) {
            return;
        }
        stop(std::mem::replace(&mut *stage, Stage::Closed)).await;
        self.start(stage).await;
    }

    /// Closes everything, for good.
    pub async fn stop(&self) {
        self.stopping.cancel();
        let mut stage = self.stage.write().await;
        stop(std::mem::replace(&mut *stage, Stage::Closed)).await;
        #[cfg(feature = "demo")]
        if let Some(demo) = self.demo.lock().await.take() {
            demo.stop().await;
        }
        self.tasks.close();
        self.tasks.wait().await;
        self.setup.clear();
    }
}

impl Stage {
    /// Why there is no engine.
    fn error(&self) -> ApiError {
        match self {
            Self::Down(error) => error.clone(),
            Self::Up(_) | Self::Closed => ApiError {
                code: ErrorCode::Busy,
                message: String::from("Carillon is being closed"),
            },
        }
    }
}

async fn stop(stage: Stage) {
    if let Stage::Up(engine) = stage {
        engine.stop().await;
    }
}
