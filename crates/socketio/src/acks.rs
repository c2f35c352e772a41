//! The acknowledgements that are waited for.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::oneshot;

use crate::Args;

/// Who waits for which acknowledgement: shared by the handles, which enter, and the I/O task, which answers.
///
/// Ids only ever grow, over all namespaces of a connection, so a late answer can't be taken for that of another request:
/// not even by who joins a namespace that was left while answers were under way.
#[derive(Clone, Default)]
pub(crate) struct Acks {
    table: Arc<Mutex<Table>>,
    next: Ids,
}

/// The ids of a connection.
#[derive(Clone, Default)]
pub(crate) struct Ids(Arc<AtomicU64>);

#[derive(Default)]
struct Table {
    waiting: BTreeMap<u64, oneshot::Sender<Args>>,
    closed: bool,
}

impl Acks {
    /// Takes its ids from there.
    pub(crate) fn new(next: Ids) -> Self {
        Self {
            table: Arc::default(),
            next,
        }
    }

    /// Takes the next id. The answer comes through the returned [`Waiting`]; dropping that gives the id up.
    pub(crate) fn enter(&self) -> Waiting {
        let (answer, receiver) = oneshot::channel();
        let id = self.next.0.fetch_add(1, Ordering::Relaxed);
        let mut table = self.lock();
        if !table.closed {
            table.waiting.insert(id, answer);
        }
        Waiting {
            id,
            receiver,
            acks: self.clone(),
        }
    }

    /// Hands over an answer; false if nobody waits for it.
    pub(crate) fn complete(&self, id: u64, args: Args) -> bool {
        let waiting = self.lock().waiting.remove(&id);
        waiting.is_some_and(|answer| answer.send(args).is_ok())
    }

    /// Ends all waiting, now and from now on.
    pub(crate) fn close(&self) {
        let mut table = self.lock();
        table.closed = true;
        table.waiting.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Table> {
        // Nothing in here panics between two changes, so the table is whole even if a thread died.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.lock().waiting.len()
    }
}

/// One acknowledgement that is waited for.
pub(crate) struct Waiting {
    pub(crate) id: u64,
    receiver: oneshot::Receiver<Args>,
    acks: Acks,
}

impl Waiting {
    /// The answer; none if the connection ended before it came.
    pub(crate) async fn answer(&mut self) -> Option<Args> {
        (&mut self.receiver).await.ok()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.acks.lock().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_find_the_one_who_asked() {
        let acks = Acks::default();
        let mut waiting: Vec<_> = (0..500).map(|_| acks.enter()).collect();
        for one in waiting.iter().rev() {
            assert!(acks.complete(one.id, Args::json(one.id).unwrap()));
        }
        for one in &mut waiting {
            assert_eq!(one.answer().await.unwrap().parse::<u64>(0).unwrap(), one.id);
        }
        assert_eq!(acks.len(), 0);
    }

    #[tokio::test]
    async fn an_answer_nobody_asked_for_is_refused() {
        let acks = Acks::default();
        assert!(!acks.complete(7, Args::none()));
        let given_up = acks.enter().id;
        assert!(!acks.complete(given_up, Args::none()));
        assert_eq!(acks.len(), 0);
    }

    #[tokio::test]
    async fn closing_ends_those_who_wait_and_those_who_come_later() {
        let acks = Acks::default();
        let mut before = acks.enter();
        acks.close();
        let mut after = acks.enter();
        assert!(before.answer().await.is_none());
        assert!(after.answer().await.is_none());
    }
}
