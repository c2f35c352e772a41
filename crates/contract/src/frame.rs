//! A Socket.IO event as it came from a server, before anybody knows what it means.

use serde_json::value::RawValue;

/// One received event: its wire name and the JSON text of each argument, untouched.
///
/// The text is kept instead of a parsed value because amounts are exact decimal texts that a float would
/// change, and because the store keeps what the server really said.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The event's name on the wire, case-sensitive.
    pub name: String,
    /// JSON text of each argument after the name.
    pub args: Vec<Box<RawValue>>,
}

impl Frame {
    /// The JSON text of the first argument, or `null` where the event has none.
    pub fn payload(&self) -> &str {
        self.args.first().map_or("null", |arg| arg.get())
    }
}
