//! `cargo xtask soak`: the tests that are named soak, at their whole length.
//!
//! In a usual run they do a tenth. `CARILLON_SOAK=1` tells them to do all.

use anyhow::Result;

use crate::test;
use crate::workspace::Workspace;

/// The variable that tells a soak test to run at its whole length.
const WHOLE: &str = "CARILLON_SOAK";

/// The part of a test's name by which it is found.
const NAMED: &str = "soak";

/// Runs the soak tests; `true` if there were some and all passed.
pub(crate) fn command(workspace: &Workspace) -> Result<bool> {
    let tally = test::soak(workspace, NAMED, (WHOLE, "1"))?;
    if tally.ran() == 0 {
        println!("No test has \"{NAMED}\" in its name.");
    }
    println!("{tally}");
    Ok(tally.failed == 0 && tally.passed > 0)
}
