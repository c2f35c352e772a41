//! How the app is started, and how it is seen to end.
//!
//! The driver starts the program and tells nothing of it afterwards. A shell between them keeps its number and notes how
//! it ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use tokio::process::Command;

use crate::within;

/// A program that is to be opened.
#[derive(Debug, Clone)]
pub struct App {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables beside those of the desktop.
    pub variables: Vec<(String, String)>,
}

/// The first argument is a folder for the notes, the others are the program and its own. A shell that is killed takes
/// the program with it.
const SCRIPT: &str = r#"notes=$1; shift
setpriv --pdeathsig KILL -- "$@" &
echo $! >"$notes/started"
wait $!
echo $? >"$notes/ended.new" && mv "$notes/ended.new" "$notes/ended""#;

/// What is known of an app that was started.
pub(crate) struct Process {
    notes: PathBuf,
}

impl Process {
    /// A place for the notes of one more app.
    pub(crate) fn prepare(folder: &Path) -> Result<Self> {
        let notes = tempfile::Builder::new().prefix("app-").tempdir_in(folder)?;
        Ok(Self { notes: notes.keep() })
    }

    /// A folder for what is written about the app.
    pub(crate) fn notes(&self) -> &Path {
        &self.notes
    }

    /// The program and the arguments by which the driver starts the app.
    pub(crate) fn command(&self, app: &App) -> (String, Vec<String>) {
        let mut arguments = vec![String::from("-c"), SCRIPT.to_owned(), String::from("sh")];
        arguments.push(self.notes.display().to_string());
        arguments.push(app.program.display().to_string());
        arguments.extend(app.arguments.iter().cloned());
        (String::from("/bin/sh"), arguments)
    }

    /// Asks the app to end and waits until it has.
    pub(crate) async fn quit(&self) -> Result<()> {
        let id = fs::read_to_string(self.notes.join("started")).context("The app was not started")?;
        // The shell has it built in, also where there is no program of this name.
        let told = Command::new("/bin/sh")
            .args(["-c", "kill -s TERM \"$0\"", id.trim()])
            .status()
            .await?;
        ensure!(told.success(), "The app had ended before it was asked to");
        self.ends().await
    }

    /// Waits until the app has ended, and well.
    pub(crate) async fn ends(&self) -> Result<()> {
        let ended = within("the app to end", self.ended()).await?;
        ensure!(ended == "0", "The app ended with status {ended}");
        Ok(())
    }

    async fn ended(&self) -> String {
        const PAUSE: Duration = Duration::from_millis(20);
        // Nobody tells a process that is not its parent.
        let mut pause = tokio::time::interval(PAUSE);
        loop {
            pause.tick().await;
            if let Ok(status) = fs::read_to_string(self.notes.join("ended")) {
                return status.trim().to_owned();
            }
        }
    }
}
