//! A client that does not take its events is closed, and catches up when it comes back.

use carillon_gateway::Handle;
use serde_json::{Value, json};

use crate::{
    client::Ended,
    support::{connect, gateway_with, within},
};

/// Emits large events until somebody was closed for not reading them; returns the last number.
async fn flood(gateway: &Handle) -> u64 {
    let text = "x".repeat(32 * 1024);
    let emit = async {
        loop {
            let data = json!({ "message": text });
            let last = gateway
                .emit_many("system:announcement", data, None, 20)
                .await
                .unwrap();
            if gateway.stats().await.lagging_closed > 0 {
                return last.last().copied().unwrap();
            }
        }
    };
    within("a full buffer", emit).await
}

#[tokio::test]
async fn a_client_that_stops_reading_loses_its_connection_but_no_event() {
    let gateway = gateway_with(|config| config.socket.send_buffer = 32);
    let mut slow = connect(&gateway, "alice").await;
    let last = flood(&gateway).await;

    let (ended, received) = slow.end().await;
    assert_eq!(ended, Ended::Gone);
    let received: Vec<u64> = received
        .iter()
        .map(|(_, arguments)| arguments[0]["seq"].as_u64().unwrap())
        .collect();
    // What did come has no hole in it.
    let mut seen = u64::try_from(received.len()).unwrap();
    assert_eq!(received, (1..=seen).collect::<Vec<u64>>());
    assert!(seen < last);

    let mut back = connect(&gateway, "alice").await;
    loop {
        let page = back.call("sync", &[json!({ "since": seen })]).await;
        for event in page["events"].as_array().unwrap() {
            seen += 1;
            assert_eq!(event["payload"]["seq"], seen);
        }
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, last);
    assert_eq!(gateway.stats().await.lagging_closed, 1);
}

#[tokio::test]
async fn others_do_not_suffer_from_a_client_that_does_not_read() {
    let gateway = gateway_with(|config| config.socket.send_buffer = 64);
    let slow = connect(&gateway, "alice").await;
    let mut good = connect(&gateway, "bob").await;
    let text = "x".repeat(32 * 1024);
    let mut expected = 0_u64;
    let exchange = async {
        while gateway.stats().await.lagging_closed == 0 {
            gateway
                .emit("system:announcement", json!({ "message": text }), None)
                .await
                .unwrap();
            expected += 1;
            assert_eq!(good.next("system:announcement").await["seq"], expected);
        }
    };
    within("a full buffer", exchange).await;
    drop(slow);
    assert_eq!(good.call("ping", &[]).await["pong"], true);
    assert_eq!(gateway.stats().await.connected_clients, 1);
}

#[tokio::test]
async fn a_burst_far_beyond_the_buffer_closes_nobody_who_reads() {
    let gateway = gateway_with(|config| config.socket.send_buffer = 128);
    let mut alice = connect(&gateway, "alice").await;
    let (numbers, ()) = tokio::join!(
        gateway.emit_many("system:announcement", Value::Null, None, 5_000),
        async {
            for seq in 1..=5_000 {
                assert_eq!(alice.next("system:announcement").await["seq"], seq);
            }
        }
    );
    assert_eq!(numbers.unwrap().len(), 5_000);
    assert_eq!(gateway.stats().await.lagging_closed, 0);
}
