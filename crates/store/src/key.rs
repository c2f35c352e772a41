//! The key of an account's file.

use std::fmt::Write as _;

use carillon_contract::Secret;

use crate::error::StoreError;

/// 32 random bytes as 64 hexadecimal digits, the form in which the vault keeps them and SQLCipher takes them.
#[derive(Clone)]
pub struct DatabaseKey(Secret);

impl DatabaseKey {
    /// Makes a new key.
    ///
    /// # Errors
    /// [`StoreError::Random`] where the system has no random numbers.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        let mut digits = String::with_capacity(64);
        for byte in bytes {
            // Writing to a String can't fail.
            let _ = write!(digits, "{byte:02x}");
        }
        Ok(Self(Secret::new(digits)))
    }

    /// Takes a key that was kept.
    ///
    /// # Errors
    /// [`StoreError::MalformedKey`] unless it is 64 hexadecimal digits.
    pub fn from_secret(secret: Secret) -> Result<Self, StoreError> {
        let text = secret.expose();
        if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(secret))
        } else {
            Err(StoreError::MalformedKey)
        }
    }

    /// The key as the vault keeps it.
    pub fn as_secret(&self) -> &Secret {
        &self.0
    }

    /// The key as the argument of SQLCipher's `key` pragma: a raw key, so that no time goes into deriving one.
    pub(crate) fn pragma(&self) -> String {
        format!("\"x'{}'\"", self.0.expose())
    }
}
