//! The I/O task: the one place that reads, writes and keeps time.
//!
//! One [`advance`](Driver::advance) does whatever can be done now and never waits for the application: events
//! go into a queue, and when that is full reading stops while sending goes on.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    io,
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use serde::Deserialize;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, Sleep, sleep_until, timeout},
};
use tracing::{debug, trace};

use crate::{
    CloseReason, Event, Options, ProtocolError, Refusal, Responder,
    engine::{self, Engine, Handshake},
    heartbeat::{Beat, Heartbeat},
    packet::{self, Body, Decoded, Decoder, Outgoing},
    queue::Inlet,
    socket::{Shared, Verify},
    time::after,
    transport::{Farewell, Inbound, Outbound, Wire},
};

/// Messages that are taken in one go before the runtime may turn to other tasks.
const BURST: usize = 256;

/// How long the end of a connection may take: for what is still queued, and for the server to close too.
const GOODBYE: Duration = Duration::from_secs(1);

/// The I/O task's state.
pub(crate) struct Driver {
    wire: Box<dyn Wire>,
    decoder: Decoder,
    heartbeat: Heartbeat,
    /// What the server says to CONNECT.
    answer: Option<Result<SocketId, Refusal>>,
    joined: bool,

    events: Option<Inlet>,
    outgoing: mpsc::Receiver<Outgoing>,
    /// For the responders of events that come in.
    respond: mpsc::WeakSender<Outgoing>,
    verify: mpsc::Receiver<Verify>,
    /// Who waits for which probe.
    verifying: Vec<(u64, oneshot::Sender<Duration>)>,
    shared: Arc<Shared>,

    /// Whether a ping has still to be answered; this goes before everything else.
    pong_due: bool,
    /// Probes to send; as few as [`Heartbeat`] allows.
    probes: VecDeque<u64>,
    /// What is left of the packet under way.
    attachments: VecDeque<Bytes>,
    /// Whether something was given to the wire since it was flushed.
    unflushed: bool,
    /// Since when the wire takes nothing.
    blocked_at: Option<Instant>,

    write_timeout: Duration,
    overrun_after: Duration,
    alarm: Pin<Box<Sleep>>,
    /// Whether something changed that may be due before the alarm.
    rearm: bool,
}

/// The payload of the server's CONNECT.
#[derive(Debug, Deserialize)]
pub(crate) struct SocketId {
    pub(crate) sid: String,
}

/// The task's ends of the channels to its handles.
pub(crate) struct Ends {
    pub(crate) events: Inlet,
    pub(crate) outgoing: mpsc::Receiver<Outgoing>,
    pub(crate) respond: mpsc::WeakSender<Outgoing>,
    pub(crate) verify: mpsc::Receiver<Verify>,
    pub(crate) shared: Arc<Shared>,
}

impl Driver {
    /// Goes on from the Engine.IO handshake.
    pub(crate) fn new(wire: Box<dyn Wire>, handshake: &Handshake, options: &Options, ends: Ends) -> Self {
        let now = Instant::now();
        let (ping_interval, ping_timeout) = (handshake.ping_interval(), handshake.ping_timeout());
        Self {
            wire,
            decoder: Decoder::new(&options.limits),
            heartbeat: Heartbeat::new(ping_interval, ping_timeout, &options.timeouts, now),
            answer: None,
            joined: false,
            events: Some(ends.events),
            outgoing: ends.outgoing,
            respond: ends.respond,
            verify: ends.verify,
            verifying: Vec::new(),
            shared: ends.shared,
            pong_due: false,
            probes: VecDeque::new(),
            attachments: VecDeque::new(),
            unflushed: false,
            blocked_at: None,
            write_timeout: options.timeouts.write,
            overrun_after: options.limits.overrun_after,
            alarm: Box::pin(sleep_until(now)),
            rearm: true,
        }
    }

    /// Runs until the server has answered the CONNECT that waits in the queue. Events that come before the
    /// answer are kept.
    pub(crate) async fn join(&mut self) -> Result<Result<SocketId, Refusal>, CloseReason> {
        poll_fn(|cx| {
            let ended = self.advance(cx).err();
            match (self.answer.take(), ended) {
                (Some(answer), _) => Poll::Ready(Ok(answer)),
                (None, Some(reason)) => Poll::Ready(Err(reason)),
                (None, None) => Poll::Pending,
            }
        })
        .await
    }

