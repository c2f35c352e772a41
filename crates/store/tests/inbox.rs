//! What a person does with notices: putting off, erasing, searching page by page.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod common;

use carillon_contract::view::NoticeFilter;
use carillon_contract::{Notice, Timestamp};
use carillon_store::AccountStore;
use carillon_store::inbox::{Change, PageKey};
use common::*;

fn ids(notices: &[Notice]) -> Vec<i64> {
    notices.iter().map(|notice| notice.id).collect()
}

async fn page(store: &AccountStore, filter: NoticeFilter) -> Vec<i64> {
    ids(&store.inbox(filter, PageKey::FIRST, 10).await.unwrap())
}

async fn with_three() -> Fixture {
    let fixture = fixture().await;
    let three = [("1", "one"), ("2", "two"), ("3", "three")];
    let three = three.map(|(id, title)| notice(id, title)).into();
    fixture.store.ingest(batch(three)).await.ok().unwrap();
    fixture
}

#[tokio::test]
async fn what_is_put_off_leaves_the_inbox_and_the_count_and_comes_back_in_its_time() {
    let fixture = with_three().await;
    let store = &fixture.store;
    let until = |n| Change::Snooze(Timestamp(n));
    let off = store.change(until(50), vec![1, 2], NOW).await.unwrap();
    assert_eq!((ids(&off.notices), off.unread["notification"]), (vec![1, 2], 1));
    assert_eq!(page(store, NoticeFilter::All).await, [3]);
    assert_eq!(page(store, NoticeFilter::Unread).await, [3]);
    // Put off once more, it is put off until then.
    store.change(until(40), vec![2], NOW).await.unwrap();
    let waiting = store.snoozed(10).await.unwrap();
    let waiting: Vec<(i64, i64)> = waiting.iter().map(|(at, notice)| (at.0, notice.id)).collect();
    assert_eq!(waiting, [(40, 2), (50, 1)]);
    assert_eq!(store.next_wake().await.unwrap(), Some(Timestamp(40)));

    assert_eq!(store.wake_due(Timestamp(39)).await.unwrap().notices, []);
    let woken = store.wake_due(Timestamp(40)).await.unwrap();
    assert_eq!((ids(&woken.notices), woken.unread["notification"]), (vec![2], 2));
    assert_eq!(page(store, NoticeFilter::All).await, [3, 2]);
    // Archived, it is waited for no longer; what is archived is not put off.
    store.change(Change::Archive, vec![1], NOW).await.unwrap();
    assert_eq!(store.next_wake().await.unwrap(), None);
    assert_eq!(store.change(until(90), vec![1], NOW).await.unwrap().notices, []);
    store.change(until(90), vec![2], NOW).await.unwrap();
    store.change(Change::Wake, vec![2], NOW).await.unwrap();
    assert_eq!(page(store, NoticeFilter::All).await, [3, 2]);
}

#[tokio::test]
async fn what_must_be_seen_stays_in_its_list_until_it_is_put_away() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let mut urgent = notice("1", "one");
    urgent.item.notice.as_mut().unwrap().must_see = true;
    store
        .ingest(batch(vec![urgent, notice("2", "two")]))
        .await
        .ok()
        .unwrap();
    let listed = async || ids(&store.must_see(PageKey::FIRST, 10).await.unwrap());
    assert_eq!(listed().await, [1]);
    store.change(Change::Read, vec![1], NOW).await.unwrap();
    assert_eq!(listed().await, [1], "read is not done");
    assert_eq!(store.must_see_counts().await.unwrap()["notification"], 1);
    store.change(Change::Archive, vec![1], NOW).await.unwrap();
    assert_eq!(listed().await, Vec::<i64>::new());
    assert!(store.must_see_counts().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_erased_is_found_no_more_and_does_not_come_back_with_its_event() {
    let fixture = with_three().await;
    let store = &fixture.store;
    // One is in the index of the words, one is not.
    while store.index_step().await.unwrap() {}
    store.ingest(batch(vec![notice("4", "four")])).await.ok().unwrap();
    let gone = store.change(Change::Erase, vec![1, 4, 99], NOW).await.unwrap();
    assert_eq!((gone.erased, gone.notices), (vec![1, 4], vec![]));
    assert_eq!(gone.unread["notification"], 2);
    for word in ["one", "four"] {
        assert_eq!(store.search(word, false, 10).await.unwrap(), []);
    }
    assert_eq!(store.notice(1).await.unwrap(), None);
    store
        .ingest(batch(vec![notice("1", "one"), notice("5", "five")]))
        .await
        .ok()
        .unwrap();
    assert_eq!(page(store, NoticeFilter::All).await, [5, 3, 2]);
    while store.index_step().await.unwrap() {}
    assert_eq!(ids(&store.search("five", false, 10).await.unwrap()), [5]);
}

#[tokio::test]
async fn pages_of_a_search_neither_overlap_nor_leave_out() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let some = |from: i64, to: i64| {
        let titles = (from..to)
            .map(|n| notice(&n.to_string(), "Tidewatch again"))
            .collect();
        store.ingest(batch(titles))
    };
    some(0, 1_100).await.ok().unwrap();
    while store.index_step().await.unwrap() {}
    some(1_100, 1_150).await.ok().unwrap();
    // Of the older ones, every hundredth is left unread, and so are all that are not in the index.
    let read = (1..=1_100).filter(|id| id % 100 != 0).collect();
    store.change(Change::Read, read, NOW).await.unwrap();

    let unread: Vec<i64> = (1..=1_150)
        .rev()
        .filter(|id| *id > 1_100 || id % 100 == 0)
        .collect();
    for (only_unread, expected) in [(false, (1..=1_150).rev().collect()), (true, unread)] {
        let (mut before, mut found) = (i64::MAX, Vec::new());
        loop {
            let page = store
                .search_before("tidewatch", only_unread, before, 40)
                .await
                .unwrap();
            let Some(last) = page.last() else { break };
            before = last.id;
            found.extend(ids(&page));
        }
        assert_eq!(found, expected, "only unread: {only_unread}");
    }
}
