//! Where things are: the checkout, and the cache beside which nothing is written.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The environment variable that moves everything which is built or fetched.
const CACHE: &str = "CARILLON_CACHE";

/// The checkout and the places outside of it.
pub(crate) struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where what is built and fetched goes: `$CARILLON_CACHE`, else `~/.cache/carillon`.
    pub(crate) cache: PathBuf,
    /// Cargo's target directory: `$CARGO_TARGET_DIR`, else `target` in the cache.
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        // What cargo says when it runs this, not when it was built: a cache serves checkouts at several places.
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = xtask.parent().context("Find the workspace above xtask")?;
        let cache = match (std::env::var_os(CACHE), std::env::home_dir()) {
            (Some(cache), _) => PathBuf::from(cache),
            (None, Some(home)) => home.join(".cache/carillon"),
            (None, None) => bail!("Neither {CACHE} nor a home folder says where to keep what is built"),
        };
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| cache.join("target"), PathBuf::from);
        Ok(Self {
            root: root.to_owned(),
            cache,
            target,
        })
    }

    /// A path of the checkout, given relative to its root.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A cargo command on this workspace, building into the cache.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = self.command(cargo, arguments);
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// A command run at the root, without what `cargo run` told this program about itself.
    pub(crate) fn command(&self, program: impl Into<OsString>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program.into());
        command
            .args(arguments)
            .current_dir(&self.root)
            .env(CACHE, &self.cache);
        if let Some(path) = self.path_with_programs() {
            command.env("PATH", path);
        }
        for (name, _) in std::env::vars_os() {
            let is_about_xtask = name
                .to_str()
                .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"));
            if is_about_xtask {
                command.env_remove(name);
            }
        }
        command
    }

    /// Programs that go before the system's: where it has none that will do.
    pub(crate) fn programs(&self) -> PathBuf {
        self.cache.join("programs")
    }

    /// The path on which programs are looked for; `None` where it stays as it is.
    fn path_with_programs(&self) -> Option<OsString> {
        let programs = self.programs();
        if !programs.is_dir() {
            return None;
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path))).ok()
    }

    /// The files of the project, relative to the root: those in git and those that could be added to it.
    pub(crate) fn files(&self) -> Result<Vec<String>> {
        let listed = self
            .command(
                "git",
                &["ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            )
            .output()
            .context("Run git to list the files")?;
        if !listed.status.success() {
            bail!(
                "List the files with git: {}",
                String::from_utf8_lossy(&listed.stderr).trim()
            );
        }
        let names = String::from_utf8(listed.stdout).context("Read the names of the files")?;
        // A file is listed twice while it is in conflict, and listed still when it was removed.
        let names: BTreeSet<&str> = names.split_terminator('\0').collect();
        Ok(names
            .into_iter()
            .filter(|name| self.path(name).is_file())
            .map(str::to_owned)
            .collect())
    }

    /// The text of a file, or `None` if it is not text.
    pub(crate) fn text(&self, relative: &str) -> Result<Option<String>> {
        let bytes = std::fs::read(self.path(relative)).with_context(|| format!("Read {relative}"))?;
        Ok(String::from_utf8(bytes).ok())
    }
}
