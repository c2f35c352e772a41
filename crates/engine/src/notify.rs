//! Which notices ring.

use carillon_contract::{AccountId, Notice};

/// Shows a native notification.
pub trait Notifier: Send + Sync {
    /// Shows it, without waiting for the person.
    fn show(&self, ring: &Ring);
}

/// What rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ring {
    /// One notice.
    One(Notice),
    /// Several that came while the person was away: one ring for all.
    Summary {
        /// Whose.
        account: AccountId,
        /// How many.
        count: usize,
    },
}

/// More notices than this at once are one summary.
const AT_ONCE: usize = 3;

/// Decides what rings for notices that came live. What was read elsewhere does not ring.
pub fn decide(notices: &[Notice]) -> Vec<Ring> {
    let unread: Vec<&Notice> = notices.iter().filter(|notice| !notice.read).collect();
    match unread.as_slice() {
        [] => Vec::new(),
        [first, ..] if unread.len() > AT_ONCE => {
            vec![Ring::Summary {
                account: first.account.clone(),
                count: unread.len(),
            }]
        }
        several => several
            .iter()
            .map(|notice| Ring::One((*notice).clone()))
            .collect(),
    }
}

/// What came while the person was away: one ring in the end, however many pages it took.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    count: usize,
    first: Option<Notice>,
}

impl Missed {
    /// Adds unread notices.
    pub(crate) fn extend(&mut self, notices: impl Iterator<Item = Notice>) {
        for notice in notices {
            self.count += 1;
            self.first.get_or_insert(notice);
        }
    }

    /// The ring for all of them, once.
    pub(crate) fn take(&mut self) -> Option<Ring> {
        let Self { count, first } = std::mem::take(self);
        let first = first?;
        Some(match count {
            1 => Ring::One(first),
            _ => Ring::Summary {
                account: first.account,
                count,
            },
        })
    }
}

/// Rings nothing: for programs without a screen.
pub struct Silent;

impl Notifier for Silent {
    fn show(&self, _ring: &Ring) {}
}

#[cfg(test)]
mod tests {
    use carillon_contract::{Level, Timestamp};

    use super::*;

    fn notice(id: i64, read: bool) -> Notice {
        Notice {
            account: AccountId::new("a"),
            id,
            category: "market".into(),
            level: Level::Info,
            title: String::new(),
            body: String::new(),
            action_url: None,
            occurred_at: Timestamp(0),
            received_at: Timestamp(0),
            read,
            archived: false,
            about: None,
        }
    }

    #[test]
    fn three_hundred_missed_notices_ring_once_however_many_pages_they_took() {
        let mut missed = Missed::default();
        for page in 0..3 {
            missed.extend((0..100).map(|id| notice(page * 100 + id, false)));
        }
        assert_eq!(
            missed.take(),
            Some(Ring::Summary {
                account: AccountId::new("a"),
                count: 300
            })
        );
        assert_eq!(missed.take(), None);
        missed.extend(std::iter::once(notice(7, false)));
        assert_eq!(missed.take(), Some(Ring::One(notice(7, false))));
    }

    #[test]
    fn live_notices_ring_each_a_storm_once_and_read_ones_not_at_all() {
        assert_eq!(decide(&[notice(1, false), notice(2, false)]).len(), 2);
        assert_eq!(decide(&[notice(1, true)]), []);
        let storm: Vec<Notice> = (0..50).map(|id| notice(id, false)).collect();
        assert_eq!(
            decide(&storm),
            [Ring::Summary {
                account: AccountId::new("a"),
                count: 50
            }]
        );
    }
}
