//! What goes out: in order, once where that can be known, and never later than it may.

use std::time::Duration;

use carillon_contract::outbox::{Draft, Outgoing, SendState};
use carillon_contract::{ConnectionState, LocalId, Timestamp, UiEvent};
use carillon_engine::EngineError;
use carillon_link::Cause;
use carillon_link::testing::{Heard, Line, Outcome};
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::rig::{Bench, Rig};

fn draft(lane: &str, text: &str) -> Draft {
    Draft {
        kind: "note".to_owned(),
        payload: to_raw_value(text).unwrap(),
        lane: lane.to_owned(),
        expires_at: None,
    }
}

/// What the server hears next: the text and the key.
async fn heard(line: &mut Line) -> (String, LocalId, Heard) {
    let heard = line.hear().await;
    assert_eq!(heard.name, "send");
    let text = heard.payload["payload"].as_str().unwrap().to_owned();
    let key = LocalId::new(heard.payload["key"].as_str().unwrap());
    (text, key, heard)
}

impl Rig {
    async fn send(&self, lane: &str, text: &str) -> LocalId {
        let sent = self.engine.send(&self.account.id, draft(lane, text)).await;
        sent.unwrap().id
    }

    async fn send_until(&self, text: &str, expires_at: Timestamp) -> LocalId {
        let draft = Draft {
            expires_at: Some(expires_at),
            ..draft("a", text)
        };
        self.engine.send(&self.account.id, draft).await.unwrap().id
    }

    /// Waits until this has this state. What was told of it before may have been overheard.
    async fn stands(&mut self, id: &LocalId, state: SendState) -> Outgoing {
        let kept = self.engine.outbox(&self.account.id).await.unwrap();
        let now = kept
            .into_iter()
            .find(|outgoing| outgoing.id == *id && outgoing.state == state);
        if let Some(outgoing) = now {
            return outgoing;
        }
        self.hear(state.as_str(), |event| match event {
            UiEvent::Outgoing { outgoing } if outgoing.id == *id && outgoing.state == state => {
                Some(outgoing.clone())
            }
            _ => None,
        })
        .await
    }

    /// Waits until the server has taken this; gives the server's id of it.
    async fn taken(&mut self, id: &LocalId) -> Option<String> {
        self.hear("it to be taken", |event| match event {
            UiEvent::Sent { id: sent, remote, .. } if sent == id => Some(remote.clone()),
            _ => None,
        })
        .await
    }

    /// The states of all that is kept to be sent.
    async fn kept(&self) -> Vec<SendState> {
        let kept = self.engine.outbox(&self.account.id).await.unwrap();
        kept.into_iter().map(|outgoing| outgoing.state).collect()
    }

