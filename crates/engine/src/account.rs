//! The one task of an account: every event, answer and command of it passes here, one after the other.
//!
//! Accounts share nothing but the hub, so that one can neither delay nor break another.

mod following;
mod history;
mod mending;
mod rooms;
mod session;
mod standing;
mod upkeep;
mod watching;

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use carillon_contract::continuity::Cursor;
use carillon_contract::history::ConnectionAct;
use carillon_contract::topic::TopicStatus;
use carillon_contract::{Account, ConnectionStatus, Frame, Timestamp, Topic, UiEvent};
use carillon_link::Report;
use carillon_link::phase::Phase;
use carillon_link::transport::{Events, Received};
use carillon_link::{Cause, Handle};
use carillon_platforms::Platform;
use carillon_store::ingest::{Batch, Stored};
use carillon_store::notices::Inboxed;
use carillon_store::{AccountStore, StoreError};
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use tokio_util::sync::CancellationToken;

use self::mending::Unmended;
use self::session::{FailedCatchUps, Fetched, Live, Stage};
use self::watching::Watching;
use crate::clock::Clock;
use crate::ingest::{changes, sort, stored_events};
use crate::latency::{Latency, MEASURE};
use crate::notify::{Missed, Notifier, decide};
use crate::outbox::Line;
use crate::publish::Hub;
use crate::reader::Reader;
use crate::topics::TopicAnswer;

/// Events that are stored together at most. More than the ingest's own numbers justify gains nothing.
const BATCH: usize = 512;
/// Bytes of events that are stored together, about: they become one statement.
const BATCH_BYTES: usize = 4 << 20;
/// How often a batch that could not be written is tried again before the connection is given up.
const WRITE_TRIES: u32 = 5;
/// How long to wait between two of these.
const WRITE_PAUSE: Duration = Duration::from_secs(1);
/// How long an account rests after a defect.
const AFTER_PANIC: Duration = Duration::from_secs(1);
/// How often it is noted that all is well.
const UPKEEP: Duration = Duration::from_secs(30);

/// What others ask of an account's task.
pub(crate) enum Command {
    /// A topic is wanted now, or is no longer: the store says which.
    Follow(Topic),
}

/// What came of a request to the server.
enum Reply {
    /// Topics were asked for. `catching_up` is set where the session waits for it.
    Joined {
        session: u64,
        answers: Vec<(Topic, TopicAnswer)>,
        catching_up: bool,
    },
    /// A page of the server's log.
    Page {
        session: u64,
        since: Option<i64>,
        fetched: Fetched,
    },
    /// A topic was left, or the server did not say.
    Left { session: u64, topic: Topic },
    /// The topics that the server says this connection follows, where it says any.
    Rooms {
        session: u64,
        followed: Option<Vec<Topic>>,
    },
}

/// How a connection stands at this moment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Now {
    /// Its state; `None` until the task has told one.
    pub(crate) status: Option<ConnectionStatus>,
    /// The round trip, in milliseconds, while it is known.
    pub(crate) latency_ms: Option<u32>,
    /// The topics that are joined for a screen, and what the server said of them.
    pub(crate) watched: Vec<TopicStatus>,
}

/// What an account's task works with.
pub(crate) struct AccountTask {
    pub(crate) account: Account,
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) store: AccountStore,
    /// Where the store comes from once it is damaged.
    pub(crate) reader: Arc<Reader>,
    /// The store as it is now, for the outbox.
    pub(crate) stores: watch::Sender<AccountStore>,
    /// The largest message that is accepted, in bytes.
    pub(crate) largest_event: usize,
    pub(crate) link: Handle,
    pub(crate) hub: Hub,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: CancellationToken,
    /// How the connection stands, for who asks.
    pub(crate) now: watch::Sender<Now>,
    /// The topics that are on a screen.
    pub(crate) watched: watch::Receiver<BTreeSet<Topic>>,
    /// The session that is online, for the outbox.
    pub(crate) online: watch::Sender<Option<Line>>,
}

/// The task's state.
struct Running {
    with: AccountTask,
    session: Option<Live>,
    requests: JoinSet<Reply>,
    /// When upkeep last looked, by the time of day.
    looked: Option<Timestamp>,
    failed_catch_ups: FailedCatchUps,
    /// What rings once everything that was missed is there, however many connections that takes.
    missed: Missed,
    /// Whether the last connection was lost over an event that was too large.
    refused_an_event: bool,
    latency: Latency,
    /// The topics that are joined for a screen.
    watching: Watching,
    /// Whether there is a connection, and since when; `None` until that was told.
    standing: Option<(bool, Timestamp)>,
    /// For how long the connection may have been dead before that is noticed, when it was last asked.
    silence: Duration,
    /// What keeps a damaged file from being replaced, and when that is tried again.
    unmended: Option<Unmended>,
}

