//! What the I/O task does while there is nothing to do: nothing.

use std::{sync::atomic::Ordering, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{Args, CloseReason, Connection, testing::*};

const SECOND: Duration = Duration::from_secs(1);

/// How many times the I/O task has had its turn.
fn turns(connection: &Connection) -> u64 {
    connection.socket.presence.shared.turns.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn an_idle_websocket_wakes_for_its_signs_of_life_only() {
    let (connection, mut server) = joined(&options()).await;
    let before = turns(&connection);
    for _ in 0..40 {
        assert!(server.stay(25 * SECOND).await.is_empty());
        server.send("2").await;
        server.expect("3").await;
    }
    // Each 25 seconds bring five pings of the WebSocket and one of Engine.IO: a turn to send, one to receive.
    let turns = turns(&connection) - before;
    assert!(turns <= 40 * 6 * 4, "{turns} turns");
}

#[tokio::test(start_paused = true)]
async fn an_idle_poll_makes_two_requests_for_each_ping_and_no_more() {
    let (connection, mut server) = polled(&options()).await;
    sleep(SECOND).await;
    let (before, requests) = (turns(&connection), server.requests());
    for _ in 0..40 {
        sleep(25 * SECOND).await;
        server.say("2");
        assert_eq!(server.posted().await, "3");
    }
    sleep(SECOND).await;
    assert_eq!(server.requests() - requests, 40 * 2);
    // Each of the two is a head and a body, both ways.
    let turns = turns(&connection) - before;
    assert!(turns <= 40 * 16, "{turns} turns");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_is_never_answered_is_waited_for_in_peace() {
    let (connection, server) = polled(&options()).await;
    sleep(SECOND).await;
    let (since, before, requests) = (Instant::now(), turns(&connection), server.requests());
    assert_eq!(connection.socket.closed().await, CloseReason::PingTimeout);
    assert!(
        since.elapsed() >= 43 * SECOND && since.elapsed() <= 45 * SECOND,
        "{:?}",
        since.elapsed()
    );
    assert_eq!(server.requests(), requests);
    let turns = turns(&connection) - before;
    assert!(turns <= 4, "{turns} turns");
}

#[tokio::test(start_paused = true)]
async fn a_polled_reader_who_stands_still_stops_the_polls_and_is_overrun_after_a_minute() {
    let mut options = options();
    options.limits.queue_events = 4;
    let (mut connection, mut server) = polled(&options).await;
    sleep(SECOND).await;
    let (since, before, requests) = (Instant::now(), turns(&connection), server.requests());
    server.say(&[r#"42["e"]"#; 10].join("\u{1e}"));
    server.say(r#"42["later"]"#);
    sleep(SECOND).await;
    // Sending goes on.
    connection
        .socket
        .emit("still sending", Args::none())
        .await
        .unwrap();
    assert_eq!(server.posted().await, r#"42["still sending"]"#);
    assert_eq!(connection.socket.closed().await, CloseReason::Overrun);
    assert!(
        since.elapsed() >= 60 * SECOND && since.elapsed() <= 62 * SECOND,
        "{:?}",
        since.elapsed()
    );
    // A post for the event, two for the pings of a minute that are answered unread, one for the end; no poll.
    assert_eq!(server.requests() - requests, 4);
    let turns = turns(&connection) - before;
    assert!(turns <= 40, "{turns} turns");
    for _ in 0..4 {
        assert_eq!(connection.events.next().await.unwrap().name, "e");
    }
    assert!(connection.events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_stands_still_for_most_of_a_minute_gets_all_of_it() {
    let mut options = options();
    options.limits.queue_events = 4;
    let (mut connection, mut server) = polled(&options).await;
    for n in 0..20 {
        server.say(&[format!(r#"42["n",{n}]"#), format!(r#"42["n",{n}]"#)].join("\u{1e}"));
    }
    sleep(50 * SECOND).await;
    assert_eq!(server.posted().await, "3");
    for n in 0..20 {
        for _ in 0..2 {
            let event = connection.events.next().await.unwrap();
            assert_eq!(event.args.parse::<i32>(0).unwrap(), n);
        }
    }
    assert!(connection.socket.close_reason().is_none());
}
