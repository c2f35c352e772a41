//! The `entities` table: the newest known state of each thing.

use carillon_contract::Timestamp;
use carillon_contract::entity::{Entity, EntityId};
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

impl AccountStore {
    /// The things of a kind, by id.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn entities(&self, kind: &str) -> Result<Vec<Entity>, StoreError> {
        let rows: Vec<(String, String, i64)> = self
            .readers
            .rows(
                sqlx::query_as("SELECT id, state, updated_at FROM entities WHERE kind = ?1 ORDER BY id")
                    .bind(kind),
            )
            .await?;
        rows.into_iter().map(|row| entity(kind, row)).collect()
    }

    /// One thing; `None` where nothing is known of it.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn entity(&self, which: &EntityId) -> Result<Option<Entity>, StoreError> {
        let row: Option<(String, String, i64)> = self
            .readers
            .row(
                sqlx::query_as("SELECT id, state, updated_at FROM entities WHERE kind = ?1 AND id = ?2")
                    .bind(&which.kind)
                    .bind(&which.id),
            )
            .await?;
        row.map(|row| entity(&which.kind, row)).transpose()
    }
}

fn entity(kind: &str, (id, fields, updated_at): (String, String, i64)) -> Result<Entity, StoreError> {
    Ok(Entity {
        entity: EntityId {
            kind: kind.to_owned(),
            id,
        },
        fields: serde_json::from_str(&fields)?,
        updated_at: Timestamp(updated_at),
    })
}
