//! The files: two processes, what is dropped, what is full, what is noted.

mod common;

use std::time::Duration;

use carillon_contract::continuity::{Gap, GapReason};
use carillon_contract::entity::EntityId;
use carillon_contract::history::{ConnectionAct, TransportKind};
use carillon_contract::{AccountId, ErrorCode, PlatformId, Timestamp, Topic};
use carillon_store::activity::ActivityKey;
use carillon_store::registry::EntryState;
use carillon_store::retention::Limits;
use carillon_store::{AccountStore, Registry, StoreError};
use common::*;

#[tokio::test]
async fn another_process_can_read_while_the_owner_writes() {
    let fixture = fixture().await;
    let reader = AccountStore::open_to_read(fixture.store.path(), &fixture.key)
        .await
        .unwrap();
    fixture.store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    assert_eq!(reader.events_after(0, 10).await.unwrap().len(), 1);
    let refused = reader
        .want_topic(
            Topic {
                kind: "market".into(),
                id: "m".into(),
            },
            NOW,
        )
        .await;
    assert!(matches!(refused, Err(StoreError::Closed)));
}

#[tokio::test]
async fn writes_that_are_queued_together_are_all_kept() {
    let fixture = fixture().await;
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let store = fixture.store.clone();
        tasks.spawn(async move {
            store
                .ingest(batch(vec![trade(n)]))
                .await
                .map(|_| ())
                .map_err(|e| e.1)
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap().unwrap();
    }
    assert_eq!(fixture.store.event_counts().await.unwrap().0, 100);
}

#[tokio::test]
async fn old_events_and_old_prices_go_and_the_newest_stay() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let day = 24 * 60 * 60 * 1_000;
    let early = (0..600).map(|n| trade(n * 1_000)).collect();
    store.ingest(batch_at(NOW.0, early)).await.ok().unwrap();
    store
        .ingest(batch_at(NOW.0 + 8 * day, vec![trade(8 * day)]))
        .await
        .ok()
        .unwrap();
    let now = Timestamp(NOW.0 + 8 * day);
    prune(store, Limits::default(), now).await;
    assert_eq!(store.event_counts().await.unwrap().0, 1);
    let market = EntityId {
        kind: "market".into(),
        id: "m-1".into(),
    };
    let lines = store.activity(&market, ActivityKey::FIRST, 10).await.unwrap();
    assert_eq!(lines.len(), 1, "a line of a thing's history goes with its event");
    // Ten minutes of one price a second: two or three spans of five minutes, and the new one.
    let points = store.points(&market, "yes", Timestamp(0), None).await.unwrap();
    assert!((3..=4).contains(&points.len()), "{points:?}");
    assert_eq!(points.last().unwrap().value, (8 * day).to_string());
    assert!(
        points.iter().any(|point| point.value == "599000"),
        "the last of a span stays"
    );
}

#[tokio::test]
async fn no_more_events_are_kept_than_asked_for() {
    let fixture = fixture().await;
    let store = &fixture.store;
    store
        .ingest(batch((0..50).map(trade).collect()))
        .await
        .ok()
        .unwrap();
    let keep = Limits {
        events_count: 10,
        events_age: Duration::from_secs(3600),
        ..Limits::default()
    };
    assert_eq!(prune(store, keep, NOW).await.0, 40);
    let events = store.events_after(0, 100).await.unwrap();
    assert_eq!(events.first().unwrap().seq, 41);
    assert_eq!(events.len(), 10);
}

#[tokio::test]
async fn a_topic_is_confirmed_only_for_the_socket_that_said_so() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let topic = Topic {
        kind: "market".into(),
        id: "m-1".into(),
    };
    store.want_topic(topic.clone(), NOW).await.unwrap();
    store.want_topic(topic.clone(), NOW).await.unwrap();
    store
        .answer_topics(vec![(topic.clone(), None)], "socket-1".into(), NOW, NOW)
        .await
        .unwrap();
    assert!(store.topics(Some("socket-1")).await.unwrap()[0].confirmed);
    assert!(!store.topics(Some("socket-2")).await.unwrap()[0].confirmed);
    assert!(!store.topics(None).await.unwrap()[0].confirmed);
    assert!(store.drop_topic(topic.clone()).await.unwrap());
    assert!(!store.drop_topic(topic).await.unwrap());
    assert_eq!(store.topics(None).await.unwrap(), []);
}

