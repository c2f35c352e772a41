//! What is dropped with time: raw events and old prices. In small steps, so that nobody waits for it.

use std::time::Duration;

use carillon_contract::Timestamp;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::{activity, points};

/// How much is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Raw events older than this go.
    pub events_age: Duration,
    /// Raw events beyond this many go, the oldest first.
    pub events_count: i64,
    /// Points older than this are thinned out.
    pub points_age: Duration,
    /// Of old points the last of each span of this length stays.
    pub points_bucket: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        let week = Duration::from_secs(7 * 24 * 60 * 60);
        Self {
            events_age: week,
            events_count: 50_000,
            points_age: week,
            points_bucket: Duration::from_secs(5 * 60),
        }
    }
}

/// Raw events dropped at a time.
const STEP: i64 = 500;

impl AccountStore {
    /// Drops what is too old and what is too much, a step at a time, so that a batch of new events waits for
    /// one step at most; gives how many went.
    ///
    /// # Errors
    /// Where the file can't be read or written.
    pub async fn prune_events(&self, keep: Retention, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.before(keep.events_age);
        // Numbers only rise, so that this is never less than how many there are, and costs no walk over them all.
        let mut excess = self.newest_seq().await? - self.oldest_seq().await? + 1 - keep.events_count;
        if excess > 0 {
            excess = self.event_counts().await?.0 - keep.events_count;
        }
        let mut gone = 0;
        loop {
            let step = self
                .writer()?
                .write(move |connection| {
                    Box::pin(async move {
                        let done = sqlx::query(
                            "DELETE FROM events WHERE seq IN (
                                 SELECT seq FROM (
                                     SELECT seq, received_at, row_number() OVER (ORDER BY seq) AS place
                                     FROM events ORDER BY seq LIMIT ?1)
                                 WHERE received_at < ?2 OR place <= ?3)",
                        )
                        .bind(STEP)
                        .bind(before.0)
                        .bind(excess)
                        .execute(&mut *connection)
                        .await?;
                        activity::prune(connection).await?;
                        Ok(done.rows_affected())
                    })
                })
                .await?;
            gone += step;
            excess -= i64::try_from(step).unwrap_or(i64::MAX);
            if i64::try_from(step).is_ok_and(|step| step < STEP) {
                return Ok(gone);
            }
        }
    }

    /// Thins out the old points of one entity after another; gives how many went.
    ///
    /// # Errors
    /// Where the file can't be read or written.
    pub async fn downsample_points(&self, keep: Retention, now: Timestamp) -> Result<u64, StoreError> {
        let before = now.before(keep.points_age);
        let bucket_ms = i64::try_from(keep.points_bucket.as_millis())
            .unwrap_or(i64::MAX)
            .max(1);
        let entities: Vec<(String, String)> = self
            .readers
            .rows(sqlx::query_as("SELECT kind, id FROM entities"))
            .await?;
        let mut gone = 0;
        for (kind, id) in entities {
            gone += self
                .writer()?
                .write(move |connection| {
                    Box::pin(
                        async move { points::downsample(connection, (&kind, &id), before, bucket_ms).await },
                    )
                })
                .await?;
        }
        Ok(gone)
    }
}
