//! Writing packets.

use std::fmt::Write;

use super::{MAIN, Outgoing};
use crate::{Args, engine};

/// Asks to join a namespace; the payload is a JSON object or nothing.
pub(crate) fn encode_connect(namespace: &str, payload: &str) -> Outgoing {
    let mut text = head('0', 0, namespace, None);
    text.push_str(payload);
    Outgoing {
        text,
        attachments: Vec::new(),
    }
}

/// Leaves a namespace.
pub(crate) fn encode_disconnect(namespace: &str) -> Outgoing {
    Outgoing {
        text: head('1', 0, namespace, None),
        attachments: Vec::new(),
    }
}

/// An event, with an id if an acknowledgement is asked for.
pub(crate) fn encode_event(namespace: &str, ack: Option<u64>, name: &str, args: Args) -> Outgoing {
    let kind = if args.attachments.is_empty() { '2' } else { '5' };
    let mut text = head(kind, args.attachments.len(), namespace, ack);
    text.reserve(size(&args).saturating_add(name.len()));
    text.push('[');
    // Through Value: its Display writes a JSON string and can't fail.
    push_display(&mut text, &serde_json::Value::from(name));
    for value in &args.values {
        text.push(',');
        text.push_str(value.get());
    }
    text.push(']');
    Outgoing {
        text,
        attachments: args.attachments,
    }
}

/// The acknowledgement of the event with this id.
pub(crate) fn encode_ack(namespace: &str, id: u64, args: Args) -> Outgoing {
    let kind = if args.attachments.is_empty() { '3' } else { '6' };
    let mut text = head(kind, args.attachments.len(), namespace, Some(id));
    text.reserve(size(&args));
    let mut before = '[';
    for value in &args.values {
        text.push(before);
        text.push_str(value.get());
        before = ',';
    }
    text.push_str(if args.values.is_empty() { "[]" } else { "]" });
    Outgoing {
        text,
        attachments: args.attachments,
    }
}

/// Bytes that the arguments take, so that a large text is copied once.
fn size(args: &Args) -> usize {
    args.values.iter().map(|value| value.get().len() + 1).sum()
}

fn head(kind: char, attachments: usize, namespace: &str, ack: Option<u64>) -> String {
    let mut text = String::with_capacity(128);
    text.push(engine::MESSAGE);
    text.push(kind);
    if attachments > 0 {
        push_display(&mut text, &attachments);
        text.push('-');
    }
    if namespace != MAIN {
        text.push_str(namespace);
        text.push(',');
    }
    if let Some(id) = ack {
        push_display(&mut text, &id);
    }
    text
}

fn push_display(text: &mut String, value: &impl std::fmt::Display) {
    // Writing to a String can't fail.
    let _ = write!(text, "{value}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_written_as_the_official_client_writes_them() {
        let args = || Args::json(1).unwrap().with("x").unwrap();
        assert_eq!(
            encode_event("/", None, "a\"b", args()).text,
            r#"42["a\"b",1,"x"]"#
        );
        assert_eq!(
            encode_event("/n", Some(7), "e", Args::none()).text,
            r#"42/n,7["e"]"#
        );
        assert_eq!(encode_ack("/", 7, args()).text, r#"437[1,"x"]"#);
        assert_eq!(encode_ack("/", 7, Args::none()).text, "437[]");
        assert_eq!(encode_disconnect("/n").text, "41/n,");
        assert_eq!(encode_connect("/", "").text, "40");
        assert_eq!(
            encode_connect("/n", r#"{"token":"t"}"#).text,
            r#"40/n,{"token":"t"}"#
        );
    }

    #[test]
    fn attachments_are_counted_in_front() {
        let args = Args::binary(vec![0x1e]).unwrap().with_binary(vec![]).unwrap();
        let packet = encode_event("/n", Some(3), "e", args);
        assert_eq!(
            packet.text,
            r#"452-/n,3["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#
        );
        assert_eq!(packet.attachments.len(), 2);
    }
}
