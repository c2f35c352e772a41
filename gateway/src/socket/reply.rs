//! How a handler answers: through the ack where the client asked for one.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use socketioxide::{
    adapter::LocalAdapter,
    extract::{AckSender, SocketRef},
    handler::{FromMessageParts, Value},
    socket::Socket,
};

use crate::fanout::Fanout;

/// The answer to one event.
pub(crate) struct Reply {
    pub(crate) socket: SocketRef,
    ack: AckSender,
    /// Whether the client waits for an ack; acks are optional (G051).
    wanted: bool,
}

impl FromMessageParts<LocalAdapter> for Reply {
    type Error = std::convert::Infallible;

    fn from_message_parts(
        socket: &Arc<Socket<LocalAdapter>>,
        value: &mut Value,
        ack_id: &Option<i64>,
    ) -> Result<Self, Self::Error> {
        Ok(Self {
            socket: SocketRef::from(Arc::clone(socket)),
            ack: AckSender::from_message_parts(socket, value, ack_id)?,
            wanted: ack_id.is_some(),
        })
    }
}

impl Reply {
    /// Answers, if an answer is wanted.
    pub(crate) fn send<T: Serialize + ?Sized>(self, fanout: &Fanout, answer: &T) {
        if self.wanted {
            fanout.check(&self.socket, self.ack.send(answer));
        }
    }

    /// Says no: in the ack, or where none is wanted as an `error` event.
    pub(crate) fn refuse(self, fanout: &Fanout, refusal: &Refusal) {
        if self.wanted {
            self.send(fanout, refusal);
        } else {
            let error = json!({ "message": refusal.message, "code": refusal.code });
            fanout.emit(&self.socket, "error", &error);
        }
    }
}

/// The first argument of an event. Read here and not by the library's extractors, which cannot tell a missing
/// argument from a broken one.
pub(crate) enum Argument {
    /// The event came without any.
    Missing,
    /// The packet is no JSON, or holds binary data where none belongs.
    Malformed,
    /// What the client sent.
    Given(serde_json::Value),
}

impl FromMessageParts<LocalAdapter> for Argument {
    type Error = std::convert::Infallible;

    fn from_message_parts(
        _: &Arc<Socket<LocalAdapter>>,
        value: &mut Value,
        _: &Option<i64>,
    ) -> Result<Self, Self::Error> {
        let Value::Str(text, None) = value else {
            return Ok(Self::Malformed);
        };
        // The packet's array: the event's name, then the arguments.
        Ok(match serde_json::from_str::<Vec<serde_json::Value>>(text) {
            Ok(parts) => parts.into_iter().nth(1).map_or(Self::Missing, Self::Given),
            Err(_) => Self::Malformed,
        })
    }
}

impl Argument {
    /// Reads the argument as a `T`; `None` if it is none.
    pub(crate) fn read<T: DeserializeOwned>(self) -> Option<T> {
        match self {
            Self::Given(value) => serde_json::from_value(value).ok(),
            Self::Missing | Self::Malformed => None,
        }
    }
}

/// A request that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Refusal {
    success: bool,
    /// The room it was about, where one could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<String>,
    message: String,
    code: &'static str,
}

impl Refusal {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            success: false,
            room: None,
            message: message.into(),
            code,
        }
    }

    /// The same, naming the room.
    pub(crate) fn about(self, room: impl Into<String>) -> Self {
        Self {
            room: Some(room.into()),
            ..self
        }
    }
}