#[tokio::test]
async fn what_a_topic_sent_while_it_was_not_joined_is_one_gap_once_it_is() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let at = |n: i64| Timestamp(NOW.0 + n);
    let topic = |id: &str| Topic {
        kind: "market".into(),
        id: id.into(),
    };
    for id in ["m-1", "m-2"] {
        store.want_topic(topic(id), NOW).await.unwrap();
    }
    let answer = async |refusal: Option<&str>, since: i64, now: i64| {
        let answers = ["m-1", "m-2"].map(|id| (topic(id), refusal.map(str::to_owned)));
        store
            .answer_topics(answers.into(), "socket".into(), at(since), at(now))
            .await
            .unwrap()
    };
    assert_eq!(answer(None, 1, 2).await, []);
    // Refused over two connections: it began with the first.
    assert_eq!(answer(Some("full"), 10, 20).await, []);
    assert_eq!(answer(Some("full"), 30, 40).await, []);
    assert_eq!(store.gaps(9).await.unwrap(), []);
    let gap = Gap {
        from: at(10),
        to: at(60),
        why: GapReason::NotJoined,
    };
    assert_eq!(answer(None, 50, 60).await, [gap]);
    assert_eq!(store.gaps(9).await.unwrap(), [gap], "both topics are one gap");
    assert_eq!(answer(None, 70, 80).await, []);
}

#[tokio::test]
async fn the_registry_says_nothing_personal_and_knows_the_same_person_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let registry = Registry::open(&path).await.unwrap();
    let platform = PlatformId::new("guesslyfe");
    let sameness = registry.sameness(&platform, "http://127.0.0.1:3000", "u-alice-1234");
    assert_ne!(
        sameness,
        registry.sameness(&platform, "http://127.0.0.1:300", "0u-alice-1234")
    );
    let id = AccountId::new("a-1");
    registry.begin(&id, &platform, &sameness, NOW).await.unwrap();
    assert_eq!(
        registry.find(&sameness).await.unwrap(),
        None,
        "not before it is complete"
    );
    registry.set_state(&id, EntryState::Ready).await.unwrap();
    assert_eq!(registry.find(&sameness).await.unwrap(), Some(id.clone()));
    drop(registry);
    let again = Registry::open(&path).await.unwrap();
    assert_eq!(
        again.sameness(&platform, "http://127.0.0.1:3000", "u-alice-1234"),
        sameness
    );
    assert_eq!(again.entries().await.unwrap().len(), 1);
    again.strike(&id).await.unwrap();
    assert_eq!(again.entries().await.unwrap(), []);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!bytes.windows(12).any(|window| window == b"u-alice-1234"));
        assert!(!bytes.windows(9).any(|window| window == b"127.0.0.1"));
    }
}

#[tokio::test]
async fn a_disk_without_room_loses_nothing_that_was_stored() {
    let fixture = fixture().await;
    fixture.store.ingest(batch(vec![trade(1)])).await.ok().unwrap();
    fixture.store.limit_pages(1).await.unwrap();
    let many = (2..5_000).map(trade).collect();
    let (back, error) = fixture.store.ingest(batch(many)).await.err().unwrap();
    assert!(matches!(error, StoreError::DiskFull), "{error:?}");
    assert!(error.is_passing());
    fixture.store.limit_pages(1_000_000).await.unwrap();
    let (_, stored) = fixture.store.ingest(back.unwrap()).await.ok().unwrap();
    assert_eq!(stored.repeated, 0);
    assert_eq!(fixture.store.event_counts().await.unwrap().0, 4_999);
}

