//! Compression (permessage-deflate), as the official server has it.

use carillon_socketio::{Args, CloseReason, Connection, Options, Transport};
use serde_json::{Value, json};

use crate::{LIMIT, greeted, next, node::Node, soon};

/// A server that compresses whatever it sends.
fn compressing() -> Value {
    json!({ "perMessageDeflate": { "threshold": 0 } })
}

fn compressed(node: &Node) -> Options {
    Options {
        compression: true,
        ..node.options()
    }
}

/// What was agreed on, and how many bytes the server has sent.
async fn extensions(connection: &Connection) -> (String, usize) {
    let asking = connection.socket.emit_with_ack("extensions", Args::none(), LIMIT);
    let answer = asking.await.unwrap();
    (answer.parse(0).unwrap(), answer.parse(1).unwrap())
}

#[tokio::test]
async fn what_the_server_compresses_arrives_and_takes_less() {
    // With the server's own threshold only what is large is compressed.
    for settings in [json!({ "perMessageDeflate": true }), compressing()] {
        let node = Node::start(settings).await;
        let mut connection = greeted(compressed(&node)).await;
        let (agreed, before) = extensions(&connection).await;
        assert!(agreed.starts_with("permessage-deflate"), "{agreed}");
        let big = Args::json(3 << 20).unwrap();
        connection.socket.emit("big", big).await.unwrap();
        let event = next(&mut connection).await;
        assert_eq!(event.args.parse::<&str>(0).unwrap(), "x".repeat(3 << 20));
        // What counts against the limits is what was inflated.
        assert!(event.bytes > 3 << 20);
        let (_, after) = extensions(&connection).await;
        assert!(after - before < 100_000, "{}", after - before);
    }
}

#[tokio::test]
async fn every_shape_passes_both_ways() {
    for settings in [
        compressing(),
        json!({ "perMessageDeflate": { "threshold": 0, "serverNoContextTakeover": true, "serverMaxWindowBits": 9 } }),
    ] {
        let node = Node::start(settings).await;
        let mut connection = greeted(compressed(&node)).await;
        let large: Vec<u8> = (0..900_000_u32)
            .flat_map(|n| (n / 7).to_le_bytes().into_iter().take(1))
            .collect();
        let text = "\u{0} \u{1e} \" 𝄞 é".repeat(5000);
        for n in 0..50 {
            let args = Args::json(n)
                .unwrap()
                .with(&text)
                .unwrap()
                .with_binary(vec![])
                .unwrap()
                .with_binary(large.get(..n * 18_000).unwrap().to_vec())
                .unwrap();
            connection.socket.emit("reflect", args).await.unwrap();
            let back = next(&mut connection).await;
            assert_eq!(back.args.parse::<usize>(0).unwrap(), n);
            assert_eq!(back.args.parse::<String>(1).unwrap(), text);
            assert!(back.args.bytes(2).unwrap().is_empty());
            assert_eq!(back.args.bytes(3).unwrap().as_ref(), &large[..n * 18_000]);
        }
    }
}

#[tokio::test]
async fn twenty_thousand_compressed_events_keep_their_order() {
    let node = Node::start(compressing()).await;
    let mut connection = greeted(compressed(&node)).await;
    let burst = Args::json(20_000).unwrap();
    connection.socket.emit("burst", burst).await.unwrap();
    for n in 0..20_000 {
        assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), n);
    }
}

#[tokio::test]
async fn a_bomb_is_refused_before_it_is_inflated() {
    let node = Node::start(compressing()).await;
    let connection = greeted(compressed(&node)).await;
    let bomb = Args::json(100 << 20).unwrap();
    connection.socket.emit("big", bomb).await.unwrap();
    let CloseReason::TooLarge { limit, size } = soon(connection.socket.closed()).await else {
        panic!("{:?}", connection.socket.close_reason())
    };
    assert_eq!(limit, 4 << 20);
    // So much of it had been inflated, and no more.
    assert!((limit..limit + 100_000).contains(&size.unwrap()), "{size:?}");
}

#[tokio::test]
async fn who_does_not_ask_for_it_gets_none_and_neither_does_who_asks_in_vain() {
    let compressing = Node::start(compressing()).await;
    let plain = Node::start(json!({})).await;
    for options in [compressing.options(), compressed(&plain)] {
        let mut connection = greeted(options).await;
        assert_eq!(extensions(&connection).await.0, "");
        let args = Args::json("x".repeat(10_000)).unwrap();
        connection.socket.emit("reflect", args).await.unwrap();
        assert_eq!(
            next(&mut connection).await.args.parse::<&str>(0).unwrap().len(),
            10_000
        );
    }
}

#[tokio::test]
async fn it_is_offered_in_an_upgrade_too() {
    let mut node = Node::start(compressing()).await;
    let options = Options {
        transports: vec![Transport::Polling, Transport::Websocket],
        ..compressed(&node)
    };
    let mut connection = greeted(options).await;
    node.report("upgrade").await;
    let (agreed, _) = extensions(&connection).await;
    assert!(agreed.starts_with("permessage-deflate"), "{agreed}");
    let big = Args::json(100_000).unwrap();
    connection.socket.emit("big", big).await.unwrap();
    assert_eq!(
        next(&mut connection).await.args.parse::<&str>(0).unwrap().len(),
        100_000
    );
}
