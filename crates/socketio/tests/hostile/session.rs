//! A WebSocket whose server lets this side in, and means no good from then on.

use std::time::Duration;

use carillon_socketio::{
    AckError, Args, CloseReason, Closed, ConnectError, Connection, ProtocolError, Stage, connect,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    reasons::assert_transport,
    server::{OPEN, Server, Then, frame, request, switched, text, welcome},
    watch::{end, names, next},
};

/// A header that announces two attachments.
const HEADER: &str = r#"452-["b",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;

/// Frames of two events, the first with two attachments.
fn two_events() -> Vec<u8> {
    let short = [0x82, 1, 0x1e];
    [
        text(HEADER),
        frame(0x82, &[7; 30]),
        short.to_vec(),
        text(r#"42["after"]"#),
    ]
    .concat()
}

/// Opens a session whose server then sends this, and does that.
async fn session(sends: Vec<u8>, then: Then) -> (Server, Connection) {
    let server = Server::that_upgrades("", [welcome(), sends].concat(), then).await;
    let connection = connect(server.options("http")).await.unwrap();
    (server, connection)
}

#[tokio::test]
async fn frames_cut_anywhere_are_put_together() {
    let all = [welcome(), two_events()].concat();
    for cut in 0..all.len() {
        let parts = all.split_at(cut);
        let (one, other) = (parts.0.to_vec(), parts.1.to_vec());
        let server = Server::that(move |mut stream| {
            let (one, other) = (one.clone(), other.clone());
            async move {
                let asked = request(&mut stream).await;
                stream.set_nodelay(true).unwrap();
                stream.write_all(switched(&asked, "").as_bytes()).await.unwrap();
                stream.write_all(&one).await.unwrap();
                // The other side's turn, so that it reads them apart.
                tokio::task::yield_now().await;
                stream.write_all(&other).await.unwrap();
                while stream.read(&mut [0; 1000]).await.is_ok_and(|read| read > 0) {}
            }
        })
        .await;
        let mut connection = connect(server.options("http")).await.unwrap();
        let event = next(&mut connection).await;
        assert_eq!(
            (event.name.as_str(), event.args.attachments.len()),
            ("b", 2),
            "{cut}"
        );
        assert_eq!(event.args.bytes(0).unwrap().as_ref(), [7; 30]);
        let event = next(&mut connection).await;
        assert_eq!(event.name, "after");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_anywhere_brings_whole_events_only() {
    let (all, after) = (two_events(), text(r#"42["after"]"#).len());
    for cut in 0..=all.len() {
        let (_server, mut connection) = session(all.split_at(cut).0.to_vec(), Then::HangUp).await;
        let expected: &[&str] = match all.len() - cut {
            0 => &["b", "after"],
            missing if missing <= after => &["b"],
            _ => &[],
        };
        assert_eq!(names(&mut connection).await, expected, "{cut}");
        let reason = end(&connection).await;
        assert_transport(&reason, cut);
    }
}

#[tokio::test]
async fn wrong_lengths_are_not_believed() {
    let too_large = |announced| CloseReason::TooLarge {
        limit: 4 << 20,
        size: Some(announced),
    };
    for (bytes, expected) in [
        // More than any memory holds, with the bit that must not be set and without.
        (
            vec![0x81, 127, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            too_large(usize::MAX),
        ),
        (
            vec![0x82, 127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            too_large(usize::MAX >> 1),
        ),
        (
            vec![0x80, 127, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
            too_large(0xffff_ffff),
        ),
    ] {
        let (_server, connection) = session(bytes, Then::Listen).await;
        assert_eq!(end(&connection).await, expected);
    }
    for bytes in [
        // A ping of 126 bytes and one in parts; a frame that ends too soon, so that the next head is no head.
        frame(0x89, &[0; 126]),
        vec![0x09, 0],
        [vec![0x81, 3], text(r#"42["e"]"#)].concat(),
    ] {
        let (_server, connection) = session(bytes.clone(), Then::Listen).await;
        let reason = end(&connection).await;
        assert!(
            matches!(reason, CloseReason::Protocol(_)),
            "{bytes:x?}: {reason:?}"
        );
    }
    // Longer than need be is no harm.
    let (_server, mut connection) = session(text(r#"42["e"]"#), Then::HangUp).await;
    assert_eq!(names(&mut connection).await, ["e"]);
}

#[tokio::test]
async fn the_separator_of_polling_has_no_meaning_inside_a_message() {
    let escaped = text(r#"42["e","\u001e"]"#);
    let (_server, mut connection) = session(escaped, Then::HangUp).await;
    let event = next(&mut connection).await;
    assert_eq!(event.args.parse::<String>(0).unwrap(), "\u{1e}");
    for joined in ["42[\"a\"]\u{1e}42[\"b\"]", "42[\"a\u{1e}b\"]"] {
        let (_server, mut connection) = session(text(joined), Then::Listen).await;
        assert_eq!(
            end(&connection).await,
            CloseReason::Protocol(ProtocolError::Payload)
        );
        assert!(connection.events.next().await.is_none());
    }
}

#[tokio::test]
async fn binary_headers_without_attachments_bring_nothing() {
    for (then, expected) in [
        (text(r#"42["e"]"#), ProtocolError::MissingAttachment),
        (text(HEADER), ProtocolError::MissingAttachment),
        (text("41"), ProtocolError::MissingAttachment),
    ] {
        let (_server, mut connection) = session([text(HEADER), then].concat(), Then::Listen).await;
        assert_eq!(end(&connection).await, CloseReason::Protocol(expected));
        assert!(connection.events.next().await.is_none());
    }
    // Nothing at all behind it: what counts is whether the server is there.
    let open = text(&OPEN.replace("25000", "100").replace("20000", "100"));
    let sends = [open, text(r#"40{"sid":"s"}"#), text(HEADER)].concat();
    let server = Server::that_upgrades("", sends, Then::Listen).await;
    let mut connection = connect(server.options("http")).await.unwrap();
    assert_eq!(end(&connection).await, CloseReason::PingTimeout);
    assert!(connection.events.next().await.is_none());
    // None announced, and an event without a place for the one that is.
    let odd = [
        text(r#"450-["none"]"#),
        text(r#"451-["no place"]"#),
        vec![0x82, 1, 7],
    ]
    .concat();
    let (_server, mut connection) = session(odd, Then::HangUp).await;
    assert_eq!(names(&mut connection).await, ["none", "no place"]);
}

#[tokio::test]
async fn acks_that_nobody_asked_for_change_nothing() {
    let acks = [
        "430[]",
        "43999[1]",
        "4318446744073709551615[1]",
        r#"43/other,0["x"]"#,
    ];
    let mut sends: Vec<_> = acks.iter().flat_map(|ack| text(ack)).collect();
    sends.extend(text(r#"461-5[{"_placeholder":true,"num":0}]"#));
    sends.extend([0x82, 1, 7]);
    sends.extend(text(r#"42["e"]"#));
    let (_server, mut connection) = session(sends, Then::Listen).await;
    assert_eq!(next(&mut connection).await.name, "e");
    let asking = connection
        .socket
        .emit_with_ack("e", Args::none(), Duration::from_millis(50));
    assert_eq!(asking.await.unwrap_err(), AckError::TimedOut);
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test]
async fn a_frame_of_a_hundred_megabytes_is_refused_by_its_head_and_in_parts_at_the_limit() {
    let limit = 4 << 20;
    let head = [&[0x82, 127], 100_000_000_u64.to_be_bytes().as_slice()].concat();
    let (_server, connection) = session(head, Then::Flood(vec![0; 100_000])).await;
    let size = Some(100_000_000);
    assert_eq!(end(&connection).await, CloseReason::TooLarge { limit, size });

    let (_server, connection) =
        session(frame(0x02, &[0; 100_000]), Then::Flood(frame(0, &[0; 100_000]))).await;
    let CloseReason::TooLarge { size: Some(size), .. } = end(&connection).await else {
        panic!("{:?}", connection.socket.close_reason())
    };
    assert!(size <= limit + 100_000, "{size}");

    // Attachments that are small each.
    let sends = text(r#"4532-["b"]"#);
    let (_server, connection) = session(sends, Then::Flood(frame(0x82, &[0; 1_000_000]))).await;
    let CloseReason::TooLarge { size: Some(size), .. } = end(&connection).await else {
        panic!("{:?}", connection.socket.close_reason())
    };
    assert!(size <= limit + 1_000_000, "{size}");
}

#[tokio::test]
async fn a_slow_loris_gets_no_more_time_than_others() {
    // In the answer to the upgrade, and in the head or the body of a frame.
    let server = Server::that(|mut stream| async move {
        request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nX: ")
            .await
            .unwrap();
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while stream.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    })
    .await;
    let mut options = server.options("http");
    options.timeouts.dial = Duration::from_millis(200);
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Upgrade)),
        "{error:?}"
    );

    let endless = frame(0x81, OPEN.as_bytes()).split_at(30).0.to_vec();
    let server = Server::that_upgrades("", endless, Then::Repeat(b"{")).await;
    let mut options = server.options("http");
    options.timeouts.handshake = Duration::from_millis(100);
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(
            error,
            ConnectError::TimedOut(Stage::Handshake) | ConnectError::NotSocketIo(_)
        ),
        "{error:?}"
    );

    // Bytes that never become a packet are no sign of the server's life, nor are a WebSocket's own pings.
    let open = text(&OPEN.replace("25000", "100").replace("20000", "100"));
    let large = [0x81, 127, 0, 0, 0, 0, 0, 0x10, 0, 0];
    for (sends, repeats) in [(large.to_vec(), b"x".as_slice()), (Vec::new(), b"\x89\x00")] {
        let sends = [open.clone(), text(r#"40{"sid":"s"}"#), sends].concat();
        let server = Server::that_upgrades("", sends, Then::Repeat(repeats)).await;
        let connection = connect(server.options("http")).await.unwrap();
        assert_eq!(end(&connection).await, CloseReason::PingTimeout);
    }
}

#[tokio::test]
async fn a_server_that_accepts_and_drops_is_told_every_time() {
    for _ in 0..50 {
        let (_server, mut connection) = session(Vec::new(), Then::HangUp).await;
        assert!(names(&mut connection).await.is_empty());
        let reason = end(&connection).await;
        assert_transport(&reason, ());
        let error = connection.socket.emit("e", Args::none()).await;
        assert_eq!(error.unwrap_err(), Closed(reason).into());
    }
}

#[tokio::test]
async fn what_comes_late_is_still_in_time() {
    let server = Server::that_upgrades("", text(OPEN), Then::Send(text(r#"40{"sid":"s"}"#))).await;
    assert_eq!(connect(server.options("http")).await.unwrap().session.id, "s");
}

#[tokio::test]
async fn a_captive_portal_is_told_from_a_server_on_every_transport() {
    let page = "<!DOCTYPE html><html>Please log in</html>";
    let length = page.len();
    for (answer, polls) in [
        (
            format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{page}"),
            true,
        ),
        (
            format!("HTTP/1.1 511 Network Authentication Required\r\nContent-Length: {length}\r\n\r\n{page}"),
            false,
        ),
        (
            "HTTP/1.1 302 Found\r\nLocation: http://portal.example.invalid/\r\nContent-Length: 0\r\n\r\n"
                .into(),
            false,
        ),
    ] {
        let server = Server::that_says(answer.clone()).await;
        assert!(matches!(
            server.refuses().await,
            ConnectError::NotWebSocket { .. }
        ));
        let options = carillon_socketio::Options::new(server.options("http").url);
        match connect(options).await.unwrap_err() {
            ConnectError::NotSocketIo(error) if polls => assert_eq!(error, ProtocolError::EnginePacket('<')),
            ConnectError::NotPolling { .. } if !polls => {}
            error => panic!("{answer}: {error:?}"),
        }
    }
}
