//! The tests that cargo runs: with cargo-nextest where it is installed, else with cargo alone.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::node;
use super::tally::{self, Tally};
use crate::provision;
use crate::run::{aloud, is_installed};
use crate::workspace::Workspace;

/// The package that needs a desktop of its own; its tests are a part by themselves.
const WINDOW: &str = "carillon-window-tests";
const NOT_WINDOW: &str = "not package(carillon-window-tests)";

/// Everything but the window: unit and integration tests.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    build(workspace)?;
    run(
        workspace,
        &[&["--workspace", "--all-targets"], &without_window()[..]].concat(),
        &[],
    )
}

/// Leaves out the package that is a part by itself. cargo-nextest filters what is built as a whole; cargo alone has to
/// leave the package out, and may build what that changes once more.
fn without_window() -> [&'static str; 2] {
    if is_installed("cargo-nextest") {
        ["--filterset", NOT_WINDOW]
    } else {
        ["--exclude", WINDOW]
    }
}

/// The window, one test after the other: a second one would make the first slow, and slow looks like broken.
pub(super) fn window_tests(workspace: &Workspace) -> Result<Tally> {
    build(workspace)?;
    let one = [("NEXTEST_TEST_THREADS", "1"), ("RUST_TEST_THREADS", "1")];
    // Chosen by their targets and not by their package: of one package alone cargo would choose other features for the
    // packages below it, and build all of them once more.
    let targets = targets_of(workspace, "tests/window/tests")?;
    let chosen = targets.iter().flat_map(|target| ["--test", target.as_str()]);
    let arguments: Vec<&str> = std::iter::once("--workspace").chain(chosen).collect();
    run(workspace, &arguments, &one)
}

/// The test targets in a folder: its files, sorted.
fn targets_of(workspace: &Workspace, folder: &str) -> Result<Vec<String>> {
    let path = workspace.path(folder);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&path).with_context(|| format!("Read {folder}"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "rs") {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    ensure!(!names.is_empty(), "There is no test in {folder}");
    names.sort();
    Ok(names)
}

/// What needs a keyring.
pub(super) fn keyring_tests(workspace: &Workspace) -> Result<Tally> {
    build(workspace)?;
    let packages = ["--package", "carillon-vault", "--package", "carillon-tests"];
    run(workspace, &[&packages[..], &["--test", "keyring"]].concat(), &[])
}

/// The tests whose names contain a word, with a variable set.
pub(super) fn soak(workspace: &Workspace, named: &str, variable: (&str, &str)) -> Result<Tally> {
    build(workspace)?;
    // Both runners take a word that names must contain as an argument of its own.
    let arguments = [&["--workspace", "--all-targets"], &without_window()[..], &[named]].concat();
    let tally = run(workspace, &arguments, &[variable, ("NEXTEST_PROFILE", "soak")])?;
    // All the other tests count as skipped, which here says nothing.
    Ok(Tally { ignored: 0, ..tally })
}

/// The tests of a transport with the crate `rust_socketio` as a second one.
pub(super) fn peer_tests(workspace: &Workspace) -> Result<Tally> {
    let arguments = [
        "--workspace",
        "--features",
        "carillon-tests/rust-socketio",
        "--test",
        "transports",
    ];
    run(workspace, &arguments, &[])
}

/// The examples in the documentation, which cargo-nextest does not run.
pub(super) fn doc_tests(workspace: &Workspace) -> Result<Tally> {
    let arguments = ["test", "--no-fail-fast", "--workspace", "--doc"];
    let ran = aloud(&mut environment(workspace, workspace.cargo(&arguments)))?;
    Ok(tally::of_libtest(&ran.output).after(ran.success))
}

fn run(workspace: &Workspace, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Tally> {
    let has_nextest = is_installed("cargo-nextest");
    let runner: &[&str] = if has_nextest {
        &["nextest", "run", "--no-fail-fast", "--no-tests", "warn"]
    } else {
        &["test", "--no-fail-fast"]
    };
    let mut command = environment(workspace, workspace.cargo(&[runner, arguments].concat()));
    command.envs(variables.iter().copied());
    let ran = aloud(&mut command)?;
    let tally = if has_nextest {
        tally::of_nextest(&ran.output)
    } else {
        tally::of_libtest(&ran.output)
    };
    Ok(tally.after(ran.success))
}

/// Builds everything. Running tests builds the programs of the packages that are tested and no others, and some tests
/// start the command line or the app; with the tests themselves in one go nothing is compiled twice.
pub(super) fn build(workspace: &Workspace) -> Result<()> {
    let ran = aloud(&mut workspace.cargo(&["build", "--workspace", "--all-targets"]))?;
    ensure!(ran.success, "The workspace could not be built");
    Ok(())
}

/// Tells the tests where the Node packages are.
fn environment(workspace: &Workspace, mut command: Command) -> Command {
    if let Some(modules) = provision::modules(workspace) {
        command.env(node::MODULES, modules);
    }
    command
}
