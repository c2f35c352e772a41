//! The `entities` table: the newest known state of each thing.

use carillon_contract::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::Fresh;

#[derive(Serialize)]
struct Row<'a>(&'a str, &'a str, &'a Map<String, Value>, i64);

/// Merges the patches of new events. A newer patch goes over the state, an older one under it.
pub(crate) async fn merge(
    connection: &mut SqliteConnection,
    fresh: &[Fresh<'_>],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<Row<'_>> = fresh
        .iter()
        .flat_map(|fresh| {
            let item = &fresh.event.item;
            let at = item.occurred_at.unwrap_or(received_at).0;
            item.entities
                .iter()
                .map(move |patch| Row(patch.entity.kind, &patch.entity.id, &patch.fields, at))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO entities (kind, id, state, updated_at)
         SELECT value ->> 0, value ->> 1, value -> 2, value ->> 3 FROM json_each(?1) WHERE true
         ON CONFLICT (kind, id) DO UPDATE SET
             state = CASE WHEN excluded.updated_at >= updated_at
                          THEN json_patch(state, excluded.state)
                          ELSE json_patch(excluded.state, state) END,
             updated_at = max(updated_at, excluded.updated_at)",
    )
    .bind(serde_json::to_string(&rows)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// A thing and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// The platform's id.
    pub id: String,
    /// Its fields, in Carillon's words; amounts are texts.
    pub state: Map<String, Value>,
    /// When the newest of them was so, by the server's clock.
    pub updated_at: Timestamp,
}

impl AccountStore {
    /// The things of a kind, by id.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn entities(&self, kind: &str) -> Result<Vec<Entity>, StoreError> {
        let rows: Vec<(String, String, i64)> =
            sqlx::query_as("SELECT id, state, updated_at FROM entities WHERE kind = ?1 ORDER BY id")
                .bind(kind)
                .fetch_all(self.readers.lease().await?.get()?)
                .await?;
        rows.into_iter()
            .map(|(id, state, updated_at)| {
                Ok(Entity {
                    id,
                    state: serde_json::from_str(&state)?,
                    updated_at: Timestamp(updated_at),
                })
            })
            .collect()
    }
}
