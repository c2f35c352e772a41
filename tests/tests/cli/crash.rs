//! Processes that end: by `kill -9` in the middle of everything, and by themselves again and again.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use carillon_store::{AccountStore, DatabaseKey};
use carillon_tests::cli::Listen;
use carillon_vault::{Entry, TokenVault as _};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{Alice, alice, number, to_alice};

/// Kills; in `cargo xtask soak` ten times as many.
const KILLS: usize = 20;
/// Events of one storm. All storms of the whole run together are fewer than the 50,000 events that the store keeps.
const STORM: usize = 200;
/// Events that the server sends at once: a storm is many of these, so that a kill falls between two, too.
const GUST: usize = 8;

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

/// Numbers that nobody foresees, of a seed that a failure tells.
struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    fn new() -> Self {
        let seed = RandomState::new().build_hasher().finish() | 1;
        Self { seed, state: seed }
    }

    /// A span of up to this long.
    fn within(&mut self, longest: Duration) -> Duration {
        // Xorshift, by Marsaglia.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX).max(1);
        Duration::from_micros(self.state % micros)
    }
}

/// What a killed process left of an account, looked at in a copy, so that nothing is mended before the next start.
struct Remains {
    cache: PathBuf,
    key: DatabaseKey,
}

impl Remains {
    async fn of(it: &Alice) -> Result<Self> {
        let key = it
            .cli
            .sealed()
            .await?
            .get(&Entry::database_key(&it.account))
            .await?;
        Ok(Self {
            cache: it.cli.home().join("accounts").join(format!("{}.db", it.account)),
            key: DatabaseKey::from_secret(key.context("There is no key")?)?,
        })
    }

    /// Looks at every page, the index of the search, and each count against the rows that it counts. Tells how many
    /// events there are.
    async fn hold_together(&self) -> Result<usize> {
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("killed.db");
        fs::copy(&self.cache, &copy)?;
        let log = |path: &Path| path.with_extension("db-wal");
        if log(&self.cache).exists() {
            fs::copy(log(&self.cache), log(&copy))?;
        }
        let store = AccountStore::open(&copy, &self.key).await?;
        let health = store.examine(&self.key, true).await?;
        ensure!(health.whole, "It was not looked at to its end");
        ensure!(
            health.wrong_counts == 0,
            "{} counts are wrong",
            health.wrong_counts
        );
        ensure!(!health.index_renewed, "The index of the search is faulty");
        let held = store.totals().await?.events;
        store.close().await;
        Ok(usize::try_from(held)?)
    }
}

#[tokio::test]
async fn soak_killed_at_any_moment_of_a_storm_it_has_every_event_once_and_every_count_is_right() -> Result<()>
{
    let mut dice = Dice::new();
    let seed = dice.seed;
    storm(&mut dice)
        .await
        .with_context(|| format!("The seed was {seed}"))
}

async fn storm(dice: &mut Dice) -> Result<()> {
    let it = alice().await?;
    let remains = Remains::of(&it).await?;
    let (mut emitted, mut printed) = (BTreeSet::new(), Printed::default());
    // How long it takes from the start of the process until it has caught up; measured as it goes.
    let mut start = Duration::from_secs(1);
    let mut in_the_middle = 0;
    for round in 0..rounds(KILLS) {
        let began = Instant::now();
        let mut listen = it.cli.listen(&[])?;
        let mut longest = start * 5 / 4;
        // Every other storm is met live; the others while the file is opened, and while it catches up.
        if round % 2 == 1 {
            emitted.insert(printed.catch_up(&it, &mut listen).await?);
            start = began.elapsed();
            longest = Duration::from_millis(120);
        }
        let lives = dice.within(longest);
        let emitting = async {
            let mut numbers = Vec::new();
            for _ in 0..STORM / GUST {
                numbers.extend(
                    it.gateway
                        .emit_many("notification", Value::Null, to_alice(), GUST)
                        .await?,
                );
                tokio::task::yield_now().await;
            }
            Ok::<_, anyhow::Error>(numbers)
        };
        let killing = async {
            let reading = async {
                loop {
                    printed.note(&listen.line().await?)?;
                }
            };
            match timeout(lives, reading).await {
                Ok(ended) => ended,
                Err(_) => listen.kill().await,
            }
        };
        let (numbers, killed) = tokio::join!(emitting, killing);
        emitted.extend(numbers?);
        let killed = killed?;
        ensure!(killed.code.is_none(), "It ended by itself: {}", killed.err);
        ensure!(
            !killed.err.contains("set right"),
            "A count was wrong: {}",
            killed.err
        );
        // What it had printed before it died; the last line may be torn.
        let mut lines: Vec<&str> = killed.out.lines().collect();
        let last = lines.pop();
        for line in lines {
            printed.note(line)?;
        }
        if let Some(last) = last.filter(|last| serde_json::from_str::<Value>(last).is_ok()) {
            printed.note(last)?;
        }
        let held = remains.hold_together().await;
        let held = held.with_context(|| format!("After kill {round}"))?;
        in_the_middle += usize::from(held < emitted.len());
    }
    ensure!(in_the_middle > 0, "Nobody was killed in the middle of anything");
    let mut listen = it.cli.listen(&[])?;
    emitted.insert(printed.catch_up(&it, &mut listen).await?);
    assert_eq!(listen.terminate().await?.code, Some(0));
    remains.hold_together().await?;

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
    let unread = status.pointer("/accounts/0/unread/notification");
    assert_eq!(
        unread,
        Some(&json!(emitted.len())),
        "each is a notice, and none was read"
    );
    assert_eq!(status.pointer("/accounts/0/setAside"), Some(&json!([])));
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