#[tokio::test]
async fn closing_one_clone_writes_what_is_queued_and_closes_all() {
    let fixture = fixture().await;
    let other = fixture.store.clone();
    #[expect(clippy::disallowed_methods, reason = "the test waits for it")]
    let write = tokio::spawn({
        let store = fixture.store.clone();
        async move { store.ingest(batch(vec![trade(1)])).await.is_ok() }
    });
    assert!(write.await.unwrap());
    fixture.store.close().await;
    assert!(matches!(
        other.set_complete_until(NOW, NOW).await,
        Err(StoreError::Closed)
    ));
    let again = AccountStore::open(other.path(), &fixture.key).await.unwrap();
    assert_eq!(again.newest_seq().await.unwrap(), 1);
}

#[tokio::test]
async fn what_is_complete_goes_forward_and_a_clock_that_was_ahead_is_corrected() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let status =
        carillon_contract::ConnectionStatus::plain(carillon_contract::ConnectionState::Connected, NOW);
    store.set_connection(status).await.unwrap();
    let at = |n: i64| Timestamp(NOW.0 + n);
    for (until, now, expected) in [(5, 5, 5), (3, 6, 5), (9_000, 9_000, 9_000), (7, 7, 7)] {
        store.set_complete_until(at(until), at(now)).await.unwrap();
        assert_eq!(
            store.last_seen().await.unwrap().unwrap().complete_until,
            Some(at(expected))
        );
    }
}

#[tokio::test]
async fn a_clock_that_is_set_back_loses_no_event_and_keeps_their_order() {
    let fixture = fixture().await;
    let store = &fixture.store;
    let day = 24 * 60 * 60 * 1_000;
    for (at, number) in [
        (NOW.0 + day, 1),
        (NOW.0 - day, 2),
        (NOW.0 - day + 1, 1),
        (NOW.0, 3),
    ] {
        let events = vec![trade(number), notice(&number.to_string(), "one")];
        store.ingest(batch_at(at, events)).await.ok().unwrap();
        prune(store, Limits::default(), Timestamp(at)).await;
    }
    let stored = store.events_after(0, 10).await.unwrap();
    let keys: Vec<&str> = stored.iter().map(|event| event.key.as_str()).collect();
    assert_eq!(keys.len(), 6, "each is there once: {keys:?}");
    assert!(stored.windows(2).all(|two| two[0].seq < two[1].seq));
    assert_eq!(store.unread().await.unwrap()["notification"], 3);
    assert_eq!(store.recount().await.unwrap(), 0);
}

#[tokio::test]
async fn what_the_connection_did_is_kept_as_a_short_history() {
    let fixture = fixture().await;
    let failed = ConnectionAct::Failed {
        cause: "away".into(),
        code: ErrorCode::Unreachable,
    };
    let opened = |id: u32| ConnectionAct::Opened {
        socket_id: id.to_string(),
        transport: TransportKind::Websocket,
        took_ms: 3,
    };
    let gap = ConnectionAct::Gap(Gap {
        from: Timestamp(1),
        to: Timestamp(2),
        why: GapReason::NoReplay,
    });
    let store = &fixture.store;
    store.note(&gap, Timestamp(1)).await.unwrap();
    // A day without a network is one line.
    for at in 2..=2_000 {
        store.note(&failed, Timestamp(at)).await.unwrap();
    }
    store.note(&opened(0), Timestamp(3_000)).await.unwrap();
    let lines = store.history(10).await.unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.at.0, line.times, &line.act))
        .collect();
    assert_eq!(
        told,
        [(3_000, 1, &opened(0)), (2_000, 1_999, &failed), (1, 1, &gap)]
    );
    for id in 1..=300 {
        store.note(&opened(id), Timestamp(4_000)).await.unwrap();
    }
    let lines = store.history(1_000).await.unwrap();
    assert_eq!(lines.len(), 200);
    assert_eq!(lines.first().map(|line| &line.act), Some(&opened(300)));
}
