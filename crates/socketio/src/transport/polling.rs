//! Long polling as a [`Wire`]: one request waits for what the server has to say, another takes what is to be sent.
//!
//! Each has a connection of its own, for a waiting request would hold the other up. A body is read as packets are asked
//! for, so that a reader that stands still stops the server in the middle of a body too.

mod cookies;
mod line;
pub(super) mod payload;

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, StatusCode, response::Parts};
use http_body_util::Full;
use tokio::time::Instant;

use super::{
    Inbound, Outbound, Transport, Wire,
    meter::Meter,
    target::{Stream, Target},
};
use crate::{
    CloseReason, ConnectError, ProtocolError,
    engine::{self, Handshake},
};
use cookies::Cookies;
use line::Line;
use payload::{Joiner, Splitter};

pub(crate) use payload::encoded;

/// The largest body, in bytes, for a server that accepts larger ones or does not say: what is joined has to wait in
/// memory.
const LARGEST_BODY: usize = 1 << 20;

/// A session that is polled.
pub(super) struct Polling {
    target: Target,
    cookies: Cookies,
    /// The session's id, once the server has given one.
    session: Option<String>,
    meter: Meter,

    poll: Line,
    polling: Step,
    incoming: Splitter,
    /// Whether no more polls are to be sent.
    paused: bool,

    post: Line,
    posting: Option<Posting>,
    outgoing: Joiner,
    /// Probes whose request was answered.
    answered: VecDeque<u64>,
    /// Whether this side has taken leave.
    closing: bool,
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    None,
    Asked,
    Answered,
}

/// A request that takes packets to the server.
struct Posting {
    probes: Vec<u64>,
    step: Step,
}

impl Polling {
    /// Starts a session with a first connection; its first packet is the handshake.
    pub(super) async fn over(
        stream: Box<dyn Stream>,
        target: Target,
        meter: Meter,
        largest: usize,
    ) -> Result<Self, ConnectError> {
        let poll = Line::over(stream, target.clone(), meter.clone())
            .await
            .map_err(crate::Closed)?;
        Ok(Self {
            cookies: Cookies::new(target.cookies()),
            post: Line::new(target.clone(), meter.clone()),
            target,
            session: None,
            meter,
            poll,
            polling: Step::None,
            incoming: Splitter::new(largest),
            paused: false,
            posting: None,
            outgoing: Joiner::new(LARGEST_BODY),
            answered: VecDeque::new(),
            closing: false,
        })
    }

    /// Where this session can be found, for another transport.
    pub(super) fn target(&self) -> Target {
        self.target.clone()
    }

    /// When bytes last moved.
    pub(super) fn meter(&self) -> Meter {
        self.meter.clone()
    }

    /// Lets the poll under way be the last one, or not.
    pub(super) fn pause(&mut self, paused: bool) {
        self.paused = paused;
    }

    /// Whether the last poll has been read to its end.
    pub(super) fn is_read(&self) -> bool {
        self.paused && self.polling == Step::None
    }

    /// Whether nothing is under way either way, and nothing waits.
    pub(super) fn is_idle(&self) -> bool {
        self.is_read() && self.posting.is_none() && self.outgoing.is_empty() && self.answered.is_empty()
    }

    fn ask(&self, body: Option<Vec<u8>>) -> Result<Request<Full<Bytes>>, CloseReason> {
        // Only the first poll goes without an id.
        if self.session.is_none() && body.is_some() {
            return Err(ProtocolError::Handshake.into());
        }
        self.target
            .poll(self.session.as_deref(), body.map(Into::into))
            .map_err(|_| ProtocolError::Handshake.into())
    }

    fn accept(&mut self, head: &Parts) -> Result<(), CloseReason> {
        if head.status != StatusCode::OK {
            return Err(CloseReason::HttpStatus(head.status));
        }
        if self.cookies.keep(&head.headers) {
            // Also where the WebSocket of an upgrade looks.
            self.target.set_cookies(self.cookies.header());
        }
        Ok(())
    }

    /// Sends what waits, body after body. Ready once all of it was answered.
    fn poll_post(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        loop {
            let Some(posting) = &mut self.posting else {
                let Some(body) = self.outgoing.take() else {
                    return Poll::Ready(Ok(()));
                };
                let request = self.ask(Some(body.bytes))?;
                self.post.ask(request);
                self.posting = Some(Posting {
                    probes: body.probes,
                    step: Step::Asked,
                });
                continue;
            };
            if posting.step == Step::Asked {
                let head = ready!(self.post.poll_head(cx))?;
                posting.step = Step::Answered;
                self.accept(&head)?;
                continue;
            }
            // What the server says in the body is "ok".
            if ready!(self.post.poll_chunk(cx))?.is_none() {
                if !posting.probes.is_empty() {
                    self.answered.extend(posting.probes.drain(..));
                    // They are told by `poll_recv`.
                    cx.waker().wake_by_ref();
                }
                self.posting = None;
            }
        }
    }
}

impl Wire for Polling {
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Inbound, CloseReason>> {
        if self.closing {
            return Poll::Ready(Err(CloseReason::TransportClose { code: None }));
        }
        if self.posting.is_none() {
            self.post.tend(cx);
        }
        loop {
            if let Some(number) = self.answered.pop_front() {
                return Poll::Ready(Ok(Inbound::Probe(number)));
            }
            match self.polling {
                Step::None if self.paused => {
                    ready!(self.poll_post(cx))?;
                    if self.answered.is_empty() {
                        return Poll::Pending;
                    }
                }
                Step::None => {
                    let request = self.ask(None)?;
                    self.poll.ask(request);
                    self.polling = Step::Asked;
                }
                Step::Asked => {
                    let head = ready!(self.poll.poll_head(cx))?;
                    self.accept(&head)?;
                    self.polling = Step::Answered;
                }
                Step::Answered => {
                    if let Some(packet) = self.incoming.next()? {
                        return Poll::Ready(Ok(packet));
                    }
                    match ready!(self.poll.poll_chunk(cx))? {
                        Some(chunk) => self.incoming.feed(chunk),
                        None => {
                            self.polling = Step::None;
                            return Poll::Ready(self.incoming.finish());
                        }
                    }
                }
            }
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        // With room left nothing is sent yet: what is sent together takes one request.
        if !self.outgoing.has_room() && self.poll_post(cx)?.is_pending() && !self.outgoing.has_room() {
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn send(&mut self, outbound: Outbound) -> Result<(), CloseReason> {
        match outbound {
            Outbound::Text(text) => self.outgoing.text(&text),
            Outbound::Binary(bytes) => self.outgoing.binary(&bytes),
            // A pong nobody asked for is allowed, and the request that takes it there is answered.
            Outbound::Probe(number) => self.outgoing.probe(number, engine::PONG),
            Outbound::Goodbye(_) => {
                // The official server handles what is before it in the same body only after it.
                self.outgoing.alone(engine::CLOSE);
                self.closing = true;
            }
        }
        Ok(())
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        self.poll_post(cx)
    }

    fn opened(&mut self, handshake: &Handshake) {
        self.session = Some(handshake.sid.clone());
        self.outgoing
            .limit(handshake.max_payload.unwrap_or(LARGEST_BODY).min(LARGEST_BODY));
    }

    fn transport(&self) -> Transport {
        Transport::Polling
    }

    fn heard_at(&self) -> Instant {
        self.meter.heard_at()
    }

    fn wrote_at(&self) -> Instant {
        self.meter.wrote_at()
    }
}
