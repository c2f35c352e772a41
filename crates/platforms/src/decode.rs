//! Reading payloads: typed, with the name of the first field that is wrong.

use carillon_contract::Timestamp;
use carillon_contract::item::Malformed;
use serde::Deserialize;
use serde::de::{self, Deserializer};
use sha2::{Digest as _, Sha256};

/// Reads JSON text as `T`, or names the field that was wrong. The name never holds content.
pub(crate) fn read<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, Malformed> {
    // The path costs time, so it is looked for only once the reading has failed.
    serde_json::from_str(json).map_err(|_| field_of::<T>(json))
}

fn field_of<'a, T: Deserialize<'a>>(json: &'a str) -> Malformed {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) else {
        return Malformed {
            field: "payload".to_owned(),
        };
    };
    let path = error.path().to_string();
    let message = error.inner().to_string();
    let missing = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.split('`').next());
    let field = match (missing, path.as_str()) {
        (Some(missing), ".") => missing.to_owned(),
        (Some(missing), path) => format!("{path}.{missing}"),
        (None, ".") => "payload".to_owned(),
        (None, path) => path.to_owned(),
    };
    Malformed { field }
}

/// A non-negative whole number as decimal text of at most 78 digits, which holds every 256-bit value.
///
/// A JSON integer is accepted beside the text that the guides give (G025): it is as exact.
pub(crate) fn whole_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = match Loose::deserialize(deserializer)? {
        Loose::Text(text) => text,
        Loose::Number(number) => number.to_string(),
    };
    let digits = !text.is_empty() && text.len() <= 78 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        Ok(text)
    } else {
        Err(de::Error::custom("expected a whole number as `decimal text`"))
    }
}

/// The same, where the field may be missing or null.
pub(crate) fn maybe_whole_number<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Whole(#[serde(deserialize_with = "whole_number")] String);
    Ok(Option::<Whole>::deserialize(deserializer)?.map(|whole| whole.0))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Loose {
    Text(String),
    Number(u64),
}

/// Reads an ISO 8601 time with its offset; `None` where it is none.
pub(crate) fn time(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>()
        .ok()
        .map(|at| Timestamp(at.as_millisecond()))
}

/// A short hash of a payload, for events without ids.
pub(crate) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    hex::encode(digest.get(..16).unwrap_or_default())
}

/// One line for a title: no control characters, at most `limit` characters.
pub(crate) fn line(text: &str, limit: usize) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(limit)
        .collect::<String>()
        .trim()
        .to_owned()
}
