//! The driver with a scripted transport and a paused clock: what it opens, when, and with which token.

mod script;

use std::time::Duration;

use carillon_contract::ConnectionState;
use carillon_link::Report;
use carillon_link::{Act, Cause, Phase, Policy};
use script::{Outcome, Rig};

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_opened_again_after_the_delay() {
    let mut rig = Rig::new([Outcome::Open, Outcome::Open]);
    rig.handle.start().await;
    let first = rig.go_online().await;
    first.lose(Cause::TransportClosed);
    let cause = rig.until_waiting().await;
    assert_eq!(cause, Cause::TransportClosed);
    let before = tokio::time::Instant::now();
    rig.go_online().await;
    let waited = before.elapsed();
    assert!(
        waited >= Duration::from_millis(500) && waited <= Duration::from_millis(1_600),
        "{waited:?}"
    );
    assert_eq!(rig.opened(), 2);
}

#[tokio::test(start_paused = true)]
async fn sixteen_minutes_without_a_network_are_tried_slowly_to_the_end() {
    let mut rig = Rig::new(std::iter::repeat_n(Outcome::Fail(Cause::Unreachable), 500));
    rig.handle.start().await;
    let begun = tokio::time::Instant::now();
    while begun.elapsed() < Duration::from_secs(16 * 60) {
        rig.until_waiting().await;
    }
    // Five fast tries, then one about every thirty seconds: never a storm, never silence.
    let opened = rig.opened();
    assert!((25..=75).contains(&opened), "{opened} tries in 16 minutes");
}

