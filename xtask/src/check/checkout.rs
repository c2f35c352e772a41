//! In CI the files are those of the commit: building has changed none, the lock file least of all.

use anyhow::Result;

use super::Outcome;
use crate::run::quietly;
use crate::workspace::Workspace;

/// The variable by which CI says that it is one. While a person works, files differ from the commit.
const CI: &str = "CI";

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    if std::env::var_os(CI).is_none() {
        return Ok(Outcome::NotRun(format!(
            "{CI} is not set: while a person works, files differ"
        )));
    }
    let changed = quietly(&mut workspace.command("git", &["diff", "--name-only", "HEAD"]))?;
    if !changed.success {
        return Ok(Outcome::Failed(vec![changed.output]));
    }
    let changed = changed.output.lines().map(|file| match file {
        "Cargo.lock" => String::from("Cargo.lock was not up to date: build, and commit it"),
        file => format!("{file} differs from the commit"),
    });
    Ok(Outcome::of(changed.collect()))
}
