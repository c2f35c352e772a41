//! Compressed messages as the standard has them, as none should be, and cut anywhere.

use flate2::{Compress, Compression, FlushCompress};
use http::HeaderValue;
use proptest::{collection::vec, prelude::*};

use super::*;

const LARGEST: usize = 4 << 20;

/// What comes out of parts that come one after the other.
fn expand<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, Broken> {
    let mut expander = Expander::new(LARGEST);
    let (mut unused, mut all) = (Vec::new(), Vec::new());
    for part in parts {
        unused.extend_from_slice(part);
        let mut input = unused.as_slice();
        loop {
            let mut output = Vec::new();
            let before = input.len();
            expander.expand(&mut input, &mut output)?;
            assert!(output.len() <= before + 2 * PIECE + 20, "{}", output.len());
            if output.is_empty() {
                break;
            }
            all.append(&mut output);
        }
        unused = input.to_vec();
    }
    Ok(all)
}

/// The payloads of frames joined to messages; there are no others between their parts.
fn messages(mut frames: &[u8]) -> Vec<Vec<u8>> {
    let (mut messages, mut message) = (Vec::new(), Vec::new());
    while let [first, second, rest @ ..] = frames {
        let (length, rest) = match second {
            126 => (
                u16::from_be_bytes(rest[..2].try_into().unwrap()).into(),
                &rest[2..],
            ),
            127 => (u64::from_be_bytes(rest[..8].try_into().unwrap()), &rest[8..]),
            short => ((*short).into(), rest),
        };
        let (payload, rest) = rest.split_at(usize::try_from(length).unwrap());
        message.extend_from_slice(payload);
        if first & FIN != 0 {
            messages.push(std::mem::take(&mut message));
        }
        frames = rest;
    }
    messages
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = payload.len();
    let head = match length {
        ..126 => vec![first, u8::try_from(length).unwrap()],
        _ => [
            &[first, 127],
            u64::try_from(length).unwrap().to_be_bytes().as_slice(),
        ]
        .concat(),
    };
    [head.as_slice(), payload].concat()
}

/// A message as servers compress it.
fn deflate(compress: &mut Compress, message: &[u8]) -> Vec<u8> {
    let mut deflated = Vec::with_capacity(message.len() + 100);
    compress
        .compress_vec(message, &mut deflated, FlushCompress::Sync)
        .unwrap();
    assert!(deflated.ends_with(TAIL));
    deflated.truncate(deflated.len() - TAIL.len());
    deflated
}

fn compress() -> Compress {
    Compress::new(Compression::fast(), false)
}

