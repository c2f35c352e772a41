//! All rows of an account as lines of JSON, a page at a time: so much as fits into memory whatever there is.

use crate::account::AccountStore;
use crate::error::StoreError;

/// What is exported of a table.
#[derive(Debug)]
pub struct Table {
    /// Its name outside of the file.
    pub name: &'static str,
    /// The names of its values, where each of them is a text, a number or nothing: such a table is one of cells.
    pub cells: Option<&'static [&'static str]>,
    /// The key before the first row, as JSON.
    start: &'static str,
    /// Rows of a page. A payload may have megabytes.
    rows: u32,
    /// Gives the key of each row behind ?1 and the row, both as JSON.
    query: &'static str,
}

/// All that is exported. Left out is what only serves the program: the cursor, the counters, what the last connection
/// was called, and the index of the search.
pub static TABLES: [Table; 9] = [
    Table {
        name: "notices",
        cells: Some(&[
            "id",
            "category",
            "level",
            "title",
            "body",
            "actionUrl",
            "occurredAt",
            "receivedAt",
            "readAt",
            "archivedAt",
            "snoozedUntil",
            "mustSee",
            "aboutKind",
            "aboutId",
        ]),
        start: "[0]",
        rows: 32,
        query: "SELECT json_array(id), json_object('id', id, 'category', category, 'level', level,
                    'title', title, 'body', body, 'actionUrl', action_url, 'occurredAt', occurred_at,
                    'receivedAt', received_at, 'readAt', read_at, 'archivedAt', archived_at,
                    'snoozedUntil', snoozed_until, 'mustSee', must_see, 'aboutKind', about_kind,
                    'aboutId', about_id)
                FROM notices WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2",
    },
    Table {
        name: "events",
        cells: None,
        start: "[0]",
        rows: 16,
        query: "SELECT json_array(seq), json_object('seq', seq, 'receivedAt', received_at,
                    'occurredAt', occurred_at, 'event', name, 'kind', kind, 'key', dedupe_key,
                    'number', number, 'copies', copies, 'payload', iif(json_valid(payload), json(payload), payload))
                FROM events WHERE seq > ?1 ->> 0 ORDER BY seq LIMIT ?2",
    },
    Table {
        name: "entities",
        cells: None,
        start: r#"["",""]"#,
        rows: 32,
        query: "SELECT json_array(kind, id), json_object('kind', kind, 'id', id, 'state', json(state),
                    'updatedAt', updated_at)
                FROM entities WHERE (kind, id) > (?1 ->> 0, ?1 ->> 1) ORDER BY kind, id LIMIT ?2",
    },
    Table {
        name: "activity",
        cells: None,
        start: r#"["","",0,0]"#,
        rows: 100,
        query: "SELECT json_array(entity_kind, entity_id, at, seq), json_object('kind', entity_kind,
                    'id', entity_id, 'seq', seq, 'what', what, 'at', at, 'fields', json(fields))
                FROM activity
                WHERE (entity_kind, entity_id, at, seq) > (?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3)
                ORDER BY entity_kind, entity_id, at, seq LIMIT ?2",
    },
    Table {
        name: "points",
        cells: Some(&["kind", "id", "series", "at", "value"]),
        start: r#"["","","",0]"#,
        rows: 500,
        query: "SELECT json_array(entity_kind, entity_id, series, at), json_object('kind', entity_kind,
                    'id', entity_id, 'series', series, 'at', at, 'value', value)
                FROM points
                WHERE (entity_kind, entity_id, series, at) > (?1 ->> 0, ?1 ->> 1, ?1 ->> 2, ?1 ->> 3)
                ORDER BY entity_kind, entity_id, series, at LIMIT ?2",
    },
    Table {
        name: "gaps",
        cells: Some(&["from", "to", "why"]),
        start: "[0]",
        rows: 500,
        query: "SELECT json_array(id), json_object('from', from_at, 'to', to_at, 'why', why)
                FROM gaps WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2",
    },
    Table {
        name: "topics",
        cells: Some(&["kind", "id", "wantedAt", "missingSince", "refusal"]),
        start: r#"["",""]"#,
        rows: 500,
        query: "SELECT json_array(kind, id), json_object('kind', kind, 'id', id, 'wantedAt', wanted_at,
                    'missingSince', missing_since, 'refusal', refusal)
                FROM topics WHERE (kind, id) > (?1 ->> 0, ?1 ->> 1) ORDER BY kind, id LIMIT ?2",
    },
    Table {
        name: "outbox",
        cells: None,
        start: "[0]",
        rows: 16,
        query: "SELECT json_array(seq), json_object('id', id, 'kind', kind, 'lane', lane, 'state', state,
                    'tries', tries, 'createdAt', created_at, 'expiresAt', expires_at, 'error', error,
                    'payload', iif(json_valid(payload), json(payload), payload))
                FROM outbox WHERE seq > ?1 ->> 0 ORDER BY seq LIMIT ?2",
    },
    Table {
        name: "history",
        cells: None,
        start: "[0]",
        rows: 500,
        query: "SELECT json_array(id), json_object('at', at, 'times', times, 'act', json(act))
                FROM history WHERE id > ?1 ->> 0 ORDER BY id LIMIT ?2",
    },
];

/// Some rows of a table.
#[derive(Debug)]
pub struct Page {
    /// Each as a JSON object, without a line break.
    pub rows: Vec<String>,
    /// Where the next page begins; `None` where this is the last one.
    pub next: Option<String>,
}

impl AccountStore {
    /// The rows behind a key, or the first ones. What is written meanwhile may or may not be among them.
    ///
    /// # Errors
    /// Where the file can't be read.
    pub async fn export_page(&self, table: &Table, behind: Option<&str>) -> Result<Page, StoreError> {
        let ask = sqlx::query_as(table.query)
            .bind(behind.unwrap_or(table.start))
            .bind(table.rows);
        let rows: Vec<(String, String)> = self.readers.rows(ask).await?;
        let wanted = usize::try_from(table.rows).unwrap_or(usize::MAX);
        let next = rows.last().filter(|_| rows.len() >= wanted);
        Ok(Page {
            next: next.map(|(key, _)| key.clone()),
            rows: rows.into_iter().map(|(_, row)| row).collect(),
        })
    }
}
