//! What a command works with: the data folder, the vault, logging.

use std::path::PathBuf;
use std::sync::Arc;

use carillon_contract::Secret;
use carillon_engine::clock::SystemClock;
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::notify::Silent;
use carillon_engine::parts::{Platforms, SealedFile, SocketIo, TokenVault, VaultError, os};
use carillon_engine::{EngineError, Parts};
use tracing_subscriber::EnvFilter;

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
    let mut filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    // Below these levels they log requests and messages, and with them tokens; whatever RUST_LOG says.
    for cap in [
        "tungstenite=warn",
        "tokio_tungstenite=warn",
        "hyper=info",
        "hyper_util=info",
        "reqwest=info",
        "sqlx=warn",
    ] {
        match cap.parse() {
            Ok(directive) => filter = filter.add_directive(directive),
            Err(_) => filter = EnvFilter::new(default),
        }
    }
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}

pub(crate) fn home(home: Option<PathBuf>) -> Result<Home, Failure> {
    if let Some(folder) = home {
        return Ok(Home::new(folder));
    }
    let dirs = directories::ProjectDirs::from("", "", "Carillon").ok_or(Failure::NoHome)?;
    Ok(Home::new(dirs.data_dir()))
}

/// The vault that the environment asks for; the keyring where it asks for none. Never one in place of another.
pub(crate) async fn vault(home: &Home) -> Result<Arc<dyn TokenVault>, Failure> {
    match std::env::var("CARILLON_VAULT").as_deref() {
        Err(_) | Ok("" | "keyring") => Ok(Arc::new(os(KEYRING))),
        Ok("file") => {
            let passphrase = std::env::var("CARILLON_PASSPHRASE").unwrap_or_default();
            if passphrase.is_empty() {
                return Err(Failure::NoPassphrase);
            }
            let passphrase = Secret::new(passphrase);
            let path = home.folder().join("vault.sealed");
            let sealed = match SealedFile::open(&path, passphrase.clone()).await {
                Err(VaultError::NoFile) => {
                    home.create()?;
                    SealedFile::create(&path, passphrase).await
                }
                opened => opened,
            };
            Ok(Arc::new(sealed.map_err(EngineError::from)?))
        }
        Ok(other) => Err(Failure::UnknownVault(other.to_owned())),
    }
}

pub(crate) fn parts(home: Home, vault: Arc<dyn TokenVault>) -> Parts {
    Parts {
        home,
        vault,
        platforms: Platforms::built_in(),
        transport: Arc::new(SocketIo::default()),
        clock: Arc::new(SystemClock),
        notifier: Arc::new(Silent),
        overrides: Overrides::default(),
    }
}
