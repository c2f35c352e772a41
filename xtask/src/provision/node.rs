//! Node's version, and the packages from npm: those of the programs that tests talk to, and those of the UI.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{aloud, quietly};
use crate::workspace::Workspace;

/// The folder of the Node programs that tests talk to.
const PROGRAMS: &str = "tests/node";

/// The folder of the UI.
const UI: &str = "ui";

/// The oldest Node that the UI's tools run on.
const OLDEST: (u32, u32) = (20, 19);

/// What npm is called.
pub(crate) const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Sees to it that Node is new enough.
pub(super) fn check_version(workspace: &Workspace) -> Result<()> {
    let said = quietly(&mut workspace.command("node", &["--version"]))?.output;
    if version(&said).is_none_or(|version| version < OLDEST) {
        bail!(
            "Node {}.{} or newer is needed, and this is {}. Newer ones are at https://nodejs.org",
            OLDEST.0,
            OLDEST.1,
            said.trim()
        );
    }
    Ok(())
}

/// The first two numbers of `v20.11.1`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Where the packages of the Node programs are, or will be: a folder named after the lock file's content, so that each
/// lock has its own.
///
/// `None` while there is no lock file, that is nothing to install.
pub(crate) fn modules(workspace: &Workspace) -> Option<PathBuf> {
    home(workspace).map(|home| home.join("node_modules"))
}

fn home(workspace: &Workspace) -> Option<PathBuf> {
    let lock = fs::read(workspace.path(PROGRAMS).join("package-lock.json")).ok()?;
    Some(workspace.cache.join("node").join(digest(&[&lock])))
}

fn digest(contents: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for content in contents {
        hasher.write(content);
    }
    format!("{:016x}", hasher.finish())
}

/// Installs the packages of the Node programs outside of the checkout, once for each lock file.
pub(super) fn programs(workspace: &Workspace) -> Result<()> {
    let Some(home) = home(workspace) else {
        println!("{PROGRAMS} has no package-lock.json: no Node packages to install.");
        return Ok(());
    };
    if home.is_dir() {
        println!("The Node packages are in {}.", home.display());
        return Ok(());
    }
    // Filled beside its place and then moved there, so that what is in place is whole.
    let name = home
        .file_name()
        .context("Name the folder of the Node packages")?
        .to_string_lossy()
        .into_owned();
    let unfinished = home.with_file_name(format!("{name}.{}", std::process::id()));
    fs::create_dir_all(&unfinished).context("Make a folder for the Node packages")?;
    for file in ["package.json", "package-lock.json"] {
        let from = workspace.path(PROGRAMS).join(file);
        fs::copy(&from, unfinished.join(file)).with_context(|| format!("Copy {}", from.display()))?;
    }
    if !install(workspace, &unfinished)? {
        // Rubbish in a cache, at worst.
        let _ = fs::remove_dir_all(&unfinished);
        bail!("The Node packages of {PROGRAMS} could not be installed");
    }
    match fs::rename(&unfinished, &home) {
        Ok(()) => Ok(()),
        // Another run was quicker.
        Err(_) if home.is_dir() => fs::remove_dir_all(&unfinished).context("Remove the second copy"),
        Err(error) => Err(error).context("Put the Node packages in place"),
    }
}

/// Installs the UI's packages where its tools look for them, beside its sources; again only when the lock file is
/// another or Node is.
pub(super) fn ui(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(UI);
    let Ok(lock) = fs::read(folder.join("package-lock.json")) else {
        println!("{UI} has no package-lock.json: no packages to install.");
        return Ok(());
    };
    let node = quietly(&mut workspace.command("node", &["--version"]))?.output;
    let wanted = digest(&[&lock, node.as_bytes()]);
    // npm begins with removing the folder, and with it this mark.
    let mark = folder.join("node_modules/.installed-from");
    if fs::read_to_string(&mark).is_ok_and(|found| found == wanted) {
        println!("The UI's packages are there.");
        return Ok(());
    }
    println!("Installing the UI's packages from npm.");
    if !install(workspace, &folder)? {
        bail!("The UI's packages could not be installed");
    }
    fs::write(&mark, wanted).context("Mark the UI's packages as installed")
}

/// Installs what the folder's lock file names; `false` if npm failed.
fn install(workspace: &Workspace, folder: &Path) -> Result<bool> {
    let mut command = workspace.command(npm(), &["ci", "--no-audit", "--no-fund", "--no-update-notifier"]);
    let ran = aloud(
        command
            .current_dir(folder)
            .env("npm_config_cache", workspace.cache.join("npm")),
    )?;
    Ok(ran.success)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_s_version_is_read() {
        assert_eq!(version("v20.11.1\n"), Some((20, 11)));
        assert_eq!(version("sh: node: not found"), None);
    }

    #[test]
    fn another_lock_or_another_node_is_another_digest() {
        assert_eq!(digest(&[b"a", b"b"]), digest(&[b"a", b"b"]));
        assert_ne!(digest(&[b"a", b"b"]), digest(&[b"a", b"c"]));
    }
}
