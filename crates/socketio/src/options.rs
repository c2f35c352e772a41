//! What a connection is asked to be: where, as whom, how patient, how large.

use std::{fmt, sync::Arc, time::Duration};

use http::HeaderMap;
use serde_json::value::RawValue;
use url::Url;

use crate::{Recovery, Transport};

/// Everything [`connect`](crate::connect) wants to know.
#[derive(Clone)]
pub struct Options {
    /// `http`, `https`, `ws` or `wss`. Its path is kept as a prefix of [`path`](Self::path), its query is
    /// sent along; a user name, a password and a fragment in it are not.
    pub url: Url,
    /// Where on the server Engine.IO listens; `/socket.io/` unless the server was told otherwise.
    pub path: String,
    /// The namespace to join, `/` being the main one.
    pub namespace: String,
    /// Further query parameters of the opening request.
    pub query: Vec<(String, String)>,
    /// Further headers of the opening request.
    pub headers: HeaderMap,
    /// The payload of the CONNECT packet, a JSON object; what the official client calls `auth`.
    pub auth: Option<Box<RawValue>>,
    /// Where the connection before this one ended, for a server that can recover it; see
    /// [`Socket::recovery`](crate::Socket::recovery).
    pub recovery: Option<Recovery>,
    /// What may carry the packets, in the order in which it is tried. The next one is tried where a server or a proxy
    /// refuses the one before it; not where the server could not be reached, for then all would fail. Long polling
    /// before the WebSocket means: open at once with what always works, and change to the WebSocket if the server
    /// offers that and it holds.
    pub transports: Vec<Transport>,
    /// Whether a WebSocket's server is offered to compress what it sends (RFC 7692, permessage-deflate). Most servers
    /// then do so with larger messages, which costs them and this side about 50 kB and some time.
    /// [`Limits::message`] counts what was inflated. What this side sends is never compressed: lengths would tell of
    /// secrets in it.
    pub compression: bool,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// How much memory the server may make this client use.
    pub limits: Limits,
    /// TLS settings of the caller. Without them [`platform_tls`](crate::platform_tls) is asked anew for each
    /// connection; to resume TLS sessions, keep one and pass it. Protocols it offers by ALPN must include
    /// `http/1.1` or be empty.
    pub tls: Option<Arc<rustls::ClientConfig>>,
}

impl Options {
    /// The main namespace at `url`, with no credentials and the default timeouts and limits; by WebSocket, by long
    /// polling where that is refused.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            path: "/socket.io/".to_owned(),
            namespace: "/".to_owned(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            auth: None,
            recovery: None,
            transports: vec![Transport::Websocket, Transport::Polling],
            compression: false,
            timeouts: Timeouts::default(),
            limits: Limits::default(),
            tls: None,
        }
    }
}

/// Leaves out what may be a credential: query, headers and the CONNECT payload.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("origin", &self.url.origin().ascii_serialization())
            .field("path", &self.path)
            .field("namespace", &self.namespace)
            .field("transports", &self.transports)
            .field("compression", &self.compression)
            .field("timeouts", &self.timeouts)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// How long each step may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeouts {
    /// Name lookup, TCP, TLS and the WebSocket upgrade together, for each transport that is tried.
    pub dial: Duration,
    /// From there to the Engine.IO handshake.
    pub handshake: Duration,
    /// From the CONNECT packet to its answer.
    pub connect: Duration,
    /// All of the above together.
    pub total: Duration,
    /// How long the connection may take no byte of what waits to be sent; while polling also how long the server may
    /// take to answer what was sent.
    pub write: Duration,
    /// After this long without a byte from the server it is asked for a sign of life. [`Duration::MAX`] leaves
    /// that to Engine.IO, as it always is while polling: there is nothing below Engine.IO that could answer.
    pub quiet: Duration,
    /// How long that sign may take.
    pub pong: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(10),
            handshake: Duration::from_secs(10),
            connect: Duration::from_secs(10),
            total: Duration::from_secs(20),
            write: Duration::from_secs(10),
            // 5 s and 8 s: a dead line is known within 15 s, where Engine.IO alone takes 45 to 85.
            quiet: Duration::from_secs(5),
            pong: Duration::from_secs(8),
        }
    }
}

/// How much memory the server, or a slow reader, may make this client use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// The largest event that is accepted, in bytes, its attachments included.
    pub message: usize,
    /// Events that wait for the application before reading stops.
    pub queue_events: usize,
    /// Bytes of such events before reading stops. One event more may be under way.
    pub queue_bytes: usize,
    /// Packets that wait to be sent before [`Socket::emit`](crate::Socket::emit) waits.
    pub outbound: usize,
    /// Attachments of one event, both ways.
    pub attachments: usize,
    /// How long reading may stand still because the application takes no events, before the connection is
    /// closed with [`CloseReason::Overrun`](crate::CloseReason::Overrun).
    pub overrun_after: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message: 4 << 20,
            queue_events: 1024,
            queue_bytes: 8 << 20,
            outbound: 256,
            attachments: 32,
            overrun_after: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_credentials() {
        let mut options = Options::new(Url::parse("https://user:pw@example.invalid/x?token=q").unwrap());
        options.query.push(("token".into(), "q".into()));
        options.auth = Some(RawValue::from_string(r#"{"token":"q"}"#.into()).unwrap());
        let shown = format!("{options:?}");
        assert!(shown.contains("https://example.invalid"), "{shown}");
        assert!(!shown.contains("token") && !shown.contains("pw"), "{shown}");
    }
}
