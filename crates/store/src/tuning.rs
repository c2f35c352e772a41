//! The `tuning` table: how this account's connection is to be made where the person wants it otherwise. One row.

use carillon_contract::tuning::Tuning;

use crate::account::AccountStore;
use crate::error::StoreError;

impl AccountStore {
    /// What the person wants otherwise; nothing where nothing was kept, or nothing that can be read.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn tuning(&self) -> Result<Tuning, StoreError> {
        let kept: Option<(String,)> = self
            .readers
            .row(sqlx::query_as("SELECT tuned FROM tuning WHERE id = 1"))
            .await?;
        Ok(kept
            .and_then(|(json,)| serde_json::from_str(&json).ok())
            .unwrap_or_default())
    }

    /// Keeps what the person wants otherwise.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn set_tuning(&self, tuning: &Tuning) -> Result<(), StoreError> {
        let json = serde_json::to_string(tuning)?;
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO tuning (id, tuned) VALUES (1, ?1)
                         ON CONFLICT (id) DO UPDATE SET tuned = excluded.tuned",
                    )
                    .bind(json)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }
}
