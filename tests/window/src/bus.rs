//! A session bus on which nothing is that was not put there, and a GNOME Keyring on it.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result};
use futures_util::StreamExt as _;
use zbus::fdo::DBusProxy;
use zbus::names::BusName;
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

use crate::process::{Running, command};
use crate::within;

/// A session bus. It starts no service by itself: its configuration names an empty folder.
pub struct Bus {
    daemon: Running,
    address: String,
}

impl Bus {
    /// Starts one.
    ///
    /// # Errors
    /// Where dbus-daemon does not start.
    pub async fn start(folder: &Path, environment: &[(String, String)]) -> Result<Self> {
        let services = folder.join("services");
        fs::create_dir(&services).context("Make a folder of services")?;
        let file = folder.join("bus.conf");
        let configuration = format!(
            r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#,
            folder = folder.display(),
            services = services.display()
        );
        fs::write(&file, configuration).context("Write the bus's configuration")?;
        let mut daemon = command("dbus-daemon", environment);
        daemon
            .args(["--nofork", "--nopidfile", "--print-address=1", "--config-file"])
            .arg(&file)
            .stdout(Stdio::piped());
        let mut daemon = Running::start(daemon, folder)?;
        let address = daemon.first_line().await?;
        Ok(Self { daemon, address })
    }

    /// What goes into the variable `DBUS_SESSION_BUS_ADDRESS`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// A connection to it.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn connect(&self) -> Result<zbus::Connection> {
        let builder = zbus::connection::Builder::address(self.address.as_str())?;
        within("the session bus", builder.build())
            .await?
            .context("Connect to the bus")
    }

    /// Ends it, and with it what is connected to it.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn end(self) -> Result<()> {
        self.daemon.end().await
    }
}

/// The name under which a keyring is found on a bus.
const SECRETS: &str = "org.freedesktop.secrets";

/// A GNOME Keyring with an unlocked login keyring.
pub struct Keyring {
    daemon: Running,
}

impl Keyring {
    /// Starts one on a bus whose address is in the environment.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start(bus: &Bus, folder: &Path, environment: &[(String, String)]) -> Result<Self> {
        let connection = bus.connect().await?;
        let proxy = DBusProxy::new(&connection).await?;
        let mut changes = proxy
            .receive_name_owner_changed_with_args(&[(0, SECRETS)])
            .await?;

        let mut daemon = command("gnome-keyring-daemon", environment);
        daemon
            .args(["--foreground", "--unlock", "--components=secrets"])
            .stdin(Stdio::piped());
        let mut daemon = Running::start(daemon, folder)?;
        daemon.tell("a password of this session").await?;
        within("the keyring", changes.next()).await?;
        daemon.check()?;
        let owned = proxy.name_has_owner(BusName::try_from(SECRETS)?).await?;
        anyhow::ensure!(owned, "The keyring has gone: {}", daemon.said());
        Ok(Self { daemon })
    }

    /// Locks the login keyring, as a screen lock may do.
    ///
    /// # Errors
    /// Where it stays open.
    pub async fn lock(&self, bus: &Bus) -> Result<()> {
        let login = ObjectPath::try_from("/org/freedesktop/secrets/collection/login")?;
        let connection = bus.connect().await?;
        let answer = connection
            .call_method(
                Some(SECRETS),
                "/org/freedesktop/secrets",
                Some("org.freedesktop.Secret.Service"),
                "Lock",
                &vec![login.clone()],
            )
            .await?;
        let (locked, _): (Vec<OwnedObjectPath>, OwnedObjectPath) = answer.body().deserialize()?;
        anyhow::ensure!(locked.iter().any(|path| **path == login), "It was not locked");
        Ok(())
    }

    /// Ends it, and waits until nobody has its place on the bus.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn end(self, bus: &Bus) -> Result<()> {
        let connection = bus.connect().await?;
        let proxy = DBusProxy::new(&connection).await?;
        let mut changes = proxy
            .receive_name_owner_changed_with_args(&[(0, SECRETS)])
            .await?;
        self.daemon.end().await?;
        within("the keyring to go", changes.next()).await?;
        Ok(())
    }
}
