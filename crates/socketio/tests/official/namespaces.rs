//! Several namespaces on one connection.

use std::time::Duration;

use carillon_socketio::{
    AddressError, Args, CloseReason, ConnectError, Connection, EmitError, Options, Stage, Transport,
};
use serde_json::{Value, json, value::RawValue};

use crate::{LIMIT, greeted, next, node::Node, soon};

fn auth(value: Value) -> Box<RawValue> {
    serde_json::value::to_raw_value(&value).unwrap()
}

/// Joins `/guarded` beside another namespace.
async fn guarded(connection: &Connection) -> Connection {
    let good = auth(json!({ "token": "good" }));
    let mut second = soon(connection.socket.join("/guarded", Some(&good), None))
        .await
        .unwrap();
    assert_eq!(next(&mut second).await.name, "hello");
    assert_eq!(next(&mut second).await.name, "hello again");
    second
}

#[tokio::test]
async fn two_namespaces_share_a_connection_and_nothing_else() {
    let node = Node::start(json!({})).await;
    for transport in [Transport::Websocket, Transport::Polling] {
        let options = Options {
            transports: vec![transport],
            ..node.options()
        };
        let mut first = greeted(options).await;
        let mut second = guarded(&first).await;
        assert_eq!(first.session.engine_id, second.session.engine_id);
        assert_ne!(first.session.id, second.session.id);
        for n in 0..200 {
            for (connection, offset) in [(&first, 0), (&second, 1000)] {
                let args = Args::json(n + offset).unwrap().with_binary(vec![0x1e]).unwrap();
                connection.socket.emit("reflect", args).await.unwrap();
            }
        }
        for n in 0..200 {
            for (connection, offset) in [(&mut first, 0), (&mut second, 1000)] {
                let event = next(connection).await;
                assert_eq!(event.args.parse::<u32>(0).unwrap(), n + offset);
                assert_eq!(event.args.bytes(1).unwrap().as_ref(), [0x1e]);
            }
        }
        // The same acknowledgement ids in both.
        for n in 0..20 {
            let ask = |connection: &Connection, n: u32| {
                let socket = connection.socket.clone();
                async move {
                    let args = Args::json(n).unwrap();
                    let answer = socket.emit_with_ack("echo", args, LIMIT).await.unwrap();
                    assert_eq!(answer.parse::<u32>(0).unwrap(), n);
                }
            };
            tokio::join!(ask(&first, n), ask(&second, n + 1000));
        }
        first.socket.emit("ask", Args::json(1).unwrap()).await.unwrap();
        let question = next(&mut first).await;
        question
            .ack
            .unwrap()
            .answer(Args::json("first").unwrap())
            .await
            .unwrap();
        let answered = next(&mut first).await;
        assert_eq!(answered.args.parse::<&str>(1).unwrap(), "first");
    }
}

#[tokio::test]
async fn leaving_one_leaves_the_other_and_the_last_ends_the_connection() {
    let mut node = Node::start(json!({})).await;
    let first = greeted(node.options()).await;
    let mut second = guarded(&first).await;
    second
        .socket
        .emit("reflect", Args::json(1).unwrap())
        .await
        .unwrap();
    first.socket.close();
    assert_eq!(soon(first.socket.closed()).await, CloseReason::Local);
    let left = node.report("disconnect").await;
    assert_eq!(left["id"], first.session.id.as_str());
    assert_eq!(left["reason"], "client namespace disconnect");
    assert!(matches!(
        first.socket.emit("e", Args::none()).await,
        Err(EmitError::Closed(_))
    ));
    assert_eq!(next(&mut second).await.name, "reflected");
    assert!(second.socket.close_reason().is_none());

    // And back again, and away with the handles.
    let again = soon(second.socket.join("/", None, None)).await.unwrap();
    drop(first);
    assert_eq!(
        node.report("connect").await["engine"],
        second.session.engine_id.as_str()
    );
    drop(again);
    node.report("disconnect").await;
    second.socket.verify(LIMIT).await.unwrap();
    second.socket.close();
    assert_eq!(soon(second.socket.closed()).await, CloseReason::Local);
    assert!(second.events.next().await.is_none());
    while node.tell("connected", json!({})).await != 0 {}
}

