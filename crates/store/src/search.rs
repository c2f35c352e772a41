//! Search in notices: the full-text index, and the newest notices that are not in it yet.

use carillon_contract::Notice;

use crate::account::AccountStore;
use crate::error::StoreError;
use crate::notices::{Row, columns};

/// Notices put into the index at a time. A step takes a few milliseconds, between which others may write.
const STEP: i64 = 500;

/// Hits that are looked up at a time, where some of them may turn out to be read.
const HITS: usize = 400;

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
        self.search_before(text, unread, i64::MAX, limit).await
    }

    /// As [`AccountStore::search`], of those that arrived before the notice `before`: the number of the last one of
    /// the page before.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn search_before(
        &self,
        text: &str,
        unread: bool,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Notice>, StoreError> {
        let words: Vec<&str> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|w| !w.is_empty())
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (indexed,): (i64,) = self
            .readers
            .one(sqlx::query_as("SELECT indexed FROM search_state WHERE id = 1"))
            .await?;
        let mut found = self.not_indexed(&words, unread, indexed, before, limit).await?;
        // What is put into the index meanwhile has been looked at already.
        let mut before = before.min(indexed.saturating_add(1));
        let expression = match_expression(&words);
        while found.len() < wanted {
            let hits = self.hits(&expression, before).await?;
            let Some(last) = hits.last() else { break };
            before = *last;
            let more = hits.len() == HITS;
            found.extend(self.of_hits(&hits, unread, limit).await?);
            if !more {
                break;
            }
        }
        found.truncate(wanted);
        Ok(self.notices(found))
    }

    /// The newest notices, which are not in the index yet.
    async fn not_indexed(
        &self,
        words: &[&str],
        unread: bool,
        indexed: i64,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError> {
        let patterns: Vec<String> = words.iter().map(|word| format!("%{word}%")).collect();
        let ask = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM notices
             WHERE id > ?1 AND id < ?2 AND (NOT ?3 OR read_at IS NULL)
               AND NOT EXISTS (SELECT 1 FROM json_each(?4)
                               WHERE NOT (title LIKE value ESCAPE '\\' OR body LIKE value ESCAPE '\\'))
             ORDER BY id DESC LIMIT ?5",
        ));
        let ask = ask
            .bind(indexed)
            .bind(before)
            .bind(unread)
            .bind(serde_json::to_string(&patterns)?)
            .bind(limit);
        self.readers.rows(ask).await
    }

    /// The next numbers of notices that the index has for these words. Ordered by number, which is the order of
    /// arrival: ordered by time, SQLite would read every hit.
    async fn hits(&self, expression: &str, before: i64) -> Result<Vec<i64>, StoreError> {
        let ask = sqlx::query_as(
            "SELECT rowid FROM notices_text WHERE notices_text MATCH ?1 AND rowid < ?2
             ORDER BY rowid DESC LIMIT ?3",
        );
        let ask = ask
            .bind(expression)
            .bind(before)
            .bind(i64::try_from(HITS).unwrap_or(i64::MAX));
        let rows: Vec<(i64,)> = self.readers.rows(ask).await?;
        Ok(rows.into_iter().map(|(id,)| id).collect())
    }

    async fn of_hits(&self, hits: &[i64], unread: bool, limit: u32) -> Result<Vec<Row>, StoreError> {
        let ask = sqlx::query_as(concat!(
            "SELECT ",
            columns!(),
            " FROM notices
             WHERE id IN (SELECT value FROM json_each(?1)) AND (NOT ?2 OR read_at IS NULL)
             ORDER BY id DESC LIMIT ?3",
        ));
        let ask = ask.bind(serde_json::to_string(hits)?).bind(unread).bind(limit);
        self.readers.rows(ask).await
    }
}

/// Words as an FTS5 query: each quoted, so that none is taken for an operator; the last one a prefix.
fn match_expression(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    format!("{}*", quoted.join(" "))
}
