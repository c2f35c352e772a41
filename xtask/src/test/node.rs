//! The tests that run on Node.

use anyhow::Result;

use super::tally::{self, Tally};
use crate::provision;
use crate::run::aloud;
use crate::workspace::Workspace;

/// The variable by which tests find the installed packages.
pub(super) const MODULES: &str = "CARILLON_NODE_MODULES";

/// The folder of the Node programs that tests talk to.
const FOLDER: &str = "tests/node";

/// Runs the files of the folder that Node takes for tests.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    let is_test = |file: &String| file.starts_with(FOLDER) && file.ends_with(".test.mjs");
    let files: Vec<String> = workspace.files()?.into_iter().filter(is_test).collect();
    if files.is_empty() {
        println!("There are no tests for Node: {FOLDER} has no *.test.mjs.");
        return Ok(Tally::default());
    }
    let mut command = workspace.command("node", &["--test"]);
    command.args(files);
    if let Some(modules) = provision::modules(workspace) {
        command.env(MODULES, modules);
    }
    let ran = aloud(&mut command)?;
    Ok(tally::of_node(&ran.output).after(ran.success))
}
