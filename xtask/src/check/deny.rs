//! cargo-deny: licences, banned packages, sources. Advisories are left out: they are fetched from the network.

use anyhow::Result;

use super::Outcome;
use crate::run::{is_installed, quietly};
use crate::workspace::Workspace;

pub(super) fn check(workspace: &Workspace) -> Result<Outcome> {
    if !is_installed("cargo-deny") {
        return Ok(Outcome::NotRun(String::from(
            "Licences, banned packages and sources were not looked at, because cargo-deny is not installed. \
             Install it with: cargo install --locked cargo-deny",
        )));
    }
    let ran = quietly(&mut workspace.cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"]))?;
    Ok(if ran.success {
        Outcome::Passed(Vec::new())
    } else {
        Outcome::Failed(vec![ran.output])
    })
}
