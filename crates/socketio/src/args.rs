//! The arguments of an event or an acknowledgement: raw JSON, and the byte strings beside it.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// The arguments that travel with an event or its acknowledgement.
///
/// Each argument is kept as the JSON text that came over the wire: this crate splits the list and looks no
/// further. A byte string has no place in JSON; it travels beside the text, and a [`Placeholder`] marks where
/// it belongs.
#[derive(Clone, Default)]
pub struct Args {
    /// The JSON text of each argument, untouched.
    pub values: Vec<Box<RawValue>>,
    /// The byte strings that the placeholders in `values` point to.
    pub attachments: Vec<Bytes>,
}

impl Args {
    /// No arguments at all.
    pub fn none() -> Self {
        Self::default()
    }

    /// One argument, serialised to JSON.
    ///
    /// # Errors
    /// Those of serialising: a map whose keys are no texts, for example.
    pub fn json(value: impl Serialize) -> Result<Self, serde_json::Error> {
        Self::none().with(value)
    }

    /// One argument that is JSON text already.
    pub fn raw(value: Box<RawValue>) -> Self {
        Self {
            values: vec![value],
            attachments: Vec::new(),
        }
    }

    /// One argument that is a byte string. It is not copied.
    ///
    /// # Errors
    /// None in practice: it is [`with`](Self::with) of a placeholder.
    pub fn binary(bytes: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        Self::none().with_binary(bytes)
    }

    /// Adds an argument, serialised to JSON.
    ///
    /// # Errors
    /// As [`json`](Self::json).
    pub fn with(mut self, value: impl Serialize) -> Result<Self, serde_json::Error> {
        self.values.push(serde_json::value::to_raw_value(&value)?);
        Ok(self)
    }

    /// Adds an argument that is a byte string.
    ///
    /// # Errors
    /// As [`binary`](Self::binary).
    pub fn with_binary(mut self, bytes: impl Into<Bytes>) -> Result<Self, serde_json::Error> {
        let placeholder = self.attach(bytes);
        self.with(placeholder)
    }

    /// Adds a byte string and returns what marks its place inside a JSON argument added later.
    #[must_use = "without its placeholder in an argument the receiver can't find the byte string"]
    pub fn attach(&mut self, bytes: impl Into<Bytes>) -> Placeholder {
        let num = self.attachments.len();
        self.attachments.push(bytes.into());
        Placeholder { marker: true, num }
    }

    /// The first argument, which for most events is the only one.
    pub fn first(&self) -> Option<&RawValue> {
        self.get(0)
    }

    /// The argument at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<&RawValue> {
        self.values.get(index).map(Box::as_ref)
    }

    /// Reads the argument at `index` as `T`.
    ///
    /// # Errors
    /// [`ArgError::Missing`] if there are fewer arguments, [`ArgError::Shape`] if it is no `T`.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self, index: usize) -> Result<T, ArgError> {
        let value = self.get(index).ok_or(ArgError::Missing { index })?;
        serde_json::from_str(value.get()).map_err(|source| ArgError::Shape { index, source })
    }

    /// The byte string a placeholder stands for; none if the sender pointed beyond its attachments.
    pub fn attachment(&self, placeholder: Placeholder) -> Option<&Bytes> {
        if placeholder.marker {
            self.attachments.get(placeholder.num)
        } else {
            None
        }
    }

    /// The argument at `index` if it is a byte string as a whole.
    pub fn bytes(&self, index: usize) -> Option<&Bytes> {
        self.attachment(self.parse(index).ok()?)
    }
}

/// Counts instead of contents: an event may hold what belongs in no log.
impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Args")
            .field("values", &self.values.len())
            .field("attachments", &self.attachments.len())
            .finish()
    }
}

/// Marks where in a JSON argument a byte string belongs.
///
/// On the wire it is `{"_placeholder":true,"num":0}`. Use it as a field of a type that is serialised into an
/// argument (see [`Args::attach`]) or read out of one (see [`Args::attachment`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placeholder {
    #[serde(rename = "_placeholder")]
    marker: bool,
    num: usize,
}

/// Why an argument could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArgError {
    /// There is no argument at this place.
    #[error("No argument at index {index}")]
    Missing {
        /// The place asked for, counted from 0.
        index: usize,
    },
    /// The argument is JSON of another shape than asked for.
    #[error("Argument {index} has another shape")]
    Shape {
        /// The place asked for, counted from 0.
        index: usize,
        /// What the JSON reader says.
        source: serde_json::Error,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_kept_as_text_and_read_when_asked() {
        let args = Args::json(7).unwrap().with("x").unwrap();
        assert_eq!(args.first().unwrap().get(), "7");
        assert_eq!(args.parse::<u8>(0).unwrap(), 7);
        assert_eq!(args.parse::<&str>(1).unwrap(), "x");
        assert!(matches!(
            args.parse::<u8>(1),
            Err(ArgError::Shape { index: 1, .. })
        ));
        assert!(matches!(args.parse::<u8>(2), Err(ArgError::Missing { index: 2 })));
    }

    #[test]
    fn a_byte_string_leaves_a_placeholder_behind() {
        #[derive(Serialize, Deserialize)]
        struct Scan {
            page: u32,
            image: Placeholder,
        }
        let mut args = Args::binary(vec![1, 0x1e]).unwrap();
        let image = args.attach(Bytes::new());
        let args = args.with(Scan { page: 4, image }).unwrap();

        assert_eq!(args.values[0].get(), r#"{"_placeholder":true,"num":0}"#);
        assert_eq!(args.bytes(0).unwrap().as_ref(), [1, 0x1e]);
        let scan: Scan = args.parse(1).unwrap();
        assert_eq!(scan.page, 4);
        assert!(args.attachment(scan.image).unwrap().is_empty());
    }

    #[test]
    fn a_placeholder_that_points_nowhere_is_nothing() {
        let forged = Args::json(serde_json::json!({ "_placeholder": true, "num": 9 })).unwrap();
        assert!(forged.bytes(0).is_none());
        let unmarked = Args {
            attachments: vec![Bytes::new()],
            ..Args::json(serde_json::json!({ "_placeholder": false, "num": 0 })).unwrap()
        };
        assert!(unmarked.bytes(0).is_none());
    }

    #[test]
    fn debug_output_holds_no_contents() {
        assert_eq!(
            format!("{:?}", Args::json("secret").unwrap()),
            "Args { values: 1, attachments: 0 }"
        );
    }
}
