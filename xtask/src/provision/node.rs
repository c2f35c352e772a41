//! Node: the system's or one of our own, and the packages from npm: those of the programs that tests talk to, and those
//! of the UI.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::{aloud, quietly};
use crate::workspace::Workspace;

/// The folder of the Node programs that tests talk to.
const PROGRAMS: &str = "tests/node";

/// The folder that names a Node from npm.
const NODE: &str = "xtask/node";

/// The folder of the UI.
const UI: &str = "ui";

/// The oldest Node that the UI's tools run on.
const OLDEST: (u32, u32) = (20, 19);

/// What npm is called.
pub(crate) const fn npm() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}

/// Sees to it that Node is new enough. Where the system's is not, as Debian 12's, one from npm goes before it.
pub(super) fn node(workspace: &Workspace) -> Result<()> {
    let found = asked_version(workspace)?;
    if version(&found).is_some_and(|version| version >= OLDEST) {
        return Ok(());
    }
    let wanted = format!("Node {}.{} or newer is needed", OLDEST.0, OLDEST.1);
    if cfg!(all(
        target_os = "linux",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )) {
        println!("{wanted}, and this is {found}. Installing a newer one from npm, for this project alone.");
        let home = apart(workspace, NODE)?;
        put_first(workspace, &home.join("node_modules/.bin/node"))?;
    }
    let found = asked_version(workspace)?;
    if version(&found).is_none_or(|version| version < OLDEST) {
        bail!("{wanted}, and this is {found}. Newer ones are at https://nodejs.org");
    }
    Ok(())
}

fn asked_version(workspace: &Workspace) -> Result<String> {
    let said = quietly(&mut workspace.command("node", &["--version"]))?.output;
    Ok(said.trim().to_owned())
}

/// Puts a program before the system's of the same name.
#[cfg(unix)]
fn put_first(workspace: &Workspace, program: &Path) -> Result<()> {
    let folder = workspace.programs();
    fs::create_dir_all(&folder).context("Make a folder for programs")?;
    let link = folder.join(program.file_name().context("Name the program")?);
    if link.is_symlink() {
        fs::remove_file(&link).context("Remove the program of before")?;
    }
    std::os::unix::fs::symlink(program, &link).context("Put the program in place")
}

#[cfg(not(unix))]
fn put_first(_: &Workspace, _: &Path) -> Result<()> {
    Ok(())
}

/// The first two numbers of `v20.11.1`.
fn version(said: &str) -> Option<(u32, u32)> {
    let mut numbers = said.trim().strip_prefix('v')?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// Where the packages of the Node programs are, or will be.
pub(crate) fn modules(workspace: &Workspace) -> Option<PathBuf> {
    home(workspace, PROGRAMS)
        .ok()
        .map(|home| home.join("node_modules"))
}

/// A place outside of the checkout, named after the lock file's content, so that each lock has its own.
fn home(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let lock = workspace.path(folder).join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("Read {}", lock.display()))?;
    Ok(workspace.cache.join("node").join(digest(&[&lock])))
}

fn digest(contents: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for content in contents {
        hasher.write(content);
    }
    format!("{:016x}", hasher.finish())
}

/// Installs the packages of the Node programs.
pub(super) fn programs(workspace: &Workspace) -> Result<()> {
    let home = apart(workspace, PROGRAMS)?;
    println!("The Node packages are in {}.", home.display());
    Ok(())
}

/// Installs the packages of a folder outside of the checkout, once for each lock file.
fn apart(workspace: &Workspace, folder: &str) -> Result<PathBuf> {
    let home = home(workspace, folder)?;
    if home.is_dir() {
        return Ok(home);
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
        let from = workspace.path(folder).join(file);
        fs::copy(&from, unfinished.join(file)).with_context(|| format!("Copy {}", from.display()))?;
    }
    if !install(workspace, &unfinished)? {
        // Rubbish in a cache, at worst.
        let _ = fs::remove_dir_all(&unfinished);
        bail!("The Node packages of {folder} could not be installed");
    }
    match fs::rename(&unfinished, &home) {
        Ok(()) => {}
        // Another run was quicker.
        Err(_) if home.is_dir() => fs::remove_dir_all(&unfinished).context("Remove the second copy")?,
        Err(error) => return Err(error).context("Put the Node packages in place"),
    }
    Ok(home)
}

/// Installs the UI's packages where its tools look for them, beside its sources; again only when the lock file is
/// another or Node is.
pub(super) fn ui(workspace: &Workspace) -> Result<()> {
    let folder = workspace.path(UI);
    let lock = fs::read(folder.join("package-lock.json")).context("Read ui/package-lock.json")?;
    let node = asked_version(workspace)?;
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
