//! The inbox as a person reads it. How it is changed stands in `changes.rs`, and how events fill it in
//! [`crate::notices`].

use std::collections::BTreeMap;

use carillon_contract::entity::EntityId;
use carillon_contract::view::NoticeFilter;
use carillon_contract::{Notice, Timestamp};
use sqlx::FromRow;

use crate::account::AccountStore;
pub use crate::changes::{Change, Changed};
use crate::error::StoreError;
use crate::notices::{Row, UNREAD, columns};

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
                 WHERE archived_at IS NULL AND snoozed_until IS NULL AND (occurred_at, id) < (?1, ?2)
                 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
            ),
            NoticeFilter::Unread => concat!(
                "SELECT ",
                columns!(),
                " FROM notices INDEXED BY notices_unread
                 WHERE archived_at IS NULL AND snoozed_until IS NULL AND read_at IS NULL
                   AND (occurred_at, id) < (?1, ?2)
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
        self.page(query, from, limit).await
    }

    async fn page(&self, query: &'static str, from: PageKey, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let ask = sqlx::query_as(query)
            .bind(from.occurred_at.0)
            .bind(from.id)
            .bind(limit);
        let rows: Vec<Row> = self.readers.rows(ask).await?;
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

    /// A page of the notices in the inbox that must be seen, read or not, newest first.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn must_see(&self, from: PageKey, limit: u32) -> Result<Vec<Notice>, StoreError> {
        self.page(
            concat!(
                "SELECT ",
                columns!(),
                " FROM notices INDEXED BY notices_must_see
                 WHERE must_see = 1 AND archived_at IS NULL AND snoozed_until IS NULL
                   AND (occurred_at, id) < (?1, ?2)
                 ORDER BY occurred_at DESC, id DESC LIMIT ?3"
            ),
            from,
            limit,
        )
        .await
    }

    /// How many notices in the inbox must be seen, read or not, per category; categories without any are left out.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn must_see_counts(&self) -> Result<BTreeMap<String, i64>, StoreError> {
        let rows = self
            .readers
            .rows(sqlx::query_as(
                "SELECT category, must_see FROM unread WHERE must_see > 0",
            ))
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// The notices that are put off, those first that come back first, with when they do.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn snoozed(&self, limit: u32) -> Result<Vec<(Timestamp, Notice)>, StoreError> {
        let rows: Vec<Snoozed> = self
            .readers
            .rows(
                sqlx::query_as(concat!(
                    "SELECT snoozed_until, ",
                    columns!(),
                    " FROM notices INDEXED BY notices_snoozed
                     WHERE snoozed_until IS NOT NULL ORDER BY snoozed_until, id LIMIT ?1"
                ))
                .bind(limit),
            )
            .await?;
        let account = &self.account().id;
        let told = |row: Snoozed| (Timestamp(row.snoozed_until), row.notice.into_notice(account));
        Ok(rows.into_iter().map(told).collect())
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

/// A notice that is put off.
#[derive(FromRow)]
struct Snoozed {
    snoozed_until: i64,
    #[sqlx(flatten)]
    notice: Row,
}
