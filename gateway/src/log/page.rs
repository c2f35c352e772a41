//! Reading a page: what a client in some rooms has missed since a number.

use sqlx::{QueryBuilder, Sqlite};

use super::{Log, Logged, Row};
use crate::error::LogError;

/// Events in one page at most.
pub(crate) const MAX_EVENTS: u32 = 500;

/// Payload bytes in one page at most; the first event comes whatever its size, or a page could stand still.
pub(crate) const MAX_BYTES: usize = 1024 * 1024;

/// What is asked for.
pub(crate) struct PageRequest<'a> {
    /// The highest number the client has; `None` asks for whatever is retained.
    pub(crate) since: Option<u64>,
    /// How many events it wants; cut to [`MAX_EVENTS`].
    pub(crate) limit: u32,
    /// How many bytes of payload it wants; cut to [`MAX_BYTES`].
    pub(crate) bytes: usize,
    /// The rooms it is in now.
    pub(crate) rooms: &'a [String],
}

/// What is answered.
#[derive(Debug)]
pub(crate) struct Page {
    /// The events, in the order of their numbers, each once.
    pub(crate) events: Vec<Logged>,
    /// Where to go on from: the last number of the page, or the head if there is no more.
    pub(crate) next: u64,
    /// Whether another page follows.
    pub(crate) more: bool,
    /// `false` where events after `since` are gone, or where `since` is not of this log.
    pub(crate) complete: bool,
}

impl Log {
    /// Reads the page. `complete` is decided without regard to rooms: a dropped event no longer says where it went.
    pub(crate) async fn page(&self, request: &PageRequest<'_>) -> Result<Page, LogError> {
        // Read before the rows: what is written meanwhile has a higher number and reaches the client live.
        let head = self.head();
        if request.since.is_some_and(|since| since > head) {
            return Ok(Page {
                events: Vec::new(),
                next: head,
                more: false,
                complete: false,
            });
        }
        let since = request.since.unwrap_or(0);
        let limit = request.limit.clamp(1, MAX_EVENTS);
        let rows = self.rows_after(since, head, limit, request.rooms).await?;
        // Read after the rows: pruning that ran in between is then told, not missed.
        let complete = request.since.is_none_or(|since| since >= self.pruned_through());

        let mut events = Vec::with_capacity(rows.len());
        let mut bytes = 0_usize;
        let found = rows.len();
        for row in rows.into_iter().take(usize::try_from(limit)?) {
            bytes = bytes
                .saturating_add(row.name.len())
                .saturating_add(row.data.len())
                .saturating_add(OVERHEAD);
            if bytes > request.bytes.min(MAX_BYTES) && !events.is_empty() {
                break;
            }
            events.push(Logged::try_from(row)?);
        }
        let more = events.len() < found;
        let next = match events.last() {
            Some(last) if more => last.seq,
            _ => head,
        };
        Ok(Page {
            events,
            next,
            more,
            complete,
        })
    }

    /// At most `limit + 1` rows: the one too many says that there is more.
    async fn rows_after(
        &self,
        since: u64,
        head: u64,
        limit: u32,
        rooms: &[String],
    ) -> Result<Vec<Row>, LogError> {
        if rooms.is_empty() || since >= head {
            return Ok(Vec::new());
        }
        let (since, head, limit) = (
            i64::try_from(since)?,
            i64::try_from(head)?,
            i64::from(limit).saturating_add(1),
        );
        // Each room contributes one short index range, so a page costs the same however long the log is.
        let mut query = QueryBuilder::<Sqlite>::new(
            "SELECT seq, name, at_ms, data FROM events WHERE seq IN (SELECT DISTINCT seq FROM (",
        );
        for (index, room) in rooms.iter().enumerate() {
            if index > 0 {
                query.push(" UNION ALL ");
            }
            query.push("SELECT seq FROM (SELECT seq FROM event_rooms WHERE room = ");
            query.push_bind(room.as_str());
            query.push(" AND seq > ").push_bind(since);
            query.push(" AND seq <= ").push_bind(head);
            query.push(" ORDER BY seq LIMIT ").push_bind(limit).push(")");
        }
        query
            .push(") ORDER BY seq LIMIT ")
            .push_bind(limit)
            .push(") ORDER BY seq");
        Ok(query.build_query_as().fetch_all(&self.pool).await?)
    }
}

/// The braces, the `type`, the `timestamp` and the `seq` around a payload, roughly.
const OVERHEAD: usize = 128;

#[cfg(test)]
mod tests {
    use super::super::testing::{at, draft, log};
    use super::*;

