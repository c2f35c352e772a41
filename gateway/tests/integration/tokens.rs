//! Who may connect: good, bad, expired, withdrawn and rotated tokens, and both places for them.

use carillon_gateway::{Config, Handle, Secret, start};
use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::{
    client::{Auth, Client},
    support::{ALICE_ROOM, connect, gateway, gateway_with, get, post, token},
};

fn payload(token: &str) -> Auth {
    Auth::Payload(json!({ "token": token }))
}

fn signed(secret: &str, claims: &Value) -> String {
    encode(
        &Header::default(),
        claims,
        &EncodingKey::from_secret(secret.as_bytes()),
    )
    .unwrap()
}

fn claims(exp: i64) -> Value {
    json!({ "sub": "user-77", "walletAddress": "0xDDD", "username": "dora", "exp": exp })
}

/// A time that will not be over while anybody reads this.
const FAR: i64 = 4_102_444_800;

async fn refused(gateway: &Handle, auth: Auth) {
    let why = Client::connect(gateway, auth).await.err().unwrap();
    assert_eq!(why, json!({ "message": "Authentication failed" }));
}

#[tokio::test]
async fn a_good_token_is_welcomed_with_rooms_and_the_place_in_the_log() {
    let gateway = gateway();
    gateway
        .emit("system:announcement", Value::Null, None)
        .await
        .unwrap();
    let mut alice = Client::connect(&gateway, payload(&token(&gateway, "alice").await))
        .await
        .unwrap();
    let welcome = alice.next("connected").await;
    assert!(welcome["message"].is_string());
    assert_eq!(welcome["rooms"], json!([ALICE_ROOM, "global:all"]));
    assert_eq!(welcome["capabilities"], json!(["sync", "idempotent"]));
    assert_eq!(welcome["sync"]["head"], 1);
    assert_eq!(welcome["sync"]["log"].as_str().unwrap().len(), 36);
    assert_eq!(
        alice.call("getRooms", &[]).await,
        json!(["global:all", ALICE_ROOM])
    );
}

#[tokio::test]
async fn the_handshake_tells_the_guides_heartbeat_and_the_largest_message() {
    let gateway = gateway();
    let client = Client::open(&gateway, &Auth::Payload(Value::Null)).await;
    assert_eq!(client.open["pingInterval"], 25_000);
    assert_eq!(client.open["pingTimeout"], 60_000);
    assert_eq!(client.open["maxPayload"], 1_000_000);
}

#[tokio::test]
async fn a_token_in_the_header_is_as_good() {
    let gateway = gateway();
    let token = token(&gateway, "alice").await;
    let mut alice = Client::connect(&gateway, Auth::Header(format!("Bearer {token}")))
        .await
        .unwrap();
    assert_eq!(alice.next("connected").await["rooms"][0], ALICE_ROOM);
}

#[tokio::test]
async fn anything_else_than_a_good_token_is_refused_in_the_same_words() {
    let gateway = gateway_with(|config| config.jwt_secret = Some(Secret::new("the-secret")));
    let good = token(&gateway, "alice").await;
    let bad = [
        Auth::Payload(json!({})),
        Auth::Payload(json!({ "token": "" })),
        Auth::Payload(json!({ "token": 5 })),
        Auth::Payload(json!([good])),
        payload("not.a.token"),
        payload(&signed("another-secret", &claims(FAR))),
        payload(&signed("the-secret", &claims(1_500_000_000))),
        payload(&signed("the-secret", &json!({ "sub": "user-77", "exp": FAR }))),
        payload(&signed(
            "the-secret",
            &json!({ "walletAddress": "0xDDD", "exp": FAR }),
        )),
        payload(&signed(
            "the-secret",
            &json!({ "sub": "user-77", "walletAddress": "0xDDD" }),
        )),
        payload(&signed(
            "the-secret",
            &json!({ "sub": "u", "walletAddress": "global:all", "exp": FAR }),
        )),
        Auth::Header(format!("Basic {good}")),
        Auth::Header(good.clone()),
    ];
    let count = bad.len();
    for auth in bad {
        refused(&gateway, auth).await;
    }
    assert_eq!(get(&gateway, "/stats").await["refusedTokens"], count);
}

#[tokio::test]
async fn a_refused_client_may_try_again_on_the_same_connection() {
    let gateway = gateway();
    let good = token(&gateway, "alice").await;
    let mut client = Client::open(&gateway, &Auth::Payload(Value::Null)).await;
    client.send_text("40{\"token\":\"stale\"}".to_owned()).await;
    client.send_text(format!("40{}", json!({ "token": good }))).await;
    assert_eq!(client.next("connected").await["rooms"][0], ALICE_ROOM);
}

#[tokio::test]
async fn a_token_of_another_issuer_with_our_secret_is_good_and_its_user_becomes_known() {
    let gateway = gateway_with(|config| config.jwt_secret = Some(Secret::new("shared")));
    let mut dora = Client::connect(&gateway, payload(&signed("shared", &claims(FAR))))
        .await
        .unwrap();
    assert_eq!(dora.next("connected").await["rooms"][0], "user:0xddd");
    gateway
        .emit("notification", json!({ "userId": "user-77" }), None)
        .await
        .unwrap();
    assert_eq!(dora.next("notification").await["data"]["userId"], "user-77");
}

#[tokio::test]
async fn tokens_signed_with_the_previous_secret_work_until_it_is_dropped() {
    let with = |current: &str, previous: Option<&str>| {
        start(Config {
            jwt_secret: Some(Secret::new(current)),
            previous_jwt_secret: previous.map(Secret::new),
            ..Config::for_tests()
        })
        .unwrap()
    };
    let old = token(&with("first", None), "alice").await;
    let overlapping = with("second", Some("first"));
    assert!(Client::connect(&overlapping, payload(&old)).await.is_ok());
    refused(&with("third", Some("second")), payload(&old)).await;
}

#[tokio::test]
async fn expired_on_demand_means_a_new_sign_in_by_refresh_and_leaves_others_alone() {
    let gateway = gateway();
    let alice = crate::support::login(&gateway, "alice").await;
    let bob = token(&gateway, "bob").await;
    assert_eq!(
        post(&gateway, "/dev/expire", &json!({ "username": "alice" }))
            .await
            .0,
        200
    );

    refused(&gateway, payload(alice["accessToken"].as_str().unwrap())).await;
    assert!(Client::connect(&gateway, payload(&bob)).await.is_ok());
    let body = json!({ "refreshToken": alice["refreshToken"] });
    let (status, fresh) = post(&gateway, "/auth/refresh", &body).await;
    assert_eq!(status, 200);
    assert!(
        Client::connect(&gateway, payload(fresh["accessToken"].as_str().unwrap()))
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn another_namespace_is_refused() {
    let gateway = gateway();
    let mut client = connect(&gateway, "alice").await;
    client.send_text("40/admin,{\"token\":\"x\"}".to_owned()).await;
    // The refusal names its namespace, so that the client's own one is not affected.
    assert_eq!(client.raw().await, "44/admin,{\"message\":\"Invalid namespace\"}");
    assert_eq!(client.call("ping", &[]).await["pong"], true);
}
