//! The handles of a connection. They have the verbs; the state is the I/O task's.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};
use tokio_util::task::TaskTracker;

use crate::{
    AckError, Args, CloseReason, Closed, EmitError, Limits, Recovery,
    acks::Ids,
    driver::Wish,
    engine::Handshake,
    membership::{Membership, Presence},
    packet::{self, Outgoing},
    queue::Outlet,
    transport::Transport,
};

/// An open connection in one namespace, in the parts that have different owners.
#[derive(Debug)]
#[must_use = "it is closed when its handles are dropped"]
#[non_exhaustive]
pub struct Connection {
    /// Sends; as many clones as there are senders.
    pub socket: Socket,
    /// Receives; one reader, so there is one order.
    pub events: Events,
    /// What the server said when it opened.
    pub session: Session,
    /// Whether it goes on where [`Options::recovery`](crate::Options::recovery) says: nothing was missed.
    pub recovered: bool,
}

/// What the server said when it opened the connection.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Session {
    /// The id of this socket in its namespace; servers log it.
    pub id: String,
    /// The id of the Engine.IO session below. It is not shown by `Debug`: who knows it may be able to speak in
    /// this session.
    pub engine_id: String,
    /// What carried the packets when the namespace was joined; [`Socket::transport`] tells what does now.
    pub transport: Transport,
    /// How often the server says that it is alive.
    pub ping_interval: Duration,
    /// How much later than that it may be.
    pub ping_timeout: Duration,
    /// The largest message the server accepts, in bytes, if it says so.
    pub max_payload: Option<usize>,
    /// How long opening took.
    pub opened_in: Duration,
}

/// Sends events to one namespace of a connection, and leaves it.
///
/// The namespace is left when every clone and its [`Events`] are dropped; with the last namespace the connection ends.
#[derive(Clone)]
pub struct Socket {
    pub(crate) outgoing: mpsc::Sender<Outgoing>,
    pub(crate) presence: Arc<Presence>,
}

/// What the handles of all namespaces and the I/O task share.
pub(crate) struct Shared {
    pub(crate) handshake: Handshake,
    pub(crate) limits: Limits,
    /// After how long a WebSocket that is silent is known to be dead.
    pub(crate) asked: Duration,
    /// How long the server may take to let this side into a namespace.
    pub(crate) connect: Duration,
    /// Nanoseconds; [`UNKNOWN`] until measured.
    pub(crate) latency: AtomicU64,
    /// The ids of all that are waited for.
    pub(crate) acks: Ids,
    /// Whether the session is polled at present.
    pub(crate) polls: AtomicBool,
    pub(crate) wishes: mpsc::Sender<Wish>,
    pub(crate) leaves: mpsc::UnboundedSender<Arc<Membership>>,
    pub(crate) task: TaskTracker,
    /// How many times the I/O task has had its turn.
    #[cfg(test)]
    pub(crate) turns: AtomicU64,
}

/// The latency nobody has measured yet.
pub(crate) const UNKNOWN: u64 = u64::MAX;

/// A wish to know that the server is there.
pub(crate) struct Verify {
    /// Whether only the answer counts, and not what else arrives.
    pub(crate) strict: bool,
    pub(crate) within: Duration,
    pub(crate) answer: oneshot::Sender<Duration>,
}

impl Socket {
    /// Sends an event. Returns once it is queued; waits while the queue is full. Cancel safe: dropped before it is ready,
    /// it has queued nothing.
    ///
    /// # Errors
    /// Nothing was sent. An event that is queued when the connection breaks is lost without a word: ask for
    /// an acknowledgement where that matters.
    pub async fn emit(&self, event: &str, args: Args) -> Result<(), EmitError> {
        let Presence { membership, shared } = self.presence.as_ref();
        shared.check(event, &args)?;
        let packet = packet::encode_event(&membership.namespace, None, event, args);
        shared.queue(membership, &self.outgoing, packet).await
    }

    /// Sends an event and waits for its acknowledgement, `within` covering both. Dropped before it is ready, it waits no
    /// more, and whether the event was sent is unknown.
    ///
    /// # Errors
    /// [`AckError::NotSent`] if the event never left; the others leave open whether the server acted.
    pub async fn emit_with_ack(&self, event: &str, args: Args, within: Duration) -> Result<Args, AckError> {
        let Presence { membership, shared } = self.presence.as_ref();
        shared.check(event, &args)?;
        let mut waiting = membership.acks.enter();
        let packet = packet::encode_event(&membership.namespace, Some(waiting.id), event, args);
        let mut sent = false;
        let answered = tokio::time::timeout(within, async {
            shared.queue(membership, &self.outgoing, packet).await?;
            sent = true;
            waiting
                .answer()
                .await
                .ok_or_else(|| AckError::Closed(membership.reason()))
        });
        match answered.await {
            Ok(outcome) => outcome,
            Err(_) if sent => Err(AckError::TimedOut),
            Err(_) => Err(AckError::NotSent(EmitError::Backlog)),
        }
    }

