//! The `cursor` and `gaps` tables: how far everything is stored, and where something may be missing.

use carillon_contract::Timestamp;
use carillon_contract::continuity::{Cursor, Gap, GapReason};
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;

pub(crate) async fn set_cursor(connection: &mut SqliteConnection, cursor: &Cursor) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO cursor (id, log, number) VALUES (1, ?1, ?2)
         ON CONFLICT (id) DO UPDATE SET log = excluded.log, number = excluded.number",
    )
    .bind(&cursor.log)
    .bind(cursor.number)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down that events may be missing, and that from `gap.to` on it is complete again.
pub(crate) async fn insert_gap(connection: &mut SqliteConnection, gap: &Gap) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO gaps (from_at, to_at, why) VALUES (?1, ?2, ?3)")
        .bind(gap.from.0)
        .bind(gap.to.0)
        .bind(gap.why.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

impl AccountStore {
    /// How far the server's log is stored; `None` where nothing is.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn cursor(&self) -> Result<Option<Cursor>, StoreError> {
        let row: Option<(String, i64)> = self
            .readers
            .row(sqlx::query_as("SELECT log, number FROM cursor WHERE id = 1"))
            .await?;
        Ok(row.map(|(log, number)| Cursor { log, number }))
    }

    /// The newest gaps, newest first.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn gaps(&self, limit: u32) -> Result<Vec<Gap>, StoreError> {
        let rows: Vec<(i64, i64, String)> = self
            .readers
            .rows(
                sqlx::query_as("SELECT from_at, to_at, why FROM gaps ORDER BY id DESC LIMIT ?1").bind(limit),
            )
            .await?;
        let gap = |(from, to, why): (i64, i64, String)| Gap {
            from: Timestamp(from),
            to: Timestamp(to),
            why: GapReason::from_stored(&why),
        };
        Ok(rows.into_iter().map(gap).collect())
    }
}
