//! Why a connection ended.

use std::io;

use crate::{ProtocolError, Refusal};

/// Why a connection ended. The words of [`as_str`](Self::as_str) are the official client's where it has some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseReason {
    /// Nothing was heard for longer than the handshake allows, or a sign of life that was asked for did not
    /// come.
    PingTimeout,
    /// The server closed the connection.
    TransportClose {
        /// The WebSocket close code, if one came.
        code: Option<u16>,
    },
    /// An HTTP server answered a request of the session with this status: most often it knows the session no more.
    /// Only while polling.
    HttpStatus(http::StatusCode),
    /// The connection broke.
    TransportError(io::ErrorKind),
    /// The server took the socket out of the namespace: reconnecting at once is not what it wants.
    ServerDisconnect,
    /// The server refused the namespace after it had accepted it.
    ConnectError(Refusal),
    /// The application took no events for [`Limits::overrun_after`](crate::Limits::overrun_after).
    Overrun,
    /// The server sent more than [`Limits::message`](crate::Limits::message).
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
        /// The size that was announced, if one was.
        size: Option<usize>,
    },
    /// The connection took no byte, or while polling the server did not answer what was sent, for
    /// [`Timeouts::write`](crate::Timeouts::write).
    WriteTimeout,
    /// The server broke the protocol.
    Protocol(ProtocolError),
    /// This side closed: [`Socket::close`](crate::Socket::close), or every handle was dropped.
    Local,
}

impl CloseReason {
    /// The reason in the words of the official client's `disconnect` event, or in like words where it has
    /// none.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::PingTimeout => "ping timeout",
            Self::TransportClose { .. } => "transport close",
            Self::TransportError(_) | Self::HttpStatus(_) => "transport error",
            Self::ServerDisconnect => "io server disconnect",
            Self::ConnectError(_) => "connect error",
            Self::Overrun => "overrun",
            Self::TooLarge { .. } => "message too large",
            Self::WriteTimeout => "write timeout",
            Self::Protocol(_) => "parse error",
            Self::Local => "io client disconnect",
        }
    }
}

/// The connection is closed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("The connection is closed: {}", .0.as_str())]
pub struct Closed(
    /// Why.
    pub CloseReason,
);
