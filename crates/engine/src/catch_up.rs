//! What to do about events that were missed: fetch them, or write down the gap. Pure.

use carillon_contract::Timestamp;
use carillon_contract::continuity::{Cursor, Gap, GapReason};
use carillon_platforms::Welcome;

/// How a session catches up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Ask for everything after this number; `None` asks for all that the server keeps.
    Fetch {
        /// The last number that is stored.
        since: Option<i64>,
        /// What is missing all the same.
        gap: Option<GapReason>,
    },
    /// Go live at once, from this point of the log on.
    Skip {
        /// Where the log stands.
        cursor: Option<Cursor>,
        /// What is missing.
        gap: Option<GapReason>,
    },
}

/// What is known when a session begins.
pub(crate) struct Before<'a> {
    /// How far the server's log was stored.
    pub(crate) cursor: Option<&'a Cursor>,
    /// Whether there was a connection before.
    pub(crate) connected_before: bool,
    /// Whether what was received before went with a damaged file, and nothing was fetched since.
    pub(crate) began_anew: bool,
    /// Fetching has failed too often, for this reason: it is not tried again from there.
    pub(crate) hopeless: Option<GapReason>,
}

/// Decides how to catch up.
pub(crate) fn plan(before: &Before<'_>, welcome: &Welcome) -> Plan {
    let missing = if before.began_anew {
        GapReason::CacheDamaged
    } else {
        GapReason::NoReplay
    };
    let Some(log) = &welcome.log else {
        // Nothing was missed before the first connection.
        let gap = before.connected_before.then_some(missing);
        return Plan::Skip { cursor: None, gap };
    };
    if let Some(reason) = before.hopeless {
        return Plan::Skip {
            cursor: Some(log.clone()),
            gap: Some(reason),
        };
    }
    match before.cursor {
        Some(cursor) if cursor.log == log.log => Plan::Fetch {
            since: Some(cursor.number),
            gap: None,
        },
        // Another log: what the old one held after the cursor is not to be had.
        Some(_) => Plan::Fetch {
            since: None,
            gap: Some(GapReason::LogReplaced),
        },
        // A server that has got a log since the last time, or one whose log's name went with the file: who can't say
        // which log it had can't say either that this one holds all that it had.
        None if before.connected_before => Plan::Fetch {
            since: None,
            gap: Some(missing),
        },
        None => Plan::Fetch {
            since: None,
            gap: None,
        },
    }
}

/// The span in which something may be missing.
pub(crate) fn gap(complete_until: Option<Timestamp>, now: Timestamp, why: GapReason) -> Gap {
    let from = complete_until.unwrap_or(now);
    // The clock may have been set back in between.
    Gap {
        from: from.min(now),
        to: now,
        why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(log: &str, number: i64) -> Cursor {
        Cursor {
            log: log.into(),
            number,
        }
    }

    fn welcome(log: Option<Cursor>) -> Welcome {
        Welcome {
            log,
            ..Welcome::default()
        }
    }

    fn before(cursor: Option<&Cursor>) -> Before<'_> {
        Before {
            cursor,
            connected_before: true,
            began_anew: false,
            hopeless: None,
        }
    }

    #[test]
    fn a_numbered_log_is_read_on_from_the_cursor() {
        let plan = plan(&before(Some(&cursor("l", 7))), &welcome(Some(cursor("l", 9))));
        assert_eq!(
            plan,
            Plan::Fetch {
                since: Some(7),
                gap: None
            }
        );
    }

    #[test]
    fn a_replaced_log_is_read_from_its_start_and_the_gap_is_told() {
        let plan = plan(&before(Some(&cursor("old", 7))), &welcome(Some(cursor("new", 2))));
        assert_eq!(
            plan,
            Plan::Fetch {
                since: None,
                gap: Some(GapReason::LogReplaced)
            }
        );
    }

    #[test]
    fn a_server_without_a_log_leaves_a_gap_but_not_before_the_first_connection() {
        let first = Before {
            cursor: None,
            connected_before: false,
            began_anew: false,
            hopeless: None,
        };
        assert_eq!(
            plan(&first, &welcome(None)),
            Plan::Skip {
                cursor: None,
                gap: None
            }
        );
        let again = plan(&before(None), &welcome(None));
        assert_eq!(
            again,
            Plan::Skip {
                cursor: None,
                gap: Some(GapReason::NoReplay)
            }
        );
    }

    #[test]
    fn what_went_with_a_damaged_file_is_fetched_from_the_beginning_or_told() {
        let anew = |cursor| Before {
            began_anew: true,
            ..before(cursor)
        };
        let damaged = Some(GapReason::CacheDamaged);
        let fetch = |since, gap| Plan::Fetch { since, gap };
        // The server says itself whether it still has everything from there on.
        let beginning = cursor("l", 0);
        let log = welcome(Some(cursor("l", 9)));
        assert_eq!(plan(&anew(Some(&beginning)), &log), fetch(Some(0), None));
        assert_eq!(plan(&anew(None), &log), fetch(None, damaged));
        let skip = Plan::Skip {
            cursor: None,
            gap: damaged,
        };
        assert_eq!(plan(&anew(None), &welcome(None)), skip);
    }

    #[test]
    fn what_can_not_be_fetched_is_skipped_and_told() {
        let stored = cursor("l", 7);
        let hopeless = Before {
            hopeless: Some(GapReason::TooLarge),
            ..before(Some(&stored))
        };
        let plan = plan(&hopeless, &welcome(Some(cursor("l", 9))));
        assert_eq!(
            plan,
            Plan::Skip {
                cursor: Some(cursor("l", 9)),
                gap: Some(GapReason::TooLarge)
            }
        );
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_gap_that_ends_before_it_begins() {
        let gap = gap(Some(Timestamp(10)), Timestamp(4), GapReason::NoReplay);
        assert_eq!((gap.from, gap.to), (Timestamp(4), Timestamp(4)));
    }
}
