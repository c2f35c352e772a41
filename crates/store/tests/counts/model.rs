//! What may happen to an inbox, and what should become of it.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_contract::Timestamp;
use carillon_contract::item::{DedupeKey, Item, KeySpan, NoticeDraft};
use carillon_contract::view::NoticeFilter;
use carillon_store::AccountStore;
use carillon_store::events::Incoming;
use carillon_store::inbox::{Change, PageKey};
use carillon_store::retention::Limits;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::*;

const DAY: i64 = 24 * 60 * 60 * 1_000;

const CATEGORIES: [&str; 3] = ["market", "dividend", "system"];

/// Events of one test are further apart than those without ids that are taken for one. In milliseconds.
const LATER: i64 = 10_000;

/// What may happen.
#[derive(Debug, Clone)]
pub(crate) enum Act {
    /// These arrive together: the category, whether it was read before, whether it must be seen.
    Arrive(Vec<(usize, bool, bool)>),
    /// It comes again, read on another device.
    ReadElsewhere(Index),
    /// An event without ids comes so often within a moment.
    Repeat(usize),
    Change(Change, Vec<Index>),
    ReadAll,
    /// The clock stands there.
    WakeDue(i64),
    IndexStep,
    /// So many days pass.
    Wait(i64),
    /// A round that leaves so many events, with the clock so many days ahead.
    Prune(i64, i64),
}

pub(crate) fn act() -> impl Strategy<Value = Act> {
    let change = prop_oneof![
        Just(Change::Read),
        Just(Change::Unread),
        Just(Change::Archive),
        Just(Change::Restore),
        (1i64..10).prop_map(|at| Change::Snooze(Timestamp(at))),
        Just(Change::Wake),
        Just(Change::Erase),
    ];
    let some = || prop::collection::vec(any::<Index>(), 1..4);
    prop_oneof![
        4 => prop::collection::vec((0..3usize, any::<bool>(), any::<bool>()), 1..5).prop_map(Act::Arrive),
        2 => any::<Index>().prop_map(Act::ReadElsewhere),
        1 => (1..4usize).prop_map(Act::Repeat),
        8 => (change, some()).prop_map(|(change, which)| Act::Change(change, which)),
        1 => Just(Act::ReadAll),
        2 => (0i64..10).prop_map(Act::WakeDue),
        1 => Just(Act::IndexStep),
        2 => (1i64..5).prop_map(Act::Wait),
        3 => (0i64..20, 0i64..3).prop_map(|(count, ahead)| Act::Prune(count, ahead)),
    ]
}

/// A notice as it should be.
#[derive(Debug, Clone)]
struct Expected {
    id: i64,
    category: &'static str,
    received_at: i64,
    read: Option<i64>,
    must_see: bool,
    archived: Option<i64>,
    snoozed: Option<i64>,
    erased: bool,
}

impl Expected {
    fn is_in_inbox(&self) -> bool {
        !self.erased && self.archived.is_none() && self.snoozed.is_none()
    }

    /// Whether its time is over: two days, six for what waits, and never in one of the categories.
    fn is_over(&self, now: i64) -> bool {
        if self.category == "system" {
            return false;
        }
        let waits =
            (self.read.is_none() && self.archived.is_none()) || self.must_see || self.snoozed.is_some();
        let age = |at: i64| now - at;
        if waits {
            return age(self.received_at) > 6 * DAY;
        }
        let last = self
            .received_at
            .max(self.read.unwrap_or(0))
            .max(self.archived.unwrap_or(0));
        age(last) > 2 * DAY
    }
}

/// What should be, and how to make it so in the store.
#[derive(Default)]
pub(crate) struct Model {
    notices: Vec<Expected>,
    pub(crate) events: i64,
    /// When the newest event came.
    newest: Option<i64>,
    moment: i64,
}

