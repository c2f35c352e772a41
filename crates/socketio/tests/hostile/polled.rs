//! A server that is polled, and means no good from some request on.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use carillon_socketio::{Connection, Options, Transport, connect};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::server::{Server, request};

/// The handshake of the official server where it offers nothing else.
pub(crate) const OPEN: &str =
    r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// How a request is answered.
#[derive(Clone)]
pub(crate) enum Answer {
    /// With these bytes, and the connection stays open.
    Bytes(Vec<u8>),
    /// With these bytes, and then the server hangs up.
    Last(Vec<u8>),
    /// With these bytes and then one more `x` every few milliseconds, for ever.
    Slowly(Vec<u8>),
    /// With these bytes and then more of it, as fast as it is taken.
    Flood(Vec<u8>),
    /// Not at all.
    Never,
}

/// What the server does once a session is open.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) open: String,
    /// The answer to the poll after the one that brings CONNECT, and to all that follow.
    pub(crate) poll: Answer,
    /// The answer to the post after the one that brings CONNECT, and to all that follow.
    pub(crate) post: Answer,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            open: OPEN.into(),
            poll: Answer::Never,
            post: ok("ok"),
        }
    }
}

/// The answer of a server that means well.
pub(crate) fn ok(body: &str) -> Answer {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    Answer::Bytes([head.as_bytes(), body.as_bytes()].concat())
}

/// A server that follows a script.
pub(crate) async fn serve(script: Script) -> Server {
    let script = Arc::new(script);
    let (polls, posts) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    Server::that(move |mut stream| {
        let (script, polls, posts) = (script.clone(), polls.clone(), posts.clone());
        async move {
            while let Some(is_post) = read(&mut stream).await {
                let answer = if is_post {
                    match posts.fetch_add(1, Ordering::SeqCst) {
                        0 => ok("ok"),
                        _ => script.post.clone(),
                    }
                } else {
                    match polls.fetch_add(1, Ordering::SeqCst) {
                        0 => ok(&script.open),
                        1 => ok(r#"40{"sid":"s"}"#),
                        _ => script.poll.clone(),
                    }
                };
                answer.give(&mut stream).await;
            }
        }
    })
    .await
}

/// Opens a session by polling alone.
pub(crate) async fn joined(server: &Server) -> Connection {
    connect(options(server)).await.unwrap()
}

pub(crate) fn options(server: &Server) -> Options {
    Options {
        transports: vec![Transport::Polling],
        ..server.options("http")
    }
}

/// Reads a request; true for a post, none once the client has hung up.
async fn read(stream: &mut TcpStream) -> Option<bool> {
    stream.readable().await.ok()?;
    if stream.peek(&mut [0]).await.ok()? == 0 {
        return None;
    }
    let head = request(stream).await;
    let length = head.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ")
            .map(|length| length.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.unwrap();
    Some(head.starts_with("POST"))
}

impl Answer {
    async fn give(self, stream: &mut TcpStream) {
        match self {
            Self::Bytes(bytes) => stream.write_all(&bytes).await.unwrap(),
            Self::Last(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                stream.shutdown().await.unwrap();
            }
            Self::Slowly(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                // Slowness is what this server is about; nobody waits for it.
                let mut ticks = tokio::time::interval(std::time::Duration::from_millis(5));
                loop {
                    ticks.tick().await;
                    if stream.write_all(b"x").await.is_err() {
                        return;
                    }
                }
            }
            Self::Flood(bytes) => {
                stream.write_all(&bytes).await.unwrap();
                while stream.write_all(&[b'x'; 10_000]).await.is_ok() {}
            }
            Self::Never => pending().await,
        }
    }
}
