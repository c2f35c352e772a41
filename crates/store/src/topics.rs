//! The `topics` table: what the person follows.

use carillon_contract::topic::TopicStatus;
use carillon_contract::{Timestamp, Topic};
use sqlx::FromRow;

use crate::account::AccountStore;
use crate::error::StoreError;

#[derive(FromRow)]
struct Row {
    kind: String,
    id: String,
    session: Option<String>,
    refusal: Option<String>,
}

impl AccountStore {
    /// Follows a topic from now on. Following it twice is following it once.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn want_topic(&self, topic: Topic, now: Timestamp) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query(
                        "INSERT INTO topics (kind, id, wanted_at) VALUES (?1, ?2, ?3)
                         ON CONFLICT (kind, id) DO UPDATE SET refusal = NULL",
                    )
                    .bind(topic.kind)
                    .bind(topic.id)
                    .bind(now.0)
                    .execute(connection)
                    .await?;
                    Ok(())
                })
            })
            .await
    }

    /// Follows a topic no longer; tells whether it was followed.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn drop_topic(&self, topic: Topic) -> Result<bool, StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let done = sqlx::query("DELETE FROM topics WHERE kind = ?1 AND id = ?2")
                        .bind(topic.kind)
                        .bind(topic.id)
                        .execute(connection)
                        .await?;
                    Ok(done.rows_affected() > 0)
                })
            })
            .await
    }

    /// Notes what the server said of a topic on the socket `session`.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn answer_topic(
        &self,
        topic: Topic,
        session: String,
        refusal: Option<String>,
    ) -> Result<(), StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    sqlx::query("UPDATE topics SET session = ?3, refusal = ?4 WHERE kind = ?1 AND id = ?2")
                        .bind(topic.kind)
                        .bind(topic.id)
                        .bind(refusal.is_none().then_some(session))
                        .bind(refusal)
                        .execute(connection)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    /// The wanted topics, in the order of their names. `session` is the socket of now: what an earlier one
    /// confirmed is no longer so.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn topics(&self, session: Option<&str>) -> Result<Vec<TopicStatus>, StoreError> {
        let rows: Vec<Row> =
            sqlx::query_as("SELECT kind, id, session, refusal FROM topics ORDER BY kind, id")
                .fetch_all(self.readers.lease().await?.get()?)
                .await?;
        let status = |row: Row| TopicStatus {
            confirmed: session.is_some() && row.session.as_deref() == session,
            topic: Topic {
                kind: row.kind,
                id: row.id,
            },
            refusal: row.refusal,
        };
        Ok(rows.into_iter().map(status).collect())
    }
}
