//! What the tests need of the machine, and how it gets there.
//!
//! Adding a program: a line in [`TABLE`], with the Debian package that brings it.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::node;
use crate::run::{aloud, is_installed, quietly};
use crate::workspace::Workspace;

/// For what something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// To compile the workspace.
    ToBuild,
    /// To run the tests with a keyring.
    Keyring,
    /// To run what runs on Node.
    Node,
    /// All of it.
    Everything,
}

impl Needs {
    fn include(self, other: Self) -> bool {
        // Nothing is tested that was not built.
        self == Self::Everything || self == other || other == Self::ToBuild
    }
}

enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// One of these files, which differ by architecture.
    File(&'static [&'static str]),
}

impl Sign {
    fn is_there(&self) -> bool {
        match self {
            Self::Program(name) => is_installed(name),
            Self::File(paths) => paths.iter().any(|path| Path::new(path).is_file()),
        }
    }
}

/// What is needed, by what it is recognised, and the Debian package that has it.
const TABLE: [(Needs, Sign, &str); 9] = [
    (Needs::ToBuild, Sign::Program("cc"), "build-essential"),
    (Needs::ToBuild, Sign::Program("git"), "git"),
    (Needs::ToBuild, Sign::Program("pkg-config"), "pkg-config"),
    // SQLCipher's cryptography.
    (
        Needs::ToBuild,
        Sign::File(&["/usr/include/openssl/ssl.h", "/usr/local/include/openssl/ssl.h"]),
        "libssl-dev",
    ),
    (Needs::Keyring, Sign::Program("dbus-run-session"), "dbus"),
    (Needs::Keyring, Sign::Program("dbus-launch"), "dbus-x11"),
    (
        Needs::Keyring,
        Sign::Program("gnome-keyring-daemon"),
        "gnome-keyring",
    ),
    (Needs::Keyring, Sign::Program("secret-tool"), "libsecret-tools"),
    (Needs::Node, Sign::Program("node"), "nodejs"),
];

/// Installs what is missing, or says exactly what to install and stops.
pub(super) fn provide(workspace: &Workspace, needs: Needs) -> Result<()> {
    debian_packages(workspace, needs)?;
    rust_components(workspace)?;
    if needs.include(Needs::Node) {
        node::install(workspace)?;
    }
    Ok(())
}

fn missing(needs: Needs, is_there: impl Fn(&Sign) -> bool) -> Vec<&'static str> {
    let needed = TABLE
        .iter()
        .filter(|(what_for, sign, _)| needs.include(*what_for) && !is_there(sign));
    needed.map(|(_, _, package)| *package).collect()
}

fn debian_packages(workspace: &Workspace, needs: Needs) -> Result<()> {
    let packages = missing(needs, Sign::is_there);
    if packages.is_empty() {
        println!("Every Debian package that is needed is installed.");
        return Ok(());
    }
    let line = format!(
        "apt-get install --yes --quiet --no-install-recommends {}",
        packages.join(" ")
    );
    let Some(become_root) = root(workspace) else {
        bail!(
            "These Debian packages are missing: {}. Install them with:\n  sudo {line}",
            packages.join(" ")
        );
    };
    println!("Installing {}.", packages.join(" "));
    for arguments in ["apt-get update --quiet", line.as_str()] {
        let mut words = become_root.iter().copied().chain(arguments.split(' '));
        let Some(program) = words.next() else { continue };
        let mut command: Command = workspace.command(program, &words.collect::<Vec<_>>());
        // apt-get's failure to update is not the end: the lists that are there may do.
        let ran = aloud(command.env("DEBIAN_FRONTEND", "noninteractive"))?;
        if !ran.success && arguments == line {
            bail!(
                "These Debian packages could not be installed: {}. Try:\n  sudo {line}",
                packages.join(" ")
            );
        }
    }
    match missing(needs, Sign::is_there).as_slice() {
        [] => Ok(()),
        left => bail!(
            "apt-get succeeded, yet what these packages bring is not there: {}",
            left.join(" ")
        ),
    }
}

/// The words before a command that make it root's; `None` where that needs a password.
fn root(workspace: &Workspace) -> Option<&'static [&'static str]> {
    const AS_IT_IS: &[&str] = &[];
    const SUDO: &[&str] = &["sudo", "--non-interactive", "--preserve-env=DEBIAN_FRONTEND"];
    let is_root = quietly(&mut workspace.command("id", &["-u"])).is_ok_and(|ran| ran.output.trim() == "0");
    if is_root {
        return Some(AS_IT_IS);
    }
    let may =
        quietly(&mut workspace.command("sudo", &["--non-interactive", "true"])).is_ok_and(|ran| ran.success);
    may.then_some(SUDO)
}

/// Sees to it that rustfmt and clippy are there, which a minimal toolchain lacks.
fn rust_components(workspace: &Workspace) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_asks_for_what_it_needs_and_no_more() {
        let nothing_is_there = |_: &Sign| false;
        let build = missing(Needs::ToBuild, nothing_is_there);
        assert_eq!(build, ["build-essential", "git", "pkg-config", "libssl-dev"]);
        let keyring = missing(Needs::Keyring, nothing_is_there);
        assert!(
            keyring.starts_with(&build) && keyring.contains(&"gnome-keyring") && !keyring.contains(&"nodejs")
        );
        assert_eq!(missing(Needs::Everything, nothing_is_there).len(), TABLE.len());
        assert!(missing(Needs::Everything, |_| true).is_empty());
    }

    #[test]
    fn programs_and_files_are_recognised() {
        assert!(Sign::Program("sh").is_there());
        assert!(!Sign::Program("no-such-program").is_there());
        assert!(Sign::File(&["/no/such/file", "Cargo.toml"]).is_there());
    }
}
