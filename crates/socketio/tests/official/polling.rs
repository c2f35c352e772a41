//! Long polling: as the only transport, and where a WebSocket is not let through.

use std::time::Duration;

use carillon_socketio::{AckError, Args, CloseReason, ConnectError, EmitError, Options, Transport, connect};
use futures_util::future::join_all;
use serde_json::json;

use crate::{LIMIT, greeted, next, node::Node, proxy, reasons::assert_transport, soon};

fn polled(node: &Node) -> Options {
    Options {
        transports: vec![Transport::Polling],
        ..node.options()
    }
}

#[tokio::test]
async fn ten_thousand_events_keep_their_order() {
    let mut node = Node::start(json!({})).await;
    let mut connection = greeted(polled(&node)).await;
    assert_eq!(node.report("connect").await["transport"], "polling");
    assert_eq!(connection.session.transport, Transport::Polling);
    // Nothing below Engine.IO could be asked: only its own deadline counts.
    let deadline = connection.session.ping_interval + connection.session.ping_timeout;
    assert_eq!(connection.socket.silence(), deadline);
    connection
        .socket
        .emit("burst", Args::json(10_000).unwrap())
        .await
        .unwrap();
    for n in 0..10_000 {
        let event = next(&mut connection).await;
        assert_eq!(
            (event.name.as_str(), event.args.parse::<u32>(0).unwrap()),
            ("n", n)
        );
    }
    assert_eq!(connection.socket.transport(), Transport::Polling);
}

#[tokio::test]
async fn a_server_without_websockets_is_polled() {
    let node = Node::start(json!({ "transports": ["polling"] })).await;
    let connection = greeted(node.options()).await;
    assert_eq!(connection.session.transport, Transport::Polling);
}

#[tokio::test]
async fn a_server_without_polling_says_so_with_its_status() {
    let node = Node::start(json!({ "transports": ["websocket"] })).await;
    let error = connect(polled(&node)).await.unwrap_err();
    let ConnectError::NotPolling { status } = error else {
        panic!("{error:?}")
    };
    assert_eq!(status, 400);
    let both = Options {
        transports: vec![Transport::Polling, Transport::Websocket],
        ..node.options()
    };
    assert_eq!(greeted(both).await.session.transport, Transport::Websocket);
}

#[tokio::test]
async fn a_proxy_that_refuses_websockets_is_passed_by_polling() {
    let node = Node::start(json!({})).await;
    for refusal in [
        "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
        "nonsense\r\n\r\n",
        "",
    ] {
        let proxy = proxy::against_websockets(node.port, refusal).await;
        let mut options = node.options();
        options.url.set_port(Some(proxy.port)).unwrap();
        let connection = greeted(options).await;
        assert_eq!(connection.session.transport, Transport::Polling, "{refusal:?}");
    }
}

#[tokio::test]
async fn every_shape_of_binary_passes_both_ways() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(polled(&node)).await;
    connection.socket.emit("shapes", Args::none()).await.unwrap();
    assert_eq!(
        next(&mut connection).await.args.bytes(0).unwrap().as_ref(),
        [0x1e]
    );
    let mixed = next(&mut connection).await;
    assert_eq!(mixed.args.bytes(2).unwrap().as_ref(), [1, 2]);
    let empty = next(&mut connection).await;
    assert!(empty.args.bytes(0).unwrap().is_empty() && empty.args.bytes(1).unwrap().is_empty());
    let large = next(&mut connection).await;
    assert_eq!(large.args.bytes(0).unwrap().as_ref(), [7; 200_000]);
    assert_eq!(next(&mut connection).await.name, "plain");

    let args = Args::json("\u{0} \u{1e} \" 𝄞")
        .unwrap()
        .with_binary(vec![0x1e; 5])
        .unwrap()
        .with_binary(vec![])
        .unwrap()
        .with_binary(vec![9; 300_000])
        .unwrap();
    connection.socket.emit("reflect", args).await.unwrap();
    let back = next(&mut connection).await;
    assert_eq!(back.args.parse::<String>(0).unwrap(), "\u{0} \u{1e} \" 𝄞");
    assert_eq!(back.args.bytes(1).unwrap().as_ref(), [0x1e; 5]);
    assert!(back.args.bytes(2).unwrap().is_empty());
    assert_eq!(back.args.bytes(3).unwrap().as_ref(), [9; 300_000]);
}

#[tokio::test]
async fn questions_both_ways_are_answered() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(polled(&node)).await;
    join_all((0..200).map(|n| {
        let socket = connection.socket.clone();
        async move {
            let args = Args::json(n).unwrap().with_binary(vec![0x1e; 3]).unwrap();
            let answer = socket.emit_with_ack("echo", args, LIMIT).await.unwrap();
            assert_eq!(answer.parse::<u32>(0).unwrap(), n);
            assert_eq!(answer.bytes(1).unwrap().as_ref(), [0x1e; 3]);
        }
    }))
    .await;
    connection
        .socket
        .emit("ask", Args::json(200).unwrap())
        .await
        .unwrap();
    for n in 0..200 {
        let question = next(&mut connection).await;
        assert_eq!(question.args.parse::<u32>(0).unwrap(), n);
        let answer = Args::json(n * 2).unwrap();
        question.ack.unwrap().answer(answer).await.unwrap();
    }
    for n in 0..200 {
        let answered = next(&mut connection).await;
        assert_eq!(
            (answered.args.parse(0).unwrap(), answered.args.parse(1).unwrap()),
            (n, n * 2)
        );
    }
}

