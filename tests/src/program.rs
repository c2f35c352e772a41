//! The programs that tests start.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::files;

/// Finds a program of a package beside the tests, and sees to it that it is not older than its sources: cargo builds
/// the programs of other packages only when it is told to.
///
/// # Errors
/// Where it is missing or stale; the text says what to run.
pub fn program(name: &str, package: &str) -> Result<PathBuf> {
    let build = format!("Run: cargo build --package {package}");
    let test = env::current_exe().context("Find the test's own program")?;
    let folder = test
        .parent()
        .and_then(Path::parent)
        .context("Find the programs")?;
    let program = folder.join(format!("{name}{}", env::consts::EXE_SUFFIX));
    let built = File::open(&program).and_then(|file| file.metadata()?.modified());
    let built = built.with_context(|| format!("{} is missing. {build}", program.display()))?;
    let sources = fs::read_to_string(folder.join(format!("{name}.d")))
        .with_context(|| format!("It is not known of what {name} was built. {build}"))?;
    for source in files::dependencies(&sources) {
        let changed = fs::metadata(&source).and_then(|about| about.modified());
        ensure!(
            changed.is_ok_and(|changed| changed <= built),
            "{} is newer than {name}, or gone. {build}",
            source.display()
        );
    }
    Ok(program)
}
