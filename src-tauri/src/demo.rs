//! The demo: the reference server inside the app, on this computer alone, with people who can be signed in as.
//!
//! Its data is in the data folder, so that its accounts go on after a restart. Its signing secret is a new one each
//! time; the accounts renew their tokens as they would with any server.

use std::fs;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use carillon_contract::{Account, AccountId, ApiError, ErrorCode, Secret, Topic};
use carillon_engine::accounts::SignIn;
use carillon_engine::home::Home;
use carillon_engine::parts::Server;
use carillon_engine::{Engine, EngineError};
use carillon_gateway::{Config, Data, Handle, Password, StartError, guesslyfe};
use tokio::sync::{MappedMutexGuard, MutexGuard};
use tokio::task::spawn_blocking;

use crate::state::Core;

/// The platform whose server it is.
const PLATFORM: &str = "guesslyfe";

/// Where the server listens: the first of these that is free, and from then on the same. Systems hand out ports
/// from 32768 on by themselves; below that nobody else is likely to have it at the next start.
const PORTS: std::ops::Range<u16> = 27_170..27_190;

/// The running server.
pub(crate) struct Demo {
    server: Handle,
}

/// What keeps the demo from running.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("The demo's folder can't be used: {0}")]
    Folder(#[source] std::io::Error),
    #[error("The demo's server can't be started: {0}")]
    Server(#[source] StartError),
    #[error("The demo's server can't be started")]
    Thread,
    #[error("{0}")]
    Engine(#[from] EngineError),
}

impl From<DemoError> for ApiError {
    fn from(error: DemoError) -> Self {
        match &error {
            DemoError::Engine(error) => Self::from(error),
            DemoError::Folder(_) | DemoError::Server(_) | DemoError::Thread => Self {
                code: ErrorCode::Internal,
                message: error.to_string(),
            },
        }
    }
}

/// Starts the server with the app: at once where the start asked for the demo, else where accounts of it are left
/// from before.
pub(crate) async fn begin(core: &Arc<Core>, engine: &Engine) -> Result<(), DemoError> {
    if core.setup.is_demo {
        return add(core, engine).await.map(drop);
    }
    let accounts = accounts(engine).await?;
    if accounts.is_empty() {
        return Ok(());
    }
    let url = running(core).await?.server.url();
    let server = Server::parse(&url, false).map_err(EngineError::from)?;
    for id in accounts {
        // Somebody else may have the port it had.
        if let Err(error) = engine.move_account(&id, &server).await {
            // It says so itself, and the others move all the same.
            tracing::warn!(%error, account = %id, "Move an account of the demo");
        }
    }
    Ok(())
}

/// Starts the server if it does not run, and signs everybody in.
pub(crate) async fn add(core: &Arc<Core>, engine: &Engine) -> Result<Vec<Account>, DemoError> {
    let (url, markets) = {
        let demo = running(core).await?;
        (demo.server.url(), demo.server.guesslyfe().open_markets())
    };
    let server = Server::parse(&url, false).map_err(EngineError::from)?;
    for id in self::accounts(engine).await? {
        // Nothing of a demo is worth keeping for a key that is in another vault.
        if let Err(EngineError::KeyMissing { .. }) = engine.reader().store(&id).await {
            engine.remove_account(&id).await?;
        }
    }
    let mut accounts = Vec::new();
    for login in guesslyfe::demo_accounts() {
        let Password::Plain(password) = &login.password else {
            continue;
        };
        let sign_in = SignIn::Password {
            username: login.username.clone(),
            password: Secret::new(password.expose().to_owned()),
        };
        let added = engine.add_account(PLATFORM, &server, sign_in).await?;
        engine.mark_demo(&added.account.id).await?;
        if accounts.is_empty() && !added.renewed {
            // Before it is connected, so that it catches up with what happened in them.
            follow(engine, &added.account, &markets).await?;
        }
        engine.connect(&added.account.id).await?;
        accounts.push(added.account);
    }
    Ok(accounts)
}

/// Stops the server and deletes its data, once none of its accounts is left.
pub(crate) async fn clear(core: &Core, engine: &Engine) -> Result<(), DemoError> {
    if !accounts(engine).await?.is_empty() {
        return Ok(());
    }
    if let Some(demo) = core.demo.lock().await.take() {
        demo.stop().await;
    }
    match fs::remove_dir_all(folder(&core.setup.home)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(DemoError::Folder(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

async fn accounts(engine: &Engine) -> Result<Vec<AccountId>, EngineError> {
    let entries = engine.reader().entries().await?;
    Ok(entries
        .into_iter()
        .filter(|entry| entry.demo)
        .map(|entry| entry.id)
        .collect())
}

/// The server, which is started if it does not run.
async fn running(core: &Core) -> Result<MappedMutexGuard<'_, Demo>, DemoError> {
    let mut demo = core.demo.lock().await;
    let running = match demo.take() {
        Some(running) => running,
        None => {
            let home = core.setup.home.clone();
            // Opening a file, hashing passwords and waiting for a thread are nothing for a task.
            let server = spawn_blocking(move || launch(&home))
                .await
                .map_err(|_| DemoError::Thread)??;
            Demo { server }
        }
    };
    Ok(MutexGuard::map(demo, |demo| demo.insert(running)))
}

impl Demo {
    pub(crate) async fn stop(self) {
        // It joins a thread; that it panicked is in the log.
        let _ = spawn_blocking(move || self.server.stop()).await;
    }
}

fn folder(home: &Home) -> PathBuf {
    home.folder().join("demo")
}

fn launch(home: &Home) -> Result<Handle, DemoError> {
    home.create()?;
    let folder = folder(home);
    fs::create_dir_all(&folder).map_err(DemoError::Folder)?;
    let memory = folder.join("port");
    let known = fs::read_to_string(&memory)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let data = folder.join("gateway.db");
    let server = first_free(known, |port| {
        carillon_gateway::start(Config {
            bind: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
            data: Data::File(data.clone()),
            accounts: guesslyfe::demo_accounts(),
            // What anybody on this computer could call.
            dev: Some(false),
            ..Config::default()
        })
    })
    .map_err(DemoError::Server)?;
    let port = server.address().port();
    if known != Some(port) {
        fs::write(&memory, port.to_string()).map_err(DemoError::Folder)?;
    }
    Ok(server)
}

/// Starts on the known port, else on the first that is free, else on any.
fn first_free<T>(known: Option<u16>, start: impl Fn(u16) -> Result<T, StartError>) -> Result<T, StartError> {
    for port in known.into_iter().chain(PORTS) {
        match start(port) {
            Err(StartError::Listen { .. }) => {}
            started => return started,
        }
    }
    start(0)
}

/// Follows markets, so that there is something to see.
async fn follow(engine: &Engine, account: &Account, markets: &[String]) -> Result<(), EngineError> {
    for market in markets {
        let topic = Topic {
            kind: String::from("market"),
            id: market.clone(),
        };
        engine.follow(account, &topic).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(port: u16) -> StartError {
        StartError::Listen {
            address: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port),
            source: std::io::Error::from(ErrorKind::AddrInUse),
        }
    }

    #[test]
    fn the_port_of_last_time_comes_first_and_any_port_last() {
        let start = |free: u16| {
            move |port: u16| {
                if port == free { Ok(port) } else { Err(taken(port)) }
            }
        };
        assert_eq!(first_free(Some(40_000), start(40_000)).unwrap(), 40_000);
        assert_eq!(first_free(Some(40_000), start(27_172)).unwrap(), 27_172);
        assert_eq!(first_free(None, start(0)).unwrap(), 0);
    }

    #[test]
    fn what_another_port_would_not_help_is_told_at_once() {
        let newer = || StartError::NewerData { found: 9, known: 1 };
        let tried = std::cell::Cell::new(0);
        let started = first_free(Some(40_000), |_| {
            tried.set(tried.get() + 1);
            Err::<(), _>(newer())
        });
        assert!(matches!(started, Err(StartError::NewerData { .. })));
        assert_eq!(tried.get(), 1);
    }
}
