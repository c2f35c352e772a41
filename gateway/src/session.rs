//! What is known about a connected socket; kept in its extensions.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use crate::{auth::Identity, limits::Direct};

/// A signed-in socket.
#[derive(Clone)]
pub(crate) struct Session(Arc<Inner>);

struct Inner {
    identity: Identity,
    events: Direct,
    lagging: AtomicBool,
}

impl Session {
    pub(crate) fn new(identity: Identity, events: Direct) -> Self {
        Self(Arc::new(Inner {
            identity,
            events,
            lagging: AtomicBool::new(false),
        }))
    }

    /// Whose socket this is.
    pub(crate) fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// Takes one event from the socket's allowance; `false` if it has none left.
    pub(crate) fn may_send(&self) -> bool {
        self.0.events.allows()
    }

    /// Marks the socket as one that lost an event; `true` for the first to do so.
    pub(crate) fn mark_lagging(&self) -> bool {
        !self.0.lagging.swap(true, Ordering::AcqRel)
    }

    /// Whether it has lost an event and is being closed.
    pub(crate) fn is_lagging(&self) -> bool {
        self.0.lagging.load(Ordering::Acquire)
    }
}
