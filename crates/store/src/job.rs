//! What the writer does for others: pieces of work, each with somebody who waits for what becomes of it.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

use crate::error::StoreError;

/// What a finished write is safe from. A killed process undoes neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Durability {
    /// Until the system has written it to the disk, a power cut undoes it: for what can be had again.
    Process,
    /// A power cut as well: for what somebody is told is kept.
    Power,
}

impl Durability {
    /// The pragma for the connection.
    pub(crate) fn pragma(self) -> &'static str {
        match self {
            Self::Process => "PRAGMA synchronous = NORMAL",
            Self::Power => "PRAGMA synchronous = FULL",
        }
    }
}

/// A piece of work with somebody who waits for it.
pub(crate) trait Job: Send {
    /// What its result is to be safe from.
    fn durability(&self) -> Durability;

    /// Does the work; tells whether it is to be kept.
    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, bool>;

    /// Tells whether it may have failed by a page that is not as it was written.
    fn may_have_met_a_page(&self) -> bool;

    /// Answers, once it is certain what became of the transaction, and whether errors that may have come of a
    /// damaged page did.
    fn finish(self: Box<Self>, outcome: &Result<(), StoreError>, damaged: bool);
}

/// A piece of work that waits for its turn.
pub(crate) struct Pending<T, W> {
    durability: Durability,
    work: Option<W>,
    result: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, W> Pending<T, W> {
    pub(crate) fn new(
        durability: Durability,
        work: W,
        reply: oneshot::Sender<Result<T, StoreError>>,
    ) -> Self {
        Self {
            durability,
            work: Some(work),
            result: None,
            reply,
        }
    }
}

impl<T, W> Job for Pending<T, W>
where
    T: Send,
    W: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send,
{
    fn durability(&self) -> Durability {
        self.durability
    }

    fn run<'c>(&'c mut self, connection: &'c mut SqliteConnection) -> BoxFuture<'c, bool> {
        Box::pin(async move {
            let Some(work) = self.work.take() else {
                return false;
            };
            // One job's defect is no reason to end the writer, and with it the account, for all others.
            let result = AssertUnwindSafe(async move { work(connection).await })
                .catch_unwind()
                .await
                .unwrap_or_else(|_| {
                    tracing::error!("A write panicked and is taken back");
                    Err(StoreError::Defect)
                });
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }

    fn may_have_met_a_page(&self) -> bool {
        matches!(&self.result, Some(Err(error)) if error.may_be_a_page())
    }

    fn finish(mut self: Box<Self>, outcome: &Result<(), StoreError>, damaged: bool) {
        // What the work holds is free before the answer is heard, also where it never ran.
        drop(self.work.take());
        let answer = match (outcome, self.result.take()) {
            (_, Some(Err(error))) => Err(error),
            (Ok(()), Some(Ok(value))) => Ok(value),
            // It may have gone well, or not have had its turn: what undid the others undid it too.
            (Err(cause), _) => Err(cause.again()),
            (Ok(()), None) => Err(StoreError::Defect),
        };
        let answer = answer.map_err(|error| match error {
            error if damaged && error.may_be_a_page() => StoreError::Damaged,
            error => error,
        });
        // Whoever asked may have gone; the work stands all the same.
        let _ = self.reply.send(answer);
    }
}
