//! Forgetting: by count and by age, a few hundred events at a time so that no writer waits long.

use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::Log;
use crate::{Retention, error::LogError};

/// Events dropped in one step.
const STEP: u32 = 500;

impl Log {
    /// Drops the oldest events that `retention` no longer covers, at most one step; returns how many.
    pub(crate) async fn prune_step(&self, retention: Retention, now: Timestamp) -> Result<u64, LogError> {
        let pruned = self.pruned_through();
        let by_count = self.head().saturating_sub(retention.count);
        let oldest: Vec<(i64, i64)> = sqlx::query_as("SELECT seq, at_ms FROM events ORDER BY seq LIMIT ?")
            .bind(STEP)
            .fetch_all(&self.pool)
            .await?;
        let age = i64::try_from(retention.age.as_millis()).unwrap_or(i64::MAX);
        let cutoff = now.as_millisecond().saturating_sub(age);
        let through = oldest
            .iter()
            .take_while(|(seq, at)| *at < cutoff || u64::try_from(*seq).is_ok_and(|seq| seq <= by_count))
            .last()
            .map(|(seq, _)| *seq);
        let Some(through) = through else { return Ok(0) };

        let dropped = u64::try_from(through)?;
        // Told before it is done: a page read in between then says "incomplete" too early rather than too late.
        self.pruned_through.store(dropped, Ordering::Release);
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("DELETE FROM event_rooms WHERE seq <= ?")
            .bind(through)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM events WHERE seq <= ?")
            .bind(through)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO meta (key, value) VALUES ('pruned_through', ?)
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(through.to_string())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(dropped.saturating_sub(pruned))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{at, draft, log};
    use super::super::{Log, PageRequest};
    use super::*;

    const AGES: Duration = Duration::from_secs(1_000_000);

    #[tokio::test]
    async fn the_newest_events_are_kept_and_the_gap_is_told() {
        let (log, database) = log().await;
        let drafts: Vec<_> = (1..=10).map(|n| draft(&["a"], n)).collect();
        log.append(&drafts, at(0)).await.unwrap();
        let dropped = log
            .prune_step(Retention { count: 4, age: AGES }, at(1))
            .await
            .unwrap();
        assert_eq!((dropped, log.pruned_through(), log.head()), (6, 6, 10));

        let rooms = vec!["a".to_owned()];
        let missing = log
            .page(&PageRequest {
                since: Some(5),
                limit: 10,
                bytes: usize::MAX,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert!(!missing.complete);
        assert_eq!(missing.events.len(), 4);
        let whole = log
            .page(&PageRequest {
                since: Some(6),
                limit: 10,
                bytes: usize::MAX,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert!(whole.complete);
        let first_time = log
            .page(&PageRequest {
                since: None,
                limit: 10,
                bytes: usize::MAX,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert!(first_time.complete);

        let reopened = Log::open(database.pool.clone()).await.unwrap();
        assert_eq!(reopened.pruned_through(), 6);
    }

    #[tokio::test]
    async fn old_events_go_and_their_numbers_are_not_given_again() {
        let (log, database) = log().await;
        log.append(&[draft(&["a"], 1), draft(&["a"], 2)], at(0))
            .await
            .unwrap();
        let keep_a_minute = Retention {
            count: 1_000,
            age: Duration::from_secs(60),
        };
        assert_eq!(log.prune_step(keep_a_minute, at(59)).await.unwrap(), 0);
        assert_eq!(log.prune_step(keep_a_minute, at(61)).await.unwrap(), 2);

        let reopened = Log::open(database.pool.clone()).await.unwrap();
        let next = reopened.append(&[draft(&["a"], 3)], at(62)).await.unwrap();
        assert_eq!(next.first().unwrap().seq, 3);
    }

    #[tokio::test]
    async fn a_long_backlog_is_dropped_in_steps() {
        let (log, _database) = log().await;
        let drafts: Vec<_> = (1..=1_200).map(|n| draft(&["a"], n)).collect();
        log.append(&drafts, at(0)).await.unwrap();
        let keep = Retention { count: 10, age: AGES };
        let mut steps = Vec::new();
        loop {
            match log.prune_step(keep, at(1)).await.unwrap() {
                0 => break,
                dropped => steps.push(dropped),
            }
        }
        assert_eq!(steps, [500, 500, 190]);
    }
}
