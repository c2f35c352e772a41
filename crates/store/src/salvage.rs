//! What can still be read of a damaged file, and the file that takes its place.
//!
//! Only what the person made and nobody else has is worth the trouble: topics, how the connection is tuned, for how long
//! what is kept, and what waits to be sent. The rest is asked of the server.

use std::path::Path;

use carillon_contract::{Account, Level, Timestamp};
use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{FromRow, SqliteConnection};

use crate::error::{StoreError, is_no_database};
use crate::file::{self, Database, Use};
use crate::key::DatabaseKey;
use crate::{account, connection, outbox, profile, version};

/// Tables whose rows have numbers that are never given twice: others know them.
const NUMBERED: [&str; 2] = ["events", "notices"];

/// What could be read.
#[derive(Debug, Default)]
pub struct Salvage {
    topics: Vec<(String, String, i64)>,
    tuning: Vec<(String,)>,
    /// By category, in days; none is for ever.
    retention: Vec<(String, Option<i64>)>,
    outbox: Vec<outbox::Row>,
    /// The name of the server's log.
    logs: Vec<(String,)>,
    /// The highest numbers that were given, by table.
    numbers: Vec<(String, i64)>,
    /// Whether something of it could not be read.
    pub partly: bool,
}

/// What the person is told of it, in the new file's inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// One line.
    pub title: String,
    /// A sentence or two.
    pub body: String,
}

impl Salvage {
    /// Reads what can be read of a file that nobody has open; of one that can't be opened at all, nothing.
    ///
    /// # Errors
    /// Where it is not the file that keeps from reading it, but the memory or the disk: that passes, and what could be
    /// read then would be lost.
    pub async fn read(path: &Path, key: &DatabaseKey) -> Result<Self, StoreError> {
        let options = file::options(path, Some(key), Use::Read);
        let mut salvage = Self::default();
        let mut partly = false;
        let lost = &mut partly;
        let begun: Vec<(String,)> = rows(
            &options,
            "SELECT name FROM sqlite_schema WHERE name = 'topics'",
            lost,
        )
        .await?;
        // An empty file reads well, and holds nothing of what was in it.
        *lost |= begun.is_empty();
        salvage.topics = rows(&options, "SELECT kind, id, wanted_at FROM topics", lost).await?;
        salvage.tuning = rows(&options, "SELECT tuned FROM tuning WHERE id = 1", lost).await?;
        salvage.retention = rows(&options, "SELECT category, days FROM retention", lost).await?;
        salvage.outbox = rows(
            &options,
            "SELECT id, kind, payload, lane, state, tries, created_at, expires_at, error FROM outbox ORDER BY seq",
            lost,
        )
        .await?;
        salvage.partly = partly;
        // What these can't say is made up for.
        let lost = &mut false;
        salvage.logs = rows(&options, "SELECT log FROM cursor WHERE id = 1", lost).await?;
        salvage.numbers = rows(&options, "SELECT name, seq FROM sqlite_sequence", lost).await?;
        Ok(salvage)
    }

    /// Makes the file that takes the damaged one's place, complete and closed. Everything since the account was added
    /// counts as missing, and a numbered log is asked from its beginning.
    ///
    /// # Errors
    /// [`StoreError::Exists`] where there is one, and where it can't be written.
    pub async fn make_anew(
        &self,
        path: &Path,
        key: &DatabaseKey,
        account: &Account,
        told: &Told,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut database = file::create(path, Some(key)).await?;
        version::migrate(path, &account::MIGRATIONS, database.get()?).await?;
        let connection = database.get()?;
        sqlx::query("BEGIN IMMEDIATE").execute(&mut *connection).await?;
        profile::insert(connection, account).await?;
        self.write_numbers(connection, now).await?;
        self.write_rows(connection).await?;
        begin(connection, account).await?;
        tell(connection, told, now).await?;
        sqlx::query("COMMIT").execute(&mut *connection).await?;
        // Only the file itself is moved: a full disk must be met here and not by the checkpoint at the end, which would
        // leave all of it in the log and say nothing.
        let (busy,): (i64,) = sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(connection)
            .await?;
        database.close().await?;
        if busy == 0 {
            Ok(())
        } else {
            Err(StoreError::Locked)
        }
    }

