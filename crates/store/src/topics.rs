//! The `topics` table: what the person follows.

use std::collections::BTreeSet;

use carillon_contract::continuity::{Gap, GapReason};
use carillon_contract::topic::TopicStatus;
use carillon_contract::{Timestamp, Topic};
use sqlx::FromRow;

use crate::account::AccountStore;
use crate::continuity;
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

    /// Notes what the server said of topics on the socket `session`: joined, or refused in these words. What
    /// one sends while it is not joined is missing: `since` is when that began, at the latest. Once it is
    /// joined again, that span is a gap; those that were added are given back.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn answer_topics(
        &self,
        answers: Vec<(Topic, Option<String>)>,
        session: String,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Gap>, StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let mut missing = BTreeSet::new();
                    for (topic, refusal) in answers {
                        let before: Option<i64> = if refusal.is_none() {
                            sqlx::query_scalar(
                                "SELECT missing_since FROM topics
                                 WHERE kind = ?1 AND id = ?2 AND missing_since IS NOT NULL",
                            )
                            .bind(&topic.kind)
                            .bind(&topic.id)
                            .fetch_optional(&mut *connection)
                            .await?
                        } else {
                            None
                        };
                        missing.extend(before);
                        sqlx::query(
                            "UPDATE topics SET session = ?3, refusal = ?4,
                                 missing_since = iif(?4 IS NULL, NULL, coalesce(missing_since, ?5))
                             WHERE kind = ?1 AND id = ?2",
                        )
                        .bind(topic.kind)
                        .bind(topic.id)
                        .bind(refusal.is_none().then_some(&session))
                        .bind(refusal)
                        .bind(since.0)
                        .execute(&mut *connection)
                        .await?;
                    }
                    let gap = |from: i64| Gap {
                        // The clock may have been set back in between.
                        from: Timestamp(from).min(now),
                        to: now,
                        why: GapReason::NotJoined,
                    };
                    let gaps: Vec<Gap> = missing.into_iter().map(gap).collect();
                    for gap in &gaps {
                        continuity::insert_gap(connection, gap).await?;
                    }
                    Ok(gaps)
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
        let rows: Vec<Row> = self
            .readers
            .rows(sqlx::query_as(
                "SELECT kind, id, session, refusal FROM topics ORDER BY kind, id",
            ))
            .await?;
        let status = |row: Row| TopicStatus {
            followed: true,
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
