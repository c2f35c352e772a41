//! The systems that can't be run here: the app's code for them is type-checked, and nothing of it is linked.
//!
//! C code that crates bring along (SQLCipher, ring) can't be compiled for a system whose compiler is not here, and
//! type-checking Rust has no need of it: programs that make empty files stand in for the compilers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::tally::{self, Tally};
use crate::run::{aloud, quietly};
use crate::workspace::Workspace;

/// What is checked, by the names of rustc.
const TARGETS: [&str; 4] = [
    "aarch64-linux-android",
    "aarch64-apple-ios",
    "aarch64-apple-darwin",
    "x86_64-pc-windows-msvc",
];

/// What stands in for a C compiler.
const COMPILER: &str = "compiles-nothing";
/// What stands in for an archiver, a Unix one and Microsoft's.
const ARCHIVER: &str = "archives-nothing";
/// Asked by crates for the folder of Apple's headers.
const XCRUN: &str = "xcrun";

const PROGRAMS: [(&str, &str); 3] = [
    (
        COMPILER,
        "#!/bin/sh\nwhile [ $# -gt 0 ]; do\n    case $1 in\n    -o) shift && : >\"$1\" ;;\n    -o* | -Fo*) file=${1#-o} && \
         : >\"${file#-Fo}\" ;;\n    esac\n    shift\ndone\n",
    ),
    (
        ARCHIVER,
        "#!/bin/sh\nfor word in \"$@\"; do\n    file=${word#-out:}\n    case $file in *.a | *.lib) : >\"$file\" ;; esac\ndone\n",
    ),
    (XCRUN, "#!/bin/sh\necho /nowhere\n"),
];

/// Checks the app for each system; one whose standard library can't be had is counted as ignored, and said.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    if !cfg!(unix) {
        println!("targets: NOT RUN: the programs that stand in for compilers are shell scripts");
        return Ok(ignored(TARGETS.len()));
    }
    let folder = workspace.cache.join("stand-ins");
    write_programs(&folder)?;
    let mut sum = Tally::default();
    for target in TARGETS {
        sum = sum.and(if has_library(workspace, target) {
            tally::one("targets", target, || check(workspace, &folder, target))
        } else {
            println!(
                "targets: {target} NOT RUN: its standard library is not here (rustup target add {target})"
            );
            ignored(1)
        });
    }
    Ok(sum)
}

/// What is there is there; what isn't is fetched by rustup, which may not be the one that installed Rust.
fn has_library(workspace: &Workspace, target: &str) -> bool {
    quietly(&mut workspace.command("rustup", &["target", "add", target])).is_ok_and(|ran| ran.success)
}

fn check(workspace: &Workspace, folder: &Path, target: &str) -> Result<()> {
    let mut command = workspace.cargo(&["check", "--package", "carillon-app", "--lib", "--target", target]);
    stand_in(&mut command, folder, target)?;
    let ran = aloud(&mut command)?;
    ensure!(ran.success, "it does not compile");
    // Of what is configured out elsewhere, warnings are the only trace.
    ensure!(
        !ran.output.contains("warning: `carillon-"),
        "it compiles with warnings"
    );
    Ok(())
}

/// Puts the programs in the place of the target's compilers, and of no other's.
fn stand_in(command: &mut Command, folder: &Path, target: &str) -> Result<()> {
    let variable = target.replace('-', "_");
    command
        .env(format!("CC_{variable}"), folder.join(COMPILER))
        .env(format!("CXX_{variable}"), folder.join(COMPILER))
        .env(format!("AR_{variable}"), folder.join(ARCHIVER));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths: Vec<PathBuf> = std::iter::once(folder.to_owned())
        .chain(std::env::split_paths(&path))
        .collect();
    command.env(
        "PATH",
        std::env::join_paths(paths).context("Put a program on the path")?,
    );
    Ok(())
}

fn write_programs(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("Make {}", folder.display()))?;
    for (name, text) in PROGRAMS {
        let path = folder.join(name);
        // Where it is as it should be it stays: crates are built again after a newer compiler.
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| format!("Write {}", path.display()))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
                .with_context(|| format!("Let {} be run", path.display()))?;
        }
    }
    Ok(())
}

fn ignored(count: usize) -> Tally {
    Tally {
        ignored: count,
        ..Tally::default()
    }
}
