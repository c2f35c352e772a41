//! Opening a connection, step by step, each with its limit.

use std::{fmt, future::poll_fn, sync::Arc, time::Duration};

use serde_json::value::RawValue;
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_util::task::TaskTracker;
use tracing::debug;

use crate::{
    AddressError, CloseReason, Closed, ConnectError, Connection, Options, ProtocolError, Recovery, Refusal,
    Stage, Timeouts,
    acks::Ids,
    driver::{Driver, Ends},
    engine::{Engine, Handshake},
    join::{self, Entrance, Entry},
    packet::Outgoing,
    socket::{Shared, UNKNOWN},
    time::after,
    transport::{Inbound, Target, Transport, Wire},
};

/// Wishes that may wait for the I/O task; it takes them at once.
const WISHES: usize = 4;

/// Opens a connection and joins the namespace.
///
/// The connection is driven by a task of the runtime this is called in. Dropping the future before it is ready
/// leaves nothing behind. To answer a refusal with other credentials on the same connection, see
/// [`EngineSocket`].
///
/// # Errors
/// What failed, at which step. None is retried here.
pub async fn connect(options: Options) -> Result<Connection, ConnectError> {
    match EngineSocket::open(&options)
        .await?
        .join(options.auth.as_deref())
        .await?
    {
        Admission::Joined(connection) => Ok(connection),
        Admission::Refused { refusal, engine } => {
            engine.close().await;
            Err(ConnectError::Refused(refusal))
        }
    }
}

/// An open Engine.IO connection that is in no namespace yet.
///
/// [`connect`] is the short way. This is for who has other credentials at hand after a refusal: they are
/// tried without dialling again. Nothing drives the connection between two calls, so the server gives it up
/// after a while ([`Session::ping_timeout`](crate::Session::ping_timeout) at the earliest).
#[must_use = "dropped, it breaks off without a word to the server"]
pub struct EngineSocket {
    driver: Driver,
    outgoing: mpsc::Sender<Outgoing>,
    shared: Arc<Shared>,
    namespace: String,
    /// Where an earlier connection ended.
    recovery: Option<Recovery>,
    total: Duration,
    clock: Clock,
}

/// What became of an attempt to join the namespace.
#[derive(Debug)]
#[must_use = "it may be a refusal"]
pub enum Admission {
    /// The connection is open.
    Joined(Connection),
    /// The server refused.
    Refused {
        /// What it says.
        refusal: Refusal,
        /// The connection, for another attempt.
        engine: Box<EngineSocket>,
    },
}

impl EngineSocket {
    /// Dials the server and waits for its handshake. Dropping the future before it is ready leaves nothing behind.
    ///
    /// # Errors
    /// What failed, at which step; never [`ConnectError::Refused`].
    pub async fn open(options: &Options) -> Result<Self, ConnectError> {
        Self::at(&Target::new(options)?, options).await
    }

    /// Dials this server.
    pub(crate) async fn at(target: &Target, options: &Options) -> Result<Self, ConnectError> {
        let namespace = join::name(&options.namespace)?;
        let clock = Clock::start(&options.timeouts);
        let (wire, handshake) = clock.open(target, options).await?;
        Ok(Self::over(wire, handshake, namespace, options, clock))
    }

    /// Opens a connection over a stream that is there already.
    #[cfg(test)]
    pub(crate) async fn over_stream<S>(stream: S, options: &Options) -> Result<Self, ConnectError>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + Sync + 'static,
    {
        let namespace = join::name(&options.namespace)?;
        let clock = Clock::start(&options.timeouts);
        let dialled = crate::transport::Dialled::over(stream, Target::new(options)?);
        let wire = dialled.open(Transport::Websocket, options).await?;
        let (wire, handshake) = clock.shake_hands(wire, options).await?;
        Ok(Self::over(wire, handshake, namespace, options, clock))
    }

    fn over(
        wire: Box<dyn Wire>,
        handshake: Handshake,
        namespace: String,
        options: &Options,
        clock: Clock,
    ) -> Self {
        let (outgoing, to_send) = mpsc::channel(options.limits.outbound.max(1));
        let (wishes, wished) = mpsc::channel(WISHES);
        // Each namespace is left once.
        let (leaves, left) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            limits: options.limits.clone(),
            asked: options.timeouts.quiet.saturating_add(options.timeouts.pong),
            connect: options.timeouts.connect,
            latency: UNKNOWN.into(),
            acks: Ids::default(),
            #[cfg(test)]
            turns: 0.into(),
            polls: (wire.transport() == Transport::Polling).into(),
            wishes,
            leaves,
            task: TaskTracker::new(),
            handshake,
        });
        let ends = Ends {
            outgoing: to_send,
            respond: outgoing.downgrade(),
            wishes: wished,
            leaves: left,
            shared: shared.clone(),
        };
        let driver = Driver::new(wire, &shared.handshake, options, ends);
        Self {
            driver,
            outgoing,
            shared,
            namespace,
            recovery: options.recovery.clone(),
            total: options.timeouts.total,
            clock,
        }
    }

    /// Joins the namespace with these credentials, a JSON object. Dropping the future before it is ready drops the
    /// connection too.
    ///
    /// # Errors
    /// The server did not answer in time, or the connection ended.
    pub async fn join(mut self, auth: Option<&RawValue>) -> Result<Admission, ConnectError> {
        let (entrance, Entry { member, hello }, answer) =
            Entrance::new(&self.shared, &self.namespace, auth, self.recovery.clone());
        let answer = async { Ok(self.driver.join(member, hello, answer).await.map_err(Closed)?) };
        let most = self.shared.connect;
        match self.clock.limit(Stage::Connect, most, answer).await? {
            Ok(welcome) => {
                self.shared.task.spawn(self.driver.run());
                self.shared.task.close();
                let opened_in = self.clock.started.elapsed();
                Ok(Admission::Joined(entrance.admit(
                    welcome,
                    self.outgoing,
                    opened_in,
                )))
            }
            Err(refusal) => {
                self.clock.until = after(Instant::now(), self.total);
                Ok(Admission::Refused {
                    refusal,
                    engine: Box::new(self),
                })
            }
        }
    }

    /// Takes leave of the server, without waiting for it.
    pub async fn close(self) {
        self.driver.abandon().await;
    }
}