#[tokio::test]
async fn bodies_keep_to_what_the_server_accepts() {
    let node = Node::start(json!({ "maxHttpBufferSize": 1000 })).await;
    let mut connection = greeted(polled(&node)).await;
    for n in 0..100 {
        let args = Args::json(n).unwrap().with("x".repeat(300)).unwrap();
        connection.socket.emit("reflect", args).await.unwrap();
    }
    for n in 0..100 {
        assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), n);
    }
    // 748 bytes are 1000 in base64, and the type is one more.
    let error = connection
        .socket
        .emit("reflect", Args::binary(vec![0; 748]).unwrap())
        .await
        .unwrap_err();
    let (size, limit) = (1001, 1000);
    assert_eq!(error, EmitError::TooLarge { size, limit });
    let fits = Args::binary(vec![0; 747]).unwrap();
    connection.socket.emit("reflect", fits).await.unwrap();
    assert_eq!(next(&mut connection).await.args.bytes(0).unwrap().len(), 747);
}

#[tokio::test]
async fn a_reader_that_stands_still_loses_neither_events_nor_the_session() {
    let settings = json!({ "pingInterval": 100, "pingTimeout": 1000, "reportHeartbeats": true });
    let mut node = Node::start(settings).await;
    let mut options = polled(&node);
    options.limits.queue_events = 100;
    let mut connection = greeted(options).await;
    let burst = Args::json(2000).unwrap();
    connection.socket.emit("burst", burst).await.unwrap();
    assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), 0);
    for _ in 0..12 {
        node.report("heartbeat").await;
    }
    for n in 1..2000 {
        assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), n);
    }
}

#[tokio::test]
async fn a_sign_of_life_is_had_for_the_asking_and_the_session_outlives_a_hundred() {
    let node = Node::start(json!({ "pingInterval": 300, "pingTimeout": 500 })).await;
    let connection = greeted(polled(&node)).await;
    for _ in 0..100 {
        let took = soon(connection.socket.verify(LIMIT)).await.unwrap();
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
    assert!(connection.socket.latency().is_some());
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test]
async fn cookies_of_the_handshake_come_back() {
    let node = Node::start(json!({ "cookie": { "name": "node" } })).await;
    let mut options = polled(&node);
    options.headers.insert("cookie", "own=1".parse().unwrap());
    let connection = greeted(options).await;
    let seen = connection
        .socket
        .emit_with_ack("cookies", Args::none(), LIMIT)
        .await
        .unwrap();
    let engine = &connection.session.engine_id;
    assert_eq!(seen.parse::<String>(0).unwrap(), format!("own=1; node={engine}"));
}

#[tokio::test]
async fn the_end_is_told_both_ways() {
    let mut node = Node::start(json!({})).await;
    let connection = greeted(polled(&node)).await;
    connection.socket.emit("reflect", Args::none()).await.unwrap();
    connection.socket.close();
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::Local);
    assert_eq!(
        node.report("disconnect").await["reason"],
        "client namespace disconnect"
    );

    for close_the_engine_too in [false, true] {
        let mut connection = greeted(polled(&node)).await;
        let args = Args::json(close_the_engine_too).unwrap();
        connection.socket.emit("disconnect me", args).await.unwrap();
        assert!(soon(connection.events.next()).await.is_none());
        let reason = connection.events.close_reason();
        assert_eq!(reason, Some(CloseReason::ServerDisconnect));
    }
    let mut connection = greeted(polled(&node)).await;
    connection
        .socket
        .emit("close engine", Args::none())
        .await
        .unwrap();
    assert!(soon(connection.events.next()).await.is_none());
    assert!(connection.events.close_reason().is_some());
}

#[tokio::test]
async fn the_end_in_the_middle_of_a_binary_event_brings_no_half_event() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(polled(&node)).await;
    connection.socket.emit("half", Args::none()).await.unwrap();
    assert!(soon(connection.events.next()).await.is_none());
    let reason = connection.events.close_reason().unwrap();
    assert!(matches!(reason, CloseReason::TransportClose { .. }), "{reason:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_frozen_server_is_noticed_when_its_ping_is_overdue() {
    let node = Node::start(json!({ "pingInterval": 300, "pingTimeout": 300 })).await;
    let connection = greeted(polled(&node)).await;
    node.freeze().await;
    assert_eq!(soon(connection.socket.closed()).await, CloseReason::PingTimeout);
}

#[tokio::test]
async fn a_killed_server_is_noticed_at_once() {
    let mut node = Node::start(json!({})).await;
    let connection = greeted(polled(&node)).await;
    node.kill().await;
    let reason = soon(connection.socket.closed()).await;
    assert_transport(&reason, ());
}

#[tokio::test]
async fn middleware_refuses_and_then_accepts() {
    let node = Node::start(json!({})).await;
    for (token, accepted) in [("bad", false), ("good", true)] {
        let options = Options {
            namespace: "/guarded".into(),
            auth: Args::json(json!({ "token": token })).unwrap().values.pop(),
            ..polled(&node)
        };
        match soon(connect(options)).await {
            Ok(connection) => assert!(accepted, "{connection:?}"),
            Err(ConnectError::Refused(refusal)) => {
                assert_eq!(
                    (refusal.message.as_str(), accepted),
                    ("Authentication failed", false)
                );
            }
            Err(error) => panic!("{error:?}"),
        }
    }
}

#[tokio::test]
async fn a_question_that_is_never_answered_times_out_and_a_lost_session_ends_it() {
    let node = Node::start(json!({})).await;
    let connection = greeted(polled(&node)).await;
    let socket = &connection.socket;
    let never = socket.emit_with_ack("never", Args::none(), Duration::from_millis(50));
    assert_eq!(never.await.unwrap_err(), AckError::TimedOut);
    let ended = socket.emit_with_ack("close engine", Args::none(), LIMIT);
    assert!(matches!(ended.await.unwrap_err(), AckError::Closed(_)));
}
