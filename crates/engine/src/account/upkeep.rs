//! What an account does between events: indexing, dropping what is old, noting that all is well.

use std::sync::Arc;
use std::time::Duration;

use carillon_contract::{ConnectionState, ConnectionStatus, Timestamp, UiEvent};
use carillon_store::retention::Retention;
use carillon_store::{AccountStore, StoreError};

use super::session::{Live, Stage};
use super::{Running, UPKEEP};
use crate::latency::RoundTrip;

/// A connection that died silently is noticed within this time; what is noted as complete stays behind it.
pub(super) const SILENCE: Duration = Duration::from_secs(15);
/// A time between two rounds of upkeep after which the computer has slept, or this process has stood still.
pub(super) const UNWATCHED: Duration = UPKEEP.saturating_mul(2).saturating_add(SILENCE);
/// How often old prices are thinned out, counted in rounds of upkeep: about every hour.
const ROUNDS: u32 = 120;

impl Running {
    pub(super) async fn upkeep(&mut self) {
        let now = self.with.clock.now();
        let online = |live: &Live| live.stage == Stage::Online && !live.lost;
        // After a sleep nobody knows whether the connection outlived it.
        let slept = self.looked.is_some_and(|last| now.since(last) > UNWATCHED);
        self.looked = Some(now);
        if !slept && self.session.as_ref().is_some_and(online) {
            let noted = self.with.store.set_complete_until(now.before(SILENCE), now).await;
            warn("Note that everything is there", noted);
        }
        // The rest takes its time beside the events: each step of it is one job of the writer.
        if self.chores.is_empty() {
            let thin_out = self.rounds.is_multiple_of(ROUNDS);
            self.rounds = self.rounds.wrapping_add(1);
            self.chores.spawn(chores(self.with.store.clone(), now, thin_out));
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
        self.chores.shutdown().await;
    }
}

fn live_is_gone(session: Option<&Live>) -> bool {
    session.is_none_or(|live| live.lost)
}

async fn chores(store: AccountStore, now: Timestamp, thin_out: bool) {
    loop {
        match store.index_step().await {
            Ok(true) => {}
            done => {
                warn("Index notices", done);
                break;
            }
        }
    }
    warn(
        "Drop old events",
        store.prune_events(Retention::default(), now).await,
    );
    if thin_out {
        warn(
            "Thin out old prices",
            store.downsample_points(Retention::default(), now).await,
        );
    }
}

fn warn<T>(what: &str, result: Result<T, StoreError>) {
    if let Err(error) = result {
        tracing::warn!(%error, "{what}");
    }
}
