//! Programs that end when nobody holds them any more, even where whoever started them was killed.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::within;

/// A program that runs. Dropping it kills it.
pub(crate) struct Running {
    name: String,
    child: Child,
    log: PathBuf,
}

/// A program that is yet to be started, whose errors go to `<name>.log` in a folder.
///
/// The kernel kills it together with the thread that starts it.
pub(crate) fn command(name: &str, environment: &[(String, String)]) -> Command {
    let mut command = Command::new("setpriv");
    command
        .args(["--pdeathsig", "KILL", "--", name])
        .env_clear()
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}

impl Running {
    pub(crate) fn start(mut command: Command, logs: &Path) -> Result<Self> {
        let is_named = |argument: &&OsStr| *argument != "--";
        let words: Vec<&OsStr> = command.as_std().get_args().skip_while(is_named).collect();
        let name = words.get(1).map(Path::new).and_then(Path::file_name);
        let name = name.unwrap_or_default().to_string_lossy().into_owned();
        let log = logs.join(format!("{name}.log"));
        let file = File::create(&log).with_context(|| format!("Make {}", log.display()))?;
        let child = command
            .stderr(file)
            .spawn()
            .with_context(|| format!("Start {name}"))?;
        Ok(Self { name, child, log })
    }

    /// The first line that it prints, which tells where it is to be found; it is ready then.
    pub(crate) async fn first_line(&mut self) -> Result<String> {
        let output: ChildStdout = self.child.stdout.take().context("Take the output")?;
        let mut line = String::new();
        let what = format!("{} to be ready", self.name);
        within(&what, BufReader::new(output).read_line(&mut line)).await??;
        let line = line.trim();
        anyhow::ensure!(!line.is_empty(), "{} ended: {}", self.name, self.said());
        Ok(line.to_owned())
    }

    /// Gives it something to read, and then no more.
    pub(crate) async fn tell(&mut self, text: &str) -> Result<()> {
        use tokio::io::AsyncWriteExt as _;
        let mut input = self.child.stdin.take().context("Take the input")?;
        input.write_all(text.as_bytes()).await?;
        Ok(())
    }

    /// Fails once it has ended.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => anyhow::bail!("{} ended ({status}): {}", self.name, self.said()),
        }
    }

    /// What it wrote so far.
    pub(crate) fn said(&self) -> String {
        fs::read(&self.log).map_or_else(
            |error| format!("its log can't be read: {error}"),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }

    /// Kills it and waits until it is gone.
    pub(crate) async fn end(mut self) -> Result<()> {
        within(&format!("{} to end", self.name), self.child.kill()).await??;
        Ok(())
    }
}
