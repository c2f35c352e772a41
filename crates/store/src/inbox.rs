//! The inbox as a person reads and changes it. How events fill it stands in [`crate::notices`].

use std::collections::BTreeMap;

use carillon_contract::entity::EntityId;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{Notice, Timestamp};
use sqlx::SqliteConnection;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::{Row, UNREAD, columns, count, unread_now};

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
}

/// What became of it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The notices that are otherwise now, as they are.
    pub notices: Vec<Notice>,
    /// How many are unread now, per category.
    pub unread: BTreeMap<String, i64>,
}

impl AccountStore {
    /// A page of the inbox, newest first.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn inbox(
        &self,
        filter: NoticeFilter,
        from: PageKey,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        // A text for each, because a condition has to be written out for its index to be used.
        let query = match filter {
            NoticeFilter::All => concat!(
                "SELECT ",
                columns!(),
                " FROM notices INDEXED BY notices_by_time
                 WHERE archived_at IS NULL AND (occurred_at, id) < (?1, ?2)
                 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
            ),
            NoticeFilter::Unread => concat!(
                "SELECT ",
                columns!(),
                " FROM notices INDEXED BY notices_unread
                 WHERE archived_at IS NULL AND read_at IS NULL AND (occurred_at, id) < (?1, ?2)
                 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
            ),
            NoticeFilter::Archived => concat!(
                "SELECT ",
                columns!(),
                " FROM notices INDEXED BY notices_archived
                 WHERE archived_at IS NOT NULL AND (occurred_at, id) < (?1, ?2)
                 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
            ),
        };
        let rows: Vec<Row> = self
            .readers
            .rows(
                sqlx::query_as(query)
                    .bind(from.occurred_at.0)
                    .bind(from.id)
                    .bind(limit),
            )
            .await?;
        Ok(self.notices(rows))
    }

    /// One notice; `None` where there is none of this number.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn notice(&self, id: i64) -> Result<Option<Notice>, StoreError> {
        let row: Option<Row> = self
            .readers
            .row(sqlx::query_as(concat!("SELECT ", columns!(), " FROM notices WHERE id = ?1")).bind(id))
            .await?;
        Ok(row.map(|row| row.into_notice(&self.account().id)))
    }

    /// How many notices are unread, per category; categories without any are left out.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn unread(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = self.readers.rows(sqlx::query_as(UNREAD)).await?;
        Ok(rows.into_iter().collect())
    }

    /// Changes notices; those that are so already are left out of the answer. What is archived counts as read
    /// no more and no less than before: only what is in the inbox is counted as unread.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn change(&self, change: Change, ids: Vec<i64>, now: Timestamp) -> Result<Changed, StoreError> {
        let account = self.account().id.clone();
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let query = match change {
                        Change::Read => concat!(
                            "UPDATE notices SET read_at = ?2
                             WHERE id IN (SELECT value FROM json_each(?1)) AND read_at IS NULL RETURNING ",
                            columns!()
                        ),
                        Change::Unread => concat!(
                            "UPDATE notices SET read_at = NULL
                             WHERE id IN (SELECT value FROM json_each(?1)) AND read_at IS NOT NULL RETURNING ",
                            columns!()
                        ),
                        Change::Archive => concat!(
                            "UPDATE notices SET archived_at = ?2
                             WHERE id IN (SELECT value FROM json_each(?1)) AND archived_at IS NULL RETURNING ",
                            columns!()
                        ),
                        Change::Restore => concat!(
                            "UPDATE notices SET archived_at = NULL
                             WHERE id IN (SELECT value FROM json_each(?1)) AND archived_at IS NOT NULL RETURNING ",
                            columns!()
                        ),
                    };
                    let mut ask = sqlx::query_as(query).bind(serde_json::to_string(&ids)?);
                    if matches!(change, Change::Read | Change::Archive) {
                        ask = ask.bind(now.0);
                    }
                    let rows: Vec<Row> = ask.fetch_all(&mut *connection).await?;
                    let mut notices: Vec<Notice> =
                        rows.into_iter().map(|row| row.into_notice(&account)).collect();
                    notices.sort_by_key(|notice| notice.id);
                    recount(connection, change, &notices).await?;
                    let unread = unread_now(connection).await?;
                    Ok(Changed { notices, unread })
                })
            })
            .await
    }

    /// Marks everything in the inbox read.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn read_all(&self, now: Timestamp) -> Result<Changed, StoreError> {
        let account = self.account().id.clone();
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let rows: Vec<Row> = sqlx::query_as(concat!(
                        "UPDATE notices SET read_at = ?1 WHERE read_at IS NULL AND archived_at IS NULL RETURNING ",
                        columns!()
                    ))
                    .bind(now.0)
                    .fetch_all(&mut *connection)
                    .await?;
                    let mut notices: Vec<Notice> =
                        rows.into_iter().map(|row| row.into_notice(&account)).collect();
                    notices.sort_by_key(|notice| notice.id);
                    recount(connection, Change::Read, &notices).await?;
                    let unread = unread_now(connection).await?;
                    Ok(Changed { notices, unread })
                })
            })
            .await
    }

    /// The newest notices about a thing, archived ones included.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn notices_about(&self, entity: &EntityId, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let rows: Vec<Row> = self
            .readers
            .rows(
                sqlx::query_as(concat!(
                    "SELECT ",
                    columns!(),
                    " FROM notices INDEXED BY notices_about
             WHERE about_kind = ?1 AND about_id = ?2 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
                ))
                .bind(&entity.kind)
                .bind(&entity.id)
                .bind(limit),
            )
            .await?;
        Ok(self.notices(rows))
    }

    pub(crate) fn notices(&self, rows: Vec<Row>) -> Vec<Notice> {
        rows.into_iter()
            .map(|row| row.into_notice(&self.account().id))
            .collect()
    }
}

/// Counts what a change did: unread are those in the inbox that are not read.
async fn recount(
    connection: &mut SqliteConnection,
    change: Change,
    changed: &[Notice],
) -> Result<(), StoreError> {
    let (step, counted): (i64, fn(&Notice) -> bool) = match change {
        Change::Read => (-1, |notice| !notice.archived),
        Change::Unread => (1, |notice| !notice.archived),
        Change::Archive => (-1, |notice| !notice.read),
        Change::Restore => (1, |notice| !notice.read),
    };
    let changes = changed
        .iter()
        .filter(|notice| counted(notice))
        .map(|notice| (notice.category.clone(), step));
    count(connection, changes).await
}
