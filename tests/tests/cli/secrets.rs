//! Where tokens, passwords and events may be: in the vault and in the encrypted files, and nowhere else.

use anyhow::{Context as _, Result};
use carillon_gateway::{Config, start};
use carillon_tests::cli::{Cli, PASSPHRASE, adding, run};
use carillon_tests::files;
use carillon_tests::http::post;
use carillon_vault::{Entry, TokenVault as _};
use serde_json::{Value, json};

use crate::{text, to_alice};

const TITLE: &str = "Unmistakable title 4711";

/// The access token and the refresh token that are in the vault.
async fn tokens(cli: &Cli, account: &str) -> Result<[String; 2]> {
    let kept = cli.sealed().await?.get(&Entry::token(account)).await?;
    let kept: Value = serde_json::from_str(kept.context("No token is kept")?.expose())?;
    Ok([
        text(&kept, "/access")?.to_owned(),
        text(&kept, "/refresh")?.to_owned(),
    ])
}

#[tokio::test]
async fn a_token_from_elsewhere_is_in_no_file_and_no_log() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let url = gateway.url();
    let cli = Cli::new()?;
    let login = json!({ "username": "bob", "password": "demo-bob" });
    let (_, tokens) = post(&url, "/auth/login", &login).await?;
    let token = text(&tokens, "/accessToken")?;
    let add = adding(&url, &["--token-stdin", "--check"]);
    let added = run(cli.loudly(&add), token).await?;
    let log = added.err.clone();
    added.answer()?;
    assert!(log.contains("DEBUG carillon_link"), "{log}");
    assert!(!log.contains(token), "the token is in the log");
    files::hold_none_of(&cli.home(), &[token])
}

