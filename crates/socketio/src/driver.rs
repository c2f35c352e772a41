//! The I/O task: the one place that reads, writes and keeps time.
//!
//! One [`advance`](Driver::advance) does whatever can be done now and never waits for the application: events
//! go into a queue, and when that is full reading stops while sending goes on.

mod early;
mod member;
mod namespaces;
#[cfg(test)]
mod tests;
mod transmitter;

use std::{
    collections::{BTreeMap, VecDeque},
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, Sleep, sleep_until, timeout},
};
use tracing::debug;

use crate::{
    CloseReason, Options, ProtocolError, Transport,
    engine::{Engine, Handshake},
    heartbeat::{Beat, Heartbeat},
    membership::Membership,
    packet::{Decoder, Outgoing},
    socket::{Shared, Verify},
    time::after,
    transport::{Farewell, Inbound, Outbound, Wire},
};
use transmitter::Transmitter;

pub(crate) use member::{Member, Welcome};

/// Messages that are taken in one go before the runtime may turn to other tasks.
const BURST: usize = 256;

/// From here on probes have the numbers of namespaces that were left; those of the heartbeat never grow so large.
const FAREWELL: u64 = 1 << 63;

/// How long the end of a connection may take: for what is still queued, and for the server to close too.
const GOODBYE: Duration = Duration::from_secs(1);

/// The I/O task's state.
pub(crate) struct Driver {
    wire: Box<dyn Wire>,
    decoder: Decoder,
    heartbeat: Heartbeat,
    members: Vec<Member>,
    /// Those that are to be joined anew, with their CONNECTs, once the server is done with who was there before.
    waiting: Vec<(Member, Outgoing)>,
    /// The namespaces that this side has left, and how many it had left with each.
    left: BTreeMap<String, u64>,
    farewells: u64,
    /// How many of them the server has read.
    farewells_read: u64,
    /// Whether the connection was handed to its task: from then on it ends with its last namespace.
    is_running: bool,
    /// Why the connection ended, if that was found out while joining.
    ended: Option<CloseReason>,

    transmitter: Transmitter,
    /// For the responders of events that come in.
    respond: mpsc::WeakSender<Outgoing>,
    wishes: mpsc::Receiver<Wish>,
    /// Namespaces whose handles are done with them; each comes once.
    leaves: mpsc::UnboundedReceiver<Arc<Membership>>,
    /// Who waits for which probe.
    verifying: Vec<(u64, oneshot::Sender<Duration>)>,
    shared: Arc<Shared>,

    quiet: Duration,
    write_timeout: Duration,
    overrun_after: Duration,
    alarm: Pin<Box<Sleep>>,
    /// Whether something changed that may be due before the alarm.
    rearm: bool,
}

/// What a handle wants of the I/O task.
pub(crate) enum Wish {
    /// To know that the server is there.
    Verify(Verify),
    /// To join a namespace, with this CONNECT.
    Join(Box<Member>, Outgoing),
}

/// The task's ends of the channels to its handles.
pub(crate) struct Ends {
    pub(crate) outgoing: mpsc::Receiver<Outgoing>,
    pub(crate) respond: mpsc::WeakSender<Outgoing>,
    pub(crate) wishes: mpsc::Receiver<Wish>,
    pub(crate) leaves: mpsc::UnboundedReceiver<Arc<Membership>>,
    pub(crate) shared: Arc<Shared>,
}

impl Driver {
    /// Goes on from the Engine.IO handshake.
    pub(crate) fn new(wire: Box<dyn Wire>, handshake: &Handshake, options: &Options, ends: Ends) -> Self {
        let now = Instant::now();
        let (ping_interval, ping_timeout) = (handshake.ping_interval(), handshake.ping_timeout());
        let mut driver = Self {
            wire,
            decoder: Decoder::new(&options.limits),
            heartbeat: Heartbeat::new(ping_interval, ping_timeout, &options.timeouts, now),
            members: Vec::new(),
            waiting: Vec::new(),
            left: BTreeMap::new(),
            farewells: 0,
            farewells_read: 0,
            is_running: false,
            ended: None,
            transmitter: Transmitter::new(ends.outgoing),
            respond: ends.respond,
            wishes: ends.wishes,
            leaves: ends.leaves,
            verifying: Vec::new(),
            shared: ends.shared,
            quiet: options.timeouts.quiet,
            write_timeout: options.timeouts.write,
            overrun_after: options.limits.overrun_after,
            alarm: Box::pin(sleep_until(now)),
            rearm: true,
        };
        driver.watch(driver.wire.transport());
        driver
    }

