//! From long polling to a WebSocket in the middle of things.

use carillon_socketio::{Args, Options, Transport};
use futures_util::future::join_all;
use serde_json::json;

use crate::{LIMIT, greeted, next, node::Node, proxy, soon};

fn climbing(node: &Node) -> Options {
    Options {
        transports: vec![Transport::Polling, Transport::Websocket],
        ..node.options()
    }
}

#[tokio::test]
async fn a_hundred_thousand_events_keep_their_order_over_the_change() {
    let mut node = Node::start(json!({})).await;
    let mut connection = greeted(climbing(&node)).await;
    let burst = Args::json(100_000).unwrap();
    connection.socket.emit("burst", burst).await.unwrap();
    for n in 0..100_000 {
        let event = next(&mut connection).await;
        assert_eq!(
            (event.name.as_str(), event.args.parse::<u32>(0).unwrap()),
            ("n", n)
        );
    }
    assert_eq!(node.report("upgrade").await["transport"], "websocket");
    let answered = connection.socket.emit_with_ack("echo", Args::none(), LIMIT);
    answered.await.unwrap();
    assert_eq!(connection.socket.transport(), Transport::Websocket);
}

#[tokio::test]
async fn what_is_sent_during_the_change_arrives_once_and_in_order() {
    let node = Node::start(json!({})).await;
    for _ in 0..10 {
        let mut connection = greeted(climbing(&node)).await;
        let socket = connection.socket.clone();
        let sending = async {
            for n in 0..2000 {
                let args = Args::json(n).unwrap().with_binary(vec![0x1e]).unwrap();
                socket.emit("reflect", args).await.unwrap();
            }
        };
        let receiving = async {
            for n in 0..2000 {
                let event = next(&mut connection).await;
                assert_eq!(event.args.parse::<u32>(0).unwrap(), n);
                assert_eq!(event.args.bytes(1).unwrap().as_ref(), [0x1e]);
            }
        };
        tokio::join!(sending, receiving);
    }
}

#[tokio::test]
async fn questions_in_flight_are_answered_over_the_change() {
    let node = Node::start(json!({})).await;
    let connection = greeted(climbing(&node)).await;
    join_all((0..500).map(|n| {
        let socket = connection.socket.clone();
        async move {
            let args = Args::json(n).unwrap();
            let answer = socket.emit_with_ack("echo", args, LIMIT).await.unwrap();
            assert_eq!(answer.parse::<u32>(0).unwrap(), n);
        }
    }))
    .await;
}

#[tokio::test]
async fn a_websocket_that_is_refused_leaves_the_session_polled() {
    let node = Node::start(json!({})).await;
    let proxy =
        proxy::against_websockets(node.port, "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await;
    let mut options = climbing(&node);
    options.url.set_port(Some(proxy.port)).unwrap();
    let connection = greeted(options).await;
    soon(proxy.refused()).await;
    for n in 0..20 {
        let args = Args::json(n).unwrap();
        let answer = connection.socket.emit_with_ack("echo", args, LIMIT);
        assert_eq!(answer.await.unwrap().parse::<u32>(0).unwrap(), n);
    }
    assert_eq!(connection.socket.transport(), Transport::Polling);
}

#[tokio::test]
async fn after_the_change_silence_is_noticed_as_on_any_websocket() {
    let mut node = Node::start(json!({})).await;
    let mut options = climbing(&node);
    options.timeouts.quiet = std::time::Duration::from_millis(20);
    let connection = greeted(options).await;
    node.report("upgrade").await;
    // The transport's own ping, which long polling does not have.
    while connection.socket.latency().is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(connection.socket.transport(), Transport::Websocket);
}
