//! The bodies of long polling, sans I/O: packets with a 0x1E between them, binary ones as `b` and base64.
//! (Engine.IO 4, "Payload encoding".)

use std::collections::VecDeque;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::{Buf, Bytes};
use tokio_tungstenite::tungstenite::Utf8Bytes;

use crate::{CloseReason, ProtocolError, transport::Inbound};

/// What stands between two packets. JSON writes it as an escape, base64 has no such character.
const SEPARATOR: u8 = 0x1e;

/// What a binary packet starts with, where others have their type.
const BINARY: u8 = b'b';

/// Base64 as servers write it: the padding is there with some and not with others.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Splits bodies into packets, from chunks that are cut anywhere.
///
/// It holds one chunk and, of a packet that began in an earlier one, no more than the limit.
pub(in crate::transport) struct Splitter {
    largest: usize,
    chunk: Bytes,
    /// The beginning of a packet whose end is not in the chunk.
    partial: Vec<u8>,
}

impl Splitter {
    /// Takes packets of at most this many bytes; for binary ones it is the number after decoding.
    pub(in crate::transport) fn new(largest: usize) -> Self {
        Self {
            largest,
            chunk: Bytes::new(),
            partial: Vec::new(),
        }
    }

    /// Takes the next chunk of a body. The one before it must have been used up by [`next`](Self::next).
    pub(in crate::transport) fn feed(&mut self, chunk: Bytes) {
        self.chunk = chunk;
    }

    /// The next packet that is complete; none if that takes another chunk, or the end.
    ///
    /// # Errors
    /// [`CloseReason::Protocol`] for what is no packet, [`CloseReason::TooLarge`].
    pub(in crate::transport) fn next(&mut self) -> Result<Option<Inbound>, CloseReason> {
        let Some(end) = self.chunk.iter().position(|byte| *byte == SEPARATOR) else {
            let rest = std::mem::take(&mut self.chunk);
            self.check(&rest)?;
            self.partial.extend_from_slice(&rest);
            return Ok(None);
        };
        let head = self.chunk.split_to(end);
        self.chunk.advance(1);
        self.complete(head).map(Some)
    }

    /// The last packet of a body, which no separator ends.
    ///
    /// # Errors
    /// As [`next`](Self::next).
    pub(in crate::transport) fn finish(&mut self) -> Result<Inbound, CloseReason> {
        let rest = std::mem::take(&mut self.chunk);
        self.complete(rest)
    }

    fn complete(&mut self, tail: Bytes) -> Result<Inbound, CloseReason> {
        self.check(&tail)?;
        let packet = if self.partial.is_empty() {
            tail
        } else {
            let mut whole = std::mem::take(&mut self.partial);
            whole.extend_from_slice(&tail);
            whole.into()
        };
        match packet.first() {
            None => Err(ProtocolError::Empty.into()),
            Some(&BINARY) => {
                let bytes = BASE64
                    .decode(packet.get(1..).unwrap_or_default())
                    .map_err(|_| ProtocolError::Base64)?;
                Ok(Inbound::Binary(bytes.into()))
            }
            Some(_) => Utf8Bytes::try_from(packet)
                .map(Inbound::Text)
                .map_err(|_| ProtocolError::NotUtf8.into()),
        }
    }

    /// Looks at what is about to be kept: a page of HTML is known by its first byte and not by its size.
    fn check(&self, tail: &[u8]) -> Result<(), CloseReason> {
        let Some(kind) = self.partial.first().or(tail.first()) else {
            return Ok(());
        };
        let largest = match kind {
            b'0'..=b'6' => self.largest,
            &BINARY => encoded(self.largest),
            unknown => {
                return Err(ProtocolError::EnginePacket(char::from(*unknown)).into());
            }
        };
        if self.partial.len().saturating_add(tail.len()) > largest {
            return Err(CloseReason::TooLarge {
                limit: self.largest,
                size: None,
            });
        }
        Ok(())
    }
}

/// The size of a binary packet of this many bytes in a body.
pub(crate) fn encoded(bytes: usize) -> usize {
    base64::encoded_len(bytes, true).map_or(usize::MAX, |len| len.saturating_add(1))
}

/// Joins packets into bodies that the server accepts.
pub(in crate::transport) struct Joiner {
    most: usize,
    bodies: VecDeque<Body>,
}

/// A body, and the probes in it.
#[derive(Default)]
pub(in crate::transport) struct Body {
    pub(in crate::transport) bytes: Vec<u8>,
    /// The numbers of the probes that are answered with this body.
    pub(in crate::transport) probes: Vec<u64>,
}

impl Joiner {
    /// Joins up to so many bytes. A packet that is larger goes alone.
    pub(in crate::transport) fn new(most: usize) -> Self {
        Self {
            most,
            bodies: VecDeque::new(),
        }
    }

    /// What the server accepts, in bytes, now that it is known.
    pub(in crate::transport) fn limit(&mut self, most: usize) {
        self.most = most;
    }

    /// Whether another packet may be taken: one body may wait beside the one under way.
    pub(in crate::transport) fn has_room(&self) -> bool {
        self.bodies.len() < 2 && self.bodies.back().is_none_or(|body| body.bytes.len() < self.most)
    }

    /// Whether nothing waits.
    pub(in crate::transport) fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// Adds a packet in text form.
    pub(in crate::transport) fn text(&mut self, text: &str) {
        self.push(text.len(), |body| body.bytes.extend_from_slice(text.as_bytes()));
    }

    /// Adds a packet that is answered by the request it travels in.
    pub(in crate::transport) fn probe(&mut self, number: u64, text: &str) {
        self.push(text.len(), |body| {
            body.bytes.extend_from_slice(text.as_bytes());
            body.probes.push(number);
        });
    }

    /// Adds a packet that goes in a body of its own.
    pub(in crate::transport) fn alone(&mut self, text: &str) {
        self.bodies.push_back(Body {
            bytes: text.into(),
            probes: Vec::new(),
        });
    }

    /// Adds a binary packet.
    pub(in crate::transport) fn binary(&mut self, bytes: &[u8]) {
        self.push(encoded(bytes.len()), |body| {
            body.bytes.push(BINARY);
            body.bytes.extend_from_slice(BASE64.encode(bytes).as_bytes());
        });
    }

    /// The next body to send.
    pub(in crate::transport) fn take(&mut self) -> Option<Body> {
        self.bodies.pop_front()
    }

    /// Writes a packet of this size into the last body, or into a new one if it does not fit.
    fn push(&mut self, size: usize, write: impl FnOnce(&mut Body)) {
        let mut body = match self.bodies.pop_back() {
            Some(mut open) if open.bytes.len().saturating_add(1).saturating_add(size) <= self.most => {
                open.bytes.push(SEPARATOR);
                open
            }
            full => {
                self.bodies.extend(full);
                Body::default()
            }
        };
        write(&mut body);
        self.bodies.push_back(body);
    }
}

#[cfg(test)]
mod tests;
