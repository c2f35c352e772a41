//! Two official servers behind a balancer that knows its clients by a cookie.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use carillon_socketio::{Args, Connection, Options, Transport};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{LIMIT, greeted, next, node::Node};

/// Sends each connection to the server that its cookie names, and those without one to either in turn.
struct Balancer {
    port: u16,
    /// How many connections came without a cookie.
    strangers: Arc<AtomicUsize>,
    _task: JoinSet<()>,
}

impl Balancer {
    async fn before(ports: [u16; 2]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let strangers = Arc::<AtomicUsize>::default();
        let seen = strangers.clone();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(pass(client, ports, seen.clone()));
            }
        });
        Self {
            port,
            strangers,
            _task: task,
        }
    }
}

async fn pass(mut client: TcpStream, ports: [u16; 2], strangers: Arc<AtomicUsize>) {
    let Some(request) = head(&mut client).await else {
        return;
    };
    let known = [0, 1]
        .into_iter()
        .find(|n| request.contains(&format!("balancer={n}")));
    let place = known.unwrap_or_else(|| strangers.fetch_add(1, Ordering::SeqCst) % 2);
    let mut server = TcpStream::connect(("127.0.0.1", ports[place])).await.unwrap();
    server.write_all(request.as_bytes()).await.unwrap();
    if known.is_none() {
        let Some(answer) = head(&mut server).await else {
            return;
        };
        let cookie = format!("\r\nSet-Cookie: balancer={place}; Path=/; HttpOnly\r\n\r\n");
        let answer = answer.replace("\r\n\r\n", &cookie);
        client.write_all(answer.as_bytes()).await.unwrap();
    }
    let _ = copy_bidirectional(&mut client, &mut server).await;
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn cookies(connection: &Connection) -> String {
    let asking = connection.socket.emit_with_ack("cookies", Args::none(), LIMIT);
    asking.await.unwrap().parse(0).unwrap()
}

#[tokio::test]
async fn every_request_of_a_session_and_its_websocket_come_to_the_same_server() {
    let settings = json!({ "cookie": { "name": "node" } });
    let mut nodes = [Node::start(settings.clone()).await, Node::start(settings).await];
    let balancer = Balancer::before([nodes[0].port, nodes[1].port]).await;
    for round in 0..4 {
        let mut options = Options::new(format!("http://127.0.0.1:{}", balancer.port).parse().unwrap());
        options.headers.insert("cookie", "own=1".parse().unwrap());
        options.transports = vec![Transport::Polling, Transport::Websocket];
        let mut connection = greeted(options).await;
        assert_eq!(balancer.strangers.load(Ordering::SeqCst), round + 1);
        let node = &mut nodes[round % 2];
        assert_eq!(node.report("upgrade").await["transport"], "websocket");
        let engine = &connection.session.engine_id;
        assert_eq!(
            cookies(&connection).await,
            format!("own=1; node={engine}; balancer={}", round % 2)
        );
        assert_eq!(connection.socket.transport(), Transport::Websocket);
        connection
            .socket
            .emit("reflect", Args::json(round).unwrap())
            .await
            .unwrap();
        assert_eq!(next(&mut connection).await.args.parse::<usize>(0).unwrap(), round);
        connection.socket.close();
    }
    // None came as a stranger a second time.
    assert_eq!(balancer.strangers.load(Ordering::SeqCst), 4);
}
