//! Reading packets.

use std::{borrow::Cow, fmt};

use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{self, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Body, MAIN, Packet};
use crate::{Args, CloseReason, Limits, ProtocolError, Refusal};

/// Attachments below this size are copied out of the buffer they were read into; else a few bytes that wait
/// in a queue would keep a whole read buffer alive, which no count of bytes shows.
const WORTH_KEEPING: usize = 64 << 10;

/// No event has as many arguments. Each is kept in its own allocation, so that a message full of tiny ones would
/// take many times its size.
const MOST_ARGUMENTS: usize = 1024;

/// Puts packets together from the messages of a transport.
pub(crate) struct Decoder {
    largest: usize,
    most_attachments: usize,
    partial: Option<Partial>,
}

/// A packet whose attachments have not all arrived.
struct Partial {
    decoded: Decoded,
    missing: usize,
}

/// A complete packet and its size on the wire.
#[derive(Debug)]
pub(crate) struct Decoded {
    pub(crate) packet: Packet,
    pub(crate) bytes: usize,
}

impl Decoder {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            largest: limits.message,
            most_attachments: limits.attachments,
            partial: None,
        }
    }

    /// Takes the data of an Engine.IO message. None means that attachments must follow.
    pub(crate) fn text(&mut self, text: &str) -> Result<Option<Decoded>, ProtocolError> {
        if self.partial.is_some() {
            return Err(ProtocolError::MissingAttachment);
        }
        let (packet, attachments) = packet(text, self.most_attachments)?;
        let decoded = Decoded {
            packet,
            bytes: text.len(),
        };
        if attachments == 0 {
            return Ok(Some(decoded));
        }
        self.partial = Some(Partial {
            decoded,
            missing: attachments,
        });
        Ok(None)
    }

    /// Takes a binary message: the next attachment of the packet that was read last.
    ///
    /// # Errors
    /// [`CloseReason::Protocol`] if none was due, [`CloseReason::TooLarge`] if the packet grows beyond the
    /// limit.
    pub(crate) fn binary(&mut self, bytes: Bytes) -> Result<Option<Decoded>, CloseReason> {
        let Some(mut partial) = self.partial.take() else {
            return Err(CloseReason::Protocol(ProtocolError::StrayAttachment));
        };
        let Some(args) = partial.decoded.packet.body.args() else {
            return Err(CloseReason::Protocol(ProtocolError::StrayAttachment));
        };
        partial.decoded.bytes = partial.decoded.bytes.saturating_add(bytes.len());
        if partial.decoded.bytes > self.largest {
            return Err(CloseReason::TooLarge {
                limit: self.largest,
                size: Some(partial.decoded.bytes),
            });
        }
        args.attachments.push(if bytes.len() < WORTH_KEEPING {
            Bytes::copy_from_slice(&bytes)
        } else {
            bytes
        });
        partial.missing -= 1;
        if partial.missing == 0 {
            return Ok(Some(partial.decoded));
        }
        self.partial = Some(partial);
        Ok(None)
    }
}

impl Body {
    fn args(&mut self) -> Option<&mut Args> {
        match self {
            Self::Event { args, .. } | Self::Ack { args, .. } => Some(args),
            Self::Connect(_) | Self::Disconnect | Self::ConnectError(_) => None,
        }
    }
}

/// Reads a packet without its attachments, and how many of them follow.
fn packet(text: &str, most_attachments: usize) -> Result<(Packet, usize), ProtocolError> {
    let mut rest = text.chars();
    let kind = rest.next().ok_or(ProtocolError::Empty)?;
    let (attachments, rest) = match kind {
        '5' | '6' => attachments(rest.as_str(), most_attachments)?,
        _ => (0, rest.as_str()),
    };
    let (namespace, rest) = namespace(rest);
    let (id, json) = ack_id(rest)?;
    let body = match kind {
        '0' => Body::Connect(optional(json)?),
        '1' => Body::Disconnect,
        '2' | '5' => {
            let EventPayload { name, values } = payload(json)?;
            Body::Event {
                ack: id,
                name,
                args: Args {
                    values,
                    attachments: Vec::new(),
                },
            }
        }
        '3' | '6' => {
            let id = id.ok_or(ProtocolError::AckId)?;
            let AckPayload(values) = payload(json)?;
            Body::Ack {
                id,
                args: Args {
                    values,
                    attachments: Vec::new(),
                },
            }
        }
        '4' => Body::ConnectError(refusal(json)?),
        unknown => return Err(ProtocolError::PacketType(unknown)),
    };
    Ok((Packet { namespace, body }, attachments))
}

