//! `carillon-cli` with the system's own keyring, which is where secrets are kept unless somebody asks for a file.
#![cfg(target_os = "linux")]

use anyhow::{Context as _, Result};
use carillon_contract::Secret;
use carillon_gateway::{Config, To, start};
use carillon_tests::cli::{Cli, adding, run};
use carillon_tests::files;
use carillon_tests::keyring::{in_session, lock, log_in, secrets_of};
use carillon_vault::{Entry, TokenVault as _, os};
use serde_json::Value;

/// The name under which builds for development keep their secrets.
const SERVICE: &str = "carillon-dev";

fn text<'a>(value: &'a Value, place: &str) -> Result<&'a str> {
    let found = value.pointer(place).and_then(Value::as_str);
    found.with_context(|| format!("No text at {place} of {value}"))
}

/// The access token and the refresh token in the keyring.
async fn tokens(account: &str) -> Result<[String; 2]> {
    let kept = os(SERVICE).get(&Entry::token(account)).await?;
    let kept = kept.as_ref().map(Secret::expose).context("No token is kept")?;
    let kept: Value = serde_json::from_str(kept)?;
    Ok([
        text(&kept, "/access")?.to_owned(),
        text(&kept, "/refresh")?.to_owned(),
    ])
}

#[test]
fn an_account_lives_by_the_keyring_alone_and_leaves_nothing_in_it() -> Result<()> {
    in_session(
        "an_account_lives_by_the_keyring_alone_and_leaves_nothing_in_it",
        async || {
            let gateway = start(Config::for_tests())?;
            let cli = Cli::with_keyring()?;
            let added = cli.add(&gateway.url(), "alice", "demo-alice").await?;
            let account = text(&added, "/account/id")?;
            let status = cli.run(&["status", "--json"]).await?.json()?;
            assert_eq!(text(&status, "/vault/backend")?, "keyring");
            assert_eq!(text(&status, "/vault/state")?, "ready");
            let first = tokens(account).await?;
            assert!(secrets_of(SERVICE)?.contains(&format!("token/{account}")));

            // Another process connects by what the keyring holds, and renews it there.
            let alice = || Some(To::Username("alice".to_owned()));
            gateway.emit("notification", Value::Null, alice()).await?;
            let connect = || run(cli.loudly(&["listen", "--count", "1"]), "");
            let heard = connect().await?;
            let mut log = heard.err.clone();
            heard.answer()?;
            gateway.expire("alice")?;
            gateway.emit("notification", Value::Null, alice()).await?;
            let heard = connect().await?;
            log.push_str(&heard.err);
            heard.answer()?;
            let second = tokens(account).await?;
            assert!(
                first.iter().all(|token| !second.contains(token)),
                "The tokens are still the first"
            );
            let mut nowhere: Vec<&str> = first.iter().chain(&second).map(String::as_str).collect();
            nowhere.push("demo-alice");
            let key = os(SERVICE).get(&Entry::database_key(account)).await?;
            let key = key.context("No key is kept")?;
            nowhere.push(key.expose());
            assert!(log.contains("DEBUG carillon_link::driver"), "{log}");
            for (number, text) in nowhere.iter().enumerate() {
                assert!(!log.contains(text), "text {number} is in the log");
            }
            files::hold_none_of(&cli.home(), &nowhere)?;
            assert!(!cli.home().join("vault.sealed").exists());

            cli.run(&["accounts", "remove"]).await?.answer()?;
            assert_eq!(secrets_of(SERVICE)?, "");
            Ok(())
        },
    )
}

#[test]
fn a_locked_keyring_is_said_signs_nobody_out_and_works_once_unlocked() -> Result<()> {
    in_session(
        "a_locked_keyring_is_said_signs_nobody_out_and_works_once_unlocked",
        async || {
            let gateway = start(Config::for_tests())?;
            let cli = Cli::with_keyring()?;
            cli.add(&gateway.url(), "alice", "demo-alice").await?;
            lock()?;
            for command in [
                &["listen", "--for", "1s"][..],
                &["inbox"],
                &["subscribe", "market", "m-1"],
            ] {
                let said = cli.run(command).await?.complaint(7)?;
                assert!(said.contains("The keyring is locked"), "{said}");
            }
            let status = cli.run(&["status", "--json"]).await?.json()?;
            assert_eq!(text(&status, "/vault/state")?, "locked");
            assert_eq!(text(&status, "/accounts/0/error/code")?, "vault");
            let url = gateway.url();
            let again = adding(&url, &["--username", "bob", "--password-stdin"]);
            let said = cli.run_with(&again, "demo-bob\n").await?;
            assert_eq!(said.code, Some(7), "{}", said.err);
            assert!(said.err.contains("The keyring is locked"), "{}", said.err);

            log_in()?;
            let alice = Some(To::Username("alice".to_owned()));
            gateway.emit("notification", Value::Null, alice).await?;
            cli.run(&["listen", "--count", "1"]).await?.answer()?;
            Ok(())
        },
    )
}
