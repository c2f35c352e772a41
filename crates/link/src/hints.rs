//! Hints that the world below the connections is another one: the computer slept, or the network changed.
//!
//! They are hints, and no more: what follows is a question to each connection, or an earlier try. A source that a
//! system does not have, or that fails, is left out and logged; the clock alone notices a sleep on every system.

mod clock;
mod network;
#[cfg(target_os = "linux")]
mod sleep;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// What may have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Hint {
    /// The computer slept, and is awake again.
    Woke,
    /// The network is another one.
    NetworkChanged,
}

/// Hints that wait. More of the same say nothing more.
const QUEUE: usize = 8;

/// Hints of one kind that follow each other within this time are one: a network that comes up tells of each address.
const TOGETHER: Duration = Duration::from_secs(1);

/// Listens to the system. It stops when this is dropped.
pub struct Hints {
    queue: mpsc::Receiver<Hint>,
    _sources: JoinSet<()>,
}

impl Hints {
    /// Begins to listen.
    pub fn of_system() -> Self {
        let (told, queue) = mpsc::channel(QUEUE);
        let mut sources = JoinSet::new();
        sources.spawn(clock::watch(told.clone()));
        sources.spawn(network::watch(told.clone()));
        #[cfg(target_os = "linux")]
        sources.spawn(sleep::watch(told.clone()));
        // Held by the sources alone, so that there is an end where all of them have failed.
        drop(told);
        Self {
            queue,
            _sources: sources,
        }
    }

    /// The next hint; never, where there is nobody left to give one. It may be dropped and asked again.
    pub async fn next(&mut self) -> Hint {
        match self.queue.recv().await {
            Some(hint) => hint,
            None => std::future::pending().await,
        }
    }
}

/// Gives a hint, unless so many wait that one more says nothing.
fn tell(told: &mpsc::Sender<Hint>, hint: Hint) {
    if told.try_send(hint).is_err() {
        tracing::trace!(?hint, "A hint too many");
    }
}
