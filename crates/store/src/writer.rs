//! The one task that writes to an account's file. Jobs that are queued when it comes round are committed
//! together: load makes the groups, nothing waits for company.

use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::damage::Damage;
use crate::error::StoreError;
use crate::file::{Database, is_broken};
pub(crate) use crate::job::Durability;
use crate::job::{Job, Pending};

/// Jobs that may wait; one more waits at its caller. Enough for a burst of commands beside the event stream.
const QUEUE: usize = 64;
/// Jobs committed together. With the ingest's own batches a commit stays in the tens of milliseconds.
const GROUP: usize = 32;
/// Jobs for when there is nothing else to do that may wait: whoever asks for one waits for it.
const SPARE: usize = 1;

/// The writing end of an account's file. Its clones share one task.
#[derive(Clone)]
pub(crate) struct Writer {
    jobs: mpsc::Sender<Box<dyn Job>>,
    /// What waits until nothing else does.
    spare: mpsc::Sender<Box<dyn Job>>,
    close: CancellationToken,
    damage: Damage,
}

impl Writer {
    /// Starts the task. It ends, and closes the file, after [`Writer::close`] or when the last `Writer` is
    /// dropped.
    pub(crate) fn start(database: Database, tasks: &tokio_util::task::TaskTracker, damage: Damage) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (spare, idle) = mpsc::channel(SPARE);
        let close = CancellationToken::new();
        tasks.spawn(run(database, queue, idle, close.clone()));
        Self {
            jobs,
            spare,
            close,
            damage,
        }
    }

    /// Takes no more jobs; those that are queued are still done.
    pub(crate) fn close(&self) {
        self.close.cancel();
    }

    /// Runs `work` in a transaction and gives its result once that is committed.
    pub(crate) async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.write_with(Durability::Process, work).await
    }

    /// As [`Writer::write`], once no other job waits. What has not had its turn when the file is closed is not done.
    pub(crate) async fn write_when_idle<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.damage
            .noted(send(&self.spare, Durability::Process, work).await)
    }

    /// As [`Writer::write`]; `durability` says what the result is safe from once it is there.
    pub(crate) async fn write_with<T, W>(&self, durability: Durability, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.damage.noted(send(&self.jobs, durability, work).await)
    }
}

/// Queues a job and waits for what becomes of it.
async fn send<T, W>(
    queue: &mpsc::Sender<Box<dyn Job>>,
    durability: Durability,
    work: W,
) -> Result<T, StoreError>
where
    T: Send + 'static,
    W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
{
    let (reply, answer) = oneshot::channel();
    let job = Pending::new(durability, work, reply);
    queue.send(Box::new(job)).await.map_err(|_| StoreError::Closed)?;
    answer.await.map_err(|_| StoreError::Closed)?
}

