//! A server that compresses, and not as it was agreed.

use carillon_socketio::{CloseReason, Closed, ConnectError, Options, ProtocolError, connect};

use crate::server::{OPEN, Server, Then, text};

const AGREED: &str = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

async fn refuses(server: &Server) -> ConnectError {
    let options = Options {
        compression: true,
        ..server.options("http")
    };
    connect(options).await.unwrap_err()
}

#[tokio::test]
async fn a_compressed_message_that_can_t_be_inflated_breaks_the_protocol() {
    for broken in [
        // No such block type; a message within another.
        vec![0xc1, 2, 7, 7],
        vec![0x41, 3, 0xf2, 0x48, 0xcd, 0x81, 1, b'6'],
    ] {
        let sends = [text(OPEN), broken].concat();
        let error = refuses(&Server::that_upgrades(AGREED, sends, Then::Listen).await).await;
        let ConnectError::Closed(Closed(reason)) = error else {
            panic!("{error:?}")
        };
        assert_eq!(reason, CloseReason::Protocol(ProtocolError::Compression));
    }
}

#[tokio::test]
async fn a_compressed_frame_that_announces_too_much_is_refused_by_its_head() {
    let head = [0xc2, 127, 0, 0, 0, 0, 6, 0, 0, 0];
    let sends = [text(OPEN), head.to_vec()].concat();
    let error = refuses(&Server::that_upgrades(AGREED, sends, Then::Listen).await).await;
    let ConnectError::Closed(Closed(CloseReason::TooLarge { limit, size })) = error else {
        panic!("{error:?}")
    };
    assert_eq!((limit, size), (4 << 20, Some(6 << 24)));
}

#[tokio::test]
async fn an_extension_that_was_not_offered_opens_nothing() {
    for agreed in [
        "Sec-WebSocket-Extensions: x-webkit-deflate-frame\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9\r\n",
    ] {
        let error = refuses(&Server::that_upgrades(agreed, Vec::new(), Then::Listen).await).await;
        assert!(matches!(error, ConnectError::Upgrade(_)), "{error:?}");
    }
}

#[tokio::test]
async fn compression_that_was_not_agreed_on_breaks_the_protocol() {
    // RFC 7692, section 7.2.3.
    let hello = b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00";
    let sends = [text(OPEN), hello.to_vec()].concat();
    for (agreed, compression) in [("", true), ("", false), (AGREED, false)] {
        let server = Server::that_upgrades(agreed, sends.clone(), Then::Listen).await;
        let options = Options {
            compression,
            ..server.options("http")
        };
        let error = connect(options).await.unwrap_err();
        let ConnectError::Closed(Closed(CloseReason::Protocol(ProtocolError::WebSocket(_)))) = error else {
            panic!("{agreed} {compression}: {error:?}")
        };
    }
}
