//! The official server behind TLS.

use std::sync::Arc;

use carillon_socketio::{Args, CloseReason, ConnectError, Options, Transport, connect};
use rustls::ServerConfig;
use serde_json::json;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::{LIMIT, certificate::certificate, greeted, next, node::Node, soon};

/// Takes the TLS off connections to a port of this machine.
struct Terminator {
    port: u16,
    _task: JoinSet<()>,
}

impl Terminator {
    async fn before(port: u16, config: Arc<ServerConfig>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let own_port = listener.local_addr().unwrap().port();
        let acceptor = TlsAcceptor::from(config);
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                connections.spawn(async move {
                    let Ok(mut client) = acceptor.accept(client).await else {
                        return;
                    };
                    let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                });
            }
        });
        Self {
            port: own_port,
            _task: task,
        }
    }
}

#[tokio::test]
async fn polling_a_websocket_and_the_change_between_them_are_spoken_in_secret() {
    let mut node = Node::start(json!({})).await;
    let (server, client) = certificate();
    let terminator = Terminator::before(node.port, server).await;
    for transports in [
        vec![Transport::Polling],
        vec![Transport::Polling, Transport::Websocket],
        vec![Transport::Websocket],
    ] {
        let upgrades = transports.len() > 1;
        let last = *transports.last().unwrap();
        let mut connection = greeted(Options {
            tls: Some(client.clone()),
            transports,
            ..Options::new(format!("https://127.0.0.1:{}", terminator.port).parse().unwrap())
        })
        .await;
        if upgrades {
            node.report("upgrade").await;
        }
        for n in 0..50 {
            let args = Args::json(n).unwrap().with_binary(vec![0x1e; 20_000]).unwrap();
            connection.socket.emit("reflect", args).await.unwrap();
        }
        for n in 0..50 {
            let event = next(&mut connection).await;
            assert_eq!(event.args.parse::<u32>(0).unwrap(), n);
            assert_eq!(event.args.bytes(1).unwrap().as_ref(), [0x1e; 20_000]);
        }
        connection
            .socket
            .emit("burst", Args::json(5000).unwrap())
            .await
            .unwrap();
        for n in 0..5000 {
            assert_eq!(next(&mut connection).await.args.parse::<u32>(0).unwrap(), n);
        }
        connection.socket.verify(LIMIT).await.unwrap();
        assert_eq!(connection.socket.transport(), last);
        connection.socket.close();
        assert_eq!(soon(connection.socket.closed()).await, CloseReason::Local);
    }
}

#[tokio::test]
async fn a_server_that_is_not_trusted_is_not_polled_either() {
    let node = Node::start(json!({})).await;
    let (server, _) = certificate();
    let terminator = Terminator::before(node.port, server).await;
    let error = connect(Options {
        transports: vec![Transport::Polling],
        ..Options::new(format!("https://127.0.0.1:{}", terminator.port).parse().unwrap())
    })
    .await
    .unwrap_err();
    assert!(matches!(error, ConnectError::Tls(_)), "{error:?}");
}
