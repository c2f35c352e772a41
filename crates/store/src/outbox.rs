//! The `outbox` table: what waits to be sent.
//!
//! Each step of a row is one statement that names the states it may come from, so that two who act on one row
//! (the sender and the person) can't undo each other's step.

use carillon_contract::outbox::{Draft, Outgoing, SendState};
use carillon_contract::{AccountId, LocalId, Timestamp};
use serde_json::value::RawValue;
use sqlx::FromRow;
use sqlx::sqlite::SqliteArguments;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::writer::Durability;

/// A row as it is stored.
#[derive(Debug, FromRow)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) lane: String,
    pub(crate) state: String,
    pub(crate) tries: i64,
    pub(crate) created_at: i64,
    pub(crate) expires_at: Option<i64>,
    pub(crate) error: Option<String>,
}

impl Row {
    fn into_outgoing(self, account: &AccountId) -> Result<Outgoing, StoreError> {
        Ok(Outgoing {
            account: account.clone(),
            id: LocalId::new(self.id),
            kind: self.kind,
            payload: RawValue::from_string(self.payload)?,
            lane: self.lane,
            created_at: Timestamp(self.created_at),
            expires_at: self.expires_at.map(Timestamp),
            state: SendState::from_stored(&self.state),
            tries: u32::try_from(self.tries).unwrap_or(u32::MAX),
            error: self.error,
        })
    }
}

/// A statement that gives the rows it changes.
macro_rules! returning {
    ($sql:literal) => {
        sqlx::query_as(concat!(
            $sql,
            " RETURNING id, kind, payload, lane, state, tries, created_at, expires_at, error"
        ))
    };
}

type Query = sqlx::query::QueryAs<'static, sqlx::Sqlite, Row, SqliteArguments>;

impl AccountStore {
    /// Takes something to be sent.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn push_outgoing(
        &self,
        id: LocalId,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Outgoing, StoreError> {
        let query = returning!(
            "INSERT INTO outbox (id, kind, payload, lane, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)"
        )
        .bind(id.as_str().to_owned())
        .bind(draft.kind)
        .bind(draft.payload.get().to_owned())
        .bind(draft.lane)
        .bind(now.0)
        .bind(draft.expires_at.map(|at| at.0));
        let mut rows = self.change_outbox(query).await?;
        rows.pop().ok_or_else(|| sqlx::Error::RowNotFound.into())
    }

