//! How an event leaves: written to the log first, sent second (G069), in one order for everybody.
//!
//! One task does both. Whoever publishes waits for its number; while a batch is written the next ones gather,
//! and are then written in one transaction.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    EmitError, Retention, clock,
    error::LogError,
    fanout::Fanout,
    log::{Draft, Log},
};

/// Publications that wait. A publisher beyond that waits itself, which slows a burst down instead of losing it.
const QUEUE: usize = 1024;

/// Publications written in one transaction at most: bounds how long the first of them waits.
const BATCH: usize = 256;

/// Events sent before the sockets' writers get their turn; far below any sensible send buffer.
const YIELD_EVERY: u64 = 32;

/// The pause between two looks at what is too old, without traffic.
const PRUNE_EVERY: Duration = Duration::from_secs(30);

/// Steps at one such look: enough to outrun any traffic this server can log, and short enough to wait for.
const PRUNE_STEPS: usize = 20;

/// Events that belong together, and where to tell their numbers.
struct Publication {
    drafts: Vec<Draft>,
    done: oneshot::Sender<Result<Vec<u64>, Arc<LogError>>>,
}

/// The way in.
#[derive(Clone)]
pub(crate) struct Publisher(mpsc::Sender<Publication>);

impl Publisher {
    /// Starts the task. It ends when `stop` is cancelled, after what was accepted until then.
    pub(crate) fn start(
        log: Log,
        fanout: Fanout,
        retention: Retention,
        tasks: &TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        tasks.spawn(
            Task {
                log,
                fanout,
                retention,
            }
            .run(receiver, stop),
        );
        Self(sender)
    }

    /// Publishes the drafts one after the other, with consecutive numbers, and returns those.
    ///
    /// # Errors
    /// With [`EmitError::Log`] nothing was written and nothing sent.
    pub(crate) async fn publish(&self, drafts: Vec<Draft>) -> Result<Vec<u64>, EmitError> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let (done, answer) = oneshot::channel();
        self.0
            .send(Publication { drafts, done })
            .await
            .map_err(|_| EmitError::Stopped)?;
        Ok(answer.await.map_err(|_| EmitError::Stopped)??)
    }
}

struct Task {
    log: Log,
    fanout: Fanout,
    retention: Retention,
}

impl Task {
    async fn run(self, mut queue: mpsc::Receiver<Publication>, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        let mut prune = tokio::time::interval(PRUNE_EVERY);
        prune.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                received = queue.recv_many(&mut batch, BATCH) => {
                    if received == 0 {
                        return;
                    }
                    self.publish(std::mem::take(&mut batch)).await;
                    if self.log.holds_more_than(self.retention.count) {
                        self.prune(1).await;
                    }
                }
                _ = prune.tick() => self.prune(PRUNE_STEPS).await,
            }
        }
        queue.close();
        while queue.recv_many(&mut batch, BATCH).await > 0 {
            self.publish(std::mem::take(&mut batch)).await;
        }
    }

    /// Writes the batch as a whole, sends it, and tells each publisher its numbers.
    async fn publish(&self, batch: Vec<Publication>) {
        let mut drafts = Vec::new();
        let mut waiting = Vec::with_capacity(batch.len());
        for publication in batch {
            waiting.push((publication.drafts.len(), publication.done));
            drafts.extend(publication.drafts);
        }
        let (mut numbers, refused) = match self.write_and_send(&drafts, clock::now()).await {
            Ok(numbers) => (numbers.into_iter(), None),
            Err(error) => (Vec::new().into_iter(), Some(Arc::new(error))),
        };
        for (count, done) in waiting {
            let answer = match &refused {
                None => Ok(numbers.by_ref().take(count).collect()),
                Some(error) => Err(Arc::clone(error)),
            };
            // A publisher that no longer waits has lost only its answer: the event is out all the same.
            let _ = done.send(answer);
        }
    }

    async fn write_and_send(&self, drafts: &[Draft], now: Timestamp) -> Result<Vec<u64>, LogError> {
        let logged = self.log.append(drafts, now).await.inspect_err(|error| {
            tracing::error!(%error, events = drafts.len(), "Could not write events to the log");
        })?;
        for (event, draft) in logged.iter().zip(drafts) {
            self.fanout.deliver(event, &draft.rooms);
            // The tasks that write to the sockets share this thread: let them empty their buffers, or a long
            // batch would fill the buffer of a client that reads as fast as it can.
            if event.seq.is_multiple_of(YIELD_EVERY) {
                tokio::task::yield_now().await;
            }
        }
        Ok(logged.iter().map(|event| event.seq).collect())
    }

    async fn prune(&self, steps: usize) {
        for _ in 0..steps {
            match self.log.prune_step(self.retention, clock::now()).await {
                Ok(0) => break,
                Ok(dropped) => tracing::debug!(dropped, "Dropped old events"),
                Err(error) => {
                    tracing::warn!(%error, "Could not drop old events");
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use socketioxide::SocketIo;

    use super::*;
    use crate::{
        database::Database,
        guesslyfe,
        log::testing::{draft, log},
        net::Carriers,
        stats::Stats,
    };

    async fn publisher(tasks: &TaskTracker, stop: &CancellationToken) -> (Publisher, Log, Database) {
        let (log, database) = log().await;
        let (_, io) = SocketIo::new_layer();
        let fanout = Fanout {
            io,
            carriers: Carriers::default(),
            stats: Arc::new(Stats::default()),
            wire: guesslyfe::wire,
            extensions: true,
            double_delivery: true,
        };
        let publisher = Publisher::start(log.clone(), fanout, Retention::default(), tasks, stop.clone());
        (publisher, log, database)
    }

    #[tokio::test]
    async fn each_publisher_gets_the_numbers_of_its_own_events() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (publisher, _log, _database) = publisher(&tasks, &stop).await;
        let (one, three, none) = tokio::join!(
            publisher.publish(vec![draft(&["a"], 1)]),
            publisher.publish(vec![draft(&["a"], 2), draft(&["b"], 3), draft(&["a"], 4)]),
            publisher.publish(Vec::new()),
        );
        assert_eq!(
            (one.unwrap(), three.unwrap(), none.unwrap()),
            (vec![1], vec![2, 3, 4], vec![])
        );
    }

    #[tokio::test]
    async fn what_cannot_be_written_is_an_error_for_everybody_who_waits() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (publisher, log, database) = publisher(&tasks, &stop).await;
        database.pool.close().await;
        let (one, two) = tokio::join!(
            publisher.publish(vec![draft(&["a"], 1)]),
            publisher.publish(vec![draft(&["a"], 2)])
        );
        assert!(matches!(one, Err(EmitError::Log(_))));
        assert!(matches!(two, Err(EmitError::Log(_))));
        assert_eq!(log.head(), 0);
    }

    #[tokio::test]
    async fn a_stop_writes_what_was_accepted_and_takes_nothing_more() {
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let (publisher, log, _database) = publisher(&tasks, &stop).await;
        let accepted = (0..20).map(|n| publisher.publish(vec![draft(&["a"], n)]));
        let (accepted, ()) = tokio::join!(futures_util::future::join_all(accepted), async { stop.cancel() });
        assert!(accepted.into_iter().all(|result| result.is_ok()));
        tasks.close();
        tasks.wait().await;
        assert_eq!(log.head(), 20);
        assert!(matches!(
            publisher.publish(vec![draft(&["a"], 99)]).await,
            Err(EmitError::Stopped)
        ));
    }
}
