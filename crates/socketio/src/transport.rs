//! The boundary between packets and what carries them.
//!
//! A [`Wire`] moves Engine.IO packets: on a WebSocket one message each. Long polling will be a second one that
//! splits and joins request bodies, and an upgrade the change from one to the other; nothing above has to
//! know.

mod dial;
mod tls;
mod websocket;

use std::{
    fmt,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{CloseReason, ConnectError, Options};

pub use tls::platform_tls;

/// What carries the packets of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// One WebSocket.
    Websocket,
}

impl Transport {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a wire brings.
#[derive(Debug)]
pub(crate) enum Inbound {
    /// An Engine.IO packet in text form.
    Text(Utf8Bytes),
    /// A binary message.
    Binary(Bytes),
    /// The answer to the probe with this number.
    Probe(u64),
    /// A control frame that only shows that the other side is there.
    Sign,
}

/// What is given to a wire.
#[derive(Debug)]
pub(crate) enum Outbound {
    /// An Engine.IO packet in text form.
    Text(String),
    /// A binary message.
    Binary(Bytes),
    /// A question of the transport itself, below Engine.IO.
    Probe(u64),
    /// The end, with what it is for.
    Goodbye(Farewell),
}

/// Why this side ends a session, as far as the other side is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    /// As agreed.
    Done,
    /// Because of a broken message.
    Protocol,
    /// Because of a message that is too large.
    TooLarge,
    /// Because this side can't take more.
    Overrun,
}

/// An open transport. Errors are final: after one, the wire is only dropped.
pub(crate) trait Wire: Send + Sync {
    /// The next thing from the other side.
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Inbound, CloseReason>>;
    /// Ready if [`send`](Self::send) may be called.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;
    /// Takes something to send. It may wait here until the flush.
    fn send(&mut self, outbound: Outbound) -> Result<(), CloseReason>;
    /// Ready once everything taken has left.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;
    /// When the last byte came.
    fn heard_at(&self) -> Instant;
    /// When the last byte left.
    fn wrote_at(&self) -> Instant;
}

/// Opens the transport that the options ask for, up to the point where packets can flow.
pub(crate) async fn open(options: &Options) -> Result<Box<dyn Wire>, ConnectError> {
    let target = websocket::Target::new(options)?;
    let stream = dial::dial(&target.host, target.port)
        .await
        .map_err(ConnectError::Dial)?;
    if target.secure {
        let stream = tls::secure(stream, &target.host, options.tls.clone()).await?;
        return websocket::upgrade(stream, target.request, options.limits.message).await;
    }
    websocket::upgrade(stream, target.request, options.limits.message).await
}

/// Opens a transport over a stream that is there already.
#[cfg(test)]
pub(crate) async fn open_over<S>(stream: S, options: &Options) -> Result<Box<dyn Wire>, ConnectError>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + Sync + 'static,
{
    let target = websocket::Target::new(options)?;
    websocket::upgrade(stream, target.request, options.limits.message).await
}
