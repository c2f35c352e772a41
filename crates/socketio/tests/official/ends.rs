//! How connections end, and that nothing stays.

use std::time::{Duration, Instant};

use carillon_socketio::{AckError, Args, CloseReason, ConnectError, Options, ProtocolError, connect};
use serde_json::json;

use crate::{LIMIT, greeted, node::Node, proxy::Proxy, reasons::assert_transport, soon};

const DEAD_AFTER: Duration = Duration::from_millis(600);

/// Notices silence after [`DEAD_AFTER`].
fn watchful(mut options: Options) -> Options {
    options.timeouts.quiet = DEAD_AFTER / 3;
    options.timeouts.pong = DEAD_AFTER * 2 / 3;
    options
}

#[tokio::test]
async fn closing_is_told_to_the_server_after_all_that_was_queued() {
    let mut node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    connection.socket.emit("reflect", Args::none()).await.unwrap();
    connection.socket.close();
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::Local);
    assert_eq!(
        node.report("disconnect").await["reason"],
        "client namespace disconnect"
    );
}

#[tokio::test]
async fn dropping_the_handles_closes() {
    let mut node = Node::start(json!({})).await;
    drop(greeted(node.options()).await);
    assert_eq!(
        node.report("disconnect").await["reason"],
        "client namespace disconnect"
    );
}

#[tokio::test]
async fn the_server_disconnects_the_socket() {
    let node = Node::start(json!({})).await;
    for close_the_engine_too in [false, true] {
        let mut connection = greeted(node.options()).await;
        let args = Args::json(close_the_engine_too).unwrap();
        connection.socket.emit("disconnect me", args).await.unwrap();
        assert!(soon(connection.events.next()).await.is_none());
        assert_eq!(
            connection.events.close_reason(),
            Some(CloseReason::ServerDisconnect)
        );
    }
}

#[tokio::test]
async fn the_transport_closes_in_the_middle_of_things() {
    let node = Node::start(json!({})).await;
    for event in ["close engine", "drop", "half"] {
        let mut connection = greeted(node.options()).await;
        let asked = connection
            .socket
            .emit_with_ack(event, Args::none(), LIMIT)
            .await
            .unwrap_err();
        let AckError::Closed(CloseReason::TransportClose { .. }) = asked else {
            panic!("{event}: {asked:?}")
        };
        assert!(connection.events.next().await.is_none());
        assert!(connection.events.close_reason().is_some());
    }
}

#[tokio::test]
async fn malformed_packets_close_the_connection() {
    let node = Node::start(json!({})).await;
    let header = r#"51-["b",{"_placeholder":true,"num":0}]"#;
    for (packets, error) in [
        (vec!["9"], ProtocolError::PacketType('9')),
        (vec!["2{}"], ProtocolError::Payload),
        (vec![header, header], ProtocolError::MissingAttachment),
    ] {
        let mut connection = greeted(node.options()).await;
        let args = packets
            .iter()
            .fold(Args::none(), |args, packet| args.with(packet).unwrap());
        connection.socket.emit("raw", args).await.unwrap();
        assert!(soon(connection.events.next()).await.is_none());
        assert_eq!(
            connection.events.close_reason(),
            Some(CloseReason::Protocol(error))
        );
    }
    let connection = greeted(node.options()).await;
    connection
        .socket
        .emit("raw", Args::binary(vec![1]).unwrap())
        .await
        .unwrap();
    let reason = soon(connection.socket.closed()).await;
    assert_eq!(reason, CloseReason::Protocol(ProtocolError::StrayAttachment));
}

#[tokio::test]
async fn a_server_that_stops_pinging_is_noticed() {
    let node = Node::start(json!({ "pingInterval": 300, "pingTimeout": 300 })).await;
    let connection = greeted(watchful(node.options())).await;
    let since = Instant::now();
    connection
        .socket
        .emit_with_ack("stop pings", Args::none(), LIMIT)
        .await
        .unwrap();
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::PingTimeout);
    assert!(
        since.elapsed() >= Duration::from_millis(600),
        "{:?}",
        since.elapsed()
    );
    assert!(connection.socket.latency().is_some());
}

#[cfg(unix)]
#[tokio::test]
async fn a_frozen_server_is_noticed_long_before_its_ping_is_due() {
    let node = Node::start(json!({})).await;
    let connection = greeted(watchful(node.options())).await;
    node.freeze().await;
    let since = Instant::now();
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::PingTimeout);
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
}

#[tokio::test]
async fn a_half_open_connection_is_noticed() {
    let node = Node::start(json!({})).await;
    let proxy = Proxy::before(node.port).await;
    let mut options = watchful(node.options());
    options.url.set_port(Some(proxy.port)).unwrap();
    let connection = greeted(options).await;
    let took = connection.socket.verify(LIMIT).await.unwrap();
    assert_eq!(connection.socket.latency(), Some(took));
    proxy.fall_silent();
    assert!(connection.socket.verify(DEAD_AFTER).await.is_err());
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::PingTimeout);
}

#[tokio::test]
async fn a_killed_server_is_noticed_at_once() {
    let mut node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    node.kill().await;
    let reason = soon(connection.socket.closed()).await;
    assert_transport(&reason, ());
    let error = connect(node.options()).await.unwrap_err();
    let ConnectError::Dial(error) = error else {
        panic!("{error:?}")
    };
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}