    /// Asks the server for a sign of life and returns how long it took.
    ///
    /// For the moment after a wake-up or a change of network, when a dead connection still looks alive. The
    /// question is answered below Socket.IO, so no server code has to know it. It is put to the network even
    /// if frames arrived a moment ago, for they may have waited on this side.
    ///
    /// # Errors
    /// Without an answer `within` that time the connection is closed, with [`CloseReason::PingTimeout`].
    /// While reading stands still because nobody takes events, the answer can't be read, and this waits.
    pub async fn verify(&self, within: Duration) -> Result<Duration, Closed> {
        self.ask(within, true).await
    }

    /// Asks the server for a sign of life and returns how long it took, and harms no connection that is merely slow.
    ///
    /// For measuring the way there and back: unlike [`verify`](Self::verify), whatever arrives keeps the connection
    /// alive while the answer is on its way behind it.
    ///
    /// # Errors
    /// With nothing at all `within` that time the connection is closed, with [`CloseReason::PingTimeout`].
    pub async fn ping(&self, within: Duration) -> Result<Duration, Closed> {
        self.ask(within, false).await
    }

    async fn ask(&self, within: Duration, strict: bool) -> Result<Duration, Closed> {
        let (answer, answered) = oneshot::channel();
        let Presence { membership, shared } = self.presence.as_ref();
        let wish = Wish::Verify(Verify {
            within,
            strict,
            answer,
        });
        let asked = !membership.is_leaving() && shared.wishes.send(wish).await.is_ok();
        match if asked { answered.await.ok() } else { None } {
            Some(took) => Ok(took),
            None => Err(membership.closed()),
        }
    }

    /// Leaves the namespace: what is queued is sent, the server is told, nothing more is received. With the last
    /// namespace the connection is closed.
    ///
    /// Returns at once; [`closed`](Self::closed) waits.
    pub fn close(&self) {
        self.presence.leave();
    }

    /// Waits until the namespace was left; if it was the last one, until the connection has ended and nothing of it is
    /// left running. Cancel safe.
    pub async fn closed(&self) -> CloseReason {
        let Presence { membership, shared } = self.presence.as_ref();
        tokio::select! {
            () = membership.left() => {}
            () = shared.task.wait() => {}
        }
        membership.reason()
    }

    /// Why the namespace was left, or the connection ended; none while it is open.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.presence.membership.ended().cloned()
    }

    /// What the next connection needs so that the server sends it what this one did not get: the newest event that was
    /// taken out of [`Events`] counts. None if the server does not offer that, or sent nothing yet that it keeps.
    pub fn recovery(&self) -> Option<Recovery> {
        self.presence.membership.progress.recovery()
    }

    /// What carries the packets at present: after an upgrade another transport than at first.
    pub fn transport(&self) -> Transport {
        self.presence.shared.transport()
    }

    /// For how long the line may have been dead before this side notices, as things stand: over a WebSocket the silence
    /// after which it is asked, and the time for its answer; while polling Engine.IO's own deadline.
    pub fn silence(&self) -> Duration {
        let shared = &self.presence.shared;
        let engine = shared.handshake.ping_interval() + shared.handshake.ping_timeout();
        match shared.transport() {
            Transport::Polling => engine,
            Transport::Websocket => engine.min(shared.asked),
        }
    }

    /// The latest measured time to the server and back. None until it was asked for a sign of life, which
    /// happens when the line is quiet, or by [`verify`](Self::verify).
    pub fn latency(&self) -> Option<Duration> {
        match self.presence.shared.latency.load(Ordering::Relaxed) {
            UNKNOWN => None,
            nanos => Some(Duration::from_nanos(nanos)),
        }
    }
}

impl Shared {
    pub(crate) fn transport(&self) -> Transport {
        if self.polls.load(Ordering::Relaxed) {
            Transport::Polling
        } else {
            Transport::Websocket
        }
    }

