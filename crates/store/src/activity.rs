//! The `activity` table: what happened to a thing, line by line. A line goes with its event.

use carillon_contract::Timestamp;
use carillon_contract::entity::{Activity, EntityId};
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::Fresh;

#[derive(Serialize)]
struct Row<'a>(&'a str, &'a str, i64, &'a str, i64, &'a Map<String, Value>);

/// Adds the lines of new events.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    fresh: &[Fresh<'_>],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<Row<'_>> = fresh
        .iter()
        .filter_map(|fresh| {
            let item = &fresh.event.item;
            let line = item.activity.as_ref()?;
            let at = item.occurred_at.unwrap_or(received_at).0;
            Some(Row(
                line.entity.kind,
                &line.entity.id,
                fresh.seq,
                item.kind,
                at,
                &line.fields,
            ))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO activity (entity_kind, entity_id, seq, what, at, fields)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value -> 5
         FROM json_each(?1) WHERE true
         ON CONFLICT DO NOTHING",
    )
    .bind(serde_json::to_string(&rows)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops the lines whose events are gone: all up to the oldest event that is left.
pub(crate) async fn prune(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM activity
         WHERE seq < (SELECT coalesce(min(seq), 9223372036854775807) FROM events)",
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Where a page of a thing's history begins: before this line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivityKey {
    /// When it happened.
    pub at: Timestamp,
    /// The number of its event.
    pub seq: i64,
}

impl ActivityKey {
    /// The first page, where the newest are.
    pub const FIRST: Self = Self {
        at: Timestamp(i64::MAX),
        seq: i64::MAX,
    };
}

impl AccountStore {
    /// What happened to a thing, newest first, at most `limit` lines.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn activity(
        &self,
        entity: &EntityId,
        before: ActivityKey,
        limit: u32,
    ) -> Result<Vec<Activity>, StoreError> {
        let rows: Vec<(i64, String, i64, String)> = self
            .readers
            .rows(
                sqlx::query_as(
                    "SELECT seq, what, at, fields FROM activity
             WHERE entity_kind = ?1 AND entity_id = ?2 AND (at, seq) < (?3, ?4)
             ORDER BY at DESC, seq DESC LIMIT ?5",
                )
                .bind(&entity.kind)
                .bind(&entity.id)
                .bind(before.at.0)
                .bind(before.seq)
                .bind(limit),
            )
            .await?;
        rows.into_iter()
            .map(|(seq, what, at, fields)| {
                Ok(Activity {
                    entity: entity.clone(),
                    seq,
                    what,
                    at: Timestamp(at),
                    fields: serde_json::from_str(&fields)?,
                })
            })
            .collect()
    }
}
