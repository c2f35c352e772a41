//! A connection whose questions are counted, so that it can be closed while none of them waits for its answer.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::history::TransportKind;
use serde_json::value::RawValue;
use tokio::sync::watch;

use crate::cause::Cause;
use crate::transport::{SendError, Socket};

pub(crate) struct Counted {
    socket: Arc<dyn Socket>,
    /// Questions that wait for their answer.
    waiting: watch::Sender<usize>,
}

/// One question that waits; also one that is given up counts no longer.
struct Question<'a>(&'a watch::Sender<usize>);

impl<'a> Question<'a> {
    fn of(waiting: &'a watch::Sender<usize>) -> Self {
        waiting.send_modify(|count| *count = count.saturating_add(1));
        Self(waiting)
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

impl Counted {
    pub(crate) fn new(socket: Arc<dyn Socket>) -> Self {
        Self {
            socket,
            waiting: watch::Sender::new(0),
        }
    }

    /// Waits until no question waits.
    pub(crate) async fn idle(&self) {
        // The sender is here, so that there is no end to be told of.
        let _ = self.waiting.subscribe().wait_for(|count| *count == 0).await;
    }
}

#[async_trait]
impl Socket for Counted {
    async fn emit(&self, name: &str, args: Vec<Box<RawValue>>) -> Result<(), SendError> {
        self.socket.emit(name, args).await
    }

    async fn emit_with_ack(
        &self,
        name: &str,
        args: Vec<Box<RawValue>>,
        within: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError> {
        let _question = Question::of(&self.waiting);
        self.socket.emit_with_ack(name, args, within).await
    }

    async fn verify(&self, within: Duration) -> Result<Duration, Cause> {
        self.socket.verify(within).await
    }

    async fn ping(&self, within: Duration) -> Result<Duration, Cause> {
        self.socket.ping(within).await
    }

    fn transport(&self) -> TransportKind {
        self.socket.transport()
    }

    fn silence(&self) -> Duration {
        self.socket.silence()
    }

    fn latency(&self) -> Option<Duration> {
        self.socket.latency()
    }

    async fn closed(&self) -> Cause {
        self.socket.closed().await
    }

    fn close(&self) {
        self.socket.close();
    }
}
