//! `export` and `erase`.

use anyhow::{Context as _, Result};
use carillon_tests::{cli::Cli, files};
use serde_json::{Value, json};

use crate::{alice, number, text, to_alice};

#[tokio::test]
async fn an_account_is_exported_beside_its_owner_and_erased_with_a_receipt() -> Result<()> {
    let it = alice().await?;
    let mut listen = it.cli.listen(&["--count", "3"])?;
    for title in ["First", "Second"] {
        let data = json!({ "title": title });
        it.gateway.emit("notification", data, to_alice()).await?;
        listen.event().await?;
    }
    let folder = tempfile::tempdir()?;
    let to = folder.path().join("alice.zip");
    let path = to.to_str().context("No text")?;
    let exported = it
        .cli
        .run(&["export", "--account", "alice", "--to", path, "--json"])
        .await?
        .json()?;
    assert_eq!(number(&exported, "/rows/notices.jsonl")?, 2);
    assert_eq!(number(&exported, "/bytes")?, std::fs::metadata(&to)?.len());
    assert!(std::fs::read(&to)?.starts_with(b"PK"));
    let said = it.cli.run(&["export", "--to", path]).await?.complaint(2)?;
    assert!(said.contains("already"), "{said}");
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    assert_eq!(number(&status, "/accounts/0/storage/notices")?, 2);
    assert_eq!(number(&status, "/accounts/0/storage/retention/days")?, 180);
    assert!(number(&status, "/accounts/0/storage/bytes")? > 0);
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    listen.end().await?.answer()?;
    let again = folder.path().join("again.zip");
    let words = it
        .cli
        .run(&["export", "--to", again.to_str().context("No text")?])
        .await?
        .answer()?;
    assert!(
        words.contains("notices.csv: 3") && words.contains("not encrypted"),
        "{words}"
    );

    let said = it.cli.run(&["erase", "--account", "alice"]).await?.complaint(2)?;
    assert!(said.contains("--yes"), "{said}");
    assert_eq!(listed(&it.cli).await?, 1, "nothing was erased");
    let receipt = it
        .cli
        .run(&["erase", "--account", "alice", "--yes", "--json"])
        .await?
        .json()?;
    assert_eq!(text(&receipt, "/account")?, it.account);
    let removed = receipt
        .get("removed")
        .and_then(Value::as_array)
        .context("Nothing is gone")?;
    for (what, count) in [
        ("session", 1),
        ("token", 1),
        ("key", 1),
        ("notices", 3),
        ("entry", 1),
    ] {
        assert!(
            removed.contains(&json!({ "what": what, "count": count })),
            "{what}: {receipt}"
        );
    }
    assert_eq!(text(&receipt, "/kept/0/what")?, "at-the-server");
    assert_eq!(listed(&it.cli).await?, 0);
    assert!(files::contents(&it.cli.home().join("accounts"))?.is_empty());

    it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    let words = it
        .cli
        .run(&["erase", "--account", "bob", "--yes"])
        .await?
        .answer()?;
    assert!(
        words.contains("gone: the key of the cache") && words.contains("kept: "),
        "{words}"
    );
    it.cli
        .run(&["erase", "--account", "bob", "--yes"])
        .await?
        .complaint(3)?;
    Ok(())
}

async fn listed(cli: &Cli) -> Result<usize> {
    let list = cli.run(&["accounts", "list", "--json"]).await?.json()?;
    Ok(list.as_array().context("No list")?.len())
}
