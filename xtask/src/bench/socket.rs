//! Events, questions and connecting: each client in a process of its own, turn by turn.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::{Running, program, script};
use crate::workspace::Workspace;

/// Events of one run.
const EVENTS: usize = 200_000;
/// Questions of one run.
const QUESTIONS: usize = 2_000;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Client {
    Ours,
    Peer,
    Official,
}

impl Client {
    pub(super) const ALL: [Self; 3] = [Self::Ours, Self::Peer, Self::Official];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ours => "Carillon",
            Self::Peer => "rust_socketio 0.6",
            Self::Official => "socket.io-client 4.8 on Node",
        }
    }
}

/// What a client prints.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Found {
    pub(super) connect_ms: f64,
    pub(super) events_per_s: f64,
    pub(super) cpu_us_per_event: f64,
    pub(super) peak_kib: f64,
    pub(super) ack_p50_us: f64,
    pub(super) ack_p99_us: f64,
}

/// What was found of each client, round by round, against one kind of server.
pub(super) struct Rounds {
    pub(super) server: &'static str,
    pub(super) found: Vec<(Client, Vec<Found>)>,
}

pub(super) fn measure(workspace: &Workspace, rounds: usize) -> Result<Vec<Rounds>> {
    let written = Running::start(program(workspace, "serve", &[&EVENTS.to_string()]))?;
    let first = against(
        workspace,
        "events that were written beforehand",
        written,
        0,
        rounds,
    )?;
    let official = Running::start(script(workspace, "server.mjs", &["0"])?)?;
    let second = against(workspace, "socket.io 4.8 on Node", official, QUESTIONS, rounds)?;
    Ok(vec![first, second])
}

fn against(
    workspace: &Workspace,
    name: &'static str,
    mut server: Running,
    questions: usize,
    rounds: usize,
) -> Result<Rounds> {
    let url = format!("http://127.0.0.1:{}", server.line()?);
    let mut found = Client::ALL.map(|client| (client, Vec::new()));
    for round in 1..=rounds {
        println!("{name}: round {round} of {rounds}");
        for (client, found) in &mut found {
            found.push(run(workspace, *client, &url, questions)?);
        }
    }
    Ok(Rounds {
        server: name,
        found: found.into(),
    })
}

fn run(workspace: &Workspace, client: Client, url: &str, questions: usize) -> Result<Found> {
    let (events, questions) = (EVENTS.to_string(), questions.to_string());
    let ours = |name| program(workspace, name, &[url, &events, &questions]);
    let mut command = match client {
        Client::Ours => ours("ours"),
        Client::Peer => ours("peer"),
        Client::Official => script(workspace, "client.mjs", &[url, &events, &questions])?,
    };
    let ran = command
        .output()
        .with_context(|| format!("Run {}", client.name()))?;
    ensure!(
        ran.status.success(),
        "{} failed: {}",
        client.name(),
        String::from_utf8_lossy(&ran.stderr)
    );
    Ok(serde_json::from_slice(&ran.stdout)?)
}
