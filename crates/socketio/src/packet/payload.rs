//! The JSON of packets: split, and read no further than the protocol needs.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{ProtocolError, Refusal};

/// No event has as many arguments. Each is kept in its own allocation, so that a message full of tiny ones would
/// take many times its size.
const MOST_ARGUMENTS: usize = 1024;

/// Reads a payload as what its packet type asks for.
pub(super) fn payload<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ProtocolError> {
    serde_json::from_str(json).map_err(|_| ProtocolError::Payload)
}

/// Reads a payload that may be left out.
pub(super) fn optional(json: &str) -> Result<Option<Box<RawValue>>, ProtocolError> {
    if json.is_empty() {
        Ok(None)
    } else {
        payload(json).map(Some)
    }
}

/// The array of an event: its name, then its arguments.
pub(super) struct EventPayload {
    pub(super) name: String,
    pub(super) values: Vec<Box<RawValue>>,
}

impl<'de> Deserialize<'de> for EventPayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Split;

        impl<'de> Visitor<'de> for Split {
            type Value = EventPayload;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array that starts with a name")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<EventPayload, A::Error> {
                let Name(name) = array
                    .next_element()?
                    .ok_or_else(|| de::Error::invalid_length(0, &self))?;
                Ok(EventPayload {
                    name,
                    values: arguments(array)?,
                })
            }
        }

        deserializer.deserialize_seq(Split)
    }
}

/// The array of an acknowledgement: arguments only.
pub(super) struct AckPayload(pub(super) Vec<Box<RawValue>>);

impl<'de> Deserialize<'de> for AckPayload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Split;

        impl<'de> Visitor<'de> for Split {
            type Value = AckPayload;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<AckPayload, A::Error> {
                arguments(array).map(AckPayload)
            }
        }

        deserializer.deserialize_seq(Split)
    }
}

/// Splits what is left of an array, without reading it.
fn arguments<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Vec<Box<RawValue>>, A::Error> {
    let mut values = Vec::new();
    while let Some(value) = array.next_element()? {
        if values.len() == MOST_ARGUMENTS {
            return Err(de::Error::invalid_length(values.len(), &"fewer arguments"));
        }
        values.push(value);
    }
    Ok(values)
}

/// An event's name. The protocol lets it be a number too; then its digits are the name.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, name: u64) -> Result<Name, E> {
                Ok(Name(name.to_string()))
            }

            fn visit_i64<E: de::Error>(self, name: i64) -> Result<Name, E> {
                Ok(Name(name.to_string()))
            }

            fn visit_f64<E: de::Error>(self, name: f64) -> Result<Name, E> {
                Ok(Name(name.to_string()))
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

/// What a refusal carries: an object by version 5 of the protocol, a bare text by version 4.
pub(super) fn refusal(json: &str) -> Result<Refusal, ProtocolError> {
    #[derive(Deserialize)]
    struct Object {
        #[serde(default)]
        message: String,
        #[serde(default)]
        data: Option<Box<RawValue>>,
    }
    if json.starts_with('"') {
        return Ok(Refusal {
            message: payload(json)?,
            data: None,
        });
    }
    let Object { message, data } = payload(json)?;
    Ok(Refusal { message, data })
}
