//! From the address to the first event.

use std::time::Duration;

use carillon_socketio::{Admission, Args, ConnectError, EngineSocket, Options, Stage, Transport, connect};
use serde_json::{Value, json};

use crate::{greeted, next, node::Node, soon};

fn with_auth(node: &Node, namespace: &str, auth: &Value) -> Options {
    Options {
        namespace: namespace.into(),
        auth: Args::json(auth).unwrap().values.pop(),
        ..node.options()
    }
}

#[tokio::test]
async fn events_of_the_connection_handler_arrive_and_the_request_is_as_asked() {
    let mut node = Node::start(json!({ "pingInterval": 12_345, "pingTimeout": 6789 })).await;
    let mut options = node.options();
    options.query.push(("from".into(), "a test & more".into()));
    options.headers.insert("x-test", "yes".parse().unwrap());
    let mut connection = soon(connect(options)).await.unwrap();

    let hello = next(&mut connection).await;
    assert_eq!(hello.name, "hello");
    let said: Value = hello.args.parse(0).unwrap();
    assert_eq!(said["query"]["from"], "a test & more");
    assert_eq!(
        (&said["query"]["EIO"], &said["header"]),
        (&json!("4"), &json!("yes"))
    );
    assert_eq!(next(&mut connection).await.name, "hello again");

    let session = &connection.session;
    assert_eq!(said["id"], session.id.as_str());
    assert_eq!(session.transport, Transport::Websocket);
    assert_eq!(session.ping_interval, Duration::from_millis(12_345));
    assert_eq!(session.ping_timeout, Duration::from_millis(6789));
    assert_eq!(session.max_payload, Some(1_000_000));
    let seen = node.report("connect").await;
    assert_eq!(seen["engine"], session.engine_id.as_str());
    assert_eq!(seen["transport"], "websocket");
}

#[tokio::test]
async fn a_prefix_and_a_path_lead_to_the_server() {
    let node = Node::start(json!({ "path": "/behind/proxy/io/" })).await;
    let mut options = node.options();
    options.url.set_path("/behind/proxy/");
    options.path = "/io/".into();
    drop(greeted(options).await);
}

#[tokio::test]
async fn middleware_refuses_and_then_accepts() {
    let node = Node::start(json!({})).await;
    let refused = connect(with_auth(&node, "/guarded", &json!({ "token": "bad" })))
        .await
        .unwrap_err();
    let ConnectError::Refused(refusal) = refused else {
        panic!("{refused:?}")
    };
    assert_eq!(refusal.message, "Authentication failed");
    assert_eq!(refusal.data.unwrap().get(), r#"{"token":"bad"}"#);

    let refused = connect(Options {
        namespace: "/guarded".into(),
        ..node.options()
    })
    .await
    .unwrap_err();
    assert!(matches!(refused, ConnectError::Refused(_)), "{refused:?}");
    drop(greeted(with_auth(&node, "/guarded", &json!({ "token": "good" }))).await);
}

#[tokio::test]
async fn a_refused_token_is_followed_by_a_good_one_on_the_same_connection() {
    let mut node = Node::start(json!({})).await;
    let options = with_auth(&node, "/guarded", &json!({ "token": "stale" }));
    let engine = EngineSocket::open(&options).await.unwrap();
    let admission = engine.join(options.auth.as_deref()).await.unwrap();
    let Admission::Refused { engine, .. } = admission else {
        panic!("{admission:?}")
    };
    let fresh = Args::json(json!({ "token": "good" })).unwrap();
    let admission = engine.join(fresh.first()).await.unwrap();
    let Admission::Joined(mut connection) = admission else {
        panic!("{admission:?}")
    };
    assert_eq!(next(&mut connection).await.name, "hello");
    assert_eq!(
        node.report("connect").await["engine"],
        connection.session.engine_id.as_str()
    );
    assert_eq!(node.tell("connected", json!({})).await, 1);
}

#[tokio::test]
async fn pings_during_slow_middleware_are_answered() {
    let node = Node::start(json!({ "pingInterval": 50, "pingTimeout": 200 })).await;
    let connection = greeted(with_auth(
        &node,
        "/slow",
        &json!({ "token": "good", "wait": 1000 }),
    ))
    .await;
    assert!(connection.session.opened_in >= Duration::from_secs(1));
}

#[tokio::test]
async fn async_middleware_refuses_and_then_accepts_on_the_same_connection() {
    let node = Node::start(json!({})).await;
    for transports in [vec![Transport::Websocket], vec![Transport::Polling]] {
        let options = Options {
            transports,
            ..with_auth(&node, "/slow", &json!({ "token": "stale", "wait": 100 }))
        };
        let engine = EngineSocket::open(&options).await.unwrap();
        let Admission::Refused { refusal, engine } = engine.join(options.auth.as_deref()).await.unwrap()
        else {
            panic!("a stale token was accepted")
        };
        assert_eq!(refusal.message, "Authentication failed");
        let fresh = Args::json(json!({ "token": "good", "wait": 100 })).unwrap();
        let Admission::Joined(mut connection) = engine.join(fresh.first()).await.unwrap() else {
            panic!("a good token was refused")
        };
        assert_eq!(next(&mut connection).await.name, "hello");
    }
}

#[tokio::test]
async fn middleware_that_takes_too_long_is_left() {
    let node = Node::start(json!({})).await;
    let mut options = with_auth(&node, "/slow", &json!({ "token": "good", "wait": 60_000 }));
    options.timeouts.connect = Duration::from_millis(100);
    let error = connect(options).await.unwrap_err();
    assert!(
        matches!(error, ConnectError::TimedOut(Stage::Connect)),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_namespace_that_does_not_exist_is_refused() {
    let node = Node::start(json!({})).await;
    let error = connect(Options {
        namespace: "/nowhere".into(),
        ..node.options()
    })
    .await
    .unwrap_err();
    let ConnectError::Refused(refusal) = error else {
        panic!("{error:?}")
    };
    assert_eq!(refusal.message, "Invalid namespace");
}

#[tokio::test]
async fn a_server_without_websockets_says_so_with_its_status() {
    let node = Node::start(json!({ "transports": ["polling"] })).await;
    let error = connect(Options {
        transports: vec![Transport::Websocket],
        ..node.options()
    })
    .await
    .unwrap_err();
    let ConnectError::NotWebSocket { status } = error else {
        panic!("{error:?}")
    };
    assert_eq!(status, 400);
}
