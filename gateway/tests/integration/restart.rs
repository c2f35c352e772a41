//! What survives a stop: the numbering, the log, the sign-ins; and what a stop does to clients.

use carillon_gateway::{Config, Data, Handle, Secret, start};
use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::{
    client::Ended,
    support::{connect, gateway, login, numbers, page_after, post},
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

#[tokio::test]
async fn nothing_is_sent_before_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let gateway = start(on_file(&folder, None)).unwrap();
    let mut alice = connect(&gateway, "alice").await;
    // Somebody else holds the data file, so that nothing can be written.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(folder.path().join("gateway.db"));
    let mut other = sqlx::SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let mut emitting = std::pin::pin!(gateway.emit("market:created", json!({ "marketId": "m-1" }), None));
    for _ in 0..20 {
        tokio::select! {
            biased;
            emitted = &mut emitting => panic!("It was emitted unwritten: {emitted:?}"),
            events = alice.settle() => assert!(events.is_empty(), "{events:?}"),
        }
    }
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    assert_eq!(emitting.await.unwrap(), 1);
    assert_eq!(alice.next("market:created").await["seq"], 1);
}

#[tokio::test]
async fn a_notification_is_kept_and_comes_unread_with_the_time_at_which_it_was_made() {
    use carillon_gateway::guesslyfe::{Iso, Notification, NotificationKind};
    let folder = tempfile::tempdir().unwrap();
    let first = start(on_file(&folder, None)).unwrap();
    let mut alice = connect(&first, "alice").await;
    let notification = Notification {
        notification_id: "n-1".to_owned(),
        user_id: "user-1001".to_owned(),
        kind: NotificationKind::TradeExecuted,
        title: "T".to_owned(),
        message: "M".to_owned(),
        data: None,
        action_url: None,
        read: false,
        timestamp: Iso("2030-01-02T03:04:05.678Z".parse().unwrap()),
    };
    first.guesslyfe().notification(notification).await.unwrap();
    let live = alice.next("notification").await;
    assert_eq!(live["data"]["read"], false);
    assert_eq!(live["data"]["timestamp"], "2030-01-02T03:04:05.678Z");

    let again = on_file(&folder, Some(&first));
    first.stop();
    let second = start(again).unwrap();
    let mut alice = connect(&second, "alice").await;
    let kept = page_after(&mut alice, 0).await["events"][0]["payload"].clone();
    assert_eq!(kept, live);
}
