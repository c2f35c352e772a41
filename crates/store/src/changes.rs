//! What a person does with notices. The counts follow by themselves: triggers keep them.

use std::collections::BTreeMap;

use carillon_contract::{Notice, Timestamp};
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::{Row, columns, unread_now};

/// Notices changed by one job of the writer where there may be any number: a few milliseconds, between which
/// others may write.
const STEP: usize = 500;

/// What a person does with notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Marks them read.
    Read,
    /// Marks them unread.
    Unread,
    /// Puts them away.
    Archive,
    /// Takes them back.
    Restore,
    /// Puts those that are not archived off until then.
    Snooze(Timestamp),
    /// Takes them back before their time.
    Wake,
    /// Deletes them for good. The events that they came with stay until their time is over.
    Erase,
}

/// What became of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The notices that are otherwise now, as they are, in order of arrival.
    pub notices: Vec<Notice>,
    /// The numbers of the notices that are gone.
    pub erased: Vec<i64>,
    /// How many are unread now, per category.
    pub unread: BTreeMap<String, i64>,
}

/// A statement that changes those notices of a list to which a condition applies, and gives them.
macro_rules! change {
    ($set:literal, $condition:literal) => {
        concat!(
            "UPDATE notices SET ",
            $set,
            " WHERE id IN (SELECT value FROM json_each(?1)) AND ",
            $condition,
            " RETURNING ",
            columns!()
        )
    };
}