    /// Keeps watch as this transport asks for.
    fn watch(&mut self, transport: Transport) {
        self.heartbeat.ask_after(match transport {
            Transport::Websocket => self.quiet,
            Transport::Polling => Duration::MAX,
        });
        self.rearm = true;
    }

    /// Runs until the connection ends, and tells everyone why.
    pub(crate) async fn run(mut self) {
        self.is_running = true;
        let reason = poll_fn(|cx| self.poll(cx)).await;
        debug!(reason = reason.as_str(), "The connection ended");
        let joined: Vec<_> = self
            .members
            .iter()
            .filter(|member| member.is_joined())
            .map(|member| member.membership.namespace.clone())
            .collect();
        self.end(&reason);
        self.wishes.close();
        while self.wishes.try_recv().is_ok() {}
        self.verifying.clear();
        if let Some(last) = self.transmitter.last_words(&reason, &joined) {
            let _ = timeout(GOODBYE, leave(self.wire.as_mut(), last)).await;
        }
    }

    /// Tells the server at once, and without waiting, that this side is gone.
    pub(crate) async fn abandon(mut self) {
        poll_fn(|cx| {
            if self.wire.send(Outbound::Goodbye(Farewell::Done)).is_ok() {
                let _ = self.wire.poll_flush(cx);
            }
            Poll::Ready(())
        })
        .await;
    }

    /// Does whatever can be done now. Ready once the connection has ended.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<CloseReason> {
        match self.ended.take().map_or_else(|| self.advance(cx), Err) {
            Ok(()) => Poll::Pending,
            Err(reason) => Poll::Ready(reason),
        }
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        #[cfg(test)]
        self.shared.turns.fetch_add(1, Ordering::Relaxed);
        self.take_wishes(cx);
        self.take_leaves(cx)?;
        let more = self.receive(cx)?;
        let transport = self.wire.transport();
        if self.shared.set_transport(transport) {
            debug!(%transport, "The session was upgraded");
            self.watch(transport);
        }
        loop {
            self.keep_time(cx)?;
            // A wire that takes no more sets a deadline.
            self.rearm |= self.transmitter.transmit(self.wire.as_mut(), cx)?;
            if !self.rearm {
                break;
            }
        }
        if more {
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    fn take_wishes(&mut self, cx: &mut Context<'_>) {
        while self.heartbeat.may_verify()
            && let Poll::Ready(Some(wish)) = self.wishes.poll_recv(cx)
        {
            match wish {
                Wish::Verify(Verify {
                    within,
                    strict,
                    answer,
                }) => {
                    let number = self.heartbeat.verify(Instant::now(), within, strict);
                    self.verifying.push((number, answer));
                    self.transmitter.probe(number);
                    self.rearm = true;
                }
                Wish::Join(member, hello) => self.enter(*member, hello),
            }
        }
    }

    /// Reads what has come, as far as there is room for it; true if there may be more.
    fn receive(&mut self, cx: &mut Context<'_>) -> Result<bool, CloseReason> {
        for _ in 0..BURST {
            if self.poll_room(cx).is_pending() {
                self.rearm |= self.heartbeat.paused_at().is_none();
                self.heartbeat.pause(Instant::now());
                return Ok(false);
            }
            if self.heartbeat.paused_at().is_some() {
                self.heartbeat.resume(Instant::now());
                self.rearm = true;
            }
            let Poll::Ready(inbound) = self.wire.poll_recv(cx) else {
                return Ok(false);
            };
            self.take(inbound?)?;
        }
        Ok(true)
    }

    fn take(&mut self, inbound: Inbound) -> Result<(), CloseReason> {
        let now = Instant::now();
        let complete = match inbound {
            Inbound::Text(text) => {
                self.heartbeat.packet(now);
                match Engine::decode(&text)? {
                    Engine::Message(packet) => self.decoder.text(packet)?,
                    Engine::Ping(_) => {
                        if self.heartbeat.ping(now) {
                            self.transmitter.pong();
                        }
                        None
                    }
                    Engine::Close => return Err(CloseReason::TransportClose { code: None }),
                    Engine::Open(_) => return Err(ProtocolError::SecondHandshake.into()),
                    Engine::Pong(_) | Engine::Upgrade | Engine::Noop => None,
                }
            }
            Inbound::Binary(bytes) => {
                self.heartbeat.packet(now);
                self.decoder.binary(bytes)?
            }
            Inbound::Probe(number) => {
                // A request is answered by the Engine.IO server itself. And it puts its own pings off for each pong that
                // it did not ask for, so that they may never come.
                if self.wire.transport() == Transport::Polling {
                    self.heartbeat.packet(now);
                }
                match number.checked_sub(FAREWELL) {
                    Some(farewell) => self.farewell_read(farewell),
                    None => self.probe_answered(number, now),
                }
                None
            }
            Inbound::Sign => {
                // The wire answers pings of its own, and sends that with what comes next.
                self.transmitter.flush();
                None
            }
        };
        complete.map_or(Ok(()), |decoded| self.packet(decoded))
    }

    fn probe_answered(&mut self, number: u64, now: Instant) {
        let Some(took) = self.heartbeat.probe_answered(number, now) else {
            return;
        };
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX - 1);
        self.shared.latency.store(nanos, Ordering::Relaxed);
        for (_, answer) in self.verifying.extract_if(.., |(asked, _)| *asked <= number) {
            // Whoever asked may have stopped waiting.
            let _ = answer.send(took);
        }
    }

