//! The `connection` table: the connection as it was last seen. One row.

use carillon_contract::{Account, ConnectionState, ConnectionStatus, Timestamp};
use sqlx::{FromRow, SqliteConnection};

use crate::account::AccountStore;
use crate::error::StoreError;

/// What is stored of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastSeen {
    /// The state when it was stored.
    pub status: ConnectionStatus,
    /// Up to then nothing is missing, but for the gaps; `None` before the first connection.
    pub complete_until: Option<Timestamp>,
}

impl LastSeen {
    /// Up to when everything had come, where there is no connection now. A process that was killed left the state of
    /// its connection behind.
    pub fn since(&self) -> Timestamp {
        match self.status.state {
            ConnectionState::Connected => self.complete_until.unwrap_or(self.status.since),
            _ => self.status.since,
        }
    }

    /// Whether the file took the place of a damaged one, and nothing was fetched since: then everything since the
    /// account was added counts as missing.
    pub fn began_anew(&self, account: &Account) -> bool {
        self.complete_until == Some(before_all(account))
    }
}

/// Up to when everything is there in a file that took the place of a damaged one: until just before the account was
/// added, which no connection can say.
pub(crate) fn before_all(account: &Account) -> Timestamp {
    Timestamp(account.created_at.0.saturating_sub(1))
}

#[derive(FromRow)]
struct Row {
    state: String,
    since: i64,
    cause: Option<String>,
    socket_id: Option<String>,
    tries: i64,
    complete_until: Option<i64>,
}

pub(crate) async fn set_complete_until(
    connection: &mut SqliteConnection,
    at: Timestamp,
    now: Timestamp,
) -> Result<(), StoreError> {
    // It only goes forward; but one that lies in the future was written by a clock that was ahead, and would
    // hide every gap until then.
    sqlx::query(
        "UPDATE connection SET complete_until = ?1
         WHERE id = 1 AND (complete_until IS NULL OR complete_until < ?1 OR complete_until > ?2)",
    )
    .bind(at.0)
    .bind(now.0)
    .execute(connection)
    .await?;
    Ok(())
}

impl AccountStore {
    /// Stores the connection's state.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn set_connection(&self, status: ConnectionStatus) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO connection (id, state, since, cause, socket_id, tries)
                         VALUES (1, ?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT (id) DO UPDATE SET state = excluded.state, since = excluded.since,
                             cause = excluded.cause, socket_id = excluded.socket_id, tries = excluded.tries",
                    )
                    .bind(status.state.as_str())
                    .bind(status.since.0)
                    .bind(status.cause)
                    .bind(status.socket_id)
                    .bind(status.tries)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Notes that nothing is missing up to a time.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn set_complete_until(&self, at: Timestamp, now: Timestamp) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| Box::pin(set_complete_until(connection, at, now)))
            .await
    }

    /// The connection as it was last stored; `None` before the first time.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn last_seen(&self) -> Result<Option<LastSeen>, StoreError> {
        let row: Option<Row> = self
            .readers
            .row(sqlx::query_as(
                "SELECT state, since, cause, socket_id, tries, complete_until FROM connection WHERE id = 1",
            ))
            .await?;
        Ok(row.map(|row| LastSeen {
            status: ConnectionStatus {
                state: ConnectionState::from_stored(&row.state),
                catching_up: false,
                since: Timestamp(row.since),
                cause: row.cause,
                code: None,
                socket_id: row.socket_id,
                tries: u32::try_from(row.tries).unwrap_or(0),
                next_try_at: None,
            },
            complete_until: row.complete_until.map(Timestamp),
        }))
    }
}
