//! The `history` table: the newest lines of what the connection did.

use carillon_contract::Timestamp;
use carillon_contract::history::{ConnectionAct, HistoryLine};

use crate::account::AccountStore;
use crate::error::StoreError;

/// Lines that are kept. A connection that is lost every minute fills them in an hour, one that holds in weeks.
const LINES: u32 = 200;

impl AccountStore {
    /// Adds a line. One that is like the newest is counted with it: a day without a network is one line.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn note(&self, act: &ConnectionAct, now: Timestamp) -> Result<(), StoreError> {
        let act = serde_json::to_string(act)?;
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let counted = sqlx::query(
                        "UPDATE history SET at = ?2, times = times + 1
                         WHERE id = (SELECT max(id) FROM history) AND act = ?1",
                    )
                    .bind(&act)
                    .bind(now.0)
                    .execute(&mut *connection)
                    .await?;
                    if counted.rows_affected() > 0 {
                        return Ok(());
                    }
                    sqlx::query("INSERT INTO history (at, act) VALUES (?2, ?1)")
                        .bind(&act)
                        .bind(now.0)
                        .execute(&mut *connection)
                        .await?;
                    // Ids have no holes but at the old end.
                    sqlx::query("DELETE FROM history WHERE id <= (SELECT max(id) FROM history) - ?1")
                        .bind(LINES)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The newest lines, newest first.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn history(&self, limit: u32) -> Result<Vec<HistoryLine>, StoreError> {
        let rows: Vec<(i64, u32, String)> = self
            .readers
            .rows(sqlx::query_as("SELECT at, times, act FROM history ORDER BY id DESC LIMIT ?1").bind(limit))
            .await?;
        let line = |(at, times, act): (i64, u32, String)| {
            // A line of a newer version, which knows more acts, is left out.
            let act = serde_json::from_str(&act).ok()?;
            Some(HistoryLine {
                at: Timestamp(at),
                times,
                act,
            })
        };
        Ok(rows.into_iter().filter_map(line).collect())
    }
}
