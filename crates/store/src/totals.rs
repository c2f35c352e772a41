//! The `totals` table: what says how many rows there are. Triggers keep it, and the counts of the inbox; here they
//! are read, and compared with the rows.

use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;

/// How many rows a file has.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// Raw events.
    pub events: i64,
    /// Repetitions of events without ids that were taken for one that is kept.
    pub copies: i64,
    /// Notices, wherever they are.
    pub notices: i64,
}

impl AccountStore {
    /// How many rows there are.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        let rows: Vec<(String, i64)> = self
            .readers
            .rows(sqlx::query_as(
                "SELECT name, value FROM totals
                 UNION ALL SELECT name, value FROM counters WHERE name = 'stored'",
            ))
            .await?;
        let value = |name: &str| rows.iter().find(|row| row.0 == name).map_or(0, |row| row.1);
        Ok(Totals {
            events: value("stored") - value("gone"),
            copies: value("copies"),
            notices: value("notices"),
        })
    }

    /// Compares every count with the rows, and sets right what is wrong; tells how many counts were wrong. Reads
    /// each row of the large tables' indices, so that it is for when there is time, or reason for doubt.
    ///
    /// # Errors
    /// Where the file can't be read or written.
    pub async fn recount(&self) -> Result<u64, StoreError> {
        let wrong = self
            .writer()?
            .write(|connection| {
                Box::pin(async move { Ok(unread(&mut *connection).await? + totals(connection).await?) })
            })
            .await?;
        if wrong > 0 {
            tracing::warn!(wrong, "Counts of the cache were wrong and are set right");
        }
        Ok(wrong)
    }
}

async fn unread(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    // What is counted in a category without rows is wrong as well, unless it is nothing.
    let done = sqlx::query(
        "INSERT INTO unread (category, count, must_see)
         SELECT category, sum(count), sum(must_see) FROM (
             SELECT category, 1 AS count, 0 AS must_see FROM notices INDEXED BY notices_unread
             WHERE read_at IS NULL AND archived_at IS NULL AND snoozed_until IS NULL
             UNION ALL
             SELECT category, 0, 1 FROM notices INDEXED BY notices_must_see
             WHERE must_see = 1 AND archived_at IS NULL AND snoozed_until IS NULL
             UNION ALL
             SELECT category, 0, 0 FROM unread)
         WHERE true GROUP BY category
         ON CONFLICT (category) DO UPDATE SET count = excluded.count, must_see = excluded.must_see
         WHERE (count, must_see) IS NOT (excluded.count, excluded.must_see)",
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn totals(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "INSERT INTO totals (name, value)
         SELECT name, value FROM (
             SELECT 'notices' AS name, count(*) AS value FROM notices
             UNION ALL
             SELECT 'gone', (SELECT coalesce(max(value), 0) FROM counters WHERE name = 'stored') - count(*)
             FROM events
             UNION ALL
             SELECT 'copies', coalesce(sum(copies - 1), 0) FROM events)
         WHERE true
         ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value",
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}
