//! Long runs: a tenth of them usually, the whole of them where `CARILLON_SOAK` is set. They have a program of their own,
//! and one runs after the other, since they count what their process holds.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test code"
)]

#[expect(dead_code, reason = "no server is stopped or killed here")]
#[path = "../common/node.rs"]
mod node;
#[path = "../common/talk.rs"]
mod talk;

use std::env;

use carillon_socketio::{Args, CloseReason, Options, Transport};
use serde_json::json;

use tokio::sync::Mutex;

use node::Node;
use talk::{greeted, next, soon};

/// Held by the one that runs.
static ONE: Mutex<()> = Mutex::const_new(());

/// Connections of the whole run.
const ROUNDS: usize = 1000;

fn rounds() -> usize {
    if env::var_os("CARILLON_SOAK").is_some() {
        ROUNDS
    } else {
        ROUNDS / 10
    }
}

/// What this process holds, where the system tells.
struct Held {
    files: usize,
    /// Bytes of memory that are in use.
    memory: usize,
}

impl Held {
    #[cfg(target_os = "linux")]
    fn now() -> Option<Self> {
        // Pages; the second number is what is in memory.
        let pages = std::fs::read_to_string("/proc/self/statm").ok()?;
        Some(Self {
            files: std::fs::read_dir("/proc/self/fd").ok()?.count(),
            memory: pages.split(' ').nth(1)?.parse::<usize>().ok()? * 4096,
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn now() -> Option<Self> {
        None
    }
}

/// Sockets of this process that are connected to a port.
#[cfg(target_os = "linux")]
fn sockets_to(port: u16) -> usize {
    let remote = format!(":{port:04X}");
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let rows = table
        .lines()
        .skip(1)
        .map(|row| row.split_whitespace().collect::<Vec<_>>());
    // Columns: the remote address, and the inode, which is 0 once nobody holds the socket any more.
    rows.filter(|row| row[2].ends_with(&remote) && row[9] != "0")
        .count()
}

/// The ways a connection begins: one for each transport, and the change between them.
fn begins(node: &Node, round: usize) -> Options {
    let (websocket, polling) = (Transport::Websocket, Transport::Polling);
    let ways = [vec![websocket], vec![polling], vec![polling, websocket]];
    Options {
        transports: ways[round % ways.len()].clone(),
        compression: round.is_multiple_of(2),
        ..node.options()
    }
}

#[tokio::test]
async fn soak_connections_that_come_and_go_in_every_way_leave_nothing_behind() {
    let _alone = ONE.lock().await;
    let mut node = Node::start(json!({ "perMessageDeflate": { "threshold": 0 } })).await;
    let mut settled = None;
    for round in 0..rounds() {
        let mut connection = greeted(begins(&node, round)).await;
        let args = Args::json(round).unwrap().with_binary(vec![7; 10_000]).unwrap();
        connection.socket.emit("reflect", args).await.unwrap();
        let event = next(&mut connection).await;
        assert_eq!(event.args.parse::<usize>(0).unwrap(), round);
        // This side closes, forgets its handles, is sent away, or loses the server.
        let socket = connection.socket.clone();
        match round / 3 % 4 {
            0 => connection.socket.close(),
            1 => drop((connection, event)),
            2 => connection
                .socket
                .emit("disconnect me", Args::json(true).unwrap())
                .await
                .unwrap(),
            _ => connection
                .socket
                .emit("close engine", Args::none())
                .await
                .unwrap(),
        }
        if round / 3 % 4 == 1 {
            socket.close();
        }
        let reason = soon(socket.closed()).await;
        assert!(
            !matches!(reason, CloseReason::Protocol(_) | CloseReason::PingTimeout),
            "{reason:?}"
        );
        drop(socket);
        node.report("disconnect").await;
        if round == rounds() / 5 {
            settled = Held::now();
        }
    }
    // It tells of a namespace's end before that of the connection.
    soon(async { while node.tell("connected", json!({})).await != 0 {} }).await;
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 0);
    #[cfg(target_os = "linux")]
    assert_eq!(sockets_to(node.port), 0);
    if let (Some(before), Some(after)) = (settled, Held::now()) {
        assert!(
            after.files <= before.files + 5,
            "{} files, then {}",
            before.files,
            after.files
        );
        // The allocator's own; four fifths of the connections with 64 kB each would be 51 MB in the whole run.
        let more = after.memory.saturating_sub(before.memory);
        assert!(more < 4 << 20, "{} bytes, then {}", before.memory, after.memory);
    }
}

#[tokio::test]
async fn soak_a_hundred_namespaces_that_come_and_go_leave_nothing_behind() {
    let _alone = ONE.lock().await;
    let mut node = Node::start(json!({})).await;
    let connection = greeted(node.options()).await;
    let auth = Args::json(json!({ "token": "good" })).unwrap();
    for _ in 0..rounds() / 10 {
        let joining = connection.socket.join("/guarded", auth.first(), None);
        let mut second = soon(joining).await.unwrap();
        assert_eq!(next(&mut second).await.name, "hello");
        second.socket.close();
        assert_eq!(soon(second.socket.closed()).await, CloseReason::Local);
        node.report("disconnect").await;
    }
    // The task of the connection itself.
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), 1);
}
