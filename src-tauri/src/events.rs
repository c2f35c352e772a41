//! What happens crosses to the window: through one ordered channel, in batches, never faster than it can draw.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_contract::UiEvent;
use carillon_contract::view::Batch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::state::{Attention, Core, Follower};

/// The pause between two batches: 20 a second are as smooth as a list can be read.
const PAUSE: Duration = Duration::from_millis(50);

/// Events of one batch at most. A window that is to draw more at once reads the store sooner.
const MOST: usize = 500;

/// The windows that are told what happens.
#[derive(Default)]
pub(crate) struct Windows(Mutex<BTreeMap<String, CancellationToken>>);

impl Windows {
    /// Tells a window from now on, in place of what was told it before.
    pub(crate) async fn tell(
        &self,
        core: &Arc<Core>,
        window: &str,
        send: impl FnMut(Batch) -> bool + Send + 'static,
    ) {
        let stop = core.stopping.child_token();
        let before = self.with(|windows| windows.insert(window.to_owned(), stop.clone()));
        if let Some(before) = before {
            before.cancel();
        }
        let follower = Follower::new(Arc::clone(core)).await;
        let attention = Arc::clone(&core.attention);
        core.tasks.spawn(async move {
            tokio::select! {
                biased;
                () = stop.cancelled() => {}
                () = feed(follower, &attention, send) => {}
            }
        });
    }

    /// A window is gone.
    pub(crate) fn forget(&self, window: &str) {
        if let Some(stop) = self.with(|windows| windows.remove(window)) {
            stop.cancel();
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, CancellationToken>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Sends what happens until `send` finds nobody any more.
async fn feed(mut follower: Follower, attention: &Attention, mut send: impl FnMut(Batch) -> bool) {
    let mut changes = attention.changes();
    let mut crossing = Crossing::default();
    let mut next = Instant::now();
    loop {
        let is_visible = attention.is_visible();
        tokio::select! {
            biased;
            () = sleep_until(next), if is_visible && crossing.waits() => {
                if !send(crossing.take()) {
                    return;
                }
                next = Instant::now() + PAUSE;
            }
            () = changes.next() => {}
            event = follower.next() => crossing.push(event, is_visible),
        }
    }
}

/// What waits to cross.
#[derive(Debug, Default)]
struct Crossing {
    seq: u64,
    events: Vec<UiEvent>,
    /// Something is left out: the window is to read anew.
    missed: bool,
}

impl Crossing {
    fn push(&mut self, event: Arc<UiEvent>, is_visible: bool) {
        match &*event {
            // The window shows what became of events; the events themselves are the inspector's.
            UiEvent::Events { .. } => return,
            UiEvent::Resync => self.missed = true,
            _ if !is_visible || self.events.len() == MOST => self.missed = true,
            _ => {}
        }
        if self.missed {
            self.events.clear();
        } else {
            self.events.push(Arc::unwrap_or_clone(event));
        }
    }

    fn waits(&self) -> bool {
        self.missed || !self.events.is_empty()
    }

    fn take(&mut self) -> Batch {
        let events = if std::mem::take(&mut self.missed) {
            vec![UiEvent::Resync]
        } else {
            std::mem::take(&mut self.events)
        };
        let seq = self.seq;
        self.seq += 1;
        Batch { seq, events }
    }
}

#[cfg(test)]
mod tests {
    use carillon_contract::AccountId;

    use super::*;

    fn latency(millis: u32) -> Arc<UiEvent> {
        Arc::new(UiEvent::Latency {
            account: AccountId::new("a"),
            millis: Some(millis),
        })
    }

    fn is_resync(batch: &Batch) -> bool {
        matches!(batch.events.as_slice(), [UiEvent::Resync])
    }

    #[test]
    fn events_cross_in_their_order_under_numbers_that_count_up() {
        let mut crossing = Crossing::default();
        assert!(!crossing.waits());
        for seq in 0..3 {
            crossing.push(latency(1), true);
            crossing.push(latency(2), true);
            let batch = crossing.take();
            assert_eq!(batch.seq, seq);
            let millis: Vec<_> = batch
                .events
                .iter()
                .map(|event| match event {
                    UiEvent::Latency { millis, .. } => *millis,
                    other => panic!("{other:?}"),
                })
                .collect();
            assert_eq!(millis, [Some(1), Some(2)]);
            assert!(!crossing.waits());
        }
    }

    #[test]
    fn the_events_themselves_stay_behind() {
        let mut crossing = Crossing::default();
        crossing.push(Arc::new(UiEvent::Events { events: Vec::new() }), true);
        assert!(!crossing.waits());
    }

    #[test]
    fn a_window_that_is_not_seen_is_told_once_to_read_anew() {
        let mut crossing = Crossing::default();
        crossing.push(latency(1), true);
        crossing.push(latency(2), false);
        crossing.push(latency(3), true);
        assert!(is_resync(&crossing.take()));
        assert!(!crossing.waits());
        crossing.push(latency(4), true);
        assert!(!is_resync(&crossing.take()));
    }

    #[test]
    fn more_than_a_batch_holds_is_read_anew() {
        let mut crossing = Crossing::default();
        for _ in 0..=MOST {
            crossing.push(latency(1), true);
        }
        assert!(is_resync(&crossing.take()));
    }

    #[test]
    fn what_the_engine_says_was_missed_counts_before_all_else() {
        let mut crossing = Crossing::default();
        crossing.push(latency(1), true);
        crossing.push(Arc::new(UiEvent::Resync), true);
        crossing.push(latency(2), true);
        assert!(is_resync(&crossing.take()));
    }
}
