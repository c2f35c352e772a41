//! A server in memory that is polled.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::{Mutex, mpsc},
    task::JoinSet,
};

use super::{OPEN, admitted};
use crate::{Connection, EngineSocket, Options, Transport, transport::Target};

/// The server's end of a session.
pub(crate) struct Polled {
    says: mpsc::UnboundedSender<String>,
    posted: mpsc::UnboundedReceiver<String>,
    requests: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

/// What each of its connections needs.
#[derive(Clone)]
struct Desk {
    /// The bodies of the polls to come; one waits for the next.
    to_say: Arc<Mutex<mpsc::UnboundedReceiver<String>>>,
    posted: mpsc::UnboundedSender<String>,
    requests: Arc<AtomicUsize>,
}

/// Opens a session and joins its main namespace.
pub(crate) async fn polled(options: &Options) -> (Connection, Polled) {
    let options = Options {
        transports: vec![Transport::Polling],
        ..options.clone()
    };
    let (dialled, mut connections) = mpsc::unbounded_channel();
    let (says, to_say) = mpsc::unbounded_channel();
    let (posted, posts) = mpsc::unbounded_channel();
    let requests = Arc::<AtomicUsize>::default();
    let desk = Desk {
        to_say: Arc::new(Mutex::new(to_say)),
        posted,
        requests: requests.clone(),
    };
    let mut serving = JoinSet::new();
    serving.spawn(async move {
        let mut open = JoinSet::new();
        while let Some(stream) = connections.recv().await {
            open.spawn(desk.clone().serve(stream));
        }
        open.join_all().await;
    });
    let mut server = Polled {
        says,
        posted: posts,
        requests,
        _serving: serving,
    };
    let mut target = Target::new(&options).unwrap();
    target.memory = Some(dialled);
    server.say(OPEN);
    let engine = EngineSocket::at(&target, &options).await.unwrap();
    let (admission, ()) = tokio::join!(engine.join(None), async {
        assert_eq!(server.posted().await, "40");
        server.say(r#"40{"sid":"socket-1"}"#);
    });
    (admitted(admission), server)
}

impl Polled {
    /// Answers a poll.
    pub(crate) fn say(&self, body: &str) {
        self.says.send(body.to_owned()).unwrap();
    }

    /// The body of the next post.
    pub(crate) async fn posted(&mut self) -> String {
        self.posted.recv().await.unwrap()
    }

    /// How many requests have come.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

impl Desk {
    async fn serve(self, mut stream: DuplexStream) {
        while let Some(request) = read(&mut stream).await {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let body = match request {
                Some(posted) => {
                    let _ = self.posted.send(posted);
                    "ok".to_owned()
                }
                None => match self.to_say.lock().await.recv().await {
                    Some(body) => body,
                    None => return,
                },
            };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            if stream.write_all((head + &body).as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// A request: what it posts, if it is a post. None once the client has hung up.
async fn read(stream: &mut DuplexStream) -> Option<Option<String>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    if head.starts_with("get") {
        return Some(None);
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).await.ok()?;
    Some(Some(String::from_utf8(body).unwrap()))
}
