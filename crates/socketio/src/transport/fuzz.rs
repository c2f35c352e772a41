//! The readers of what carries packets.
#![expect(clippy::panic, reason = "to panic is what a fuzz target is for")]

use super::{
    Inbound,
    polling::payload::{Joiner, Splitter},
    websocket::expand::{Broken, Expander},
};
use crate::CloseReason;

/// The largest packet, in bytes.
const LARGEST: usize = 1000;

/// Cuts by its first byte what is behind it.
fn cut(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (first, rest) = bytes.split_first()?;
    Some((rest, usize::from(*first).max(1)))
}

/// Reads a body: the same wherever it is cut, and the same once more after it was written.
pub fn bodies(bytes: &[u8]) {
    let Some((body, size)) = cut(bytes) else { return };
    let whole = split([body]);
    let parts = split(body.chunks(size));
    match (&whole, &parts) {
        (Ok(whole), Ok(parts)) => assert_eq!(whole, parts),
        (Err(_), Err(_)) => return,
        (whole, parts) => panic!("{whole:?} as a whole, {parts:?} in parts"),
    }
    let mut joiner = Joiner::new(64 << 20);
    for packet in whole.iter().flatten() {
        match packet {
            Ok(text) => joiner.text(text),
            Err(bytes) => joiner.binary(bytes),
        }
    }
    let joined = joiner.take().map(|body| body.bytes).unwrap_or_default();
    assert_eq!(split([joined.as_slice()]), whole);
}

/// A text or bytes.
type Message = Result<String, Vec<u8>>;

fn split<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<Message>, CloseReason> {
    let plain = |inbound| match inbound {
        Inbound::Text(text) => Ok(text.to_string()),
        Inbound::Binary(bytes) => Err(bytes.to_vec()),
        other => panic!("{other:?}"),
    };
    let mut splitter = Splitter::new(LARGEST);
    let mut messages = Vec::new();
    for part in parts {
        splitter.feed(part.to_vec().into());
        while let Some(inbound) = splitter.next()? {
            messages.push(plain(inbound));
        }
    }
    messages.push(plain(splitter.finish()?));
    for message in &messages {
        let size = message.as_ref().map_or_else(Vec::len, String::len);
        // Base64 is measured in groups of three bytes.
        assert!(size <= LARGEST + 2, "{size}");
    }
    Ok(messages)
}

/// Reads frames: the same wherever they are cut, and never much more at a time than was put in.
pub fn frames(bytes: &[u8]) {
    let Some((frames, size)) = cut(bytes) else { return };
    assert_eq!(expand([frames]), expand(frames.chunks(size)));
}

fn expand<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Broken> {
    let mut expander = Expander::new(LARGEST);
    let (mut unused, mut all) = (Vec::new(), Vec::new());
    for part in parts {
        unused.extend_from_slice(part);
        let mut input = unused.as_slice();
        loop {
            let (mut output, before) = (Vec::new(), input.len());
            expander.expand(&mut input, &mut output)?;
            assert!(output.len() <= before + (33 << 10), "{}", output.len());
            if output.is_empty() {
                break;
            }
            all.append(&mut output);
        }
        unused = input.to_vec();
    }
    Ok(all)
}
