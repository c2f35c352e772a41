//! Events that come before the server has said that this side is in: how many may.

use crate::{CloseReason, Closed, ConnectError, Options, testing::*};

fn narrow(queue_events: usize, queue_bytes: usize) -> Options {
    let mut options = options();
    options.limits.queue_events = queue_events;
    options.limits.queue_bytes = queue_bytes;
    options
}

#[tokio::test(start_paused = true)]
async fn sixteen_times_the_queue_may_come_early_and_all_of_it_is_had_in_order() {
    let (engine, mut server) = opened(&narrow(4, 10_000)).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40").await;
        for n in 0..64 {
            server.send(&format!(r#"42["n",{n}]"#)).await;
        }
        server.send(r#"40{"sid":"s"}"#).await;
        server.send(r#"42["n",64]"#).await;
    });
    let mut connection = admitted(admission);
    for n in 0..65 {
        let event = connection.events.next().await.unwrap();
        assert_eq!(event.args.parse::<i32>(0).unwrap(), n);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_beyond_ends_the_connection_by_count_and_by_bytes() {
    let large = format!(r#"42["e","{}"]"#, "x".repeat(1000));
    for (options, event, most) in [
        (narrow(4, 10_000), r#"42["e"]"#, 64),
        (narrow(100, 10_000), &large, 10),
    ] {
        let (engine, mut server) = opened(&options).await;
        let (admission, ()) = tokio::join!(engine.join(None), async {
            server.expect("40").await;
            for _ in 0..=most {
                server.send(event).await;
            }
            server.until_gone().await;
        });
        let Err(ConnectError::Closed(Closed(CloseReason::Overrun))) = admission else {
            panic!("{admission:?}")
        };
    }
}

#[tokio::test(start_paused = true)]
async fn a_further_namespace_that_floods_before_it_lets_in_ends_them_all() {
    let (mut connection, mut server) = joined(&narrow(4, 10_000)).await;
    let (joining, ()) = tokio::join!(connection.socket.join("/flood", None, None), async {
        server.expect("40/flood,").await;
        server.send(r#"42["before"]"#).await;
        for _ in 0..65 {
            server.send(r#"42/flood,["e"]"#).await;
        }
        server.until_gone().await;
    });
    let Err(ConnectError::Closed(Closed(CloseReason::Overrun))) = joining else {
        panic!("{joining:?}")
    };
    assert_eq!(connection.events.next().await.unwrap().name, "before");
    assert!(connection.events.next().await.is_none());
    assert_eq!(connection.events.close_reason(), Some(CloseReason::Overrun));
}