fn attachments(text: &str, most: usize) -> Result<(usize, &str), ProtocolError> {
    let (count, rest) = text.split_once('-').ok_or(ProtocolError::AttachmentCount)?;
    if count.is_empty() || !count.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(ProtocolError::AttachmentCount);
    }
    // A number too large to be read is too large in any case.
    let count = count.parse().unwrap_or(usize::MAX);
    if count > most {
        Err(ProtocolError::TooManyAttachments { limit: most })
    } else {
        Ok((count, rest))
    }
}

fn namespace(text: &str) -> (Cow<'static, str>, &str) {
    if !text.starts_with(MAIN) {
        return (Cow::Borrowed(MAIN), text);
    }
    let (name, rest) = text.split_once(',').unwrap_or((text, ""));
    (
        if name == MAIN {
            Cow::Borrowed(MAIN)
        } else {
            Cow::Owned(name.to_owned())
        },
        rest,
    )
}

fn ack_id(text: &str) -> Result<(Option<u64>, &str), ProtocolError> {
    let json = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.strip_suffix(json).unwrap_or_default();
    if digits.is_empty() {
        return Ok((None, json));
    }
    Ok((Some(digits.parse().map_err(|_| ProtocolError::AckId)?), json))
}

fn payload<'a, T: Deserialize<'a>>(json: &'a str) -> Result<T, ProtocolError> {
    serde_json::from_str(json).map_err(|_| ProtocolError::Payload)
}

fn optional(json: &str) -> Result<Option<Box<RawValue>>, ProtocolError> {
    if json.is_empty() {
        Ok(None)
    } else {
        payload(json).map(Some)
    }
}

/// The array of an event: its name, then its arguments.
struct EventPayload {
    name: String,
    values: Vec<Box<RawValue>>,
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
struct AckPayload(Vec<Box<RawValue>>);

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
fn refusal(json: &str) -> Result<Refusal, ProtocolError> {
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

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, option, prelude::*};

    use super::*;
    use crate::packet::{Outgoing, encode_ack, encode_event};

    fn decoder() -> Decoder {
        Decoder::new(&Limits::default())
    }

    fn decode(text: &str) -> Result<Packet, ProtocolError> {
        decoder().text(text).map(|decoded| decoded.unwrap().packet)
    }

    /// Feeds what was written to the reader.
    fn read_back(outgoing: Outgoing) -> Packet {
        let mut decoder = decoder();
        let mut decoded = decoder.text(outgoing.text.strip_prefix('4').unwrap()).unwrap();
        for bytes in outgoing.attachments {
            assert!(decoded.is_none());
            decoded = decoder.binary(bytes).unwrap();
        }
        decoded.unwrap().packet
    }

    fn same(one: &Args, other: &Args) -> bool {
        let texts = |args: &Args| {
            args.values
                .iter()
                .map(|value| value.get().to_owned())
                .collect::<Vec<_>>()
        };
        texts(one) == texts(other) && one.attachments == other.attachments
    }

