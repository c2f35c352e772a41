//! The durable event log: every event of an instance, numbered without gaps, with the rooms it went to.
//!
//! One task appends (see `publish.rs`), so the numbers are given here in memory and written explicitly:
//! a batch is two statements however many events it holds. Any number of tasks may read pages.

mod append;
mod page;
mod retention;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use jiff::Timestamp;
use serde_json::value::RawValue;
use sqlx::SqlitePool;
use uuid::Uuid;

pub(crate) use page::{MAX_BYTES, MAX_EVENTS, PageRequest};

use crate::error::LogError;

/// An event as it is handed to the log.
pub(crate) struct Draft {
    /// The event's name on the wire.
    pub(crate) name: &'static str,
    /// The rooms it goes to, in the order in which they are served.
    pub(crate) rooms: Vec<String>,
    /// Its data.
    pub(crate) data: Box<RawValue>,
}

/// An event that has its number.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    /// Its place in the log.
    pub(crate) seq: u64,
    /// When it was written.
    pub(crate) at: Timestamp,
    /// Its name on the wire.
    pub(crate) name: String,
    /// Its data, byte for byte as it was handed in.
    pub(crate) data: Box<RawValue>,
}

/// Dresses an event for the wire; the flag says whether our extension fields are wanted.
pub(crate) type Wire = fn(&Logged, extensions: bool) -> Result<Box<RawValue>, serde_json::Error>;

/// The open log. Clones share the same file.
#[derive(Clone)]
pub(crate) struct Log {
    pool: SqlitePool,
    id: Uuid,
    /// The highest number written.
    head: Arc<AtomicU64>,
    /// The highest number dropped by retention.
    pruned_through: Arc<AtomicU64>,
}

impl Log {
    /// Reads where the log stands, and names it if it is new.
    pub(crate) async fn open(pool: SqlitePool) -> Result<Self, LogError> {
        sqlx::query("INSERT INTO meta (key, value) VALUES ('log_id', ?) ON CONFLICT DO NOTHING")
            .bind(Uuid::new_v4().to_string())
            .execute(&pool)
            .await?;
        let id: String = sqlx::query_scalar("SELECT value FROM meta WHERE key = 'log_id'")
            .fetch_one(&pool)
            .await?;
        let head: Option<i64> = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'events'")
            .fetch_optional(&pool)
            .await?;
        let pruned: Option<i64> =
            sqlx::query_scalar("SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'pruned_through'")
                .fetch_optional(&pool)
                .await?;
        Ok(Self {
            pool,
            id: Uuid::parse_str(&id).unwrap_or_default(),
            head: Arc::new(AtomicU64::new(u64::try_from(head.unwrap_or(0))?)),
            pruned_through: Arc::new(AtomicU64::new(u64::try_from(pruned.unwrap_or(0))?)),
        })
    }

    /// The name of this log; another log has another one.
    pub(crate) fn id(&self) -> Uuid {
        self.id
    }

    /// The highest number written so far; zero while the log is empty.
    pub(crate) fn head(&self) -> u64 {
        self.head.load(Ordering::Acquire)
    }

    /// The highest number that can no longer be read; zero while nothing was dropped.
    pub(crate) fn pruned_through(&self) -> u64 {
        self.pruned_through.load(Ordering::Acquire)
    }

    /// Whether more than `count` events are retained; numbers have no gaps, so this needs no query.
    pub(crate) fn holds_more_than(&self, count: u64) -> bool {
        self.head().saturating_sub(self.pruned_through()) > count
    }

    /// The retained events of one name, oldest first, at most the newest `limit`.
    pub(crate) async fn newest_named(&self, name: &str, limit: u32) -> Result<Vec<Logged>, LogError> {
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT seq, name, at_ms, data FROM
                 (SELECT seq, name, at_ms, data FROM events WHERE name = ? ORDER BY seq DESC LIMIT ?)
             ORDER BY seq",
        )
        .bind(name)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.into_iter().map(Logged::try_from).collect()
    }
}

/// A row of `events`.
#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    name: String,
    at_ms: i64,
    data: String,
}

impl TryFrom<Row> for Logged {
    type Error = LogError;

    fn try_from(row: Row) -> Result<Self, LogError> {
        Ok(Self {
            seq: u64::try_from(row.seq)?,
            at: Timestamp::from_millisecond(row.at_ms)?,
            name: row.name,
            data: RawValue::from_string(row.data)?,
        })
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use crate::{Data, database::Database};

    /// A log in a temporary file; keep the database alive beside it.
    pub(crate) async fn log() -> (Log, Database) {
        let database = Database::open(&Data::Temporary).await.unwrap();
        (Log::open(database.pool.clone()).await.unwrap(), database)
    }

    /// A small event for the given rooms.
    pub(crate) fn draft(rooms: &[&str], n: u64) -> Draft {
        Draft {
            name: "market:trade",
            rooms: rooms.iter().map(|room| (*room).to_owned()).collect(),
            data: RawValue::from_string(format!("{{\"n\":{n}}}")).unwrap(),
        }
    }

    /// A fixed point in time, `seconds` after an arbitrary start.
    pub(crate) fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + seconds).unwrap()
    }
}
