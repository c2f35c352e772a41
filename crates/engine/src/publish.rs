//! Telling listeners what is stored. A listener that falls behind is told so and reads the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use carillon_contract::UiEvent;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Events a listener may be behind. At 20 batches a second that is most of a minute; whoever is slower than
/// that is better served by reading the store.
const BEHIND: usize = 1_024;

/// Sends to all listeners. Nobody is waited for.
#[derive(Clone)]
pub struct Hub {
    sender: broadcast::Sender<Sequenced>,
    next: Arc<AtomicU64>,
}

/// An event with its place in the order of all.
#[derive(Debug, Clone)]
pub struct Sequenced {
    /// Counts up by one; a jump means that something was missed.
    pub seq: u64,
    /// The event.
    pub event: Arc<UiEvent>,
}

impl Default for Hub {
    fn default() -> Self {
        Self {
            sender: broadcast::Sender::new(BEHIND),
            next: Arc::new(AtomicU64::new(0)),
        }
    }
}

impl Hub {
    /// Tells all listeners. What it says must be stored already.
    pub fn send(&self, event: UiEvent) {
        let seq = self.next.fetch_add(1, Ordering::Relaxed);
        // Without a listener there is nobody to be told.
        let _ = self.sender.send(Sequenced {
            seq,
            event: Arc::new(event),
        });
    }

    /// Tells whether anybody listens: what nobody hears need not be put together.
    pub fn has_listeners(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Listens from now on.
    pub fn subscribe(&self) -> Subscriber {
        Subscriber {
            receiver: self.sender.subscribe(),
            seq: 0,
        }
    }
}

/// A listener.
pub struct Subscriber {
    receiver: broadcast::Receiver<Sequenced>,
    seq: u64,
}

impl Subscriber {
    /// The next event; [`UiEvent::Resync`] in place of what was missed; `None` once the engine is gone.
    pub async fn next(&mut self) -> Option<Sequenced> {
        match self.receiver.recv().await {
            Ok(event) => {
                self.seq = event.seq;
                Some(event)
            }
            Err(RecvError::Lagged(missed)) => {
                self.seq += missed;
                Some(Sequenced {
                    seq: self.seq,
                    event: Arc::new(UiEvent::Resync),
                })
            }
            Err(RecvError::Closed) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_that_falls_behind_is_told_and_goes_on() {
        let hub = Hub::default();
        let mut listener = hub.subscribe();
        for _ in 0..BEHIND + 10 {
            hub.send(UiEvent::AccountsChanged);
        }
        let first = listener.next().await.unwrap();
        assert!(matches!(*first.event, UiEvent::Resync));
        let second = listener.next().await.unwrap();
        assert!(matches!(*second.event, UiEvent::AccountsChanged));
        assert_eq!(second.seq, 10);
    }
}
