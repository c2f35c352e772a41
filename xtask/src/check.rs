//! `cargo xtask check`: what can be seen without running anything.
//!
//! Adding a check: 1. a module in `check/` with a function from the workspace to an [`Outcome`]; 2. a line in [`CHECKS`].
//! Its name there is also what a requirement is kept by, as `check:<name>`.

mod arrows;
mod checkout;
mod deny;
mod forbidden;
mod hosts;
mod lengths;
mod platform_names;

use std::io::Write;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::generated::{self, Generated};
use crate::requirements;
use crate::run::quietly;
use crate::test::Tally;
use crate::workspace::Workspace;

/// What a check found.
pub(crate) enum Outcome {
    /// Nothing wrong; remarks are worth reading all the same.
    Passed(Vec<String>),
    /// Something wrong, one complaint a line.
    Failed(Vec<String>),
    /// It could not be looked at, and why: said aloud, and counted as ignored.
    NotRun(String),
}

impl Outcome {
    /// Passed if there is no complaint.
    fn of(complaints: Vec<String>) -> Self {
        if complaints.is_empty() {
            Self::Passed(Vec::new())
        } else {
            Self::Failed(complaints)
        }
    }
}

type Check = fn(&Workspace) -> Result<Outcome>;

/// All checks by name, the quick ones first.
const CHECKS: [(&str, Check); 12] = [
    ("checkout", checkout::check),
    ("format", format),
    ("arrows", arrows::check),
    ("platform-names", platform_names::check),
    ("lengths", lengths::check),
    ("hosts", hosts::check),
    ("forbidden", forbidden::check),
    ("requirements", requirements::check),
    ("deny", deny::check),
    ("clippy", clippy),
    ("bindings", |workspace| {
        generated::compare(workspace, Generated::Bindings).map(Outcome::of)
    }),
    ("schema", |workspace| {
        generated::compare(workspace, Generated::Schema).map(Outcome::of)
    }),
];

/// Runs checks and prints what they found; `true` if nothing is wrong.
pub(crate) fn command(workspace: &Workspace, names: &[String]) -> Result<bool> {
    let unknown = names.iter().find(|name| !is_check(name));
    if let Some(unknown) = unknown {
        let known: Vec<&str> = CHECKS.iter().map(|(name, _)| *name).collect();
        bail!("There is no check {unknown}; there are: {}", known.join(", "));
    }
    let tally = run(workspace, |name| {
        names.is_empty() || names.iter().any(|wanted| wanted == name)
    });
    Ok(tally.failed == 0)
}

/// Runs the checks whose names are wanted. Those that could not be made count as ignored.
pub(crate) fn run(workspace: &Workspace, is_wanted: impl Fn(&str) -> bool) -> Tally {
    let mut tally = Tally::default();
    for (name, check) in CHECKS.into_iter().filter(|(name, _)| is_wanted(name)) {
        let since = Instant::now();
        print!("check {name} ... ");
        // Who waits for a slow check should see which; if nobody looks, nothing is lost.
        let _ = std::io::stdout().flush();
        // A check that can't be made has found something wrong: the others still run.
        let outcome = check(workspace).unwrap_or_else(|error| Outcome::Failed(vec![format!("{error:#}")]));
        let (word, lines) = match outcome {
            Outcome::Passed(remarks) => {
                tally.passed = tally.passed.saturating_add(1);
                ("ok", remarks)
            }
            Outcome::Failed(complaints) => {
                tally.failed = tally.failed.saturating_add(1);
                ("FAILED", complaints)
            }
            Outcome::NotRun(reason) => {
                tally.ignored = tally.ignored.saturating_add(1);
                ("NOT RUN", vec![reason])
            }
        };
        println!("{word} ({:.1} s)", since.elapsed().as_secs_f64());
        for line in lines {
            println!("    {}", line.trim_end().replace('\n', "\n    "));
        }
    }
    tally
}

/// Tells whether there is a check of this name.
pub(crate) fn is_check(name: &str) -> bool {
    CHECKS.iter().any(|(known, _)| *known == name)
}

fn format(workspace: &Workspace) -> Result<Outcome> {
    let ran = quietly(&mut workspace.cargo(&["fmt", "--all", "--check", "--", "--files-with-diff"]))?;
    if ran.success {
        return Ok(Outcome::Passed(Vec::new()));
    }
    Ok(Outcome::Failed(vec![
        String::from("Run cargo fmt --all. It would change, or said:"),
        ran.output,
    ]))
}

fn clippy(workspace: &Workspace) -> Result<Outcome> {
    let ran = quietly(&mut workspace.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--quiet",
        "--",
        "--deny",
        "warnings",
    ]))?;
    Ok(if ran.success {
        Outcome::Passed(Vec::new())
    } else {
        Outcome::Failed(vec![ran.output])
    })
}
