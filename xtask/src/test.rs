//! `cargo xtask test`: installs what is needed, then runs every check and every test, and adds them up.
//!
//! Nothing is left out quietly. A program that is missing is installed, or named together with the line that installs
//! it, and the run ends there.

mod node;
mod tally;

use std::process::Command;
use std::time::Instant;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::check;
use crate::provision::{self, Need};
use crate::run::{aloud, is_installed};
use crate::workspace::Workspace;
pub(crate) use tally::Tally;

/// A part of the run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// Installs Debian packages and Node packages, and runs no test.
    Tools,
    /// All checks of `cargo xtask check`.
    Check,
    /// Unit and integration tests of the workspace, those that need a keyring among them.
    Workspace,
    /// Examples in the documentation.
    Doc,
    /// Tests that run on Node.
    Node,
    /// Only those of the workspace's tests that need a keyring; a whole run has them in `workspace`.
    Keyring,
}

/// What a whole run consists of.
const WHOLE: [Part; 5] = [Part::Tools, Part::Check, Part::Workspace, Part::Doc, Part::Node];

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Check => "check",
            Self::Workspace => "workspace",
            Self::Doc => "doc",
            Self::Node => "node",
            Self::Keyring => "keyring",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Self::Tools => &provision::EVERYTHING,
            Self::Check | Self::Doc => &[Need::Compiler, Need::Lints],
            Self::Workspace => &[Need::Compiler, Need::Keyring, Need::Node, Need::NodePackages],
            Self::Node => &[Need::Node, Need::NodePackages],
            Self::Keyring => &[Need::Compiler, Need::Keyring],
        }
    }

    fn run(self, workspace: &Workspace) -> Result<Tally> {
        match self {
            // Provisioning was done before any part was begun.
            Self::Tools => Ok(Tally::default()),
            Self::Check => {
                let (passed, failed) = check::run(workspace, |_| true);
                Ok(Tally {
                    passed,
                    failed,
                    ignored: 0,
                })
            }
            Self::Workspace => rust_tests(workspace, &["--all-targets"], None),
            Self::Doc => doc_tests(workspace),
            Self::Node => node::tests(workspace),
            Self::Keyring => rust_tests(
                workspace,
                &[
                    "--package",
                    "carillon-vault",
                    "--package",
                    "carillon-tests",
                    "--test",
                    "keyring",
                ],
                None,
            ),
        }
    }
}

/// Runs one part or all of them, and prints the sum as the last line.
pub(crate) fn command(workspace: &Workspace, part: Option<Part>) -> Result<bool> {
    let parts = part.map_or_else(|| WHOLE.to_vec(), |part| vec![part]);
    let (mut sum, mut times) = (Tally::default(), Vec::new());

    let since = Instant::now();
    println!("== tools");
    provision::provide(workspace, &needs_of(&parts))?;
    times.push(("tools", since.elapsed(), None));

    for part in parts.into_iter().filter(|part| *part != Part::Tools) {
        println!("== {}", part.name());
        let since = Instant::now();
        // A part that can't be run is one failure, and the others still tell what they have to.
        let tally = part.run(workspace).unwrap_or_else(|error| {
            println!("{} could not be run: {error:#}", part.name());
            Tally {
                failed: 1,
                ..Tally::default()
            }
        });
        times.push((part.name(), since.elapsed(), Some(tally)));
        sum = sum.and(tally);
    }

    println!("== sum");
    for (name, time, tally) in times {
        let counted = tally.map_or_else(|| String::from("all there"), |tally| tally.to_string());
        println!("{name:<12}{:>8.1} s  {counted}", time.as_secs_f64());
    }
    println!("{sum}");
    Ok(sum.failed == 0)
}

/// What some parts need, each thing once.
fn needs_of(parts: &[Part]) -> Vec<Need> {
    let needed = |need: &Need| parts.iter().any(|part| part.needs().contains(need));
    provision::EVERYTHING.into_iter().filter(needed).collect()
}

/// Runs the tests whose names contain a word, with a variable set.
pub(crate) fn soak(workspace: &Workspace, named: &str, variable: (&str, &str)) -> Result<Tally> {
    // Both runners take a word that names must contain as an argument of its own.
    let tally = rust_tests(workspace, &["--all-targets", named], Some(variable))?;
    // All the other tests count as skipped, which here says nothing.
    Ok(Tally { ignored: 0, ..tally })
}

/// Runs tests of the workspace, with cargo-nextest where it is installed, else with cargo alone.
fn rust_tests(workspace: &Workspace, arguments: &[&str], variable: Option<(&str, &str)>) -> Result<Tally> {
    build(workspace)?;
    let has_nextest = is_installed("cargo-nextest");
    let runner: &[&str] = if has_nextest {
        &["nextest", "run", "--no-fail-fast", "--no-tests", "warn"]
    } else {
        &["test", "--no-fail-fast"]
    };
    let mut command = environment(workspace, workspace.cargo(&[runner, arguments].concat()));
    command.envs(variable);
    let ran = aloud(&mut command)?;
    let tally = if has_nextest {
        tally::of_nextest(&ran.output)
    } else {
        tally::of_libtest(&ran.output)
    };
    Ok(tally.after(ran.success))
}

/// Builds everything. Running tests builds the programs of the packages that are tested and no others, and some tests
/// start the command line; with the tests themselves in one go nothing is compiled twice.
fn build(workspace: &Workspace) -> Result<()> {
    let ran = aloud(&mut workspace.cargo(&["build", "--workspace", "--all-targets"]))?;
    ensure!(ran.success, "The workspace could not be built");
    Ok(())
}

fn doc_tests(workspace: &Workspace) -> Result<Tally> {
    // cargo-nextest does not run them.
    let ran = aloud(&mut environment(
        workspace,
        workspace.cargo(&["test", "--no-fail-fast", "--doc"]),
    ))?;
    Ok(tally::of_libtest(&ran.output).after(ran.success))
}

/// Tells the tests where the Node packages are.
fn environment(workspace: &Workspace, mut command: Command) -> Command {
    if let Some(modules) = provision::modules(workspace) {
        command.env(node::MODULES, modules);
    }
    command
}

/// Installs what the tests of the workspace need.
pub(crate) fn provide_for_workspace(workspace: &Workspace) -> Result<()> {
    provision::provide(workspace, Part::Workspace.needs())
}
