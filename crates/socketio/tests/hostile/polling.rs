//! Long polling with a server that does not keep to it.

use std::time::Duration;

use carillon_socketio::{Args, CloseReason, ConnectError, Options, ProtocolError, Transport, connect};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::mpsc,
    time::timeout,
};

use crate::{
    polled::{Answer, OPEN, Script, joined, ok, options, serve},
    reasons::assert_transport,
    server::{Server, request, switched},
    watch::end,
};

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

#[tokio::test]
async fn a_captive_portal_is_no_socket_io_server() {
    let page = "<!DOCTYPE html><html>Please log in</html>";
    let server = serve(Script {
        open: page.into(),
        ..Script::default()
    })
    .await;
    let error = connect(options(&server)).await.unwrap_err();
    let ConnectError::NotSocketIo(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error, ProtocolError::EnginePacket('<'));
}

#[tokio::test]
async fn a_status_is_told_as_it_is() {
    for status in [204, 301, 401, 403, 404, 500, 502, 503] {
        let answer = format!("HTTP/1.1 {status} Whatever\r\nContent-Length: 0\r\n\r\n");
        let server = Server::that_says(answer).await;
        let error = connect(options(&server)).await.unwrap_err();
        let ConnectError::NotPolling { status: told } = error else {
            panic!("{status}: {error:?}")
        };
        assert_eq!(told, status);
    }
}

#[tokio::test]
async fn where_all_is_refused_the_last_refusal_is_told() {
    let server = Server::that_says("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    let both = |transports| Options {
        transports,
        ..options(&server)
    };
    let error = connect(both(vec![Transport::Websocket, Transport::Polling]))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::NotPolling { .. }), "{error:?}");
    let error = connect(both(vec![Transport::Polling, Transport::Websocket]))
        .await
        .unwrap_err();
    assert!(matches!(error, ConnectError::NotWebSocket { .. }), "{error:?}");
    let error = connect(both(Vec::new())).await.unwrap_err();
    assert!(matches!(error, ConnectError::Address(_)), "{error:?}");
}

#[tokio::test]
async fn a_poll_answered_with_garbage_ends_the_connection() {
    for (answer, expected) in [
        (
            ok("<html>"),
            CloseReason::Protocol(ProtocolError::EnginePacket('<')),
        ),
        (ok(""), CloseReason::Protocol(ProtocolError::Empty)),
        (ok("2\u{1e}"), CloseReason::Protocol(ProtocolError::Empty)),
        (
            ok("451-[\"e\",{\"_placeholder\":true,\"num\":0}]\u{1e}b!?"),
            CloseReason::Protocol(ProtocolError::Base64),
        ),
        (ok("bAAAA"), CloseReason::Protocol(ProtocolError::StrayAttachment)),
        (ok(OPEN), CloseReason::Protocol(ProtocolError::SecondHandshake)),
        (ok("1"), CloseReason::TransportClose { code: None }),
        (
            Answer::Bytes(bytes("SSH-2.0-OpenSSH\r\n\r\n")),
            CloseReason::Protocol(ProtocolError::Http),
        ),
        (
            Answer::Bytes(bytes("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")),
            CloseReason::HttpStatus(http::StatusCode::BAD_REQUEST),
        ),
        (
            Answer::Flood(bytes("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n4")),
            CloseReason::TooLarge {
                limit: 4 << 20,
                size: None,
            },
        ),
    ] {
        let server = serve(Script {
            poll: answer,
            ..Script::default()
        })
        .await;
        assert_eq!(end(&joined(&server).await).await, expected);
    }
}

#[tokio::test]
async fn a_poll_that_is_cut_ends_the_connection() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n42[\"e\"]\u{1e}42",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n42[\"e\r\n",
    ] {
        let server = serve(Script {
            poll: Answer::Last(bytes(answer)),
            ..Script::default()
        })
        .await;
        let reason = end(&joined(&server).await).await;
        assert_transport(&reason, answer);
    }
}

#[tokio::test]
async fn bytes_that_never_become_a_packet_are_no_sign_of_life() {
    for head in [
        "HTTP/1.1 200 OK\r\nX: ",
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n4",
    ] {
        let server = serve(Script {
            open: OPEN.replace("25000", "100").replace("20000", "100"),
            poll: Answer::Slowly(bytes(head)),
            ..Script::default()
        })
        .await;
        assert_eq!(end(&joined(&server).await).await, CloseReason::PingTimeout);
    }
}

