//! Engine.IO 4 packets in text form, sans I/O: one type digit, then data.
//!
//! Binary messages have no digit on a WebSocket: they are attachments as they are.

use std::time::Duration;

use serde::Deserialize;

use crate::ProtocolError;

/// What every Socket.IO packet starts with: the type digit of an Engine.IO message.
pub(crate) const MESSAGE: char = '4';

/// The answer to a ping.
pub(crate) const PONG: &str = "3";

/// Ends the session.
pub(crate) const CLOSE: &str = "1";

/// Asks a WebSocket whether it can take a session over.
pub(crate) const PROBE: &str = "2probe";

/// Its answer.
pub(crate) const PROBED: &str = "3probe";

/// From here on the session is on this WebSocket.
pub(crate) const UPGRADE: &str = "5";

/// An Engine.IO packet, borrowed from the message it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine<'a> {
    /// The handshake, as JSON.
    Open(&'a str),
    /// The other side ends the session.
    Close,
    /// A question whether this side is there.
    Ping(&'a str),
    /// Its answer.
    Pong(&'a str),
    /// A packet of the protocol above.
    Message(&'a str),
    /// A transport upgrade is complete.
    Upgrade,
    /// Nothing; it ends a poll.
    Noop,
}

impl<'a> Engine<'a> {
    /// Reads a packet.
    pub(crate) fn decode(text: &'a str) -> Result<Self, ProtocolError> {
        let mut rest = text.chars();
        let kind = rest.next().ok_or(ProtocolError::Empty)?;
        let data = rest.as_str();
        Ok(match kind {
            '0' => Self::Open(data),
            '1' => Self::Close,
            '2' => Self::Ping(data),
            '3' => Self::Pong(data),
            MESSAGE => Self::Message(data),
            '5' => Self::Upgrade,
            '6' => Self::Noop,
            unknown => return Err(ProtocolError::EnginePacket(unknown)),
        })
    }
}

/// The first packet of a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handshake {
    pub(crate) sid: String,
    ping_interval: u64,
    ping_timeout: u64,
    pub(crate) max_payload: Option<usize>,
    /// The names of the transports that the server would change to.
    #[serde(default)]
    pub(crate) upgrades: Vec<String>,
}

impl Handshake {
    /// Longer than any real setting, and short enough to be added to any instant.
    const LONGEST: u64 = 24 * 60 * 60 * 1000;

    /// Reads the data of an [`Engine::Open`].
    pub(crate) fn decode(json: &str) -> Result<Self, ProtocolError> {
        serde_json::from_str(json).map_err(|_| ProtocolError::Handshake)
    }

    /// How often the server pings.
    pub(crate) fn ping_interval(&self) -> Duration {
        Duration::from_millis(self.ping_interval.min(Self::LONGEST))
    }

    /// How late a ping or its answer may be.
    pub(crate) fn ping_timeout(&self) -> Duration {
        Duration::from_millis(self.ping_timeout.min(Self::LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    impl Engine<'_> {
        fn encode(self) -> String {
            match self {
                Self::Open(data) => format!("0{data}"),
                Self::Close => "1".to_owned(),
                Self::Ping(data) => format!("2{data}"),
                Self::Pong(data) => format!("{PONG}{data}"),
                Self::Message(data) => format!("{MESSAGE}{data}"),
                Self::Upgrade => "5".to_owned(),
                Self::Noop => "6".to_owned(),
            }
        }
    }

    #[test]
    fn a_handshake_is_read_and_tamed() {
        let text = r#"{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":18446744073709551615,"maxPayload":1000000}"#;
        let handshake = Handshake::decode(text).unwrap();
        assert_eq!(handshake.ping_interval(), Duration::from_secs(25));
        assert_eq!(handshake.ping_timeout(), Duration::from_secs(86_400));
        assert_eq!(handshake.max_payload, Some(1_000_000));
        assert_eq!(Handshake::decode(r#"{"sid":"a"}"#), Err(ProtocolError::Handshake));
    }

    #[test]
    fn what_is_no_packet_is_refused() {
        assert_eq!(Engine::decode(""), Err(ProtocolError::Empty));
        assert_eq!(Engine::decode("7"), Err(ProtocolError::EnginePacket('7')));
        assert_eq!(Engine::decode("é4"), Err(ProtocolError::EnginePacket('é')));
    }

    proptest! {
        #[test]
        fn no_text_panics_the_reader(text in ".*") {
            if let Ok(packet) = Engine::decode(&text) {
                prop_assert!(text.starts_with(&packet.encode()));
            }
        }

        #[test]
        fn no_text_panics_the_handshake(text in r#"(\{"sid":"a","pingInterval":\d{0,24},"pingTimeout":-?\d*\})|.*"#) {
            let _ = Handshake::decode(&text).map(|handshake| handshake.ping_interval() + handshake.ping_timeout());
        }

        #[test]
        fn what_is_written_is_read_back(data in ".*") {
            for packet in [Engine::Open(&data), Engine::Ping(&data), Engine::Pong(&data), Engine::Message(&data),
                Engine::Close, Engine::Upgrade, Engine::Noop] {
                let text = packet.encode();
                prop_assert_eq!(Engine::decode(&text), Ok(packet));
            }
        }
    }
}
