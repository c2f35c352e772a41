//! A text that must not be seen: a token, a key, a passphrase.

use serde::{Deserialize, Deserializer};
use ts_rs::TS;
use zeroize::Zeroizing;

/// A secret text, wiped from memory when it is dropped.
///
/// It has neither `Debug` nor `Display` nor `Serialize`, so that it cannot reach a log, the web view or a
/// crash report by accident. [`Secret::expose`] is the one door, and easy to search for.
#[derive(Clone, TS)]
#[ts(type = "string")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text; the caller's buffer becomes the secret's.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Shows the text. Keep what it returns in the expression that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Tells whether the secret is the empty text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

/// A window hands in what a person typed; nothing ever goes the other way.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(Self::new)
    }
}
