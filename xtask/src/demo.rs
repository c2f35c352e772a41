//! `cargo xtask demo`: from a fresh clone to the app with an account whose market moves, in one command.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::provision::{self, Need};
use crate::ui;
use crate::workspace::Workspace;

/// How the demo is shown.
#[derive(Args)]
pub(crate) struct Demo {
    /// On a display that nobody sees: waits until the window shows live prices, writes a picture of it, and ends.
    #[arg(long = "virtual")]
    is_virtual: bool,
    /// The file that the picture is written to; otherwise it is in the build's folder.
    #[arg(long, value_name = "FILE", requires = "is_virtual")]
    picture: Option<PathBuf>,
    /// Builds as a release is built: that takes longer, and the app is smaller and faster.
    #[arg(long)]
    release: bool,
    /// Builds nothing, and opens what is there.
    #[arg(long, conflicts_with = "release")]
    built: bool,
}

/// Where a picture goes that no file was named for.
const PICTURE: &str = "carillon-demo.png";

/// Installs, builds and opens. The answer is whether the app ended well.
pub(crate) fn command(workspace: &Workspace, demo: &Demo) -> Result<bool> {
    if !demo.is_virtual && !has_display() {
        bail!(
            "There is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set. To see the demo all the same, run\n  \
             cargo xtask demo --virtual\nwhich opens the app on a display that nobody sees and writes a picture of it."
        );
    }
    if demo.is_virtual && !cfg!(target_os = "linux") {
        bail!("A display that nobody sees can be made on Linux only. Leave --virtual out.");
    }

    println!("1/4 Looking for what is needed.");
    let mut needs = vec![Need::Compiler, Need::WebView, Need::Node, Need::Ui];
    if demo.is_virtual {
        needs.extend([Need::Bus, Need::Display, Need::WebDriver]);
    }
    provision::provide(workspace, &needs)?;

    let programs = if demo.built {
        println!("2/4 The UI is in what is built already.");
        println!("3/4 The app is taken as it was built.");
        workspace.target.join("debug")
    } else {
        println!("2/4 Building the UI.");
        ui::build(workspace)?;
        println!("3/4 Building the app. The first time takes some minutes.");
        build(workspace, demo)?
    };

    println!("4/4 Opening the app on a server of its own, with two demo accounts.");
    if demo.is_virtual {
        let picture = demo
            .picture
            .clone()
            .unwrap_or_else(|| workspace.target.join(PICTURE));
        return shown(workspace, &programs, &picture);
    }
    println!("Close its window to end it. Nothing of it is kept.");
    let mut app = workspace.command(programs.join(program("carillon")), &["--demo"]);
    let status = app.stdin(Stdio::inherit()).status().context("Open the app")?;
    Ok(status.success())
}

/// Whether there is something that a window could be shown on.
fn has_display() -> bool {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

fn program(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

/// Builds the app; the folder of the programs.
fn build(workspace: &Workspace, demo: &Demo) -> Result<PathBuf> {
    // By their names and not by their packages: of one package alone cargo would choose other features for those below
    // it, and build them once more for whoever works on the project.
    let mut arguments = vec!["build", "--workspace", "--bin", "carillon"];
    if demo.is_virtual {
        arguments.extend(["--bin", "virtual-demo"]);
    }
    let profile = if demo.release {
        arguments.push("--release");
        "release"
    } else {
        "debug"
    };
    // Cargo draws its progress itself.
    let status = workspace.cargo(&arguments).status().context("Run cargo")?;
    ensure!(status.success(), "The app could not be built");
    Ok(workspace.target.join(profile))
}

/// Shows the demo to nobody; `true` once the picture is there.
fn shown(workspace: &Workspace, programs: &Path, picture: &Path) -> Result<bool> {
    let mut shown = workspace.command(programs.join(program("virtual-demo")), &[]);
    shown
        .arg("--app")
        .arg(programs.join(program("carillon")))
        .arg("--picture")
        .arg(std::path::absolute(picture).context("Find the folder of the picture")?);
    Ok(shown.status().context("Open the app")?.success())
}