impl fmt::Debug for EngineSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EngineSocket")
            .field("namespace", &self.namespace)
            .finish_non_exhaustive()
    }
}

/// Waits for the first Engine.IO packet, which must be the handshake.
async fn handshake(wire: &mut dyn Wire) -> Result<Handshake, ConnectError> {
    loop {
        let inbound = poll_fn(|cx| wire.poll_recv(cx))
            .await
            .map_err(|reason| match reason {
                CloseReason::Protocol(broken) => ConnectError::NotSocketIo(broken),
                CloseReason::HttpStatus(status) => ConnectError::NotPolling { status },
                reason => ConnectError::Closed(Closed(reason)),
            })?;
        let text = match inbound {
            Inbound::Text(text) => text,
            Inbound::Binary(_) => return Err(ConnectError::NotSocketIo(ProtocolError::Handshake)),
            Inbound::Probe(_) | Inbound::Sign => continue,
        };
        return match Engine::decode(&text) {
            Ok(Engine::Open(json)) => Handshake::decode(json),
            Ok(_) => Err(ProtocolError::Handshake),
            Err(error) => Err(error),
        }
        .map_err(ConnectError::NotSocketIo);
    }
}

/// Whether this is what becomes of a transport that is not let through to a server that was reached.
fn is_refusal(error: &ConnectError) -> bool {
    match error {
        ConnectError::NotWebSocket { .. }
        | ConnectError::NotPolling { .. }
        | ConnectError::Upgrade(_)
        | ConnectError::Dial(_)
        | ConnectError::TimedOut(Stage::Upgrade) => true,
        ConnectError::Address(_)
        | ConnectError::Tls(_)
        | ConnectError::NotSocketIo(_)
        | ConnectError::TimedOut(Stage::Dial | Stage::Handshake | Stage::Connect)
        | ConnectError::Refused(_)
        | ConnectError::Closed(_) => false,
    }
}

/// How long opening has taken and may still take.
struct Clock {
    started: Instant,
    until: Instant,
}

impl Clock {
    fn start(timeouts: &Timeouts) -> Self {
        let started = Instant::now();
        Self {
            started,
            until: after(started, timeouts.total),
        }
    }

    /// Opens the first transport that is not refused.
    async fn open(
        &self,
        target: &Target,
        options: &Options,
    ) -> Result<(Box<dyn Wire>, Handshake), ConnectError> {
        let mut refused = ConnectError::Address(AddressError::NoTransport);
        for transport in &options.transports {
            let since = Instant::now();
            let most = options.timeouts.dial;
            let dialled = self.limit(Stage::Dial, most, target.dialled()).await?;
            let left = most.saturating_sub(since.elapsed());
            let opening = async {
                let opening = dialled.open(*transport, options);
                let wire = self.limit(Stage::Upgrade, left, opening).await?;
                self.shake_hands(wire, options).await
            };
            match opening.await {
                Err(error) if is_refusal(&error) => {
                    debug!(%transport, %error, "A transport was refused");
                    refused = error;
                }
                outcome => return outcome,
            }
        }
        Err(refused)
    }

    async fn shake_hands(
        &self,
        mut wire: Box<dyn Wire>,
        options: &Options,
    ) -> Result<(Box<dyn Wire>, Handshake), ConnectError> {
        let most = options.timeouts.handshake;
        let handshake = self
            .limit(Stage::Handshake, most, handshake(wire.as_mut()))
            .await?;
        wire.opened(&handshake);
        Ok((wire, handshake))
    }

    /// Gives a step its own time, and no more than is left over all.
    async fn limit<T>(
        &self,
        stage: Stage,
        most: Duration,
        step: impl Future<Output = Result<T, ConnectError>>,
    ) -> Result<T, ConnectError> {
        let until = after(Instant::now(), most).min(self.until);
        timeout_at(until, step)
            .await
            .unwrap_or(Err(ConnectError::TimedOut(stage)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Socket, testing::options};

    #[test]
    fn opening_and_joining_may_move_between_threads() {
        fn moves(_: impl Send) {}
        let options = options();
        moves(connect(options.clone()));
        moves(EngineSocket::open(&options));
        moves(|engine: EngineSocket| moves(engine.join(None)));
        moves(|socket: Socket| moves(socket.join("/", None, None)));
    }
}
