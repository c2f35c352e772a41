//! The `notices` and `unread` tables as events fill them. What a person reads and changes stands in
//! [`crate::inbox`].
//!
//! The counts are kept by triggers, in the statements that change the rows.

use std::collections::BTreeMap;

use carillon_contract::entity::EntityId;
use carillon_contract::{AccountId, Level, Notice, Timestamp};
use serde::Serialize;
use sqlx::{FromRow, SqliteConnection};

use crate::error::StoreError;
use crate::events::{Incoming, Key};

/// The columns of [`Row`].
macro_rules! columns {
    () => {
        "id, category, level, title, body, action_url, occurred_at, received_at, read_at, archived_at, \
         about_kind, about_id"
    };
}
pub(crate) use columns;

/// How many are unread, per category.
pub(crate) const UNREAD: &str = "SELECT category, count FROM unread WHERE count > 0";

/// An event that was new, with what is unique of it.
pub(crate) struct Fresh<'a> {
    pub(crate) event: &'a Incoming,
    pub(crate) key: &'a Key,
    /// The number it was stored under.
    pub(crate) seq: i64,
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
    Option<&'a str>,
    Option<&'a str>,
    bool,
);

/// What the events of a batch did to the inbox.
#[derive(Debug, Default)]
pub struct Inboxed {
    /// Notices that were added, oldest first.
    pub added: Vec<Notice>,
    /// Notices that were read elsewhere.
    pub changed: Vec<Notice>,
    /// How many are unread now, per category; only where something was added or changed.
    pub unread: BTreeMap<String, i64>,
}

/// Adds the notices of new events, and marks read those that were read elsewhere.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    account: &AccountId,
    fresh: &[Fresh<'_>],
    received_at: Timestamp,
) -> Result<Inboxed, StoreError> {
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
                draft.about.as_ref().map(|about| about.kind),
                draft.about.as_ref().map(|about| about.id.as_str()),
                draft.must_see,
            ))
        })
        .collect();
    if drafts.is_empty() {
        return Ok(Inboxed::default());
    }
    let json = serde_json::to_string(&drafts)?;
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "INSERT INTO notices
             (notice_at, notice_key, category, level, title, body, action_url, occurred_at, received_at, read_at,
              about_kind, about_id, must_see)
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
                value ->> 7, ?2, value ->> 8, value ->> 9, value ->> 10, value ->> 11
         FROM json_each(?1) WHERE true
         ON CONFLICT (notice_at, notice_key) DO NOTHING
         RETURNING ",
        columns!()
    ))
    .bind(&json)
    .bind(received_at.0)
    .fetch_all(&mut *connection)
    .await?;
    let mut added: Vec<Notice> = rows.into_iter().map(|row| row.into_notice(account)).collect();
    added.sort_by_key(|notice| notice.id);
    let mut changed = Vec::new();
    if drafts.iter().any(|draft| draft.8.is_some()) {
        changed = read_elsewhere(connection, account, &json, received_at).await?;
    }
    Ok(Inboxed {
        added,
        changed,
        unread: unread_now(connection).await?,
    })
}

/// Marks those notices read that came again as read, and gives them.
async fn read_elsewhere(
    connection: &mut SqliteConnection,
    account: &AccountId,
    drafts: &str,
    now: Timestamp,
) -> Result<Vec<Notice>, StoreError> {
    // By way of the whole key: by its time alone, all notices whose keys name them for ever would be walked through.
    let rows: Vec<Row> = sqlx::query_as(concat!(
        "UPDATE notices SET read_at = ?2 WHERE id IN (
             SELECT n.id FROM json_each(?1) AS draft CROSS JOIN notices AS n INDEXED BY notices_once
                 ON n.notice_at = draft.value ->> 0 AND n.notice_key = draft.value ->> 1
             WHERE draft.value ->> 8 IS NOT NULL AND n.read_at IS NULL AND n.archived_at IS NULL)
         RETURNING ",
        columns!()
    ))
    .bind(drafts)
    .bind(now.0)
    .fetch_all(&mut *connection)
    .await?;
    Ok(rows.into_iter().map(|row| row.into_notice(account)).collect())
}

/// How many are unread, per category; categories without any are left out.
pub(crate) async fn unread_now(
    connection: &mut SqliteConnection,
) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows: Vec<(String, i64)> = sqlx::query_as(UNREAD).fetch_all(connection).await?;
    Ok(rows.into_iter().collect())
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
    archived_at: Option<i64>,
    about_kind: Option<String>,
    about_id: Option<String>,
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
            archived: self.archived_at.is_some(),
            about: self
                .about_kind
                .zip(self.about_id)
                .map(|(kind, id)| EntityId { kind, id }),
        }
    }
}
