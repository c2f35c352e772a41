//! Which connection carries which session, so that a session can be ended without its help.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio_util::sync::CancellationToken;

use super::Peer;

/// The part of an Engine.IO request's query that matters here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct SessionQuery {
    /// The session; `None` asks for a new one.
    pub(crate) sid: Option<String>,
    /// Whether the request becomes a WebSocket.
    pub(crate) websocket: bool,
}

impl SessionQuery {
    /// Reads `sid` and `transport`. Neither needs percent-decoding: both are plain in every client.
    pub(crate) fn parse(query: &str) -> Self {
        let mut parsed = Self::default();
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sid", sid)) => parsed.sid = Some(sid.to_owned()),
                Some(("transport", "websocket")) => parsed.websocket = true,
                _ => {}
            }
        }
        parsed
    }
}

/// What is known about a session's way to its client.
#[derive(Default)]
struct Carrier {
    /// Cuts the WebSocket that carries it; polling sessions share their connections and have none.
    websocket: Option<CancellationToken>,
    /// Ended by us: its requests are refused from now on.
    condemned: bool,
}

/// The sessions that a WebSocket carries, and those that have been ended.
///
/// An entry goes with its connection or with its session, so that made-up session ids leave nothing behind.
#[derive(Clone, Default)]
pub(crate) struct Carriers(Arc<Mutex<HashMap<String, Carrier>>>);

impl Carriers {
    /// Notes that from now on the session runs over this peer's connection; a connection carries one session.
    pub(crate) fn carry(&self, sid: &str, peer: &Peer) {
        if peer.carries.get_or_init(|| sid.to_owned()) != sid {
            return;
        }
        let mut carriers = self.lock();
        let carrier = carriers.entry(sid.to_owned()).or_default();
        carrier.websocket = Some(peer.cut.clone());
        if carrier.condemned {
            peer.cut.cancel();
        }
    }

    /// Ends the session: its WebSocket is cut, and its requests are refused as those of an unknown session.
    pub(crate) fn end(&self, sid: &str) {
        let mut carriers = self.lock();
        let carrier = carriers.entry(sid.to_owned()).or_default();
        carrier.condemned = true;
        if let Some(cut) = &carrier.websocket {
            cut.cancel();
        }
    }

    /// Whether requests of this session are to be refused.
    pub(crate) fn is_condemned(&self, sid: &str) -> bool {
        self.lock().get(sid).is_some_and(|carrier| carrier.condemned)
    }

    /// Forgets a socket that is over. Its session may go on without it, and then its WebSocket is still needed:
    /// a client can leave the namespace and join it again.
    pub(crate) fn forget(&self, sid: &str) {
        let mut carriers = self.lock();
        if carriers
            .get(sid)
            .is_some_and(|carrier| carrier.condemned || carrier.websocket.is_none())
        {
            carriers.remove(sid);
        }
    }

    /// Forgets a connection that is over, unless its session's end is still to be told.
    pub(super) fn dropped(&self, peer: &Peer) {
        let Some(sid) = peer.carries.get() else { return };
        let mut carriers = self.lock();
        if carriers.get(sid).is_some_and(|carrier| !carrier.condemned) {
            carriers.remove(sid);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Carrier>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_tells_session_and_transport() {
        let open = SessionQuery::parse("EIO=4&transport=websocket");
        assert_eq!(
            open,
            SessionQuery {
                sid: None,
                websocket: true
            }
        );
        let poll = SessionQuery::parse("EIO=4&transport=polling&t=abc&sid=x-1_");
        assert_eq!(
            poll,
            SessionQuery {
                sid: Some("x-1_".to_owned()),
                websocket: false
            }
        );
        assert_eq!(SessionQuery::parse(""), SessionQuery::default());
    }

    fn peer() -> Peer {
        Peer::new("127.0.0.1:1".parse().unwrap())
    }

    #[test]
    fn ending_cuts_a_websocket_and_condemns_a_polling_session() {
        let carriers = Carriers::default();
        let peer = peer();
        carriers.carry("ws", &peer);
        carriers.end("ws");
        carriers.end("poll");
        assert!(peer.cut.is_cancelled());
        assert!(carriers.is_condemned("poll"));

        carriers.forget("poll");
        assert!(!carriers.is_condemned("poll"));
    }

    #[test]
    fn a_condemned_session_cannot_escape_by_upgrading() {
        let carriers = Carriers::default();
        carriers.end("poll");
        let peer = peer();
        carriers.carry("poll", &peer);
        assert!(peer.cut.is_cancelled());
    }

    #[test]
    fn a_session_keeps_its_websocket_when_its_socket_leaves() {
        let carriers = Carriers::default();
        let peer = peer();
        carriers.carry("ws", &peer);
        carriers.forget("ws");
        carriers.end("ws");
        assert!(peer.cut.is_cancelled());
        carriers.forget("ws");
        assert!(carriers.lock().is_empty());
    }

    #[test]
    fn a_connection_that_goes_takes_its_entry_with_it() {
        let carriers = Carriers::default();
        let peer = peer();
        carriers.carry("made-up", &peer);
        carriers.dropped(&peer);
        assert!(carriers.lock().is_empty());
    }
}
