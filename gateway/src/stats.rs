//! What the instance counts about itself.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use serde::Serialize;

/// The counters. They only count: nothing is decided by them but the limit on connections.
#[derive(Default)]
pub(crate) struct Stats {
    connected: AtomicUsize,
    lagging_closed: AtomicU64,
    refused_tokens: AtomicU64,
    rate_limited: AtomicU64,
}

impl Stats {
    pub(crate) fn joined(&self) {
        self.connected.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn left(&self) {
        self.connected.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn connected(&self) -> usize {
        self.connected.load(Ordering::Relaxed)
    }

    pub(crate) fn closed_lagging(&self) {
        self.lagging_closed.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused_token(&self) {
        self.refused_tokens.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn snapshot(&self, active_rooms: usize, timestamp: String) -> Snapshot {
        Snapshot {
            connected_clients: self.connected(),
            active_rooms,
            timestamp,
            lagging_closed: self.lagging_closed.load(Ordering::Relaxed),
            refused_tokens: self.refused_tokens.load(Ordering::Relaxed),
            rate_limited: self.rate_limited.load(Ordering::Relaxed),
        }
    }
}

/// The statistics as `/stats` answers them (G113).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// Sockets that are signed in now.
    pub connected_clients: usize,
    /// Rooms that have at least one socket. A number, not the names: those hold wallet addresses.
    pub active_rooms: usize,
    /// When this was read, ISO 8601.
    pub timestamp: String,
    /// Sockets closed because they did not take their events fast enough.
    pub lagging_closed: u64,
    /// Connections refused for their token.
    pub refused_tokens: u64,
    /// Requests and events refused by a rate limit.
    pub rate_limited: u64,
}
