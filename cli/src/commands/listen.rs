//! `listen`: connects, and prints each newly stored event.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use carillon_contract::events::StoredEvent;
use carillon_contract::{AccountId, ConnectionState, UiEvent};
use carillon_engine::parts::Hints;
use carillon_engine::{Engine, Subscriber};
use futures_util::future::join_all;
use tokio::time::{sleep, timeout};

use crate::args::Listen;
use crate::failure::Failure;
use crate::interrupt::interrupted;
use crate::lines::Lines;
use crate::out;

/// How long lines may still take to be written once a person wants the end.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Events read at a time when the listener fell behind.
const PAGE: u32 = 500;

pub(crate) async fn run(engine: Engine, listen: Listen) -> Result<(), Failure> {
    let accounts = match &listen.which.account {
        Some(word) => vec![engine.reader().account(Some(word)).await?.id],
        None => {
            let entries = engine.reader().entries().await?;
            if entries.is_empty() {
                return Err(carillon_engine::EngineError::NoAccount.into());
            }
            entries.into_iter().map(|entry| entry.id).collect()
        }
    };
    let events = engine.subscribe_events();
    let mut printer = Printer {
        json: listen.json,
        left: listen.count,
        printed: BTreeMap::new(),
        said: BTreeMap::new(),
        lines: Lines::new()?,
    };
    let mut failed = None;
    // At once, so that an account that is slow to open keeps no other waiting.
    let begun = join_all(accounts.iter().map(|id| begin(&engine, id))).await;
    for (id, begun) in accounts.iter().zip(begun) {
        match begun {
            Ok(newest) => {
                printer.printed.insert(id.clone(), newest);
            }
            // One account that can't be opened is no reason not to hear the others.
            Err(failure) if accounts.len() > 1 => {
                out::complain(&format!("{id}: {failure}"));
                failed = Some(failure);
            }
            Err(failure) => return Err(failure),
        }
    }
    if let (true, Some(failure)) = (printer.printed.is_empty(), failed) {
        return Err(failure);
    }
    let in_a_hurry = tokio::select! {
        done = print(&engine, events, &mut printer) => done.map(|()| false),
        () = ended(listen.time) => Ok(true),
        never = hints(&engine) => match never {},
        signal = interrupted() => signal.map(|()| true),
    };
    engine.stop().await;
    let written = printer.lines.finish();
    if !matches!(in_a_hurry, Ok(false)) {
        let written = timeout(LAST_LINES, written).await.unwrap_or(Ok(()));
        return in_a_hurry.and(written);
    }
    // What was asked for is there; whoever reads it takes their time, or ends this.
    tokio::select! {
        done = written => done,
        signal = interrupted() => signal,
    }
}

/// Connects an account; gives the number of its newest event.
async fn begin(engine: &Engine, id: &AccountId) -> Result<i64, Failure> {
    let store = engine.reader().store(id).await?;
    let newest = store.newest_seq().await.map_err(engine_error)?;
    engine.start_account(id).await?;
    Ok(newest)
}

fn engine_error(error: carillon_engine::parts::StoreError) -> Failure {
    Failure::Engine(error.into())
}

/// Hands on what the system says of sleep and network.
async fn hints(engine: &Engine) -> Infallible {
    let mut hints = Hints::of_system();
    loop {
        engine.hint(hints.next().await);
    }
}

async fn ended(time: Option<Duration>) {
    match time {
        Some(time) => sleep(time).await,
        None => std::future::pending().await,
    }
}

struct Printer {
    json: bool,
    /// Events that are still to be printed; `None` for no end.
    left: Option<u64>,
    /// The last event that was printed, per account: where to read on after falling behind.
    printed: BTreeMap<AccountId, i64>,
    /// What was last said of each connection: some of its phases are one to a person.
    said: BTreeMap<AccountId, String>,
    lines: Lines,
}

async fn print(engine: &Engine, mut events: Subscriber, printer: &mut Printer) -> Result<(), Failure> {
    if printer.left == Some(0) {
        return Ok(());
    }
    while let Some(next) = events.next().await {
        match &*next.event {
            UiEvent::Events { events } => {
                for event in events {
                    if printer.event(event).await? {
                        return Ok(());
                    }
                }
            }
            UiEvent::Resync => {
                if catch_up(engine, printer).await? {
                    return Ok(());
                }
            }
            UiEvent::Connection { account, status } => {
                let words = match status.state {
                    ConnectionState::Disconnected => "disconnected",
                    ConnectionState::Connecting => "connecting",
                    ConnectionState::Connected if status.catching_up => "connected, catching up",
                    ConnectionState::Connected => "connected",
                    ConnectionState::Reconnecting => "reconnecting",
                    ConnectionState::Error => "needs you",
                };
                let cause = status
                    .cause
                    .as_deref()
                    .map_or(String::new(), |cause| format!(": {}", out::plain(cause)));
                printer.say(account, format!("{words}{cause}")).await?;
            }
            UiEvent::Gap { account, gap } => {
                let span = gap.to.since(gap.from).as_secs();
                let words = format!(
                    "{account} events of {span} s may be missing ({})",
                    gap.why.as_str()
                );
                printer.lines.note(words).await?;
            }
            UiEvent::Changes(_)
            | UiEvent::Notices { .. }
            | UiEvent::NoticesChanged { .. }
            | UiEvent::NoticesErased { .. }
            | UiEvent::Latency { .. }
            | UiEvent::Settings { .. }
            | UiEvent::Topics { .. }
            | UiEvent::Outgoing { .. }
            | UiEvent::Sent { .. }
            | UiEvent::Discarded { .. }
            | UiEvent::AccountsChanged => {}
        }
    }
    Ok(())
}

/// Reads what was missed from the store; tells whether enough was printed.
async fn catch_up(engine: &Engine, printer: &mut Printer) -> Result<bool, Failure> {
    for (account, mut seq) in printer.printed.clone() {
        let store = engine.reader().store(&account).await?;
        loop {
            let page = store.events_after(seq, PAGE).await.map_err(engine_error)?;
            let Some(last) = page.last() else { break };
            seq = last.seq;
            for event in &page {
                if printer.event(event).await? {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

impl Printer {
    /// Says how a connection stands, unless that was said before.
    async fn say(&mut self, account: &AccountId, words: String) -> Result<(), Failure> {
        if self.said.get(account) != Some(&words) {
            self.lines.note(format!("{account} {words}")).await?;
            self.said.insert(account.clone(), words);
        }
        Ok(())
    }

    /// Prints an event, unless it was printed before; tells whether enough was printed.
    async fn event(&mut self, event: &StoredEvent) -> Result<bool, Failure> {
        let Some(printed) = self.printed.get_mut(&event.account) else {
            return Ok(false);
        };
        if event.seq <= *printed {
            return Ok(false);
        }
        *printed = event.seq;
        if self.json {
            self.lines.json(event).await?;
        } else {
            let at = jiff::Timestamp::from_millisecond(event.received_at.0).unwrap_or_default();
            let line = format!("{at:.3}  {}  {}", event.kind, out::plain(&event.key));
            self.lines.line(line).await?;
        }
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(1);
        }
        Ok(self.left == Some(0))
    }
}
