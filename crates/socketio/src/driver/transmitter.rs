//! What waits to be sent, and in which order it is.

use std::{
    collections::VecDeque,
    task::{Context, Poll},
};

use bytes::Bytes;
use tokio::{sync::mpsc, time::Instant};

use crate::{
    CloseReason, engine,
    packet::{self, Outgoing},
    transport::{Farewell, Outbound, Wire},
};

/// The sending half of the I/O task: pongs first, then probes, then the packets in their order.
pub(super) struct Transmitter {
    packets: mpsc::Receiver<Outgoing>,
    /// How many packets were taken from the queue.
    taken: u64,
    /// What has its place among the packets, each with how many of those have to be taken before it is its turn.
    asides: VecDeque<(u64, Aside)>,
    /// What is left of the packet under way.
    attachments: VecDeque<Bytes>,
    /// Whether a ping has still to be answered. One answer is enough for several.
    pong_due: bool,
    /// Probes to send; as few as the heartbeat allows.
    probes: VecDeque<u64>,
    /// Whether something was given to the wire since it was flushed.
    unflushed: bool,
    blocked_at: Option<Instant>,
}

/// What is not sent by a handle.
enum Aside {
    /// A CONNECT or DISCONNECT.
    Packet(Outgoing),
    /// A question whether all before it has arrived.
    Probe(u64),
}

impl Transmitter {
    pub(super) fn new(packets: mpsc::Receiver<Outgoing>) -> Self {
        Self {
            packets,
            taken: 0,
            asides: VecDeque::new(),
            attachments: VecDeque::new(),
            pong_due: false,
            probes: VecDeque::new(),
            unflushed: false,
            blocked_at: None,
        }
    }

    /// Answers a ping before anything else is sent.
    pub(super) fn pong(&mut self) {
        self.pong_due = true;
    }

    /// Asks the transport for a sign of life.
    pub(super) fn probe(&mut self, number: u64) {
        self.probes.push_back(number);
    }

    /// Asks to join a namespace: at once, but not before it was left.
    pub(super) fn hello(&mut self, packet: Outgoing) {
        let turn = self.asides.back().map_or(0, |(turn, _)| *turn);
        self.asides.push_back((turn, Aside::Packet(packet)));
    }

    /// Leaves a namespace after all that is queued, and asks whether the server has read that.
    pub(super) fn leave(&mut self, packet: Outgoing, probe: u64) {
        let queued = u64::try_from(self.packets.len()).unwrap_or(u64::MAX);
        let turn = self.taken.saturating_add(queued);
        self.asides.push_back((turn, Aside::Packet(packet)));
        self.asides.push_back((turn, Aside::Probe(probe)));
    }

    /// Has the wire flushed although nothing is given to it.
    pub(super) fn flush(&mut self) {
        self.unflushed = true;
    }

    /// Since when the wire takes nothing.
    pub(super) fn blocked_at(&self) -> Option<Instant> {
        self.blocked_at
    }

    /// Gives the wire what it takes; true if it has just begun to take nothing.
    ///
    /// # Errors
    /// The wire's, or [`CloseReason::Local`] if every handle is gone.
    pub(super) fn transmit(
        &mut self,
        wire: &mut dyn Wire,
        cx: &mut Context<'_>,
    ) -> Result<bool, CloseReason> {
        if self.poll_transmit(wire, cx)?.is_ready() {
            self.blocked_at = None;
            return Ok(false);
        }
        let begins = self.blocked_at.is_none();
        self.blocked_at.get_or_insert_with(Instant::now);
        Ok(begins)
    }

    fn poll_transmit(&mut self, wire: &mut dyn Wire, cx: &mut Context<'_>) -> Result<Poll<()>, CloseReason> {
        loop {
            let Poll::Ready(ready) = wire.poll_ready(cx) else {
                return Ok(Poll::Pending);
            };
            ready?;
            let Some(outbound) = self.next(cx)? else { break };
            wire.send(outbound)?;
            self.unflushed = true;
        }
        if self.unflushed {
            let Poll::Ready(flushed) = wire.poll_flush(cx) else {
                return Ok(Poll::Pending);
            };
            flushed?;
            self.unflushed = false;
        }
        Ok(Poll::Ready(()))
    }

    fn next(&mut self, cx: &mut Context<'_>) -> Result<Option<Outbound>, CloseReason> {
        if std::mem::take(&mut self.pong_due) {
            return Ok(Some(Outbound::Text(engine::PONG.to_owned())));
        }
        if let Some(number) = self.probes.pop_front() {
            return Ok(Some(Outbound::Probe(number)));
        }
        if let Some(bytes) = self.attachments.pop_front() {
            return Ok(Some(Outbound::Binary(bytes)));
        }
        if let Some((_, aside)) = self.asides.pop_front_if(|(turn, _)| *turn <= self.taken) {
            return Ok(Some(match aside {
                Aside::Packet(packet) => Outbound::Text(packet.text),
                Aside::Probe(number) => Outbound::Probe(number),
            }));
        }
        match self.packets.poll_recv(cx) {
            Poll::Ready(Some(packet)) => {
                self.taken = self.taken.saturating_add(1);
                self.attachments = packet.attachments.into();
                Ok(Some(Outbound::Text(packet.text)))
            }
            Poll::Ready(None) => Err(CloseReason::Local),
            Poll::Pending => Ok(None),
        }
    }

    /// Takes no more packets, and returns what has still to be sent now that the connection has ended. None if
    /// there is nobody to take it.
    pub(super) fn last_words(
        &mut self,
        reason: &CloseReason,
        namespaces: &[String],
    ) -> Option<VecDeque<Outbound>> {
        self.packets.close();
        let farewell = match reason {
            CloseReason::PingTimeout
            | CloseReason::WriteTimeout
            | CloseReason::TransportError(_)
            | CloseReason::HttpStatus(_) => {
                return None;
            }
            CloseReason::Local => return Some(self.everything(namespaces)),
            CloseReason::TransportClose { .. }
            | CloseReason::ServerDisconnect
            | CloseReason::ConnectError(_) => Farewell::Done,
            CloseReason::Overrun => Farewell::Overrun,
            CloseReason::TooLarge { .. } => Farewell::TooLarge,
            CloseReason::Protocol(_) => Farewell::Protocol,
        };
        Some(VecDeque::from([Outbound::Goodbye(farewell)]))
    }

    /// What was queued when this side closed, and the regular end.
    fn everything(&mut self, namespaces: &[String]) -> VecDeque<Outbound> {
        let mut last: VecDeque<_> = self.attachments.drain(..).map(Outbound::Binary).collect();
        while let Ok(packet) = self.packets.try_recv() {
            last.push_back(Outbound::Text(packet.text));
            last.extend(packet.attachments.into_iter().map(Outbound::Binary));
        }
        // What was to leave earlier, leaves now.
        last.extend(self.asides.drain(..).filter_map(|(_, aside)| match aside {
            Aside::Packet(packet) => Some(Outbound::Text(packet.text)),
            Aside::Probe(_) => None,
        }));
        last.extend(
            namespaces
                .iter()
                .map(|namespace| Outbound::Text(packet::encode_disconnect(namespace).text)),
        );
        last.push_back(Outbound::Goodbye(Farewell::Done));
        last
    }
}
