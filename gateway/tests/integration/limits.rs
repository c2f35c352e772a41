//! Rate limits, size limits, CORS, health and statistics.

use carillon_gateway::{Config, Handle, Rate};
use serde_json::{Value, json};

use crate::{
    client::{Auth, Client, Ended},
    support::{connect, gateway, gateway_with, get, http, post},
};

async fn sign_in(gateway: &Handle, username: &str) -> reqwest::Response {
    let body = json!({ "username": username, "password": "wrong" });
    http()
        .post(format!("{}/auth/login", gateway.url()))
        .json(&body)
        .send()
        .await
        .unwrap()
}

#[tokio::test]
async fn guesses_for_one_user_are_limited_and_the_answer_says_how_long() {
    let gateway = gateway_with(|config| config.limits.logins_per_user = Some(Rate::per_minute(2)));
    for _ in 0..2 {
        assert_eq!(sign_in(&gateway, "alice").await.status(), 401);
    }
    let refused = sign_in(&gateway, "alice").await;
    assert_eq!(refused.status(), 429);
    let wait: u64 = refused.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=30).contains(&wait), "{wait}");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["error"]["code"], "rate_limited");
    assert_eq!(sign_in(&gateway, "bob").await.status(), 401);
}

#[tokio::test]
async fn sign_ins_from_one_address_are_limited() {
    let gateway = gateway_with(|config| config.limits.logins_per_ip = Some(Rate::per_minute(2)));
    let mut statuses = Vec::new();
    for username in ["a", "b", "c"] {
        statuses.push(sign_in(&gateway, username).await.status().as_u16());
    }
    assert_eq!(statuses, [401, 401, 429]);
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_forwarded_address_has_its_own_limit() {
    let statuses = async |trusted: bool| {
        let gateway = gateway_with(|config| {
            config.limits.logins_per_ip = Some(Rate::per_minute(1));
            config.limits.connections_per_ip = Some(Rate::per_minute(1));
            if trusted {
                config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
            }
        });
        let mut statuses = Vec::new();
        for from in ["198.51.100.1", "198.51.100.2", "198.51.100.1"] {
            let login = http()
                .post(format!("{}/auth/login", gateway.url()))
                .json(&json!({ "username": from, "password": "wrong" }));
            let session = http().get(format!("{}/socket.io/?EIO=4&transport=polling", gateway.url()));
            for request in [login, session] {
                let answer = request.header("x-forwarded-for", from).send().await.unwrap();
                statuses.push(answer.status().as_u16());
            }
        }
        statuses
    };
    assert_eq!(statuses(true).await, [401, 200, 401, 200, 429, 429]);
    // A stranger's word for where it comes from counts for nothing.
    assert_eq!(statuses(false).await, [401, 200, 429, 429, 429, 429]);
}

#[tokio::test]
async fn new_sessions_from_one_address_are_limited() {
    let gateway = gateway_with(|config| config.limits.connections_per_ip = Some(Rate::per_minute(2)));
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let url = format!("{}/socket.io/?EIO=4&transport=polling", gateway.url());
        let answer = http().get(url).send().await.unwrap();
        statuses.push((
            answer.status().as_u16(),
            answer.headers().contains_key("retry-after"),
        ));
    }
    assert_eq!(statuses, [(200, false), (200, false), (429, true)]);
    assert_eq!(get(&gateway, "/stats").await["rateLimited"], 1);
}

