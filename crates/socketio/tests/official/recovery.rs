//! Connection state recovery, as the official server has it.

use carillon_socketio::{Args, Connection, Options, Recovery, Transport, connect};
use serde_json::{Value, json};

use crate::{greeted, next, node::Node, soon};

fn recovering() -> Value {
    json!({ "connectionStateRecovery": { "maxDisconnectionDuration": 60_000 } })
}

/// Ends a connection as a broken line does: the server keeps what is missed only then.
async fn lose(node: &mut Node, connection: Connection) -> Recovery {
    let recovery = connection.socket.recovery().unwrap();
    let _ = connection.socket.emit("close engine", Args::none()).await;
    soon(connection.socket.closed()).await;
    node.report("disconnect").await;
    recovery
}

fn going_on(node: &Node, recovery: Recovery) -> Options {
    Options {
        recovery: Some(recovery),
        ..node.options()
    }
}

#[tokio::test]
async fn what_was_missed_comes_before_what_is_new() {
    let mut node = Node::start(recovering()).await;
    for transport in [Transport::Websocket, Transport::Polling] {
        let mut connection = greeted(node.options()).await;
        assert!(!connection.recovered);
        let id = connection.session.id.clone();
        node.tell("broadcast", json!({ "event": "n", "args": [0, "text"] }))
            .await;
        let event = next(&mut connection).await;
        assert_eq!(event.args.values.len(), 2);
        assert_eq!(event.args.parse::<&str>(1).unwrap(), "text");
        let recovery = lose(&mut node, connection).await;
        assert_eq!(event.offset.as_ref(), Some(&recovery.offset));

        // More than the queue holds.
        node.tell(
            "broadcast",
            json!({ "event": "n", "args": ["missed"], "times": 5000 }),
        )
        .await;
        let options = Options {
            transports: vec![transport],
            ..going_on(&node, recovery)
        };
        let mut connection = soon(connect(options)).await.unwrap();
        assert!(connection.recovered);
        assert_eq!(connection.session.id, id);
        for _ in 0..5000 {
            let event = next(&mut connection).await;
            assert_eq!((event.name.as_str(), event.args.values.len()), ("n", 1));
            assert_eq!(event.args.parse::<&str>(0).unwrap(), "missed");
        }
        node.tell("broadcast", json!({ "event": "new", "args": [] }))
            .await;
        let event = loop {
            let event = next(&mut connection).await;
            if !event.name.starts_with("hello") {
                break event;
            }
        };
        assert_eq!((event.name.as_str(), event.args.values.len()), ("new", 0));
    }
}

#[tokio::test]
async fn what_was_not_taken_comes_again() {
    let mut node = Node::start(recovering()).await;
    let mut connection = greeted(node.options()).await;
    node.tell("broadcast", json!({ "event": "n", "args": [1] })).await;
    node.tell("broadcast", json!({ "event": "n", "args": [2] })).await;
    assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), 1);
    let recovery = lose(&mut node, connection).await;
    let mut connection = soon(connect(going_on(&node, recovery))).await.unwrap();
    assert!(connection.recovered);
    assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), 2);
}

#[tokio::test]
async fn an_unknown_session_is_not_recovered_and_begins_anew() {
    let node = Node::start(recovering()).await;
    let recovery = Recovery {
        pid: "nobody's".into(),
        offset: "nothing".into(),
    };
    let connection = greeted(going_on(&node, recovery)).await;
    assert!(!connection.recovered);
}

#[tokio::test]
async fn binary_events_lose_their_offset_too_and_questions_have_none() {
    let node = Node::start(recovering()).await;
    let mut connection = greeted(node.options()).await;
    let args = Args::binary(vec![0x1e]).unwrap();
    connection.socket.emit("reflect", args).await.unwrap();
    let event = next(&mut connection).await;
    assert_eq!((event.args.values.len(), event.offset.is_some()), (1, true));
    assert_eq!(event.args.bytes(0).unwrap().as_ref(), [0x1e]);
    let asking = Args::json(1).unwrap();
    connection.socket.emit("ask", asking).await.unwrap();
    let question = next(&mut connection).await;
    assert!(question.offset.is_none());
    assert_eq!(question.args.parse::<u32>(0).unwrap(), 0);
}

#[tokio::test]
async fn a_server_that_recovers_nothing_leaves_texts_alone() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    let args = Args::json("text").unwrap();
    connection.socket.emit("reflect", args).await.unwrap();
    let event = next(&mut connection).await;
    assert_eq!((event.args.values.len(), event.offset), (1, None));
    assert_eq!(connection.socket.recovery(), None);
}
