//! What runs on Node: its packages, kept outside the checkout, and its tests.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::tally::{self, Tally};
use crate::run::{aloud, quietly};
use crate::workspace::Workspace;

/// The variable by which tests find the installed packages.
pub(super) const MODULES: &str = "CARILLON_NODE_MODULES";

/// The folder of the Node programs that tests talk to.
const FOLDER: &str = "tests/node";

/// The oldest Node that is tested with.
const OLDEST: u32 = 20;

/// Where the packages are, or will be: a folder named after the lock file's content, so that each lock has its own.
///
/// `None` while there is no lock file, that is nothing to install.
pub(super) fn modules(workspace: &Workspace) -> Option<PathBuf> {
    home(workspace).map(|home| home.join("node_modules"))
}

fn home(workspace: &Workspace) -> Option<PathBuf> {
    let lock = fs::read(workspace.path(FOLDER).join("package-lock.json")).ok()?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&lock);
    Some(
        workspace
            .cache
            .join("node")
            .join(format!("{:016x}", hasher.finish())),
    )
}

/// Installs the packages of the lock file, once.
pub(super) fn install(workspace: &Workspace) -> Result<()> {
    let version = quietly(&mut workspace.command("node", &["--version"]))?.output;
    if major(&version).is_none_or(|major| major < OLDEST) {
        bail!("Node {OLDEST} or newer is needed, and this is {}", version.trim());
    }
    let Some(home) = home(workspace) else {
        println!("{FOLDER} has no package-lock.json: no Node packages to install.");
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
        let from = workspace.path(FOLDER).join(file);
        fs::copy(&from, unfinished.join(file)).with_context(|| format!("Copy {}", from.display()))?;
    }
    let mut npm = workspace.command("npm", &["ci", "--no-audit", "--no-fund", "--no-update-notifier"]);
    let ran = aloud(
        npm.current_dir(&unfinished)
            .env("npm_config_cache", workspace.cache.join("npm")),
    )?;
    if !ran.success {
        // Rubbish in a cache, at worst.
        let _ = fs::remove_dir_all(&unfinished);
        bail!("The Node packages of {FOLDER} could not be installed");
    }
    match fs::rename(&unfinished, &home) {
        Ok(()) => Ok(()),
        // Another run was quicker.
        Err(_) if home.is_dir() => fs::remove_dir_all(&unfinished).context("Remove the second copy"),
        Err(error) => Err(error).context("Put the Node packages in place"),
    }
}

/// Runs the files of the folder that Node takes for tests.
pub(super) fn tests(workspace: &Workspace) -> Result<Tally> {
    let is_test = |file: &String| file.starts_with(FOLDER) && file.ends_with(".test.mjs");
    let files: Vec<String> = workspace.files()?.into_iter().filter(is_test).collect();
    if files.is_empty() {
        println!("There are no tests for Node: {FOLDER} has no *.test.mjs.");
        return Ok(Tally::default());
    }
    let mut command = workspace.command("node", &["--test"]);
    command.args(files);
    if let Some(modules) = modules(workspace) {
        command.env(MODULES, modules);
    }
    let ran = aloud(&mut command)?;
    Ok(tally::of_node(&ran.output).after(ran.success))
}

/// The first number of `v20.11.1`.
fn major(version: &str) -> Option<u32> {
    version.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn node_s_version_is_read() {
        assert_eq!(major("v20.11.1\n"), Some(20));
        assert_eq!(major("sh: node: not found"), None);
    }
}
