//! From long polling to a WebSocket, without losing or reordering a packet.
//!
//! While the session is polled, a WebSocket is opened beside it and asked whether it reaches the same server (`2probe`,
//! `3probe`). Then no new poll is sent; once the last one is read and all that was posted is answered, `5` tells the
//! server to go on with the WebSocket. (Engine.IO 4, "Upgrade".) Until then every failure is the WebSocket's alone.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};
use tracing::debug;

use super::{
    Inbound, Outbound, Transport, Wire,
    polling::Polling,
    websocket::{self, Wanted},
};
use crate::{
    CloseReason, Closed, ConnectError, Options, ProtocolError,
    engine::{self, Handshake},
    time::after,
};

/// How long an upgrade may take. The official server gives up ten seconds after the WebSocket was opened, and what were
/// sent to it then would be lost; this side began to count earlier.
const WITHIN: Duration = Duration::from_secs(8);

type Probing = Pin<Box<dyn Future<Output = Result<Box<dyn Wire>, ConnectError>> + Send>>;

/// A session that begins with polling.
pub(super) struct Upgrading {
    current: Current,
    candidate: Candidate,
    limit: Pin<Box<Sleep>>,
    within: Duration,
    wanted: Wanted,
    /// Whether the change has still to be told to whom it is to be flushed by.
    changed: bool,
}

enum Current {
    Polling(Box<Polling>),
    Websocket(Box<dyn Wire>),
}

/// The WebSocket that may take over.
enum Candidate {
    None,
    Probing(Probing),
    Ready(Box<dyn Wire>),
}

impl Upgrading {
    pub(super) fn new(polling: Polling, options: &Options) -> Self {
        Self {
            current: Current::Polling(Box::new(polling)),
            candidate: Candidate::None,
            limit: Box::pin(sleep_until(Instant::now())),
            within: options.timeouts.dial.min(WITHIN),
            wanted: Wanted::new(options),
            changed: false,
        }
    }

    /// Brings the upgrade as far as it gets now.
    fn climb(&mut self, cx: &mut Context<'_>) {
        let Current::Polling(polling) = &mut self.current else {
            return;
        };
        match &mut self.candidate {
            Candidate::None => return,
            Candidate::Probing(probing) => match probing.as_mut().poll(cx) {
                Poll::Ready(Ok(websocket)) => {
                    polling.pause(true);
                    self.candidate = Candidate::Ready(websocket);
                }
                Poll::Ready(Err(error)) => {
                    debug!(%error, "Upgrade to a WebSocket");
                    self.candidate = Candidate::None;
                    return;
                }
                Poll::Pending => {}
            },
            // Before it was told to take over it has nothing to say.
            Candidate::Ready(websocket) => {
                if matches!(
                    websocket.poll_recv(cx),
                    Poll::Ready(Err(_) | Ok(Inbound::Text(_) | Inbound::Binary(_)))
                ) {
                    self.stay();
                    return;
                }
            }
        }
        if self.limit.as_mut().poll(cx).is_ready() {
            self.stay();
        }
    }

    /// Gives the WebSocket up.
    fn stay(&mut self) {
        debug!("The session goes on without a WebSocket");
        self.candidate = Candidate::None;
        if let Current::Polling(polling) = &mut self.current {
            polling.pause(false);
        }
    }

    /// Changes over if polling has nothing left to do.
    fn change(&mut self) -> Result<(), CloseReason> {
        if !matches!(&self.current, Current::Polling(polling) if polling.is_idle()) {
            return Ok(());
        }
        match std::mem::replace(&mut self.candidate, Candidate::None) {
            Candidate::Ready(mut websocket) => {
                websocket.send(Outbound::Text(engine::UPGRADE.to_owned()))?;
                self.current = Current::Websocket(websocket);
                self.changed = true;
            }
            other => self.candidate = other,
        }
        Ok(())
    }
}

impl Wire for Upgrading {
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Inbound, CloseReason>> {
        self.climb(cx);
        if let Current::Polling(polling) = &mut self.current
            && let Poll::Ready(inbound) = polling.poll_recv(cx)
        {
            return Poll::Ready(inbound);
        }
        self.change()?;
        if std::mem::take(&mut self.changed) {
            return Poll::Ready(Ok(Inbound::Sign));
        }
        match &mut self.current {
            Current::Polling(_) => Poll::Pending,
            Current::Websocket(websocket) => websocket.poll_recv(cx),
        }
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        if let Current::Polling(polling) = &mut self.current
            && polling.is_read()
        {
            // What is taken now is for the WebSocket; first all that was posted has to be answered.
            if polling.poll_flush(cx)?.is_pending() {
                return Poll::Pending;
            }
            self.change()?;
            cx.waker().wake_by_ref();
        }
        match &mut self.current {
            // Its answered probes have still to be taken.
            Current::Polling(polling) if polling.is_read() => Poll::Pending,
            Current::Polling(polling) => polling.poll_ready(cx),
            Current::Websocket(websocket) => websocket.poll_ready(cx),
        }
    }

    fn send(&mut self, outbound: Outbound) -> Result<(), CloseReason> {
        match &mut self.current {
            Current::Polling(polling) => polling.send(outbound),
            Current::Websocket(websocket) => websocket.send(outbound),
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        match &mut self.current {
            Current::Polling(polling) => polling.poll_flush(cx),
            Current::Websocket(websocket) => websocket.poll_flush(cx),
        }
    }

    fn opened(&mut self, handshake: &Handshake) {
        let Current::Polling(polling) = &mut self.current else {
            return;
        };
        polling.opened(handshake);
        let websocket = Transport::Websocket.as_str();
        if !handshake.upgrades.iter().any(|name| name == websocket) {
            return;
        }
        let (target, meter, wanted) = (polling.target(), polling.meter(), self.wanted);
        let session = handshake.sid.clone();
        self.candidate = Candidate::Probing(Box::pin(async move {
            let stream = target.dial().await?;
            let request = target.websocket(Some(&session))?;
            let mut wire = websocket::upgrade(stream, request, wanted, meter).await?;
            probe(wire.as_mut()).await.map_err(Closed)?;
            Ok(wire)
        }));
        self.limit.as_mut().reset(after(Instant::now(), self.within));
    }

    fn transport(&self) -> Transport {
        match &self.current {
            Current::Polling(_) => Transport::Polling,
            Current::Websocket(_) => Transport::Websocket,
        }
    }

    fn heard_at(&self) -> Instant {
        match &self.current {
            Current::Polling(polling) => polling.heard_at(),
            Current::Websocket(websocket) => websocket.heard_at(),
        }
    }

    fn wrote_at(&self) -> Instant {
        match &self.current {
            Current::Polling(polling) => polling.wrote_at(),
            Current::Websocket(websocket) => websocket.wrote_at(),
        }
    }
}

/// Asks a WebSocket whether the session is known at its other end.
async fn probe(wire: &mut dyn Wire) -> Result<(), CloseReason> {
    wire.send(Outbound::Text(engine::PROBE.to_owned()))?;
    poll_fn(|cx| wire.poll_flush(cx)).await?;
    loop {
        match poll_fn(|cx| wire.poll_recv(cx)).await? {
            Inbound::Text(text) if text.as_str() == engine::PROBED => return Ok(()),
            Inbound::Text(_) | Inbound::Binary(_) => return Err(ProtocolError::Upgrade.into()),
            Inbound::Probe(_) | Inbound::Sign => {}
        }
    }
}
