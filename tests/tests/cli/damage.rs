//! A cache that is damaged while nothing runs: the next command that connects goes on with a new one.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{alice, number, text, to_alice};

/// Events that the server sends before the damage.
const EVENTS: usize = 300;

#[tokio::test]
async fn a_damaged_cache_is_set_aside_and_every_numbered_event_is_there_once_again() -> Result<()> {
    let it = alice().await?;
    let mut sent: BTreeSet<u64> = it
        .gateway
        .emit_many("notification", Value::Null, to_alice(), EVENTS)
        .await?
        .into_iter()
        .collect();
    it.cli
        .run(&["listen", "--count", &EVENTS.to_string()])
        .await?
        .answer()?;
    it.cli.run(&["subscribe", "market", "m-1"]).await?.answer()?;
    let cache = it.cli.home().join("accounts").join(format!("{}.db", it.account));
    let mut bytes = fs::read(&cache)?;
    // In the middle, where the events are.
    let at = bytes.len() / 2;
    *bytes.get_mut(at).context("The cache is empty")? ^= 1;
    fs::write(&cache, &bytes)?;

    sent.insert(it.gateway.emit("notification", Value::Null, to_alice()).await?);
    let mut listen = it.cli.listen(&[])?;
    let mut printed = BTreeSet::new();
    while printed.len() < sent.len() {
        printed.insert(number(&listen.event().await?, "/payload/seq")?);
    }
    ensure!(printed == sent, "Others were printed than were sent");
    assert_eq!(listen.terminate().await?.code, Some(0));

    let stored = it.cli.stored(&it.account).await?;
    assert_eq!(stored.len(), sent.len());
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    let aside = text(&status, "/accounts/0/setAside/0/file")?;
    ensure!(fs::read(aside)? == bytes, "It is not as it was");
    assert_eq!(text(&status, "/accounts/0/rooms/0/id")?, "m-1");
    // The server has said itself that it still has everything.
    assert_eq!(status.pointer("/accounts/0/gaps"), Some(&json!([])));
    let inbox = it
        .cli
        .run(&["inbox", "--json", "--search", "damaged"])
        .await?
        .json()?;
    ensure!(text(&inbox, "/0/title")?.contains("began anew"), "{inbox}");
    let words = it.cli.run(&["status"]).await?.answer()?;
    ensure!(words.contains("was set aside"), "{words}");
    Ok(())
}
