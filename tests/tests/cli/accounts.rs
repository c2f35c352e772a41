//! `accounts add`, `list` and `remove`, and how each fails.

use anyhow::{Context as _, Result};
use carillon_contract::Secret;
use carillon_gateway::{Config, start};
use carillon_tests::cli::{Cli, adding, run};
use carillon_tests::files;
use carillon_tests::gateway::stop;
use carillon_tests::http::{Website, nobody, post};
use carillon_vault::{Entry, TokenVault as _};
use serde_json::{Value, json};

use crate::{alice, text, to_alice};

const PASSWORD: [&str; 3] = ["--username", "alice", "--password-stdin"];

/// The accounts of a data folder.
async fn accounts(cli: &Cli) -> Result<Vec<Value>> {
    let list = cli.run(&["accounts", "list", "--json"]).await?.json()?;
    Ok(list.as_array().context("The list is no list")?.clone())
}

#[tokio::test]
async fn an_account_is_added_with_a_password_and_the_server_accepts_it() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let cli = Cli::new()?;
    let url = gateway.url();
    let more = [&PASSWORD[..], &["--check", "--json"]].concat();
    let arguments = adding(&url, &more);
    let added = cli.run_with(&arguments, "demo-alice\n").await?.json()?;
    assert_eq!(added.get("checked"), Some(&json!(true)));
    assert_eq!(added.get("renewed"), Some(&json!(false)));
    assert_eq!(text(&added, "/account/identity/name")?, "alice");
    assert_eq!(text(&added, "/account/identity/userId")?, "user-1001");
    assert_eq!(text(&added, "/account/server")?, gateway.url());
    let account = added.get("account").context("No account")?;
    assert_eq!(&accounts(&cli).await?, std::slice::from_ref(account));
    Ok(())
}

#[tokio::test]
async fn an_account_is_added_with_a_token_from_elsewhere() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let url = gateway.url();
    let login = json!({ "username": "bob", "password": "demo-bob" });
    let (_, tokens) = post(&url, "/auth/login", &login).await?;
    let token = text(&tokens, "/accessToken")?;
    let cli = Cli::new()?;
    let arguments = adding(&url, &["--token-stdin", "--check", "--json"]);
    // As it is pasted, with blanks around it.
    let added = cli
        .run_with(&arguments, &format!("  {token} \r\n"))
        .await?
        .json()?;
    assert_eq!(added.get("checked"), Some(&json!(true)));
    assert_eq!(text(&added, "/account/identity/name")?, "bob");

    // A token that was pasted can't be renewed: what is left is the person.
    gateway.expire("bob")?;
    let said = cli.run_with(&arguments, token).await?.complaint(4)?;
    assert!(said.contains("no longer accepts the token"), "{said}");
    assert!(said.contains("is kept as it was"), "{said}");
    assert_eq!(accounts(&cli).await?.len(), 1);
    let no_token = cli.run_with(&arguments, "no token\n").await?.complaint(2)?;
    assert!(no_token.contains("three parts"), "{no_token}");
    cli.run_with(&arguments, "\n").await?.complaint(2)?;
    Ok(())
}

#[tokio::test]
async fn adding_without_a_check_takes_the_token_s_word_for_it_and_opens_no_socket() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let login = json!({ "username": "bob", "password": "demo-bob" });
    let (_, tokens) = post(&gateway.url(), "/auth/login", &login).await?;
    let token = text(&tokens, "/accessToken")?;
    let cli = Cli::new()?;
    // Who listens nowhere can't be connected to.
    let nobody = nobody().await?;
    let arguments = adding(&nobody, &["--token-stdin", "--json"]);
    let added = cli.run_with(&arguments, token).await?.json()?;
    assert_eq!(added.get("checked"), Some(&json!(false)));
    assert_eq!(text(&added, "/account/identity/name")?, "bob");
    assert_eq!(text(&added, "/account/identity/userId")?, "user-2002");

    // A sign-in asks for a token and for nothing else: this server knows no other request.
    let website = Website::answering(&tokens).await?;
    let arguments = adding(&website.url, &["--username", "bob", "--password-stdin", "--json"]);
    let added = cli.run_with(&arguments, "demo-bob\n").await?.json()?;
    assert_eq!(added.get("checked"), Some(&json!(false)));
    assert_eq!(website.asked(), ["POST /auth/login"]);
    Ok(())
}

