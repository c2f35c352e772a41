//! Proxies: one that can stop passing anything on without closing, which is a half-open connection, and one that lets
//! no WebSocket through.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;

/// A proxy before a port of this machine, for one connection.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    silence: CancellationToken,
    _task: JoinSet<()>,
}

impl Proxy {
    pub(crate) async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy_port = listener.local_addr().unwrap().port();
        let silence = CancellationToken::new();
        let silenced = silence.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let (mut client, _) = listener.accept().await.unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            tokio::select! {
                _ = copy_bidirectional(&mut client, &mut server) => {}
                () = silenced.cancelled() => std::future::pending().await,
            }
        });
        Self {
            port: proxy_port,
            silence,
            _task: task,
        }
    }

    /// Passes nothing on any more, and closes nothing.
    pub(crate) fn fall_silent(&self) {
        self.silence.cancel();
    }
}

/// A proxy that passes everything on but requests for a WebSocket.
pub(crate) struct Guard {
    pub(crate) port: u16,
    refused: CancellationToken,
    _task: JoinSet<()>,
}

impl Guard {
    /// Waits until a WebSocket was refused.
    pub(crate) async fn refused(&self) {
        self.refused.cancelled().await;
    }
}

/// Answers requests for a WebSocket with these bytes, and hangs up.
pub(crate) async fn against_websockets(port: u16, refusal: &'static str) -> Guard {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let guard_port = listener.local_addr().unwrap().port();
    let refused = CancellationToken::new();
    let refuses = refused.clone();
    let mut task = JoinSet::new();
    task.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((mut client, _)) = listener.accept().await {
            let refuses = refuses.clone();
            connections.spawn(async move {
                // The transport stands in the first line.
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = client.read_u8().await else { return };
                    head.push(byte);
                }
                if head.windows(19).any(|part| part == b"transport=websocket") {
                    client.write_all(refusal.as_bytes()).await.unwrap();
                    refuses.cancel();
                    return;
                }
                let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
                server.write_all(&head).await.unwrap();
                let _ = copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    Guard {
        port: guard_port,
        refused,
        _task: task,
    }
}
