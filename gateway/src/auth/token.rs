//! Access tokens: short-lived JWTs, signed with HS256.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Identity;
use crate::Secret;

/// The longest wallet address, user id or name that a token may carry, in characters.
const MAX_CLAIM: usize = 128;

/// The claims on the wire.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claims {
    sub: String,
    wallet_address: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    iat: i64,
    exp: i64,
    #[serde(default)]
    jti: String,
}

/// Why a token was refused. For the log; the client is told only that it failed (G102).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenRefused {
    #[error("No token was given")]
    Missing,
    #[error("The token is malformed or not signed by us")]
    Invalid,
    #[error("The token has expired")]
    Expired,
    #[error("The token's claims are not usable")]
    Claims,
    #[error("The token was issued before the user's tokens were withdrawn")]
    Withdrawn,
}

/// Issues and checks access tokens.
pub(crate) struct TokenAuthority {
    signing: EncodingKey,
    /// The current secret first, then the previous one (G119).
    accepted: Vec<DecodingKey>,
    validation: Validation,
    lifetime: Duration,
    /// Per user id, the first token id that counts again: ids are UUIDv7, so they order by time.
    withdrawn_before: Mutex<HashMap<String, Uuid>>,
}

impl TokenAuthority {
    pub(crate) fn new(current: &Secret, previous: Option<&Secret>, lifetime: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // The library would ask the system's clock; `verify` compares with the time it is given.
        validation.validate_exp = false;
        let accepted = std::iter::once(current)
            .chain(previous)
            .map(|secret| DecodingKey::from_secret(secret.expose().as_bytes()))
            .collect();
        Self {
            signing: EncodingKey::from_secret(current.expose().as_bytes()),
            accepted,
            validation,
            lifetime,
            withdrawn_before: Mutex::new(HashMap::new()),
        }
    }

    /// How long a token that is issued now will be valid.
    pub(crate) fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// Signs a token for `identity`.
    pub(crate) fn issue(
        &self,
        identity: &Identity,
        now: Timestamp,
    ) -> Result<String, jsonwebtoken::errors::Error> {
        let lifetime = i64::try_from(self.lifetime.as_secs()).unwrap_or(i64::MAX);
        let claims = Claims {
            sub: identity.user_id.clone(),
            wallet_address: identity.wallet.clone(),
            username: identity.username.clone(),
            iat: now.as_second(),
            exp: now.as_second().saturating_add(lifetime),
            jti: Uuid::now_v7().to_string(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// Checks signature and expiry (G077) and reads who the holder is (G078).
    pub(crate) fn verify(&self, token: &str, now: Timestamp) -> Result<Identity, TokenRefused> {
        let claims = self
            .accepted
            .iter()
            .find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok())
            .ok_or(TokenRefused::Invalid)?
            .claims;
        if claims.exp <= now.as_second() {
            return Err(TokenRefused::Expired);
        }
        if !plausible(&claims.sub) || !plausible(&claims.wallet_address) || claims.username.len() > MAX_CLAIM
        {
            return Err(TokenRefused::Claims);
        }
        if self.is_withdrawn(&claims) {
            return Err(TokenRefused::Withdrawn);
        }
        Ok(Identity {
            user_id: claims.sub,
            username: claims.username,
            wallet: claims.wallet_address,
        })
    }

    /// Makes every token that the user holds invalid; tokens issued from now on are good.
    pub(crate) fn withdraw(&self, user_id: &str) {
        let mut withdrawn = self
            .withdrawn_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        withdrawn.insert(user_id.to_owned(), Uuid::now_v7());
    }

    fn is_withdrawn(&self, claims: &Claims) -> bool {
        let withdrawn = self
            .withdrawn_before
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(first_good) = withdrawn.get(&claims.sub) else {
            return false;
        };
        // A token without one of our ids cannot show that it is newer.
        Uuid::parse_str(&claims.jti).map_or(true, |id| id < *first_good)
    }
}

/// Ids and addresses become room names: no control characters, no separators, not endless.
fn plausible(claim: &str) -> bool {
    (1..=MAX_CLAIM).contains(&claim.len())
        && claim
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(900);

    fn alice() -> Identity {
        Identity {
            user_id: "u-1".to_owned(),
            username: "alice".to_owned(),
            wallet: "0xAbC".to_owned(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_900_000_000 + second).unwrap()
    }

    fn authority(current: &str, previous: Option<&str>) -> TokenAuthority {
        TokenAuthority::new(
            &Secret::new(current),
            previous.map(Secret::new).as_ref(),
            LIFETIME,
        )
    }

    #[test]
    fn a_token_tells_who_holds_it_until_it_expires() {
        let authority = authority("s1", None);
        let token = authority.issue(&alice(), at(0)).unwrap();
        assert_eq!(authority.verify(&token, at(899)).unwrap(), alice());
        assert_eq!(authority.verify(&token, at(900)), Err(TokenRefused::Expired));
    }

    #[test]
    fn the_previous_secret_is_accepted_and_an_older_one_is_not() {
        let token = authority("s1", None).issue(&alice(), at(0)).unwrap();
        assert!(authority("s2", Some("s1")).verify(&token, at(1)).is_ok());
        assert_eq!(
            authority("s3", Some("s2")).verify(&token, at(1)),
            Err(TokenRefused::Invalid)
        );
    }

    #[test]
    fn an_unsigned_token_is_refused() {
        let claims = r#"{"sub":"u-1","walletAddress":"0xabc","exp":9999999999}"#;
        let encode = |text: &str| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, text);
        let token = format!("{}.{}.", encode(r#"{"alg":"none","typ":"JWT"}"#), encode(claims));
        assert_eq!(
            authority("s1", None).verify(&token, at(0)),
            Err(TokenRefused::Invalid)
        );
    }

    #[test]
    fn withdrawn_tokens_stay_refused_and_new_ones_work() {
        let authority = authority("s1", None);
        let old = authority.issue(&alice(), at(0)).unwrap();
        authority.withdraw("u-1");
        assert_eq!(authority.verify(&old, at(1)), Err(TokenRefused::Withdrawn));
        let new = authority.issue(&alice(), at(1)).unwrap();
        assert!(authority.verify(&new, at(1)).is_ok());
    }

    #[test]
    fn a_wallet_that_could_name_another_room_is_refused() {
        let authority = authority("s1", None);
        for wallet in ["", "0xabc:global", "0x\u{7}", "0x abc", &"a".repeat(129)] {
            let odd = Identity {
                wallet: wallet.to_owned(),
                ..alice()
            };
            let token = authority.issue(&odd, at(0)).unwrap();
            assert_eq!(
                authority.verify(&token, at(1)),
                Err(TokenRefused::Claims),
                "{wallet:?}"
            );
        }
    }
}
