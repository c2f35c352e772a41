//! The `retention` table: for how long notices are kept. What else is dropped with time has its limits here; how it
//! is dropped stands in [`crate::prune`].

use std::time::Duration;

use carillon_contract::Timestamp;
pub use carillon_contract::storage::Retention;

use crate::account::AccountStore;
use crate::error::StoreError;

/// A day.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// By how much the clock may be ahead of what came last. A clock that is set years ahead would else have everything
/// dropped; so nothing of an account that receives nothing grows older than this.
const AHEAD: Duration = DAY;

/// How much is kept of what no person chooses.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Raw events older than this go.
    pub events_age: Duration,
    /// Raw events beyond this many go, the oldest first.
    pub events_count: i64,
    /// Notices that wait for the person (unread, put off, to be seen) are kept for so long at least.
    pub waiting_age: Duration,
    /// Gaps that ended longer ago than this go.
    pub gaps_age: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events_age: DAY * 7,
            events_count: 50_000,
            waiting_age: DAY * 3 * 365,
            gaps_age: DAY * 365,
        }
    }
}

impl AccountStore {
    /// For how long notices are kept.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn retention(&self) -> Result<Retention, StoreError> {
        let rows: Vec<(String, Option<u32>)> = self
            .readers
            .rows(sqlx::query_as("SELECT category, days FROM retention"))
            .await?;
        let mut kept = Retention::default();
        for (category, days) in rows {
            if category.is_empty() {
                kept.days = days;
            } else {
                kept.categories.insert(category, days);
            }
        }
        Ok(kept)
    }

    /// Keeps notices for so long from now on. What is too old then goes with the next round.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn set_retention(&self, retention: &Retention) -> Result<(), StoreError> {
        let mut rows = vec![("", retention.days)];
        let categories = retention.categories.iter();
        rows.extend(categories.map(|(category, days)| (category.as_str(), *days)));
        let json = serde_json::to_string(&rows)?;
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    // A category without a row is kept as the others are.
                    sqlx::query("DELETE FROM retention")
                        .execute(&mut *connection)
                        .await?;
                    sqlx::query(
                        "INSERT INTO retention (category, days)
                         SELECT value ->> 0, value ->> 1 FROM json_each(?1)",
                    )
                    .bind(json)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The time of day as far as it may be believed: not later than a day after what came last, by this computer's
    /// clock and, where it says one, by the server's.
    pub(crate) async fn believed(&self, now: Timestamp) -> Result<Timestamp, StoreError> {
        let (event, notice): (Option<i64>, Option<i64>) = self
            .readers
            .one(sqlx::query_as(
                "SELECT (SELECT min(received_at, occurred_at) FROM events
                         WHERE seq = (SELECT max(seq) FROM events)),
                        (SELECT min(received_at, occurred_at) FROM notices
                         WHERE id = (SELECT max(id) FROM notices))",
            ))
            .await?;
        let newest = event.max(notice).map(|at| Timestamp(at).after(AHEAD));
        Ok(newest.map_or(now, |newest| newest.min(now)))
    }
}