impl AccountTask {
    /// Runs until `stop`, or until the link has ended. A defect that panics ends the session, is told, and
    /// the account goes on with the next one.
    pub(crate) async fn run(
        self,
        mut reports: mpsc::Receiver<Report>,
        mut commands: mpsc::Receiver<Command>,
    ) {
        let mut running = Running {
            with: self,
            session: None,
            requests: JoinSet::new(),
            looked: None,
            failed_catch_ups: FailedCatchUps::default(),
            missed: Missed::default(),
            refused_an_event: false,
            latency: Latency::default(),
            watching: Watching::default(),
            standing: None,
            silence: Duration::ZERO,
            unmended: None,
        };
        // What a panic may leave half done is thrown away with the session; the store has transactions.
        while AssertUnwindSafe(running.serve(&mut reports, &mut commands))
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!(account = %running.with.account.id, "The account's task panicked and goes on");
            running.requests = JoinSet::new();
            running.give_up().await;
            // Whatever panicked may do so again at once.
            tokio::time::sleep(AFTER_PANIC).await;
        }
        running.end().await;
    }
}

/// The next event of the session; never, where there is none.
async fn next(session: &mut Option<Live>) -> Option<Received> {
    match session.as_mut().and_then(|live| live.events.as_mut()) {
        Some(events) => events.next().await,
        None => std::future::pending().await,
    }
}

