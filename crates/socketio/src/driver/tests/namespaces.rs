//! Further namespaces: given up, left and joined anew on the same connection.

use std::time::Duration;

use crate::{AckError, AddressError, Args, ConnectError, Options, Stage, testing::*};

const SECOND: Duration = Duration::from_secs(1);

fn options_of_a_second() -> Options {
    let mut options = options();
    options.timeouts.connect = SECOND;
    options
}

fn timed_out<T>(joining: Result<T, ConnectError>) -> bool {
    matches!(joining, Err(ConnectError::TimedOut(Stage::Connect)))
}

#[tokio::test(start_paused = true)]
async fn a_join_that_is_given_up_is_taken_back_once_the_server_has_answered() {
    let (connection, mut server) = joined(&options_of_a_second()).await;
    let join = || connection.socket.join("/slow", None, None);
    assert!(timed_out(join().await));
    server.expect("40/slow,").await;
    // A DISCONNECT before the answer would end the connection, as would a second CONNECT.
    assert!(timed_out(join().await));
    assert!(server.stay(SECOND).await.is_empty());
    let (second, ()) = tokio::join!(join(), async {
        assert!(server.stay(SECOND / 2).await.is_empty());
        assert!(matches!(
            join().await,
            Err(ConnectError::Address(AddressError::Joined))
        ));
        server.send(r#"42/slow,["early"]"#).await;
        server.send(r#"40/slow,{"sid":"1"}"#).await;
        server.send(r#"42/slow,["for the first"]"#).await;
        server.expect("41/slow,").await;
        server.expect("40/slow,").await;
        server.send(r#"42/slow,5["still for the first"]"#).await;
        server.send(r#"40/slow,{"sid":"2"}"#).await;
        server.send(r#"42/slow,["for the second"]"#).await;
    });
    let mut second = second.unwrap();
    assert_eq!(second.session.id, "2");
    assert_eq!(second.events.next().await.unwrap().name, "for the second");
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_too_late_makes_room_for_the_next_attempt() {
    let (connection, mut server) = joined(&options_of_a_second()).await;
    assert!(timed_out(connection.socket.join("/slow", None, None).await));
    server.expect("40/slow,").await;
    let (second, ()) = tokio::join!(connection.socket.join("/slow", None, None), async {
        assert!(server.stay(SECOND / 2).await.is_empty());
        server.send(r#"44/slow,{"message":"no"}"#).await;
        server.expect("40/slow,").await;
        server.send(r#"40/slow,{"sid":"2"}"#).await;
    });
    assert_eq!(second.unwrap().session.id, "2");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_that_is_not_answered_keeps_no_connection_open() {
    let (connection, mut server) = joined(&options_of_a_second()).await;
    assert!(timed_out(connection.socket.join("/slow", None, None).await));
    server.expect("40/slow,").await;
    let waiting = connection.socket.join("/slow", None, None);
    assert!(timed_out(waiting.await));
    drop(connection);
    server.expect("41").await;
    server.until_gone().await;
}

#[tokio::test(start_paused = true)]
async fn answers_to_who_was_in_a_namespace_before_are_not_taken_for_others() {
    let (connection, mut server) = joined(&options()).await;
    for round in 0..3 {
        let (second, ()) = tokio::join!(connection.socket.join("/again", None, None), async {
            server.expect("40/again,").await;
            // An event and an answer that were under way.
            server.send(r#"42/again,["old"]"#).await;
            server.send("43/again,0[\"old\"]").await;
            server.send(r#"40/again,{"sid":"s"}"#).await;
        });
        let mut second = second.unwrap();
        if round == 0 {
            assert_eq!(second.events.next().await.unwrap().name, "old");
        }
        let asking = second.socket.emit_with_ack("ask", Args::none(), SECOND);
        let (answer, ()) = tokio::join!(asking, async {
            server.expect(&format!("42/again,{round}[\"ask\"]")).await;
            if round > 0 {
                server.send("43/again,0[\"old\"]").await;
            }
        });
        assert_eq!(answer.unwrap_err(), AckError::TimedOut);
        assert!(second.events.try_next().is_none());
        second.socket.close();
        server.expect("41/again,").await;
        second.socket.closed().await;
    }
}