async fn run(
    mut database: Database,
    mut queue: mpsc::Receiver<Box<dyn Job>>,
    mut idle: mpsc::Receiver<Box<dyn Job>>,
    close: CancellationToken,
) {
    let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
    // As the file was opened.
    let mut set = Durability::Process;
    loop {
        let jobs = tokio::select! {
            // In this order: closing is not kept waiting by what goes on, and what can wait does.
            biased;
            () = close.cancelled(), if !queue.is_closed() => {
                queue.close();
                idle.close();
                continue;
            }
            jobs = queue.recv_many(&mut group, GROUP) => jobs,
            Some(job) = idle.recv() => {
                group.push(job);
                1
            }
        };
        if jobs == 0 {
            break;
        }
        let Ok(connection) = database.get() else { break };
        let wanted = group.iter().map(|job| job.durability()).max();
        let outcome = match synchronous(&mut *connection, &mut set, wanted).await {
            Ok(()) => commit(&mut *connection, &mut group).await,
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome {
            tracing::warn!(%error, jobs = group.len(), "Commit");
            // SQLite has taken some failures back by itself; then there is nothing left to roll back.
            let _ = sqlx::query("ROLLBACK").execute(connection).await;
        }
        let unclear = outcome.as_ref().is_err_and(StoreError::may_be_a_page)
            || group.iter().any(|job| job.may_have_met_a_page());
        let damaged = match database.get() {
            Ok(connection) => unclear && is_broken(connection).await,
            Err(_) => false,
        };
        for job in group.drain(..) {
            job.finish(&outcome, damaged);
        }
    }
    if let Err(error) = database.close().await {
        tracing::warn!(%error, "Close the database");
    }
}

/// Makes the next commit as durable as the most careful job of the group wants it. It costs a trip to SQLite's
/// thread, so that nothing is done where it is so already.
async fn synchronous(
    connection: &mut SqliteConnection,
    set: &mut Durability,
    wanted: Option<Durability>,
) -> Result<(), StoreError> {
    if let Some(wanted) = wanted.filter(|wanted| wanted != set) {
        sqlx::query(wanted.pragma()).execute(connection).await?;
        *set = wanted;
    }
    Ok(())
}

/// Runs the jobs in one transaction. A job that fails is taken back alone.
async fn commit(connection: &mut SqliteConnection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
    if let [only] = group {
        // Alone it needs no savepoint, which would cost two more trips to SQLite's thread.
        let end = if only.run(connection).await {
            "COMMIT"
        } else {
            "ROLLBACK"
        };
        sqlx::query(end).execute(connection).await?;
        return Ok(());
    }
    for job in group {
        sqlx::query("SAVEPOINT job").execute(&mut *connection).await?;
        if !job.run(connection).await {
            sqlx::query("ROLLBACK TO job").execute(&mut *connection).await?;
        }
        sqlx::query("RELEASE job").execute(&mut *connection).await?;
    }
    sqlx::query("COMMIT").execute(connection).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use carillon_contract::{Account, AccountId, Identity, PlatformId, Timestamp, Topic};
    use futures_util::future::BoxFuture;
    use sqlx::SqliteConnection;

    use crate::writer::Durability;
    use crate::{AccountStore, DatabaseKey, StoreError};

    fn account() -> Account {
        Account {
            id: AccountId::new("a-1"),
            platform: PlatformId::new("some"),
            server: "http://127.0.0.1:1".into(),
            identity: Identity {
                user_id: "u-1".into(),
                wallet: None,
                name: None,
            },
            created_at: Timestamp(0),
        }
    }

    async fn store(folder: &tempfile::TempDir) -> AccountStore {
        let key = DatabaseKey::generate().unwrap();
        AccountStore::create(&folder.path().join("a.db"), &key, &account())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_told_to_be_kept_is_on_the_disk_and_the_rest_waits_for_the_system() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let synchronous = |durability| {
            store.writer().unwrap().write_with(durability, |connection| {
                Box::pin(async move {
                    let mode: i64 = sqlx::query_scalar("PRAGMA synchronous")
                        .fetch_one(connection)
                        .await?;
                    Ok(mode)
                })
            })
        };
        // SQLite's numbers: 1 is NORMAL, 2 is FULL.
        assert_eq!(synchronous(Durability::Process).await.unwrap(), 1);
        assert_eq!(synchronous(Durability::Power).await.unwrap(), 2);
        assert_eq!(synchronous(Durability::Process).await.unwrap(), 1);
        // Committed together, the more careful one decides.
        let both = tokio::join!(
            synchronous(Durability::Process),
            synchronous(Durability::Process),
            synchronous(Durability::Power)
        );
        assert_eq!((both.1.unwrap(), both.2.unwrap()), (2, 2));
        store.close().await;
    }

    #[tokio::test]
    async fn what_can_wait_waits_until_nothing_else_does() {
        fn job(connection: &mut SqliteConnection) -> BoxFuture<'_, Result<(), StoreError>> {
            Box::pin(async move {
                sqlx::query("DELETE FROM topics").execute(connection).await?;
                Ok(())
            })
        }
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let writer = store.writer().unwrap();
        let done = std::sync::Mutex::new(Vec::new());
        let spare = async {
            writer.write_when_idle(job).await.unwrap();
            done.lock().unwrap().push("spare");
        };
        let other = async || {
            writer.write(job).await.unwrap();
            done.lock().unwrap().push("other");
        };
        tokio::join!(spare, other(), other());
        assert_eq!(*done.lock().unwrap(), ["other", "other", "spare"]);
        store.close().await;
    }

    #[tokio::test]
    async fn a_job_that_panics_is_taken_back_alone_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let topic = |id: &str| Topic {
            kind: "market".into(),
            id: id.into(),
        };
        let defect = || {
            store.writer().unwrap().write::<(), _>(|connection| {
                Box::pin(async move {
                    sqlx::query("DELETE FROM topics").execute(connection).await?;
                    panic!("a defect")
                })
            })
        };
        store.want_topic(topic("before"), Timestamp(1)).await.unwrap();
        assert!(matches!(defect().await, Err(StoreError::Defect)), "alone");
        // Queued together, they are committed together.
        let (beside, panicked) = tokio::join!(store.want_topic(topic("beside"), Timestamp(2)), defect());
        beside.unwrap();
        assert!(matches!(panicked, Err(StoreError::Defect)), "in a group");
        store.want_topic(topic("behind"), Timestamp(3)).await.unwrap();
        assert_eq!(store.topics(None).await.unwrap().len(), 3);
        store.close().await;
    }

    #[tokio::test]
    async fn a_commit_that_fails_says_why_to_everybody_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let topic = Topic {
            kind: "market".into(),
            id: "beside".into(),
        };
        // Ends the transaction under the feet of the others.
        let saboteur = || {
            store.writer().unwrap().write(|connection| {
                Box::pin(async move {
                    sqlx::query("ROLLBACK").execute(connection).await?;
                    Ok(())
                })
            })
        };
        let alone = saboteur().await.unwrap_err();
        assert!(why(&alone).contains("no transaction"), "{alone:?}");
        let (beside, sabotaged) = tokio::join!(store.want_topic(topic, Timestamp(1)), saboteur());
        let (beside, sabotaged) = (beside.unwrap_err(), sabotaged.unwrap_err());
        assert!(why(&beside).contains("no such savepoint"), "{beside:?}");
        assert_eq!(why(&beside), why(&sabotaged));
        assert!(!beside.is_passing());
        assert_eq!(store.topics(None).await.unwrap(), []);
        store.close().await;
    }

    fn why(error: &StoreError) -> String {
        error.source().map(ToString::to_string).unwrap_or_default()
    }
}
