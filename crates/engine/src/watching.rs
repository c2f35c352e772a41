//! What is on a screen just now: its topics are joined for as long as it is looked at, and no longer.
//!
//! Who watches says the whole set each time, so that saying it twice, or again after a mistake, does no harm. Two
//! screens with one market are one subscription.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use carillon_contract::topic::TopicStatus;
use carillon_contract::{AccountId, Topic};

/// The topics that are followed, and behind them those that are joined for a screen alone: what is followed as well is
/// known better there.
pub(crate) fn with_watched(mut followed: Vec<TopicStatus>, watched: &[TopicStatus]) -> Vec<TopicStatus> {
    let is_new = |one: &&TopicStatus| followed.iter().all(|status| status.topic != one.topic);
    let besides: Vec<TopicStatus> = watched.iter().filter(is_new).cloned().collect();
    followed.extend(besides);
    followed
}

/// Who watches what.
#[derive(Default)]
pub(crate) struct Watches(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    /// By account and watcher.
    sets: BTreeMap<(AccountId, String), BTreeSet<Topic>>,
    /// Whether nobody looks: nothing is watched then, whatever is on the screens.
    is_hidden: bool,
}

impl Watches {
    /// This watcher looks at these topics of an account, and at no others of it.
    pub(crate) fn set(&self, account: &AccountId, watcher: String, topics: BTreeSet<Topic>) {
        let mut inside = self.inside();
        let key = (account.clone(), watcher);
        if topics.is_empty() {
            inside.sets.remove(&key);
        } else {
            inside.sets.insert(key, topics);
        }
    }

    /// All screens are gone.
    pub(crate) fn clear(&self) {
        self.inside().sets.clear();
    }

    /// Whether anybody can see the screens.
    pub(crate) fn set_hidden(&self, is_hidden: bool) {
        self.inside().is_hidden = is_hidden;
    }

    /// What is looked at of an account.
    pub(crate) fn of(&self, account: &AccountId) -> BTreeSet<Topic> {
        let inside = self.inside();
        if inside.is_hidden {
            return BTreeSet::new();
        }
        let sets = inside.sets.iter().filter(|((of, _), _)| of == account);
        sets.flat_map(|(_, topics)| topics).cloned().collect()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topics(ids: &[&str]) -> BTreeSet<Topic> {
        let topic = |id: &&str| Topic {
            kind: "market".to_owned(),
            id: (*id).to_owned(),
        };
        ids.iter().map(topic).collect()
    }

    #[test]
    fn what_two_look_at_is_watched_until_neither_does() {
        let (watches, a, b) = (Watches::default(), AccountId::new("a"), AccountId::new("b"));
        watches.set(&a, "one".to_owned(), topics(&["1", "2"]));
        watches.set(&a, "two".to_owned(), topics(&["2"]));
        watches.set(&b, "two".to_owned(), topics(&["3"]));
        assert_eq!(watches.of(&a), topics(&["1", "2"]));
        watches.set(&a, "one".to_owned(), topics(&[]));
        assert_eq!(watches.of(&a), topics(&["2"]));
        watches.set_hidden(true);
        assert_eq!(watches.of(&b), topics(&[]));
        watches.set_hidden(false);
        assert_eq!(watches.of(&b), topics(&["3"]));
        watches.clear();
        assert_eq!((watches.of(&a), watches.of(&b)), (topics(&[]), topics(&[])));
    }
}