    /// Notes what carries the packets; true if it was something else before.
    pub(crate) fn set_transport(&self, transport: Transport) -> bool {
        let polls = transport == Transport::Polling;
        self.polls.swap(polls, Ordering::Relaxed) != polls
    }

    fn check(&self, event: &str, args: &Args) -> Result<(), EmitError> {
        if packet::is_reserved(event) {
            Err(EmitError::ReservedName)
        } else {
            self.check_attachments(args)
        }
    }

    fn check_attachments(&self, args: &Args) -> Result<(), EmitError> {
        let limit = self.limits.attachments;
        if args.attachments.len() > limit {
            Err(EmitError::TooManyAttachments { limit })
        } else {
            Ok(())
        }
    }

    async fn queue(
        &self,
        membership: &Membership,
        outgoing: &mpsc::Sender<Outgoing>,
        packet: Outgoing,
    ) -> Result<(), EmitError> {
        // A server closes the whole connection over one message that it finds too large.
        let size = packet.largest_message(self.transport());
        if let Some(limit) = self.handshake.max_payload
            && size > limit
        {
            return Err(EmitError::TooLarge { size, limit });
        }
        if membership.is_leaving() || membership.ended().is_some() {
            return Err(EmitError::Closed(membership.closed()));
        }
        outgoing
            .send(packet)
            .await
            .map_err(|_| EmitError::Closed(membership.closed()))
    }
}

/// Receives the events of a namespace, in the order in which the server sent them.
pub struct Events {
    pub(crate) outlet: Outlet,
    pub(crate) presence: Arc<Presence>,
    /// Keeps the queue to the server open while there is a reader.
    pub(crate) _outgoing: mpsc::Sender<Outgoing>,
}

impl Events {
    /// The next event. None once the connection has ended and every event that came before was taken. Cancel
    /// safe.
    ///
    /// When nobody takes events, reading stops once [`Limits`](crate::Limits) are reached.
    pub async fn next(&mut self) -> Option<Event> {
        let event = self.outlet.next().await?;
        self.took(&event);
        Some(event)
    }

    /// The next event if one is there already: to take a batch without waiting.
    pub fn try_next(&mut self) -> Option<Event> {
        let event = self.outlet.try_next().ok()?;
        self.took(&event);
        Some(event)
    }

    fn took(&self, event: &Event) {
        if let Some(offset) = &event.offset {
            self.presence.membership.progress.took(offset);
        }
    }

    /// Why the connection ended; none while it is open. Events may still be waiting.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.presence.membership.ended().cloned()
    }
}

/// An event from the server.
#[derive(Debug)]
#[non_exhaustive]
pub struct Event {
    /// Its name, whatever the server calls it: no name has a meaning here.
    pub name: String,
    /// Its arguments.
    pub args: Args,
    /// Where it stands in what a server that recovers connections keeps. It was the last of the arguments. Such a server
    /// puts it behind all but events that ask for an acknowledgement or are sent as volatile; of the latter a last argument
    /// that is a text can't be told from it.
    pub offset: Option<String>,
    /// How to acknowledge it, if the server asks for that.
    pub ack: Option<Responder>,
    /// The size of its packet in bytes, attachments included.
    pub bytes: usize,
}

/// Acknowledges one event, once. Dropped, it leaves the server without an answer.
#[must_use = "the server waits for an answer"]
pub struct Responder {
    pub(crate) id: u64,
    pub(crate) shared: Arc<Shared>,
    pub(crate) membership: Arc<Membership>,
    /// Weak: an event that lies about must not keep the connection open.
    pub(crate) outgoing: mpsc::WeakSender<Outgoing>,
}

impl Responder {
    /// Sends the acknowledgement. Returns once it is queued; waits while the queue is full. Dropped before it is ready,
    /// nothing is sent, and the server waits for an answer that never comes.
    ///
    /// # Errors
    /// Nothing was sent.
    pub async fn answer(self, args: Args) -> Result<(), EmitError> {
        self.shared.check_attachments(&args)?;
        let outgoing = self.outgoing.upgrade().ok_or_else(|| self.membership.closed())?;
        let packet = packet::encode_ack(&self.membership.namespace, self.id, args);
        self.shared.queue(&self.membership, &outgoing, packet).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("id", &self.id)
            .field("transport", &self.transport)
            .field("ping_interval", &self.ping_interval)
            .field("ping_timeout", &self.ping_timeout)
            .field("max_payload", &self.max_payload)
            .field("opened_in", &self.opened_in)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket")
            .field("closed", &self.close_reason())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("closed", &self.close_reason())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Responder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Responder")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
