//! Acknowledgements both ways.

use std::time::Duration;

use crate::{AckError, Args, CloseReason, Closed, EmitError, testing::*};

const SECOND: Duration = Duration::from_secs(1);

/// The id in `42<id>["name",…]`.
fn id(text: &str) -> u64 {
    text.strip_prefix("42")
        .unwrap()
        .split('[')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn five_hundred_in_flight_each_get_their_own_answer() {
    let (connection, mut server) = joined(&options()).await;
    let answering = async {
        let mut asked = Vec::new();
        for _ in 0..500 {
            asked.push(server.text().await);
        }
        for text in asked.iter().rev() {
            let n = text.split(',').nth(1).unwrap();
            server.send(&format!("43{}[{n}", id(text))).await;
        }
    };
    let asking = futures_util::future::join_all((0..500).map(|n| {
        let socket = connection.socket.clone();
        async move {
            let args = Args::json(n).unwrap();
            let answer = socket.emit_with_ack("ask", args, 60 * SECOND).await.unwrap();
            assert_eq!(answer.parse::<i32>(0).unwrap(), n);
        }
    }));
    tokio::join!(answering, asking);
    assert_eq!(connection.socket.presence.membership.acks.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_answer_is_not_taken_for_the_next() {
    let (connection, mut server) = joined(&options()).await;
    let ask = || connection.socket.emit_with_ack("ask", Args::none(), SECOND);
    let (first, late) = tokio::join!(ask(), server.text());
    assert_eq!(first.unwrap_err(), AckError::TimedOut);
    assert_eq!(connection.socket.presence.membership.acks.len(), 0);
    let (second, ()) = tokio::join!(ask(), async {
        let text = server.text().await;
        assert!(id(&text) > id(&late));
        server.send(&format!(r#"43{}["late"]"#, id(&late))).await;
        server.send(&format!(r#"43{}["right"]"#, id(&text))).await;
    });
    assert_eq!(second.unwrap().parse::<&str>(0).unwrap(), "right");
}

#[tokio::test(start_paused = true)]
async fn answers_that_nobody_asked_for_change_nothing() {
    let (mut connection, mut server) = joined(&options()).await;
    for text in [
        "430[]",
        "4318446744073709551615[1]",
        r#"461-9[{"_placeholder":true,"num":0}]"#,
    ] {
        server.send(text).await;
    }
    server.send_binary(vec![1]).await;
    server.send(r#"42["still here"]"#).await;
    assert_eq!(connection.events.next().await.unwrap().name, "still here");
}

#[tokio::test(start_paused = true)]
async fn the_end_of_the_connection_ends_the_waiting() {
    let (connection, mut server) = joined(&options()).await;
    let asking = connection.socket.emit_with_ack("ask", Args::none(), 60 * SECOND);
    let (outcome, ()) = tokio::join!(asking, async {
        server.text().await;
        server.send("41").await;
    });
    assert_eq!(
        outcome.unwrap_err(),
        AckError::Closed(CloseReason::ServerDisconnect)
    );
    let closed = EmitError::Closed(Closed(CloseReason::ServerDisconnect));
    let outcome = connection.socket.emit_with_ack("ask", Args::none(), SECOND).await;
    assert_eq!(outcome.unwrap_err(), AckError::NotSent(closed.clone()));
    assert_eq!(
        connection.socket.emit("e", Args::none()).await.unwrap_err(),
        closed
    );
    assert_eq!(connection.socket.presence.membership.acks.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_leaves_nothing_behind() {
    let (connection, mut server) = joined(&options()).await;
    let asking = connection.socket.emit_with_ack("ask", Args::none(), 60 * SECOND);
    tokio::select! {
        _ = asking => panic!("nobody answered"),
        text = server.text() => assert_eq!(id(&text), 0),
    }
    assert_eq!(connection.socket.presence.membership.acks.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_server_asks_is_answered_with_its_own_id() {
    let (mut connection, mut server) = joined(&options()).await;
    server.send(r#"4277["question",1]"#).await;
    server.send(r#"42["statement"]"#).await;
    let question = connection.events.next().await.unwrap();
    let answer = Args::json("yes").unwrap().with_binary(vec![1]).unwrap();
    question.ack.unwrap().answer(answer).await.unwrap();
    server
        .expect(r#"461-77["yes",{"_placeholder":true,"num":0}]"#)
        .await;
    assert_eq!(server.next().await.unwrap().into_data().as_ref(), [1]);
    assert!(connection.events.next().await.unwrap().ack.is_none());
}

#[tokio::test(start_paused = true)]
async fn an_answer_after_the_end_is_refused() {
    let (mut connection, mut server) = joined(&options()).await;
    server.send(r#"425["question"]"#).await;
    let responder = connection.events.next().await.unwrap().ack.unwrap();
    server.send("41").await;
    assert!(connection.events.next().await.is_none());
    let closed = EmitError::Closed(Closed(CloseReason::ServerDisconnect));
    assert_eq!(responder.answer(Args::none()).await.unwrap_err(), closed);
}
