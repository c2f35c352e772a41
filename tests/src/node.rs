//! Servers on the official socket.io, each in a process of its own: the scripts of `tests/node`.

use std::collections::{BTreeMap, VecDeque};
use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::process::within;

/// A running server. It ends with this value.
pub struct NodeServer {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Lines that came before they were asked for.
    unread: VecDeque<Value>,
    asked: u64,
    port: u16,
}

impl NodeServer {
    /// Starts a GuessLyfe server on a free port: `guesslyfe.mjs`. It was made from the platform's guide alone. It has
    /// no replay and numbers nothing, as the guide promises neither.
    ///
    /// # Errors
    /// Where node or its packages are missing; the text says what to run.
    pub async fn guesslyfe() -> Result<Self> {
        Self::guesslyfe_with(json!({})).await
    }

    /// Starts one with settings of its own: see the top of `guesslyfe.mjs`.
    ///
    /// # Errors
    /// As [`NodeServer::guesslyfe`].
    pub async fn guesslyfe_with(settings: Value) -> Result<Self> {
        Self::start("guesslyfe.mjs", settings).await
    }

    /// Starts a server that does what a client asks for by events: `echo.mjs`.
    ///
    /// # Errors
    /// As [`NodeServer::guesslyfe`].
    pub async fn echo() -> Result<Self> {
        Self::start("echo.mjs", json!({})).await
    }

    async fn start(script: &str, settings: Value) -> Result<Self> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("node");
        let modules =
            env::var_os("CARILLON_NODE_MODULES").map_or_else(|| scripts.join("node_modules"), PathBuf::from);
        ensure!(
            modules.join("socket.io").is_dir(),
            "socket.io is not in {}. Run: npm ci --prefix tests/node",
            modules.display()
        );
        // One secret for all, so that tokens outlive a server that is killed and started again.
        let mut all = object(json!({ "secret": "shared by all servers of these tests" }))?;
        all.extend(object(settings)?);
        let mut process = Command::new("node")
            .arg(scripts.join(script))
            .arg(Value::Object(all).to_string())
            .env("CARILLON_NODE_MODULES", &modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("Start node, which must be installed")?;
        let input = process.stdin.take().context("Take the server's input")?;
        let output = process.stdout.take().context("Take the server's output")?;
        let mut server = Self {
            process,
            input,
            output: BufReader::new(output).lines(),
            unread: VecDeque::new(),
            asked: 0,
            port: 0,
        };
        let first = server.line("the server to listen").await?;
        let port = first.get("listening").and_then(Value::as_u64);
        server.port = port
            .and_then(|port| port.try_into().ok())
            .with_context(|| format!("A server that listens says where, this one said {first}"))?;
        Ok(server)
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Has a command carried out and returns its answer.
    ///
    /// # Errors
    /// What the server says, or that it says nothing.
    pub async fn tell(&mut self, command: &str, details: Value) -> Result<Value> {
        self.asked += 1;
        let mut line = object(json!({ "id": self.asked, "do": command }))?;
        line.extend(object(details)?);
        let line = format!("{}\n", Value::Object(line));
        self.input
            .write_all(line.as_bytes())
            .await
            .with_context(|| format!("Tell the server to {command}"))?;
        let what = format!("the server's answer to {command}");
        let id = Some(self.asked);
        let answer = self
            .find(&what, |line| line.get("id").and_then(Value::as_u64) == id)
            .await?;
        if let Some(error) = answer.get("error") {
            bail!("{command}: {error}");
        }
        Ok(answer.get("ok").cloned().unwrap_or_default())
    }

    /// Sends an event in its envelope to whom it concerns.
    ///
    /// # Errors
    /// As [`NodeServer::tell`].
    pub async fn emit(&mut self, event: &str, data: Value) -> Result<()> {
        self.tell("emit", json!({ "event": event, "data": data })).await?;
        Ok(())
    }

    /// Sends an event with any arguments to everybody.
    ///
    /// # Errors
    /// As [`NodeServer::tell`].
    pub async fn raw(&mut self, event: &str, args: Value) -> Result<()> {
        self.tell("raw", json!({ "event": event, "args": args })).await?;
        Ok(())
    }

    /// How often something has happened: `attempt`, `refusal`, `connect`, `login`, `refresh`, `subscribe`, …
    ///
    /// # Errors
    /// As [`NodeServer::tell`].
    pub async fn count(&mut self, what: &str) -> Result<u64> {
        let counts = self.tell("counts", json!({})).await?;
        Ok(counts.get(what).and_then(Value::as_u64).unwrap_or(0))
    }

    /// The rooms of a user's connections, by their ids; the two automatic rooms come first.
    ///
    /// # Errors
    /// As [`NodeServer::tell`].
    pub async fn rooms_of(&mut self, user: &str) -> Result<BTreeMap<String, Vec<String>>> {
        let sockets = object(self.tell("rooms", json!({ "user": user })).await?)?;
        let rooms = |socket: &Value| -> Option<Vec<String>> {
            let rooms = socket.get("rooms").and_then(Value::as_array)?;
            rooms.iter().map(|room| Some(room.as_str()?.to_owned())).collect()
        };
        let of_one = |(id, socket): (String, Value)| {
            let rooms = rooms(&socket).with_context(|| format!("{socket} has no rooms"))?;
            Ok((id, rooms))
        };
        sockets.into_iter().map(of_one).collect()
    }

    /// The next report of this name; others stay.
    ///
    /// # Errors
    /// Where it does not come in time.
    pub async fn report(&mut self, name: &str) -> Result<Value> {
        let what = format!("the server's report of a {name}");
        self.find(&what, |line| {
            line.get("report").is_some_and(|report| report == name)
        })
        .await
    }

    /// Ends the process without a last word, and says on which port another can take its place.
    ///
    /// # Errors
    /// Where it can't be ended.
    pub async fn kill(mut self) -> Result<u16> {
        self.process.kill().await.context("Kill the server")?;
        Ok(self.port)
    }

    async fn find(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let place = self.unread.iter().position(&wanted);
        if let Some(line) = place.and_then(|place| self.unread.remove(place)) {
            return Ok(line);
        }
        loop {
            let line = self.line(what).await?;
            if wanted(&line) {
                return Ok(line);
            }
            self.unread.push_back(line);
        }
    }

    async fn line(&mut self, what: &str) -> Result<Value> {
        let line = within(what, self.output.next_line()).await??;
        let line = line.with_context(|| format!("The server ended before {what}"))?;
        serde_json::from_str(&line).with_context(|| format!("The server wrote {line}"))
    }
}

fn object(value: Value) -> Result<Map<String, Value>> {
    match value {
        Value::Object(map) => Ok(map),
        other => bail!("{other} is no JSON object"),
    }
}
