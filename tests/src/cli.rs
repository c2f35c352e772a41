//! The real `carillon-cli`, with a data folder of its own.

use std::fs;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use carillon_contract::events::StoredEvent;
use carillon_contract::{AccountId, Secret};
use carillon_engine::Reader;
use carillon_engine::home::Home;
use carillon_engine::parts::SealedFile;
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::process::{signal, within};
use crate::program::program;

/// What seals the vaults of these tests.
pub const PASSPHRASE: &str = "a passphrase of these tests";

/// Asks for everything that any crate has to say, by its own name too.
const LOUD: &str = "trace,tungstenite::protocol=trace,hyper=trace,hyper_util::client=trace,reqwest=trace,sqlx::query=trace,\
                    rustls=trace,zbus=trace,keyring=trace,carillon_socketio=trace,carillon_link=trace,carillon_vault=trace";

/// What the environment of whoever runs the tests must not decide.
const ENVIRONMENT: [&str; 8] = [
    "CARILLON_HOME",
    "CARILLON_PASSPHRASE",
    "CARILLON_VAULT",
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "RUST_BACKTRACE",
    "RUST_LOG",
    "XDG_RUNTIME_DIR",
];

/// The arguments that add an account of a server, and more of them.
pub fn adding<'a>(server: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let command = ["accounts", "add", "--platform", "guesslyfe", "--server", server];
    [&command[..], more].concat()
}

/// The command line's program with a data folder.
pub struct Cli {
    program: PathBuf,
    folder: TempDir,
    vault: Vault,
}

enum Vault {
    Sealed,
    Keyring,
}

impl Cli {
    /// With a fresh data folder, whose secrets are in a sealed file. There is no session bus.
    ///
    /// # Errors
    /// Where the program is missing or older than its sources; the text says what to run.
    pub fn new() -> Result<Self> {
        Self::with(Vault::Sealed)
    }

    /// With a fresh data folder, whose secrets are in the keyring of the session around the test.
    ///
    /// # Errors
    /// As [`Cli::new`].
    pub fn with_keyring() -> Result<Self> {
        Self::with(Vault::Keyring)
    }

    fn with(vault: Vault) -> Result<Self> {
        Ok(Self {
            program: program("carillon-cli", "carillon-cli")?,
            folder: tempfile::tempdir().context("Make a folder")?,
            vault,
        })
    }

    /// The data folder.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The sealed file.
    ///
    /// # Errors
    /// Where there is none yet.
    pub async fn sealed(&self) -> Result<SealedFile> {
        let path = self.home().join("vault.sealed");
        Ok(SealedFile::open(path, Secret::new(PASSPHRASE.to_owned())).await?)
    }

    /// All events that are stored of an account, oldest first.
    ///
    /// # Errors
    /// Where its file can't be read.
    pub async fn stored(&self, account: &str) -> Result<Vec<StoredEvent>> {
        const PAGE: u32 = 1_000;
        let vault = Arc::new(self.sealed().await?);
        let reader = Reader::beside(Home::new(self.home()), vault);
        let store = reader.store(&AccountId::new(account)).await?;
        let mut events: Vec<StoredEvent> = Vec::new();
        loop {
            let after = events.last().map_or(0, |event| event.seq);
            let page = store.events_after(after, PAGE).await?;
            if page.is_empty() {
                return Ok(events);
            }
            events.extend(page);
        }
    }

    /// A command that is yet to be changed or run.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).kill_on_drop(true);
        match self.vault {
            Vault::Sealed => {
                for name in ENVIRONMENT {
                    command.env_remove(name);
                }
                command
                    .env("CARILLON_VAULT", "file")
                    .env("CARILLON_PASSPHRASE", PASSPHRASE);
            }
            Vault::Keyring => {
                command.env_remove("CARILLON_VAULT").env_remove("RUST_LOG");
            }
        }
        command.env("CARILLON_HOME", self.home());
        command
    }

    /// A command that says all it can.
    pub fn loudly(&self, arguments: &[&str]) -> Command {
        let mut command = self.command(&[arguments, &["-vv"]].concat());
        command.env("RUST_LOG", LOUD);
        command
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// Where it does not end, or panics.
    pub async fn run(&self, arguments: &[&str]) -> Result<Outcome> {
        run(self.command(arguments), "").await
    }

    /// Runs a command to its end, and gives it something to read.
    ///
    /// # Errors
    /// As [`Cli::run`].
    pub async fn run_with(&self, arguments: &[&str], input: &str) -> Result<Outcome> {
        run(self.command(arguments), input).await
    }

    /// Adds an account by its password, and returns what the command said.
    ///
    /// # Errors
    /// Where it is not added.
    pub async fn add(&self, server: &str, username: &str, password: &str) -> Result<Value> {
        let arguments = adding(server, &["--username", username, "--password-stdin", "--json"]);
        self.run_with(&arguments, &format!("{password}\n")).await?.json()
    }

    /// Starts `listen --json` with more arguments.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn listen(&self, arguments: &[&str]) -> Result<Listen> {
        self.listen_by(self.command(&[&["listen", "--json"], arguments].concat()))
    }

    /// Starts a command that listens.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn listen_by(&self, mut command: Command) -> Result<Listen> {
        // A file takes any amount; a pipe that nobody reads would stop the program.
        let (log, path) = tempfile::Builder::new()
            .suffix(".log")
            .tempfile_in(self.folder.path())?
            .keep()?;
        let mut process = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .context("Start carillon-cli")?;
        let output = process.stdout.take().context("Take the output")?;
        Ok(Listen {
            process,
            lines: BufReader::new(output).lines(),
            log: path,
        })
    }
}

