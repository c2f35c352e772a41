//! A running instance, held by whoever started it.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    thread::JoinHandle,
};

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    EmitError, Snapshot, To,
    control::Control,
    guesslyfe::{self, Emitter},
    platform::Mounted,
};

/// A running instance. Dropping it stops it.
pub struct Handle {
    pub(crate) address: SocketAddr,
    pub(crate) control: Control,
    pub(crate) stop: CancellationToken,
    /// Cancelled when the thread ends, however it ends.
    pub(crate) ended: CancellationToken,
    pub(crate) thread: Option<JoinHandle<()>>,
}

impl Handle {
    /// The base of every address of this instance, such as `http://127.0.0.1:3000`; if it listens on all
    /// addresses, the one for this machine.
    #[must_use]
    pub fn url(&self) -> String {
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            IpAddr::V4(_) | IpAddr::V6(_) => {}
        }
        format!("http://{address}")
    }

    /// The address it listens on; bind it again to restart on the same port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Emits one event and returns its number in the log.
    ///
    /// `data` is merged over a believable default; `Value::Null` takes the default as it is. Without `to` the
    /// rooms follow from the data, as the platform has it.
    ///
    /// # Errors
    /// If the event or the user is unknown, the data does not fit, or the log cannot be written.
    pub async fn emit(&self, event: &str, data: Value, to: Option<To>) -> Result<u64, EmitError> {
        let numbers = self.control.emit(event, &data, to.as_ref(), 1).await?;
        numbers.into_iter().next().ok_or(EmitError::Stopped)
    }

    /// Emits `count` events at once, as [`Handle::emit`] does one, and returns their numbers.
    ///
    /// # Errors
    /// As [`Handle::emit`].
    pub async fn emit_many(
        &self,
        event: &str,
        data: Value,
        to: Option<To>,
        count: usize,
    ) -> Result<Vec<u64>, EmitError> {
        self.control.emit(event, &data, to.as_ref(), count).await
    }

    /// Sends any event name with any arguments, unlogged and unchecked; returns to how many sockets.
    ///
    /// # Errors
    /// If the user or the room is unknown.
    pub fn raw(&self, to: &To, name: &str, arguments: &[Value]) -> Result<usize, EmitError> {
        self.control.raw(to, name, arguments)
    }

    /// Disconnects a user's sockets with a packet that says so; returns how many.
    ///
    /// # Errors
    /// If the user is unknown.
    pub fn disconnect(&self, username: &str) -> Result<usize, EmitError> {
        self.control.disconnect(username, false)
    }

    /// Breaks the connections of a user's sockets without a word; returns how many.
    ///
    /// # Errors
    /// If the user is unknown.
    pub fn cut(&self, username: &str) -> Result<usize, EmitError> {
        self.control.disconnect(username, true)
    }

    /// Makes the access tokens that a user holds invalid; refresh tokens go on working.
    ///
    /// # Errors
    /// If the user is unknown.
    pub fn expire(&self, username: &str) -> Result<(), EmitError> {
        self.control.expire(username)
    }

    /// The statistics that `/stats` answers.
    pub async fn stats(&self) -> Snapshot {
        self.control.stats().await
    }

    /// The typed emitter of the GuessLyfe platform (G011).
    #[must_use]
    pub fn guesslyfe(&self) -> &Emitter {
        let Mounted::GuessLyfe(platform) = &self.control.platform;
        guesslyfe::GuessLyfe::emitter(platform)
    }

    /// Stops: what was accepted is still written and sent, the clients are told, the thread is joined.
    pub fn stop(mut self) {
        self.shut_down();
    }

    /// Waits until the instance has ended; by itself it does so only if its listener or its thread fails.
    pub async fn ended(&self) {
        self.ended.cancelled().await;
    }

    fn shut_down(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("The instance's thread panicked");
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shut_down();
    }
}
