//! Following topics: in which order the server hears of it, and what is told where it says no.

use std::time::Duration;

use carillon_contract::continuity::GapReason;
use carillon_contract::topic::TopicStatus;
use carillon_contract::{ConnectionState, UiEvent};
use carillon_link::Cause;
use carillon_link::testing::{Line, Outcome};
use serde_json::json;

use crate::rig::{Bench, Rig, topic};

/// The next request: its name and its topic.
async fn heard(line: &mut Line) -> (String, String) {
    let heard = line.hear().await;
    let topic = heard.payload.as_str().unwrap_or_default().to_owned();
    let name = heard.name.clone();
    heard.answer(&json!({ "ok": true }));
    (name, topic)
}

#[tokio::test(start_paused = true)]
async fn what_is_said_of_one_topic_reaches_the_server_in_that_order() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    rig.engine.follow(&rig.account, &topic("a")).await.unwrap();
    let unanswered = line.hear().await;
    assert_eq!(unanswered.name, "join");
    assert!(rig.engine.unfollow(&rig.account, &topic("a")).await.unwrap());
    // Another topic does not wait for that.
    rig.engine.follow(&rig.account, &topic("b")).await.unwrap();
    assert_eq!(heard(&mut line).await, ("join".to_owned(), "b".to_owned()));

    // The server stays silent, so the app asks once more; only then does it leave.
    tokio::time::advance(Duration::from_secs(10)).await;
    assert_eq!(heard(&mut line).await, ("join".to_owned(), "a".to_owned()));
    assert_eq!(heard(&mut line).await, ("leave".to_owned(), "a".to_owned()));
}

/// Answers what the client asks until it is online, and refuses this topic.
async fn refusing(rig: &mut Rig, refused: &str) -> Line {
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "log": "l", "head": 0 }));
    loop {
        let heard = line.hear().await;
        match (heard.name.as_str(), heard.payload.as_str()) {
            ("join", Some(topic)) if topic == refused => heard.answer(&json!({ "no": "full" })),
            ("join", _) => heard.answer(&json!({ "ok": true })),
            _ => {
                heard.answer(&json!({ "log": "l", "events": [], "next": 0 }));
                break;
            }
        }
    }
    rig.until_online().await;
    line
}

#[tokio::test(start_paused = true)]
async fn what_a_room_sent_while_the_server_refused_it_is_a_gap_and_nothing_else_is() {
    let mut rig = Bench::new()
        .running([Outcome::Open, Outcome::Open, Outcome::Open])
        .await;
    let account = rig.account.clone();
    let store = rig.store().await;
    rig.engine.follow(&account, &topic("a")).await.unwrap();
    rig.engine.follow(&account, &topic("b")).await.unwrap();
    let line = refusing(&mut rig, "").await;
    let joined = rig.bench.now();
    line.lose(Cause::TransportClosed);

    rig.state(ConnectionState::Reconnecting).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    let line = refusing(&mut rig, "b").await;
    assert_eq!(store.gaps(9).await.unwrap(), [], "it is still going on");
    let refused = store.topics(None).await.unwrap();
    assert_eq!(refused[1].refusal.as_deref(), Some("full"));
    line.lose(Cause::TransportClosed);

    rig.state(ConnectionState::Reconnecting).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    refusing(&mut rig, "").await;
    let gap = store.gaps(9).await.unwrap();
    assert_eq!(gap.len(), 1);
    assert_eq!((gap[0].from, gap[0].why), (joined, GapReason::NotJoined));
    assert_eq!(gap[0].to, rig.bench.now());
}

impl Rig {
    fn watch(&self, watcher: &str, ids: &[&str]) {
        let topics: Vec<_> = ids.iter().map(|id| topic(id)).collect();
        self.engine
            .watch(&self.account, watcher.to_owned(), &topics)
            .unwrap();
    }

    /// The topics that are told next: which, whether they are followed, and whether the server confirmed them.
    async fn told_topics(&mut self) -> Vec<(String, bool, bool)> {
        self.hear("the topics", |event| match event {
            UiEvent::Topics { topics, .. } => {
                let told = |one: &TopicStatus| (one.topic.id.clone(), one.followed, one.confirmed);
                Some(topics.iter().map(told).collect())
            }
            _ => None,
        })
        .await
    }
}

#[tokio::test(start_paused = true)]
async fn what_two_screens_show_is_joined_once_and_left_a_while_after_neither_does() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    rig.watch("one", &["a"]);
    rig.watch("two", &["a", "b"]);
    let mut joined = [heard(&mut line).await, heard(&mut line).await];
    joined.sort();
    assert_eq!(joined, ["a", "b"].map(|id| ("join".to_owned(), id.to_owned())));
    while rig.told_topics().await != [("a".to_owned(), false, true), ("b".to_owned(), false, true)] {}

    rig.watch("one", &[]);
    rig.watch("two", &["a"]);
    rig.told_topics().await;
    // Whoever goes back at once finds it as it was.
    tokio::time::advance(Duration::from_secs(20)).await;
    rig.watch("two", &["a", "b"]);
    rig.told_topics().await;
    tokio::time::advance(Duration::from_secs(20)).await;
    rig.watch("two", &[]);
    rig.told_topics().await;
    tokio::time::advance(Duration::from_secs(31)).await;
    let mut left = [heard(&mut line).await, heard(&mut line).await];
    left.sort();
    assert_eq!(left, ["a", "b"].map(|id| ("leave".to_owned(), id.to_owned())));
}

#[tokio::test(start_paused = true)]
async fn what_the_person_follows_stays_joined_when_nobody_looks() {
    let mut rig = Bench::new().running([Outcome::Open, Outcome::Open]).await;
    rig.engine.follow(&rig.account, &topic("a")).await.unwrap();
    rig.watch("one", &["a", "b"]);
    let mut line = rig.script.line().await;
    line.say("welcome", &json!({ "idempotent": false }));
    let mut joined = [heard(&mut line).await, heard(&mut line).await];
    joined.sort();
    assert_eq!(joined, ["a", "b"].map(|id| ("join".to_owned(), id.to_owned())));
    while rig.told_topics().await != [("a".to_owned(), true, true), ("b".to_owned(), false, true)] {}
    rig.engine.set_hidden(true);
    rig.told_topics().await;
    tokio::time::advance(Duration::from_secs(31)).await;
    assert_eq!(heard(&mut line).await, ("leave".to_owned(), "b".to_owned()));
    rig.engine.set_hidden(false);
    assert_eq!(heard(&mut line).await, ("join".to_owned(), "b".to_owned()));
}
