//! Reading packets.

use std::borrow::Cow;

use bytes::Bytes;

use super::{
    Body, MAIN, Packet,
    payload::{AckPayload, EventPayload, optional, payload, refusal},
};
use crate::{Args, CloseReason, Limits, ProtocolError};

/// Attachments below this size are copied out of the buffer they were read into; else a few bytes that wait
/// in a queue would keep a whole read buffer alive, which no count of bytes shows.
const WORTH_KEEPING: usize = 64 << 10;

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
