//! The real engine against our own gateway, both in this process, talking over loopback.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_contract::{Account, ConnectionState, Secret, UiEvent};
use carillon_engine::accounts::SignIn;
use carillon_engine::clock::SystemClock;
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::notify::{Notifier, Ring};
use carillon_engine::parts::{MemoryVault, Platforms, Policy, Server, SocketIo, TokenVault};
use carillon_engine::{Engine, Parts, Subscriber};
use carillon_gateway::{Config, Data, Handle, To, start};
use tempfile::TempDir;
use tokio::time::timeout;

/// No step of these tests takes this long; what does has failed.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A policy that waits for milliseconds where the platform's waits for seconds.
pub fn impatient() -> Policy {
    Policy {
        attempts: 50,
        delay: Duration::from_millis(50),
        factor: 1.2,
        cap: Duration::from_millis(200),
        slow: Duration::from_millis(300),
        stable: Duration::from_millis(500),
        ..Policy::default()
    }
}

/// A folder, a vault, and the numbers an engine is started with.
pub struct Bench {
    /// The data folder and the gateway's log.
    pub folder: TempDir,
    /// Outlives the engines of one test, as a keyring does.
    pub vault: Arc<dyn TokenVault>,
    /// Numbers that stand in for the platform's own.
    pub overrides: Overrides,
    /// What is built in.
    pub platforms: Platforms,
    /// What rang.
    pub bells: Arc<Bells>,
}

impl Bench {
    /// A fresh one.
    ///
    /// # Errors
    /// Where no temporary folder can be made.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            vault: Arc::new(MemoryVault::new()),
            overrides: Overrides {
                policy: Some(impatient()),
                largest_event: None,
            },
            platforms: Platforms::built_in(),
            bells: Arc::default(),
        })
    }

    /// A gateway whose log is in the folder, so that it can be stopped and started again.
    pub fn config(&self) -> Config {
        Config {
            data: Data::File(self.folder.path().join("gateway.db")),
            ..Config::for_tests()
        }
    }

    /// An engine on the data folder.
    ///
    /// # Errors
    /// What the engine says.
    pub async fn engine(&self) -> anyhow::Result<Engine> {
        let parts = Parts {
            home: Home::new(self.home()),
            vault: Arc::clone(&self.vault),
            platforms: self.platforms.clone(),
            transport: Arc::new(SocketIo::default()),
            clock: Arc::new(SystemClock),
            notifier: Arc::clone(&self.bells) as Arc<dyn Notifier>,
            overrides: self.overrides.clone(),
        };
        Ok(Engine::own(parts).await?)
    }

    /// Where the data folder is.
    pub fn home(&self) -> std::path::PathBuf {
        let folder: &Path = self.folder.path();
        folder.join("home")
    }
}

/// Remembers what rang, in its order.
#[derive(Default)]
pub struct Bells(Mutex<Vec<Ring>>);

impl Bells {
    /// What has rung so far.
    pub fn rung(&self) -> Vec<Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Notifier for Bells {
    fn show(&self, ring: &Ring) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(ring.clone());
    }
}

/// An account that is online.
pub struct Live {
    /// The server.
    pub gateway: Handle,
    /// The engine, which runs the account.
    pub engine: Engine,
    /// `alice` of the demo logins.
    pub account: Account,
    /// Hears everything from before the account was started.
    pub listener: Subscriber,
}

impl Bench {
    /// A gateway of [`Bench::config`], and an engine with an account that is online.
    ///
    /// # Errors
    /// What the engine or the gateway says.
    pub async fn live(&self) -> anyhow::Result<Live> {
        let gateway = start(self.config())?;
        let engine = self.engine().await?;
        let account = add_alice(&engine, &gateway.url()).await?;
        let mut listener = engine.subscribe_events();
        engine.start_account(&account.id).await?;
        online(&mut listener).await?;
        Ok(Live {
            gateway,
            engine,
            account,
            listener,
        })
    }
}

/// To `alice`, who is signed in.
pub fn alice() -> Option<To> {
    Some(To::Username("alice".to_owned()))
}

/// Adds `alice` of the demo logins.
///
/// # Errors
/// What the engine says.
pub async fn add_alice(engine: &Engine, url: &str) -> anyhow::Result<Account> {
    add(engine, url, "alice").await
}

/// Adds one of the demo logins; the password of `name` is `demo-name`.
///
/// # Errors
/// What the engine says.
pub async fn add(engine: &Engine, url: &str, name: &str) -> anyhow::Result<Account> {
    let sign_in = SignIn::Password {
        username: name.to_owned(),
        password: Secret::new(format!("demo-{name}")),
    };
    Ok(engine
        .add_account("guesslyfe", &Server::parse(url, false)?, sign_in)
        .await?
        .account)
}

/// Waits until a listener hears what is looked for.
///
/// # Errors
/// After [`LIMIT`], naming what was waited for.
pub async fn hear<T>(
    listener: &mut Subscriber,
    what: &str,
    mut find: impl FnMut(&UiEvent) -> Option<T>,
) -> anyhow::Result<T> {
    let heard = timeout(LIMIT, async {
        while let Some(next) = listener.next().await {
            if let Some(found) = find(&next.event) {
                return Some(found);
            }
        }
        None
    });
    match heard.await {
        Ok(Some(found)) => Ok(found),
        Ok(None) => anyhow::bail!("the engine ended before {what}"),
        Err(_) => anyhow::bail!("waited in vain for {what}"),
    }
}

/// Waits until the account is online: signed in and caught up.
///
/// # Errors
/// After [`LIMIT`].
pub async fn online(listener: &mut Subscriber) -> anyhow::Result<()> {
    hear(listener, "the account to be online", |event| match event {
        UiEvent::Connection { status, .. }
            if status.state == ConnectionState::Connected && !status.catching_up =>
        {
            Some(())
        }
        _ => None,
    })
    .await
}

/// Waits until the account has a state.
///
/// # Errors
/// After [`LIMIT`].
pub async fn state(listener: &mut Subscriber, state: ConnectionState) -> anyhow::Result<Option<String>> {
    hear(listener, state.as_str(), |event| match event {
        UiEvent::Connection { status, .. } if status.state == state => Some(status.cause.clone()),
        _ => None,
    })
    .await
}

/// Waits until this many events were stored, and gives their keys.
///
/// # Errors
/// After [`LIMIT`].
pub async fn stored(listener: &mut Subscriber, count: usize) -> anyhow::Result<Vec<String>> {
    let mut keys = Vec::new();
    if count == 0 {
        return Ok(keys);
    }
    hear(listener, &format!("{count} events"), |event| {
        if let UiEvent::Events { events } = event {
            keys.extend(events.iter().map(|event| event.key.clone()));
        }
        (keys.len() >= count).then(|| std::mem::take(&mut keys))
    })
    .await
}

/// Stops a gateway from a task: it joins a thread.
///
/// # Errors
/// Where the thread panicked.
pub async fn stop(gateway: Handle) -> anyhow::Result<()> {
    Ok(tokio::task::spawn_blocking(move || gateway.stop()).await?)
}
