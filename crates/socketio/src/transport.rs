//! The boundary between packets and what carries them.
//!
//! A [`Wire`] moves Engine.IO packets: on a WebSocket one message each; long polling splits and joins request bodies,
//! and an upgrade changes from the second to the first. Nothing above has to know, but for what
//! [`transport`](Wire::transport) tells.

mod dial;
#[cfg(fuzzing)]
pub(crate) mod fuzz;
mod meter;
mod polling;
mod target;
mod tls;
mod upgrade;
mod websocket;

use std::{
    fmt,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{CloseReason, ConnectError, Options, engine::Handshake};
use meter::Meter;
use polling::Polling;
use upgrade::Upgrading;
use websocket::Wanted;

pub(crate) use target::Target;

pub use tls::platform_tls;

/// What carries the packets of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// One WebSocket.
    Websocket,
    /// HTTP requests: one that waits for what the server has to say, and one for each batch that is sent.
    Polling,
}

impl Transport {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Websocket => "websocket",
            Self::Polling => "polling",
        }
    }

    /// The size of an attachment of this many bytes in what the server counts.
    pub(crate) fn attachment(self, bytes: usize) -> usize {
        match self {
            Self::Websocket => bytes,
            Self::Polling => polling::encoded(bytes),
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

/// An open transport. After an error nothing comes from it any more, but a goodbye may be sent.
pub(crate) trait Wire: Send {
    /// The next thing from the other side.
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Inbound, CloseReason>>;
    /// Ready if [`send`](Self::send) may be called.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;
    /// Takes something to send. It may wait here until the flush.
    fn send(&mut self, outbound: Outbound) -> Result<(), CloseReason>;
    /// Ready once everything taken has left.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;
    /// Takes note of the handshake it has brought.
    fn opened(&mut self, _handshake: &Handshake) {}
    /// What carries packets at present.
    fn transport(&self) -> Transport;
    /// When the last byte came.
    fn heard_at(&self) -> Instant;
    /// When the last byte left.
    fn wrote_at(&self) -> Instant;
}

/// A connection on which no Engine.IO has been spoken yet.
pub(crate) struct Dialled {
    stream: Box<dyn target::Stream>,
    target: Target,
}

impl Target {
    /// Dials, for a transport to be opened.
    ///
    /// # Errors
    /// [`ConnectError::Dial`] or [`ConnectError::Tls`]: another transport would fare no better.
    pub(crate) async fn dialled(&self) -> Result<Dialled, ConnectError> {
        Ok(Dialled {
            stream: self.dial().await?,
            target: self.clone(),
        })
    }
}

impl Dialled {
    /// A stream that is there already.
    #[cfg(test)]
    pub(crate) fn over(stream: impl target::Stream + 'static, target: Target) -> Self {
        Self {
            stream: Box::new(stream),
            target,
        }
    }

    /// Opens a transport, up to the point where packets can flow. Polling becomes a WebSocket later if the options
    /// name that after it.
    ///
    /// # Errors
    /// What the server, or whatever is between, makes of it.
    pub(crate) async fn open(
        self,
        transport: Transport,
        options: &Options,
    ) -> Result<Box<dyn Wire>, ConnectError> {
        let Self { stream, target } = self;
        let meter = Meter::start();
        match transport {
            Transport::Websocket => {
                let request = target.websocket(None)?;
                websocket::upgrade(stream, request, Wanted::new(options), meter).await
            }
            Transport::Polling => {
                let polling = Polling::over(stream, target, meter, options.limits.message).await?;
                Ok(match options.transports.as_slice() {
                    [Transport::Polling, rest @ ..] if rest.contains(&Transport::Websocket) => {
                        Box::new(Upgrading::new(polling, options))
                    }
                    _ => Box::new(polling),
                })
            }
        }
    }
}