impl Running {
    async fn serve(&mut self, reports: &mut mpsc::Receiver<Report>, commands: &mut mpsc::Receiver<Command>) {
        let stop = self.with.stop.clone();
        let mut upkeep = interval(UPKEEP);
        upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut measure = interval(MEASURE);
        measure.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // What was on a screen when the account began.
        if !self.with.watched.borrow().is_empty() {
            self.with.watched.mark_changed();
        }
        loop {
            let leave_at = self.watching.next().unwrap_or_else(Instant::now);
            let damaged = self.damaged();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                () = damaged => self.mend().await,
                report = reports.recv() => match report {
                    Some(report) => self.report(report).await,
                    None => break,
                },
                Some(Command::Follow(topic)) = commands.recv() => self.follow(topic).await,
                Ok(()) = self.with.watched.changed() => self.screens_changed().await,
                () = sleep_until(leave_at), if self.watching.next().is_some() => self.leave_unwatched().await,
                Some(reply) = self.requests.join_next() => match reply {
                    Ok(reply) => self.reply(reply).await,
                    // Given up together with its session.
                    Err(error) if error.is_cancelled() => {}
                    Err(error) => {
                        tracing::error!(%error, "A request panicked");
                        self.give_up().await;
                    }
                },
                // Before what the server sends: a stream without an end must not keep them from their turn.
                _ = upkeep.tick() => self.upkeep().await,
                _ = measure.tick() => self.measure_latency(),
                first = next(&mut self.session) => match first {
                    Some(first) => self.receive(first).await,
                    None => self.events_ended(),
                },
                Some(trip) = self.latency.measured() => self.tell_latency(trip),
            }
        }
    }

    /// Ends the session over a defect of the app.
    async fn give_up(&mut self) {
        if let Some(live) = self.session.take() {
            self.with.link.give_up(live.number, Cause::Internal).await;
        }
    }

    async fn report(&mut self, report: Report) {
        match report {
            Report::Changed(status) => self.changed(status).await,
            Report::Did(act) => self.did(act).await,
            Report::Opened { session, connection } => {
                // What the last connection still brought comes first.
                self.drain().await;
                self.requests.abort_all();
                self.silence = connection.socket.silence();
                self.session = Some(Live::new(session, connection));
            }
            Report::CatchUp { session } => self.join_topics(session).await,
            Report::Flush { session } => {
                if let Some(live) = self.live(session) {
                    let line = Line {
                        socket: Arc::clone(&live.socket),
                        idempotent: live.welcome.idempotent,
                    };
                    self.with.online.send_replace(Some(line));
                }
            }
        }
    }

    async fn changed(&mut self, status: carillon_link::Status) {
        if !matches!(status.phase, Phase::Online(_)) {
            self.with.online.send_replace(None);
        }
        match &status.phase {
            Phase::SigningIn(_) | Phase::CatchingUp(_) | Phase::Online(_) => {}
            Phase::Waiting { cause, .. } => {
                self.offline().await;
                self.lost(cause);
            }
            Phase::Idle | Phase::Connecting(_) | Phase::Refreshing(_) | Phase::NeedsSignIn => {
                self.offline().await;
            }
        }
        self.show(&status).await;
    }

    /// Takes an event and whatever came with it.
    async fn receive(&mut self, first: Received) {
        let Some(live) = self.session.as_mut() else { return };
        let mut received = vec![first];
        let mut all = true;
        if let Some(events) = live.events.as_mut() {
            all = take_queued(events.as_mut(), &mut received);
        }
        self.take(received, all).await;
    }

    /// Takes what a connection that has ended left behind.
    async fn drain(&mut self) {
        loop {
            let mut received = Vec::new();
            let mut all = true;
            if let Some(events) = self.session.as_mut().and_then(|live| live.events.as_mut()) {
                all = take_queued(events.as_mut(), &mut received);
            }
            if received.is_empty() {
                return;
            }
            self.take(received, all).await;
        }
    }

    /// Stores what came. `all` says that nothing more waits behind it.
    async fn take(&mut self, received: Vec<Received>, all: bool) {
        let mut frames: Vec<Frame> = Vec::with_capacity(received.len());
        let mut acks = Vec::new();
        for Received { frame, ack } in received {
            acks.extend(ack);
            if self.steers_the_link(&frame).await {
                continue;
            }
            frames.push(frame);
        }
        if frames.is_empty() && acks.is_empty() {
            return;
        }
        let is_numbered = self.session.as_ref().is_some_and(|live| live.log.is_some());
        let sorted = sort(
            &*self.with.platform,
            &self.with.account.identity,
            frames,
            is_numbered,
        );
        let online = self.session.as_ref().filter(|live| live.stage == Stage::Online);
        // While catching up a live event is stored but moves no cursor: what lies before it may be missing.
        let cursor = online
            .and_then(|live| live.log.clone())
            .zip(sorted.highest)
            .map(|(log, number)| Cursor { log, number });
        let batch = Batch {
            received_at: self.with.clock.now(),
            complete: all && online.is_some_and(|live| !live.lost),
            events: sorted.events,
            counts: sorted.counts,
            cursor,
            gaps: Vec::new(),
            acknowledged: !acks.is_empty(),
        };
        if self.keep(batch, false).await.is_ok() {
            for ack in acks {
                ack.acknowledge().await;
            }
        }
    }

    /// Stores a batch, then tells. A batch that can't be stored ends the session: nothing after it may be
    /// taken for complete.
    async fn keep(&mut self, batch: Batch, catching_up: bool) -> Result<(), StoreError> {
        match self.write(batch).await {
            Ok((batch, stored)) => {
                for gap in &batch.gaps {
                    self.note(&ConnectionAct::Gap(*gap)).await;
                }
                if catching_up && let Some(live) = &mut self.session {
                    live.caught += stored.seqs.iter().flatten().count();
                }
                self.tell(batch, stored, catching_up);
                Ok(())
            }
            Err(error) => {
                tracing::error!(%error, "Store events");
                if let Some(live) = self.session.take() {
                    self.with
                        .link
                        .give_up(live.number, self.cache_failed(&error))
                        .await;
                }
                Err(error)
            }
        }
    }

    /// Writes a batch; what passes (a full disk) is waited for a little, while the server's events wait in
    /// the socket.
    async fn write(&self, mut batch: Batch) -> Result<(Batch, Stored), StoreError> {
        let mut tries = 1;
        loop {
            match self.with.store.ingest(batch).await {
                Ok(done) => return Ok(done),
                Err((Some(back), error)) if error.is_passing() && tries < WRITE_TRIES => {
                    tracing::warn!(%error, tries, "Store events; it is tried again");
                    tokio::select! {
                        () = self.with.stop.cancelled() => return Err(error),
                        () = tokio::time::sleep(WRITE_PAUSE) => {}
                    }
                    tries += 1;
                    batch = back;
                }
                Err((_, error)) => return Err(error),
            }
        }
    }

    fn tell(&mut self, batch: Batch, mut stored: Stored, catching_up: bool) {
        for gap in &batch.gaps {
            let account = self.with.account.id.clone();
            self.with.hub.send(UiEvent::Gap { account, gap: *gap });
        }
        if catching_up {
            self.missed
                .extend(stored.inboxed.added.iter().filter(|notice| !notice.read).cloned());
        } else {
            for ring in decide(&stored.inboxed.added) {
                self.with.notifier.show(&ring);
            }
        }
        if !self.with.hub.has_listeners() {
            return;
        }
        let account = &self.with.account.id;
        if let Some(changes) = changes(account, &batch, &stored) {
            self.with.hub.send(UiEvent::Changes(changes));
        }
        let Inboxed {
            added,
            changed,
            unread,
        } = std::mem::take(&mut stored.inboxed);
        let events = stored_events(account, batch, &stored);
        if !events.is_empty() {
            self.with.hub.send(UiEvent::Events { events });
        }
        if !changed.is_empty() {
            self.with.hub.send(UiEvent::NoticesChanged {
                account: account.clone(),
                notices: changed,
                unread: unread.clone(),
            });
        }
        if !added.is_empty() {
            self.with.hub.send(UiEvent::Notices {
                account: account.clone(),
                notices: added,
                summary: catching_up,
                unread,
            });
        }
    }

    /// The session of this number, unless another has taken its place.
    fn live(&mut self, number: u64) -> Option<&mut Live> {
        self.session.as_mut().filter(|live| live.number == number)
    }
}

/// Adds what is queued, up to a full batch; tells whether that was all.
fn take_queued(events: &mut dyn Events, received: &mut Vec<Received>) -> bool {
    let size = |received: &Received| received.frame.payload().len();
    let mut bytes: usize = received.iter().map(size).sum();
    while received.len() < BATCH && bytes < BATCH_BYTES {
        let Some(next) = events.try_next() else {
            return true;
        };
        bytes += size(&next);
        received.push(next);
    }
    false
}
