//! Files that are written by a program and committed: `cargo xtask bindings` and `cargo xtask schema`.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::workspace::Workspace;

/// A generated file.
#[derive(Clone, Copy)]
pub(crate) enum Generated {
    /// The words of the contract, in TypeScript.
    Bindings,
    /// The tables of the store, with what each column means.
    Schema,
}

impl Generated {
    /// The name of the subcommand, and of the example which prints the file.
    fn name(self) -> &'static str {
        match self {
            Self::Bindings => "bindings",
            Self::Schema => "schema",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Bindings => "ui/src/bridge/contract.gen.ts",
            Self::Schema => "docs/schema.sql",
        }
    }
}

/// Writes the file, or tells whether it is up to date.
pub(crate) fn command(workspace: &Workspace, file: Generated, check: bool) -> Result<bool> {
    if !check {
        let path = workspace.path(file.path());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("Make the folder of {}", file.path()))?;
        }
        fs::write(&path, print(workspace, file)?).with_context(|| format!("Write {}", file.path()))?;
        println!("Wrote {}.", file.path());
        return Ok(true);
    }
    let complaints = compare(workspace, file)?;
    match complaints.as_slice() {
        [] => println!("{} is up to date.", file.path()),
        complaints => complaints.iter().for_each(|complaint| println!("{complaint}")),
    }
    Ok(complaints.is_empty())
}

/// Compares the committed file with what would be written; nothing is returned when they are the same.
pub(crate) fn compare(workspace: &Workspace, file: Generated) -> Result<Vec<String>> {
    let fresh = print(workspace, file)?;
    let Ok(committed) = fs::read_to_string(workspace.path(file.path())) else {
        return Ok(vec![format!(
            "{} is missing: run cargo xtask {}",
            file.path(),
            file.name()
        )]);
    };
    Ok(first_difference(&committed, &fresh)
        .map(|line| format!("{}:{line} is stale: run cargo xtask {}", file.path(), file.name()))
        .into_iter()
        .collect())
}

/// The number of the first line that differs.
fn first_difference(one: &str, two: &str) -> Option<usize> {
    if one == two {
        return None;
    }
    let same = one
        .split('\n')
        .zip(two.split('\n'))
        .take_while(|(one, two)| one == two)
        .count();
    Some(same.saturating_add(1))
}

fn print(workspace: &Workspace, file: Generated) -> Result<String> {
    let ran = Command::new(example(workspace, file)?)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Print what is to be {}", file.path()))?;
    if !ran.status.success() {
        bail!(
            "{} could not be printed:\n{}",
            file.path(),
            String::from_utf8_lossy(&ran.stderr).trim_end()
        );
    }
    String::from_utf8(ran.stdout).with_context(|| format!("Read what is to be {}", file.path()))
}

/// Builds the example and tells where it is.
///
/// It is built as part of the whole workspace: of one package alone cargo would choose other features for the
/// packages below it, and build all of them once more.
fn example(workspace: &Workspace, file: Generated) -> Result<PathBuf> {
    let built = workspace
        .cargo(&[
            "build",
            "--quiet",
            "--workspace",
            "--example",
            file.name(),
            "--message-format",
            "json",
        ])
        .stdin(Stdio::null())
        .output()
        .context("Run cargo")?;
    if !built.status.success() {
        bail!(
            "{} could not be built:\n{}",
            file.name(),
            String::from_utf8_lossy(&built.stderr).trim_end()
        );
    }
    Message::parse_stream(built.stdout.as_slice())
        .filter_map(Result::ok)
        .find_map(|message| match message {
            Message::CompilerArtifact(artifact) if artifact.target.name == file.name() => artifact.executable,
            _ => None,
        })
        .map(PathBuf::from)
        .with_context(|| format!("cargo built no program {}", file.name()))
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_line_that_differs_is_named() {
        assert_eq!(first_difference("a\nb\n", "a\nb\n"), None);
        assert_eq!(first_difference("a\nb\n", "a\nc\n"), Some(2));
        assert_eq!(first_difference("a\n", "a\nb\n"), Some(2));
        assert_eq!(first_difference("a\n", "a"), Some(2));
    }
}
