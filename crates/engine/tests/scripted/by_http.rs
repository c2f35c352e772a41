//! What goes out by HTTP: with the account's token, and as sure of its outcome as what goes over the socket.

use std::time::Duration;

use carillon_contract::outbox::{Draft, SendState};
use carillon_contract::{LocalId, UiEvent};
use carillon_link::testing::Outcome;
use serde_json::json;
use serde_json::value::to_raw_value;

use crate::rig::{Bench, Rig, add, token};
use crate::vaults::keep;
use crate::website::Website;

/// An account on this website that is online.
async fn online(website: &Website) -> Rig {
    let bench = Bench::new();
    let (engine, script) = bench.engine([Outcome::Open]).await;
    let account = add(&engine, "alice", &website.url).await;
    keep(&*bench.vault, &account, &token("alice"), "refresh-1").await;
    let mut rig = bench.run(engine, script, account).await;
    rig.online(false).await;
    rig
}

async fn fill_in(rig: &Rig) -> LocalId {
    let draft = Draft {
        kind: "form".to_owned(),
        payload: to_raw_value(&json!({ "amount": 7 })).unwrap(),
        lane: "a".to_owned(),
        expires_at: None,
    };
    rig.engine.send(&rig.account.id, draft).await.unwrap().id
}

/// The states that are told of it, up to this one.
async fn until(rig: &mut Rig, id: &LocalId, wanted: SendState) -> Option<String> {
    rig.hear(wanted.as_str(), |event| match event {
        UiEvent::Outgoing { outgoing } if outgoing.id == *id && outgoing.state == wanted => {
            Some(outgoing.error.clone())
        }
        _ => None,
    })
    .await
}

async fn taken(rig: &mut Rig, id: &LocalId) -> Option<String> {
    rig.hear("it to be taken", |event| match event {
        UiEvent::Sent { id: sent, remote, .. } if sent == id => Some(remote.clone()),
        _ => None,
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn it_carries_the_token_and_its_key_and_brings_the_server_s_id() {
    let website = Website::start().await;
    let mut rig = online(&website).await;
    let id = fill_in(&rig).await;
    let asked = website.asked().await;
    assert!(asked.text.starts_with("POST /forms HTTP/1.1"), "{}", asked.text);
    assert!(
        asked.text.contains(&format!("Bearer {}", token("alice"))),
        "{}",
        asked.text
    );
    assert!(asked.text.contains(id.as_str()), "{}", asked.text);
    asked.answer(200, "", &json!({ "id": "form-1" }));
    assert_eq!(taken(&mut rig, &id).await.as_deref(), Some("form-1"));
    assert!(rig.engine.outbox(&rig.account.id).await.unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_refused_is_renewed_once_and_the_rest_is_the_server_s_word() {
    let website = Website::start().await;
    let mut rig = online(&website).await;
    let id = fill_in(&rig).await;
    website.asked().await.answer(401, "", &json!({}));
    let refresh = website.asked().await;
    assert!(refresh.text.starts_with("POST /refresh"), "{}", refresh.text);
    refresh.answer(
        200,
        "",
        &json!({ "access": token("alice-2"), "refresh": "refresh-2" }),
    );
    let again = website.asked().await;
    assert!(again.text.contains(&token("alice-2")), "{}", again.text);
    again.answer(422, "", &json!({ "no": "The amount is too small" }));
    let why = until(&mut rig, &id, SendState::Rejected).await;
    assert_eq!(why.as_deref(), Some("The amount is too small"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_lost_leaves_the_outcome_open_and_a_server_that_is_away_does_not() {
    let website = Website::start().await;
    let mut rig = online(&website).await;
    let id = fill_in(&rig).await;
    // It took the request, and closes without a word.
    drop(website.asked().await);
    until(&mut rig, &id, SendState::Unknown).await;
    rig.engine.discard(&rig.account.id, &id).await.unwrap();

    drop(website);
    let id = fill_in(&rig).await;
    // Its lane rests after what came to nothing.
    tokio::time::advance(Duration::from_secs(2)).await;
    until(&mut rig, &id, SendState::Sending).await;
    until(&mut rig, &id, SendState::Queued).await;
}
