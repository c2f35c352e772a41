//! `cargo xtask bench`: measures beside others, in one run, one after the other and turn by turn, so that what the
//! machine does meanwhile falls on all alike. What counts is the ratio, not the number.

mod back;
mod report;
mod socket;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use clap::ValueEnum;

use crate::provision::{self, Need, modules};
use crate::workspace::Workspace;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The Socket.IO client, beside `rust_socketio` and the official client on Node.
    Socket,
}

/// Where what was measured is written.
const REPORT: &str = "docs/benchmarks.md";

pub(crate) fn command(workspace: &Workspace, what: What, rounds: usize) -> Result<bool> {
    ensure!(
        cfg!(target_os = "linux"),
        "What a process costs is read from /proc, which only Linux has"
    );
    provision::provide(workspace, &[Need::Compiler, Need::Node, Need::NodePackages])?;
    let build = ["build", "--release", "--package", "carillon-bench"];
    ensure!(
        workspace.cargo(&build).status()?.success(),
        "Build what is measured"
    );
    match what {
        What::Socket => {
            let measured = socket::measure(workspace, rounds.max(1))?;
            let back = back::measure(workspace, 10 * rounds.max(1))?;
            let text = report::text(&machine()?, &measured, &back);
            println!("{text}");
            std::fs::write(workspace.path(REPORT), text).with_context(|| format!("Write {REPORT}"))?;
            println!("Wrote {REPORT}.");
        }
    }
    Ok(true)
}

/// What the figures were measured on: processor, cores, memory and kernel.
fn machine() -> Result<String> {
    let read = |path: &str| std::fs::read_to_string(path).with_context(|| format!("Read {path}"));
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let processor = field(&read("/proc/cpuinfo")?, "model name").unwrap_or_else(|| "unnamed".to_owned());
    let memory = field(&read("/proc/meminfo")?, "MemTotal").context("No MemTotal")?;
    let cores = std::thread::available_parallelism()?;
    let kernel = read("/proc/sys/kernel/osrelease")?;
    Ok(format!(
        "processor {processor}, {cores} cores, {memory} of memory, Linux {}",
        kernel.trim()
    ))
}

/// One of the programs of `bench/`.
fn program(workspace: &Workspace, name: &str, arguments: &[&str]) -> Command {
    let program = workspace.target.join("release").join(name);
    workspace.command(program, arguments)
}

/// A script of ours on Node.
fn script(workspace: &Workspace, name: &str, arguments: &[&str]) -> Result<Command> {
    let script = workspace
        .path(&format!("bench/node/{name}"))
        .display()
        .to_string();
    let mut command = workspace.command("node", &[&script]);
    command.args(arguments).env(
        "CARILLON_NODE_MODULES",
        modules(workspace).context("No Node packages")?,
    );
    Ok(command)
}

/// A program that runs until it is dropped, and what it prints.
struct Running {
    child: Child,
    lines: std::io::Lines<BufReader<ChildStdout>>,
}

impl Running {
    fn start(mut command: Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("Take the output")?;
        Ok(Self {
            child,
            lines: BufReader::new(output).lines(),
        })
    }

    fn line(&mut self) -> Result<String> {
        Ok(self.lines.next().context("It has ended")??)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
