//! Processes that end: by `kill -9` in the middle of everything, and by themselves again and again.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, ensure};
use carillon_tests::cli::Listen;
use serde_json::{Value, json};

use crate::{Alice, alice, number, to_alice};

/// Events of one burst: more than two pages of the server's log or batches of the store. All bursts of the whole
/// run together are fewer than the 50,000 events that the store keeps.
const BURST: usize = 1_200;

/// A tenth of what is done in `cargo xtask soak`.
fn rounds(tenth: usize) -> usize {
    if std::env::var_os("CARILLON_SOAK").is_some() {
        tenth * 10
    } else {
        tenth
    }
}

/// The events that were printed, over all processes.
#[derive(Default)]
struct Printed(BTreeSet<u64>);

impl Printed {
    /// Notes a line, and returns the number that the server gave its event.
    fn note(&mut self, line: &str) -> Result<u64> {
        let event: Value = serde_json::from_str(line).with_context(|| format!("No JSON: {line}"))?;
        ensure!(self.0.insert(number(&event, "/seq")?), "printed twice: {line}");
        number(&event, "/payload/seq")
    }

    /// Sends one more event, and reads on until it is printed.
    async fn catch_up(&mut self, it: &Alice, listen: &mut Listen) -> Result<u64> {
        let last = it.gateway.emit("notification", Value::Null, to_alice()).await?;
        while self.note(&listen.line().await?)? != last {}
        Ok(last)
    }
}

#[tokio::test]
async fn soak_killed_in_the_middle_of_bursts_it_has_every_event_once() -> Result<()> {
    let it = alice().await?;
    let (mut emitted, mut printed) = (BTreeSet::new(), Printed::default());
    let mut in_the_middle = 0;
    for round in 0..rounds(4) {
        let mut listen = it.cli.listen(&[])?;
        // Every other burst is met live; the others add to what is still being caught up with.
        if round % 2 == 1 {
            emitted.insert(printed.catch_up(&it, &mut listen).await?);
        }
        let emitting = it
            .gateway
            .emit_many("notification", Value::Null, to_alice(), BURST);
        // Each round dies at another place.
        let killing = async {
            for _ in 0..=(round * 37) % BURST {
                printed.note(&listen.line().await?)?;
            }
            listen.kill().await
        };
        let (numbers, killed) = tokio::join!(emitting, killing);
        emitted.extend(numbers?);
        let killed = killed?;
        ensure!(killed.code.is_none(), "It ended by itself: {}", killed.err);
        // What it had printed before it died; the last line may be torn.
        let mut lines: Vec<&str> = killed.out.lines().collect();
        let last = lines.pop();
        for line in lines {
            printed.note(line)?;
        }
        if let Some(last) = last.filter(|last| serde_json::from_str::<Value>(last).is_ok()) {
            printed.note(last)?;
        }
        let stored = it.cli.stored(&it.account).await?.len();
        in_the_middle += usize::from(stored < emitted.len());
    }
    ensure!(in_the_middle > 0, "Nobody was killed in the middle of anything");
    let mut listen = it.cli.listen(&[])?;
    emitted.insert(printed.catch_up(&it, &mut listen).await?);
    assert_eq!(listen.terminate().await?.code, Some(0));

    let stored = it.cli.stored(&it.account).await?;
    let numbers: Vec<u64> = stored
        .iter()
        .map(|event| number(&serde_json::from_str(event.payload.get())?, "/seq"))
        .collect::<Result<_>>()?;
    let once: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(numbers.len(), once.len(), "events are stored twice");
    let missing = emitted.difference(&once).count();
    assert_eq!(missing, 0, "events are missing");
    assert_eq!(once.len(), emitted.len(), "events are stored that nobody sent");
    let status = it.cli.run(&["status", "--json"]).await?.json()?;
    assert_eq!(status.pointer("/accounts/0/gaps"), Some(&json!([])));
    Ok(())
}

/// What a process frees while it ends, none of its threads may still use.
#[tokio::test]
async fn soak_commands_that_end_at_once_end_well() -> Result<()> {
    let it = alice().await?;
    it.gateway.emit("notification", Value::Null, to_alice()).await?;
    it.cli.run(&["listen", "--count", "1"]).await?.answer()?;
    for _ in 0..rounds(20) {
        // As many at once as keep a small machine busy, so that they end in many ways.
        let (status, inbox, list, search) = tokio::join!(
            it.cli.run(&["status", "--json"]),
            it.cli.run(&["inbox", "--json"]),
            it.cli.run(&["accounts", "list"]),
            it.cli.run(&["inbox", "--search", "nothing"]),
        );
        for ended in [status, inbox, list, search] {
            ended?.answer()?;
        }
    }
    Ok(())
}
