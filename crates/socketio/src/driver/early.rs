//! Events that come before the server has said that this side is in.

use std::collections::VecDeque;

use crate::{CloseReason, Event, Limits};

/// How many times the queue's count of events may come early. Their number can't be chosen by standing still: the answer
/// that ends the waiting is behind them.
const MORE: usize = 16;

/// The early events in their order.
pub(super) struct Early {
    events: VecDeque<Event>,
    bytes: usize,
    most_events: usize,
    most_bytes: usize,
}

impl Early {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            events: VecDeque::new(),
            bytes: 0,
            most_events: limits.queue_events.max(1).saturating_mul(MORE),
            most_bytes: limits.queue_bytes.max(1),
        }
    }

    /// Keeps an event until the answer has come.
    ///
    /// # Errors
    /// [`CloseReason::Overrun`] if they are too many or too large.
    pub(super) fn keep(&mut self, event: Event) -> Result<(), CloseReason> {
        if self.events.len() == self.most_events || self.bytes >= self.most_bytes {
            return Err(CloseReason::Overrun);
        }
        self.bytes = self.bytes.saturating_add(event.bytes);
        self.events.push_back(event);
        Ok(())
    }

    /// The next one for the application.
    pub(super) fn next(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}