fn arriving(number: usize, category: &'static str, read: bool, must_see: bool, kind: &str) -> Incoming {
    let key = format!("notification/{number}");
    let mut item = Item::new(
        "notification",
        DedupeKey {
            text: format!("{key}/{kind}"),
            span: KeySpan::Always,
            is_exact: true,
        },
    );
    item.notice = Some(NoticeDraft {
        key: Some(key),
        category,
        title: format!("Title {number}"),
        body: "some words".into(),
        action_url: None,
        level: carillon_contract::Level::Info,
        read,
        must_see,
        about: None,
    });
    incoming("notification", item)
}

impl Model {
    pub(crate) async fn act(&mut self, store: &AccountStore, act: Act) {
        let now = self.now();
        match act {
            Act::Arrive(all) => {
                let mut events = Vec::new();
                for (category, read, must_see) in all {
                    let category = CATEGORIES[category];
                    events.push(arriving(self.notices.len(), category, read, must_see, "new"));
                    self.notices.push(Expected {
                        id: 0,
                        category,
                        received_at: self.now().0 + LATER,
                        read: read.then_some(self.now().0 + LATER),
                        must_see,
                        archived: None,
                        snoozed: None,
                        erased: false,
                    });
                }
                let numbers = self.ingest(store, events).await;
                let new = self.notices.len() - numbers.len();
                for (notice, id) in self.notices[new..].iter_mut().zip(numbers) {
                    notice.id = id;
                }
            }
            Act::ReadElsewhere(which) => {
                let Some(number) = self.pick(&which) else { return };
                let notice = &mut self.notices[number];
                // What was erased would be taken for a new one.
                if notice.erased {
                    return;
                }
                if notice.archived.is_none() {
                    notice.read = notice.read.or(Some(now.0 + LATER));
                }
                let kind = format!("read-{}", self.moment);
                let event = arriving(number, notice.category, true, false, &kind);
                self.ingest(store, vec![event]).await;
            }
            Act::Repeat(times) => {
                let bare = || {
                    let span = KeySpan::Window;
                    incoming(
                        "x",
                        Item::new(
                            "x",
                            DedupeKey {
                                text: "x/hash".into(),
                                span,
                                is_exact: false,
                            },
                        ),
                    )
                };
                self.ingest(store, (0..=times).map(|_| bare()).collect()).await;
            }
            Act::Change(change, which) => {
                let numbers: Vec<usize> = which.iter().filter_map(|which| self.pick(which)).collect();
                for number in &numbers {
                    let notice = &mut self.notices[*number];
                    match change {
                        _ if notice.erased => {}
                        Change::Read => notice.read = notice.read.or(Some(now.0)),
                        Change::Unread => notice.read = None,
                        Change::Archive => {
                            (notice.archived, notice.snoozed) = (notice.archived.or(Some(now.0)), None);
                        }
                        Change::Restore => {
                            if notice.archived.take().is_some() {
                                notice.read = notice.read.map(|read| read.max(now.0));
                            }
                        }
                        Change::Snooze(_) if notice.archived.is_some() => {}
                        Change::Snooze(until) => notice.snoozed = Some(until.0),
                        Change::Wake => {
                            if notice.snoozed.take().is_some() {
                                notice.read = notice.read.map(|read| read.max(now.0));
                            }
                        }
                        Change::Erase => notice.erased = true,
                    }
                }
                let ids = numbers.iter().map(|number| self.notices[*number].id).collect();
                let changed = store.change(change, ids, now).await.unwrap();
                assert_eq!(changed.unread, self.unread());
            }
            Act::ReadAll => {
                for notice in self.notices.iter_mut().filter(|notice| notice.is_in_inbox()) {
                    notice.read = notice.read.or(Some(now.0));
                }
                assert_eq!(store.read_all(now).await.unwrap().unread, BTreeMap::new());
            }
            Act::WakeDue(now) => {
                let due =
                    |notice: &&mut Expected| !notice.erased && notice.snoozed.is_some_and(|at| at <= now);
                let mut woken = 0;
                for notice in self.notices.iter_mut().filter(due) {
                    notice.snoozed = None;
                    notice.read = notice.read.map(|read| read.max(now));
                    woken += 1;
                }
                assert_eq!(store.wake_due(Timestamp(now)).await.unwrap().notices.len(), woken);
            }
            Act::IndexStep => {
                store.index_step().await.unwrap();
            }
            Act::Wait(days) => self.moment += days * DAY,
            Act::Prune(count, ahead) => {
                let now = Timestamp(now.0 + ahead * DAY);
                let believed = self.newest().map_or(now.0, |newest| now.0.min(newest + DAY));
                let limits = Limits {
                    events_count: count,
                    events_age: Duration::from_secs(1_000_000_000),
                    waiting_age: Duration::from_secs(6 * 24 * 60 * 60),
                    ..Limits::default()
                };
                let (rows, erased) = prune(store, limits, now).await;
                let over = self
                    .notices
                    .iter_mut()
                    .filter(|notice| !notice.erased && notice.is_over(believed));
                let expected: Vec<i64> = over
                    .map(|notice| {
                        notice.erased = true;
                        notice.id
                    })
                    .collect();
                assert_eq!(erased, expected);
                let gone = (self.events - count).max(0);
                assert_eq!(rows as i64, gone + expected.len() as i64);
                self.events -= gone;
            }
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(NOW.0 + self.moment)
    }

    /// When what is kept last came.
    fn newest(&self) -> Option<i64> {
        let notice = self.notices.iter().rfind(|notice| !notice.erased);
        let event = self.newest.filter(|_| self.events > 0);
        notice.map(|notice| notice.received_at).max(event)
    }

    /// Stores events, and gives the numbers of the notices that are new.
    async fn ingest(&mut self, store: &AccountStore, events: Vec<Incoming>) -> Vec<i64> {
        self.moment += LATER;
        self.newest = Some(self.now().0);
        let batch = batch_at(NOW.0 + self.moment, events);
        let (_, stored) = store.ingest(batch).await.map_err(|(_, error)| error).unwrap();
        self.events += stored.seqs.iter().flatten().count() as i64;
        stored.inboxed.added.iter().map(|notice| notice.id).collect()
    }

    fn pick(&self, which: &Index) -> Option<usize> {
        (!self.notices.is_empty()).then(|| which.index(self.notices.len()))
    }

    fn count(&self, counts: impl Fn(&Expected) -> bool) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for notice in self
            .notices
            .iter()
            .filter(|notice| notice.is_in_inbox() && counts(notice))
        {
            *sums.entry(notice.category.to_owned()).or_default() += 1;
        }
        sums
    }