    /// All that is kept to be sent, in its order.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn outbox(&self) -> Result<Vec<Outgoing>, StoreError> {
        let rows: Vec<Row> = self
            .readers
            .rows(sqlx::query_as(
                "SELECT id, kind, payload, lane, state, tries, created_at, expires_at, error
             FROM outbox ORDER BY seq",
            ))
            .await?;
        self.outgoing(rows)
    }

    /// What may be sent next: the first of each lane, unless it is on its way. Where its outcome is unknown, it
    /// may only if sending twice does no harm (`idempotent`), and not late.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn sendable(&self, idempotent: bool, now: Timestamp) -> Result<Vec<Outgoing>, StoreError> {
        let rows: Vec<Row> = self
            .readers
            .rows(
                sqlx::query_as(
                    "SELECT id, kind, payload, lane, state, tries, created_at, expires_at, error
             FROM outbox AS next
             WHERE state IN ('queued', iif(?1, 'unknown', 'queued'))
               AND (expires_at IS NULL OR expires_at > ?2)
               AND NOT EXISTS (
                 SELECT 1 FROM outbox AS before
                 WHERE before.lane = next.lane AND before.seq < next.seq
                   AND before.state IN ('queued', 'sending', 'unknown'))
             ORDER BY seq",
                )
                .bind(idempotent)
                .bind(now.0),
            )
            .await?;
        self.outgoing(rows)
    }

    /// When the next thing that waits must not be sent any more.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn next_expiry(&self) -> Result<Option<Timestamp>, StoreError> {
        let (at,): (Option<i64>,) = self
            .readers
            .one(sqlx::query_as(
                "SELECT min(expires_at) FROM outbox INDEXED BY outbox_expiring
                 WHERE state = 'queued' AND expires_at IS NOT NULL",
            ))
            .await?;
        Ok(at.map(Timestamp))
    }

    /// Marks something as on its way, before it is; `None` where it is no longer to be sent.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn begin_sending(
        &self,
        id: &LocalId,
        idempotent: bool,
        now: Timestamp,
    ) -> Result<Option<Outgoing>, StoreError> {
        let query = returning!(
            "UPDATE outbox SET state = 'sending', tries = tries + 1, error = NULL
             WHERE id = ?1 AND (state = 'queued' OR (?2 AND state = 'unknown'))
               AND (expires_at IS NULL OR expires_at > ?3)"
        );
        let changed = self
            .change_outbox(query.bind(id.as_str().to_owned()).bind(idempotent).bind(now.0))
            .await?;
        Ok(changed.into_iter().next())
    }

    /// Notes how a try ended that did not end with the server having taken it.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn end_sending(
        &self,
        id: &LocalId,
        state: SendState,
        error: Option<String>,
    ) -> Result<Option<Outgoing>, StoreError> {
        let query =
            returning!("UPDATE outbox SET state = ?2, error = ?3 WHERE id = ?1 AND state = 'sending'");
        let query = query
            .bind(id.as_str().to_owned())
            .bind(state.as_str())
            .bind(error);
        Ok(self.change_outbox(query).await?.into_iter().next())
    }

    /// Lets go of what the server has taken.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn finish_sending(&self, id: &LocalId) -> Result<(), StoreError> {
        let query = returning!("DELETE FROM outbox WHERE id = ?1 AND state = 'sending'");
        self.change_outbox(query.bind(id.as_str().to_owned())).await?;
        Ok(())
    }

    /// Marks what is on its way as of unknown outcome: whoever sent it has gone.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn interrupt_sending(&self) -> Result<Vec<Outgoing>, StoreError> {
        self.change_outbox(returning!(
            "UPDATE outbox SET state = 'unknown' WHERE state = 'sending'"
        ))
        .await
    }

    /// Gives up what was not sent in its time.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn expire_outgoing(&self, now: Timestamp) -> Result<Vec<Outgoing>, StoreError> {
        let query = returning!(
            "UPDATE outbox INDEXED BY outbox_expiring SET state = 'expired'
             WHERE state = 'queued' AND expires_at IS NOT NULL AND expires_at <= ?1"
        );
        self.change_outbox(query.bind(now.0)).await
    }

    /// Queues what was refused or is of unknown outcome once more, because the person says so; `None` where
    /// there is no such thing, or its time is over.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn retry_outgoing(&self, id: &LocalId, now: Timestamp) -> Result<Option<Outgoing>, StoreError> {
        let query = returning!(
            "UPDATE outbox SET state = 'queued', error = NULL
             WHERE id = ?1 AND state IN ('unknown', 'rejected') AND (expires_at IS NULL OR expires_at > ?2)"
        );
        let changed = self
            .change_outbox(query.bind(id.as_str().to_owned()).bind(now.0))
            .await?;
        Ok(changed.into_iter().next())
    }

    /// Takes something back, unless it is on its way; tells whether it was there.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn discard_outgoing(&self, id: &LocalId) -> Result<bool, StoreError> {
        let query = returning!("DELETE FROM outbox WHERE id = ?1 AND state <> 'sending'");
        let gone = self.change_outbox(query.bind(id.as_str().to_owned())).await?;
        Ok(!gone.is_empty())
    }

    /// Runs one statement that gives back the rows it changed.
    async fn change_outbox(&self, query: Query) -> Result<Vec<Outgoing>, StoreError> {
        let rows = self
            .writer()?
            // The person takes it for kept, and nobody else has it.
            .write_with(Durability::Power, move |connection| {
                Box::pin(async move { Ok(query.fetch_all(connection).await?) })
            })
            .await?;
        self.outgoing(rows)
    }

    fn outgoing(&self, rows: Vec<Row>) -> Result<Vec<Outgoing>, StoreError> {
        rows.into_iter()
            .map(|row| row.into_outgoing(&self.account().id))
            .collect()
    }
}
