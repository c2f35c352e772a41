//! The `events` table: what the server sent, in order of arrival.

use std::collections::HashMap;

use carillon_contract::events::StoredEvent;
use carillon_contract::item::{HASH_WINDOW_MS, Item, KeySpan};
use carillon_contract::{AccountId, Timestamp};
use serde::Serialize;
use serde_json::value::RawValue;
use sqlx::{FromRow, SqliteConnection};

use crate::account::AccountStore;
use crate::error::StoreError;

/// A decoded event that is to be stored.
pub struct Incoming {
    /// Its name on the wire.
    pub name: String,
    /// Its first argument, untouched.
    pub payload: Box<RawValue>,
    /// What it means.
    pub item: Item,
}

/// A row as `json_each` hands it to SQLite, by position.
#[derive(Serialize)]
struct Row<'a>(i64, i64, i64, &'a str, &'a str, &'a str, Option<i64>, &'a str);

/// What is unique: `dedupe_at` and `dedupe_key`.
pub(crate) type Key = (i64, String);

/// Stores what is new and gives, for each incoming event, the number it was stored under; `None` for a
/// repetition.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    incoming: &[Incoming],
    received_at: Timestamp,
) -> Result<(Vec<Key>, Vec<Option<i64>>), StoreError> {
    let keys = keys(connection, incoming, received_at).await?;
    let rows: Vec<Row<'_>> = incoming
        .iter()
        .zip(&keys)
        .map(|(event, (at, key))| {
            let occurred_at = event.item.occurred_at.unwrap_or(received_at).0;
            let payload = event.payload.get();
            Row(
                received_at.0,
                occurred_at,
                *at,
                key,
                &event.name,
                event.item.kind,
                event.item.number,
                payload,
            )
        })
        .collect();
    // One statement for the whole batch: each statement costs a trip to SQLite's thread.
    let stored: Vec<(i64, i64, String)> = sqlx::query_as(
        "INSERT INTO events (received_at, occurred_at, dedupe_at, dedupe_key, name, kind, number, payload)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                value ->> 7
         FROM json_each(?1) WHERE true
         ON CONFLICT (dedupe_at, dedupe_key) DO NOTHING
         RETURNING seq, dedupe_at, dedupe_key",
    )
    .bind(serde_json::to_string(&rows)?)
    .fetch_all(&mut *connection)
    .await?;
    let mut numbers: HashMap<(i64, &str), i64> = stored
        .iter()
        .map(|(seq, at, key)| ((*at, key.as_str()), *seq))
        .collect();
    // Taking the number out leaves nothing for a second event of the same key in this batch.
    let numbers: Vec<Option<i64>> = keys
        .iter()
        .map(|(at, key)| numbers.remove(&(*at, key.as_str())))
        .collect();
    count_copies(connection, incoming, &keys, &numbers).await?;
    Ok((keys, numbers))
}

/// Turns each item's key into what is unique in the table. An event without ids gets the time of an equal
/// one that came within the window, so that the two collide.
async fn keys(
    connection: &mut SqliteConnection,
    incoming: &[Incoming],
    received_at: Timestamp,
) -> Result<Vec<Key>, StoreError> {
    let windowed: Vec<&str> = incoming
        .iter()
        .filter(|event| event.item.key.span == KeySpan::Window)
        .map(|event| event.item.key.text.as_str())
        .collect();
    let mut open: HashMap<String, i64> = HashMap::new();
    if !windowed.is_empty() {
        let found: Vec<(String, i64)> = sqlx::query_as(
            "SELECT dedupe_key, max(dedupe_at) FROM events
             WHERE dedupe_at > ?1 AND dedupe_at <= ?2 AND dedupe_key IN (SELECT value FROM json_each(?3))
             GROUP BY dedupe_key",
        )
        .bind(received_at.0 - HASH_WINDOW_MS)
        .bind(received_at.0)
        .bind(serde_json::to_string(&windowed)?)
        .fetch_all(connection)
        .await?;
        open.extend(found);
    }
    let key = |event: &Incoming| {
        let text = event.item.key.text.clone();
        let at = match event.item.key.span {
            KeySpan::At(at) => at.0,
            KeySpan::Always => 0,
            KeySpan::Window => open.get(&text).copied().unwrap_or(received_at.0),
        };
        (at, text)
    };
    Ok(incoming.iter().map(key).collect())
}

/// Counts the repetitions of events without ids: they may have been events of their own, so that it is
/// known how many were taken for one.
async fn count_copies(
    connection: &mut SqliteConnection,
    incoming: &[Incoming],
    keys: &[Key],
    numbers: &[Option<i64>],
) -> Result<(), StoreError> {
    let mut copies: HashMap<&Key, i64> = HashMap::new();
    for ((event, key), number) in incoming.iter().zip(keys).zip(numbers) {
        if event.item.key.span == KeySpan::Window && number.is_none() {
            *copies.entry(key).or_default() += 1;
        }
    }
    for ((at, key), more) in copies {
        sqlx::query("UPDATE events SET copies = copies + ?1 WHERE dedupe_at = ?2 AND dedupe_key = ?3")
            .bind(more)
            .bind(at)
            .bind(key)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct StoredRow {
    seq: i64,
    name: String,
    kind: String,
    dedupe_key: String,
    received_at: i64,
    payload: String,
}

impl StoredRow {
    fn into_event(self, account: &AccountId) -> Result<StoredEvent, StoreError> {
        Ok(StoredEvent {
            account: account.clone(),
            seq: self.seq,
            event: self.name,
            kind: self.kind,
            key: self.dedupe_key,
            received_at: Timestamp(self.received_at),
            payload: RawValue::from_string(self.payload)?,
        })
    }
}

impl AccountStore {
    /// The events after a number, oldest first, at most `limit`.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn events_after(&self, seq: i64, limit: u32) -> Result<Vec<StoredEvent>, StoreError> {
        let rows: Vec<StoredRow> = self
            .readers
            .rows(
                sqlx::query_as(
                    "SELECT seq, name, kind, dedupe_key, received_at, payload FROM events
             WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                )
                .bind(seq)
                .bind(limit),
            )
            .await?;
        rows.into_iter()
            .map(|row| row.into_event(&self.account().id))
            .collect()
    }

    /// When the newest event was received; `None` where there is none.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn last_event_at(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<(i64,)> = self
            .readers
            .row(sqlx::query_as(
                "SELECT received_at FROM events WHERE seq = (SELECT max(seq) FROM events)",
            ))
            .await?;
        Ok(at.map(|(at,)| Timestamp(at)))
    }

    /// The number of the newest event; 0 where there is none.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn newest_seq(&self) -> Result<i64, StoreError> {
        let (seq,): (i64,) = self
            .readers
            .one(sqlx::query_as("SELECT coalesce(max(seq), 0) FROM events"))
            .await?;
        Ok(seq)
    }

    /// How many events are kept, and how many repetitions without ids were taken for one of them.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn event_counts(&self) -> Result<(i64, i64), StoreError> {
        let totals = self.totals().await?;
        Ok((totals.events, totals.copies))
    }
}
