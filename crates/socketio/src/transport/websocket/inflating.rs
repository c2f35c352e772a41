//! A stream below a WebSocket whose compressed messages arrive as plain ones.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_util::io::poll_read_buf;

use super::expand::{Broken, Expander};

/// Bytes asked of the system at a time.
const READ: usize = 16 << 10;

/// The stream. What is written passes as it is: a client need not compress, and whether something secret stands in what
/// it sends can't be seen from its length then.
pub(super) struct Inflating<S> {
    stream: S,
    mode: Mode,
    /// What was read and not yet used.
    input: BytesMut,
    /// Frames that were made of it, and how much of them was taken.
    output: Vec<u8>,
    taken: usize,
    /// Told once all that came before it was taken.
    broken: Option<Broken>,
}

enum Mode {
    /// The answer to the upgrade. What comes behind it in the same read waits here for what was agreed.
    Answer(AnswerEnd),
    /// Nothing was agreed.
    Plain,
    /// Messages may be compressed.
    Deflated(Box<Expander>),
}

impl<S> Inflating<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream,
            mode: Mode::Answer(AnswerEnd::default()),
            input: BytesMut::new(),
            output: Vec::new(),
            taken: 0,
            broken: None,
        }
    }

    /// Goes on to the frames, of at most so many bytes if compression was agreed on.
    pub(super) fn begin(&mut self, deflated: Option<usize>) {
        self.mode = match deflated {
            Some(largest) => Mode::Deflated(Box::new(Expander::new(largest))),
            None => Mode::Plain,
        };
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Inflating<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            match &mut this.mode {
                Mode::Plain if this.input.is_empty() => return Pin::new(&mut this.stream).poll_read(cx, buf),
                Mode::Plain => {
                    let most = this.input.len().min(buf.remaining());
                    buf.put_slice(&this.input.split_to(most));
                    return Poll::Ready(Ok(()));
                }
                Mode::Answer(end) if !this.input.is_empty() => {
                    let most = this.input.len().min(buf.remaining());
                    let head = this.input.get(..most).unwrap_or_default();
                    let head = end.find(head).unwrap_or(most);
                    buf.put_slice(&this.input.split_to(head));
                    return Poll::Ready(Ok(()));
                }
                Mode::Answer(_) => {}
                Mode::Deflated(expander) => {
                    if this.taken == this.output.len() {
                        this.output.clear();
                        this.taken = 0;
                        if let Some(broken) = this.broken {
                            return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, broken)));
                        }
                        let mut input = this.input.as_ref();
                        this.broken = expander.expand(&mut input, &mut this.output).err();
                        let used = this.input.len() - input.len();
                        this.input.advance(used);
                    }
                    let frames = this.output.get(this.taken..).unwrap_or_default();
                    if !frames.is_empty() {
                        let most = frames.len().min(buf.remaining());
                        buf.put_slice(frames.get(..most).unwrap_or(frames));
                        this.taken += most;
                        return Poll::Ready(Ok(()));
                    }
                    if this.broken.is_some() {
                        continue;
                    }
                }
            }
            this.input.reserve(READ);
            if ready!(poll_read_buf(Pin::new(&mut this.stream), cx, &mut this.input))? == 0 {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Inflating<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Finds the empty line that ends an HTTP head, in parts that are cut anywhere.
#[derive(Default)]
struct AnswerEnd {
    /// Whether the line so far is empty; the first one is not, whatever it is.
    is_empty: bool,
}

impl AnswerEnd {
    /// Where in this part the head has ended.
    fn find(&mut self, part: &[u8]) -> Option<usize> {
        for (at, byte) in part.iter().enumerate() {
            match byte {
                b'\n' if self.is_empty => return Some(at + 1),
                b'\n' => self.is_empty = true,
                b'\r' => {}
                _ => self.is_empty = false,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[test]
    fn the_end_of_an_answer_is_found_wherever_it_is_cut() {
        for answer in ["HTTP/1.1 101 S\r\nA: b\r\n\r\n", "HTTP/1.1 101 S\nA: b\n\n"] {
            let bytes = [answer.as_bytes(), b"\x81\x00\n\n"].concat();
            for cut in 0..answer.len() {
                let (one, other) = bytes.split_at(cut);
                let mut end = AnswerEnd::default();
                assert_eq!(end.find(one), None);
                assert_eq!(end.find(other), Some(answer.len() - cut));
            }
        }
    }

    #[tokio::test]
    async fn frames_behind_the_answer_wait_for_what_was_agreed() {
        for (deflated, expected) in [
            (None, b"\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00".as_slice()),
            (Some(1000), b"\x81\x05Hello"),
        ] {
            let (mut server, client) = duplex(1000);
            // RFC 7692, section 7.2.3.
            let sent = b"HTTP/1.1 101 S\r\n\r\n\xc1\x07\xf2\x48\xcd\xc9\xc9\x07\x00";
            server.write_all(sent).await.unwrap();
            drop(server);
            let mut stream = Inflating::new(client);
            let mut answer = [0; 1000];
            let read = stream.read(&mut answer).await.unwrap();
            assert_eq!(answer.get(..read).unwrap(), b"HTTP/1.1 101 S\r\n\r\n");
            stream.begin(deflated);
            let mut frames = Vec::new();
            stream.read_to_end(&mut frames).await.unwrap();
            assert_eq!(frames, expected);
        }
    }
}
