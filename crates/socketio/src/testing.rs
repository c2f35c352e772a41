//! A server for tests that is nothing but a WebSocket in memory: it says what the test tells it to, also what
//! no server should. Nothing here touches a real socket, so the clock can be paused and every timeout tested
//! with its real length.

mod polled;

use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use tokio::io::DuplexStream;
use tokio_tungstenite::{
    WebSocketStream, accept_async,
    tungstenite::{Message, protocol::frame::coding::CloseCode},
};

use crate::{Admission, ConnectError, Connection, EngineSocket, Options};

/// The handshake of the official server with its usual times.
pub(crate) const OPEN: &str =
    r#"0{"sid":"engine-1","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;

/// Bytes in flight each way before a writer waits.
pub(crate) const IN_FLIGHT: usize = 16 << 10;

pub(crate) use polled::polled;

/// The server's end of a connection.
pub(crate) struct Server {
    pub(crate) ws: WebSocketStream<DuplexStream>,
}

/// Options for a server that is not dialled.
pub(crate) fn options() -> Options {
    Options::new("http://server.example.invalid".parse().unwrap())
}

/// Opens an Engine.IO connection to a [`Server`] that has sent its handshake.
pub(crate) async fn opened(options: &Options) -> (EngineSocket, Server) {
    let (client, server) = tokio::io::duplex(IN_FLIGHT);
    let opening = EngineSocket::over_stream(client, options);
    let (engine, server) = tokio::join!(opening, async {
        let mut server = Server {
            ws: accept_async(server).await.unwrap(),
        };
        server.send(OPEN).await;
        server
    });
    (engine.unwrap(), server)
}

/// Joins the namespace at a [`Server`].
pub(crate) async fn joined(options: &Options) -> (Connection, Server) {
    let (engine, mut server) = opened(options).await;
    let (admission, ()) = tokio::join!(engine.join(None), async {
        server.expect("40").await;
        server.send(r#"40{"sid":"socket-1"}"#).await;
    });
    (admitted(admission), server)
}

/// The connection of a server that accepted.
pub(crate) fn admitted(admission: Result<Admission, ConnectError>) -> Connection {
    match admission {
        Ok(Admission::Joined(connection)) => connection,
        other => panic!("not joined: {other:?}"),
    }
}

impl Server {
    pub(crate) async fn send(&mut self, text: &str) {
        self.ws.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send_binary(&mut self, bytes: impl Into<Bytes>) {
        self.ws.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// The next message that is no WebSocket ping; those are answered.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        loop {
            match self.ws.next().await?.ok()? {
                Message::Ping(_) => {}
                message => return Some(message),
            }
        }
    }

    /// The next message as text.
    pub(crate) async fn text(&mut self) -> String {
        match self.next().await {
            Some(Message::Text(text)) => text.to_string(),
            other => panic!("no text: {other:?}"),
        }
    }

    /// Asserts what the next message is.
    pub(crate) async fn expect(&mut self, text: &str) {
        assert_eq!(self.text().await, text);
    }

    /// Asserts that the client closes next, with this code.
    pub(crate) async fn expect_close(&mut self, code: CloseCode) {
        match self.next().await {
            Some(Message::Close(Some(frame))) => assert_eq!(frame.code, code),
            other => panic!("no close frame: {other:?}"),
        }
    }

    /// Reads and answers WebSocket pings until the client has gone; what else came is returned.
    pub(crate) async fn until_gone(&mut self) -> Vec<Message> {
        let mut messages = Vec::new();
        while let Some(message) = self.next().await {
            messages.push(message);
        }
        messages
    }

    /// Answers WebSocket pings for this long.
    pub(crate) async fn stay(&mut self, time: Duration) -> Vec<Message> {
        let mut messages = Vec::new();
        let _ = tokio::time::timeout(time, async {
            while let Some(message) = self.next().await {
                messages.push(message);
            }
        })
        .await;
        messages
    }
}
