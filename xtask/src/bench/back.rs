//! How soon a client is back after a server was away for a moment.

use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::socket::Client;
use super::{Running, program, script};
use crate::workspace::Workspace;

/// How long the server is away.
const AWAY: Duration = Duration::from_millis(300);
/// How long a connection holds before the server goes again.
const HOLDS: Duration = Duration::from_millis(300);

/// How long each client took from losing the connection to having one again, in milliseconds.
pub(super) struct Back {
    pub(super) client: Client,
    pub(super) took_ms: Vec<f64>,
}

pub(super) fn measure(workspace: &Workspace, times: usize) -> Result<Vec<Back>> {
    let one = |client| -> Result<Back> {
        println!("Coming back: {}, {times} times", client_name(client));
        Ok(Back {
            client,
            took_ms: times_back(workspace, client, times)?,
        })
    };
    // `rust_socketio` tells nobody that it is back, so that there is nothing to measure.
    Ok(vec![one(Client::Ours)?, one(Client::Official)?])
}

fn client_name(client: Client) -> &'static str {
    client.name()
}

fn times_back(workspace: &Workspace, client: Client, times: usize) -> Result<Vec<f64>> {
    let mut server = Running::start(script(workspace, "server.mjs", &["0"])?)?;
    let port = server.line()?;
    let url = format!("http://127.0.0.1:{port}");
    let mut client = Running::start(match client {
        Client::Ours | Client::Peer => program(workspace, "back", &[&url]),
        Client::Official => script(workspace, "back.mjs", &[&url])?,
    })?;
    until(&mut client, "back")?;
    let mut took = Vec::with_capacity(times);
    for _ in 0..times {
        sleep(HOLDS);
        drop(server);
        let lost = until(&mut client, "lost")?;
        sleep(AWAY);
        server = Running::start(script(workspace, "server.mjs", &[&port])?)?;
        server.line()?;
        took.push(until(&mut client, "back")? - lost);
    }
    Ok(took)
}

/// Reads up to a word; the time beside it.
fn until(client: &mut Running, word: &str) -> Result<f64> {
    loop {
        let line = client.line()?;
        if let Some(at) = line.strip_prefix(word) {
            return at.trim().parse().context("Read a time");
        }
    }
}
