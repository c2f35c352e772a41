//! Socket.IO 5 packets, sans I/O: what they are. How they are read and written is in the files below.
//!
//! `type [attachments "-"] [namespace ","] [ack id] [JSON]`, then one binary message per attachment.

mod decode;
mod encode;
mod payload;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::{Args, Refusal, Transport};

pub(crate) use decode::{Decoded, Decoder};
pub(crate) use encode::{encode_ack, encode_connect, encode_disconnect, encode_event};

/// The namespace that is meant when a packet names none.
pub(crate) const MAIN: &str = "/";

/// A packet from the server, its attachments in place.
#[derive(Debug)]
pub(crate) struct Packet {
    pub(crate) namespace: Cow<'static, str>,
    pub(crate) body: Body,
}

/// What a packet says.
#[derive(Debug)]
pub(crate) enum Body {
    /// The namespace was joined. The payload holds the socket's id.
    Connect(Option<Box<RawValue>>),
    /// The namespace was left.
    Disconnect,
    /// An event; with an id the server waits for an [`Ack`](Self::Ack).
    Event {
        ack: Option<u64>,
        name: String,
        args: Args,
    },
    /// The answer to an event.
    Ack { id: u64, args: Args },
    /// The namespace was refused.
    ConnectError(Refusal),
}

/// A packet to the server: one text message, Engine.IO type digit included, and the binary messages that
/// must follow it.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) text: String,
    pub(crate) attachments: Vec<Bytes>,
}

impl Outgoing {
    /// The size of the largest of its messages, in bytes as this transport sends them: servers limit messages, not
    /// packets.
    pub(crate) fn largest_message(&self, transport: Transport) -> usize {
        self.attachments
            .iter()
            .map(|bytes| transport.attachment(bytes.len()))
            .max()
            .unwrap_or(0)
            .max(self.text.len())
    }
}

/// Whether an event name belongs to the protocol; the official server and client refuse to send these.
pub(crate) fn is_reserved(event: &str) -> bool {
    matches!(
        event,
        "connect" | "connect_error" | "disconnect" | "disconnecting" | "newListener" | "removeListener"
    )
}
