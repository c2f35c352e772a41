//! How connections end, and what is left of them: nothing.

use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

use crate::{Admission, Args, CloseReason, ConnectError, ProtocolError, testing::*};

#[tokio::test(start_paused = true)]
async fn what_was_queued_is_sent_before_the_end() {
    let (connection, mut server) = joined(&options()).await;
    for n in 0..100 {
        connection
            .socket
            .emit("n", Args::json(n).unwrap().with_binary(vec![1]).unwrap())
            .await
            .unwrap();
    }
    connection.socket.close();
    assert!(connection.socket.emit("too late", Args::none()).await.is_err());
    for n in 0..100 {
        server
            .expect(&format!(r#"451-["n",{n},{{"_placeholder":true,"num":0}}]"#))
            .await;
        assert_eq!(server.next().await.unwrap().into_data().as_ref(), [1]);
    }
    server.expect("41").await;
    server.expect_close(CloseCode::Normal).await;
    assert!(server.until_gone().await.is_empty());
    assert_eq!(connection.socket.closed().await, CloseReason::Local);
    assert_eq!(CloseReason::Local.as_str(), "io client disconnect");
}

#[tokio::test(start_paused = true)]
async fn dropping_every_handle_ends_it() {
    let (mut connection, mut server) = joined(&options()).await;
    server.send(r#"421["question"]"#).await;
    let event = connection.events.next().await.unwrap();
    let task = connection.socket.presence.shared.task.clone();
    drop(connection.events);
    connection.socket.emit("still open", Args::none()).await.unwrap();
    server.expect(r#"42["still open"]"#).await;
    drop(connection.socket);
    server.expect("41").await;
    server.expect_close(CloseCode::Normal).await;
    assert!(server.until_gone().await.is_empty());
    task.wait().await;
    // A responder that lies about does not keep it open, nor does it work any more.
    assert!(event.ack.unwrap().answer(Args::none()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_reader_alone_keeps_it_open() {
    let (mut connection, mut server) = joined(&options()).await;
    drop(connection.socket);
    server.send(r#"421["question"]"#).await;
    let event = connection.events.next().await.unwrap();
    event.ack.unwrap().answer(Args::none()).await.unwrap();
    server.expect("431[]").await;
    drop(connection.events);
    server.expect("41").await;
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_server_that_does_not_answer() {
    let (connection, _silent) = joined(&options()).await;
    let since = tokio::time::Instant::now();
    connection.socket.close();
    assert_eq!(connection.socket.closed().await, CloseReason::Local);
    assert_eq!(since.elapsed().as_secs(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_server_may_take_the_socket_out() {
    let (mut connection, mut server) = joined(&options()).await;
    server.send(r#"42["last"]"#).await;
    server.send("41").await;
    server.expect_close(CloseCode::Normal).await;
    assert_eq!(connection.events.next().await.unwrap().name, "last");
    assert!(connection.events.next().await.is_none());
    assert_eq!(
        connection.events.close_reason(),
        Some(CloseReason::ServerDisconnect)
    );
    assert_eq!(CloseReason::ServerDisconnect.as_str(), "io server disconnect");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_leaves_in_one_go_is_told_as_it_was() {
    let (engine, mut server) = opened(&options()).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40").await;
        server.ws.feed(Message::text(r#"40{"sid":"s"}"#)).await.unwrap();
        server.ws.feed(Message::text(r#"42["bye"]"#)).await.unwrap();
        server.send("41").await;
    });
    let mut connection = admitted(admission);
    assert_eq!(connection.events.next().await.unwrap().name, "bye");
    assert!(connection.events.next().await.is_none());
    assert_eq!(connection.socket.closed().await, CloseReason::ServerDisconnect);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_typed_and_another_attempt_needs_no_new_connection() {
    let (engine, mut server) = opened(&options()).await;
    let stale = Args::json(serde_json::json!({ "token": "stale" })).unwrap();
    let (admission, ()) = tokio::join!(engine.join(stale.first()), async {
        server.expect(r#"40{"token":"stale"}"#).await;
        server
            .send(r#"44{"message":"jwt expired","data":{"code":401}}"#)
            .await;
    });
    let Ok(Admission::Refused { refusal, engine }) = admission else {
        panic!("{admission:?}")
    };
    assert_eq!(refusal.message, "jwt expired");
    assert_eq!(refusal.data.unwrap().get(), r#"{"code":401}"#);
    let fresh = Args::json(serde_json::json!({ "token": "fresh" })).unwrap();
    let (admission, ()) = tokio::join!(engine.join(fresh.first()), async {
        server.expect(r#"40{"token":"fresh"}"#).await;
        server.send(r#"40{"sid":"s"}"#).await;
    });
    assert_eq!(admitted(admission).session.engine_id, "engine-1");
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_while_joining_says_why() {
    let (engine, mut server) = opened(&options()).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40").await;
        let frame = CloseFrame {
            code: CloseCode::Away,
            reason: "".into(),
        };
        server.ws.close(Some(frame)).await.unwrap();
    });
    let Err(ConnectError::Closed(closed)) = admission else {
        panic!("{admission:?}")
    };
    assert_eq!(closed.0, CloseReason::TransportClose { code: Some(1001) });
}

#[tokio::test(start_paused = true)]
async fn the_transport_may_end_in_several_ways() {
    let (connection, mut server) = joined(&options()).await;
    server.send("1").await;
    server.expect_close(CloseCode::Normal).await;
    assert_eq!(
        connection.socket.closed().await,
        CloseReason::TransportClose { code: None }
    );

    let (connection, server) = joined(&options()).await;
    drop(server);
    assert_eq!(
        connection.socket.closed().await,
        CloseReason::TransportClose { code: None }
    );

    let (connection, mut server) = joined(&options()).await;
    let frame = CloseFrame {
        code: CloseCode::Restart,
        reason: "".into(),
    };
    server.ws.send(Message::Close(Some(frame))).await.unwrap();
    server.expect_close(CloseCode::Restart).await;
    assert_eq!(
        connection.socket.closed().await,
        CloseReason::TransportClose { code: Some(1012) }
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_within_a_binary_event_brings_no_half_event() {
    let (mut connection, mut server) = joined(&options()).await;
    server
        .send(r#"452-["half",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#)
        .await;
    server.send_binary(vec![1]).await;
    drop(server);
    assert!(connection.events.next().await.is_none());
    assert_eq!(
        connection.socket.closed().await,
        CloseReason::TransportClose { code: None }
    );
}

#[tokio::test(start_paused = true)]
async fn whatever_breaks_the_protocol_closes_the_connection() {
    use ProtocolError::*;
    let header = r#"451-["b",{"_placeholder":true,"num":0}]"#;
    let cases: [(&[&str], ProtocolError); 14] = [
        (&[""], Empty),
        (&["9"], EnginePacket('9')),
        (&["4"], Empty),
        (&["49"], PacketType('9')),
        (&["42"], Payload),
        (&["42[]"], Payload),
        (&[r#"42[null]"#], Payload),
        (&[r#"42["e""#], Payload),
        (&["43[]"], AckId),
        (&["4399999999999999999999[]"], AckId),
        (&[r#"45["e"]"#], AttachmentCount),
        (&[r#"4533-["e"]"#], TooManyAttachments { limit: 32 }),
        (&[header, r#"42["e"]"#], MissingAttachment),
        (&[OPEN], SecondHandshake),
    ];
    for (messages, error) in cases {
        let (mut connection, mut server) = joined(&options()).await;
        for message in messages {
            server.send(message).await;
        }
        server.expect_close(CloseCode::Protocol).await;
        assert!(connection.events.next().await.is_none());
        assert_eq!(
            connection.events.close_reason(),
            Some(CloseReason::Protocol(error)),
            "{messages:?}"
        );
    }

    let (connection, mut server) = joined(&options()).await;
    server.send_binary(vec![1]).await;
    assert_eq!(
        connection.socket.closed().await,
        CloseReason::Protocol(StrayAttachment)
    );
    assert_eq!(CloseReason::Protocol(StrayAttachment).as_str(), "parse error");
}

#[tokio::test(start_paused = true)]
async fn broken_websocket_frames_close_the_connection() {
    use tokio::io::AsyncWriteExt;
    let cases: [&[u8]; 4] = [
        // Reserved bits, an unknown opcode, a masked frame, a text that is no UTF-8.
        &[0xf1, 0x00],
        &[0x83, 0x00],
        &[0x81, 0x81, 0, 0, 0, 0, b'6'],
        &[0x81, 0x01, 0xff],
    ];
    for bytes in cases {
        let (connection, mut server) = joined(&options()).await;
        server.ws.get_mut().write_all(bytes).await.unwrap();
        let reason = connection.socket.closed().await;
        assert!(
            matches!(reason, CloseReason::Protocol(_)),
            "{bytes:?}: {reason:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_large_is_named_as_such() {
    let mut options = options();
    options.limits.message = 2000;
    let (connection, mut server) = joined(&options).await;
    server.send(&format!(r#"42["e","{}"]"#, "x".repeat(5000))).await;
    server.expect_close(CloseCode::Size).await;
    let reason = connection.socket.closed().await;
    assert_eq!(
        reason,
        CloseReason::TooLarge {
            limit: 2000,
            size: Some(5010)
        }
    );

    // Parts that are small each are too large together.
    let (connection, mut server) = joined(&options).await;
    server.send(r#"453-["e",1,2,3]"#).await;
    for _ in 0..2 {
        server.send_binary(vec![0; 1500]).await;
    }
    server.expect_close(CloseCode::Size).await;
    let reason = connection.socket.closed().await;
    assert_eq!(
        reason,
        CloseReason::TooLarge {
            limit: 2000,
            size: Some(3014)
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_after_the_fact_ends_it() {
    let (connection, mut server) = joined(&options()).await;
    server.send(r#"40{"sid":"again"}"#).await;
    server.send(r#"44"banned""#).await;
    let CloseReason::ConnectError(refusal) = connection.socket.closed().await else {
        panic!()
    };
    assert_eq!(
        (refusal.message.as_str(), refusal.data.is_none()),
        ("banned", true)
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_in_the_middle_of_a_session_panic_it(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 1..300)) {
        use tokio::io::AsyncWriteExt;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (connection, mut server) = joined(&options()).await;
            server.ws.get_mut().write_all(&bytes).await.unwrap();
            connection.socket.closed().await
        });
    }
}
