//! Search in notices: the full-text index, and the newest notices that are not in it yet.

use carillon_contract::Notice;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::{Row, columns};

/// Notices put into the index at a time. A step takes a few milliseconds, between which others may write.
const STEP: i64 = 500;

impl AccountStore {
    /// Puts the next notices into the index; tells whether there are more. To be called when there is time.
    ///
    /// # Errors
    /// Where the file can't be written.
    pub async fn index_step(&self) -> Result<bool, StoreError> {
        self.writer()?
            .write(move |connection| {
                Box::pin(async move {
                    let (from, to, more): (i64, Option<i64>, bool) = sqlx::query_as(
                        "SELECT indexed,
                                (SELECT max(id) FROM
                                     (SELECT id FROM notices WHERE id > indexed ORDER BY id LIMIT ?1)),
                                (SELECT count(*) FROM
                                     (SELECT id FROM notices WHERE id > indexed ORDER BY id LIMIT ?1 + 1)) > ?1
                         FROM search_state WHERE id = 1",
                    )
                    .bind(STEP)
                    .fetch_one(&mut *connection)
                    .await?;
                    let Some(to) = to else { return Ok(false) };
                    sqlx::query(
                        "INSERT INTO notices_text (rowid, title, body)
                         SELECT id, title, body FROM notices WHERE id > ?1 AND id <= ?2",
                    )
                    .bind(from)
                    .bind(to)
                    .execute(&mut *connection)
                    .await?;
                    sqlx::query("UPDATE search_state SET indexed = ?1 WHERE id = 1")
                        .bind(to)
                        .execute(connection)
                        .await?;
                    Ok(more)
                })
            })
            .await
    }

    /// Notices that hold every word of `text`, the newest arrivals first; with `unread` only those that are.
    /// The last word may be unfinished.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn search(&self, text: &str, unread: bool, limit: u32) -> Result<Vec<Notice>, StoreError> {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        // Ordered by row id, which is the order of arrival: ordered by time, SQLite would read every hit.
        let rows: Vec<Row> = self
            .readers
            .rows(
                sqlx::query_as(concat!(
                    "SELECT ",
                    columns!(),
                    " FROM notices WHERE id IN (
                 SELECT rowid FROM notices_text WHERE notices_text MATCH ?1
                   AND (NOT ?4 OR rowid IN (SELECT id FROM notices WHERE read_at IS NULL))
                 ORDER BY rowid DESC LIMIT ?3)
             UNION ALL
             SELECT ",
                    columns!(),
                    " FROM notices
             WHERE id > (SELECT indexed FROM search_state WHERE id = 1) AND (NOT ?4 OR read_at IS NULL)
               AND NOT EXISTS (SELECT 1 FROM json_each(?2)
                               WHERE NOT (title LIKE value ESCAPE '\\' OR body LIKE value ESCAPE '\\'))
             ORDER BY id DESC LIMIT ?3",
                ))
                .bind(match_expression(&words))
                .bind(serde_json::to_string(
                    &words.iter().map(|word| format!("%{word}%")).collect::<Vec<_>>(),
                )?)
                .bind(limit)
                .bind(unread),
            )
            .await?;
        Ok(self.notices(rows))
    }
}

/// Words as an FTS5 query: each quoted, so that none is taken for an operator; the last one a prefix.
fn match_expression(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("{}*", quoted.join(" "))
}
