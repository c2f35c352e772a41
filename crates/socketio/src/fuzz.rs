//! Doors to the readers, for the targets in `fuzz/`. No usual build has them.
//!
//! Each reads whatever it is given and panics if what it promises does not hold.
#![expect(clippy::expect_used, reason = "to panic is what a fuzz target is for")]

use bytes::Bytes;

use crate::{
    Limits,
    engine::{Engine, Handshake},
    packet::{Body, Decoder, Outgoing, Packet, encode_ack, encode_event},
};

pub use crate::transport::fuzz::{bodies, frames};

/// Reads an Engine.IO packet.
pub fn engine(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(Engine::Open(json)) = Engine::decode(text)
        && let Ok(handshake) = Handshake::decode(json)
    {
        let longest = handshake.ping_interval() + handshake.ping_timeout();
        assert!(longest.as_secs() <= 2 * 24 * 60 * 60);
    }
}

/// Reads messages, one a line: a `t` is before texts, a `b` before binary ones. Whatever is read is the same after it
/// was written and read again.
pub fn packets(bytes: &[u8]) {
    let limits = Limits {
        message: 1000,
        attachments: 4,
        ..Limits::default()
    };
    let mut decoder = Decoder::new(&limits);
    for line in bytes.split(|byte| *byte == b'\n') {
        let decoded = match line {
            [b't', text @ ..] => match str::from_utf8(text) {
                Ok(text) => decoder.text(text).ok().flatten(),
                Err(_) => return,
            },
            [b'b', bytes @ ..] => decoder.binary(Bytes::copy_from_slice(bytes)).ok().flatten(),
            _ => return,
        };
        if let Some(decoded) = decoded {
            write_and_read(decoded.packet);
        }
    }
}

fn write_and_read(packet: Packet) {
    let Packet { namespace, body } = packet;
    let (outgoing, expected) = match body {
        Body::Event { ack, name, args } => {
            let expected = format!("{ack:?} {name:?} {:?} {:?}", args.values, args.attachments);
            (encode_event(&namespace, ack, &name, args), expected)
        }
        Body::Ack { id, args } => {
            let expected = format!("{id} {:?} {:?}", args.values, args.attachments);
            (encode_ack(&namespace, id, args), expected)
        }
        Body::Connect(_) | Body::Disconnect | Body::ConnectError(_) => return,
    };
    let again = read(outgoing);
    assert_eq!(again.namespace, namespace);
    let found = match again.body {
        Body::Event { ack, name, args } => {
            format!("{ack:?} {name:?} {:?} {:?}", args.values, args.attachments)
        }
        Body::Ack { id, args } => format!("{id} {:?} {:?}", args.values, args.attachments),
        other => format!("{other:?}"),
    };
    assert_eq!(found, expected);
}

fn read(outgoing: Outgoing) -> Packet {
    let mut decoder = Decoder::new(&Limits::default());
    let text = outgoing.text.strip_prefix('4').expect("a message");
    let mut decoded = decoder.text(text).expect("what was written is read");
    for bytes in outgoing.attachments {
        decoded = decoder.binary(bytes).expect("what was written is read");
    }
    decoded.expect("no attachment is missing").packet
}
