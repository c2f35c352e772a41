//! Signs of life, and their absence.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::{io::AsyncWriteExt, time::Instant};
use tokio_tungstenite::tungstenite::Message;

use crate::{CloseReason, Closed, testing::*};

const SECOND: Duration = Duration::from_secs(1);

/// Timers are kept in milliseconds.
fn about(measured: Duration, expected: Duration) -> bool {
    measured >= expected && measured < expected + Duration::from_millis(50)
}

#[tokio::test(start_paused = true)]
async fn silence_is_noticed_in_thirteen_seconds() {
    let (connection, _silent) = joined(&options()).await;
    let since = Instant::now();
    assert_eq!(connection.socket.closed().await, CloseReason::PingTimeout);
    assert!(about(since.elapsed(), 13 * SECOND), "{:?}", since.elapsed());
    assert_eq!(connection.events.close_reason().unwrap().as_str(), "ping timeout");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_pings_no_more_is_noticed_though_its_websocket_answers() {
    let (connection, mut server) = joined(&options()).await;
    let since = Instant::now();
    let (reason, _) = tokio::join!(connection.socket.closed(), server.until_gone());
    assert_eq!(reason, CloseReason::PingTimeout);
    assert!(about(since.elapsed(), 45 * SECOND), "{:?}", since.elapsed());
    assert!(connection.socket.latency().is_some());
}

#[tokio::test(start_paused = true)]
async fn every_packet_puts_the_deadline_off() {
    let (mut connection, mut server) = joined(&options()).await;
    for _ in 0..10 {
        server.stay(40 * SECOND).await;
        server.send(r#"42["e"]"#).await;
        connection.events.next().await.unwrap();
    }
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test(start_paused = true)]
async fn frames_that_come_make_up_for_pongs_that_do_not() {
    let (mut connection, mut server) = joined(&options()).await;
    let since = Instant::now();
    // Writes only: without reading the WebSocket answers no ping.
    while since.elapsed() < 120 * SECOND {
        tokio::time::advance(7 * SECOND).await;
        server.ws.feed(Message::text(r#"42["e"]"#)).await.unwrap();
        server.ws.get_mut().flush().await.unwrap();
        let _ = futures_util::future::poll_immediate(server.ws.flush()).await;
        connection.events.next().await.unwrap();
    }
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_large_message_on_a_slow_line_is_no_silence() {
    let (mut connection, mut server) = joined(&options()).await;
    let event = format!(r#"42["large","{}"]"#, "x".repeat(1000));
    let length = u16::try_from(event.len()).unwrap().to_be_bytes();
    let frame = [&[0x81, 126, length[0], length[1]], event.as_bytes()].concat();
    for part in frame.chunks(frame.len().div_ceil(10)) {
        tokio::time::advance(4 * SECOND).await;
        server.ws.get_mut().write_all(part).await.unwrap();
    }
    assert_eq!(connection.events.next().await.unwrap().name, "large");
}

#[tokio::test(start_paused = true)]
async fn verify_measures_the_way_there_and_back() {
    let (connection, mut server) = joined(&options()).await;
    assert_eq!(connection.socket.latency(), None);
    let (took, _) = tokio::join!(connection.socket.verify(SECOND), server.stay(SECOND));
    let took = took.unwrap();
    assert!(took < SECOND);
    assert_eq!(connection.socket.latency(), Some(took));
}

#[tokio::test(start_paused = true)]
async fn verify_closes_a_connection_that_only_looks_alive() {
    let (connection, mut server) = joined(&options()).await;
    let since = Instant::now();
    // What arrives may have waited on this side: it proves nothing.
    server.send(r#"42["old news"]"#).await;
    let outcome = connection.socket.verify(2 * SECOND).await;
    assert_eq!(outcome, Err(Closed(CloseReason::PingTimeout)));
    assert!(about(since.elapsed(), 2 * SECOND), "{:?}", since.elapsed());
    assert_eq!(
        connection.socket.verify(SECOND).await,
        Err(Closed(CloseReason::PingTimeout))
    );
}

#[tokio::test(start_paused = true)]
async fn a_ping_harms_no_connection_that_brings_something() {
    let (connection, mut server) = joined(&options()).await;
    let socket = connection.socket.clone();
    let talking = async {
        // Its answer waits behind what it sends, for longer than the question may be alone.
        for _ in 0..6 {
            server.stay(SECOND).await;
            server.send(r#"42["news"]"#).await;
        }
    };
    let (answered, ()) = tokio::join!(
        tokio::time::timeout(10 * SECOND, socket.ping(2 * SECOND)),
        talking
    );
    assert!(!matches!(answered, Ok(Err(_))), "{answered:?}");
}

#[tokio::test(start_paused = true)]
async fn many_may_verify_at_once() {
    let (connection, mut server) = joined(&options()).await;
    let all = futures_util::future::join_all((0..50).map(|_| connection.socket.verify(5 * SECOND)));
    let (all, _) = tokio::join!(all, server.stay(5 * SECOND));
    assert!(all.into_iter().all(|took| took.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn times_beyond_reason_overflow_nothing() {
    let mut options = options();
    options.timeouts.quiet = Duration::MAX;
    options.timeouts.pong = Duration::MAX;
    options.timeouts.total = Duration::MAX;
    options.timeouts.write = Duration::MAX;
    options.limits.overrun_after = Duration::MAX;
    let (connection, _silent) = joined(&options).await;
    let since = Instant::now();
    assert_eq!(
        connection.socket.verify(Duration::MAX).await,
        Err(Closed(CloseReason::PingTimeout))
    );
    assert!(about(since.elapsed(), 45 * SECOND), "{:?}", since.elapsed());
}