    /// Does what is due and sets the alarm for what comes next.
    fn keep_time(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        while self.rearm || self.alarm.as_mut().poll(cx).is_ready() {
            self.rearm = false;
            let now = Instant::now();
            let mut next = match self.heartbeat.check(now, self.wire.heard_at()) {
                Beat::Rest(until) => until,
                Beat::Dead => return Err(CloseReason::PingTimeout),
                Beat::Pong => {
                    self.transmitter.pong();
                    now
                }
                Beat::Probe(number) => {
                    self.transmitter.probe(number);
                    now
                }
            };
            if let Some(since) = self.heartbeat.paused_at() {
                let overrun = after(since, self.overrun_after);
                if now >= overrun {
                    return Err(CloseReason::Overrun);
                }
                next = next.min(overrun);
            }
            if let Some(since) = self.transmitter.blocked_at() {
                let stuck = after(since.max(self.wire.wrote_at()), self.write_timeout);
                if now >= stuck {
                    return Err(CloseReason::WriteTimeout);
                }
                next = next.min(stuck);
            }
            self.alarm.as_mut().reset(next);
        }
        Ok(())
    }
}

impl Drop for Driver {
    /// Only does something if the task was torn down before it came to its end: with its runtime, or by a
    /// panic. Nobody may wait for it then.
    fn drop(&mut self) {
        self.end(&CloseReason::TransportError(io::ErrorKind::Other));
    }
}

/// Sends what is left to be said and waits for the server to close too.
async fn leave(wire: &mut dyn Wire, mut last: VecDeque<Outbound>) -> Result<(), CloseReason> {
    poll_fn(|cx| {
        while !last.is_empty() {
            ready!(wire.poll_ready(cx))?;
            if let Some(outbound) = last.pop_front() {
                // A wire that the server has closed takes nothing more, but has its own answer to send.
                let _ = wire.send(outbound);
            }
        }
        ready!(wire.poll_flush(cx))?;
        // To close with unread bytes would make the system throw away what is under way to the server.
        loop {
            ready!(wire.poll_recv(cx))?;
        }
    })
    .await
}