#[tokio::test]
async fn a_refusal_harms_no_other_namespace_and_may_be_followed_by_a_good_token() {
    let node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let bad = auth(json!({ "token": "bad" }));
    let refused = connection.socket.join("/guarded", Some(&bad), None).await;
    assert!(matches!(refused, Err(ConnectError::Refused(_))), "{refused:?}");
    let nowhere = connection.socket.join("/nowhere", None, None).await;
    assert!(matches!(nowhere, Err(ConnectError::Refused(_))), "{nowhere:?}");
    let second = guarded(&connection).await;
    let twice = connection.socket.join("/guarded", None, None).await;
    assert!(
        matches!(twice, Err(ConnectError::Address(AddressError::Joined))),
        "{twice:?}"
    );
    let comma = connection.socket.join("/a,b", None, None).await;
    assert!(
        matches!(comma, Err(ConnectError::Address(AddressError::Namespace))),
        "{comma:?}"
    );
    second.socket.verify(LIMIT).await.unwrap();
}

#[tokio::test]
async fn joining_has_its_limit_and_may_be_tried_again() {
    let node = Node::start(json!({})).await;
    let mut options = node.options();
    options.timeouts.connect = Duration::from_millis(300);
    let connection = greeted(options).await;
    let slow = auth(json!({ "token": "good", "wait": 500 }));
    let error = connection
        .socket
        .join("/slow", Some(&slow), None)
        .await
        .unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Connect)),
        "{error:?}"
    );
    // The connection goes on, also when the server has let in who has left again.
    let mut second = loop {
        let echo = connection.socket.emit_with_ack("echo", Args::none(), LIMIT);
        echo.await.unwrap();
        let good = auth(json!({ "token": "good", "wait": 0 }));
        match connection.socket.join("/slow", Some(&good), None).await {
            Ok(second) => break second,
            Err(error) => assert!(matches!(error, ConnectError::TimedOut(_)), "{error:?}"),
        }
    };
    assert_eq!(next(&mut second).await.name, "hello");
    assert_eq!(next(&mut second).await.name, "hello again");
    assert!(second.events.try_next().is_none());
}

#[tokio::test]
async fn the_server_may_take_one_away() {
    let node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let mut second = guarded(&connection).await;
    let args = Args::json(false).unwrap();
    second.socket.emit("disconnect me", args).await.unwrap();
    assert!(soon(second.events.next()).await.is_none());
    assert_eq!(soon(second.socket.closed()).await, CloseReason::ServerDisconnect);
    connection.socket.verify(LIMIT).await.unwrap();
    drop(guarded(&connection).await);
}

#[tokio::test]
async fn a_connection_whose_last_wish_is_refused_ends() {
    let mut node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let slow = auth(json!({ "token": "bad", "wait": 200 }));
    let (refused, reason) = tokio::join!(connection.socket.join("/slow", Some(&slow), None), async {
        // The wish first, then the end of the namespace that was there.
        tokio::task::yield_now().await;
        connection.socket.verify(LIMIT).await.unwrap();
        connection.socket.close();
        soon(connection.socket.closed()).await
    });
    assert_eq!(reason, CloseReason::Local);
    assert!(refused.is_err());
    while node.tell("connected", json!({})).await != 0 {}
}

#[tokio::test]
async fn a_namespace_may_be_left_and_joined_again_at_once() {
    let node = Node::start(json!({})).await;
    for transports in [vec![Transport::Websocket], vec![Transport::Polling]] {
        let connection = greeted(Options {
            transports,
            ..node.options()
        })
        .await;
        let mut ids = std::collections::BTreeSet::new();
        for n in 0..20 {
            let second = guarded(&connection).await;
            assert!(ids.insert(second.session.id.clone()));
            // What is under way when it is left belongs to nobody.
            second
                .socket
                .emit("burst", Args::json(n * 10).unwrap())
                .await
                .unwrap();
            let echo = second.socket.emit_with_ack("echo", Args::json(n).unwrap(), LIMIT);
            assert_eq!(echo.await.unwrap().parse::<i32>(0).unwrap(), n);
            second
                .socket
                .emit("burst", Args::json(n * 10).unwrap())
                .await
                .unwrap();
        }
        connection.socket.verify(LIMIT).await.unwrap();
    }
}