#[tokio::test]
async fn a_post_that_is_refused_ends_the_connection() {
    let refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    let server = serve(Script {
        post: Answer::Bytes(bytes(refusal)),
        ..Script::default()
    })
    .await;
    let connection = joined(&server).await;
    connection.socket.emit("e", Args::none()).await.unwrap();
    let reason = end(&connection).await;
    assert_eq!(reason, CloseReason::HttpStatus(http::StatusCode::BAD_REQUEST));
    assert_eq!(reason.as_str(), "transport error");
}

#[tokio::test]
async fn a_post_that_is_never_answered_ends_the_connection() {
    for answer in [
        Answer::Never,
        Answer::Slowly(bytes("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")),
    ] {
        let server = serve(Script {
            post: answer,
            ..Script::default()
        })
        .await;
        let mut options = options(&server);
        options.timeouts.write = Duration::from_millis(100);
        let connection = connect(options).await.unwrap();
        connection.socket.emit("e", Args::none()).await.unwrap();
        assert_eq!(end(&connection).await, CloseReason::WriteTimeout);
    }
}

/// A server that is polled in peace while a WebSocket beside it is opened and then given these bytes, and what becomes of
/// the WebSocket.
async fn beside(says: &'static [u8], hangs_up: bool) -> (Server, mpsc::UnboundedReceiver<()>) {
    let (gone, left) = mpsc::unbounded_channel();
    let polls = std::sync::atomic::AtomicUsize::new(0);
    let polls = std::sync::Arc::new(polls);
    let server = Server::that(move |mut stream| {
        let (gone, polls) = (gone.clone(), polls.clone());
        async move {
            loop {
                if stream.peek(&mut [0]).await.unwrap_or(0) == 0 {
                    return;
                }
                let head = request(&mut stream).await;
                if head.contains("transport=websocket") {
                    assert!(head.contains("sid=e "), "{head}");
                    let answer = switched(&head, "");
                    stream.write_all(answer.as_bytes()).await.unwrap();
                    stream.write_all(says).await.unwrap();
                    if hangs_up {
                        stream.shutdown().await.unwrap();
                    }
                    while stream.read(&mut [0; 100]).await.is_ok_and(|read| read > 0) {}
                    gone.send(()).unwrap();
                    return;
                }
                let mut length = 0;
                for line in head.to_ascii_lowercase().lines() {
                    if let Some(number) = line.strip_prefix("content-length: ") {
                        length = number.parse().unwrap();
                    }
                }
                let mut body = vec![0; length];
                stream.read_exact(&mut body).await.unwrap();
                let body = match polls.load(std::sync::atomic::Ordering::SeqCst) {
                    _ if head.starts_with("POST") => "ok".to_owned(),
                    0 => OPEN.replace("[]", r#"["websocket"]"#),
                    1 => r#"40{"sid":"s"}"#.to_owned(),
                    n => format!(r#"42["n",{n}]"#),
                };
                if head.starts_with("GET") {
                    polls.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                }
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
                stream
                    .write_all(&[head, body].concat().into_bytes())
                    .await
                    .unwrap();
            }
        }
    })
    .await;
    (server, left)
}

#[tokio::test]
async fn a_websocket_that_does_not_take_over_leaves_the_session_polled() {
    // Nothing; another text than `3probe`; `3probe` and then more; `3probe` and then the end.
    for (says, hangs_up) in [
        (b"".as_slice(), false),
        (b"\x81\x016", false),
        (b"\x81\x063probe\x81\x016", false),
        (b"\x81\x063probe", true),
    ] {
        let (server, mut left) = beside(says, hangs_up).await;
        let mut options = options(&server);
        options.transports.push(Transport::Websocket);
        options.timeouts.dial = Duration::from_millis(300);
        options.limits.queue_events = 4;
        let mut connection = connect(options).await.unwrap();
        let seen = async {
            let mut next = 2;
            loop {
                let event = connection.events.next().await.unwrap();
                assert_eq!(event.args.parse::<u32>(0).unwrap(), next);
                next += 1;
                if left.try_recv().is_ok() {
                    return;
                }
            }
        };
        timeout(Duration::from_secs(30), seen).await.unwrap();
        assert!(connection.events.next().await.is_some());
        assert_eq!(connection.socket.transport(), Transport::Polling, "{says:?}");
    }
}
