//! What a minimal Rust toolchain lacks.

use anyhow::{Result, bail};

use crate::run::{aloud, is_installed, quietly};
use crate::workspace::Workspace;

/// Sees to it that rustfmt and clippy are there.
pub(super) fn components(workspace: &Workspace) -> Result<()> {
    let has = |tool: &str| quietly(&mut workspace.cargo(&[tool, "--version"])).is_ok_and(|ran| ran.success);
    let absent = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(tool, _)| !has(tool));
    let components: Vec<&str> = absent.map(|(_, component)| component).collect();
    if components.is_empty() {
        return Ok(());
    }
    let line = [&["component", "add"], components.as_slice()].concat();
    if is_installed("rustup") && aloud(&mut workspace.command("rustup", &line))?.success {
        return Ok(());
    }
    bail!(
        "The Rust toolchain lacks {}. Install with:\n  rustup {}",
        components.join(" and "),
        line.join(" ")
    )
}