#[tokio::test(start_paused = true)]
async fn trying_now_ends_a_wait() {
    let mut rig = Rig::new([Outcome::Fail(Cause::ServerDisconnect), Outcome::Open]);
    rig.handle.start().await;
    rig.until_waiting().await;
    let before = tokio::time::Instant::now();
    rig.handle.start().await;
    rig.go_online().await;
    assert!(before.elapsed() < Duration::from_millis(10));
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_and_the_new_one_is_sent() {
    let mut rig = Rig::new([Outcome::Refuse("Authentication failed"), Outcome::Open]);
    rig.handle.start().await;
    rig.go_online().await;
    assert_eq!(rig.tokens(), ["token-0", "token-1"]);
    assert_eq!(rig.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_stays_refused_asks_the_person_and_tries_nothing_more() {
    let mut rig = Rig::new(std::iter::repeat_n(Outcome::Refuse("Authentication failed"), 9));
    rig.handle.start().await;
    rig.until(|phase| matches!(phase, Phase::NeedsSignIn)).await;
    tokio::time::sleep(Duration::from_secs(24 * 60 * 60)).await;
    assert_eq!((rig.opened(), rig.refreshes(), rig.discarded()), (2, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn another_refusal_does_not_spend_the_token() {
    let mut rig = Rig::new([Outcome::Refuse("Too many connections"), Outcome::Open]);
    rig.handle.start().await;
    assert_eq!(
        rig.until_waiting().await,
        Cause::Refused("Too many connections".to_owned())
    );
    rig.go_online().await;
    assert_eq!(rig.refreshes(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_said_about_an_earlier_session_changes_nothing() {
    let mut rig = Rig::new([Outcome::Open, Outcome::Open]);
    rig.handle.start().await;
    let first = rig.go_online().await;
    first.lose(Cause::Silent);
    let second = rig.go_online().await;
    rig.handle.give_up(first.session, Cause::CatchUp).await;
    rig.handle.token_refused(first.session).await;
    rig.handle.stop().await;
    // Had one of these been heard, the phase would have changed before the stop.
    rig.until(|phase| matches!(phase, Phase::Idle)).await;
    assert_eq!(
        rig.seen.last().map(Phase::state),
        Some(ConnectionState::Disconnected)
    );
    assert!(
        !rig.seen_since_online
            .iter()
            .any(|phase| matches!(phase, Phase::Waiting { .. } | Phase::Refreshing(_)))
    );
    assert!(second.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_server_that_never_signs_in_is_left_in_time() {
    let mut rig = Rig::new([Outcome::Open]);
    rig.handle.start().await;
    let before = tokio::time::Instant::now();
    let report = rig.opened_session().await;
    assert_eq!(rig.until_waiting().await, Cause::SignInTimedOut);
    assert_eq!(before.elapsed().as_secs(), 10);
    assert!(report.is_closed());
}

#[tokio::test(start_paused = true)]
async fn waking_up_leaves_a_dead_connection_at_once() {
    let mut rig = Rig::new([Outcome::Open, Outcome::Open]);
    rig.handle.start().await;
    let line = rig.go_online().await;
    line.play_dead();
    let slept = tokio::time::Instant::now();
    rig.handle.woke();
    rig.go_online().await;
    assert_eq!(slept.elapsed(), Duration::ZERO);
    assert!(line.is_closed());
}

#[tokio::test(start_paused = true)]
async fn stopping_closes_the_connection_and_opens_none() {
    let mut rig = Rig::new([Outcome::Open, Outcome::Open]);
    rig.handle.start().await;
    let first = rig.go_online().await;
    rig.handle.stop().await;
    rig.until(|phase| matches!(phase, Phase::Idle)).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert!(first.is_closed());
    assert_eq!(rig.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_takes_no_reports_does_not_keep_the_link_from_hearing() {
    let mut rig = Rig::new(std::iter::repeat_n(Outcome::Fail(Cause::Unreachable), 200));
    rig.handle.start().await;
    // Nobody reads reports for an hour; the link goes on, and remembers a bounded number of them.
    tokio::time::sleep(Duration::from_secs(60 * 60)).await;
    rig.handle.stop().await;
    let mut reports = 0;
    loop {
        match rig.report().await {
            Report::Changed(status) if status.phase == Phase::Idle => break,
            _ => reports += 1,
        }
    }
    assert!(reports <= 100, "{reports} reports were kept");
}

#[tokio::test(start_paused = true)]
async fn without_a_token_nothing_is_connected() {
    let mut rig = Rig::new([]);
    rig.sign_out();
    rig.handle.start().await;
    rig.until(|phase| matches!(phase, Phase::NeedsSignIn)).await;
    assert_eq!(rig.opened(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_defect_in_the_link_itself_is_told_and_the_link_goes_on() {
    let mut rig = Rig::new([Outcome::OpenAndPanicOnClose, Outcome::Open]);
    rig.handle.start().await;
    let first = rig.go_online().await;
    first.lose(Cause::TransportClosed);
    assert_eq!(rig.until_waiting().await, Cause::Internal);
    let before = tokio::time::Instant::now();
    rig.go_online().await;
    // Whatever panicked may do so again: it waits as after any other failure.
    assert!(before.elapsed() >= Duration::from_millis(500));
}

#[tokio::test(start_paused = true)]
async fn a_link_that_panics_while_it_is_stopped_is_stopped() {
    let mut rig = Rig::new([Outcome::OpenAndPanicOnClose]);
    rig.handle.start().await;
    rig.go_online().await;
    rig.handle.stop().await;
    rig.until(|phase| matches!(phase, Phase::Idle)).await;
    rig.handle.network_changed();
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(rig.opened(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_is_not_asked_before() {
    let wait = Duration::from_secs(90);
    let busy = Cause::Busy { after: Some(wait) };
    let mut rig = Rig::new([Outcome::Refuse("Authentication failed"), Outcome::Open]);
    rig.fail_refresh(busy.clone());
    rig.handle.start().await;
    let begun = tokio::time::Instant::now();
    assert_eq!(rig.until_waiting().await, busy);
    rig.go_online().await;
    assert!(begun.elapsed() >= wait, "{:?}", begun.elapsed());
    assert_eq!(rig.refreshes(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_is_replaced_ahead_of_its_end_and_the_connection_stays() {
    let mut rig = Rig::new([Outcome::Open]);
    rig.replace_tokens_after(Duration::from_secs(600));
    rig.handle.start().await;
    let line = rig.go_online().await;
    rig.fail_refresh(Cause::Unreachable);
    for _ in 0..3 {
        until_replaced(&mut rig).await;
    }
    assert_eq!((rig.opened(), rig.refreshes()), (1, 3));
    assert!(!line.is_closed());
}

#[tokio::test(start_paused = true)]
async fn a_replaced_token_is_shown_once_every_question_has_its_answer() {
    let policy = Policy {
        reconnect_with_new_token: true,
        ..Policy::default()
    };
    let mut rig = Rig::with(policy, [Outcome::Open, Outcome::Open]);
    rig.replace_tokens_after(Duration::from_secs(5));
    rig.handle.start().await;
    let mut line = rig.go_online().await;
    let mut questions = tokio::task::JoinSet::new();
    let socket = std::sync::Arc::clone(&line.socket);
    questions.spawn(async move {
        socket
            .emit_with_ack("order", Vec::new(), Duration::from_secs(60))
            .await
    });
    let question = line.hear().await;
    until_replaced(&mut rig).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!line.is_closed(), "a question waits for its answer");
    question.answer(&serde_json::json!(true));
    assert!(questions.join_next().await.unwrap().unwrap().is_ok());
    rig.go_online().await;
    assert!(line.is_closed());
    assert_eq!(rig.tokens(), ["token-0", "token-1"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_tokens_are_due_at_once_is_not_hammered() {
    let mut rig = Rig::new([Outcome::Open]);
    rig.replace_tokens_after(Duration::ZERO);
    rig.handle.start().await;
    rig.go_online().await;
    let begun = tokio::time::Instant::now();
    for _ in 0..10 {
        until_replaced(&mut rig).await;
    }
    assert!(
        begun.elapsed() >= Duration::from_secs(9 * 30),
        "{:?}",
        begun.elapsed()
    );
}

async fn until_replaced(rig: &mut Rig) {
    while !matches!(rig.report().await, Report::Did(Act::TokenRefreshed)) {}
}

#[tokio::test(start_paused = true)]
async fn addresses_that_come_and_go_are_no_storm_of_tries() {
    let mut rig = Rig::new(std::iter::repeat_n(Outcome::Fail(Cause::Unreachable), 500));
    rig.handle.start().await;
    rig.until_waiting().await;
    let before = rig.opened();
    for _ in 0..60 {
        rig.handle.network_changed();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // A try for each hint that counts, and at most one fast one after it.
    let tries = rig.opened() - before;
    assert!((6..=40).contains(&tries), "{tries} tries in a minute");
}