#[tokio::test]
async fn a_token_that_is_not_accepted_takes_the_place_of_no_sign_in_that_works() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let url = gateway.url();
    let cli = Cli::new()?;
    let login = json!({ "username": "alice", "password": "demo-alice" });
    let (_, tokens) = post(&url, "/auth/login", &login).await?;
    gateway.expire("alice")?;
    cli.add(&url, "alice", "demo-alice").await?;

    let arguments = adding(&url, &["--token-stdin", "--check"]);
    let old = text(&tokens, "/accessToken")?;
    let said = cli.run_with(&arguments, old).await?.complaint(4)?;
    assert!(said.contains("is kept as it was"), "{said}");
    gateway.emit("notification", Value::Null, to_alice()).await?;
    let ended = cli.run(&["listen", "--json", "--count", "1"]).await?;
    assert!(ended.answer()?.contains("notification"));
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_leaves_nothing_behind() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let cli = Cli::new()?;
    let url = gateway.url();
    let said = cli
        .run_with(&adding(&url, &PASSWORD), "wrong\n")
        .await?
        .complaint(4)?;
    assert!(said.contains("refused"), "{said}");
    assert_eq!(accounts(&cli).await?, Vec::<Value>::new());
    assert!(files::contents(&cli.home().join("accounts"))?.is_empty());
    files::hold_none_of(&cli.home(), &["wrong"])?;
    let nobody = cli.run(&["listen"]).await?.complaint(3)?;
    assert!(nobody.contains("accounts add"), "{nobody}");
    Ok(())
}

#[tokio::test]
async fn addresses_at_which_no_such_server_is_are_told_apart() -> Result<()> {
    let cli = Cli::new()?;
    let nobody = nobody().await?;
    let said = cli
        .run_with(&adding(&nobody, &PASSWORD), "demo-alice\n")
        .await?
        .complaint(5)?;
    assert!(said.contains("can't be reached"), "{said}");
    let website = Website::start().await?;
    let said = cli
        .run_with(&adding(&website.url, &PASSWORD), "demo-alice\n")
        .await?
        .complaint(6)?;
    assert!(said.contains("Is the address right?"), "{said}");
    assert_eq!(accounts(&cli).await?, Vec::<Value>::new());
    Ok(())
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_anything_is_made() -> Result<()> {
    let cli = Cli::new()?;
    // The password goes nowhere in clear text unless the person wants that.
    for clear in ["http://example.invalid", "ws://192.0.2.1:3000"] {
        let said = cli
            .run_with(&adding(clear, &PASSWORD), "demo-alice\n")
            .await?
            .complaint(2)?;
        assert!(said.contains("without encryption"), "{said}");
    }
    for wrong in [
        "example.invalid",
        "ftp://example.invalid",
        "https://a:b@example.invalid",
    ] {
        cli.run_with(&adding(wrong, &PASSWORD), "demo-alice\n")
            .await?
            .complaint(2)?;
    }
    let elsewhere = [
        "accounts",
        "add",
        "--platform",
        "nowhere",
        "--server",
        "https://example.invalid",
        "--token-stdin",
    ];
    let said = cli.run_with(&elsewhere, "a.b.c").await?.complaint(2)?;
    assert!(said.contains("guesslyfe"), "{said}");
    // Not even the vault: its passphrase may have been mistyped as well.
    assert!(!cli.home().exists());
    Ok(())
}

#[tokio::test]
async fn a_server_that_only_serves_pages_does_not_pass_a_check() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let login = json!({ "username": "bob", "password": "demo-bob" });
    let (_, tokens) = post(&gateway.url(), "/auth/login", &login).await?;
    let website = Website::start().await?;
    let cli = Cli::new()?;
    let token = text(&tokens, "/accessToken")?;
    let arguments = adding(&website.url, &["--token-stdin", "--check"]);
    let said = cli.run_with(&arguments, token).await?.complaint(6)?;
    assert!(said.contains("is not a Socket.IO server"), "{said}");
    assert!(said.contains("was not added"), "{said}");
    assert_eq!(accounts(&cli).await?, Vec::<Value>::new());
    assert!(files::contents(&cli.home().join("accounts"))?.is_empty());
    files::hold_none_of(&cli.home(), &[token])?;
    let nobody = nobody().await?;
    let arguments = adding(&nobody, &["--token-stdin", "--check"]);
    let said = cli.run_with(&arguments, token).await?.complaint(5)?;
    assert!(said.contains("can't be reached"), "{said}");
    assert_eq!(accounts(&cli).await?, Vec::<Value>::new());
    Ok(())
}

