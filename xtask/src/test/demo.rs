//! The demo command, as someone runs it who has never seen the project.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::tally::{self, Tally};
use crate::run::{Ran, aloud};
use crate::workspace::Workspace;

/// The file in the cache with the recipe of the last fresh clone that showed the demo.
const SEEN: &str = "fresh-demo.recipe";

/// What every PNG file begins with.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The command in this checkout, with what is built already.
pub(super) fn as_it_is(workspace: &Workspace) -> Result<Tally> {
    super::rust::build(workspace)?;
    let picture = workspace.target.join("demo-test.png");
    let shown = tally::one(
        "demo",
        "it shows live prices and writes a picture of them",
        || {
            shows(&picture, || {
                aloud(demo(workspace, &["--built", "--virtual", "--picture"]).arg(&picture))
            })
        },
    );
    Ok(without_a_display(workspace).and(shown))
}

/// As [`in_a_fresh_clone`], unless it succeeded here with the same recipe: what else is in the app is compiled by the
/// same command in this checkout.
pub(super) fn in_a_fresh_clone_once(workspace: &Workspace) -> Result<Tally> {
    let recipe = recipe(workspace)?;
    if fs::read_to_string(workspace.cache.join(SEEN)).is_ok_and(|before| before == recipe) {
        println!(
            "demo: a fresh clone showed live prices here, built by the same manifests, locks, toolchain and commands: \
             not repeated. `cargo xtask test --part fresh-demo` does"
        );
        return Ok(Tally {
            ignored: 1,
            ..Tally::default()
        });
    }
    in_a_fresh_clone(workspace)
}

/// By what a fresh clone is built, as far as it is committed: the files and their contents' hashes.
fn recipe(workspace: &Workspace) -> Result<String> {
    let listed = workspace.command("git", &["ls-tree", "-r", "HEAD"]).output()?;
    ensure!(listed.status.success(), "List what is committed");
    let listed = String::from_utf8(listed.stdout).context("Read the names of the files")?;
    let counts = listed.lines().filter(|line| {
        let path = line.split_once('\t').map_or("", |(_, path)| path);
        builds(path)
    });
    Ok(counts.map(|line| format!("{line}\n")).collect())
}

/// Whether a file decides how the app is built, rather than what it is.
fn builds(path: &str) -> bool {
    const FOLDERS: [&str; 6] = [
        ".cargo/",
        "capabilities/",
        "icons/",
        "tests/window/src/",
        "ui/scripts/",
        "xtask/",
    ];
    const NAMES: [&str; 9] = [
        "Cargo.lock",
        "Cargo.toml",
        "build.rs",
        "package-lock.json",
        "package.json",
        "rust-toolchain.toml",
        "svelte.config.js",
        "tauri.conf.json",
        "vite.config.ts",
    ];
    let name = path.rsplit('/').next().unwrap_or(path);
    NAMES.contains(&name) || FOLDERS.iter().any(|folder| path.starts_with(folder))
}

fn without_a_display(workspace: &Workspace) -> Tally {
    tally::one("demo", "without a display it says what to run", || {
        let ran = aloud(&mut demo(workspace, &[]))?;
        ensure!(!ran.success, "it ended as if all were well");
        ensure!(
            ran.output.contains("cargo xtask demo --virtual"),
            "it does not say so"
        );
        Ok(())
    })
}

/// By cargo, as a person runs it; this program's own file may have been built anew meanwhile.
fn demo(workspace: &Workspace, arguments: &[&str]) -> Command {
    without_display(workspace.cargo(&[&["xtask", "demo"], arguments].concat()))
}

/// The command in a fresh clone of what is committed here, with an empty cache. What cargo has downloaded stays.
pub(super) fn in_a_fresh_clone(workspace: &Workspace) -> Result<Tally> {
    let folder = workspace.cache.join(format!("fresh-{}", std::process::id()));
    fs::create_dir_all(&folder).context("Make a folder for the clone")?;
    let tally = tally::one("demo", "a fresh clone shows live prices by one command", || {
        fresh(workspace, &folder)
    });
    if tally.failed == 0 {
        fs::write(workspace.cache.join(SEEN), recipe(workspace)?).with_context(|| format!("Write {SEEN}"))?;
    }
    // Gigabytes; what can't be removed is seen there.
    fs::remove_dir_all(&folder).with_context(|| format!("Remove {}", folder.display()))?;
    Ok(without_a_display(workspace).and(tally))
}

fn fresh(workspace: &Workspace, folder: &Path) -> Result<()> {
    let clone: PathBuf = folder.join("clone");
    let mut git = workspace.command("git", &["clone", "--quiet"]);
    ensure!(
        aloud(git.arg(&workspace.root).arg(&clone))?.success,
        "The clone failed"
    );
    let picture = folder.join("demo.png");
    shows(&picture, || {
        let mut demo = workspace.command("cargo", &["xtask", "demo", "--virtual", "--picture"]);
        demo.arg(&picture)
            .current_dir(&clone)
            .env("CARILLON_CACHE", folder.join("cache"))
            .env_remove("CARGO_TARGET_DIR");
        aloud(&mut without_display(demo))
    })
}

/// Sees to it that a command ends well and that its picture is one.
fn shows(picture: &Path, command: impl FnOnce() -> Result<Ran>) -> Result<()> {
    if picture.exists() {
        fs::remove_file(picture).context("Remove the picture of before")?;
    }
    let ran = command()?;
    ensure!(ran.success, "it failed");
    ensure!(
        ran.output.contains(&picture.display().to_string()),
        "it does not name the picture"
    );
    let written = fs::read(picture).context("Read the picture")?;
    ensure!(written.starts_with(PNG), "the picture is no PNG");
    Ok(())
}

fn without_display(mut command: Command) -> Command {
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

#[cfg(test)]
mod tests {
    use super::builds;

    #[test]
    fn what_decides_how_the_app_is_built_is_told_from_what_it_is() {
        for path in [
            "Cargo.lock",
            "ui/package-lock.json",
            "crates/store/build.rs",
            "xtask/src/demo.rs",
        ] {
            assert!(builds(path), "{path}");
        }
        for path in [
            "README.md",
            "src-tauri/src/lib.rs",
            "ui/src/main.ts",
            "tests/window/tests/flow.rs",
        ] {
            assert!(!builds(path), "{path}");
        }
    }
}
