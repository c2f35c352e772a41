//! The triggers of a running instance: what `/dev` offers over HTTP and [`crate::Handle`] in the process.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use crate::{EmitError, Snapshot, clock, instance::Instance, platform::Mounted};

/// Whom a triggered event is for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum To {
    /// The user with this id.
    UserId(String),
    /// The user who signs in with this name.
    Username(String),
    /// Exactly this room, whatever the event's own rooms are.
    Room(String),
}

/// A running instance, seen from the outside.
#[derive(Clone)]
pub(crate) struct Control {
    pub(crate) instance: Arc<Instance>,
    pub(crate) platform: Mounted,
}

impl Control {
    /// Emits `count` events of that name; what `data` leaves open is believable. Returns their numbers.
    pub(crate) async fn emit(
        &self,
        event: &str,
        data: &Value,
        to: Option<&To>,
        count: usize,
    ) -> Result<Vec<u64>, EmitError> {
        match &self.platform {
            Mounted::GuessLyfe(platform) => platform.emit_named(event, data, to, count).await,
        }
    }

    /// Emits any event name with any arguments, unlogged; returns to how many sockets.
    pub(crate) fn raw(&self, to: &To, name: &str, arguments: &[Value]) -> Result<usize, EmitError> {
        let room = match &self.platform {
            Mounted::GuessLyfe(platform) => platform.room_of(to)?,
        };
        Ok(self.instance.fanout.raw(&room, name, arguments))
    }

    /// Disconnects a user's sockets; returns how many.
    ///
    /// With `cut` the connection breaks under them, else they are told.
    pub(crate) fn disconnect(&self, username: &str, cut: bool) -> Result<usize, EmitError> {
        let room = match &self.platform {
            Mounted::GuessLyfe(platform) => platform.room_of(&To::Username(username.to_owned()))?,
        };
        let sockets = self.instance.fanout.sockets(vec![room]);
        let count = sockets.len();
        for socket in sockets {
            let sid = socket.id;
            // A full buffer cannot take the packet that says so.
            if cut || socket.disconnect().is_err() {
                self.instance.carriers.end(sid.as_str());
            }
        }
        Ok(count)
    }

    /// Makes the access tokens that a user holds invalid; refresh tokens go on working.
    pub(crate) fn expire(&self, username: &str) -> Result<(), EmitError> {
        let unknown = || EmitError::UnknownUser(username.to_owned());
        let identity = self
            .instance
            .directory
            .by_username(username)
            .ok_or_else(unknown)?;
        self.instance.tokens.withdraw(&identity.user_id);
        Ok(())
    }

    /// The counters as they stand (G113).
    pub(crate) async fn stats(&self) -> Snapshot {
        let rooms = match self.instance.fanout.io.of("/") {
            Some(root) => root.rooms().await.map_or(0, |rooms| rooms.len()),
            None => 0,
        };
        self.instance.stats.snapshot(rooms, clock::iso(clock::now()))
    }
}