#[test]
fn the_examples_of_the_standard_are_inflated() {
    // RFC 7692, section 7.2.3: one frame, two frames, a shared window, no compression, a final block, two blocks.
    for (frames, expected) in [
        (
            b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00".as_slice(),
            b"\x81\x05Hello".as_slice(),
        ),
        (b"\x41\x03\xf2\x48\xcd\x80\x04\xc9\xc9\x07\x00", b"\x81\x05Hello"),
        (
            b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x05\xf2\x00\x11\x00\x00",
            b"\x81\x05Hello\x81\x05Hello",
        ),
        (
            b"\xc1\x0b\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00",
            b"\x81\x05Hello",
        ),
        (b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00", b"\x81\x05Hello"),
        (
            b"\xc1\x0d\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00",
            b"\x81\x05Hello",
        ),
        (b"\xc1\x01\x00", b"\x81\x00"),
    ] {
        assert_eq!(expand([frames]).unwrap(), expected, "{frames:x?}");
        assert_eq!(expand(frames.chunks(1)).unwrap(), expected, "{frames:x?}");
    }
}

#[test]
fn what_is_not_compressed_passes_as_it_is() {
    for frames in [
        b"\x81\x05Hello\x01\x01a\x89\x01p\x80\x01b\x88\x02\x03\xe8".as_slice(),
        // Reserved bits that mean nothing, an unknown opcode, a masked frame, a compressed control frame.
        b"\xa1\x01a",
        b"\xc3\x01a",
        b"\xc1\x81keysa",
        b"\xc9\x01a",
        // A continuation of nothing.
        b"\xc0\x01a",
    ] {
        assert_eq!(expand([frames]).unwrap(), frames);
    }
    let long = frame(0x82, &[7; 100_000]);
    assert_eq!(expand(long.chunks(999)).unwrap(), long);
}

#[test]
fn a_ping_in_the_middle_of_a_message_is_passed_on_at_once() {
    let frames = b"\x41\x03\xf2\x48\xcd\x89\x01p\x80\x04\xc9\xc9\x07\x00";
    assert_eq!(expand([frames.as_slice()]).unwrap(), b"\x89\x01p\x81\x05Hello");
}

#[test]
fn a_message_that_goes_on_after_a_final_block_starts_anew() {
    let frames = b"\xc1\x08\xf3\x48\xcd\xc9\xc9\x07\x00\x00\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00\xc1\x06\xf3\x48\xcd\xc9\xc9\x07";
    assert!(expand([&frames[..]]).is_ok());
    assert_eq!(expand([&frames[..19]]).unwrap(), b"\x81\x05Hello\x81\x05Hello");
}

#[test]
fn what_can_t_be_inflated_is_refused() {
    for frames in [
        // No such block type, a length that is not repeated, a message within another.
        b"\xc1\x02\x07\x07".as_slice(),
        b"\xc1\x06\x00\x05\x00\xfa\xfe\x48",
        b"\x41\x03\xf2\x48\xcd\x81\x01a",
    ] {
        assert_eq!(expand([frames]), Err(Broken), "{frames:x?}");
    }
}

#[test]
fn a_bomb_comes_in_pieces_and_a_frame_beyond_the_limit_as_it_is() {
    let bomb = frame(0xc2, &deflate(&mut compress(), &vec![0; 10 << 20]));
    assert!(bomb.len() < 60_000, "{}", bomb.len());
    let mut expander = Expander::new(LARGEST);
    let (mut input, mut output) = (bomb.as_slice(), Vec::new());
    expander.expand(&mut input, &mut output).unwrap();
    assert!(output.len() < PIECE + 100);
    assert!(input.len() > bomb.len() - 1000);
    assert_eq!(messages(&expand([bomb.as_slice()]).unwrap()), [vec![0; 10 << 20]]);

    let endless = [0xc2, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0, 1, 2];
    assert_eq!(expand([endless.as_slice()]).unwrap(), endless);
}

#[test]
fn only_what_was_offered_may_be_agreed_on() {
    let answer = |values: &[&'static str]| {
        let values = values
            .iter()
            .map(|value| (header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(value)));
        agreed(&values.collect())
    };
    assert_eq!(answer(&[]), Some(false));
    for taken in [
        "permessage-deflate",
        "Permessage-Deflate ; server_no_context_takeover; client_no_context_takeover",
        "permessage-deflate; server_max_window_bits=15",
        "permessage-deflate; server_max_window_bits=\"8\"",
    ] {
        assert_eq!(answer(&[taken]), Some(true), "{taken}");
    }
    for strange in [
        "x-webkit-deflate-frame",
        "permessage-deflate, permessage-deflate",
        "permessage-deflate; client_max_window_bits=15",
        "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_max_window_bits=16",
        "permessage-deflate; server_no_context_takeover=1",
    ] {
        assert_eq!(answer(&[strange]), None, "{strange}");
    }
    assert_eq!(answer(&["permessage-deflate", "other"]), None);
}

proptest! {
    #[test]
    fn messages_are_inflated_wherever_they_are_cut(
        sent in vec((vec(any::<u8>(), 0..300), 0..3000_usize, any::<bool>(), 1..5000_usize), 1..6),
        chunk in 1..5000_usize,
    ) {
        let mut compress = compress();
        let (mut frames, mut expected) = (Vec::new(), Vec::new());
        for (bytes, times, deflated, fragment) in sent {
            let message = bytes.repeat(times);
            let payload = if deflated { deflate(&mut compress, &message) } else { message.clone() };
            let mut first = if deflated { RSV1 | BINARY } else { BINARY };
            let mut parts = payload.chunks(fragment).peekable();
            while let Some(part) = parts.next() {
                let last = if parts.peek().is_none() { FIN } else { 0 };
                frames.extend(frame(first | last, part));
                first = CONTINUATION;
            }
            if !payload.is_empty() {
                expected.push(message);
            }
        }
        let expanded = expand(frames.chunks(chunk)).unwrap();
        prop_assert_eq!(messages(&expanded), expected);
    }

    #[test]
    fn no_bytes_panic_it_and_cuts_change_nothing(bytes in vec(any::<u8>(), 0..400), cut in 1..50_usize) {
        let frames = [b"\xc1\x7d".as_slice(), &bytes].concat();
        prop_assert_eq!(expand([frames.as_slice()]), expand(frames.chunks(cut)));
    }
}
