//! The desktop's side of notifications: a server that keeps what it is asked to show, and taps when it is told to.

mod server;

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;
use zbus::Connection;
use zbus::object_server::SignalEmitter;

use self::server::Server;
use crate::bus::Bus;
use crate::within;

const PATH: &str = "/org/freedesktop/Notifications";
const NAME: &str = "org.freedesktop.Notifications";

/// The action of a tap on the notification itself.
const DEFAULT: &str = "default";

/// A notification as the app asked for it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Its number, which the server gave it.
    pub id: u32,
    /// The app's name.
    pub app: String,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
    /// The actions: each name is followed by its label.
    pub actions: Vec<String>,
}

/// A notification server on a bus.
pub struct Notifications {
    connection: Connection,
    shown: mpsc::UnboundedReceiver<Shown>,
}

impl Notifications {
    /// Becomes the bus's notification server.
    ///
    /// # Errors
    /// Where the bus has one already.
    pub async fn start(bus: &Bus) -> Result<Self> {
        let (tell, shown) = mpsc::unbounded_channel();
        let server = Server::telling(tell);
        let connection = zbus::connection::Builder::address(bus.address())?
            .serve_at(PATH, server)?
            .name(NAME)?
            .build()
            .await
            .context("Become the notification server")?;
        Ok(Self { connection, shown })
    }

    /// The next notification.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn next(&mut self) -> Result<Shown> {
        let shown = within("a notification", self.shown.recv()).await?;
        shown.context("The notification server has ended")
    }

    /// Those that have come and were not looked at.
    pub fn waiting(&mut self) -> Vec<Shown> {
        std::iter::from_fn(|| self.shown.try_recv().ok()).collect()
    }

    /// Taps a notification, as a person does; it closes with that.
    ///
    /// # Errors
    /// Where the bus is gone.
    pub async fn tap(&self, id: u32) -> Result<()> {
        const DISMISSED: u32 = 2;
        let emitter = SignalEmitter::new(&self.connection, PATH)?;
        Server::action_invoked(&emitter, id, DEFAULT).await?;
        Server::notification_closed(&emitter, id, DISMISSED).await?;
        Ok(())
    }
}
