//! The queue of events between the I/O task and the application, bounded in count and in bytes.
//!
//! The I/O task never waits for the application: it asks whether there is room before it reads on, and is
//! woken once the queue has fallen to half. So it goes on sending while reading stands still, and the two
//! sides don't wake each other for every event.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;
use tokio::sync::mpsc::{self, error::TryRecvError};

use crate::{Event, Limits};

/// The two ends of an event queue.
pub(crate) fn queue(limits: &Limits) -> (Inlet, Outlet) {
    // At least one: a queue of none could never be filled or emptied.
    let (sender, receiver) = mpsc::channel(limits.queue_events.max(1));
    let level = Arc::new(Level {
        limit: limits.queue_bytes.max(1),
        bytes: 0.into(),
        paused: false.into(),
        io: AtomicWaker::new(),
    });
    (
        Inlet {
            sender,
            level: level.clone(),
        },
        Outlet { receiver, level },
    )
}

/// How full the queue is; the count is the channel's own.
struct Level {
    limit: usize,
    bytes: AtomicUsize,
    /// Whether the I/O task waits for the queue to fall.
    paused: AtomicBool,
    io: AtomicWaker,
}

/// The I/O task's end.
pub(crate) struct Inlet {
    sender: mpsc::Sender<Event>,
    level: Arc<Level>,
}

impl Inlet {
    /// Ready if another event may be read. Else the task is woken once half of the queue is free again.
    pub(crate) fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.level.paused.load(Ordering::SeqCst) {
            if self.has_room() {
                return Poll::Ready(());
            }
            self.level.paused.store(true, Ordering::SeqCst);
        }
        // Register first, look afterwards: an event taken in between is then seen by one of the two.
        self.level.io.register(cx.waker());
        if !self.has_fallen() {
            return Poll::Pending;
        }
        self.level.paused.store(false, Ordering::SeqCst);
        Poll::Ready(())
    }

    /// Puts an event in. Without a reader it is dropped; the caller has asked for room before.
    pub(crate) fn push(&self, event: Event) {
        let bytes = event.bytes;
        self.level.bytes.fetch_add(bytes, Ordering::SeqCst);
        if self.sender.try_send(event).is_err() {
            self.level.bytes.fetch_sub(bytes, Ordering::SeqCst);
        }
    }

    fn has_room(&self) -> bool {
        // An Outlet that is gone takes everything: there is nobody to keep events for.
        self.sender.is_closed()
            || (self.sender.capacity() > 0 && self.level.bytes.load(Ordering::SeqCst) < self.level.limit)
    }

    fn has_fallen(&self) -> bool {
        let (free, all) = (self.sender.capacity(), self.sender.max_capacity());
        self.sender.is_closed() || self.level.has_fallen(all.saturating_sub(free), all)
    }
}

/// The application's end.
pub(crate) struct Outlet {
    receiver: mpsc::Receiver<Event>,
    level: Arc<Level>,
}

impl Outlet {
    /// The next event; none once the I/O task has ended and everything was taken. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        let event = self.receiver.recv().await?;
        self.took(&event);
        Some(event)
    }

    /// The next event if one is there.
    pub(crate) fn try_next(&mut self) -> Result<Event, TryRecvError> {
        let event = self.receiver.try_recv()?;
        self.took(&event);
        Ok(event)
    }

    /// How many events wait.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.receiver.len()
    }

    fn took(&self, event: &Event) {
        self.level.bytes.fetch_sub(event.bytes, Ordering::SeqCst);
        if self.level.paused.load(Ordering::SeqCst)
            && self
                .level
                .has_fallen(self.receiver.len(), self.receiver.max_capacity())
        {
            self.level.io.wake();
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        self.receiver.close();
        self.level.io.wake();
    }
}

impl Level {
    fn has_fallen(&self, waiting: usize, capacity: usize) -> bool {
        waiting <= capacity / 2 && self.bytes.load(Ordering::SeqCst) <= self.limit / 2
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;
    use crate::Args;

    fn event(bytes: usize) -> Event {
        Event {
            name: "e".into(),
            args: Args::none(),
            ack: None,
            offset: None,
            bytes,
        }
    }

    fn limits(queue_events: usize, queue_bytes: usize) -> Limits {
        Limits {
            queue_events,
            queue_bytes,
            ..Limits::default()
        }
    }

    fn has_room(inlet: &Inlet) -> bool {
        inlet
            .poll_room(&mut Context::from_waker(Waker::noop()))
            .is_ready()
    }

    #[test]
    fn it_is_full_by_count_and_free_again_at_half() {
        let (inlet, mut outlet) = queue(&limits(4, 1000));
        for _ in 0..4 {
            assert!(has_room(&inlet));
            inlet.push(event(1));
        }
        assert!(!has_room(&inlet));
        outlet.try_next().unwrap();
        assert!(!has_room(&inlet));
        outlet.try_next().unwrap();
        assert!(has_room(&inlet));
    }

    #[test]
    fn it_is_full_by_bytes() {
        let (inlet, mut outlet) = queue(&limits(100, 10));
        inlet.push(event(9));
        assert!(has_room(&inlet));
        inlet.push(event(9));
        assert!(!has_room(&inlet));
        outlet.try_next().unwrap();
        assert!(!has_room(&inlet));
        outlet.try_next().unwrap();
        assert!(has_room(&inlet));
    }

    #[tokio::test]
    async fn the_reader_wakes_the_io_task() {
        let (inlet, mut outlet) = queue(&limits(2, 1000));
        inlet.push(event(1));
        inlet.push(event(1));
        let (room, _) = tokio::join!(std::future::poll_fn(|cx| inlet.poll_room(cx)), async {
            outlet.next().await.unwrap();
        });
        assert_eq!(room, ());
    }

    #[tokio::test]
    async fn a_reader_who_leaves_frees_the_io_task() {
        let (inlet, outlet) = queue(&limits(1, 1000));
        inlet.push(event(1));
        let ((), ()) = tokio::join!(std::future::poll_fn(|cx| inlet.poll_room(cx)), async {
            drop(outlet)
        });
        assert!(has_room(&inlet));
        inlet.push(event(1));
        assert!(has_room(&inlet));
    }
}