    #[test]
    fn connect_and_disconnect_are_read() {
        let Packet {
            namespace,
            body: Body::Connect(Some(payload)),
        } = decode(r#"0{"sid":"a"}"#).unwrap()
        else {
            panic!()
        };
        assert_eq!((namespace.as_ref(), payload.get()), ("/", r#"{"sid":"a"}"#));
        assert!(matches!(decode("0").unwrap().body, Body::Connect(None)));
        for text in ["1/admin,", "1/admin"] {
            let packet = decode(text).unwrap();
            assert_eq!(packet.namespace, "/admin");
            assert!(matches!(packet.body, Body::Disconnect));
        }
    }

    #[test]
    fn refusals_of_both_protocol_versions_are_read() {
        let refusal = |text| match decode(text).unwrap().body {
            Body::ConnectError(refusal) => refusal,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            refusal(r#"4{"message":"no"}"#),
            Refusal {
                message: "no".into(),
                data: None
            }
        );
        assert_eq!(
            refusal(r#"4{"message":"no","data":null}"#)
                .data
                .map(|data| data.get().to_owned()),
            None
        );
        assert_eq!(
            refusal(r#"4{"message":"no","data":[1, 2]}"#).data.unwrap().get(),
            "[1, 2]"
        );
        assert_eq!(refusal(r#"4/n,"no""#).message, "no");
        assert_eq!(refusal("4{}").message, "");
        assert_eq!(decode("4").unwrap_err(), ProtocolError::Payload);
        assert_eq!(decode(r#"4{"message":1}"#).unwrap_err(), ProtocolError::Payload);
    }

    #[test]
    fn arguments_are_split_and_left_as_they_are() {
        let Body::Event {
            ack: Some(12),
            name,
            args,
        } = decode(r#"2/n,12["e", {"amount" : 10000000000000000001.50}, [ ],"\u0041"]"#)
            .unwrap()
            .body
        else {
            panic!()
        };
        assert_eq!(name, "e");
        let texts: Vec<_> = args.values.iter().map(|value| value.get()).collect();
        assert_eq!(
            texts,
            [r#"{"amount" : 10000000000000000001.50}"#, "[ ]", r#""\u0041""#]
        );
    }

    #[test]
    fn arguments_without_end_are_refused() {
        for kind in ["2", "39"] {
            let many = |n: usize| decode(&format!(r#"{kind}["e"{}]"#, ",0".repeat(n)));
            assert!(many(1000).is_ok());
            assert_eq!(many(2000).unwrap_err(), ProtocolError::Payload);
        }
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!(r#"2["e",{}{}]"#, "[".repeat(500_000), "]".repeat(500_000));
        let Body::Event { args, .. } = decode(&deep).unwrap().body else {
            panic!()
        };
        assert!(args.parse::<serde_json::Value>(0).is_err());
    }

    #[test]
    fn a_small_attachment_keeps_no_large_buffer() {
        let mut decoder = decoder();
        decoder.text(r#"51-["e",{"_placeholder":true,"num":0}]"#).unwrap();
        let buffer = Bytes::from(vec![0; 1 << 20]);
        let part = buffer.slice(..10);
        let Body::Event { args, .. } = decoder.binary(part.clone()).unwrap().unwrap().packet.body else {
            panic!()
        };
        assert_ne!(args.attachments[0].as_ptr(), part.as_ptr());
    }

    fn args() -> impl Strategy<Value = Args> {
        let json = prop_oneof![
            Just("null".to_owned()),
            any::<i64>().prop_map(|n| n.to_string()),
            ".*".prop_map(|text: String| serde_json::Value::from(text).to_string()),
            Just(r#"{ "a" : [1.0, {"_placeholder":true,"num":0}] }"#.to_owned()),
        ];
        (vec(json, 0..5), vec(vec(any::<u8>(), 0..40), 0..5)).prop_map(|(values, attachments)| Args {
            values: values
                .into_iter()
                .map(|json| RawValue::from_string(json).unwrap())
                .collect(),
            attachments: attachments.into_iter().map(Bytes::from).collect(),
        })
    }

    proptest! {
        #[test]
        fn no_messages_panic_the_reader(
            messages in vec(prop_oneof![
                ".*".prop_map(Ok),
                r#"[0-6]{0,2}[0-9]{0,3}-?(/[a-z]{0,2},?)?[0-9]{0,21}(\["a"(,1)?\]|\{"message":"a"\}|"a")?"#.prop_map(Ok),
                vec(any::<u8>(), 0..20).prop_map(Err),
            ], 1..8)
        ) {
            let mut decoder = decoder();
            for message in messages {
                let _ = match message {
                    Ok(text) => decoder.text(&text).is_ok(),
                    Err(bytes) => decoder.binary(bytes.into()).is_ok(),
                };
            }
        }

        #[test]
        fn an_event_that_is_written_is_read_back(
            namespace in "(/|/[a-z]{1,9})", id in option::of(any::<u64>()), name in ".*", args in args()
        ) {
            let packet = read_back(encode_event(&namespace, id, &name, args.clone()));
            prop_assert_eq!(packet.namespace, namespace);
            let Body::Event { ack, name: read, args: back } = packet.body else { panic!() };
            prop_assert_eq!((ack, read), (id, name));
            prop_assert!(same(&args, &back));
        }

        #[test]
        fn an_answer_that_is_written_is_read_back(
            namespace in "(/|/[a-z]{1,9})", id in any::<u64>(), args in args()
        ) {
            let packet = read_back(encode_ack(&namespace, id, args.clone()));
            prop_assert_eq!(packet.namespace, namespace);
            let Body::Ack { id: read, args: back } = packet.body else { panic!() };
            prop_assert_eq!(read, id);
            prop_assert!(same(&args, &back));
        }
    }
}