/// Runs a command to its end, and gives it something to read.
///
/// # Errors
/// As [`Cli::run`].
pub async fn run(mut command: Command, input: &str) -> Result<Outcome> {
    let what = format!("{:?} to end", command.as_std());
    let mut process = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("Start carillon-cli")?;
    let mut stdin = process.stdin.take().context("Take the input")?;
    // A command that fails before it reads closes its end.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    let output = within(&what, process.wait_with_output()).await??;
    Outcome::new(
        output.status,
        String::from_utf8(output.stdout).context("The output is no UTF-8")?,
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// What became of a command.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// The answer.
    pub out: String,
    /// Everything else.
    pub err: String,
}

impl Outcome {
    fn new(status: ExitStatus, out: String, err: String) -> Result<Self> {
        ensure!(!err.contains("panicked"), "carillon-cli panicked: {err}");
        Ok(Self {
            code: status.code(),
            out,
            err,
        })
    }

    /// The answer of a command that has succeeded.
    ///
    /// # Errors
    /// Where it has failed.
    pub fn answer(self) -> Result<String> {
        ensure!(
            self.code == Some(0),
            "carillon-cli ended with {:?}: {}",
            self.code,
            self.err
        );
        Ok(self.out)
    }

    /// The answer of a command that has succeeded, read as JSON.
    ///
    /// # Errors
    /// Where it has failed or said something else.
    pub fn json(self) -> Result<Value> {
        let answer = self.answer()?;
        serde_json::from_str(&answer).with_context(|| format!("No JSON: {answer}"))
    }

    /// What a command said that has failed with this exit code: one line, and no answer.
    ///
    /// # Errors
    /// Where it has succeeded, or failed otherwise.
    pub fn complaint(self, code: i32) -> Result<String> {
        ensure!(
            self.code == Some(code),
            "Expected exit code {code}, not {:?}: {}{}",
            self.code,
            self.out,
            self.err
        );
        ensure!(self.out.is_empty(), "A failure with an answer: {}", self.out);
        let said = self.err.trim_end().strip_prefix("carillon-cli: ");
        let said = said.with_context(|| format!("Not in the program's name: {}", self.err))?;
        ensure!(!said.contains('\n'), "More than one line: {said}");
        Ok(said.to_owned())
    }
}

/// A command that listens.
pub struct Listen {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Listen {
    /// The process id.
    ///
    /// # Errors
    /// Where it has ended.
    pub fn pid(&self) -> Result<u32> {
        self.process.id().context("carillon-cli has ended")
    }

    /// The next line, as it is.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn line(&mut self) -> Result<String> {
        let line = within("a line of listen", self.lines.next_line()).await??;
        line.with_context(|| format!("carillon-cli ended: {}", self.said()))
    }

    /// The next event.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn event(&mut self) -> Result<Value> {
        let line = self.line().await?;
        serde_json::from_str(&line).with_context(|| format!("No JSON: {line}"))
    }

    /// Asks it to end, and waits until it has. The answer is what was not read yet.
    ///
    /// # Errors
    /// Where it does not end, or panics.
    pub async fn terminate(self) -> Result<Outcome> {
        signal(&self.process, "TERM").await?;
        self.end().await
    }

    /// Kills it where it is. The answer is what was not read yet; the last line may be torn.
    ///
    /// # Errors
    /// Where it does not end, or panicked before.
    pub async fn kill(mut self) -> Result<Outcome> {
        self.process.start_kill().context("Kill carillon-cli")?;
        self.end().await
    }

    /// Waits until it ends by itself. The answer is what was not read yet.
    ///
    /// # Errors
    /// Where it does not end, or panics.
    pub async fn end(mut self) -> Result<Outcome> {
        let mut rest = String::new();
        let reading = async {
            while let Some(line) = self.lines.next_line().await? {
                rest.push_str(&line);
                rest.push('\n');
            }
            self.process.wait().await
        };
        let status = within("listen to end", reading).await??;
        let said = self.said();
        Outcome::new(status, rest, said)
    }

    fn said(&self) -> String {
        fs::read(&self.log).map_or_else(
            |error| format!("Its log can't be read: {error}"),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }
}
