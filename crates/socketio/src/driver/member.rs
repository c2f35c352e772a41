//! A namespace on the I/O task's side: what comes for it, before and after it is joined.

use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

use serde::Deserialize;
use tokio::sync::{mpsc, oneshot};
use tracing::debug;

use super::early::Early;
use crate::{
    CloseReason, Event, Limits, ProtocolError, Recovery, Refusal, Responder,
    membership::Membership,
    packet::{Body, Outgoing},
    queue::Inlet,
    socket::Shared,
};

/// How the server lets this side in.
#[derive(Debug)]
pub(crate) struct Welcome {
    pub(crate) sid: String,
    pub(crate) recovered: bool,
}

/// The payload of the server's CONNECT.
#[derive(Debug, Deserialize)]
struct SocketId {
    sid: String,
    pid: Option<String>,
}

/// One namespace.
pub(crate) struct Member {
    pub(super) membership: Arc<Membership>,
    events: Inlet,
    early: Early,
    /// Where an earlier connection ended, if the server is asked to go on there.
    asked: Option<Recovery>,
    /// Who waits for what the server says to CONNECT. None once it has said it.
    answer: Option<oneshot::Sender<Result<Welcome, Refusal>>>,
    /// Whether what comes before the answer is meant for another, who has left.
    follows: bool,
}

/// What becomes of a member after a packet.
pub(super) enum Fate {
    /// It stays.
    Stays,
    /// It was refused, and who asked knows.
    Refused,
    /// It is in, and nobody wants that any more.
    Unwanted,
    /// It has ended.
    Ended(CloseReason),
}

impl Member {
    pub(crate) fn new(
        membership: Arc<Membership>,
        events: Inlet,
        limits: &Limits,
        asked: Option<Recovery>,
        answer: oneshot::Sender<Result<Welcome, Refusal>>,
    ) -> Self {
        Self {
            membership,
            events,
            early: Early::new(limits),
            asked,
            answer: Some(answer),
            follows: false,
        }
    }

    /// Says that another was in this namespace before, on the same connection. What was under way to it comes first;
    /// only a server that goes on with an earlier connection has something of its own to say before its answer.
    pub(super) fn follows_another(&mut self) {
        self.follows = self.asked.is_none();
    }

    /// Whether somebody wants it.
    pub(super) fn is_wanted(&self) -> bool {
        !self.membership.is_leaving()
    }

    /// Whether it is joined.
    pub(super) fn is_joined(&self) -> bool {
        self.answer.is_none()
    }

    /// Ready if another event may be read: the early ones have gone to the application, and there is room behind them.
    pub(super) fn poll_room(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // Until the answer is read there is nobody who could make room.
        while self.is_joined() {
            ready!(self.events.poll_room(cx));
            match self.early.next() {
                Some(event) => self.push(event),
                None => break,
            }
        }
        Poll::Ready(())
    }

    /// Takes a packet of this namespace.
    ///
    /// # Errors
    /// What ends the whole connection.
    pub(super) fn take(
        &mut self,
        body: Body,
        bytes: usize,
        shared: &Arc<Shared>,
        respond: &mpsc::WeakSender<Outgoing>,
    ) -> Result<Fate, CloseReason> {
        let is_in = self.is_joined();
        match body {
            Body::Event { .. } | Body::Disconnect if !is_in && (self.follows || !self.is_wanted()) => {
                debug!("A packet came for who has left");
            }
            Body::Event { ack, name, args } => {
                let event = Event {
                    name,
                    args,
                    offset: None,
                    ack: ack.map(|id| Responder {
                        id,
                        shared: shared.clone(),
                        membership: self.membership.clone(),
                        outgoing: respond.clone(),
                    }),
                    bytes,
                };
                if is_in {
                    self.push(event);
                } else {
                    self.early.keep(event)?;
                }
            }
            Body::Ack { id, args } => {
                if !self.membership.acks.complete(id, args) {
                    debug!(id, "An acknowledgement came that nobody waits for");
                }
            }
            Body::Connect(_) if !is_in && !self.is_wanted() => return Ok(Fate::Unwanted),
            Body::Connect(payload) => match self.answer.take() {
                Some(answer) => {
                    let json = payload.ok_or(ProtocolError::Payload)?;
                    let SocketId { sid, pid } =
                        serde_json::from_str(json.get()).map_err(|_| ProtocolError::Payload)?;
                    let recovered = self.membership.progress.begin(pid, self.asked.as_ref());
                    // Who has stopped waiting leaves.
                    let _ = answer.send(Ok(Welcome { sid, recovered }));
                }
                None => debug!("The server repeated its CONNECT"),
            },
            Body::ConnectError(refusal) => {
                return Ok(match self.answer.take() {
                    Some(answer) => {
                        let _ = answer.send(Err(refusal));
                        Fate::Refused
                    }
                    None => Fate::Ended(CloseReason::ConnectError(refusal)),
                });
            }
            Body::Disconnect => return Ok(Fate::Ended(CloseReason::ServerDisconnect)),
        }
        Ok(Fate::Stays)
    }

    /// Gives the application what is left, as far as there is room.
    pub(super) fn finish(mut self) {
        while let Some(event) = self.early.next() {
            self.push(event);
        }
    }

    fn push(&self, event: Event) {
        self.events.push(self.membership.progress.place(event));
    }
}
