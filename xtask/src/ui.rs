//! `cargo xtask ui`: the UI in a browser, on made-up data; and the UI as the app takes it in.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::provision::{self, Need, npm};
use crate::run::quietly;
use crate::workspace::Workspace;

/// The folder of the UI.
const FOLDER: &str = "ui";

/// Serves the UI until it is interrupted. What is changed in its sources shows at once.
pub(crate) fn command(workspace: &Workspace) -> Result<bool> {
    provision::provide(workspace, &[Need::Node, Need::Ui])?;
    println!("The UI, on made-up data and without the app, is at the address below. Ctrl-C ends it.");
    let mut server = script(workspace, "dev:fake", &["--host", "127.0.0.1"]);
    let status = server.stdin(Stdio::inherit()).status().context("Run npm")?;
    Ok(status.success())
}

/// One of the scripts in `ui/package.json`.
pub(crate) fn script(workspace: &Workspace, name: &str, arguments: &[&str]) -> Command {
    let mut words = vec!["run", "--silent", name];
    if !arguments.is_empty() {
        words.push("--");
        words.extend(arguments);
    }
    let mut command = workspace.command(npm(), &words);
    command
        .current_dir(workspace.path(FOLDER))
        .env("npm_config_update_notifier", "false");
    command
}

/// Builds what the app takes in, unless it was built from the same sources; the app is then not built again either.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(FOLDER);
    let wanted = sources(workspace)?;
    let mark = folder.join("node_modules/.dist-built-from");
    let is_built = folder.join("dist/index.html").is_file();
    if is_built && fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        println!("The UI is built.");
        return Ok(());
    }
    println!("Building the UI.");
    let ran = quietly(&mut script(workspace, "build", &[]))?;
    ensure!(ran.success, "The UI could not be built:\n{}", ran.output);
    fs::write(&mark, wanted).context("Mark the UI as built")
}

/// A digest of everything that the UI is made of.
fn sources(workspace: &Workspace) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    let files = workspace.files()?;
    for file in files.iter().filter(|file| file.starts_with("ui/")) {
        hasher.write(file.as_bytes());
        hasher.write(&fs::read(workspace.path(file)).with_context(|| format!("Read {file}"))?);
    }
    Ok(format!("{:016x}", hasher.finish()))
}
