//! The `notices` and `unread` tables: the inbox, and how many of it are unread.
//!
//! The counts change in the transactions that change the rows, here and nowhere else.

use std::collections::BTreeMap;

use carillon_contract::{AccountId, Level, Notice, Timestamp};
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::events::{Incoming, Key};

/// An event that was new, with what is unique of it.
pub(crate) struct Fresh<'a> {
    pub(crate) event: &'a Incoming,
    pub(crate) key: &'a Key,
}

#[derive(Serialize)]
struct Draft<'a>(
    i64,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    &'a str,
    Option<&'a str>,
    i64,
    Option<i64>,
);

/// Adds the notices of new events, and marks read those that were read elsewhere.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    account: &AccountId,
    fresh: &[Fresh<'_>],
    received_at: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    let drafts: Vec<Draft<'_>> = fresh
        .iter()
        .filter_map(|fresh| {
            let item = &fresh.event.item;
            let draft = item.notice.as_ref()?;
            Some(Draft(
                fresh.key.0,
                draft.key.as_deref().unwrap_or(&fresh.key.1),
                draft.category,
                draft.level.as_str(),
                &draft.title,
                &draft.body,
                draft.action_url.as_deref(),
                item.occurred_at.unwrap_or(received_at).0,
                draft.read.then_some(received_at.0),
            ))
        })
        .collect();
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let json = serde_json::to_string(&drafts)?;
    let rows: Vec<Row> = sqlx::query_as(
        "INSERT INTO notices
             (notice_at, notice_key, category, level, title, body, action_url, occurred_at, received_at, read_at)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                value ->> 7, ?2, value ->> 8
         FROM json_each(?1) WHERE true
         ON CONFLICT (notice_at, notice_key) DO NOTHING
         RETURNING id, category, level, title, body, action_url, occurred_at, received_at, read_at",
    )
    .bind(&json)
    .bind(received_at.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut notices: Vec<Notice> = rows.into_iter().map(|row| row.into_notice(account)).collect();
    notices.sort_by_key(|notice| notice.id);
    let unread = notices
        .iter()
        .filter(|notice| !notice.read)
        .map(|notice| (notice.category.clone(), 1));
    count(connection, unread).await?;
    if drafts.iter().any(|draft| draft.8.is_some()) {
        read_elsewhere(connection, &json, received_at).await?;
    }
    Ok(notices)
}

/// Marks those notices read that came again as read.
async fn read_elsewhere(
    connection: &mut SqliteConnection,
    drafts: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let changed: Vec<(String,)> = sqlx::query_as(
        "UPDATE notices SET read_at = ?2
         WHERE read_at IS NULL AND archived_at IS NULL AND (notice_at, notice_key) IN
               (SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE value ->> 8 IS NOT NULL)
         RETURNING category",
    )
    .bind(drafts)
    .bind(now.0)
    .fetch_all(&mut *connection)
    .await?;
    count(connection, changed.into_iter().map(|(category,)| (category, -1))).await
}

/// Adds to the counts of unread notices.
async fn count(
    connection: &mut SqliteConnection,
    changes: impl Iterator<Item = (String, i64)>,
) -> Result<(), StoreError> {
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (category, change) in changes {
        *sums.entry(category).or_default() += change;
    }
    for (category, change) in sums {
        sqlx::query(
            "INSERT INTO unread (category, count) VALUES (?1, max(?2, 0))
             ON CONFLICT (category) DO UPDATE SET count = count + ?2",
        )
        .bind(category)
        .bind(change)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

#[derive(FromRow)]
pub(crate) struct Row {
    id: i64,
    category: String,
    level: String,
    title: String,
    body: String,
    action_url: Option<String>,
    occurred_at: i64,
    received_at: i64,
    read_at: Option<i64>,
}

impl Row {
    pub(crate) fn into_notice(self, account: &AccountId) -> Notice {
        Notice {
            account: account.clone(),
            id: self.id,
            category: self.category,
            level: Level::from_stored(&self.level),
            title: self.title,
            body: self.body,
            action_url: self.action_url,
            occurred_at: Timestamp(self.occurred_at),
            received_at: Timestamp(self.received_at),
            read: self.read_at.is_some(),
        }
    }
}

/// Where a page of the inbox begins: behind this notice. The key of the last one of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageKey {
    /// When it happened.
    pub occurred_at: Timestamp,
    /// Its number.
    pub id: i64,
}

impl PageKey {
    /// The first page, where the newest are.
    pub const FIRST: Self = Self {
        occurred_at: Timestamp(i64::MAX),
        id: i64::MAX,
    };

    /// The page behind this notice.
    pub fn behind(notice: &Notice) -> Self {
        Self {
            occurred_at: notice.occurred_at,
            id: notice.id,
        }
    }
}

impl AccountStore {
    /// A page of the inbox, newest first.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn inbox(&self, unread: bool, from: PageKey, limit: u32) -> Result<Vec<Notice>, StoreError> {
        // Two texts, because the condition on `read_at` has to be written out for its index to be used.
        let query = if unread {
            "SELECT id, category, level, title, body, action_url, occurred_at, received_at, read_at
             FROM notices INDEXED BY notices_unread
             WHERE archived_at IS NULL AND read_at IS NULL AND (occurred_at, id) < (?1, ?2)
             ORDER BY occurred_at DESC, id DESC LIMIT ?3"
        } else {
            "SELECT id, category, level, title, body, action_url, occurred_at, received_at, read_at
             FROM notices INDEXED BY notices_by_time
             WHERE archived_at IS NULL AND (occurred_at, id) < (?1, ?2)
             ORDER BY occurred_at DESC, id DESC LIMIT ?3"
        };
        let rows: Vec<Row> = sqlx::query_as(query)
            .bind(from.occurred_at.0)
            .bind(from.id)
            .bind(limit)
            .fetch_all(self.readers.lease().await?.get()?)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| row.into_notice(&self.account().id))
            .collect())
    }

    /// How many notices are unread, per category; categories without any are left out.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn unread(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows: Vec<(String, i64)> = sqlx::query_as("SELECT category, count FROM unread WHERE count > 0")
            .fetch_all(self.readers.lease().await?.get()?)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Marks notices read; gives those that were unread until now.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn mark_read(&self, ids: Vec<i64>, now: Timestamp) -> Result<Vec<i64>, StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let changed: Vec<(i64, String)> = sqlx::query_as(
                        "UPDATE notices SET read_at = ?2
                         WHERE id IN (SELECT value FROM json_each(?1))
                           AND read_at IS NULL AND archived_at IS NULL
                         RETURNING id, category",
                    )
                    .bind(serde_json::to_string(&ids)?)
                    .bind(now.0)
                    .fetch_all(&mut *connection)
                    .await?;
                    let mut ids: Vec<i64> = changed.iter().map(|row| row.0).collect();
                    ids.sort_unstable();
                    count(
                        connection,
                        changed.into_iter().map(|(_, category)| (category, -1)),
                    )
                    .await?;
                    Ok(ids)
                })
            })
            .await
    }
}
