//! What is dropped with time: raw events and old prices. In small steps, so that nobody waits for it.

use std::time::Duration;

use carillon_contract::Timestamp;
use sqlx::SqliteConnection;

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
        let mut excess = self.totals().await?.events - keep.events_count;
        let mut gone = 0;
        loop {
            let step = self
                .writer()?
                .write(move |connection| Box::pin(prune(connection, before, excess)))
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
        let mut gone = 0;
        let mut after = (String::new(), String::new());
        loop {
            let ask = sqlx::query_as(
                "SELECT kind, id FROM entities WHERE (kind, id) > (?1, ?2) ORDER BY kind, id LIMIT ?3",
            );
            let ask = ask.bind(&after.0).bind(&after.1).bind(STEP);
            let entities: Vec<(String, String)> = self.readers.rows(ask).await?;
            let Some(last) = entities.last() else {
                return Ok(gone);
            };
            after = last.clone();
            for (kind, id) in entities {
                gone += self
                    .writer()?
                    .write(move |connection| {
                        Box::pin(async move {
                            points::downsample(connection, (&kind, &id), before, bucket_ms).await
                        })
                    })
                    .await?;
            }
        }
    }
}

/// Drops some of the oldest events: those of before a time, and as many of the others as are too much. Gives how
/// many went.
async fn prune(connection: &mut SqliteConnection, before: Timestamp, excess: i64) -> Result<u64, StoreError> {
    let oldest: Vec<(i64, i64)> =
        sqlx::query_as("SELECT seq, received_at FROM events WHERE seq > 0 ORDER BY seq LIMIT ?1")
            .bind(STEP)
            .fetch_all(&mut *connection)
            .await?;
    let too_many = usize::try_from(excess).unwrap_or(0);
    let dropped: Vec<i64> = oldest
        .iter()
        .enumerate()
        .filter(|(place, (_, received_at))| *place < too_many || *received_at < before.0)
        .map(|(_, (seq, _))| *seq)
        .collect();
    if dropped.is_empty() {
        return Ok(0);
    }
    let done = sqlx::query("DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?1))")
        .bind(serde_json::to_string(&dropped)?)
        .execute(&mut *connection)
        .await?;
    activity::prune(connection).await?;
    Ok(done.rows_affected())
}
