//! What happens when one side does not keep up with the other.

use std::time::Duration;

use futures_util::SinkExt;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};

use crate::{AckError, Args, CloseReason, EmitError, Options, testing::*};

const SECOND: Duration = Duration::from_secs(1);

/// A queue of four events.
fn narrow() -> Options {
    let mut options = options();
    options.limits.queue_events = 4;
    options
}

#[tokio::test(start_paused = true)]
async fn at_high_water_reading_stops_and_sending_goes_on() {
    let (mut connection, mut server) = joined(&narrow()).await;
    for n in 0..20 {
        server.send(&format!(r#"42["n",{n}]"#)).await;
    }
    connection
        .socket
        .emit("still sending", Args::none())
        .await
        .unwrap();
    server.expect(r#"42["still sending"]"#).await;
    assert_eq!(connection.events.outlet.len(), 4);
    for n in 0..20 {
        assert_eq!(
            connection
                .events
                .next()
                .await
                .unwrap()
                .args
                .parse::<i32>(0)
                .unwrap(),
            n
        );
    }
}

#[tokio::test(start_paused = true)]
async fn bytes_fill_the_queue_too() {
    let mut options = options();
    options.limits.queue_bytes = 2000;
    let (mut connection, mut server) = joined(&options).await;
    let event = format!(r#"42["e","{}"]"#, "x".repeat(990));
    for _ in 0..6 {
        server.send(&event).await;
    }
    server.send("2").await;
    connection.socket.emit("e", Args::none()).await.unwrap();
    server.expect(r#"42["e"]"#).await;
    // The third one was let in because two were less than the limit. The ping behind it is not seen.
    assert!((2..=3).contains(&connection.events.outlet.len()));
    for _ in 0..6 {
        connection.events.next().await.unwrap();
    }
    server.expect("3").await;
}

#[tokio::test(start_paused = true)]
async fn pings_that_lie_unread_are_answered_in_time_and_once() {
    let mut options = narrow();
    options.limits.overrun_after = 3600 * SECOND;
    let (mut connection, mut server) = joined(&options).await;
    for n in 0..10 {
        server.send(&format!(r#"42["n",{n}]"#)).await;
    }
    // The official server: a ping 25 s after the last pong, which has to be answered within 20 s.
    for _ in 0..8 {
        server.stay(25 * SECOND).await;
        server.send("2").await;
        let answered = tokio::time::timeout(20 * SECOND, server.text()).await;
        assert_eq!(answered.unwrap(), "3");
    }
    for n in 0..10 {
        assert_eq!(
            connection
                .events
                .next()
                .await
                .unwrap()
                .args
                .parse::<i32>(0)
                .unwrap(),
            n
        );
    }
    // Now the eight pings are read; none is answered again, but the next one is.
    assert!(server.stay(24 * SECOND).await.is_empty());
    server.send("2").await;
    server.expect("3").await;
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_comes_back_finds_the_connection_watched_again() {
    let mut options = narrow();
    options.limits.overrun_after = 3600 * SECOND;
    let (mut connection, mut server) = joined(&options).await;
    for _ in 0..6 {
        server.send(r#"42["e"]"#).await;
    }
    tokio::time::sleep(1000 * SECOND).await;
    let since = Instant::now();
    for _ in 0..6 {
        connection.events.next().await.unwrap();
    }
    assert_eq!(connection.socket.closed().await, CloseReason::PingTimeout);
    assert_eq!(since.elapsed().as_secs(), 13);
}

#[tokio::test(start_paused = true)]
async fn who_takes_nothing_for_too_long_is_overrun() {
    let (mut connection, mut server) = joined(&narrow()).await;
    let since = Instant::now();
    for _ in 0..10 {
        server.send(r#"42["e"]"#).await;
    }
    let (reason, ()) = tokio::join!(connection.socket.closed(), async {
        while !matches!(server.next().await.unwrap(), Message::Close(Some(frame)) if frame.code == CloseCode::Policy)
        {
        }
    });
    assert_eq!(reason, CloseReason::Overrun);
    // A minute, and a second for the server to close too.
    assert_eq!(since.elapsed().as_secs(), 61);
    for _ in 0..4 {
        connection.events.next().await.unwrap();
    }
    assert!(connection.events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_reader_who_leaves_stops_nothing() {
    let (connection, mut server) = joined(&narrow()).await;
    for _ in 0..10 {
        server.send(r#"42["e"]"#).await;
    }
    drop(connection.events);
    for _ in 0..10 {
        server.send(r#"42["e"]"#).await;
    }
    let asking = connection.socket.emit_with_ack("ask", Args::none(), SECOND);
    let (answer, ()) = tokio::join!(asking, async {
        server.expect(r#"420["ask"]"#).await;
        server.send("430[1]").await;
    });
    assert_eq!(answer.unwrap().parse::<i32>(0).unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pong_overtakes_what_is_queued() {
    let (connection, mut server) = joined(&options()).await;
    let filling = async {
        for _ in 0..200 {
            connection
                .socket
                .emit("e", Args::json("x".repeat(1000)).unwrap())
                .await
                .unwrap();
        }
    };
    let (_, place) = tokio::join!(filling, async {
        // Not read until the ping is on its way.
        server.send("2").await;
        let mut place = 0;
        while server.text().await != "3" {
            place += 1;
        }
        place
    });
    assert!(place < 100, "the pong came after {place} events");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_is_left() {
    let (mut connection, mut server) = joined(&options()).await;
    let socket = connection.socket.clone();
    let since = Instant::now();
    let filling = async {
        let full = loop {
            let args = Args::json("x".repeat(1000)).unwrap();
            match socket
                .emit_with_ack("e", args, Duration::from_millis(1))
                .await
                .unwrap_err()
            {
                AckError::TimedOut => {}
                other => break other,
            }
        };
        assert_eq!(full, AckError::NotSent(EmitError::Backlog));
        let args = Args::json("x".repeat(1000)).unwrap();
        socket.emit("e", args).await.unwrap_err()
    };
    // It goes on talking, so it is not silent.
    let talking = async {
        while server.ws.feed(Message::text(r#"42["e"]"#)).await.is_ok() {
            let _ = futures_util::future::poll_immediate(server.ws.flush()).await;
            if connection.events.next().await.is_none() {
                break;
            }
            tokio::time::sleep(SECOND).await;
        }
    };
    let (error, ()) = tokio::join!(filling, talking);
    assert_eq!(error, EmitError::Closed(crate::Closed(CloseReason::WriteTimeout)));
    assert!(
        since.elapsed().as_secs() >= 10 && since.elapsed().as_secs() <= 12,
        "{:?}",
        since.elapsed()
    );
}

#[tokio::test(start_paused = true)]
async fn what_the_server_would_not_take_is_not_sent() {
    let (connection, mut server) = joined(&options()).await;
    let socket = &connection.socket;
    let large = Args::json("x".repeat(1_000_000)).unwrap();
    assert!(matches!(
        socket.emit("e", large).await,
        Err(EmitError::TooLarge {
            size: 1_000_010,
            limit: 1_000_000
        })
    ));
    let large = Args::binary(vec![0; 1_000_001]).unwrap();
    assert!(matches!(
        socket.emit("e", large).await,
        Err(EmitError::TooLarge { size: 1_000_001, .. })
    ));
    let mut many = Args::none();
    for _ in 0..33 {
        many = many.with_binary(vec![]).unwrap();
    }
    assert_eq!(
        socket.emit("e", many).await,
        Err(EmitError::TooManyAttachments { limit: 32 })
    );
    for name in [
        "connect",
        "connect_error",
        "disconnect",
        "disconnecting",
        "newListener",
        "removeListener",
    ] {
        assert_eq!(
            socket.emit(name, Args::none()).await,
            Err(EmitError::ReservedName)
        );
    }
    socket.emit("e", Args::none()).await.unwrap();
    server.expect(r#"42["e"]"#).await;
}