#[tokio::test]
async fn no_secret_and_no_event_is_in_a_file_or_a_log_however_much_is_logged() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let url = gateway.url();
    let cli = Cli::new()?;
    let loud = |arguments: &[&str]| cli.loudly(arguments);
    let mut logs = Vec::new();
    let add = adding(
        &url,
        &["--username", "alice", "--password-stdin", "--check", "--json"],
    );
    let added = run(loud(&add), "demo-alice\n").await?;
    logs.push(added.err.clone());
    let added = added.json()?;
    let account = text(&added, "/account/id")?.to_owned();
    let first = tokens(&cli, &account).await?;

    gateway
        .emit("notification", json!({ "title": TITLE }), to_alice())
        .await?;
    gateway.expire("alice")?;
    let mut listen = cli.listen_by(loud(&["listen", "--json"]))?;
    let event = listen.event().await?;
    assert_eq!(text(&event, "/payload/data/title")?, TITLE);
    let second = tokens(&cli, &account).await?;
    assert!(
        first.iter().all(|token| !second.contains(token)),
        "The tokens are still the first"
    );

    let [access, refresh] = &first;
    let [new_access, new_refresh] = &second;
    let key = cli.sealed().await?.get(&Entry::database_key(&account)).await?;
    let key = key.context("No key is kept")?;
    let wallet = "0xa11ce0000000000000000000000000000000aaaa";
    let nowhere = [
        access,
        refresh,
        new_access,
        new_refresh,
        "demo-alice",
        PASSPHRASE,
        key.expose(),
        TITLE,
        "user-1001",
        wallet,
    ];
    // While it runs, with what SQLite keeps beside its files; and when all is closed.
    files::hold_none_of(&cli.home(), &nowhere)?;
    logs.push(listen.terminate().await?.err);
    files::hold_none_of(&cli.home(), &nowhere)?;
    for command in [
        &["status"][..],
        &["inbox"],
        &["subscribe", "market", "m-1"],
        &["accounts", "remove"],
    ] {
        let outcome = run(loud(command), "").await?;
        logs.push(outcome.err.clone());
        outcome.answer()?;
    }
    files::hold_none_of(&cli.home(), &nowhere)?;

    let log = logs.concat();
    // It was loud, of Socket.IO too, and its way went past the refresh.
    assert!(log.contains("DEBUG carillon_link::driver"), "{log}");
    assert!(log.contains("DEBUG carillon_socketio"), "{log}");
    assert!(log.contains("Refreshing"), "{log}");
    for (number, text) in nowhere.iter().enumerate() {
        let line = log.lines().find(|line| line.contains(*text));
        assert_eq!(line, None, "text {number} is in the log");
    }
    Ok(())
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_the_data_folder() -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let it = crate::alice().await?;
    let mode = |path: &std::path::Path| {
        Ok::<_, std::io::Error>(std::fs::metadata(path)?.permissions().mode() & 0o777)
    };
    assert_eq!(mode(&it.cli.home())?, 0o700);
    assert_eq!(mode(&it.cli.home().join("accounts"))?, 0o700);
    for entry in std::fs::read_dir(it.cli.home())? {
        let path = entry?.path();
        if path.is_file() {
            assert_eq!(mode(&path)?, 0o600, "{}", path.display());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_cache_without_its_key_says_so_and_stays_as_it_is() -> Result<()> {
    let it = crate::alice().await?;
    let key = Entry::database_key(&it.account);
    let vault = it.cli.sealed().await?;
    let secret = vault.get(&key).await?.context("There is no key")?;
    vault.delete(&key).await?;
    let cache = it.cli.home().join("accounts").join(format!("{}.db", it.account));
    let before = std::fs::read(&cache)?;
    for command in ["inbox", "listen"] {
        let said = it.cli.run(&[command]).await?.complaint(8)?;
        assert!(said.contains("left as it is"), "{said}");
        assert!(said.contains("not in the sealed file"), "{said}");
    }
    let list = it.cli.run(&["accounts", "list", "--json"]).await?.json()?;
    assert_eq!(text(&list, "/0/error/code")?, "store");
    assert!(std::fs::read(&cache)? == before, "The cache was changed");
    vault.set(&key, &secret).await?;
    it.cli.run(&["inbox"]).await?.answer()?;
    Ok(())
}

#[tokio::test]
async fn each_account_s_cache_opens_by_its_own_key_alone() -> Result<()> {
    let it = crate::alice().await?;
    let bob = it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    let bob = text(&bob, "/account/id")?;
    let (of_alice, of_bob) = (Entry::database_key(&it.account), Entry::database_key(bob));
    let vault = it.cli.sealed().await?;
    let alices = vault.get(&of_alice).await?.context("Alice has no key")?;
    let bobs = vault.get(&of_bob).await?.context("Bob has no key")?;
    vault.set(&of_alice, &bobs).await?;
    let cache = it.cli.home().join("accounts").join(format!("{}.db", it.account));
    let before = std::fs::read(&cache)?;
    for command in ["inbox", "listen"] {
        let said = it.cli.run(&[command, "--account", &it.account]).await?;
        let said = said.complaint(8)?;
        assert!(said.contains("The key does not open"), "{said}");
        assert!(said.contains(&format!("{}.db", it.account)), "{said}");
        it.cli.run(&["inbox", "--account", bob]).await?.answer()?;
    }
    assert!(std::fs::read(&cache)? == before, "The cache was changed");
    vault.set(&of_alice, &alices).await?;
    it.cli.run(&["inbox", "--account", &it.account]).await?.answer()?;
    Ok(())
}

#[tokio::test]
async fn an_account_that_cannot_be_opened_keeps_nobody_from_reading_the_others() -> Result<()> {
    let it = crate::alice().await?;
    let bob = it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    let vault = it.cli.sealed().await?;
    vault.delete(&Entry::database_key(&it.account)).await?;
    let ran = it.cli.run(&["inbox", "--json"]).await?;
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        ran.err.contains(&format!("{} is left out", it.account)),
        "{}",
        ran.err
    );
    assert!(!ran.err.contains(text(&bob, "/account/id")?), "{}", ran.err);
    // Whose cache the name stands in can't be known: why is said, and not that there is none.
    let said = it.cli.run(&["inbox", "--account", "carol"]).await?.complaint(8)?;
    assert!(said.contains("not in the sealed file"), "{said}");
    Ok(())
}