    /// Loses the connection, and waits until the next one is online.
    async fn reconnect(&mut self, line: Line, idempotent: bool) -> Line {
        line.lose(Cause::TransportClosed);
        self.state(ConnectionState::Reconnecting).await;
        tokio::time::advance(Duration::from_secs(60)).await;
        self.online(idempotent).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_keeps_its_order_and_lanes_do_not_wait_for_each_other() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let first = rig.send("a", "a1").await;
    let second = rig.send("a", "a2").await;
    let (text, key, a1) = heard(&mut line).await;
    assert_eq!((text.as_str(), &key), ("a1", &first));
    let other = rig.send("b", "b1").await;
    let (text, _, b1) = heard(&mut line).await;
    assert_eq!(text, "b1");
    b1.answer(&json!({ "id": "remote-b1" }));
    assert_eq!(rig.taken(&other).await.as_deref(), Some("remote-b1"));
    assert!(
        line.heard().is_none(),
        "the first of its lane is still on its way"
    );
    a1.answer(&json!({ "ok": true }));
    assert_eq!(rig.taken(&first).await, None);
    let (text, key, a2) = heard(&mut line).await;
    assert_eq!((text.as_str(), &key), ("a2", &second));
    a2.answer(&json!({ "ok": true }));
    rig.taken(&second).await;
    assert_eq!(rig.kept().await, []);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_without_a_connection_goes_out_with_the_next_one_even_after_a_restart() {
    let rig = Bench::new().running([Outcome::Fail(Cause::Unreachable)]).await;
    rig.send("a", "a1").await;
    rig.send("a", "a2").await;
    let (bench, account) = rig.stop().await;
    let (engine, script) = bench.engine([Outcome::Open]).await;
    let mut rig = bench.run(engine, script, account).await;
    assert_eq!(rig.kept().await, [SendState::Queued; 2]);
    let mut line = rig.online(false).await;
    for expected in ["a1", "a2"] {
        let (text, key, sent) = heard(&mut line).await;
        assert_eq!(text, expected);
        sent.answer(&json!({ "ok": true }));
        rig.taken(&key).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_sending_and_the_answer_is_an_unknown_outcome_that_only_the_person_repeats() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let id = rig.send("a", "a1").await;
    let behind = rig.send("a", "a2").await;
    let on_its_way = heard(&mut line).await;
    let bench = rig.bench.as_if_killed();
    let account = rig.account.clone();

    let (engine, script) = bench.engine([Outcome::Open]).await;
    let mut rig = bench.run(engine, script, account).await;
    let mut again = rig.online(false).await;
    rig.send("b", "b1").await;
    let (text, _, b1) = heard(&mut again).await;
    assert_eq!(text, "b1", "another lane goes on");
    b1.answer(&json!({ "ok": true }));
    assert_eq!(rig.kept().await[..2], [SendState::Unknown, SendState::Queued]);

    rig.engine.send_again(&rig.account.id, &id).await.unwrap();
    let (text, key, a1) = heard(&mut again).await;
    assert_eq!(
        (text.as_str(), &key),
        ("a1", &id),
        "the server can see that it is the same"
    );
    a1.answer(&json!({ "ok": true }));
    assert_eq!(heard(&mut again).await.1, behind);
    drop(on_its_way);
}

#[tokio::test(start_paused = true)]
async fn a_server_to_which_repetitions_do_no_harm_gets_again_what_a_crash_left_open() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(true).await;
    let id = rig.send("a", "a1").await;
    let on_its_way = heard(&mut line).await;
    let bench = rig.bench.as_if_killed();
    let account = rig.account.clone();
    let (engine, script) = bench.engine([Outcome::Open]).await;
    let mut rig = bench.run(engine, script, account).await;
    let mut again = rig.online(true).await;
    let (_, key, sent) = heard(&mut again).await;
    assert_eq!((&key, &on_its_way.1), (&id, &id));
    sent.answer(&json!({ "ok": true }));
    rig.taken(&id).await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_an_unknown_outcome_and_what_is_discarded_makes_way() {
    let mut rig = Bench::new().running([Outcome::Open, Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let first = rig.send("a", "a1").await;
    let second = rig.send("a", "a2").await;
    let sent = heard(&mut line).await;
    let busy = rig.engine.discard(&rig.account.id, &first).await;
    assert!(
        matches!(busy, Err(EngineError::NotWaiting(_))),
        "it is on its way"
    );
    let mut line = rig.reconnect(line, false).await;
    rig.stands(&first, SendState::Unknown).await;
    rig.engine.discard(&rig.account.id, &first).await.unwrap();
    let (_, key, _) = heard(&mut line).await;
    assert_eq!(key, second);
    drop(sent);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_asked_again_with_the_same_key_where_that_does_no_harm() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(true).await;
    let id = rig.send("a", "a1").await;
    let mut unanswered = Vec::new();
    for rest in [1, 2, 4] {
        unanswered.push(heard(&mut line).await);
        rig.stands(&id, SendState::Sending).await;
        tokio::time::advance(Duration::from_secs(10)).await;
        rig.stands(&id, SendState::Unknown).await;
        tokio::time::advance(Duration::from_secs(rest)).await;
    }
    let (_, key, sent) = heard(&mut line).await;
    assert!(unanswered.iter().all(|(_, before, _)| *before == key));
    sent.answer(&json!({ "ok": true }));
    rig.taken(&id).await;
}

#[tokio::test(start_paused = true)]
async fn without_that_promise_a_silent_server_is_asked_once() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let id = rig.send("a", "a1").await;
    let unanswered = heard(&mut line).await;
    tokio::time::advance(Duration::from_secs(10)).await;
    let outgoing = rig.stands(&id, SendState::Unknown).await;
    assert_eq!(outgoing.tries, 1);
    tokio::time::advance(Duration::from_secs(3_600)).await;
    rig.send("b", "b1").await;
    assert_eq!(heard(&mut line).await.0, "b1");
    drop(unanswered);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_put_aside_and_can_be_sent_again() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let first = rig.send("a", "a1").await;
    let second = rig.send("a", "a2").await;
    heard(&mut line).await.2.answer(&json!({ "no": "too long" }));
    let refused = rig.stands(&first, SendState::Rejected).await;
    assert_eq!(refused.error.as_deref(), Some("too long"));
    heard(&mut line).await.2.answer(&json!({ "ok": true }));
    rig.taken(&second).await;
    rig.engine.send_again(&rig.account.id, &first).await.unwrap();
    heard(&mut line).await.2.answer(&json!({ "ok": true }));
    rig.taken(&first).await;
    let gone = rig.engine.send_again(&rig.account.id, &first).await;
    assert!(matches!(gone, Err(EngineError::NotWaiting(_))));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_later_is_asked_later() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let id = rig.send("a", "a1").await;
    heard(&mut line).await.2.answer(&json!({ "later": 30 }));
    rig.hear("it to wait again", |event| match event {
        UiEvent::Outgoing { outgoing } => {
            (outgoing.state == SendState::Queued && outgoing.tries == 1).then_some(())
        }
        _ => None,
    })
    .await;
    tokio::time::advance(Duration::from_secs(29)).await;
    let other = rig.send("b", "b1").await;
    let (text, _, b1) = heard(&mut line).await;
    assert_eq!(text, "b1");
    b1.answer(&json!({ "ok": true }));
    rig.taken(&other).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(heard(&mut line).await.1, id);
}

#[tokio::test(start_paused = true)]
async fn what_must_not_come_late_is_given_up_instead() {
    let mut rig = Bench::new()
        .running([Outcome::Fail(Cause::Unreachable), Outcome::Open, Outcome::Open])
        .await;
    rig.state(ConnectionState::Reconnecting).await;
    let minute = Timestamp(rig.bench.now().0 + 60_000);
    let id = rig.send_until("vote", minute).await;
    tokio::time::advance(Duration::from_secs(60)).await;
    rig.stands(&id, SendState::Expired).await;
    let mut line = rig.online(true).await;
    let late = rig.engine.send_again(&rig.account.id, &id).await;
    assert!(matches!(late, Err(EngineError::NotWaiting(_))));
    let draft = Draft {
        expires_at: Some(minute),
        ..draft("a", "late")
    };
    let late = rig.engine.send(&rig.account.id, draft).await;
    assert!(matches!(late, Err(EngineError::TooLate)));

    // What may have arrived is not called expired, and is not repeated late.
    let minute = Timestamp(rig.bench.now().0 + 60_000);
    let open = rig.send_until("claim", minute).await;
    let (text, _, unanswered) = heard(&mut line).await;
    assert_eq!(text, "claim");
    let mut line = rig.reconnect(line, true).await;
    rig.send("b", "b1").await;
    assert_eq!(heard(&mut line).await.0, "b1");
    rig.stands(&open, SendState::Unknown).await;
    drop(unanswered);
}

#[tokio::test(start_paused = true)]
async fn a_defect_in_an_adapter_leaves_an_unknown_outcome_and_holds_up_nothing_else() {
    let mut rig = Bench::new().running([Outcome::Open]).await;
    let mut line = rig.online(false).await;
    let defect = Draft {
        kind: "defect".to_owned(),
        ..draft("a", "a1")
    };
    let id = rig.engine.send(&rig.account.id, defect).await.unwrap().id;
    heard(&mut line).await.2.answer(&json!({ "ok": true }));
    let told = rig.stands(&id, SendState::Unknown).await;
    assert!(told.error.unwrap().contains("Carillon itself"));
    let other = rig.send("b", "b1").await;
    heard(&mut line).await.2.answer(&json!({ "ok": true }));
    rig.taken(&other).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_platform_does_not_take_is_refused_at_once() {
    let rig = Bench::new().running([Outcome::Fail(Cause::Unreachable)]).await;
    let poem = Draft {
        kind: "poem".to_owned(),
        ..draft("a", "a1")
    };
    let refused = rig.engine.send(&rig.account.id, poem).await.err().unwrap();
    assert_eq!(refused.to_string(), "Plain takes nothing of the kind \"poem\"");
    assert_eq!(rig.kept().await, []);
}
