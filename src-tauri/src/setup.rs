//! What the app is started with: the data folder, the place for tokens, logging, and the engine's parts.

#[cfg(desktop)]
use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::sync::Arc;

#[cfg(desktop)]
use carillon_contract::Secret;
use carillon_contract::settings::Settings;
use carillon_engine::clock::Clock;
use carillon_engine::engine::Overrides;
use carillon_engine::home::Home;
use carillon_engine::notify::Notifier;
use carillon_engine::parts::{MemoryVault, Platforms, SocketIo, TokenVault};
use carillon_engine::{EngineError, Parts, Reader};
use tracing::{Level, Metadata};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{EnvFilter, FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::vault::Asked;

/// What the app is started with.
#[derive(Clone)]
pub struct Setup {
    /// The data folder.
    pub home: Home,
    /// Where tokens and keys are to be kept.
    pub asked: Asked,
    /// Numbers that stand in for the platforms' own.
    pub overrides: Overrides,
    /// Whether the demo is wanted at once, in a folder that is thrown away.
    pub is_demo: bool,
    /// Whether the folder is the system's for this person, which one running Carillon has for itself.
    pub is_usual: bool,
}

/// What keeps the app from starting.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The system names no place for data.
    #[error("There is no home folder to keep data in. Set CARILLON_HOME")]
    NoHome,
    /// The demo's temporary folder.
    #[cfg(feature = "demo")]
    #[error("A folder for the demo can't be made")]
    Temporary(#[source] std::io::Error),
    /// `CARILLON_VAULT` says something else.
    #[error("CARILLON_VAULT is neither keyring nor file")]
    UnknownVault,
}

/// The start's words and variables, as far as the app reads them.
#[cfg(desktop)]
struct Wishes {
    home: Option<PathBuf>,
    asked: Asked,
    is_demo: bool,
}

#[cfg(desktop)]
impl Wishes {
    fn read(
        words: impl IntoIterator<Item = OsString>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, SetupError> {
        let text = |name: &str| variable(name).filter(|value| !value.is_empty());
        let asked = match text("CARILLON_VAULT").as_deref().map(|value| value.to_str()) {
            None => Asked::AsChosen,
            Some(Some("keyring")) => Asked::Keyring,
            Some(Some("file")) => {
                let passphrase = text("CARILLON_PASSPHRASE").and_then(|value| value.into_string().ok());
                Asked::File(passphrase.map(Secret::new))
            }
            Some(_) => return Err(SetupError::UnknownVault),
        };
        Ok(Self {
            home: text("CARILLON_HOME").map(PathBuf::from),
            asked,
            is_demo: cfg!(feature = "demo") && words.into_iter().any(|word| word == "--demo"),
        })
    }
}

impl Setup {
    /// Reads the command line and the environment.
    ///
    /// # Errors
    /// What keeps the app from starting.
    #[cfg(desktop)]
    pub fn from_environment() -> Result<Self, SetupError> {
        Self::of(Wishes::read(std::env::args_os().skip(1), |name| {
            std::env::var_os(name)
        })?)
    }

    #[cfg(desktop)]
    fn of(wishes: Wishes) -> Result<Self, SetupError> {
        #[cfg(feature = "demo")]
        if wishes.is_demo {
            // Whoever tries the demo keeps neither a folder nor an entry in the keyring.
            let folder = tempfile::Builder::new().prefix("carillon-demo-").tempdir();
            return Ok(Self {
                home: Home::new(folder.map_err(SetupError::Temporary)?.keep()),
                asked: Asked::Memory,
                overrides: Overrides::default(),
                is_demo: true,
                is_usual: false,
            });
        }
        let is_usual = wishes.home.is_none();
        let folder = match wishes.home {
            // The app does not stay in the folder that it was started in.
            Some(folder) => std::path::absolute(&folder).unwrap_or(folder),
            None => usual_folder()?,
        };
        Ok(Self {
            home: Home::new(folder),
            asked: wishes.asked,
            overrides: Overrides::default(),
            is_demo: false,
            is_usual,
        })
    }

    /// Everything as the person chose, in the folder that the system gives to the app.
    #[cfg(mobile)]
    pub(crate) fn in_folder(folder: PathBuf) -> Self {
        Self {
            home: Home::new(folder),
            asked: Asked::AsChosen,
            overrides: Overrides::default(),
            is_demo: false,
            is_usual: true,
        }
    }

    /// Deletes what is not to be kept, once everything is closed.
    pub(crate) fn clear(&self) {
        if self.is_demo
            && let Err(error) = std::fs::remove_dir_all(self.home.folder())
        {
            tracing::warn!(%error, "Delete the demo's folder");
        }
    }
}

/// The folder of the command line, too: both work on the same accounts.
#[cfg(desktop)]
fn usual_folder() -> Result<PathBuf, SetupError> {
    let dirs = directories::ProjectDirs::from("", "", "Carillon").ok_or(SetupError::NoHome)?;
    Ok(dirs.data_dir().to_owned())
}

/// What the person chose before; the defaults where nothing was chosen yet. Read before the folder is taken, since
/// it says where the keys are.
pub(crate) async fn kept_settings(home: &Home) -> Result<Settings, EngineError> {
    Reader::beside(home.clone(), Arc::new(MemoryVault::new()))
        .settings()
        .await
}

/// What the engine is made of.
pub(crate) fn parts(
    setup: &Setup,
    vault: Arc<dyn TokenVault>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
) -> Parts {
    Parts {
        home: setup.home.clone(),
        vault,
        platforms: Platforms::built_in(),
        transport: Arc::new(SocketIo::default()),
        clock,
        notifier,
        overrides: setup.overrides.clone(),
    }
}

/// Writes the log to the standard error.
pub(crate) fn logging() {
    let asked = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("carillon=info,warn"));
    let words = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_filter(asked.and(filter_fn(holds_no_secrets)));
    // Tests may have set one up before.
    let _ = tracing_subscriber::registry().with(words).try_init();
}

/// Our own crates log no secrets at any level. Others log requests and messages, and with them tokens, below
/// the level `info`; whatever `RUST_LOG` asks for.
fn holds_no_secrets(about: &Metadata<'_>) -> bool {
    about.target().starts_with("carillon") || *about.level() <= Level::INFO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &[&str], variables: &[(&str, &str)]) -> Result<Wishes, SetupError> {
        Wishes::read(words.iter().map(OsString::from), |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn without_a_word_everything_is_as_the_person_chose() {
        let wishes = read(&[], &[]).unwrap();
        assert!(matches!(wishes.asked, Asked::AsChosen));
        assert!(wishes.home.is_none() && !wishes.is_demo);
        let empty = read(&[], &[("CARILLON_HOME", ""), ("CARILLON_VAULT", "")]).unwrap();
        assert!(matches!(empty.asked, Asked::AsChosen) && empty.home.is_none());
    }

    #[test]
    fn the_environment_names_the_folder_and_the_vault() {
        let wishes = read(&[], &[("CARILLON_HOME", "here"), ("CARILLON_VAULT", "keyring")]).unwrap();
        assert_eq!(wishes.home, Some(PathBuf::from("here")));
        assert!(matches!(wishes.asked, Asked::Keyring));
        assert!(Setup::of(wishes).unwrap().home.folder().is_absolute());

        let file = read(&[], &[("CARILLON_VAULT", "file"), ("CARILLON_PASSPHRASE", "p")]).unwrap();
        assert!(matches!(file.asked, Asked::File(Some(passphrase)) if passphrase.expose() == "p"));
        let bare = read(&[], &[("CARILLON_VAULT", "file")]).unwrap();
        assert!(matches!(bare.asked, Asked::File(None)));
        assert!(matches!(
            read(&[], &[("CARILLON_VAULT", "elsewhere")]).err(),
            Some(SetupError::UnknownVault)
        ));
    }

    #[cfg(feature = "demo")]
    #[test]
    fn the_demo_keeps_nothing() {
        let wishes = read(&["--demo"], &[("CARILLON_HOME", "here")]).unwrap();
        let setup = Setup::of(wishes).unwrap();
        assert!(matches!(setup.asked, Asked::Memory));
        let folder = setup.home.folder();
        assert!(folder.starts_with(std::env::temp_dir()) && folder.exists());
        assert!(setup.is_demo && !setup.is_usual);
        setup.clear();
        assert!(!folder.exists());
    }
}