#[tokio::test]
async fn without_a_keyring_nothing_is_signed_in_and_no_file_takes_its_place() -> Result<()> {
    let gateway = start(Config::for_tests())?;
    let cli = Cli::new()?;
    let url = gateway.url();
    let command = |vault: Option<&str>, passphrase: Option<&str>| {
        let mut command = cli.command(&adding(&url, &PASSWORD));
        command
            .env_remove("CARILLON_VAULT")
            .env_remove("CARILLON_PASSPHRASE");
        command.envs(vault.map(|vault| ("CARILLON_VAULT", vault)));
        command.envs(passphrase.map(|passphrase| ("CARILLON_PASSPHRASE", passphrase)));
        command
    };
    let said = run(command(None, Some("ignored")), "demo-alice\n")
        .await?
        .complaint(7)?;
    assert!(said.contains("No usable keyring was found"), "{said}");
    for empty in [None, Some("")] {
        let said = run(command(Some("file"), empty), "demo-alice\n")
            .await?
            .complaint(7)?;
        assert!(said.contains("CARILLON_PASSPHRASE"), "{said}");
    }
    let said = run(command(Some("drawer"), None), "demo-alice\n")
        .await?
        .complaint(7)?;
    assert!(said.contains("drawer"), "{said}");
    assert!(!cli.home().exists(), "nothing was made");
    Ok(())
}

