//! What survives a stop: the numbering, the log, the sign-ins; and what a stop does to clients.

use carillon_gateway::{Config, Data, Handle, Secret, start};
use serde_json::{Value, json};

use crate::{
    client::Ended,
    support::{connect, gateway, login, numbers, post},
};

/// Starts on a file, and on a port if there is one to come back to.
fn on_file(folder: &tempfile::TempDir, before: Option<&Handle>) -> Config {
    let mut config = Config {
        data: Data::File(folder.path().join("gateway.db")),
        jwt_secret: Some(Secret::new("kept over the restart")),
        ..Config::for_tests()
    };
    if let Some(before) = before {
        config.bind = before.address();
    }
    config
}

#[tokio::test]
async fn the_numbering_goes_on_and_missed_events_are_still_there() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(on_file(&folder, None)).unwrap();
    let mut alice = connect(&first, "alice").await;
    first
        .emit_many("system:announcement", Value::Null, None, 3)
        .await
        .unwrap();
    let log = alice.call("sync", &[]).await["log"].clone();
    let again = on_file(&folder, Some(&first));
    first.stop();
    assert_eq!(alice.end().await.0, Ended::Gone);

    let second = start(again).unwrap();
    assert_eq!(
        second
            .emit("system:announcement", Value::Null, None)
            .await
            .unwrap(),
        4
    );
    let mut alice = connect(&second, "alice").await;
    let page = alice.call("sync", &[json!({ "since": 2 })]).await;
    assert_eq!(page["log"], log);
    let payloads: Vec<Value> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["payload"].clone())
        .collect();
    assert_eq!(numbers(&payloads), [3, 4]);
    assert_eq!(page["complete"], true);
}

#[tokio::test]
async fn a_sign_in_survives() {
    let folder = tempfile::tempdir().unwrap();
    let first = start(on_file(&folder, None)).unwrap();
    let pair = login(&first, "alice").await;
    let again = on_file(&folder, Some(&first));
    first.stop();

    let second = start(again).unwrap();
    let body = json!({ "refreshToken": pair["refreshToken"] });
    assert_eq!(post(&second, "/auth/refresh", &body).await.0, 200);
}

#[tokio::test]
async fn a_fresh_log_has_another_name() {
    let mut names = Vec::new();
    for _ in 0..2 {
        let gateway = gateway();
        let mut alice = connect(&gateway, "alice").await;
        names.push(alice.call("sync", &[]).await["log"].clone());
    }
    assert_ne!(names[0], names[1]);
}

#[tokio::test]
async fn a_dropped_handle_stops_the_instance() {
    let gateway = gateway();
    let address = gateway.address();
    let mut alice = connect(&gateway, "alice").await;
    drop(gateway);
    assert_eq!(alice.end().await.0, Ended::Gone);
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn two_instances_do_not_share_a_port() {
    let gateway = gateway();
    let same = Config {
        bind: gateway.address(),
        ..Config::for_tests()
    };
    assert!(matches!(
        start(same),
        Err(carillon_gateway::StartError::Listen { .. })
    ));
}
