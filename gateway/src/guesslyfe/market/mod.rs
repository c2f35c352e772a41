//! The mock market: believable traffic without people. What happens is decided from a seed and the
//! time it is given (start at `scene.rs`); here is the rim with the clock, the log and the queue.

mod around;
mod cast;
mod scene;
mod trading;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use self::scene::{Origin, Scene};
use super::{Emitter, Event, KnownMarkets};
use crate::{
    EmitError,
    auth::Identity,
    clock,
    error::LogError,
    log::{Log, Logged},
};

/// How lively the mock market is, and which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketOptions {
    /// The pause between two trades.
    pub interval: Duration,
    /// The same seed on a fresh log makes the same events, but for ids and times.
    pub seed: u64,
    /// How far back a fresh log begins: whoever comes finds what happened until then. Zero for none.
    pub history: Duration,
}

impl Default for MarketOptions {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(1),
            seed: 7,
            // A little more than a day, so that everybody sees how a price moved within one.
            history: Duration::from_secs(26 * 60 * 60),
        }
    }
}

/// What happens in the history of a fresh log: as many steps, however long it is.
const STEPS: u32 = 400;

/// Markets that end in it, evenly spread: while it plays they hardly ever do.
const ENDED: u32 = 3;

/// What people were told before that has been read.
const READ_BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// Markets read back from the log at most; more would have been resolved long ago.
const MARKETS: u32 = 10_000;

/// Trades read back from the log at most, for prices and volumes.
const TRADES: u32 = 5_000;

/// Learns from the log which markets exist, and sets the scene if one is wanted.
pub(super) async fn restore(
    log: &Log,
    known: &KnownMarkets,
    options: Option<&MarketOptions>,
) -> Result<Option<Scene>, LogError> {
    let created = log.newest_named("market:created", MARKETS).await?;
    let created: Vec<Event> = created.into_iter().filter_map(parse).collect();
    for event in &created {
        known.learn(event);
    }
    let resolved = log.newest_named("market:resolved", MARKETS).await?;
    let resolved: Vec<Event> = resolved.into_iter().filter_map(parse).collect();
    for event in &resolved {
        known.learn(event);
    }
    let Some(options) = options else { return Ok(None) };
    let mut past = created;
    past.extend(
        log.newest_named("market:trade", TRADES)
            .await?
            .into_iter()
            .filter_map(parse),
    );
    past.extend(resolved);
    let origin = Origin {
        seed: options.seed,
        log: log.id(),
        head: log.head(),
    };
    Ok(Some(Scene::new(origin, &past)))
}

/// What an older version logged and this one cannot read is left out of the scene.
fn parse(logged: Logged) -> Option<Event> {
    let data = serde_json::from_str(logged.data.get()).ok()?;
    Event::parse(&logged.name, data).ok()
}

/// What happened until now, where nothing has happened yet: on a fresh log.
pub(super) fn history(
    scene: &mut Scene,
    span: Duration,
    accounts: &[Identity],
    now: Timestamp,
) -> Vec<Event> {
    let pause = span / STEPS;
    let mut events = Vec::new();
    for step in (1..=STEPS).rev() {
        let at = now.checked_sub(pause.saturating_mul(step)).unwrap_or(now);
        events.extend(scene.opening(at));
        events.extend(scene.tick(at, accounts));
        if step != STEPS && step % (STEPS / (ENDED + 1)) == 0 {
            events.extend(scene.turn_over(at, accounts));
        }
    }
    for event in &mut events {
        if let Event::Notification(note) = event {
            note.read = now.duration_since(note.timestamp.0) > READ_BEFORE;
        }
    }
    events
}

/// Plays the scene until `stop`.
pub(super) async fn run(
    mut scene: Scene,
    interval: Duration,
    emitter: Emitter,
    accounts: Vec<Identity>,
    stop: CancellationToken,
) {
    let play = async {
        let mut events = scene.opening(clock::now());
        // An interval of zero would be a loop that never sleeps.
        let mut every = tokio::time::interval(interval.max(Duration::from_millis(1)));
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            match emitter
                .publish(events.into_iter().map(Into::into).collect())
                .await
            {
                Ok(_) => {}
                Err(EmitError::Stopped) => return,
                Err(error) => tracing::warn!(%error, "The mock market could not emit"),
            }
            events = scene.tick(clock::now(), &accounts);
        }
    };
    tokio::select! {
        biased;
        () = stop.cancelled() => {}
        () = play => {}
    }
}
