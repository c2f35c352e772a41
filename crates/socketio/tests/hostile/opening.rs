//! What answers, but is no Socket.IO server.

use std::{future::pending, io, time::Duration};

use carillon_socketio::{
    AddressError, CloseReason, Closed, ConnectError, Options, ProtocolError, Stage, Transport, connect,
};
use tokio::{io::AsyncWriteExt, net::TcpListener};
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::server::{OPEN, Server, request};

#[tokio::test]
async fn an_http_answer_that_is_no_upgrade_is_told_with_its_status() {
    for status in [200, 301, 401, 403, 404, 426, 500, 502, 503] {
        let answer = format!("HTTP/1.1 {status} Whatever\r\nContent-Length: 5\r\n\r\nhello");
        let error = Server::that_says(answer).await.refuses().await;
        let ConnectError::NotWebSocket { status: told } = error else {
            panic!("{status}: {error:?}")
        };
        assert_eq!(told, status);
    }
}

#[tokio::test]
async fn an_upgrade_that_makes_no_sense_is_refused() {
    for answer in [
        "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n\r\n",
        "\0\u{1}\u{2}\u{3}\r\n\r\n",
    ] {
        let error = Server::that_says(answer).await.refuses().await;
        assert!(matches!(error, ConnectError::Upgrade(_)), "{answer:?}: {error:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_not_collected_for_ever() {
    let server = Server::that(|mut stream| async move {
        request(&mut stream).await;
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\n")
            .await
            .unwrap();
        while stream
            .write_all(&[b"X-More: ", [b'x'; 1000].as_slice(), b"\r\n"].concat())
            .await
            .is_ok()
        {}
    })
    .await;
    let error = server.refuses().await;
    assert!(matches!(error, ConnectError::Upgrade(_)), "{error:?}");
}

#[tokio::test]
async fn a_server_that_hangs_up_is_an_error() {
    let error = Server::that(|stream| async { drop(stream) })
        .await
        .refuses()
        .await;
    assert!(
        matches!(error, ConnectError::Upgrade(_) | ConnectError::Dial(_)),
        "{error:?}"
    );

    let hung_up = Server::that(|stream| async {
        drop(accept_async(stream).await.unwrap());
    });
    let error = hung_up.await.refuses().await;
    assert!(
        matches!(
            error,
            ConnectError::Closed(Closed(
                CloseReason::TransportClose { .. } | CloseReason::TransportError(_)
            ))
        ),
        "{error:?}"
    );
}

#[tokio::test]
async fn nobody_there_is_an_error_of_dialling() {
    let port = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let error = connect(Options::new(format!("ws://127.0.0.1:{port}").parse().unwrap()))
        .await
        .unwrap_err();
    let ConnectError::Dial(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn every_step_has_its_limit_and_so_have_all_together() {
    let shortly = Duration::from_millis(100);

    let server = Server::that(|stream| async move {
        let _open = stream;
        pending().await
    })
    .await;
    let mut options = server.options("http");
    options.timeouts.dial = shortly;
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Upgrade)),
        "{error:?}"
    );

    let server = Server::that_sends(vec![]).await;
    let mut options = server.options("http");
    options.timeouts.handshake = shortly;
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Handshake)),
        "{error:?}"
    );

    let server = Server::that_sends(vec![Message::text(OPEN)]).await;
    let mut options = server.options("http");
    options.timeouts.connect = shortly;
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Connect)),
        "{error:?}"
    );

    let server = Server::that_sends(vec![Message::text(OPEN)]).await;
    let mut options = server.options("http");
    options.timeouts.total = shortly;
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Connect)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_websocket_without_engine_io_is_not_taken_for_one() {
    for (message, expected) in [
        (Message::text("hello"), ProtocolError::EnginePacket('h')),
        (Message::text(""), ProtocolError::Empty),
        (Message::text("2"), ProtocolError::Handshake),
        (Message::text("40"), ProtocolError::Handshake),
        (Message::text("0"), ProtocolError::Handshake),
        (Message::text(r#"0{"sid":"e"}"#), ProtocolError::Handshake),
        (Message::binary(vec![0]), ProtocolError::Handshake),
    ] {
        let error = Server::that_sends(vec![message.clone()]).await.refuses().await;
        let ConnectError::NotSocketIo(error) = error else {
            panic!("{message}: {error:?}")
        };
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn an_answer_to_connect_that_makes_no_sense_is_refused() {
    for answer in ["40", "40[]", r#"40{"id":1}"#, r#"44{"message":1}"#, "4"] {
        let server = Server::that_sends(vec![Message::text(OPEN), Message::text(answer)]).await;
        let error = server.refuses().await;
        assert!(
            matches!(error, ConnectError::Closed(Closed(CloseReason::Protocol(_)))),
            "{answer}: {error:?}"
        );
    }
    let large = Message::text("x".repeat(5 << 20));
    let error = Server::that_sends(vec![large]).await.refuses().await;
    assert!(
        matches!(error, ConnectError::Closed(Closed(CloseReason::TooLarge { .. }))),
        "{error:?}"
    );
}

#[tokio::test]
async fn addresses_that_can_t_be_dialled_are_told_apart() {
    for (url, namespace, expected) in [
        ("ftp://example.invalid", "/", AddressError::Scheme),
        ("data:text/plain,x", "/", AddressError::Scheme),
        ("http://example.invalid", "chat", AddressError::Namespace),
        ("http://example.invalid", "/a,b", AddressError::Namespace),
    ] {
        let options = Options {
            namespace: namespace.into(),
            ..Options::new(url.parse().unwrap())
        };
        let error = connect(options).await.unwrap_err();
        let ConnectError::Address(error) = error else {
            panic!("{url}: {error:?}")
        };
        assert_eq!(error, expected);
    }
}

#[tokio::test]
async fn the_request_says_what_was_asked_for_and_keeps_credentials_of_the_url_to_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let url = format!("http://user:password@127.0.0.1:{port}/pre fix/?a=1#fragment");
    let mut options = Options::new(url.parse().unwrap());
    options.query.push(("b".into(), "2 & 3".into()));
    options
        .headers
        .insert("authorization", "Bearer token".parse().unwrap());
    options.headers.insert("connection", "close".parse().unwrap());
    options.transports = vec![Transport::Websocket];
    let (outcome, request) = tokio::join!(connect(options), async {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await
    });
    assert!(outcome.is_err());
    let first = request.lines().next().unwrap();
    assert_eq!(
        first,
        "GET /pre%20fix/socket.io/?a=1&EIO=4&transport=websocket&b=2+%26+3 HTTP/1.1"
    );
    assert!(
        request.contains(&format!("Host: 127.0.0.1:{port}\r\n")),
        "{request}"
    );
    assert!(request.contains("authorization: Bearer token\r\n"), "{request}");
    assert!(request.contains("Connection: Upgrade\r\n"), "{request}");
    assert!(
        !request.contains("password") && !request.contains("fragment"),
        "{request}"
    );
}
