//! What comes, comes once, whole and in order.

use crate::{Event, Placeholder, testing::*};

fn number(event: &Event) -> u64 {
    event.args.parse(0).unwrap()
}

#[tokio::test(start_paused = true)]
async fn events_and_pings_that_overtake_the_connect_reply_are_not_lost() {
    let (engine, mut server) = opened(&options()).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40").await;
        server.send(r#"42["early",0]"#).await;
        server.send("2").await;
        server.expect("3").await;
        server.send(r#"40{"sid":"socket-1","pid":"p"}"#).await;
        server.send(r#"42["late",1]"#).await;
    });
    let mut connection = admitted(admission);
    assert_eq!(connection.session.id, "socket-1");
    assert_eq!(connection.session.engine_id, "engine-1");
    assert_eq!(connection.session.max_payload, Some(1_000_000));
    let first = connection.events.next().await.unwrap();
    let second = connection.events.next().await.unwrap();
    assert_eq!((first.name.as_str(), number(&first)), ("early", 0));
    assert_eq!((second.name.as_str(), number(&second)), ("late", 1));
    assert_eq!(first.bytes, r#"2["early",0]"#.len());
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_events_keep_their_order() {
    let (mut connection, mut server) = joined(&options()).await;
    let sending = async {
        for n in 0..10_000 {
            server.send(&format!(r#"42["n",{n}]"#)).await;
        }
    };
    let taking = async {
        for n in 0..10_000 {
            assert_eq!(number(&connection.events.next().await.unwrap()), n);
        }
    };
    tokio::join!(sending, taking);
    assert!(connection.events.try_next().is_none());
}

#[tokio::test(start_paused = true)]
async fn binary_events_are_put_together_in_every_shape() {
    #[derive(serde::Deserialize)]
    struct File {
        name: String,
        content: Placeholder,
    }
    let (mut connection, mut server) = joined(&options()).await;
    server.send(r#"451-["lone",{"_placeholder":true,"num":0}]"#).await;
    server.send_binary(vec![0x1e]).await;
    server
        .send(r#"452-["mixed",1,{"name":"a","content":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]"#)
        .await;
    server.send_binary(vec![]).await;
    // A pong may come between the parts: it belongs to the layer below.
    server.send("2").await;
    server.send_binary(vec![4; 100_000]).await;
    server.send(r#"42["after"]"#).await;

    let lone = connection.events.next().await.unwrap();
    assert_eq!(lone.args.bytes(0).unwrap().as_ref(), [0x1e]);
    let mixed = connection.events.next().await.unwrap();
    let file: File = mixed.args.parse(1).unwrap();
    assert_eq!((number(&mixed), file.name.as_str()), (1, "a"));
    assert_eq!(mixed.args.attachment(file.content).unwrap().len(), 100_000);
    assert!(mixed.args.bytes(2).unwrap().is_empty());
    assert!(mixed.bytes > 100_000);
    assert_eq!(connection.events.next().await.unwrap().name, "after");
}

#[tokio::test(start_paused = true)]
async fn binary_events_leave_in_one_piece() {
    use crate::Args;
    let (connection, mut server) = joined(&options()).await;
    let args = Args::json(1)
        .unwrap()
        .with_binary(vec![0x1e])
        .unwrap()
        .with_binary(vec![])
        .unwrap();
    connection.socket.emit("files", args).await.unwrap();
    connection.socket.emit("after", Args::none()).await.unwrap();
    server
        .expect(r#"452-["files",1,{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#)
        .await;
    assert_eq!(server.next().await.unwrap().into_data().as_ref(), [0x1e]);
    assert!(server.next().await.unwrap().into_data().is_empty());
    server.expect(r#"42["after"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn packets_of_other_namespaces_are_left_out_with_their_attachments() {
    let options = crate::Options {
        namespace: "/mine".into(),
        ..options()
    };
    let (engine, mut server) = opened(&options).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40/mine,").await;
        server.send(r#"40{"sid":"other"}"#).await;
        server.send(r#"40/mine,{"sid":"mine"}"#).await;
    });
    let mut connection = admitted(admission);
    assert_eq!(connection.session.id, "mine");
    server
        .send(r#"451-["theirs",{"_placeholder":true,"num":0}]"#)
        .await;
    server.send_binary(vec![1]).await;
    server.send("41").await;
    server.send(r#"42/mine,["ours"]"#).await;
    assert_eq!(connection.events.next().await.unwrap().name, "ours");
}

#[tokio::test(start_paused = true)]
async fn no_event_name_has_a_meaning_here() {
    let (mut connection, mut server) = joined(&options()).await;
    for name in ["connect", "disconnect", "open", "close", "error", "message"] {
        server.send(&format!(r#"42["{name}"]"#)).await;
        assert_eq!(connection.events.next().await.unwrap().name, name);
    }
    server.send("42[7,true]").await;
    assert_eq!(connection.events.next().await.unwrap().name, "7");
    assert!(connection.socket.close_reason().is_none());
}
