//! What an account does between events: indexing, dropping what is old, noting that all is well.

use std::time::Duration;

use carillon_contract::{ConnectionState, ConnectionStatus};
use carillon_store::retention::Retention;

use super::Running;
use super::session::Stage;

/// A connection that died silently is noticed within this time; what is noted as complete stays behind it.
const SILENCE: Duration = Duration::from_secs(15);
/// Steps of one kind at a time, so that an event that comes meanwhile waits for milliseconds only.
const STEPS: u32 = 4;

impl Running {
    pub(super) async fn upkeep(&mut self) {
        let now = self.with.clock.now();
        let store = &self.with.store;
        if self
            .session
            .as_ref()
            .is_some_and(|live| live.stage == Stage::Online && !live.lost)
        {
            self.warn(
                "Note that everything is there",
                store.set_complete_until(now.before(SILENCE)).await,
            );
        }
        for _ in 0..STEPS {
            match store.index_step().await {
                Ok(true) => {}
                done => {
                    self.warn("Index notices", done);
                    break;
                }
            }
        }
        for _ in 0..STEPS {
            match store.prune_events_step(Retention::default(), now).await {
                Ok(true) => {}
                done => {
                    self.warn("Drop old events", done);
                    break;
                }
            }
        }
        self.warn(
            "Thin out old prices",
            store.downsample_points(Retention::default(), now).await,
        );
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
        let since = self.with.clock.now();
        let status = ConnectionStatus {
            state: ConnectionState::Disconnected,
            catching_up: false,
            since,
            cause: None,
            socket_id: None,
            tries: 0,
        };
        self.warn(
            "Store the connection's state",
            self.with.store.set_connection(status).await,
        );
        self.session = None;
        self.requests.shutdown().await;
    }

    fn warn<T>(&self, what: &str, result: Result<T, carillon_store::StoreError>) {
        if let Err(error) = result {
            tracing::warn!(%error, account = %self.with.account.id, "{what}");
        }
    }
}
