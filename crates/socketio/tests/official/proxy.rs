//! A TCP proxy that can stop passing anything on without closing: a half-open connection.

use tokio::{
    io::copy_bidirectional,
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
