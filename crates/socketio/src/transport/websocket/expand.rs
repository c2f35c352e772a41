//! Compressed messages made into plain ones, frame by frame and sans I/O (RFC 7692, permessage-deflate).
//!
//! What comes out are frames again, so that whoever reads them needs no word of compression. A message of which more
//! than a piece is inflated comes out as several frames: its reader counts them, and stops at its limit long before a
//! message that only pretends to be small has been inflated as a whole.

use std::{error, fmt};

use flate2::{Decompress, FlushDecompress, Status};
use http::{HeaderMap, header};

/// What is inflated before it is handed on, in bytes; most events fit into one piece.
const PIECE: usize = 16 << 10;

/// What a sender leaves off the end of each message.
const TAIL: &[u8] = &[0x00, 0x00, 0xff, 0xff];

const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const RSV: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const CONTINUATION: u8 = 0;
const BINARY: u8 = 2;
/// From here on opcodes are those of control frames.
const CONTROL: u8 = 8;
const MASKED: u8 = 0x80;

/// What is offered to a server. It is asked for nothing it would not do by itself: its window may be as large as it
/// likes.
pub(in crate::transport) const OFFER: &str = "permessage-deflate";

/// Whether a server that got the [`OFFER`] takes it. None if its answer is no answer to that.
pub(in crate::transport) fn agreed(headers: &HeaderMap) -> Option<bool> {
    let mut agreed = false;
    for value in headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS) {
        let extensions = value.to_str().ok()?.split(',').map(str::trim);
        for extension in extensions.filter(|extension| !extension.is_empty()) {
            let mut parts = extension.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            if agreed || !name.eq_ignore_ascii_case(OFFER) || !parts.all(is_understood) {
                return None;
            }
            agreed = true;
        }
    }
    Some(agreed)
}

/// Parameters by which this side has to do nothing else: it inflates whatever the window, and compresses nothing.
fn is_understood(parameter: &str) -> bool {
    let mut parts = parameter.splitn(2, '=').map(str::trim);
    let (name, value) = (parts.next().unwrap_or_default(), parts.next());
    match value {
        None => ["server_no_context_takeover", "client_no_context_takeover"]
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known)),
        Some(bits) => {
            let bits = bits.trim_matches('"').parse::<u8>();
            name.eq_ignore_ascii_case("server_max_window_bits")
                && bits.is_ok_and(|bits| (8..=15).contains(&bits))
        }
    }
}

/// A compressed message that can't be inflated, or is not framed as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::transport) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a broken compressed message")
    }
}

impl error::Error for Broken {}

/// Reads frames and writes them without compression.
pub(in crate::transport) struct Expander {
    largest: u64,
    step: Step,
    /// Whether the message under way is compressed; only its first frame says so.
    compressed: bool,
    /// The opcode of the next frame of that message.
    opcode: u8,
    /// Made when the first compressed message comes: about 44 kB, which most of a protocol's small messages don't take.
    inflate: Option<Decompress>,
    /// Whether the sender closed its stream within a message, as it may; what follows begins a new one.
    ended: bool,
    /// What is inflated and not yet written.
    piece: Vec<u8>,
}

/// What the next byte is.
#[derive(Clone, Copy)]
enum Step {
    /// The beginning of a frame.
    Head,
    /// One of so many that are passed on as they are.
    Plain(u64),
    /// One of so many that are inflated, in the last frame of its message or not.
    Deflated { left: u64, last: bool },
    /// None: this is what the sender left off.
    Tail(&'static [u8]),
}

impl Expander {
    /// Inflates messages. A frame that is longer than this even while it is compressed is passed on as it is, for its
    /// reader to refuse.
    pub(in crate::transport) fn new(largest: usize) -> Self {
        Self {
            largest: u64::try_from(largest).unwrap_or(u64::MAX),
            step: Step::Head,
            compressed: false,
            opcode: CONTINUATION,
            inflate: None,
            ended: false,
            piece: Vec::new(),
        }
    }