impl AccountStore {
    /// Changes notices; those that are so already are left out of the answer. What is archived or put off counts
    /// as read no more and no less than before: only what is in the inbox is counted as unread.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn change(&self, change: Change, ids: Vec<i64>, now: Timestamp) -> Result<Changed, StoreError> {
        let ids = serde_json::to_string(&ids)?;
        let query = match change {
            Change::Read => sqlx::query_as(change!("read_at = ?2", "read_at IS NULL"))
                .bind(ids)
                .bind(now.0),
            Change::Unread => sqlx::query_as(change!("read_at = NULL", "read_at IS NOT NULL")).bind(ids),
            Change::Archive => sqlx::query_as(change!(
                "archived_at = ?2, snoozed_until = NULL",
                "archived_at IS NULL"
            ))
            .bind(ids)
            .bind(now.0),
            Change::Restore => {
                // For how long it is kept is counted anew from here; `max` leaves what is unread so.
                sqlx::query_as(change!(
                    "archived_at = NULL, read_at = max(read_at, ?2)",
                    "archived_at IS NOT NULL"
                ))
                .bind(ids)
                .bind(now.0)
            }
            Change::Snooze(until) => sqlx::query_as(change!(
                "snoozed_until = ?2",
                "archived_at IS NULL AND snoozed_until IS NOT ?2"
            ))
            .bind(ids)
            .bind(until.0),
            Change::Wake => sqlx::query_as(change!(
                "snoozed_until = NULL, read_at = max(read_at, ?2)",
                "snoozed_until IS NOT NULL"
            ))
            .bind(ids)
            .bind(now.0),
            Change::Erase => return self.erase(ids).await,
        };
        let account = self.account().id.clone();
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let rows: Vec<Row> = query.fetch_all(&mut *connection).await?;
                    let notices = rows.into_iter().map(|row| row.into_notice(&account));
                    changed(connection, notices.collect()).await
                })
            })
            .await
    }

    async fn erase(&self, ids: String) -> Result<Changed, StoreError> {
        self.writer()?
            .write(move |connection| Box::pin(async move { erase(connection, &ids).await }))
            .await
    }

    /// Marks everything in the inbox read, as [`AccountStore::read_some`] does it, and gives all of it at once.
    ///
    /// # Errors
    /// Where the file can't be written. What was marked before that stays so.
    pub async fn read_all(&self, now: Timestamp) -> Result<Changed, StoreError> {
        let mut all = Changed::default();
        loop {
            let some = self.read_some(now).await?;
            let more = some.notices.len() == STEP;
            all.notices.extend(some.notices);
            all.unread = some.unread;
            if !more {
                all.notices.sort_by_key(|notice| notice.id);
                return Ok(all);
            }
        }
    }

    /// Marks up to 500 notices in the inbox read, the newest ones; none are given when none are left.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn read_some(&self, now: Timestamp) -> Result<Changed, StoreError> {
        self.change_some(
            concat!(
                "UPDATE notices SET read_at = ?1 WHERE id IN (
                     SELECT id FROM notices INDEXED BY notices_unread
                     WHERE read_at IS NULL AND archived_at IS NULL AND snoozed_until IS NULL
                     ORDER BY occurred_at DESC, id DESC LIMIT ?2)
                 RETURNING ",
                columns!()
            ),
            now,
        )
        .await
    }

    /// Takes up to 500 notices back whose time has come; none are given when none are left. They are as read as
    /// they were.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn wake_due(&self, now: Timestamp) -> Result<Changed, StoreError> {
        self.change_some(
            concat!(
                "UPDATE notices SET snoozed_until = NULL, read_at = max(read_at, ?1) WHERE id IN (
                     SELECT id FROM notices INDEXED BY notices_snoozed
                     WHERE snoozed_until IS NOT NULL AND snoozed_until <= ?1 ORDER BY snoozed_until LIMIT ?2)
                 RETURNING ",
                columns!()
            ),
            now,
        )
        .await
    }

    async fn change_some(&self, query: &'static str, now: Timestamp) -> Result<Changed, StoreError> {
        let account = self.account().id.clone();
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let rows: Vec<Row> = sqlx::query_as(query)
                        .bind(now.0)
                        .bind(i64::try_from(STEP).unwrap_or(i64::MAX))
                        .fetch_all(&mut *connection)
                        .await?;
                    let notices = rows.into_iter().map(|row| row.into_notice(&account));
                    changed(connection, notices.collect()).await
                })
            })
            .await
    }

    /// When the next notice that was put off comes back; `None` where none was.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let next: Option<(i64,)> = self
            .readers
            .row(sqlx::query_as(
                "SELECT snoozed_until FROM notices INDEXED BY notices_snoozed
                 WHERE snoozed_until IS NOT NULL ORDER BY snoozed_until LIMIT 1",
            ))
            .await?;
        Ok(next.map(|(at,)| Timestamp(at)))
    }
}

/// Deletes the notices of a list (JSON) for good, from the full-text index as well.
pub(crate) async fn erase(connection: &mut SqliteConnection, ids: &str) -> Result<Changed, StoreError> {
    // The index holds no text of its own, and has to be told what to forget.
    sqlx::query(
        "INSERT INTO notices_text (notices_text, rowid, title, body)
         SELECT 'delete', id, title, body FROM notices
         WHERE id IN (SELECT value FROM json_each(?1))
           AND id <= (SELECT indexed FROM search_state WHERE id = 1)",
    )
    .bind(ids)
    .execute(&mut *connection)
    .await?;
    let gone: Vec<(i64,)> =
        sqlx::query_as("DELETE FROM notices WHERE id IN (SELECT value FROM json_each(?1)) RETURNING id")
            .bind(ids)
            .fetch_all(&mut *connection)
            .await?;
    let mut erased: Vec<i64> = gone.into_iter().map(|(id,)| id).collect();
    erased.sort_unstable();
    Ok(Changed {
        notices: Vec::new(),
        erased,
        unread: unread_now(connection).await?,
    })
}

async fn changed(connection: &mut SqliteConnection, mut notices: Vec<Notice>) -> Result<Changed, StoreError> {
    notices.sort_by_key(|notice| notice.id);
    Ok(Changed {
        notices,
        erased: Vec::new(),
        unread: unread_now(connection).await?,
    })
}
