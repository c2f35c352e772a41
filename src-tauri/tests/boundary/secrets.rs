//! No token, password or key reaches the window, whatever it asks.

use std::sync::Arc;

use carillon_vault::{Entry, MemoryVault, TokenVault};
use serde_json::{Value, json};

use crate::desk::{Desk, Plan, block_on, emit, gateway};

#[test]
fn no_secret_crosses_to_the_window() {
    let vault = Arc::new(MemoryVault::new());
    let desk = Plan::with(Arc::clone(&vault) as Arc<dyn TokenVault>).open();
    let gateway = gateway();
    let account = desk.alice(&gateway);
    let mut secrets = secrets_of(&vault, account.id.as_str());

    // What tempts to be talkative: a renewed token, a refused one, errors, and everything that can be read.
    emit(&gateway, "notification", json!({ "title": "talk" }));
    gateway.expire("alice").unwrap();
    gateway.cut("alice").unwrap();
    desk.wait_until_online(&account);
    secrets.extend(secrets_of(&vault, account.id.as_str()));
    read_everything(&desk, account.id.as_str());
    desk.fail(
        "sign_in",
        json!({
            "platform": "guesslyfe",
            "server": gateway.url(),
            "username": "alice",
            "password": "not-the-password",
            "clearText": false,
        }),
    );
    desk.fail(
        "add_token",
        json!({
            "platform": "guesslyfe",
            "server": gateway.url(),
            "token": "not-a-token",
            "clearText": false,
        }),
    );
    desk.call::<Value>("use_sealed_vault", json!({ "passphrase": "a-long-passphrase" }));
    read_everything(&desk, account.id.as_str());
    secrets.extend(
        [
            "demo-alice",
            "not-the-password",
            "not-a-token",
            "a-long-passphrase",
        ]
        .map(str::to_owned),
    );

    none_crossed(&desk, &secrets);
    desk.close();
}

/// Sees that nothing of what crossed to the window so far holds one of these.
pub(crate) fn none_crossed(desk: &Desk, secrets: &[String]) {
    assert!(secrets.len() >= 4, "there is something to look for");
    let crossed = desk.crossed();
    assert!(crossed.len() > 15, "something crossed");
    for text in &crossed {
        for secret in secrets {
            assert!(!text.contains(secret.as_str()), "{text}");
        }
    }
}

/// The tokens and the key of an account, and the parts of a token that alone give it away.
pub(crate) fn secrets_of(vault: &MemoryVault, account: &str) -> Vec<String> {
    let read = |entry: Entry| block_on(vault.get(&entry)).unwrap().unwrap().expose().to_owned();
    let tokens: Value = serde_json::from_str(&read(Entry::token(account))).unwrap();
    let access = tokens["access"].as_str().unwrap().to_owned();
    let signature = access.rsplit('.').next().unwrap().to_owned();
    vec![
        access,
        signature,
        tokens["refresh"].as_str().unwrap().to_owned(),
        read(Entry::database_key(account)),
    ]
}

fn read_everything(desk: &Desk, account: &str) {
    // An account that is closed by now answers with an error, which crosses as well.
    for (command, arguments) in [
        ("snapshot", json!({})),
        ("platforms", json!({})),
        ("check_vault", json!({})),
        (
            "notices",
            json!({ "accounts": [], "filter": "all", "behind": null, "limit": 100 }),
        ),
        ("search", json!({ "text": "talk", "limit": 100 })),
        ("entities", json!({ "account": account, "kind": "market" })),
        ("connect", json!({ "account": account })),
    ] {
        let _ = desk.invoke(command, arguments);
    }
}
