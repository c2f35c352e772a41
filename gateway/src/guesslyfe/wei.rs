//! Amounts: whole numbers of Wei, 10^-18 of a token, as decimal strings (G025).

use serde::{Deserialize, Serialize};

/// The decimal digits of 2^256 - 1, the largest number the chain holds.
const MAX_DIGITS: usize = 78;

/// An amount in Wei. Kept as its digits, because it may exceed every integer type; never a float.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Wei(String);

/// Why a text is not an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("An amount in Wei is a string of 1 to 78 decimal digits")]
pub struct WeiError;

impl Wei {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Wei {
    type Error = WeiError;

    fn try_from(digits: String) -> Result<Self, WeiError> {
        let fits =
            (1..=MAX_DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        if fits { Ok(Self(digits)) } else { Err(WeiError) }
    }
}

impl From<u128> for Wei {
    fn from(amount: u128) -> Self {
        Self(amount.to_string())
    }
}

impl From<Wei> for String {
    fn from(wei: Wei) -> Self {
        wei.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_beyond_every_integer_keeps_its_digits() {
        let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        let wei: Wei = serde_json::from_str(&format!("\"{largest}\"")).unwrap();
        assert_eq!(serde_json::to_string(&wei).unwrap(), format!("\"{largest}\""));
    }

    #[test]
    fn only_a_string_of_digits_is_an_amount() {
        for json in [
            "\"\"", "\"-1\"", "\"1.5\"", "\"1e18\"", "\"0x1\"", "1", "null", "\" 1\"",
        ] {
            assert!(serde_json::from_str::<Wei>(json).is_err(), "{json}");
        }
    }
}
