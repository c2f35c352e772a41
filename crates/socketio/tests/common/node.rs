//! A Node process that serves, and the conversation with it: lines of JSON (see `tests/node/lib.mjs`).

use std::{
    collections::VecDeque,
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use carillon_socketio::Options;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::talk::soon;

/// A running server. It ends with this value.
pub(crate) struct Node {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    unread: VecDeque<Value>,
    asked: u64,
    pub(crate) port: u16,
}

impl Node {
    /// Starts the echo server with these settings.
    pub(crate) async fn start(settings: Value) -> Self {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/node");
        let modules =
            env::var_os("CARILLON_NODE_MODULES").map_or_else(|| scripts.join("node_modules"), PathBuf::from);
        assert!(
            modules.join("socket.io").is_dir(),
            "socket.io is not in {}. Run: npm ci --prefix tests/node",
            modules.display()
        );
        let mut process = Command::new("node")
            .arg(scripts.join("echo.mjs"))
            .arg(settings.to_string())
            .env("CARILLON_NODE_MODULES", &modules)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("Start node, which must be installed: {error}"));
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut node = Self {
            process,
            input,
            output,
            unread: VecDeque::new(),
            asked: 0,
            port: 0,
        };
        let first = node.line().await;
        node.port = first["listening"]
            .as_u64()
            .and_then(|port| port.try_into().ok())
            .unwrap();
        node
    }

    /// Options for the main namespace.
    pub(crate) fn options(&self) -> Options {
        Options::new(format!("http://127.0.0.1:{}", self.port).parse().unwrap())
    }

    /// The next report of this name; others stay.
    pub(crate) async fn report(&mut self, name: &str) -> Value {
        self.find(|line| line["report"] == name).await
    }

    /// Has a command carried out and returns its answer.
    pub(crate) async fn tell(&mut self, command: &str, details: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let mut line = json!({ "id": id, "do": command });
        line.as_object_mut()
            .unwrap()
            .extend(details.as_object().unwrap().clone());
        self.input
            .write_all(format!("{line}\n").as_bytes())
            .await
            .unwrap();
        let answer = self.find(|line| line["id"] == id).await;
        assert!(answer["error"].is_null(), "{answer}");
        answer["ok"].clone()
    }

    /// Stops the process where it is, as an overloaded or frozen machine would.
    #[cfg(unix)]
    pub(crate) async fn freeze(&self) {
        let id = self.process.id().unwrap().to_string();
        assert!(
            Command::new("sh")
                .args(["-c", "kill -s STOP \"$0\"", &id])
                .status()
                .await
                .unwrap()
                .success()
        );
    }

    /// Ends the process without a last word.
    pub(crate) async fn kill(&mut self) {
        self.process.kill().await.unwrap();
    }

    async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(place) = self.unread.iter().position(&wanted) {
            return self.unread.remove(place).unwrap();
        }
        loop {
            let line = self.line().await;
            if wanted(&line) {
                return line;
            }
            self.unread.push_back(line);
        }
    }

    async fn line(&mut self) -> Value {
        let line = soon(self.output.next_line()).await.unwrap();
        serde_json::from_str(&line.unwrap_or_else(|| panic!("the server ended"))).unwrap()
    }
}
