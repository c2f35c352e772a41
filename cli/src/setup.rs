//! What a command works with: the data folder, the vault, logging.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use carillon_contract::Secret;
use carillon_engine::clock::SystemClock;
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::notify::Silent;
use carillon_engine::parts::{
    Platforms, SealedFile, SocketIo, TokenVault, VaultEntry, VaultError, VaultState, os,
};
use carillon_engine::{EngineError, Parts};
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::failure::Failure;

/// Development builds have a keyring of their own, so that trying something out can't harm real accounts.
const KEYRING: &str = if cfg!(debug_assertions) {
    "carillon-dev"
} else {
    "carillon"
};

pub(crate) fn logging(verbose: u8) {
    let default = match verbose {
        0 => "error",
        1 => "carillon=info,warn",
        _ => "carillon=debug,info",
    };
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let words = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_filter(asked.and(filter_fn(holds_no_secrets)));
    tracing_subscriber::registry().with(words).init();
}

/// Our own crates log no secrets at any level. Others log requests and messages, and with them tokens, below
/// the level `info`; whatever `RUST_LOG` asks for.
fn holds_no_secrets(about: &Metadata<'_>) -> bool {
    about.target().starts_with("carillon") || *about.level() <= Level::INFO
}

pub(crate) fn home(home: Option<PathBuf>) -> Result<Home, Failure> {
    if let Some(folder) = home {
        return Ok(Home::new(folder));
    }
    let dirs = directories::ProjectDirs::from("", "", "Carillon").ok_or(Failure::NoHome)?;
    Ok(Home::new(dirs.data_dir()))
}

/// What a command does with the data folder.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// It adds to it, and makes it where there is none.
    Add,
    /// It works with what is there, and makes nothing.
    Read,
}

/// The vault that the environment asks for; the keyring where it asks for none. Never one in place of another.
pub(crate) async fn vault(home: &Home, r#use: Use) -> Result<Arc<dyn TokenVault>, Failure> {
    match std::env::var("CARILLON_VAULT").as_deref() {
        Err(_) | Ok("" | "keyring") => Ok(Arc::new(os(KEYRING))),
        Ok("file") => {
            let passphrase = std::env::var("CARILLON_PASSPHRASE").unwrap_or_default();
            if passphrase.is_empty() {
                return Err(Failure::NoPassphrase);
            }
            let passphrase = Secret::new(passphrase);
            let path = home.folder().join("vault.sealed");
            match SealedFile::open(&path, passphrase.clone()).await {
                Ok(sealed) => Ok(Arc::new(sealed)),
                Err(VaultError::NoFile) if r#use == Use::Read => Ok(Arc::new(NotMade)),
                Err(VaultError::NoFile) => {
                    home.create()?;
                    let sealed = SealedFile::create(&path, passphrase).await;
                    Ok(Arc::new(sealed.map_err(EngineError::from)?))
                }
                Err(error) => Err(EngineError::from(error).into()),
            }
        }
        Ok(other) => Err(Failure::UnknownVault(other.to_owned())),
    }
}

/// A sealed file that nobody has made yet: it holds nothing, and looking at it makes nothing.
struct NotMade;

#[async_trait]
impl TokenVault for NotMade {
    async fn get(&self, _: &VaultEntry) -> Result<Option<Secret>, VaultError> {
        Ok(None)
    }

    async fn set(&self, _: &VaultEntry, _: &Secret) -> Result<(), VaultError> {
        Err(VaultError::NoFile)
    }

    async fn delete(&self, _: &VaultEntry) -> Result<(), VaultError> {
        Ok(())
    }

    async fn state(&self) -> VaultState {
        VaultState::Missing
    }

    fn backend(&self) -> &'static str {
        "sealed-file"
    }
}

pub(crate) fn parts(home: Home, vault: Arc<dyn TokenVault>, platforms: Platforms) -> Parts {
    Parts {
        home,
        vault,
        platforms,
        transport: Arc::new(SocketIo::default()),
        clock: Arc::new(SystemClock),
        notifier: Arc::new(Silent),
        overrides: Overrides::default(),
    }
}
