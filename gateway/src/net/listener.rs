//! A TCP listener without Nagle's delay, whose connections can be cut from outside.
//!
//! Socketioxide can close a session only by sending something, which a full buffer or a dead peer prevents.
//! Cutting the connection under it always works, and the client sees what it would see of a broken network.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use axum::{extract::connect_info::Connected, serve::IncomingStream};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::Carriers;

/// Accepts connections.
pub(crate) struct Listener {
    pub(crate) tcp: TcpListener,
    pub(crate) carriers: Carriers,
}

/// Who is at the other end, and the way to cut the connection. In the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Peer {
    pub(crate) addr: SocketAddr,
    pub(crate) cut: CancellationToken,
    /// The session that took the connection over as its WebSocket; set by [`Carriers::carry`].
    pub(crate) carries: Arc<OnceLock<String>>,
}

impl Peer {
    pub(crate) fn new(addr: SocketAddr) -> Self {
        Self {
            addr,
            cut: CancellationToken::new(),
            carries: Arc::default(),
        }
    }
}

impl axum::serve::Listener for Listener {
    type Io = Connection;
    type Addr = Peer;

    async fn accept(&mut self) -> (Connection, Peer) {
        let (tcp, addr) = axum::serve::Listener::accept(&mut self.tcp).await;
        if let Err(error) = tcp.set_nodelay(true) {
            // Without it a small packet after another waits some 40 ms for its acknowledgement.
            tracing::debug!(%error, "Could not turn Nagle's delay off");
        }
        let peer = Peer::new(addr);
        (Connection::new(tcp, peer.clone(), self.carriers.clone()), peer)
    }

    fn local_addr(&self) -> io::Result<Peer> {
        self.tcp.local_addr().map(Peer::new)
    }
}

impl Connected<IncomingStream<'_, Listener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Listener>) -> Self {
        stream.remote_addr().clone()
    }
}

type Cut = Pin<Box<WaitForCancellationFutureOwned>>;

/// A TCP connection that fails on both sides once it is cut.
pub(crate) struct Connection {
    tcp: TcpStream,
    // One for each direction: a future remembers a single waker, and the two directions may be two tasks.
    read_cut: Cut,
    write_cut: Cut,
    peer: Peer,
    carriers: Carriers,
}

impl Connection {
    fn new(tcp: TcpStream, peer: Peer, carriers: Carriers) -> Self {
        Self {
            tcp,
            read_cut: Box::pin(peer.cut.clone().cancelled_owned()),
            write_cut: Box::pin(peer.cut.clone().cancelled_owned()),
            peer,
            carriers,
        }
    }

    /// Ready with an error once the connection is cut.
    fn poll_write_cut(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        self.write_cut.as_mut().poll(context).map(|()| severed())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.carriers.dropped(&self.peer);
    }
}

fn severed() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionAborted, "The connection was cut")
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.read_cut.as_mut().poll(context).is_ready() {
            return Poll::Ready(Err(severed()));
        }
        Pin::new(&mut self.tcp).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(error) = self.poll_write_cut(context) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.tcp).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(error) = self.poll_write_cut(context) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.tcp).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(error) = self.poll_write_cut(context) {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.tcp).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    async fn pair() -> (TcpStream, Connection, Peer) {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = tcp.local_addr().unwrap();
        let mut listener = Listener {
            tcp,
            carriers: Carriers::default(),
        };
        let (client, (connection, peer)) = tokio::join!(
            TcpStream::connect(addr),
            axum::serve::Listener::accept(&mut listener)
        );
        (client.unwrap(), connection, peer)
    }

    #[tokio::test]
    async fn bytes_pass_both_ways_until_the_connection_is_cut() {
        let (mut client, mut server, peer) = pair().await;
        client.write_all(b"ask").await.unwrap();
        let mut three = [0; 3];
        server.read_exact(&mut three).await.unwrap();
        server.write_all(b"yes").await.unwrap();
        client.read_exact(&mut three).await.unwrap();
        assert_eq!(&three, b"yes");

        peer.cut.cancel();
        assert_eq!(
            server.read(&mut three).await.unwrap_err().kind(),
            io::ErrorKind::ConnectionAborted
        );
        assert_eq!(
            server.write(b"no").await.unwrap_err().kind(),
            io::ErrorKind::ConnectionAborted
        );
    }

    #[tokio::test]
    async fn a_reader_and_a_blocked_writer_both_wake_when_the_connection_is_cut() {
        let (_client, server, peer) = pair().await;
        let (mut reading, mut writing) = tokio::io::split(server);
        let block = vec![0_u8; 64 * 1024];
        let write = async { while writing.write(&block).await.is_ok() {} };
        let mut byte = [0; 1];
        let cut = async {
            tokio::task::yield_now().await;
            peer.cut.cancel();
        };
        let all = async { tokio::join!(reading.read(&mut byte), write, cut) };
        let (read, (), ()) = tokio::time::timeout(LIMIT, all).await.unwrap();
        assert!(read.is_err());
    }
}
