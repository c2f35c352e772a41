//! A data folder that may only be read. Rights alone do not keep a superuser from writing, so that the folder is
//! mounted once more, to read only, where nobody but the command sees it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use carillon_tests::cli::{Cli, Outcome, run};
use serde_json::json;
use tokio::process::Command;

use crate::{Alice, alice, text, to_alice};

/// Mounts the folder of the first argument to read only, and becomes the rest.
const MOUNT: &str = r#"mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@""#;

/// Runs a command that sees its data folder to read only.
async fn read_only(cli: &Cli, arguments: &[&str]) -> Result<Outcome> {
    let inner = cli.command(arguments);
    let inner = inner.as_std();
    // Whoever is no superuser becomes one in a namespace of their own.
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", MOUNT]);
    command
        .arg(cli.home())
        .arg(inner.get_program())
        .args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    run(command, "").await
}

/// Fails with words where this machine gives no namespace: what was not looked at has to be said.
async fn ensure_it_is_read_only(cli: &Cli) -> Result<()> {
    let proof = cli.home().join("proof");
    let mut command = Command::new("unshare");
    command.args(["--mount", "--map-root-user", "sh", "-c", MOUNT]);
    command.arg(cli.home()).arg("touch").arg(&proof);
    let tried = run(command, "").await?;
    ensure!(
        tried.err.contains("Read-only file system"),
        "This machine lets no folder be mounted to read only (unshare, mount), so that this could not be tested: {}",
        tried.err
    );
    ensure!(!proof.exists(), "It was written to all the same");
    Ok(())
}

fn files(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, found)?;
        } else {
            found.insert(path.clone(), fs::read(&path)?);
        }
    }
    Ok(())
}

async fn with_one_notice() -> Result<Alice> {
    let it = alice().await?;
    it.gateway
        .emit("notification", json!({ "title": "Read me" }), to_alice())
        .await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    Ok(it)
}

#[tokio::test]
async fn a_folder_that_may_only_be_read_is_read_and_whoever_wants_to_write_is_told() -> Result<()> {
    let it = with_one_notice().await?;
    ensure_it_is_read_only(&it.cli).await?;
    let mut before = BTreeMap::new();
    files(&it.cli.home(), &mut before)?;

    let status = read_only(&it.cli, &["status", "--json"]).await?.json()?;
    assert_eq!(text(&status, "/accounts/0/id")?, it.account);
    assert_eq!(status.pointer("/accounts/0/unread/notification"), Some(&json!(1)));
    let inbox = read_only(&it.cli, &["inbox", "--json"]).await?.json()?;
    assert_eq!(text(&inbox, "/0/title")?, "Read me");
    let said = read_only(&it.cli, &["listen", "--count", "1"]).await?;
    ensure!(said.code.is_some_and(|code| code != 0), "{said:?}");
    ensure!(said.err.contains("can't be used"), "{}", said.err);
    ensure!(
        said.err.contains(&it.cli.home().display().to_string()),
        "{}",
        said.err
    );

    let mut after = BTreeMap::new();
    files(&it.cli.home(), &mut after)?;
    ensure!(after == before, "A file was changed");
    Ok(())
}
