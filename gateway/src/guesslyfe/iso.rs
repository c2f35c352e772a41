//! Points in time on the wire.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::clock;

/// A point in time as ISO 8601 in UTC with milliseconds, `2030-03-17T17:46:40.123Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Iso(pub Timestamp);

impl TryFrom<String> for Iso {
    type Error = jiff::Error;

    fn try_from(text: String) -> Result<Self, jiff::Error> {
        text.parse().map(Self)
    }
}

impl From<Iso> for String {
    fn from(time: Iso) -> Self {
        clock::iso(time.0)
    }
}
