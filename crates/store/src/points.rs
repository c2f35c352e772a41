//! The `points` table: values over time. How old ones are thinned out stands in `thinning.rs`.

use std::num::NonZeroU32;

use carillon_contract::Timestamp;
use carillon_contract::entity::{EntityId, SeriesPoint};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::Fresh;
use crate::thinning;

#[derive(Serialize)]
struct Row<'a>(&'a str, &'a str, &'a str, i64, &'a str);

/// Adds the points of new events. Of two values at the same millisecond the later one stays.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    fresh: &[Fresh<'_>],
    received_at: Timestamp,
) -> Result<(), StoreError> {
    let rows: Vec<Row<'_>> = fresh
        .iter()
        .flat_map(|fresh| &fresh.event.item.points)
        .map(|point| {
            Row(
                point.entity.kind,
                &point.entity.id,
                point.series,
                point.at.0,
                &point.value,
            )
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO points (entity_kind, entity_id, series, at, value)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?1) WHERE true
         ON CONFLICT (entity_kind, entity_id, series, at) DO UPDATE SET value = excluded.value",
    )
    .bind(serde_json::to_string(&rows)?)
    .execute(&mut *connection)
    .await?;
    let oldest = rows.iter().map(|row| row.3).min().unwrap_or(received_at.0);
    thinning::note_late(connection, oldest, received_at).await
}

impl AccountStore {
    /// When the first and the last value of a series since a time were so; `None` where there are none.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn points_span(
        &self,
        entity: &EntityId,
        series: &str,
        since: Timestamp,
    ) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
        // Asked for both at once, SQLite walks through the whole series.
        let (first, last): (Option<i64>, Option<i64>) = self
            .readers
            .one(
                sqlx::query_as(
                    "SELECT (SELECT min(at) FROM points
                             WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3 AND at >= ?4),
                            (SELECT max(at) FROM points
                             WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3 AND at >= ?4)",
                )
                .bind(&entity.kind)
                .bind(&entity.id)
                .bind(series)
                .bind(since.0),
            )
            .await?;
        Ok(first.map(Timestamp).zip(last.map(Timestamp)))
    }

    /// A series of values since a time, oldest first. With a `bucket`, in milliseconds, only the last value of
    /// each span of that length: a chart has no more pixels than that.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn points(
        &self,
        entity: &EntityId,
        series: &str,
        since: Timestamp,
        bucket: Option<NonZeroU32>,
    ) -> Result<Vec<SeriesPoint>, StoreError> {
        // SQLite takes the other columns from the row that holds the maximum.
        let query = if bucket.is_some() {
            "SELECT max(at), value FROM points
             WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3 AND at >= ?4
             GROUP BY at / ?5 ORDER BY at"
        } else {
            "SELECT at, value FROM points
             WHERE entity_kind = ?1 AND entity_id = ?2 AND series = ?3 AND at >= ?4 ORDER BY at"
        };
        let mut ask = sqlx::query_as(query)
            .bind(&entity.kind)
            .bind(&entity.id)
            .bind(series)
            .bind(since.0);
        if let Some(bucket) = bucket {
            ask = ask.bind(bucket.get());
        }
        let rows: Vec<(i64, String)> = self.readers.rows(ask).await?;
        Ok(rows
            .into_iter()
            .map(|(at, value)| SeriesPoint {
                at: Timestamp(at),
                value,
            })
            .collect())
    }
}
