//! What can go wrong, named after what failed.

use std::{fmt, io};

use serde_json::value::RawValue;
use tokio_tungstenite::tungstenite;

use crate::{CloseReason, Closed};

/// Why no connection came about.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The URL, the path or the query can't be made into a request.
    #[error("The address can't be dialled")]
    Address(#[from] AddressError),
    /// The name was not found or the server not reached.
    #[error("The server can't be reached")]
    Dial(#[source] io::Error),
    /// The server's certificate was not accepted, or TLS failed otherwise.
    #[error("No secure connection")]
    Tls(#[source] rustls::Error),
    /// An HTTP server answered, but not by switching to a WebSocket.
    #[error("The server did not switch to a WebSocket: HTTP status {status}")]
    NotWebSocket {
        /// Its HTTP status.
        status: http::StatusCode,
    },
    /// An HTTP server answered, but not as one that takes part in long polling.
    #[error("The server does not let itself be polled: HTTP status {status}")]
    NotPolling {
        /// Its HTTP status.
        status: http::StatusCode,
    },
    /// What answered is no HTTP server, or a broken one.
    #[error("The answer to the WebSocket upgrade makes no sense")]
    Upgrade(#[source] tungstenite::Error),
    /// A WebSocket or an answer to a poll, but no Engine.IO 4 server behind it: a captive portal's page, for example.
    #[error("The server does not speak Socket.IO")]
    NotSocketIo(#[source] ProtocolError),
    /// A step took longer than [`Timeouts`](crate::Timeouts) allows.
    #[error("The server took too long: {0}")]
    TimedOut(Stage),
    /// The server refused the namespace, most often because of the credentials.
    #[error("The server refused the connection")]
    Refused(#[source] Refusal),
    /// The connection ended before the namespace was joined.
    #[error("The connection ended while it was being opened")]
    Closed(#[from] Closed),
}

/// What a server says when it refuses a namespace (a CONNECT_ERROR packet).
#[derive(Clone, thiserror::Error)]
#[error("The server refused: {message}")]
pub struct Refusal {
    /// The server's words.
    pub message: String,
    /// Whatever else it sent along, as JSON.
    pub data: Option<Box<RawValue>>,
}

/// The message only: what a server adds may be personal.
impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal")
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl PartialEq for Refusal {
    fn eq(&self, other: &Self) -> bool {
        self.message == other.message
            && self.data.as_deref().map(RawValue::get) == other.data.as_deref().map(RawValue::get)
    }
}

impl Eq for Refusal {}

/// Why an address can't be dialled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Neither `http`, `https`, `ws` nor `wss`.
    #[error("The scheme is not http, https, ws or wss")]
    Scheme,
    /// The URL names no host.
    #[error("The address names no host")]
    NoHost,
    /// Path or query hold what an HTTP request can't carry.
    #[error("Path or query can't be sent in a request")]
    Request,
    /// A namespace starts with `/` and holds neither a comma nor what long polling puts between packets (0x1E).
    #[error("The namespace does not start with a slash, or holds a comma")]
    Namespace,
    /// The connection is in this namespace, or about to be.
    #[error("The namespace is joined already")]
    Joined,
    /// [`Options::transports`](crate::Options::transports) is empty.
    #[error("No transport may be used")]
    NoTransport,
}

/// The steps of opening a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Name lookup, TCP, TLS.
    Dial,
    /// The WebSocket upgrade.
    Upgrade,
    /// The Engine.IO handshake.
    Handshake,
    /// Joining the namespace.
    Connect,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dial => "dialling",
            Self::Upgrade => "WebSocket upgrade",
            Self::Handshake => "Engine.IO handshake",
            Self::Connect => "joining the namespace",
        })
    }
}

/// Why an event was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmitError {
    /// The connection is closed.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// The name belongs to the protocol (`connect`, `disconnect`, …) and servers refuse it.
    #[error("The event name is reserved")]
    ReservedName,
    /// More than the server accepts in one message (`maxPayload` of its handshake).
    #[error("The message has {size} bytes, the server accepts {limit}")]
    TooLarge {
        /// Bytes of the message.
        size: usize,
        /// What the server accepts.
        limit: usize,
    },
    /// More attachments than [`Limits::attachments`](crate::Limits::attachments).
    #[error("The event has more than {limit} attachments")]
    TooManyAttachments {
        /// The limit.
        limit: usize,
    },
    /// The queue to the server stayed full for as long as the caller was ready to wait.
    #[error("The queue to the server stayed full")]
    Backlog,
}

/// Why no acknowledgement came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AckError {
    /// The event never left: it is safe to send it again.
    #[error("The event was not sent")]
    NotSent(#[from] EmitError),
    /// The server did not answer in time: whether it acted is unknown.
    #[error("The server did not answer in time")]
    TimedOut,
    /// The connection ended before the answer: whether the server acted is unknown.
    #[error("The connection ended before the answer")]
    Closed(CloseReason),
}

/// How a server broke the protocol.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// Not a WebSocket as RFC 6455 has it.
    #[error("A broken WebSocket frame")]
    WebSocket(#[from] tungstenite::error::ProtocolError),
    /// A compressed WebSocket message that can't be inflated.
    #[error("A broken compressed message")]
    Compression,
    /// Not HTTP/1.1 as RFC 9112 has it.
    #[error("A broken HTTP answer")]
    Http,
    /// A binary message of a poll that is no base64.
    #[error("A binary message is not base64")]
    Base64,
    /// A text that is no UTF-8.
    #[error("A text message is not UTF-8")]
    NotUtf8,
    /// A message without even a type.
    #[error("An empty message")]
    Empty,
    /// An Engine.IO packet type that version 4 does not have.
    #[error("An unknown Engine.IO packet type {0:?}")]
    EnginePacket(char),
    /// The first message is no handshake, or its JSON is broken.
    #[error("No Engine.IO handshake")]
    Handshake,
    /// A WebSocket that should take a session over said something else than that it can.
    #[error("A broken answer to an upgrade's probe")]
    Upgrade,
    /// A handshake in the middle of a session.
    #[error("A second Engine.IO handshake")]
    SecondHandshake,
    /// A Socket.IO packet type that version 5 does not have.
    #[error("An unknown Socket.IO packet type {0:?}")]
    PacketType(char),
    /// An acknowledgement id that is no number of 64 bits, or none where one must be.
    #[error("A broken acknowledgement id")]
    AckId,
    /// A binary packet that does not say how many attachments follow.
    #[error("A binary packet without a count of attachments")]
    AttachmentCount,
    /// More attachments than [`Limits::attachments`](crate::Limits::attachments).
    #[error("A packet announces more than {limit} attachments")]
    TooManyAttachments {
        /// The limit.
        limit: usize,
    },
    /// A text message arrived where an attachment was due.
    #[error("A text message where an attachment was due")]
    MissingAttachment,
    /// A binary message that no packet announced.
    #[error("A binary message that no packet announced")]
    StrayAttachment,
    /// A payload that is not the JSON its packet type asks for, or has more than 1024 arguments.
    #[error("A payload that does not fit its packet type")]
    Payload,
}

impl From<ProtocolError> for CloseReason {
    fn from(error: ProtocolError) -> Self {
        Self::Protocol(error)
    }
}