    fn rooms(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn numbers(page: &Page) -> Vec<u64> {
        page.events.iter().map(|event| event.seq).collect()
    }

    async fn filled() -> (Log, crate::database::Database) {
        let (log, database) = log().await;
        let drafts = [
            draft(&["a", "b"], 1),
            draft(&["c"], 2),
            draft(&["b"], 3),
            draft(&["a"], 4),
            draft(&["c"], 5),
        ];
        log.append(&drafts, at(0)).await.unwrap();
        (log, database)
    }

    #[tokio::test]
    async fn a_page_holds_each_event_of_the_rooms_once_and_in_order() {
        let (log, _database) = filled().await;
        let rooms = rooms(&["b", "a"]);
        let page = log
            .page(&PageRequest {
                since: Some(0),
                limit: 500,
                bytes: MAX_BYTES,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert_eq!(numbers(&page), [1, 3, 4]);
        assert_eq!((page.next, page.more, page.complete), (5, false, true));
    }

    #[tokio::test]
    async fn pages_follow_one_another_without_gap_or_repeat() {
        let (log, _database) = filled().await;
        let rooms = rooms(&["a", "b"]);
        let first = log
            .page(&PageRequest {
                since: Some(0),
                limit: 2,
                bytes: MAX_BYTES,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert_eq!((numbers(&first), first.next, first.more), (vec![1, 3], 3, true));
        let second = log
            .page(&PageRequest {
                since: Some(3),
                limit: 2,
                bytes: MAX_BYTES,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert_eq!((numbers(&second), second.next, second.more), (vec![4], 5, false));
    }

    #[tokio::test]
    async fn a_page_that_is_exactly_full_says_that_there_is_no_more() {
        let (log, _database) = filled().await;
        let rooms = rooms(&["a", "b"]);
        let page = log
            .page(&PageRequest {
                since: Some(0),
                limit: 3,
                bytes: MAX_BYTES,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert_eq!((page.events.len(), page.more, page.next), (3, false, 5));
    }

    #[tokio::test]
    async fn a_cursor_from_another_log_is_incomplete_and_moves_to_the_head() {
        let (log, _database) = filled().await;
        let rooms = rooms(&["a"]);
        let page = log
            .page(&PageRequest {
                since: Some(6),
                limit: 10,
                bytes: MAX_BYTES,
                rooms: &rooms,
            })
            .await
            .unwrap();
        assert_eq!(
            (page.events.len(), page.next, page.more, page.complete),
            (0, 5, false, false)
        );
    }

    #[tokio::test]
    async fn a_client_in_no_room_gets_nothing_but_the_head() {
        let (log, _database) = filled().await;
        let page = log
            .page(&PageRequest {
                since: None,
                limit: 10,
                bytes: MAX_BYTES,
                rooms: &[],
            })
            .await
            .unwrap();
        assert_eq!(
            (page.events.len(), page.next, page.more, page.complete),
            (0, 5, false, true)
        );
    }

    #[tokio::test]
    async fn a_page_stops_at_a_mebibyte_but_always_moves() {
        let (log, _database) = log().await;
        let big = |n: u64| {
            let mut draft = draft(&["a"], n);
            let text = format!("\"{}\"", "x".repeat(700 * 1024));
            draft.data = serde_json::value::RawValue::from_string(text).unwrap();
            draft
        };
        log.append(&[big(1), big(2), big(3)], at(0)).await.unwrap();
        let rooms = rooms(&["a"]);
        let mut since = 0;
        for expected in 1..=3 {
            let page = log
                .page(&PageRequest {
                    since: Some(since),
                    limit: 500,
                    bytes: MAX_BYTES,
                    rooms: &rooms,
                })
                .await
                .unwrap();
            assert_eq!(numbers(&page), [expected]);
            assert_eq!(page.more, expected < 3);
            since = page.next;
        }
    }

    #[tokio::test]
    async fn a_hundred_rooms_are_read_in_one_query() {
        let (log, _database) = log().await;
        let names: Vec<String> = (0..100).map(|n| format!("market:{n}")).collect();
        let drafts: Vec<_> = names
            .iter()
            .zip(0..)
            .map(|(name, n)| draft(&[name.as_str()], n))
            .collect();
        log.append(&drafts, at(0)).await.unwrap();
        let page = log
            .page(&PageRequest {
                since: None,
                limit: 500,
                bytes: MAX_BYTES,
                rooms: &names,
            })
            .await
            .unwrap();
        assert_eq!(numbers(&page), (1..=100).collect::<Vec<u64>>());
    }
}
