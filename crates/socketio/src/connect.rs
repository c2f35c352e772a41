//! Opening a connection, step by step, each with its limit.

use std::{future::poll_fn, time::Duration};

use std::sync::{Arc, OnceLock};

use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    AddressError, CloseReason, Closed, ConnectError, Connection, Events, Options, ProtocolError, Session,
    Socket, Stage,
    acks::Acks,
    driver::{Driver, Ends},
    engine::{Engine, Handshake},
    packet::{self, MAIN},
    queue::queue,
    socket::{Shared, UNKNOWN},
    time::after,
    transport::{self, Inbound, Transport, Wire},
};

/// Wishes to verify the connection that may wait for the I/O task; it takes them at once.
const VERIFY: usize = 4;

/// Opens a connection and joins the namespace.
///
/// The connection is driven by a task of the runtime this is called in. Dropping the future before it is ready
/// leaves nothing behind.
///
/// # Errors
/// What failed, at which step. None is retried here.
pub async fn connect(options: Options) -> Result<Connection, ConnectError> {
    let clock = Clock::start(&options);
    let wire = clock
        .limit(Stage::Dial, options.timeouts.dial, transport::open(&options))
        .await?;
    join(wire, &options, &clock).await
}

/// The steps after the transport is open.
pub(crate) async fn join(
    mut wire: Box<dyn Wire>,
    options: &Options,
    clock: &Clock,
) -> Result<Connection, ConnectError> {
    let namespace = namespace(&options.namespace)?;
    let handshake = clock
        .limit(
            Stage::Handshake,
            options.timeouts.handshake,
            handshake(wire.as_mut()),
        )
        .await?;

    let (events, outlet) = queue(&options.limits);
    let (outgoing, to_send) = mpsc::channel(options.limits.outbound.max(1));
    let (verify, to_verify) = mpsc::channel(VERIFY);
    let shared = Arc::new(Shared {
        namespace,
        max_payload: handshake.max_payload,
        max_attachments: options.limits.attachments,
        acks: Acks::default(),
        stop: CancellationToken::new(),
        reason: OnceLock::new(),
        latency: UNKNOWN.into(),
        verify,
        task: TaskTracker::new(),
    });
    let ends = Ends {
        events,
        outgoing: to_send,
        respond: outgoing.downgrade(),
        verify: to_verify,
        shared: shared.clone(),
    };
    let mut driver = Driver::new(wire, &handshake, options, ends);

    // The first packet in the queue; nobody else can put one in yet.
    let hello = packet::encode_connect(&shared.namespace, options.auth.as_deref());
    outgoing.try_send(hello).map_err(|_| Closed(CloseReason::Local))?;
    let joining = async { Ok(driver.join().await.map_err(Closed)?) };
    let answer = clock
        .limit(Stage::Connect, options.timeouts.connect, joining)
        .await?;
    let id = match answer {
        Ok(id) => id.sid,
        Err(refusal) => {
            driver.abandon().await;
            return Err(ConnectError::Refused(refusal));
        }
    };

    shared.task.spawn(driver.run());
    shared.task.close();
    let session = Session {
        id,
        ping_interval: handshake.ping_interval(),
        ping_timeout: handshake.ping_timeout(),
        max_payload: handshake.max_payload,
        engine_id: handshake.sid,
        transport: Transport::Websocket,
        opened_in: clock.started.elapsed(),
    };
    let socket = Socket {
        outgoing: outgoing.clone(),
        shared: shared.clone(),
    };
    let events = Events {
        outlet,
        shared,
        _outgoing: outgoing,
    };
    Ok(Connection {
        socket,
        events,
        session,
    })
}

/// The namespace as it stands in packets.
fn namespace(name: &str) -> Result<String, AddressError> {
    match name {
        "" => Ok(MAIN.to_owned()),
        name if name.starts_with(MAIN) && !name.contains(',') => Ok(name.to_owned()),
        _ => Err(AddressError::Namespace),
    }
}

/// Waits for the first Engine.IO packet, which must be the handshake.
async fn handshake(wire: &mut dyn Wire) -> Result<Handshake, ConnectError> {
    loop {
        let inbound = poll_fn(|cx| wire.poll_recv(cx))
            .await
            .map_err(|reason| match reason {
                CloseReason::Protocol(broken) => ConnectError::NotSocketIo(broken),
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

/// How long opening has taken and may still take.
pub(crate) struct Clock {
    started: Instant,
    until: Instant,
}

impl Clock {
    pub(crate) fn start(options: &Options) -> Self {
        let started = Instant::now();
        Self {
            started,
            until: after(started, options.timeouts.total),
        }
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
