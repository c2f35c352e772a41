//! Events both ways: order, binary, size, and a reader that does not keep up.

use carillon_socketio::{Args, CloseReason, EmitError, Placeholder};
use serde_json::json;

use crate::{greeted, next, node::Node, soon};

#[tokio::test]
async fn a_hundred_thousand_events_keep_their_order() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    connection
        .socket
        .emit("burst", Args::json(100_000).unwrap())
        .await
        .unwrap();
    for n in 0..100_000 {
        let event = next(&mut connection).await;
        assert_eq!(
            (event.name.as_str(), event.args.parse::<u32>(0).unwrap()),
            ("n", n)
        );
    }
}

#[tokio::test]
async fn a_reader_that_stands_still_loses_neither_events_nor_the_connection() {
    let settings = json!({ "pingInterval": 100, "pingTimeout": 1000, "reportHeartbeats": true });
    let mut node = Node::start(settings).await;
    let mut options = node.options();
    options.limits.queue_events = 100;
    let mut connection = greeted(options).await;
    // 40 MB: more than the system holds in its own buffers, so that the server's pings are behind it.
    let burst = Args::json(20_000).unwrap().with("x".repeat(2_000)).unwrap();
    connection.socket.emit("burst", burst).await.unwrap();
    assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), 0);
    // Each is a ping that was answered without having been read: together longer than the server's patience.
    for _ in 0..6 {
        node.report("heartbeat").await;
    }
    for n in 1..10_000 {
        assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), n);
    }
    for _ in 0..6 {
        node.report("heartbeat").await;
    }
    assert!(connection.socket.close_reason().is_none());
}

#[tokio::test]
async fn every_shape_of_binary_arrives() {
    #[derive(serde::Deserialize)]
    struct Deep {
        deep: (Placeholder, Deeper),
    }
    #[derive(serde::Deserialize)]
    struct Deeper {
        deeper: Placeholder,
    }
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    connection.socket.emit("shapes", Args::none()).await.unwrap();
    let lone = next(&mut connection).await;
    assert_eq!(lone.args.bytes(0).unwrap().as_ref(), [0x1e]);
    let mixed = next(&mut connection).await;
    assert_eq!(
        (mixed.args.parse(0).unwrap(), mixed.args.parse(1).unwrap()),
        (1, "x")
    );
    assert_eq!(mixed.args.bytes(2).unwrap().as_ref(), [1, 2]);
    let Deep {
        deep: (three, Deeper { deeper: four }),
    } = mixed.args.parse(3).unwrap();
    assert_eq!(mixed.args.attachment(three).unwrap().as_ref(), [3]);
    assert_eq!(mixed.args.attachment(four).unwrap().as_ref(), [4]);
    let empty = next(&mut connection).await;
    assert!(empty.args.bytes(0).unwrap().is_empty() && empty.args.bytes(1).unwrap().is_empty());
    let large = next(&mut connection).await;
    assert_eq!(large.args.bytes(0).unwrap().as_ref(), [7; 200_000]);
    assert!(large.bytes > 200_000);
    assert_eq!(next(&mut connection).await.name, "plain");
}

#[tokio::test]
async fn every_shape_of_binary_is_understood() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    let mut args = Args::binary(vec![0x1e]).unwrap().with_binary(vec![]).unwrap();
    let deep = args.attach(vec![1, 2, 3]);
    let args = args
        .with(json!({ "n": 1, "deep": [deep] }))
        .unwrap()
        .with_binary(vec![9; 300_000])
        .unwrap();
    connection.socket.emit("reflect", args).await.unwrap();

    let back = next(&mut connection).await;
    assert_eq!(back.name, "reflected");
    assert_eq!(back.args.bytes(0).unwrap().as_ref(), [0x1e]);
    assert!(back.args.bytes(1).unwrap().is_empty());
    let third: serde_json::Value = back.args.parse(2).unwrap();
    let deep: Placeholder = serde_json::from_value(third["deep"][0].clone()).unwrap();
    assert_eq!(back.args.attachment(deep).unwrap().as_ref(), [1, 2, 3]);
    assert_eq!(back.args.bytes(3).unwrap().as_ref(), [9; 300_000]);
}

#[tokio::test]
async fn text_of_all_kinds_survives_the_way_there_and_back() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    let text = "\u{0} \u{1e} \" \\ \u{2028} 𝄞 é";
    connection
        .socket
        .emit("reflect", Args::json(text).unwrap())
        .await
        .unwrap();
    assert_eq!(next(&mut connection).await.args.parse::<String>(0).unwrap(), text);
}

#[tokio::test]
async fn a_large_event_passes_and_a_too_large_one_is_named() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    connection
        .socket
        .emit("big", Args::json(3 << 20).unwrap())
        .await
        .unwrap();
    let big = next(&mut connection).await;
    assert_eq!(big.args.parse::<&str>(0).unwrap().len(), 3 << 20);
    connection
        .socket
        .emit("big", Args::json(5 << 20).unwrap())
        .await
        .unwrap();
    let limit = 4 << 20;
    let size = Some((5 << 20) + r#"42["big",""]"#.len());
    assert_eq!(
        soon(connection.socket.closed()).await,
        CloseReason::TooLarge { limit, size }
    );
}

#[tokio::test]
async fn what_is_too_large_for_the_server_is_not_sent() {
    let node = Node::start(json!({ "maxHttpBufferSize": 1000 })).await;
    let mut connection = greeted(node.options()).await;
    let fits = "x".repeat(1000 - r#"42["reflect",""]"#.len());
    connection
        .socket
        .emit("reflect", Args::json(&fits).unwrap())
        .await
        .unwrap();
    assert_eq!(next(&mut connection).await.args.parse::<&str>(0).unwrap(), fits);
    let error = connection
        .socket
        .emit("reflect", Args::json(format!("{fits}x")).unwrap())
        .await
        .unwrap_err();
    assert_eq!(
        error,
        EmitError::TooLarge {
            size: 1001,
            limit: 1000
        }
    );
}