    /// Takes what it can from `input` and adds frames, or parts of them, to `output`: at most two pieces more than was
    /// put in. If it adds none, it wants more input.
    pub(in crate::transport) fn expand(
        &mut self,
        input: &mut &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), Broken> {
        let written = output.len();
        while output.len() == written || (!input.is_empty() && output.len() - written < PIECE) {
            match self.step {
                Step::Head => {
                    if !self.head(input, output)? {
                        return Ok(());
                    }
                }
                Step::Plain(0) => self.step = Step::Head,
                Step::Plain(_) if input.is_empty() => return Ok(()),
                Step::Plain(left) => {
                    let (plain, rest) = input.split_at(most(left, input));
                    output.extend_from_slice(plain);
                    *input = rest;
                    self.step = Step::Plain(left.saturating_sub(length(plain)));
                }
                Step::Deflated { left: 0, last: false } => self.step = Step::Head,
                Step::Deflated { left: 0, last: true } => {
                    self.step = Step::Tail(if self.ended { &[] } else { TAIL });
                }
                Step::Deflated { .. } if input.is_empty() => return Ok(()),
                Step::Deflated { left, last } => {
                    let (mut deflated, rest) = input.split_at(most(left, input));
                    let all = deflated.len();
                    let full = self.inflate(&mut deflated)?;
                    let taken = all - deflated.len();
                    *input = input.get(taken..).unwrap_or(rest);
                    let left = left.saturating_sub(u64::try_from(taken).unwrap_or(u64::MAX));
                    self.step = Step::Deflated { left, last };
                    if full {
                        self.write(false, output);
                        return Ok(());
                    }
                }
                Step::Tail(mut tail) => {
                    let full = self.inflate(&mut tail)?;
                    self.step = Step::Tail(tail);
                    self.write(!full, output);
                    if full {
                        return Ok(());
                    }
                    self.compressed = false;
                    self.step = Step::Head;
                }
            }
        }
        Ok(())
    }

    /// Reads the head of a frame; false if it is not there as a whole.
    fn head(&mut self, input: &mut &[u8], output: &mut Vec<u8>) -> Result<bool, Broken> {
        let &[first, second, ref more @ ..] = *input else {
            return Ok(false);
        };
        let (left, rest) = match second & !MASKED {
            126 => match more.split_first_chunk() {
                Some((bytes, rest)) => (u16::from_be_bytes(*bytes).into(), rest),
                None => return Ok(false),
            },
            127 => match more.split_first_chunk() {
                Some((bytes, rest)) => (u64::from_be_bytes(*bytes), rest),
                None => return Ok(false),
            },
            short => (short.into(), more),
        };
        let opcode = first & OPCODE;
        let last = first & FIN != 0;
        let deflated = match opcode {
            // It has no part in the message that it may stand in the middle of.
            CONTROL.. => false,
            CONTINUATION => self.compressed && first & RSV == 0,
            // The last message has not ended.
            _ if self.compressed => return Err(Broken),
            _ => first & RSV == RSV1 && opcode <= BINARY,
        };
        if deflated && second & MASKED == 0 && left <= self.largest {
            if opcode != CONTINUATION {
                self.compressed = true;
                self.opcode = opcode;
            }
            self.step = Step::Deflated { left, last };
        } else {
            let head = input.len() - rest.len();
            output.extend_from_slice(input.get(..head).unwrap_or_default());
            // The key of a masked frame counts as its first bytes: nobody will read further.
            self.step = Step::Plain(left);
        }
        *input = rest;
        Ok(true)
    }

    /// Inflates into the piece; true if that is full before the input is used up or all of its output is there.
    fn inflate(&mut self, input: &mut &[u8]) -> Result<bool, Broken> {
        self.piece.reserve_exact(PIECE.saturating_sub(self.piece.len()));
        let inflate = self.inflate.get_or_insert_with(|| Decompress::new(false));
        loop {
            if self.piece.len() == self.piece.capacity() {
                return Ok(true);
            }
            if self.ended {
                if input.is_empty() {
                    return Ok(false);
                }
                inflate.reset(false);
                self.ended = false;
            }
            let (read, written) = (inflate.total_in(), self.piece.len());
            let status = inflate.decompress_vec(input, &mut self.piece, FlushDecompress::None);
            let read = usize::try_from(inflate.total_in() - read).map_err(|_| Broken)?;
            *input = input.get(read..).unwrap_or_default();
            self.ended |= status.map_err(|_| Broken)? == Status::StreamEnd;
            if read == 0 && self.piece.len() == written {
                return if input.is_empty() { Ok(false) } else { Err(Broken) };
            }
        }
    }

    /// Writes the piece as a frame.
    fn write(&mut self, last: bool, output: &mut Vec<u8>) {
        output.push(self.opcode | if last { FIN } else { 0 });
        match (u8::try_from(self.piece.len()), u16::try_from(self.piece.len())) {
            (Ok(length @ ..126), _) => output.push(length),
            (_, Ok(length)) => {
                output.push(126);
                output.extend_from_slice(&length.to_be_bytes());
            }
            _ => {
                output.push(127);
                output.extend_from_slice(&length(&self.piece).to_be_bytes());
            }
        }
        output.append(&mut self.piece);
        self.opcode = CONTINUATION;
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// How much of the input belongs to a frame of which so much is left.
fn most(left: u64, input: &[u8]) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(input.len())
}

#[cfg(test)]
mod tests;
