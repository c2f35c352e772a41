//! An instance, and signing in to it.

use std::{future::Future, time::Duration};

use carillon_gateway::{Config, Handle, To, start};
use serde_json::{Value, json};

use crate::client::{Auth, Client};

/// The wallets of the demo logins, as rooms spell them.
pub(crate) const ALICE_ROOM: &str = "user:0xa11ce0000000000000000000000000000000aaaa";
pub(crate) const BOB_ROOM: &str = "user:0xb0b0000000000000000000000000000000bbbbbb";

/// How long anything may take before a test has failed: far more than it ever needs.
const LIMIT: Duration = Duration::from_secs(20);

/// Waits for something that must happen.
pub(crate) async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(LIMIT, future).await {
        Ok(value) => value,
        Err(_) => panic!("Waited too long for {what}"),
    }
}

/// A quiet instance.
pub(crate) fn gateway() -> Handle {
    start(Config::for_tests()).unwrap()
}

/// A quiet instance with something changed.
pub(crate) fn gateway_with(change: impl FnOnce(&mut Config)) -> Handle {
    let mut config = Config::for_tests();
    change(&mut config);
    start(config).unwrap()
}

/// An HTTP client. The workspace's `reqwest` brings no cryptography of its own and refuses to start without,
/// although nothing here is encrypted.
pub(crate) fn http() -> reqwest::Client {
    // Another test of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

/// Posts JSON; returns the status and the body (`null` if it is none).
pub(crate) async fn post(gateway: &Handle, path: &str, body: &Value) -> (u16, Value) {
    let request = http().post(format!("{}{path}", gateway.url())).json(body).send();
    let response = within(path, request).await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or(Value::Null))
}

/// Gets JSON.
pub(crate) async fn get(gateway: &Handle, path: &str) -> Value {
    let response = within(path, http().get(format!("{}{path}", gateway.url())).send())
        .await
        .unwrap();
    response.json().await.unwrap()
}

/// Signs a demo login in and returns the answer.
pub(crate) async fn login(gateway: &Handle, username: &str) -> Value {
    let body = json!({ "username": username, "password": format!("demo-{username}") });
    let (status, answer) = post(gateway, "/auth/login", &body).await;
    assert_eq!(status, 200, "{answer}");
    answer
}

/// An access token of a demo login.
pub(crate) async fn token(gateway: &Handle, username: &str) -> String {
    login(gateway, username).await["accessToken"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// A connected socket of a demo login, after its welcome.
pub(crate) async fn connect(gateway: &Handle, username: &str) -> Client {
    let token = token(gateway, username).await;
    let mut client = Client::connect(gateway, Auth::Payload(json!({ "token": token })))
        .await
        .unwrap();
    client.next("connected").await;
    client
}

/// A quiet instance, and alice on it.
pub(crate) async fn with_alice() -> (Handle, Client) {
    let gateway = gateway();
    let alice = connect(&gateway, "alice").await;
    (gateway, alice)
}

/// A quiet instance, and both demo logins on it.
pub(crate) async fn with_both() -> (Handle, Client, Client) {
    let (gateway, alice) = with_alice().await;
    let bob = connect(&gateway, "bob").await;
    (gateway, alice, bob)
}

/// Emits an event to those whom it concerns; gives its number.
pub(crate) async fn emit(gateway: &Handle, event: &str, data: Value) -> u64 {
    gateway.emit(event, data, None).await.unwrap()
}

/// Emits an event to one of the demo logins; gives its number.
pub(crate) async fn emit_to(gateway: &Handle, username: &str, event: &str, data: Value) -> u64 {
    let to = To::Username(username.to_owned());
    gateway.emit(event, data, Some(to)).await.unwrap()
}

/// Announces so many things to everybody.
pub(crate) async fn announce(gateway: &Handle, count: usize) {
    let announced = gateway.emit_many("system:announcement", Value::Null, None, count);
    announced.await.unwrap();
}

/// A page of the log after a number.
pub(crate) async fn page_after(client: &mut Client, since: impl Into<Value>) -> Value {
    client.call("sync", &[json!({ "since": since.into() })]).await
}

/// Joins a room; gives the answer.
pub(crate) async fn join(client: &mut Client, kind: &str, id: &str) -> Value {
    client
        .call("subscribe", &[json!({ "room": kind, "id": id })])
        .await
}

/// The numbers that a list of envelopes carries.
pub(crate) fn numbers(envelopes: &[Value]) -> Vec<u64> {
    envelopes
        .iter()
        .map(|envelope| envelope["seq"].as_u64().unwrap())
        .collect()
}