    /// Runs until the connection ends, and tells everyone why.
    pub(crate) async fn run(mut self) {
        let stop = self.shared.stop.clone();
        let reason = tokio::select! {
            biased;
            () = stop.cancelled() => CloseReason::Local,
            reason = poll_fn(|cx| self.advance(cx).map_or_else(Poll::Ready, |()| Poll::Pending)) => reason,
        };
        debug!(reason = reason.as_str(), "The connection ended");
        let _ = self.shared.reason.set(reason.clone());
        self.shared.acks.close();
        self.verifying.clear();
        self.events = None;
        let _ = timeout(GOODBYE, self.leave(&reason)).await;
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

    fn advance(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        self.take_wishes(cx);
        let more = self.receive(cx)?;
        self.keep_time(cx)?;
        self.transmit(cx)?;
        // What the wire took or refused just now may have set a deadline.
        self.keep_time(cx)?;
        if more {
            cx.waker().wake_by_ref();
        }
        Ok(())
    }

    fn take_wishes(&mut self, cx: &mut Context<'_>) {
        while self.heartbeat.may_verify()
            && let Poll::Ready(Some(Verify { within, answer })) = self.verify.poll_recv(cx)
        {
            let number = self.heartbeat.verify(Instant::now(), within);
            self.verifying.push((number, answer));
            self.probes.push_back(number);
            self.rearm = true;
        }
    }

    /// Reads what has come, as far as there is room for it; true if there may be more.
    fn receive(&mut self, cx: &mut Context<'_>) -> Result<bool, CloseReason> {
        for _ in 0..BURST {
            if self
                .events
                .as_ref()
                .is_some_and(|events| events.poll_room(cx).is_pending())
            {
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
                        self.pong_due |= self.heartbeat.ping(now);
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
                self.probe_answered(number, now);
                None
            }
            Inbound::Sign => None,
        };
        complete.map_or(Ok(()), |decoded| self.packet(decoded))
    }

    fn packet(&mut self, Decoded { packet, bytes }: Decoded) -> Result<(), CloseReason> {
        if packet.namespace != self.shared.namespace {
            trace!("A packet of another namespace was left out");
            return Ok(());
        }
        match packet.body {
            Body::Event { ack, name, args } => {
                let ack = ack.map(|id| Responder {
                    id,
                    shared: self.shared.clone(),
                    outgoing: self.respond.clone(),
                });
                if let Some(events) = &self.events {
                    events.push(Event {
                        name,
                        args,
                        ack,
                        bytes,
                    });
                }
            }
            Body::Ack { id, args } => {
                if !self.shared.acks.complete(id, args) {
                    debug!(id, "An acknowledgement came that nobody waits for");
                }
            }
            Body::Connect(payload) if !self.joined => {
                let json = payload.ok_or(ProtocolError::Payload)?;
                let id = serde_json::from_str(json.get()).map_err(|_| ProtocolError::Payload)?;
                self.joined = true;
                self.answer = Some(Ok(id));
            }
            Body::Connect(_) => debug!("The server repeated its CONNECT"),
            Body::ConnectError(refusal) if !self.joined => self.answer = Some(Err(refusal)),
            Body::ConnectError(refusal) => return Err(CloseReason::ConnectError(refusal)),
            Body::Disconnect => return Err(CloseReason::ServerDisconnect),
        }
        Ok(())
    }

    fn probe_answered(&mut self, number: u64, now: Instant) {
        let Some(took) = self.heartbeat.probe_answered(number, now) else {
            return;
        };
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX - 1);
        self.shared.latency.store(micros, Ordering::Relaxed);
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
                    self.pong_due = true;
                    now
                }
                Beat::Probe(number) => {
                    self.probes.push_back(number);
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
            if let Some(since) = self.blocked_at {
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

    /// Gives the wire what it takes.
    fn transmit(&mut self, cx: &mut Context<'_>) -> Result<(), CloseReason> {
        let done = self.poll_transmit(cx)?.is_ready();
        if done {
            self.blocked_at = None;
        } else if self.blocked_at.is_none() {
            self.blocked_at = Some(Instant::now());
            self.rearm = true;
        }
        Ok(())
    }

    fn poll_transmit(&mut self, cx: &mut Context<'_>) -> Result<Poll<()>, CloseReason> {
        loop {
            let Poll::Ready(ready) = self.wire.poll_ready(cx) else {
                return Ok(Poll::Pending);
            };
            ready?;
            let Some(outbound) = self.next_outbound(cx)? else {
                break;
            };
            self.wire.send(outbound)?;
            self.unflushed = true;
        }
        if self.unflushed {
            let Poll::Ready(flushed) = self.wire.poll_flush(cx) else {
                return Ok(Poll::Pending);
            };
            flushed?;
            self.unflushed = false;
        }
        Ok(Poll::Ready(()))
    }

    /// Pongs first, then probes, then the packets in their order.
    fn next_outbound(&mut self, cx: &mut Context<'_>) -> Result<Option<Outbound>, CloseReason> {
        if std::mem::take(&mut self.pong_due) {
            return Ok(Some(Outbound::Text(engine::PONG.to_owned())));
        }
        if let Some(number) = self.probes.pop_front() {
            return Ok(Some(Outbound::Probe(number)));
        }
        if let Some(bytes) = self.attachments.pop_front() {
            return Ok(Some(Outbound::Binary(bytes)));
        }
        match self.outgoing.poll_recv(cx) {
            Poll::Ready(Some(packet)) => {
                self.attachments = packet.attachments.into();
                Ok(Some(Outbound::Text(packet.text)))
            }
            // Every handle is gone.
            Poll::Ready(None) => Err(CloseReason::Local),
            Poll::Pending => Ok(None),
        }
    }

    /// Takes leave of the server in the way that the reason asks for.
    async fn leave(&mut self, reason: &CloseReason) -> Result<(), CloseReason> {
        self.outgoing.close();
        let mut last = VecDeque::new();
        match reason {
            // Nobody there to tell.
            CloseReason::PingTimeout | CloseReason::WriteTimeout | CloseReason::TransportError(_) => {
                return Ok(());
            }
            // The wire itself has an answer ready.
            CloseReason::TransportClose { .. } => {}
            CloseReason::Local => {
                last.extend(self.attachments.drain(..).map(Outbound::Binary));
                while let Ok(packet) = self.outgoing.try_recv() {
                    last.push_back(Outbound::Text(packet.text));
                    last.extend(packet.attachments.into_iter().map(Outbound::Binary));
                }
                last.push_back(Outbound::Text(
                    packet::encode_disconnect(&self.shared.namespace).text,
                ));
                last.push_back(Outbound::Goodbye(Farewell::Done));
            }
            CloseReason::ServerDisconnect | CloseReason::ConnectError(_) => {
                last.push_back(Outbound::Goodbye(Farewell::Done));
            }
            CloseReason::Overrun => last.push_back(Outbound::Goodbye(Farewell::Overrun)),
            CloseReason::TooLarge { .. } => last.push_back(Outbound::Goodbye(Farewell::TooLarge)),
            CloseReason::Protocol(_) => last.push_back(Outbound::Goodbye(Farewell::Protocol)),
        }
        poll_fn(|cx| {
            while !last.is_empty() {
                ready!(self.wire.poll_ready(cx))?;
                if let Some(outbound) = last.pop_front() {
                    self.wire.send(outbound)?;
                }
            }
            ready!(self.wire.poll_flush(cx))?;
            // To close with unread bytes would make the system throw away what is under way to the server.
            loop {
                ready!(self.wire.poll_recv(cx))?;
            }
        })
        .await
    }
}

impl Drop for Driver {
    /// Only does something if the task was torn down before it came to its end: with its runtime, or by a
    /// panic. Nobody may wait for it then.
    fn drop(&mut self) {
        let _ = self
            .shared
            .reason
            .set(CloseReason::TransportError(io::ErrorKind::Other));
        self.shared.acks.close();
    }
}
