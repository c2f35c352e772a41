//! One namespace of a connection, as its handles and the I/O task see it.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicBool, Ordering},
};

use tokio_util::sync::CancellationToken;

use crate::{
    CloseReason, Closed,
    acks::{Acks, Ids},
    recovery::Progress,
    socket::Shared,
};

/// What the handles of a namespace and the I/O task share.
pub(crate) struct Membership {
    pub(crate) namespace: String,
    pub(crate) acks: Acks,
    pub(crate) progress: Progress,
    /// Why it ended.
    reason: OnceLock<CloseReason>,
    /// Whether the I/O task was asked to leave.
    leaving: AtomicBool,
    /// Cancelled once it has ended while the connection goes on.
    left: CancellationToken,
}

impl Membership {
    pub(crate) fn new(namespace: String, ids: Ids) -> Self {
        Self {
            namespace,
            acks: Acks::new(ids),
            progress: Progress::default(),
            reason: OnceLock::new(),
            leaving: false.into(),
            left: CancellationToken::new(),
        }
    }

    /// Ends it; the first reason counts.
    pub(crate) fn end(&self, reason: CloseReason) {
        let _ = self.reason.set(reason);
        self.acks.close();
    }

    /// Ends it while the connection goes on.
    pub(crate) fn end_alone(&self, reason: CloseReason) {
        self.end(reason);
        self.left.cancel();
    }

    /// Why it ended; none while it is open.
    pub(crate) fn ended(&self) -> Option<&CloseReason> {
        self.reason.get()
    }

    /// The reason. As long as the task has left none, it can only be that this side is closing.
    pub(crate) fn reason(&self) -> CloseReason {
        self.ended().cloned().unwrap_or(CloseReason::Local)
    }

    /// The reason, as an error.
    pub(crate) fn closed(&self) -> Closed {
        Closed(self.reason())
    }

    /// Whether nothing can be sent any more.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Waits until it has ended while the connection goes on.
    pub(crate) async fn left(&self) {
        self.left.cancelled().await;
    }
}

/// What keeps a namespace joined: it is left with the last handle.
pub(crate) struct Presence {
    pub(crate) membership: Arc<Membership>,
    pub(crate) shared: Arc<Shared>,
}

impl Presence {
    /// Asks the I/O task to leave, once.
    pub(crate) fn leave(&self) {
        if !self.membership.leaving.swap(true, Ordering::Relaxed) {
            // Without a task there is nothing to leave.
            let _ = self.shared.leaves.send(self.membership.clone());
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.leave();
    }
}
