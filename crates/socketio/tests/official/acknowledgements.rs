//! Acknowledgements, with the official server at the other end.

use std::time::{Duration, Instant};

use carillon_socketio::{AckError, Args};
use futures_util::future::join_all;
use serde_json::json;

use crate::{LIMIT, greeted, next, node::Node};

#[tokio::test]
async fn five_hundred_questions_in_flight_get_their_own_answers() {
    let node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    join_all((0..500).map(|n| {
        let socket = connection.socket.clone();
        async move {
            let args = Args::json(n).unwrap().with_binary(vec![0x1e; 3]).unwrap();
            let answer = socket.emit_with_ack("echo", args, LIMIT).await.unwrap();
            assert_eq!(answer.parse::<u32>(0).unwrap(), n);
            assert_eq!(answer.bytes(1).unwrap().as_ref(), [0x1e; 3]);
        }
    }))
    .await;
}

#[tokio::test]
async fn five_hundred_questions_of_the_server_are_answered() {
    let node = Node::start(json!({})).await;
    let mut connection = greeted(node.options()).await;
    connection
        .socket
        .emit("ask", Args::json(500).unwrap())
        .await
        .unwrap();
    for n in 0..500 {
        let question = next(&mut connection).await;
        assert_eq!(
            (question.name.as_str(), question.args.parse::<u32>(0).unwrap()),
            ("question", n)
        );
        question
            .ack
            .unwrap()
            .answer(Args::json(n * 2).unwrap())
            .await
            .unwrap();
    }
    for n in 0..500 {
        let answered = next(&mut connection).await;
        assert_eq!(
            (answered.args.parse(0).unwrap(), answered.args.parse(1).unwrap()),
            (n, n * 2)
        );
    }
}

#[tokio::test]
async fn a_question_that_is_never_answered_times_out_and_harms_no_other() {
    let node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let never = connection
        .socket
        .emit_with_ack("never", Args::none(), Duration::from_millis(50))
        .await;
    assert_eq!(never.unwrap_err(), AckError::TimedOut);
    let answer = connection
        .socket
        .emit_with_ack("echo", Args::json("x").unwrap(), LIMIT)
        .await
        .unwrap();
    assert_eq!(answer.parse::<&str>(0).unwrap(), "x");
}

#[tokio::test]
async fn an_event_does_not_wait_for_the_one_before_it() {
    let node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let since = Instant::now();
    for _ in 0..100 {
        connection.socket.emit("never", Args::none()).await.unwrap();
        // The I/O task's turn: what is sent together has not to wait for itself.
        tokio::task::yield_now().await;
        connection
            .socket
            .emit_with_ack("echo", Args::none(), LIMIT)
            .await
            .unwrap();
    }
    // With Nagle's algorithm each round takes about 40 ms, four seconds together.
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
}
