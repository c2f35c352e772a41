//! What an account does between events: noting that all is well. What does not need a connection does the keeper.

use std::sync::Arc;
use std::time::Duration;

use carillon_contract::{ConnectionState, ConnectionStatus, UiEvent};
use carillon_store::StoreError;

use super::session::{Live, Stage};
use super::{Running, UPKEEP};
use crate::latency::RoundTrip;

/// A connection that died silently is noticed within this time, at the least; see [`Running::silence`].
pub(super) const SILENCE: Duration = Duration::from_secs(15);
/// A time between two rounds of upkeep after which the computer has slept, or this process has stood still.
const UNWATCHED: Duration = UPKEEP.saturating_mul(2).saturating_add(SILENCE);

impl Running {
    /// Within which time a connection that died silently is noticed: what is noted as complete stays behind it. A server
    /// that is polled, or pings rarely, may take a minute and more.
    pub(super) fn silence(&self) -> Duration {
        self.silence.max(SILENCE)
    }

    /// After which time without a note something else must have kept this account from noting.
    pub(super) fn unnoted(&self) -> Duration {
        UPKEEP.saturating_mul(2).saturating_add(self.silence())
    }

    pub(super) async fn upkeep(&mut self) {
        let now = self.with.clock.now();
        if let Some(live) = self.session.as_ref().filter(|live| !live.lost) {
            self.silence = live.socket.silence();
        }
        let online = |live: &Live| live.stage == Stage::Online && !live.lost;
        // After a sleep nobody knows whether the connection outlived it.
        let slept = self.looked.is_some_and(|last| now.since(last) > UNWATCHED);
        self.looked = Some(now);
        if !slept && self.session.as_ref().is_some_and(online) {
            let noted = self
                .with
                .store
                .set_complete_until(now.before(self.silence()), now)
                .await;
            warn("Note that everything is there", noted);
        }
    }

    /// Measures the round trip, where somebody might see it.
    pub(super) fn measure_latency(&mut self) {
        let live = self
            .session
            .as_ref()
            .filter(|live| live.stage == Stage::Online && !live.lost);
        match live {
            Some(live) if self.with.hub.has_listeners() => {
                self.latency.measure(live.number, Arc::clone(&live.socket));
            }
            Some(_) => {}
            None => self.latency.forget(),
        }
        if live_is_gone(self.session.as_ref()) {
            self.publish_latency(None);
        }
    }

    pub(super) fn tell_latency(&mut self, trip: RoundTrip) {
        if self
            .session
            .as_ref()
            .is_some_and(|live| live.number == trip.session)
        {
            let median = self.latency.add(trip.took);
            self.publish_latency(Some(median));
        }
    }

    fn publish_latency(&self, millis: Option<u32>) {
        let changed = self.with.now.send_if_modified(|now| {
            let changed = now.latency_ms != millis;
            now.latency_ms = millis;
            changed
        });
        if changed {
            let account = self.with.account.id.clone();
            self.with.hub.send(UiEvent::Latency { account, millis });
        }
    }

    /// Takes note that the connection's events have ended; the link says what follows.
    pub(super) fn events_ended(&mut self) {
        if let Some(live) = self.session.as_mut() {
            live.events = None;
        }
    }

    /// Leaves the account as a reader of its file should find it. The file stays open: the engine owns it.
    pub(super) async fn end(mut self) {
        self.drain().await;
        let now = self.with.clock.now();
        let since = self.since(ConnectionState::Disconnected, None, now).await;
        let status = ConnectionStatus::plain(ConnectionState::Disconnected, since);
        warn(
            "Store the connection's state",
            self.with.store.set_connection(status).await,
        );
        self.session = None;
        self.requests.shutdown().await;
    }
}

fn live_is_gone(session: Option<&Live>) -> bool {
    session.is_none_or(|live| live.lost)
}

fn warn<T>(what: &str, result: Result<T, StoreError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "{what}");
    }
}
