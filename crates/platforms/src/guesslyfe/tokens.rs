//! Sign-in, refresh and sign-out. The guide says only that the token comes from a login (G033); the calls
//! are our gateway's, and a server that has others needs a token that is pasted.

use carillon_contract::rest::{Method, RestRequest, RestResponse};
use carillon_contract::{Identity, Secret};
use serde::Deserialize;
use serde_json::json;

use crate::claims::Claims;
use crate::sign_in::{SignInError, Tokens};

/// G078: the token says the user's id and the wallet address. The guide gives no claim names, so the usual
/// ones are tried in turn.
pub(super) fn identity(claims: &Claims) -> Result<Identity, SignInError> {
    let user_id = claims
        .text(&["userId", "sub", "user_id", "id"])
        .ok_or(SignInError::Incomplete("userId"))?;
    Ok(Identity {
        user_id,
        wallet: claims
            .text(&["walletAddress", "wallet", "address", "wallet_address"])
            .map(|wallet| wallet.to_ascii_lowercase()),
        name: claims.text(&["username", "name", "handle", "preferred_username"]),
    })
}

fn post(path: &str, body: &serde_json::Value) -> RestRequest {
    RestRequest {
        method: Method::Post,
        path: path.to_owned(),
        body: Some(Secret::new(body.to_string())),
        bearer: None,
    }
}

pub(super) fn login(username: &str, password: &Secret) -> RestRequest {
    post(
        "/auth/login",
        &json!({ "username": username, "password": password.expose() }),
    )
}

pub(super) fn refresh(refresh: &Secret) -> RestRequest {
    post("/auth/refresh", &json!({ "refreshToken": refresh.expose() }))
}

pub(super) fn logout(tokens: &Tokens) -> Option<RestRequest> {
    let refresh = tokens.refresh.as_ref()?;
    Some(post("/auth/logout", &json!({ "refreshToken": refresh.expose() })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct WireError {
    error: WireErrorBody,
}

#[derive(Deserialize)]
struct WireErrorBody {
    message: String,
}

pub(super) fn read(response: &RestResponse) -> Result<Tokens, SignInError> {
    let body = response.body.expose();
    match response.status {
        200..=299 => {
            let wire: Wire =
                serde_json::from_str(body).map_err(|_| SignInError::NotThisPlatform(response.status))?;
            Ok(Tokens {
                access: Secret::new(wire.access_token),
                refresh: wire.refresh_token.map(Secret::new),
            })
        }
        400 | 401 | 403 => {
            // Only an answer in the platform's own shape is a refusal: a proxy's 403 page must not sign the
            // person out.
            let wire: WireError =
                serde_json::from_str(body).map_err(|_| SignInError::NotThisPlatform(response.status))?;
            Err(SignInError::Refused(crate::decode::line(
                &wire.error.message,
                200,
            )))
        }
        // A server that is overloaded says when to come back just as one that is asked too often.
        status if status == 429 || (status == 503 && response.retry_after.is_some()) => {
            Err(SignInError::TryLater {
                after_s: response.retry_after,
            })
        }
        status @ 500..=599 => Err(SignInError::ServerTrouble(status)),
        status => Err(SignInError::NotThisPlatform(status)),
    }
}