#[tokio::test]
async fn an_instance_that_is_full_takes_nobody_in_until_somebody_leaves() {
    assert_eq!(Config::default().limits.connections, 10_000);
    let gateway = gateway_with(|config| config.limits.connections = 1);
    let mut alice = connect(&gateway, "alice").await;
    let url = format!("{}/socket.io/?EIO=4&transport=polling", gateway.url());
    assert_eq!(http().get(&url).send().await.unwrap().status(), 503);
    gateway.disconnect("alice").unwrap();
    assert_eq!(alice.end().await.0, Ended::Told);
    assert_eq!(http().get(&url).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_socket_that_sends_too_much_is_told_in_the_ack_or_by_an_error() {
    let gateway = gateway_with(|config| config.limits.events_per_socket = Some(Rate::per_minute(3)));
    let mut alice = connect(&gateway, "alice").await;
    for _ in 0..3 {
        assert_eq!(alice.call("ping", &[]).await["pong"], true);
    }
    for event in ["ping", "getRooms", "subscribe", "sync"] {
        let answer = alice.call(event, &[]).await;
        assert_eq!(
            (&answer["success"], &answer["code"]),
            (&json!(false), &json!("rate_limited"))
        );
    }
    alice
        .emit("subscribe", &[json!({ "room": "market", "id": "m-1" })])
        .await;
    assert_eq!(alice.next("error").await["code"], "rate_limited");
}

#[tokio::test]
async fn a_message_that_is_too_large_ends_the_session() {
    let gateway = gateway_with(|config| config.socket.max_message = 10_000);
    let mut alice = connect(&gateway, "alice").await;
    assert_eq!(alice.open["maxPayload"], 10_000);
    alice
        .emit(
            "subscribe",
            &[json!({ "room": "market", "id": "x".repeat(11_000) })],
        )
        .await;
    assert_eq!(alice.end().await.0, Ended::Gone);
}

#[tokio::test]
async fn garbage_instead_of_packets_ends_the_session_and_nothing_else() {
    let gateway = gateway();
    let mut bob = connect(&gateway, "bob").await;
    for garbage in [
        "9",
        "4",
        "42",
        "42{}",
        "42[]",
        "42[5]",
        "4x",
        "451-[\"subscribe\"]",
        "4999999999999999999999",
    ] {
        let mut client = connect(&gateway, "alice").await;
        client.send_text(garbage.to_owned()).await;
        // Either the server ends the session or it ignores the packet; it answers others all the while.
        assert_eq!(bob.call("ping", &[]).await["pong"], true, "{garbage}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let gateway = gateway_with(|config| config.limits.http_body = 1_000);
    let body = json!({ "username": "x".repeat(2_000), "password": "p" });
    assert_eq!(post(&gateway, "/auth/login", &body).await.0, 413);
}

#[tokio::test]
async fn web_pages_of_configured_origins_may_ask_and_others_may_not() {
    let gateway = gateway_with(|config| config.cors_origins = vec!["https://app.example.invalid".to_owned()]);
    let sign_in = http()
        .request(reqwest::Method::OPTIONS, format!("{}/auth/login", gateway.url()))
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let handshake = http().get(format!("{}/socket.io/?EIO=4&transport=polling", gateway.url()));
    let health = http().get(format!("{}/health", gateway.url()));
    for request in [sign_in, handshake, health] {
        let allowed = async |origin: &str| {
            let request = request.try_clone().unwrap().header("origin", origin);
            let response = request.send().await.unwrap();
            response
                .headers()
                .get("access-control-allow-origin")
                .map(|value| value.to_str().unwrap().to_owned())
        };
        assert_eq!(
            allowed("https://app.example.invalid").await.as_deref(),
            Some("https://app.example.invalid")
        );
        assert_eq!(allowed("https://other.example.invalid").await, None);
    }
}

#[tokio::test]
async fn health_and_statistics_say_how_it_stands() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let _bob = connect(&gateway, "bob").await;
    alice
        .call("subscribe", &[json!({ "room": "market", "id": "m-1" })])
        .await;
    let health = get(&gateway, "/health").await;
    assert_eq!(
        (&health["status"], &health["platform"]),
        (&json!("ok"), &json!("guesslyfe"))
    );
    assert_eq!(get(&gateway, "/health/websocket").await["connectedClients"], 2);
    let stats = get(&gateway, "/stats").await;
    assert_eq!(stats["connectedClients"], 2);
    assert_eq!(stats["activeRooms"], 4);
    assert!(stats["timestamp"].as_str().unwrap().ends_with('Z'));
}

#[tokio::test]
async fn a_session_that_never_joins_is_closed() {
    let gateway = gateway_with(|config| config.socket.connect_timeout = std::time::Duration::from_millis(50));
    let mut idle = Client::open(&gateway, &Auth::Payload(Value::Null)).await;
    assert_eq!(idle.end().await.0, Ended::Gone);
}

#[tokio::test]
async fn a_client_that_does_not_answer_pings_is_gone_after_the_timeout() {
    let gateway = gateway_with(|config| {
        config.socket.ping_interval = std::time::Duration::from_millis(100);
        config.socket.ping_timeout = std::time::Duration::from_millis(100);
    });
    let mut alice = connect(&gateway, "alice").await;
    let silent = connect(&gateway, "bob").await;
    let wait = async {
        // Alice reads, and so answers; Bob's client does nothing at all.
        while gateway.stats().await.connected_clients > 1 {
            alice.call("ping", &[]).await;
        }
    };
    crate::support::within("the heartbeat to notice", wait).await;
    assert_eq!(gateway.stats().await.connected_clients, 1);
    drop(silent);
}