    /// Has numbers go on where they were: whoever knows an event or a notice by its number must not be given another.
    async fn write_numbers(
        &self,
        connection: &mut SqliteConnection,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut numbers = self.numbers.clone();
        for table in NUMBERED {
            if !numbers.iter().any(|(name, _)| name == table) {
                // Nobody has ever had as many rows as there are milliseconds, and the number stays readable.
                numbers.push((table.to_owned(), now.0.max(0)));
            }
        }
        sqlx::query(
            "INSERT INTO sqlite_sequence (name, seq) SELECT value ->> 0, value ->> 1 FROM json_each(?1)",
        )
        .bind(serde_json::to_string(&numbers)?)
        .execute(connection)
        .await?;
        Ok(())
    }

    async fn write_rows(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO topics (kind, id, wanted_at)
             SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?1) WHERE true
             ON CONFLICT DO NOTHING",
        )
        .bind(serde_json::to_string(&self.topics)?)
        .execute(&mut *connection)
        .await?;
        for (tuned,) in &self.tuning {
            sqlx::query("INSERT INTO tuning (id, tuned) VALUES (1, ?1)")
                .bind(tuned)
                .execute(&mut *connection)
                .await?;
        }
        for (category, days) in &self.retention {
            sqlx::query("INSERT INTO retention (category, days) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
                .bind(category)
                .bind(days)
                .execute(&mut *connection)
                .await?;
        }
        for waiting in &self.outbox {
            sqlx::query(
                "INSERT INTO outbox (id, kind, payload, lane, state, tries, created_at, expires_at, error)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
            )
            .bind(&waiting.id)
            .bind(&waiting.kind)
            .bind(&waiting.payload)
            .bind(&waiting.lane)
            .bind(&waiting.state)
            .bind(waiting.tries)
            .bind(waiting.created_at)
            .bind(waiting.expires_at)
            .bind(&waiting.error)
            .execute(&mut *connection)
            .await?;
        }
        for (log,) in &self.logs {
            // Numbers begin at 1: this asks for all of it, and the server says whether it still has all of it.
            sqlx::query("INSERT INTO cursor (id, log, number) VALUES (1, ?1, 0)")
                .bind(log)
                .execute(&mut *connection)
                .await?;
        }
        Ok(())
    }
}

/// The rows of a table, up to the first that can't be read; sets `lost` where there is one. A file of an older
/// version may not have the table: then it has no such rows.
///
/// # Errors
/// What passes, and says nothing of the file.
async fn rows<T>(
    options: &SqliteConnectOptions,
    query: &'static str,
    lost: &mut bool,
) -> Result<Vec<T>, StoreError>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    let mut found = Vec::new();
    // Each on a connection of its own: one that met a damaged page reads nothing more.
    let mut database = match Database::connect(options).await {
        Ok(database) => database,
        Err(error) if is_no_database(&error) => {
            *lost = true;
            return Ok(found);
        }
        Err(error) => {
            return match StoreError::from(error) {
                passing if passing.is_passing() && !passing.may_be_a_page() => Err(passing),
                _ => {
                    *lost = true;
                    Ok(found)
                }
            };
        }
    };
    let mut passing = None;
    if let Ok(connection) = database.get() {
        let mut rows = sqlx::query_as(query).fetch(&mut *connection);
        let failed = loop {
            match rows.try_next().await {
                Ok(Some(row)) => found.push(row),
                Ok(None) => break None,
                Err(error) => break Some(StoreError::from(error)),
            }
        };
        drop(rows);
        if let Some(error) = failed {
            if error.is_passing() && !error.may_be_a_page() {
                passing = Some(error);
            } else {
                *lost |= matches!(error, StoreError::Damaged) || file::is_broken(connection).await;
            }
        }
    }
    if let Err(error) = database.close().await {
        tracing::debug!(%error, "Close a damaged database");
    }
    passing.map_or(Ok(found), Err)
}

/// Nothing is missing before the account was there, and everything since.
async fn begin(database: &mut SqliteConnection, account: &Account) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO connection (id, state, since, complete_until) VALUES (1, 'disconnected', ?1, ?1)",
    )
    .bind(connection::before_all(account).0)
    .execute(database)
    .await?;
    Ok(())
}

async fn tell(connection: &mut SqliteConnection, told: &Told, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO notices (notice_at, notice_key, category, level, title, body, occurred_at, received_at, must_see)
         VALUES (?1, 'carillon/cache-damaged', 'carillon', ?2, ?3, ?4, ?1, ?1, 1)",
    )
    .bind(now.0)
    .bind(Level::Warning.as_str())
    .bind(&told.title)
    .bind(&told.body)
    .execute(connection)
    .await?;
    Ok(())
}
