//! What carries one connection. A link has a `Transport` and opens one session after another through it.

use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::history::TransportKind;
use carillon_contract::{Frame, Secret};
use serde_json::value::RawValue;
use url::Url;

use crate::cause::Cause;

/// Where to connect, and how much a server may send.
#[derive(Debug, Clone)]
pub struct Target {
    /// The server's base URL.
    pub url: Url,
    /// Where the token goes.
    pub token_in: TokenIn,
    /// What may carry the connection, in the order in which it is tried.
    pub transports: Vec<TransportKind>,
    /// Whether the server is offered to compress what it sends.
    pub compression: bool,
    /// Query parameters of the handshake.
    pub query: Vec<(String, String)>,
    /// How long opening may take in all.
    pub open_within: Duration,
    /// The largest event that is accepted, in bytes.
    pub largest_event: usize,
}

/// Where the token goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenIn {
    /// The `token` field of Socket.IO's CONNECT payload.
    AuthPayload,
    /// An `Authorization: Bearer` header of the HTTP upgrade.
    Header,
}

/// Opens connections.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Opens one connection. It ends with its [`Session`]; it never reconnects by itself.
    ///
    /// # Errors
    /// [`OpenError::Refused`] holds the server's words; whether they mean the token is the platform's to say.
    async fn open(&self, target: &Target, token: &Secret) -> Result<Session, OpenError>;
}

/// Why a connection could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The server refused it, in these words.
    Refused(String),
    /// It does not accept the token, and said so before Socket.IO had its turn.
    Unauthorized,
    /// Something else.
    Failed(Cause),
}

/// An open connection: who sends, and who receives.
pub struct Session {
    /// The server's id of the socket.
    pub id: String,
    /// Sends. Clones are cheap.
    pub socket: std::sync::Arc<dyn Socket>,
    /// Receives, in the order in which the server sent.
    pub events: Box<dyn Events>,
}

/// The sending side of a connection.
#[async_trait]
pub trait Socket: Send + Sync {
    /// Sends an event and does not wait for an answer.
    ///
    /// # Errors
    /// Where it was not sent.
    async fn emit(&self, name: &str, args: Vec<Box<RawValue>>) -> Result<(), SendError>;

    /// Sends an event and waits for its acknowledgement.
    ///
    /// # Errors
    /// [`SendError::Unknown`] where it may or may not have been carried out.
    async fn emit_with_ack(
        &self,
        name: &str,
        args: Vec<Box<RawValue>>,
        within: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError>;

    /// Finds out whether the connection is alive; gives the round-trip time.
    ///
    /// # Errors
    /// Where no sign of life came in time. The connection is closed then.
    async fn verify(&self, within: Duration) -> Result<Duration, Cause>;

    /// Measures the round trip, and harms no connection that is merely slow: whatever arrives keeps it alive. Where a
    /// transport has no such question, it is as strict as [`Socket::verify`].
    ///
    /// # Errors
    /// Where nothing came at all in time. The connection is closed then.
    async fn ping(&self, within: Duration) -> Result<Duration, Cause> {
        self.verify(within).await
    }

    /// What carries the connection at present.
    fn transport(&self) -> TransportKind;

    /// For how long the connection may have been dead before that is noticed, as things stand.
    fn silence(&self) -> Duration;

    /// The newest round-trip time.
    fn latency(&self) -> Option<Duration>;

    /// Waits until the connection is gone, and says why.
    async fn closed(&self) -> Cause;

    /// Closes the connection.
    fn close(&self);
}

/// Why an event was not sent, or not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// It was not sent: there is no connection, or no room. It can be sent again.
    #[error("not sent")]
    NotSent,
    /// It can't be sent on this connection, now or later.
    #[error("the server does not take it")]
    Impossible,
    /// It was sent and no answer came: it may or may not have been carried out.
    #[error("no answer")]
    Unknown,
}

/// The receiving side of a connection.
#[async_trait]
pub trait Events: Send + Sync {
    /// The next event; `None` once the connection is gone and everything that came is taken. A wait that is
    /// given up loses no event.
    async fn next(&mut self) -> Option<Received>;

    /// The next event if it is there already.
    fn try_next(&mut self) -> Option<Received>;
}

/// A received event.
pub struct Received {
    /// Name and arguments.
    pub frame: Frame,
    /// Set where the server asked for an acknowledgement.
    pub ack: Option<Box<dyn Acknowledge>>,
}

/// Answers an event of which the server asked to know that it came.
#[async_trait]
pub trait Acknowledge: Send + Sync {
    /// Sends the acknowledgement. If the connection is gone, so is the need.
    async fn acknowledge(self: Box<Self>);
}