    fn unread(&self) -> BTreeMap<String, i64> {
        self.count(|notice| notice.read.is_none())
    }

    pub(crate) async fn compare(&self, store: &AccountStore) {
        assert_eq!(store.unread().await.unwrap(), self.unread());
        let must_see = self.count(|notice| notice.must_see);
        assert_eq!(store.must_see_counts().await.unwrap(), must_see);
        let totals = store.totals().await.unwrap();
        assert_eq!(totals.events, self.events);
        let there = self.notices.iter().filter(|notice| !notice.erased).count();
        assert_eq!(totals.notices, there as i64);
        assert_eq!(
            store.recount().await.unwrap(),
            0,
            "no count differs from the rows"
        );
        let page = store
            .inbox(NoticeFilter::All, PageKey::FIRST, 1_000)
            .await
            .unwrap();
        let inbox = self.notices.iter().filter(|notice| notice.is_in_inbox()).count();
        assert_eq!(page.len(), inbox);
        let page = store.must_see(PageKey::FIRST, 1_000).await.unwrap();
        assert_eq!(page.len() as i64, must_see.values().sum::<i64>());
        let snoozed = store.snoozed(1_000).await.unwrap();
        let expected = |notice: &&Expected| !notice.erased && notice.snoozed.is_some();
        assert_eq!(snoozed.len(), self.notices.iter().filter(expected).count());
        let next = self
            .notices
            .iter()
            .filter(expected)
            .filter_map(|notice| notice.snoozed)
            .min();
        assert_eq!(store.next_wake().await.unwrap(), next.map(Timestamp));
    }
}
