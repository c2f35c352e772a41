//! `cargo xtask fuzz`: lets libFuzzer look for bytes that the Socket.IO client's readers can't bear.
//!
//! It needs nightly and cargo-fuzz, takes its time and may find something new each time, so that no test run includes it.

use std::fs;

use anyhow::{Context, Result};
use clap::Args;

use crate::run::{aloud, is_installed, quietly};
use crate::workspace::Workspace;

/// The fuzz targets' own workspace.
const FOLDER: &str = "crates/socketio/fuzz";

/// Longer inputs find nothing that shorter ones don't.
const LONGEST: usize = 4096;

#[derive(Args)]
pub(crate) struct Fuzz {
    /// How long to look, for each target.
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Only these targets.
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
}

/// Fuzzes the targets one after the other; `true` if none found anything.
pub(crate) fn command(workspace: &Workspace, fuzz: &Fuzz) -> Result<bool> {
    let missing = missing(workspace)?;
    for step in &missing {
        println!("{step}");
    }
    if !missing.is_empty() {
        return Ok(false);
    }
    let all = targets(workspace)?;
    if let Some(unknown) = fuzz.targets.iter().find(|target| !all.contains(target)) {
        println!("There is no target {unknown}. There are: {}", all.join(", "));
        return Ok(false);
    }
    let mut found = Vec::new();
    for target in all {
        if (fuzz.targets.is_empty() || fuzz.targets.contains(&target))
            && !run(workspace, &target, fuzz.seconds)?
        {
            found.push(target);
        }
    }
    if found.is_empty() {
        println!("Nothing was found.");
    } else {
        println!(
            "Found something: {}. The input is in {FOLDER}/artifacts.",
            found.join(", ")
        );
    }
    Ok(found.is_empty())
}

/// What has to be installed first, and how.
fn missing(workspace: &Workspace) -> Result<Vec<&'static str>> {
    if !is_installed("rustup") {
        return Ok(vec![
            "Fuzzing needs rustup, to have nightly Rust beside the usual one.",
        ]);
    }
    let has =
        |arguments: &[&str]| Ok::<_, anyhow::Error>(quietly(&mut nightly(workspace, arguments))?.success);
    if !has(&["rustc", "--version"])? {
        return Ok(vec![
            "Fuzzing needs nightly Rust. Run: rustup toolchain install nightly --profile minimal",
        ]);
    }
    let mut missing = Vec::new();
    if !has(&["cargo", "fuzz", "--version"])? {
        missing.push("Fuzzing needs cargo-fuzz. Run: cargo install cargo-fuzz --locked");
    }
    Ok(missing)
}

/// The names of the targets.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let folder = workspace.path(FOLDER).join("targets");
    let mut names = Vec::new();
    for file in fs::read_dir(&folder).context("List the fuzz targets")? {
        let path = file.context("List the fuzz targets")?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn run(workspace: &Workspace, target: &str, seconds: u32) -> Result<bool> {
    // What earlier runs found interesting, and what this one begins with where there is none.
    let corpus = workspace.cache.join("fuzz").join(target);
    fs::create_dir_all(&corpus).context("Make a folder for the corpus")?;
    let seeds = workspace.path(FOLDER).join("seeds").join(target);
    let mut command = nightly(
        workspace,
        &["cargo", "fuzz", "run", "--fuzz-dir", FOLDER, "--target-dir"],
    );
    command
        .arg(workspace.target.join("fuzz"))
        .arg(target)
        .args([corpus, seeds])
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-max_len={LONGEST}"))
        .args(["-timeout=10", "-rss_limit_mb=1024", "-print_final_stats=1"]);
    Ok(aloud(&mut command)?.success)
}

/// A command of the nightly toolchain.
fn nightly(workspace: &Workspace, arguments: &[&str]) -> std::process::Command {
    let mut command = workspace.command("rustup", &["run", "nightly"]);
    command.args(arguments);
    // They name the toolchain that runs this.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        command.env_remove(name);
    }
    command
}
