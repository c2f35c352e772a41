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

/// Decides what rings for notices that were just stored. What was read elsewhere does not ring.
pub fn decide(notices: &[Notice], catching_up: bool) -> Vec<Ring> {
    let unread: Vec<&Notice> = notices.iter().filter(|notice| !notice.read).collect();
    match unread.as_slice() {
        [] => Vec::new(),
        [only] => vec![Ring::One((*only).clone())],
        [first, ..] if catching_up || unread.len() > AT_ONCE => {
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
        }
    }

    #[test]
    fn three_hundred_missed_notices_ring_once() {
        let missed: Vec<Notice> = (0..300).map(|id| notice(id, false)).collect();
        for catching_up in [true, false] {
            let rings = decide(&missed, catching_up);
            assert_eq!(
                rings,
                [Ring::Summary {
                    account: AccountId::new("a"),
                    count: 300
                }]
            );
        }
    }

    #[test]
    fn live_notices_ring_each_and_read_ones_not_at_all() {
        assert_eq!(decide(&[notice(1, false), notice(2, false)], false).len(), 2);
        assert_eq!(decide(&[notice(1, true)], false), []);
        assert_eq!(
            decide(&[notice(1, true), notice(2, false)], true),
            [Ring::One(notice(2, false))]
        );
    }
}
