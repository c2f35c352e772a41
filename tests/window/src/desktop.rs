//! A desktop: a display, a session bus, an unlocked keyring, a notification server, and a home of its own.

use std::env;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use crate::bus::{Bus, Keyring};
use crate::display::{Display, Size};
use crate::notifications::Notifications;

/// What a person has before an app is opened. All of it is private, and gone when this is dropped.
pub struct Desktop {
    // Dropped from the top down: programs before the folder that they write to.
    /// The display.
    pub display: Display,
    /// The notification server.
    pub notifications: Notifications,
    /// The session bus.
    pub bus: Bus,
    keyring: Option<Keyring>,
    environment: Vec<(String, String)>,
    folder: TempDir,
}

impl Desktop {
    /// Starts one with a screen of this size.
    ///
    /// # Errors
    /// What does not start; its log is in the error.
    pub async fn start(size: Size) -> Result<Self> {
        let mut desktop = Self::without_keyring(size).await?;
        let keyring = Keyring::start(&desktop.bus, desktop.folder.path(), &desktop.environment).await?;
        desktop.keyring = Some(keyring);
        Ok(desktop)
    }

    /// Starts one on which nothing keeps secrets.
    ///
    /// # Errors
    /// As [`Desktop::start`].
    pub async fn without_keyring(size: Size) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("carillon-desktop-").tempdir()?;
        let mut environment = base(folder.path())?;
        let display = Display::start(folder.path(), size, &environment).await?;
        environment.push((String::from("DISPLAY"), display.name().to_owned()));
        let bus = Bus::start(folder.path(), &environment).await?;
        environment.push((String::from("DBUS_SESSION_BUS_ADDRESS"), bus.address().to_owned()));
        let notifications = Notifications::start(&bus).await?;
        Ok(Self {
            display,
            notifications,
            bus,
            keyring: None,
            environment,
            folder,
        })
    }

    /// What programs on this desktop find in their environment.
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// What a program keeps in the keyring: attributes and secrets, as `secret-tool` writes them.
    ///
    /// # Errors
    /// Where `secret-tool` can't be run.
    pub fn secrets_of(&self, service: &str) -> Result<String> {
        let found = Command::new("secret-tool")
            .args(["search", "--all", "service", service])
            .env_clear()
            .envs(self.environment.iter().cloned())
            .output()
            .context("Start secret-tool")?;
        let found = [found.stdout, found.stderr].concat();
        Ok(String::from_utf8_lossy(&found).into_owned())
    }

    /// Locks the keyring.
    ///
    /// # Errors
    /// Where it stays open, or there is none.
    pub async fn lock_keyring(&self) -> Result<()> {
        let keyring = self.keyring.as_ref().context("There is no keyring")?;
        keyring.lock(&self.bus).await
    }

    /// Puts an unlocked keyring in the place of the one that runs, as a log-in does.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn unlock_keyring(&mut self) -> Result<()> {
        let keyring = self.keyring.take().context("There is no keyring")?;
        keyring.end(&self.bus).await?;
        self.keyring = Some(Keyring::start(&self.bus, self.folder.path(), &self.environment).await?);
        Ok(())
    }

    /// Where logs and whatever else is needed may go.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A folder for what one app keeps. It outlives the app, not the desktop.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("carillon")
    }

    /// Ends everything, in its order.
    ///
    /// # Errors
    /// What does not end.
    pub async fn end(self) -> Result<()> {
        drop((self.notifications, self.keyring));
        self.bus.end().await?;
        self.display.end().await
    }
}

/// The environment of a person who has just logged in, on a home that was never used.
fn base(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut environment = vec![
        // Nothing outside of the folder decides how a window looks or what it says.
        ("LANG", String::from("C.UTF-8")),
        ("TZ", String::from("UTC")),
        ("GDK_BACKEND", String::from("x11")),
        ("GSETTINGS_BACKEND", String::from("memory")),
        ("NO_AT_BRIDGE", String::from("1")),
        ("WEBKIT_DISABLE_COMPOSITING_MODE", String::from("1")),
        ("WEBKIT_DISABLE_DMABUF_RENDERER", String::from("1")),
    ];
    for (variable, name) in [
        ("HOME", "home"),
        ("XDG_RUNTIME_DIR", "run"),
        ("XDG_DATA_HOME", "home/data"),
        ("XDG_CONFIG_HOME", "home/config"),
        ("XDG_CACHE_HOME", "home/cache"),
        ("TMPDIR", "tmp"),
    ] {
        let place = folder.join(name);
        fs::create_dir_all(&place).with_context(|| format!("Make {}", place.display()))?;
        fs::set_permissions(&place, Permissions::from_mode(0o700))?;
        environment.push((variable, place.display().to_string()));
    }
    // Where programs are is the machine's business.
    environment.push(("PATH", env::var("PATH").context("There is no PATH")?));
    Ok(environment
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect())
}
