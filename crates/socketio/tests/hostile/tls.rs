//! Servers behind TLS, trusted and not.

use std::{future::pending, sync::Arc};

use carillon_socketio::{Args, ConnectError, Options, connect};
use futures_util::{SinkExt, StreamExt};
use rustls::ServerConfig;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_tungstenite::{accept_async, tungstenite::Message};

use crate::{
    certificate::certificate,
    server::{OPEN, Server},
};

/// A Socket.IO server behind TLS that lets everyone in and repeats every message.
async fn secure_server(config: Arc<ServerConfig>) -> Server {
    let acceptor = TlsAcceptor::from(config);
    Server::that(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut ws = accept_async(stream).await.unwrap();
            ws.send(Message::text(OPEN)).await.unwrap();
            ws.next().await.unwrap().unwrap();
            ws.send(Message::text(r#"40{"sid":"s"}"#)).await.unwrap();
            while let Some(Ok(message)) = ws.next().await {
                if message.is_text() {
                    ws.send(message).await.unwrap();
                }
            }
        }
    })
    .await
}

#[tokio::test]
async fn a_trusted_server_is_spoken_to_in_secret() {
    let (server, client) = certificate();
    let server = secure_server(server).await;
    for scheme in ["https", "wss"] {
        let mut connection = connect(Options {
            tls: Some(client.clone()),
            ..server.options(scheme)
        })
        .await
        .unwrap();
        connection.socket.emit("e", Args::json(1).unwrap()).await.unwrap();
        assert_eq!(
            connection
                .events
                .next()
                .await
                .unwrap()
                .args
                .parse::<i32>(0)
                .unwrap(),
            1
        );
    }
}

#[tokio::test]
async fn a_server_that_the_system_does_not_trust_is_not_spoken_to() {
    let (server, _) = certificate();
    let server = secure_server(server).await;
    let error = connect(server.options("https")).await.unwrap_err();
    let ConnectError::Tls(error) = error else {
        panic!("{error:?}")
    };
    assert!(matches!(error, rustls::Error::InvalidCertificate(_)), "{error:?}");
}

#[tokio::test]
async fn a_plain_server_is_no_secure_one_and_the_other_way_round() {
    let (config, client) = certificate();
    let plain = Server::that(|mut stream| async move {
        // What comes first is no request, but it has a first byte.
        stream.read_u8().await.unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .await
            .unwrap();
        pending().await
    })
    .await;
    let error = connect(Options {
        tls: Some(client),
        ..plain.options("https")
    })
    .await
    .unwrap_err();
    assert!(matches!(error, ConnectError::Tls(_)), "{error:?}");

    let error = secure_server(config).await.refuses().await;
    assert!(
        matches!(error, ConnectError::Upgrade(_) | ConnectError::Dial(_)),
        "{error:?}"
    );
}
