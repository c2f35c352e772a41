//! Sending to rooms, and closing whoever cannot keep up.

use std::sync::Arc;

use serde::{Serialize, Serializer, ser::SerializeTuple};
use serde_json::Value;
use socketioxide::{SendError, SocketError, SocketIo, extract::SocketRef};

use crate::{
    log::{Logged, Wire},
    net::Carriers,
    session::Session,
    stats::Stats,
};

/// The sockets of an instance, as rooms.
#[derive(Clone)]
pub(crate) struct Fanout {
    pub(crate) io: SocketIo,
    pub(crate) carriers: Carriers,
    pub(crate) stats: Arc<Stats>,
    pub(crate) wire: Wire,
    pub(crate) extensions: bool,
    pub(crate) double_delivery: bool,
}

impl Fanout {
    /// Sends a logged event to its rooms.
    ///
    /// A socket in two of them gets it twice, as on the platform (G014), unless that is turned off; both
    /// copies come from the same bytes.
    pub(crate) fn deliver(&self, event: &Logged, rooms: &[String]) {
        let payload = match (self.wire)(event, self.extensions) {
            Ok(payload) => payload,
            Err(error) => {
                tracing::error!(%error, seq = event.seq, "Could not dress an event for the wire");
                return;
            }
        };
        let sockets: Vec<SocketRef> = if self.double_delivery {
            rooms
                .iter()
                .flat_map(|room| self.sockets(vec![room.clone()]))
                .collect()
        } else {
            self.sockets(rooms.to_vec())
        };
        for socket in sockets {
            self.emit(&socket, &event.name, &*payload);
        }
    }

    /// Sends an event as it is, unlogged, with any number of arguments; returns to how many sockets.
    pub(crate) fn raw(&self, room: &str, name: &str, arguments: &[Value]) -> usize {
        let sockets = self.sockets(vec![room.to_owned()]);
        for socket in &sockets {
            self.emit(socket, name, &Arguments(arguments));
        }
        sockets.len()
    }

    /// The sockets that are in at least one of the rooms, each once.
    pub(crate) fn sockets(&self, rooms: Vec<String>) -> Vec<SocketRef> {
        // The namespace is gone once the server is closing.
        self.io
            .of("/")
            .map(|root| root.within(rooms).sockets())
            .unwrap_or_default()
    }

    /// Sends to one socket. One that has lost an event gets no later one: it would look as if nothing was lost.
    pub(crate) fn emit<T: Serialize + ?Sized>(&self, socket: &SocketRef, name: &str, payload: &T) {
        if socket
            .extensions
            .get::<Session>()
            .is_some_and(|session| session.is_lagging())
        {
            return;
        }
        self.check(socket, socket.emit(name, payload));
    }

    /// Looks at how a send went; a full buffer closes the socket.
    pub(crate) fn check(&self, socket: &SocketRef, sent: Result<(), SendError>) {
        match sent {
            Ok(()) | Err(SendError::Socket(SocketError::Closed)) => {}
            Err(SendError::Socket(SocketError::InternalChannelFull)) => self.close_lagging(socket),
            Err(SendError::Serialize(error)) => tracing::error!(%error, "Could not encode a packet"),
        }
    }

    /// Cuts the connection under a socket that has lost an event, so that it comes back and catches up. It is
    /// not told `disconnect`: official clients do not reconnect after that, and the buffer has no room for it.
    fn close_lagging(&self, socket: &SocketRef) {
        if socket
            .extensions
            .get::<Session>()
            .is_some_and(|session| !session.mark_lagging())
        {
            return;
        }
        tracing::warn!(sid = %socket.id, "Closing a client that does not keep up");
        self.stats.closed_lagging();
        socket.leave_all();
        self.carriers.end(socket.id.as_str());
    }
}

/// Arguments of one event; a tuple, because a sequence would arrive as a single argument that is an array.
struct Arguments<'a>(&'a [Value]);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in self.0 {
            tuple.serialize_element(argument)?;
        }
        tuple.end()
    }
}
