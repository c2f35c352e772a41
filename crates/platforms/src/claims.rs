//! Reads a JWT's claims without verifying them: the app has no key to verify with, and uses them only to
//! show who an account is and to renew a token before it ends. What they claim is never a right.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_contract::{Secret, Timestamp};
use serde_json::{Map, Value};

/// The claims of a token.
#[derive(Clone)]
pub struct Claims(Map<String, Value>);

impl Claims {
    /// Reads a token's claims; `None` where the text is no JWT.
    pub fn read(token: &Secret) -> Option<Self> {
        let mut parts = token.expose().trim().split('.');
        let (Some(_header), Some(payload), Some(_signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
        match serde_json::from_slice(&bytes).ok()? {
            Value::Object(claims) => Some(Self(claims)),
            _ => None,
        }
    }

    /// The first of these claims that is a text or a whole number and not empty, as text.
    pub fn text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| match self.0.get(*name)? {
            Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
            _ => None,
        })
    }

    /// When the token ends (`exp`, RFC 7519 §4.1.4), if it says so.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.date("exp")
    }

    /// How long the token lives, by the server's clock alone (`exp` and `iat`), if it says so.
    pub fn lifetime(&self) -> Option<Duration> {
        Some(self.date("exp")?.since(self.date("iat")?))
    }

    fn date(&self, name: &str) -> Option<Timestamp> {
        let claim = self.0.get(name)?;
        // NumericDate may have a fraction; whole seconds are exact enough to renew by.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "as saturates, and a far future is far either way"
        )]
        let seconds = claim
            .as_i64()
            .or_else(|| claim.as_f64().map(|seconds| seconds as i64))?;
        Some(Timestamp(seconds.saturating_mul(1_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(claims: &str) -> Secret {
        Secret::new(format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(claims)))
    }

    #[test]
    fn claims_are_read_without_a_key() {
        let claims = Claims::read(&token(r#"{"sub":"u-1","exp":1700000000,"n":7}"#)).unwrap();
        assert_eq!(claims.text(&["userId", "sub"]).as_deref(), Some("u-1"));
        assert_eq!(claims.text(&["n"]).as_deref(), Some("7"));
        assert_eq!(claims.expires_at(), Some(Timestamp(1_700_000_000_000)));
    }

    #[test]
    fn what_is_no_jwt_has_no_claims() {
        for text in ["", "abc", "a.b", "a.b.c", "e30.e30.x.y", "e30.W10.x"] {
            assert!(Claims::read(&Secret::new(text.to_owned())).is_none(), "{text}");
        }
    }

    #[test]
    fn an_absurd_expiry_does_not_overflow() {
        let claims = Claims::read(&token(r#"{"exp":1e300}"#)).unwrap();
        assert_eq!(claims.expires_at(), Some(Timestamp(i64::MAX)));
    }
}
