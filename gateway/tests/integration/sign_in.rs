//! Sign-in over HTTP: passwords, refresh tokens, the end of both.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{gateway, gateway_with, login, post};

async fn refresh(gateway: &carillon_gateway::Handle, token: &Value) -> (u16, Value) {
    post(gateway, "/auth/refresh", &json!({ "refreshToken": token })).await
}

#[tokio::test]
async fn the_right_password_gives_a_pair_of_tokens_and_the_user() {
    let gateway = gateway();
    let answer = login(&gateway, "alice").await;
    assert_eq!(answer["tokenType"], "Bearer");
    assert_eq!(answer["expiresIn"], 900);
    assert_eq!(answer["user"]["userId"], "user-1001");
    assert_eq!(answer["user"]["username"], "alice");
    assert_eq!(
        answer["user"]["walletAddress"],
        "0xA11cE0000000000000000000000000000000aAaA"
    );
    assert!(answer["refreshToken"].as_str().unwrap().len() >= 43);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let gateway = gateway();
    let wrong = post(
        &gateway,
        "/auth/login",
        &json!({ "username": "alice", "password": "no" }),
    )
    .await;
    let unknown = post(
        &gateway,
        "/auth/login",
        &json!({ "username": "nobody", "password": "no" }),
    )
    .await;
    assert_eq!(wrong.0, 401);
    assert_eq!(wrong.1["error"]["code"], "invalid_credentials");
    assert!(wrong.1["error"]["message"].is_string());
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn a_body_that_is_not_a_login_is_a_bad_request_that_does_not_repeat_it() {
    let gateway = gateway();
    for body in [
        json!({}),
        json!({ "username": "alice", "password": 5_150_150 }),
        json!([1]),
    ] {
        let (status, answer) = post(&gateway, "/auth/login", &body).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!("invalid_body")));
        assert!(!answer.to_string().contains("5150150"));
    }
}

#[tokio::test]
async fn a_refresh_gives_another_pair_and_the_chain_goes_on() {
    let gateway = gateway();
    let first = login(&gateway, "bob").await;
    let (status, second) = refresh(&gateway, &first["refreshToken"]).await;
    assert_eq!(status, 200);
    assert_eq!(second["user"]["userId"], "user-2002");
    assert_ne!(second["refreshToken"], first["refreshToken"]);
    assert_eq!(refresh(&gateway, &second["refreshToken"]).await.0, 200);
}

#[tokio::test]
async fn within_the_grace_a_used_refresh_token_still_works_once_more() {
    let gateway = gateway();
    let first = login(&gateway, "alice").await;
    let lost = refresh(&gateway, &first["refreshToken"]).await;
    let again = refresh(&gateway, &first["refreshToken"]).await;
    assert_eq!((lost.0, again.0), (200, 200));
    assert_eq!(refresh(&gateway, &again.1["refreshToken"]).await.0, 200);
}

#[tokio::test]
async fn after_the_grace_a_used_refresh_token_ends_the_whole_family() {
    let gateway = gateway_with(|config| config.refresh_reuse_grace = Duration::ZERO);
    let first = login(&gateway, "alice").await;
    let (_, second) = refresh(&gateway, &first["refreshToken"]).await;
    let (status, answer) = refresh(&gateway, &first["refreshToken"]).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (401, &json!("refresh_token_reused"))
    );
    let (status, answer) = refresh(&gateway, &second["refreshToken"]).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (401, &json!("refresh_token_invalid"))
    );
}

#[tokio::test]
async fn an_expired_refresh_token_says_so() {
    let gateway = gateway_with(|config| config.refresh_lifetime = Duration::ZERO);
    let first = login(&gateway, "alice").await;
    let (status, answer) = refresh(&gateway, &first["refreshToken"]).await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (401, &json!("refresh_token_expired"))
    );
}

#[tokio::test]
async fn signing_out_ends_the_family_and_may_be_said_twice() {
    let gateway = gateway();
    let pair = login(&gateway, "alice").await;
    let body = json!({ "refreshToken": pair["refreshToken"] });
    assert_eq!(post(&gateway, "/auth/logout", &body).await.0, 204);
    assert_eq!(post(&gateway, "/auth/logout", &body).await.0, 204);
    assert_eq!(refresh(&gateway, &pair["refreshToken"]).await.0, 401);
}
