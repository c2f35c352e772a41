//! The UI by itself: its types, its lints, its unit tests, and its screens in Chromium.

use anyhow::Result;

use super::tally::{self, Tally};
use crate::run::{Ran, aloud};
use crate::ui::script;
use crate::workspace::Workspace;

/// Runs all of it; types and lints count as one test each.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    let mut sum = Tally::default();
    for (name, count) in SCRIPTS {
        println!("-- {name}");
        let mut command = script(workspace, name, &[]);
        // Colours would stand between the numbers.
        let ran = aloud(command.env("NO_COLOR", "1").env("CI", "1"))?;
        sum = sum.and(count(&ran).after(ran.success));
    }
    Ok(sum)
}

/// How a script's tests are counted.
type Count = fn(&Ran) -> Tally;

const SCRIPTS: [(&str, Count); 4] = [
    ("check", as_one),
    ("lint", as_one),
    ("test", |ran| tally::of_vitest(&ran.output)),
    ("e2e", |ran| tally::of_playwright(&ran.output)),
];

fn as_one(ran: &Ran) -> Tally {
    Tally {
        passed: usize::from(ran.success),
        ..Tally::default()
    }
}
