//! An HTTP server that answers when and what the test says.

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;

/// A server on loopback.
pub(crate) struct Website {
    pub(crate) url: String,
    requests: Mutex<mpsc::UnboundedReceiver<Asked>>,
    _serving: JoinSet<()>,
}

/// A request that waits for its answer.
pub(crate) struct Asked {
    /// Its head and its body.
    pub(crate) text: String,
    answer: oneshot::Sender<String>,
}

impl Asked {
    /// Answers with a status, further headers and a body.
    pub(crate) fn answer(self, status: u16, headers: &str, body: &Value) {
        let body = body.to_string();
        let length = body.len();
        let answer = format!(
            "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        self.answer.send(answer).unwrap();
    }
}

impl Website {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = mpsc::unbounded_channel();
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                serve(stream, &sender).await;
            }
        });
        Self {
            url,
            requests: Mutex::new(requests),
            _serving: serving,
        }
    }

    /// The next request.
    pub(crate) async fn asked(&self) -> Asked {
        self.requests.lock().await.recv().await.unwrap()
    }

    /// Tells whether nobody has asked.
    pub(crate) async fn is_quiet(&self) -> bool {
        self.requests.lock().await.try_recv().is_err()
    }
}

/// Takes one request, hands it to the test, and writes what the test says.
async fn serve(mut stream: TcpStream, requests: &mpsc::UnboundedSender<Asked>) {
    let mut request = Vec::new();
    // The body, a JSON object, is the last of it.
    while !request.ends_with(b"}") {
        if stream.read_buf(&mut request).await.unwrap() == 0 {
            return;
        }
    }
    let (answer, answered) = oneshot::channel();
    let text = String::from_utf8(request).unwrap();
    requests.send(Asked { text, answer }).unwrap();
    if let Ok(answer) = answered.await {
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}
