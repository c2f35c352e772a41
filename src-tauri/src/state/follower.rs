//! Hears what the engine tells, also over its restarts.

use std::sync::Arc;

use carillon_contract::UiEvent;
use carillon_engine::Subscriber;
use tokio::sync::watch;

use super::Core;

/// A listener that outlives the engine.
pub(crate) struct Follower {
    core: Arc<Core>,
    engines: watch::Receiver<u64>,
    subscriber: Option<Subscriber>,
}

impl Follower {
    /// Follows from now on. While the engine starts this waits, so that whoever reads the store afterwards misses
    /// nothing in between.
    pub(crate) async fn new(core: Arc<Core>) -> Self {
        // Before looking, so that an engine that begins meanwhile is not missed.
        let engines = core.engines.subscribe();
        let subscriber = core.subscriber().await;
        Self {
            core,
            engines,
            subscriber,
        }
    }

    /// The next event; [`UiEvent::Resync`] where another engine began. It may be dropped and asked again.
    pub(crate) async fn next(&mut self) -> Arc<UiEvent> {
        loop {
            if let Some(subscriber) = &mut self.subscriber {
                if let Some(next) = subscriber.next().await {
                    return next.event;
                }
                self.subscriber = None;
            }
            self.engines.borrow_and_update();
            self.subscriber = self.core.subscriber().await;
            if self.subscriber.is_some() {
                return Arc::new(UiEvent::Resync);
            }
            if self.engines.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