#[tokio::test]
async fn a_wrong_passphrase_opens_nothing_and_changes_no_byte() -> Result<()> {
    let it = alice().await?;
    let before = files::contents(&it.cli.home())?;
    for command in [
        &["status"][..],
        &["accounts", "list"],
        &["inbox"],
        &["listen", "--for", "1s"],
        &["subscribe", "market", "m-1"],
        &["accounts", "remove"],
    ] {
        let mut command = it.cli.command(command);
        command.env("CARILLON_PASSPHRASE", "another");
        let said = run(command, "").await?.complaint(7)?;
        assert_eq!(said, "The passphrase is wrong");
    }
    assert!(files::contents(&it.cli.home())? == before, "A file was changed");
    assert_eq!(accounts(&it.cli).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn a_wrong_password_and_a_vault_that_is_not_there_take_nothing_from_an_account() -> Result<()> {
    let it = alice().await?;
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    let tokens = it.cli.sealed().await?.get(&Entry::token(&it.account)).await?;
    let before = files::contents(&it.cli.home().join("accounts"))?;
    let url = it.gateway.url();
    let again = adding(&url, &PASSWORD);
    it.cli.run_with(&again, "wrong\n").await?.complaint(4)?;

    for command in [&["status"][..], &["inbox"], &["listen", "--for", "1s"]] {
        let mut command = it.cli.command(command);
        command
            .env_remove("CARILLON_VAULT")
            .env_remove("CARILLON_PASSPHRASE");
        let ended = run(command, "").await?;
        let said = format!("{}{}", ended.out, ended.err);
        assert!(said.contains("keyring was found"), "{said}");
    }
    assert!(
        files::contents(&it.cli.home().join("accounts"))? == before,
        "The cache was changed"
    );
    let kept = it.cli.sealed().await?.get(&Entry::token(&it.account)).await?;
    assert_eq!(
        kept.as_ref().map(Secret::expose),
        tokens.as_ref().map(Secret::expose)
    );

    let inbox = it.cli.run(&["inbox", "--json"]).await?.answer()?;
    assert_eq!(inbox.lines().count(), 1);
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    Ok(())
}

#[tokio::test]
async fn the_same_person_on_the_same_server_is_one_account() -> Result<()> {
    let it = alice().await?;
    let address = it.gateway.url().replace("http://", "WS://") + "/?again";
    let again = it.cli.add(&address, "alice", "demo-alice").await?;
    assert_eq!(again.get("renewed"), Some(&json!(true)));
    assert_eq!(text(&again, "/account/id")?, it.account);
    let bob = it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    assert_eq!(bob.get("renewed"), Some(&json!(false)));
    let ids: Vec<String> = accounts(&it.cli)
        .await?
        .iter()
        .map(|account| text(account, "/id").map(str::to_owned))
        .collect::<Result<_>>()?;
    assert_eq!(ids, [it.account.as_str(), text(&bob, "/account/id")?]);
    // With two accounts a command that needs one asks which.
    let said = it.cli.run(&["subscribe", "market", "m-1"]).await?.complaint(2)?;
    assert!(said.contains("--account"), "{said}");
    let named = ["subscribe", "market", "m-1", "--account", "bob"];
    it.cli.run(&named).await?.answer()?;
    let stranger = ["inbox", "--account", "mallory"];
    it.cli.run(&stranger).await?.complaint(3)?;
    Ok(())
}

#[tokio::test]
async fn nothing_is_left_of_a_removed_account() -> Result<()> {
    let it = alice().await?;
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    let bob = it.cli.add(&it.gateway.url(), "bob", "demo-bob").await?;
    let vault = it.cli.sealed().await?;
    let (token, key) = (Entry::token(&it.account), Entry::database_key(&it.account));
    let kept = vault
        .get(&token)
        .await?
        .context("The token is not in the vault")?;
    assert!(vault.get(&key).await?.is_some());
    let kept: Value = serde_json::from_str(kept.expose())?;
    let refresh = json!({ "refreshToken": text(&kept, "/refresh")? });

    it.cli
        .run(&["accounts", "remove", "--account", "alice"])
        .await?
        .answer()?;
    assert!(vault.get(&token).await?.is_none() && vault.get(&key).await?.is_none());
    let left = accounts(&it.cli).await?;
    assert_eq!(left, [bob.get("account").context("No account")?.clone()]);
    for (path, content) in files::contents(&it.cli.home())? {
        let id = it.account.as_bytes();
        assert!(
            !path.to_string_lossy().contains(&it.account),
            "{}",
            path.display()
        );
        assert!(
            !content.windows(id.len()).any(|part| part == id),
            "{}",
            path.display()
        );
    }
    // The server's session is over too.
    assert_eq!(post(&it.gateway.url(), "/auth/refresh", &refresh).await?.0, 401);

    // With the server away the account goes all the same.
    stop(it.gateway).await?;
    it.cli.run(&["accounts", "remove"]).await?.answer()?;
    assert!(files::contents(&it.cli.home().join("accounts"))?.is_empty());
    let said = it.cli.run(&["accounts", "remove"]).await?.complaint(3)?;
    assert!(said.contains("no account"), "{said}");
    Ok(())
}

#[tokio::test]
async fn an_account_s_connection_is_made_otherwise_and_by_the_guide_again() -> Result<()> {
    let it = alice().await?;
    let tune = async |more: &[&str]| {
        let words = [&["accounts", "tune", "--json"], more].concat();
        it.cli.run(&words).await?.json()
    };
    assert_eq!(tune(&[]).await?, json!({}));
    let tuned = json!({ "transports": ["polling"], "attempts": 9 });
    assert_eq!(
        tune(&["--transports", "polling", "--attempts", "9"]).await?,
        tuned
    );
    assert_eq!(tune(&["--delay", "2s"]).await?["delayMs"], 2_000);
    for wrong in [&["--delay", "1ms"][..], &["--factor", "0.5"]] {
        let words = [&["accounts", "tune"], wrong].concat();
        it.cli.run(&words).await?.complaint(2)?;
    }
    assert_eq!(
        it.cli
            .run(&["accounts", "tune", "--transports", "pigeon"])
            .await?
            .code,
        Some(2)
    );
    // It is so on the wire, and the history says it.
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    let history = status
        .pointer("/accounts/0/history")
        .and_then(Value::as_array)
        .context("No history")?;
    let did: Vec<&str> = history
        .iter()
        .filter_map(|line| line.get("what")?.as_str())
        .collect();
    assert!(did.contains(&"caught-up"), "{did:?}");
    let opened = history
        .iter()
        .find(|line| line["what"] == "opened")
        .context("It never opened")?;
    assert_eq!(opened["transport"], "polling", "{opened}");
    assert!(
        opened["socketId"].is_string() && opened["tookMs"].is_u64(),
        "{opened}"
    );
    assert_eq!(tune(&["--reset"]).await?, json!({}));
    Ok(())
}
