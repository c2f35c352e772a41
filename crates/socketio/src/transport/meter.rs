//! When bytes last moved, whatever they belong to.
//!
//! A large message on a slow line brings bytes long before it brings a frame, and a server that reads slowly
//! takes bytes long before it has taken all: neither is a dead line.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

/// The two instants, shared by all streams of one session.
#[derive(Clone)]
pub(super) struct Meter(Arc<Marks>);

struct Marks {
    start: Instant,
    /// Nanoseconds after the start, as the next one.
    heard: AtomicU64,
    wrote: AtomicU64,
}

impl Meter {
    /// Counts from now on.
    pub(super) fn start() -> Self {
        Self(Arc::new(Marks {
            start: Instant::now(),
            heard: 0.into(),
            wrote: 0.into(),
        }))
    }

    /// When the last byte came.
    pub(super) fn heard_at(&self) -> Instant {
        self.instant(&self.0.heard)
    }

    /// When the last byte left.
    pub(super) fn wrote_at(&self) -> Instant {
        self.instant(&self.0.wrote)
    }

    fn instant(&self, mark: &AtomicU64) -> Instant {
        self.0.start + Duration::from_nanos(mark.load(Ordering::Relaxed))
    }

    fn mark(&self, mark: &AtomicU64) {
        // 64 bits of nanoseconds are 584 years.
        let nanos = u64::try_from(self.0.start.elapsed().as_nanos()).unwrap_or(u64::MAX);
        mark.store(nanos, Ordering::Relaxed);
    }
}

/// A stream that notes in its meter when bytes move.
pub(super) struct Metered<S> {
    stream: S,
    meter: Meter,
}

impl<S> Metered<S> {
    pub(super) fn new(stream: S, meter: Meter) -> Self {
        Self { stream, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.meter.mark(&self.meter.0.heard);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        if written > 0 {
            self.meter.mark(&self.meter.0.wrote);
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
