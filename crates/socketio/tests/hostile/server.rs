//! A server that does one thing, on real TCP.

use std::{future::pending, sync::Arc};

use carillon_socketio::{ConnectError, Options, Transport, connect};
use futures_util::SinkExt;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_tungstenite::{
    accept_async,
    tungstenite::{Message, handshake::derive_accept_key},
};

/// The handshake of the official server.
pub(crate) const OPEN: &str =
    r#"0{"sid":"e","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// A server that does one thing with each connection, for as long as this value lives.
pub(crate) struct Server {
    pub(crate) port: u16,
    _task: JoinSet<()>,
}

impl Server {
    pub(crate) async fn that<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream));
            }
        });
        Self { port, _task: task }
    }

    /// One that answers the request with these bytes and keeps the connection open.
    pub(crate) async fn that_says(answer: impl Into<Vec<u8>>) -> Self {
        let answer = Arc::new(answer.into());
        Self::that(move |mut stream| {
            let answer = answer.clone();
            async move {
                request(&mut stream).await;
                stream.write_all(&answer).await.unwrap();
                pending().await
            }
        })
        .await
    }

    /// One that opens a WebSocket, sends these messages and then nothing.
    pub(crate) async fn that_sends(messages: Vec<Message>) -> Self {
        Self::that(move |stream| {
            let messages = messages.clone();
            async move {
                let mut ws = accept_async(stream).await.unwrap();
                for message in messages {
                    ws.send(message).await.unwrap();
                }
                let _client = ws;
                pending().await
            }
        })
        .await
    }

    /// One that opens a WebSocket with these headers beside its own, sends these bytes behind that in one go, and then
    /// does something else.
    pub(crate) async fn that_upgrades(headers: &'static str, sends: Vec<u8>, then: Then) -> Self {
        Self::that(move |mut stream| {
            let (sends, then) = (sends.clone(), then.clone());
            async move {
                let asked = request(&mut stream).await;
                let opened = [switched(&asked, headers).into_bytes(), sends].concat();
                stream.set_nodelay(true).unwrap();
                stream.write_all(&opened).await.unwrap();
                then.go_on(stream).await;
            }
        })
        .await
    }

    /// Options for a WebSocket and nothing else.
    pub(crate) fn options(&self, scheme: &str) -> Options {
        Options {
            transports: vec![Transport::Websocket],
            ..Options::new(format!("{scheme}://127.0.0.1:{}", self.port).parse().unwrap())
        }
    }

    pub(crate) async fn refuses(&self) -> ConnectError {
        connect(self.options("http")).await.unwrap_err()
    }
}

/// Reads an HTTP request up to its empty line.
pub(crate) async fn request(stream: &mut (impl AsyncReadExt + Unpin)) -> String {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        request.push(stream.read_u8().await.unwrap());
    }
    String::from_utf8(request).unwrap()
}

/// What a server does when it has said all it had to say.
#[derive(Clone)]
pub(crate) enum Then {
    /// It reads what comes.
    Listen,
    /// It hangs up.
    HangUp,
    /// It sends more, once the client's first message has come, and reads on.
    Send(Vec<u8>),
    /// It sends this for ever, once every few milliseconds.
    Repeat(&'static [u8]),
    /// It sends this for ever, as fast as it is taken.
    Flood(Vec<u8>),
}

impl Then {
    async fn go_on(self, mut stream: TcpStream) {
        match self {
            Self::Listen => {}
            Self::HangUp => {
                stream.shutdown().await.unwrap();
                return;
            }
            Self::Send(more) => {
                stream.read_u8().await.unwrap();
                stream.write_all(&more).await.unwrap();
            }
            Self::Repeat(bytes) => {
                // Slowness is what this server is about; nobody waits for it.
                let mut ticks = tokio::time::interval(std::time::Duration::from_millis(5));
                while stream.write_all(bytes).await.is_ok() {
                    ticks.tick().await;
                }
                return;
            }
            Self::Flood(bytes) => {
                while stream.write_all(&bytes).await.is_ok() {}
                return;
            }
        }
        while stream.read(&mut [0; 1000]).await.is_ok_and(|read| read > 0) {}
    }
}

/// The answer that opens the WebSocket that was asked for.
pub(crate) fn switched(request: &str, headers: &str) -> String {
    let key = request
        .lines()
        .find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("sec-websocket-key").then_some(value)
        })
        .unwrap();
    let accept = derive_accept_key(key.as_bytes());
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{headers}\r\n"
    )
}

/// A frame of a server, with a first byte that says what it is.
pub(crate) fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let length = u64::try_from(payload.len()).unwrap().to_be_bytes();
    [&[first, 127], length.as_slice(), payload].concat()
}

/// A text of a server.
pub(crate) fn text(text: &str) -> Vec<u8> {
    frame(0x81, text.as_bytes())
}

/// The frames of a server that lets everyone in.
pub(crate) fn welcome() -> Vec<u8> {
    [text(OPEN), text(r#"40{"sid":"s"}"#)].concat()
}
