//! Sign-in: a password for a pair of tokens, a refresh token for a fresh pair, and the end of both.

use std::sync::Arc;

use axum::{
    Json,
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode},
};
use serde::{Deserialize, Serialize};

use super::problem::{Body, Problem};
use crate::{
    Secret,
    auth::{Identity, RefreshError},
    clock,
    instance::Instance,
    net::{Peer, client_ip},
};

/// Longer than any account's name: only bounds what the limiter keeps as a key.
const MAX_USERNAME: usize = 256;

#[derive(Deserialize)]
pub(super) struct Login {
    username: String,
    #[serde(deserialize_with = "secret")]
    password: Secret,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refresh {
    #[serde(deserialize_with = "secret")]
    refresh_token: Secret,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// A pair of tokens and whose they are.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tokens {
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
    /// Seconds until the access token expires.
    expires_in: u64,
    user: User,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct User {
    user_id: String,
    wallet_address: String,
    username: String,
}

pub(super) async fn login(
    State(instance): State<Arc<Instance>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<Json<Tokens>, Problem> {
    limit_by_ip(&instance, &peer, &headers)?;
    if login.username.len() > MAX_USERNAME {
        return Err(wrong());
    }
    limited(&instance, instance.buckets.logins_by_user.check(&login.username))?;
    let (identity, hash) = instance.directory.credentials(&login.username);
    // Argon2 takes tens of milliseconds, during which this thread serves every socket.
    let matches = tokio::task::spawn_blocking(move || hash.matches(login.password.expose()))
        .await
        .map_err(|error| Problem::internal(&error))?;
    match identity {
        Some(identity) if matches => {
            let issued = instance.refresh.start(&identity.user_id, clock::now()).await;
            pair(&instance, identity, issued.map_err(refused)?.token)
        }
        _ => Err(wrong()),
    }
}

pub(super) async fn refresh(
    State(instance): State<Arc<Instance>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    headers: HeaderMap,
    Body(refresh): Body<Refresh>,
) -> Result<Json<Tokens>, Problem> {
    limit_by_ip(&instance, &peer, &headers)?;
    let exchanged = instance
        .refresh
        .exchange(refresh.refresh_token.expose(), clock::now())
        .await;
    let issued = exchanged.map_err(refused)?;
    // The account may have been removed since the token was issued.
    let identity = instance
        .directory
        .by_user_id(&issued.user_id)
        .ok_or_else(|| refused(RefreshError::Invalid))?;
    pair(&instance, identity, issued.token)
}

pub(super) async fn logout(
    State(instance): State<Arc<Instance>>,
    Body(refresh): Body<Refresh>,
) -> Result<StatusCode, Problem> {
    instance
        .refresh
        .end(refresh.refresh_token.expose(), clock::now())
        .await
        .map_err(refused)?;
    Ok(StatusCode::NO_CONTENT)
}

fn pair(instance: &Instance, identity: Identity, refresh_token: String) -> Result<Json<Tokens>, Problem> {
    let access_token = instance
        .tokens
        .issue(&identity, clock::now())
        .map_err(|error| Problem::internal(&error))?;
    Ok(Json(Tokens {
        access_token,
        refresh_token,
        token_type: "Bearer",
        expires_in: instance.tokens.lifetime().as_secs(),
        user: User {
            user_id: identity.user_id,
            wallet_address: identity.wallet,
            username: identity.username,
        },
    }))
}

fn limit_by_ip(instance: &Instance, peer: &Peer, headers: &HeaderMap) -> Result<(), Problem> {
    let ip = client_ip(peer.addr.ip(), headers, &instance.trusted_proxies);
    limited(instance, instance.buckets.logins_by_ip.check(&ip))
}

fn limited(instance: &Instance, checked: Result<(), std::time::Duration>) -> Result<(), Problem> {
    checked.map_err(|wait| {
        instance.stats.limited();
        Problem::too_many(wait)
    })
}

/// The same answer for an unknown name and for a wrong password.
fn wrong() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "invalid_credentials",
        "The user name or the password is wrong",
    )
}

fn refused(error: RefreshError) -> Problem {
    let code = match &error {
        RefreshError::Invalid => "refresh_token_invalid",
        RefreshError::Expired => "refresh_token_expired",
        RefreshError::Reused => {
            tracing::warn!("A refresh token was used twice: its family was ended");
            "refresh_token_reused"
        }
        RefreshError::Database(_) | RefreshError::Random(_) => return Problem::internal(&error),
    };
    Problem::new(StatusCode::UNAUTHORIZED, code, error.to_string())
}
