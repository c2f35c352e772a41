//! Bodies of polls that a server cuts, measures wrongly, fills up or never ends.

use std::time::Duration;

use carillon_socketio::{
    AckError, Args, CloseReason, ConnectError, Connection, ProtocolError, Stage, connect,
};
use tokio::io::AsyncWriteExt;

use crate::{
    polled::{Answer, OPEN, Script, joined, ok, options, serve},
    reasons::assert_transport,
    server::{Server, request},
    watch::{LIMIT, end, names, next},
};

/// Two events, the first with an attachment of the byte that stands between packets.
const BODY: &str = "451-[\"b\",{\"_placeholder\":true,\"num\":0}]\u{1e}bHg==\u{1e}42[\"after\"]";

/// A session whose third poll is answered so.
async fn answered(poll: Answer) -> (Server, Connection) {
    let server = serve(Script {
        poll,
        ..Script::default()
    })
    .await;
    let connection = joined(&server).await;
    (server, connection)
}

#[tokio::test]
async fn bodies_cut_anywhere_are_put_together() {
    for cut in 1..BODY.len() {
        let (one, other) = BODY.split_at(cut);
        let chunks = format!("{:x}\r\n{one}\r\n{:x}\r\n{other}\r\n", one.len(), other.len());
        let answer = format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n");
        let (_server, mut connection) = answered(Answer::Bytes(answer.into_bytes())).await;
        let event = next(&mut connection).await;
        assert_eq!(event.args.bytes(0).unwrap().as_ref(), [0x1e], "{cut}");
        let event = next(&mut connection).await;
        assert_eq!(event.name, "after");
    }
}

#[tokio::test]
async fn a_body_that_ends_too_soon_brings_whole_events_only() {
    for cut in 0..BODY.len() {
        let part = BODY.split_at(cut).0;
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{part}", BODY.len());
        let (_server, mut connection) = answered(Answer::Last(answer.into_bytes())).await;
        let expected: &[&str] = if part.contains("bHg==\u{1e}") { &["b"] } else { &[] };
        assert_eq!(names(&mut connection).await, expected, "{cut}");
        let reason = end(&connection).await;
        assert_transport(&reason, cut);
    }
}

#[tokio::test]
async fn wrong_lengths_of_bodies_are_not_believed() {
    let http = CloseReason::Protocol(ProtocolError::Http);
    for head in [
        "Content-Length: -1",
        "Content-Length: 99999999999999999999",
        "Content-Length: 7\r\nContent-Length: 8",
        "Transfer-Encoding: chunked\r\n\r\nxyz",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    ] {
        let answer = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n42[\"e\"]");
        let (_server, mut connection) = answered(Answer::Last(answer.into_bytes())).await;
        let reason = end(&connection).await;
        assert!(
            reason == http || matches!(reason, CloseReason::TransportError(_)),
            "{head}: {reason:?}"
        );
        assert!(names(&mut connection).await.is_empty(), "{head}");
    }
    // What is behind the announced end belongs to no answer.
    let more = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n42[\"e\"]42[\"behind\"]";
    let (_server, mut connection) = answered(Answer::Last(more.into())).await;
    // Each poll brings it anew, over a connection of its own.
    for _ in 0..5 {
        let event = next(&mut connection).await;
        assert_eq!(event.name, "e");
    }
}

#[tokio::test]
async fn the_separator_inside_a_message_ends_it() {
    for (body, expected) in [
        ("42[\"a\u{1e}b\"]", ProtocolError::Payload),
        ("\u{1e}", ProtocolError::Empty),
        ("42[\"a\"]\u{1e}\u{1e}42[\"b\"]", ProtocolError::Empty),
    ] {
        let (_server, connection) = answered(ok(body)).await;
        assert_eq!(end(&connection).await, CloseReason::Protocol(expected));
    }
}

#[tokio::test]
async fn binary_headers_without_attachments_bring_nothing_by_polling_either() {
    for body in [
        "451-[\"b\",{\"_placeholder\":true,\"num\":0}]\u{1e}42[\"e\"]",
        // The next poll is answered alike.
        "451-[\"b\",{\"_placeholder\":true,\"num\":0}]",
    ] {
        let (_server, mut connection) = answered(ok(body)).await;
        assert_eq!(
            end(&connection).await,
            CloseReason::Protocol(ProtocolError::MissingAttachment)
        );
        assert!(connection.events.next().await.is_none());
    }
}

#[tokio::test]
async fn acks_that_nobody_asked_for_change_nothing_by_polling_either() {
    let acks = "430[]\u{1e}43999[1]\u{1e}461-5[{\"_placeholder\":true,\"num\":0}]\u{1e}bBw==\u{1e}42[\"e\"]";
    let (_server, mut connection) = answered(ok(acks)).await;
    for _ in 0..20 {
        assert_eq!(next(&mut connection).await.name, "e");
    }
    let Connection {
        socket, mut events, ..
    } = connection;
    // The first question of this side has the number that each poll answers, the second has not.
    let asking = socket.emit_with_ack("e", Args::none(), LIMIT);
    let taking = async { while events.next().await.is_some() {} };
    let answer = tokio::select! {
        answer = asking => answer,
        () = taking => panic!("{:?}", socket.close_reason()),
    };
    assert!(answer.unwrap().values.is_empty());
    let asking = socket.emit_with_ack("e", Args::none(), Duration::from_millis(50));
    let taking = async { while events.next().await.is_some() {} };
    let answer = tokio::select! {
        answer = asking => answer,
        () = taking => panic!("{:?}", socket.close_reason()),
    };
    assert_eq!(answer.unwrap_err(), AckError::TimedOut);
}

#[tokio::test]
async fn a_body_of_a_hundred_megabytes_is_refused_at_the_limit() {
    let limit = 4 << 20;
    let endless = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n4";
    for (answer, size) in [
        (
            Answer::Flood("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n4".into()),
            None,
        ),
        (Answer::Flood(endless.into()), None),
    ] {
        let (_server, connection) = answered(answer).await;
        assert_eq!(end(&connection).await, CloseReason::TooLarge { limit, size });
    }
}

#[tokio::test]
async fn opening_by_polling_has_the_same_limits() {
    let server = Server::that(|mut stream| async move {
        request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n0")
            .await
            .unwrap();
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while stream.write_all(b" ").await.is_ok() {
            ticks.tick().await;
        }
    })
    .await;
    let mut slowly = options(&server);
    slowly.timeouts.handshake = Duration::from_millis(200);
    let error = connect(slowly).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Handshake)),
        "{error:?}"
    );

    let never = Server::that(|mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let mut waits = options(&never);
    waits.timeouts.handshake = Duration::from_millis(100);
    let error = connect(waits).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Handshake)),
        "{error:?}"
    );

    let silent = serve(Script {
        open: OPEN.into(),
        post: Answer::Never,
        ..Script::default()
    })
    .await;
    drop(joined(&silent).await);
}

#[tokio::test]
async fn a_server_that_accepts_and_drops_polls_is_told() {
    let error = connect(options(&Server::that(|stream| async { drop(stream) }).await))
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConnectError::Closed(_) | ConnectError::Dial(_)),
        "{error:?}"
    );
    for _ in 0..20 {
        let (_server, mut connection) = answered(Answer::Last(Vec::new())).await;
        assert!(names(&mut connection).await.is_empty());
        let reason = end(&connection).await;
        assert_transport(&reason, ());
    }
}
