//! The `counters` table: what was counted since the account was added.

pub use carillon_contract::counts::Counts;
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;

fn pairs(counts: &Counts) -> [(&'static str, u64); 5] {
    [
        ("received", counts.received),
        ("stored", counts.stored),
        ("repeated", counts.repeated),
        ("malformed", counts.malformed),
        ("unknown", counts.unknown),
    ]
}

pub(crate) async fn add(connection: &mut SqliteConnection, counts: &Counts) -> Result<(), StoreError> {
    let more: Vec<_> = pairs(counts).into_iter().filter(|(_, more)| *more > 0).collect();
    if more.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO counters (name, value)
         SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
         ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
    )
    .bind(serde_json::to_string(&more)?)
    .execute(connection)
    .await?;
    Ok(())
}

impl AccountStore {
    /// What was counted so far.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        let rows: Vec<(String, i64)> = self
            .readers
            .rows(sqlx::query_as("SELECT name, value FROM counters"))
            .await?;
        let value = |name: &str| {
            rows.iter()
                .find(|row| row.0 == name)
                .map_or(0, |row| u64::try_from(row.1).unwrap_or(0))
        };
        Ok(Counts {
            received: value("received"),
            stored: value("stored"),
            repeated: value("repeated"),
            malformed: value("malformed"),
            unknown: value("unknown"),
        })
    }
}
