//! What a transport must do, against the official server: the one that is built in, and, with the feature
//! `rust-socketio`, the crate of that name.
//!
//! A failure that is known is listed with its reason, and its test succeeds as long as it fails: once the crate is
//! mended, the list says so.

mod cases;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, ensure};
use carillon_link::Transport;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// No case takes this long; one that waits for ever has failed.
const LIMIT: Duration = Duration::from_secs(20);

/// Cases that a transport is known to fail, each with the reason.
type Known = &'static [(&'static str, &'static str)];

async fn run<F>(
    name: &str,
    known: Known,
    transport: Arc<dyn Transport>,
    case: impl FnOnce(Arc<dyn Transport>) -> F,
) -> Result<()>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    // A task of its own: a panic in it is a failure like others.
    let mut task = JoinSet::new();
    task.spawn(case(transport));
    let outcome = match timeout(LIMIT, task.join_next()).await {
        Ok(Some(Ok(outcome))) => outcome,
        Ok(Some(Err(error))) => Err(error.into()),
        Ok(None) | Err(_) => Err(anyhow::anyhow!("It took longer than {LIMIT:?}")),
    };
    match known.iter().find(|(listed, _)| *listed == name) {
        None => outcome,
        Some((_, reason)) => {
            ensure!(
                outcome.is_err(),
                "{name} is listed as failing ({reason}), but it passes"
            );
            Ok(())
        }
    }
}

macro_rules! transport_tests {
    ($transport:expr, $known:expr; $($case:ident)*) => {
        #[test]
        fn the_list_of_known_failures_names_cases() {
            let cases = [$(stringify!($case)),*];
            for (listed, _) in $known {
                assert!(cases.contains(listed), "{listed} is no case");
            }
        }

        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() -> anyhow::Result<()> {
                crate::run(stringify!($case), $known, std::sync::Arc::new($transport), crate::cases::$case).await
            }
        )*
    };
}

macro_rules! every_case {
    ($transport:expr, $known:expr) => {
        transport_tests! { $transport, $known;
            what_the_server_says_while_it_lets_one_in_arrives
            ten_thousand_events_come_in_their_order
            an_ack_brings_its_arguments
            five_hundred_acks_under_way_are_not_mixed_up
            an_ack_that_does_not_come_harms_no_other
            a_question_of_the_server_is_answered
            a_refusal_is_told_in_the_server_s_words
            a_token_may_go_into_the_header
            a_server_that_sends_one_away_is_told
            a_server_that_closes_the_connection_is_told
            a_server_that_dies_is_told
            a_listener_that_says_nothing_is_given_up
            an_event_beyond_the_limit_ends_the_connection
            a_connection_can_be_asked_whether_it_is_alive
            binary_events_do_not_break_the_connection
            the_socket_has_its_id
            a_closed_connection_leaves_the_server
            events_may_be_named_as_one_likes
        }
    };
}

mod built_in {
    every_case!(carillon_link::SocketIo::default(), crate::NONE);
}

/// Nothing is known to fail.
const NONE: Known = &[];

/// What `rust_socketio` 0.6.0 fails.
#[cfg(feature = "rust-socketio")]
mod rust_socketio {
    const KNOWN: crate::Known = &[
        (
            "a_connection_can_be_asked_whether_it_is_alive",
            "It has no such question, and measures no round trip",
        ),
        (
            "a_question_of_the_server_is_answered",
            "An acknowledgement that the server asks for is not handed on",
        ),
        (
            "a_server_that_closes_the_connection_is_told",
            "A connection that closes in order is told to nobody",
        ),
        (
            "an_event_beyond_the_limit_ends_the_connection",
            "There is no limit, so that any event is taken",
        ),
        (
            "binary_events_do_not_break_the_connection",
            "An empty attachment, or one with the byte 0x1E, breaks it",
        ),
        (
            "events_may_be_named_as_one_likes",
            "An event that is called open, close, error or message is taken for one of its own",
        ),
        (
            "five_hundred_acks_under_way_are_not_mixed_up",
            "Ids are drawn at random from a thousand: answers go to other questions",
        ),
        ("the_socket_has_its_id", "It does not tell the id"),
        (
            "what_the_server_says_while_it_lets_one_in_arrives",
            "An event without arguments loses its name, and is called message",
        ),
    ];

    every_case!(carillon_link::RustSocketIo, KNOWN);
}

/// Fails unless two values are the same.
fn same<T: PartialEq + std::fmt::Debug>(found: T, wanted: T) -> Result<()> {
    ensure!(found == wanted, "found {found:?}, wanted {wanted:?}");
    Ok(())
}
