//! Writing a batch.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use serde::Serialize;

use super::{Draft, Log, Logged};
use crate::error::LogError;

/// A row of `events`, on its way into SQLite as one JSON array.
#[derive(Serialize)]
struct EventRow<'a> {
    seq: u64,
    name: &'a str,
    /// The payload as a string inside JSON, so that SQLite does not reformat it.
    data: &'a str,
}

/// A row of `event_rooms`.
#[derive(Serialize)]
struct RoomRow<'a>(&'a str, u64);

impl Log {
    /// Writes the drafts in their order, in one transaction, and gives them consecutive numbers.
    ///
    /// Only one task may append: the numbers come from memory. Should a second process have written to the
    /// file meanwhile, the insert fails on the primary key instead of mixing two logs.
    pub(crate) async fn append(&self, drafts: &[Draft], at: Timestamp) -> Result<Vec<Logged>, LogError> {
        let head = self.head();
        let logged: Vec<Logged> = (head.saturating_add(1)..)
            .zip(drafts)
            .map(|(seq, draft)| Logged {
                seq,
                at,
                name: draft.name.to_owned(),
                data: draft.data.clone(),
            })
            .collect();
        let events: Vec<EventRow<'_>> = logged
            .iter()
            .map(|event| EventRow {
                seq: event.seq,
                name: &event.name,
                data: event.data.get(),
            })
            .collect();
        let rooms: Vec<RoomRow<'_>> = logged
            .iter()
            .zip(drafts)
            .flat_map(|(event, draft)| draft.rooms.iter().map(|room| RoomRow(room, event.seq)))
            .collect();

        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query(
            "INSERT INTO events (seq, name, at_ms, data)
             SELECT value ->> 'seq', value ->> 'name', ?1, value ->> 'data' FROM json_each(?2)",
        )
        .bind(at.as_millisecond())
        .bind(serde_json::to_string(&events)?)
        .execute(&mut *transaction)
        .await?;
        sqlx::query(
            "INSERT OR IGNORE INTO event_rooms (room, seq)
             SELECT value ->> 0, value ->> 1 FROM json_each(?)",
        )
        .bind(serde_json::to_string(&rooms)?)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;

        if let Some(last) = logged.last() {
            self.head.store(last.seq, Ordering::Release);
        }
        Ok(logged)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, draft, log};
    use super::*;

    #[tokio::test]
    async fn numbers_are_consecutive_over_batches_and_reopening() {
        let (log, database) = log().await;
        let first = log
            .append(&[draft(&["a"], 1), draft(&["a"], 2)], at(0))
            .await
            .unwrap();
        let second = log.append(&[draft(&["b"], 3)], at(1)).await.unwrap();
        let numbers: Vec<u64> = first.iter().chain(&second).map(|event| event.seq).collect();
        assert_eq!(numbers, [1, 2, 3]);

        let reopened = Log::open(database.pool.clone()).await.unwrap();
        assert_eq!(reopened.head(), 3);
        assert_eq!(reopened.id(), log.id());
        let third = reopened.append(&[draft(&["a"], 4)], at(2)).await.unwrap();
        assert_eq!(third.first().unwrap().seq, 4);
    }

    #[tokio::test]
    async fn a_payload_is_stored_byte_for_byte() {
        let (log, _database) = log().await;
        let text = r#"{ "b":1.50, "a":"\u00e9\n", "wei":"340282366920938463463374607431768211456" }"#;
        let mut odd = draft(&["a"], 1);
        odd.data = serde_json::value::RawValue::from_string(text.to_owned()).unwrap();
        log.append(&[odd], at(0)).await.unwrap();
        let read = log.newest_named("market:trade", 1).await.unwrap();
        assert_eq!(read.first().unwrap().data.get(), text);
    }

    #[tokio::test]
    async fn a_second_writer_is_refused_instead_of_mixed_in() {
        let (one, database) = log().await;
        let other = Log::open(database.pool.clone()).await.unwrap();
        one.append(&[draft(&["a"], 1)], at(0)).await.unwrap();
        assert!(other.append(&[draft(&["a"], 2)], at(0)).await.is_err());
    }
}
