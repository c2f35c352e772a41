//! A session of an account: from the welcome over joining topics and catching up to being live.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use carillon_contract::continuity::{Cursor, Gap, GapReason};
use carillon_contract::history::ConnectionAct;
use carillon_contract::{Frame, Timestamp, Topic};
use carillon_link::Cause;
use carillon_link::transport::{Events, SendError, Session, Socket};
use carillon_platforms::{Answer, Request, SyncPage, Welcome};
use carillon_store::ingest::Batch;
use tokio::time::Instant;

use super::history::milliseconds;
use super::{Reply, Running};
use crate::catch_up::{Before, Plan, gap, plan};
use crate::ingest::sort;
use crate::topics::{ask, is_alive};

/// Catch-ups that may fail in a row before what was missed is given up, and that is told.
const CATCH_UPS: u32 = 3;

/// Events of one page that are too large and each a gap by itself.
const MOST_GAPS: usize = 20;

/// Catch-ups in a row that the server may put off before that counts like a failure; between two of them the link
/// waits for about half a minute.
const PUT_OFF: u32 = 10;

/// What asking for a page of the server's log came to.
pub(super) enum Fetched {
    Page(SyncPage),
    /// The server can't give it now.
    PutOff(Option<Duration>),
    /// The server answered, and not with a page; or did not answer though it was there.
    Nonsense,
    /// The connection is gone.
    Lost,
}

/// The gaps of events that were too large to be sent. A server that names very many of them leaves one gap.
fn omitted(times: &[Option<Timestamp>], now: Timestamp) -> Vec<Gap> {
    let gap = |from, to| Gap {
        from,
        to,
        why: GapReason::TooLarge,
    };
    let times = times.iter().map(|at| at.unwrap_or(now));
    if times.len() <= MOST_GAPS {
        return times.map(|at| gap(at, at)).collect();
    }
    let (first, last) = (times.clone().min(), times.max());
    first
        .zip(last)
        .map(|(from, to)| gap(from, to))
        .into_iter()
        .collect()
}

/// Catch-ups without any progress, one after the other.
#[derive(Default)]
pub(super) struct FailedCatchUps {
    failed: u32,
    put_off: u32,
    /// Whether an event that was too large was the last reason.
    too_large: bool,
}

impl FailedCatchUps {
    /// Why it is not tried again from there, once it has failed too often.
    fn hopeless(&self) -> Option<GapReason> {
        let reason = if self.too_large {
            GapReason::TooLarge
        } else {
            GapReason::CatchUpFailed
        };
        (self.failed >= CATCH_UPS || self.put_off >= PUT_OFF).then_some(reason)
    }
}

/// An open connection.
pub(super) struct Live {
    /// The link's number of it.
    pub(super) number: u64,
    /// The server's id of the socket.
    pub(super) id: String,
    pub(super) socket: Arc<dyn Socket>,
    /// `None` once the connection is gone and everything was taken.
    pub(super) events: Option<Box<dyn Events>>,
    pub(super) stage: Stage,
    /// What the server said when it signed the session in.
    pub(super) welcome: Welcome,
    /// The name of the server's log, where it has one.
    pub(super) log: Option<String>,
    /// Whether the link has given this connection up. What it still holds came before that, so that storing
    /// it says nothing of the time since.
    pub(super) lost: bool,
    /// What is missing before the first page of what is fetched; stored with that page.
    pub(super) gap: Option<GapReason>,
    /// What the server said of the topics on this connection: its refusal, or nothing.
    pub(super) answers: BTreeMap<Topic, Option<String>>,
    /// When the connection stood.
    pub(super) since: Instant,
    /// Events that came by catching up.
    pub(super) caught: usize,
    /// Topics that the server is being asked about, and whether it is to be asked again after that; `None` before
    /// the wanted ones were read.
    pub(super) asked: Option<BTreeMap<Topic, bool>>,
}

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    SigningIn,
    CatchingUp,
    Online,
}

impl Live {
    pub(super) fn new(number: u64, connection: Session) -> Self {
        Self {
            number,
            id: connection.id,
            socket: connection.socket,
            events: Some(connection.events),
            stage: Stage::SigningIn,
            welcome: Welcome::default(),
            log: None,
            lost: false,
            gap: None,
            answers: BTreeMap::new(),
            since: Instant::now(),
            caught: 0,
            asked: None,
        }
    }
}

impl Running {
    /// Takes the events that are about the connection itself; tells whether this was one.
    pub(super) async fn steers_the_link(&mut self, frame: &Frame) -> bool {
        let Some(live) = self.session.as_mut() else {
            return false;
        };
        if live.stage == Stage::SigningIn
            && let Some(welcome) = self.with.platform.welcome(frame)
        {
            live.stage = Stage::CatchingUp;
            live.log = welcome.log.as_ref().map(|log| log.log.clone());
            live.welcome = welcome;
            self.with.link.accepted(live.number).await;
            return true;
        }
        if self.with.platform.refuses_token(frame) {
            self.with.link.token_refused(live.number).await;
            return true;
        }
        false
    }

    pub(super) async fn reply(&mut self, reply: Reply) {
        match reply {
            Reply::Joined {
                session,
                answers,
                catching_up,
            } => {
                self.joined(session, answers, catching_up).await;
                if catching_up {
                    self.catch_up(session).await;
                }
            }
            Reply::Page {
                session,
                since,
                fetched,
            } => match fetched {
                Fetched::Page(page) => self.page(session, since, page).await,
                Fetched::PutOff(after) => self.catch_up_put_off(session, after).await,
                Fetched::Nonsense => self.catch_up_failed(session).await,
                // What was missed is still there for the next connection; the link knows that this one is gone,
                // and why.
                Fetched::Lost => {}
            },
            Reply::Left { session, topic } => self.answered(session, [topic]).await,
            Reply::Rooms { session, followed } => self.reconcile(session, followed).await,
        }
    }

    /// Begins to catch up, or goes live at once where there is nothing to fetch.
    async fn catch_up(&mut self, session: u64) {
        let (cursor, seen) = match (self.with.store.cursor().await, self.with.store.last_seen().await) {
            (Ok(cursor), Ok(seen)) => (cursor, seen),
            (Err(error), _) | (_, Err(error)) => {
                tracing::error!(%error, "Read how far everything is stored");
                self.with.link.give_up(session, self.cache_failed(&error)).await;
                return;
            }
        };
        let before = Before {
            cursor: cursor.as_ref(),
            connected_before: seen.as_ref().is_some_and(|seen| seen.complete_until.is_some()),
            began_anew: seen.is_some_and(|seen| seen.began_anew(&self.with.account)),
            hopeless: self.failed_catch_ups.hopeless(),
        };
        let Some(live) = self.live(session) else { return };
        match plan(&before, &live.welcome) {
            Plan::Fetch { since, gap } => {
                live.gap = gap;
                self.fetch(session, since);
            }
            Plan::Skip { cursor, gap } => {
                // Without a log this is the time at which the refused event is known to be gone.
                let refused = gap.is_some() && self.refused_an_event;
                let gap = if refused { Some(GapReason::TooLarge) } else { gap };
                let batch = Batch {
                    cursor,
                    gaps: self.gaps(gap).await,
                    ..self.marker()
                };
                if self.keep(batch, true).await.is_ok() {
                    self.go_live(session).await;
                }
            }
        }
    }

    fn fetch(&mut self, session: u64, since: Option<i64>) {
        let platform = Arc::clone(&self.with.platform);
        let Some(live) = self.live(session) else { return };
        let socket = Arc::clone(&live.socket);
        let request = Request::Sync {
            since,
            largest: self.with.largest_event,
        };
        self.requests.spawn(async move {
            let fetched = match ask(&*platform, &*socket, &request).await {
                Ok(Answer::Page(page)) => Fetched::Page(page),
                Ok(Answer::Rejected(_)) => Fetched::PutOff(None),
                Ok(Answer::Later(after)) => Fetched::PutOff(after),
                Ok(_) | Err(SendError::Impossible) => Fetched::Nonsense,
                Err(SendError::Unknown | SendError::NotSent) if is_alive(&*socket).await => Fetched::Nonsense,
                Err(SendError::Unknown | SendError::NotSent) => Fetched::Lost,
            };
            Reply::Page {
                session,
                since,
                fetched,
            }
        });
    }

    async fn page(&mut self, session: u64, since: Option<i64>, page: SyncPage) {
        let Some(live) = self.live(session) else { return };
        // A server that calls its log differently in one breath, or that leads nowhere, is not followed.
        let leads_on = since.is_none_or(|since| page.next > since);
        if live.log.as_ref() != Some(&page.log) || (page.more && !leads_on) {
            self.catch_up_failed(session).await;
            return;
        }
        let pruned = (!page.complete).then_some(GapReason::Pruned);
        let why = live.gap.take().or(pruned);
        let mut gaps = self.gaps(why).await;
        gaps.extend(omitted(&page.omitted, self.with.clock.now()));
        let sorted = sort(
            &*self.with.platform,
            &self.with.account.identity,
            page.frames,
            true,
        );
        let batch = Batch {
            events: sorted.events,
            counts: sorted.counts,
            cursor: Some(Cursor {
                log: page.log,
                number: page.next,
            }),
            complete: !page.more,
            gaps,
            ..self.marker()
        };
        if self.keep(batch, true).await.is_err() {
            return;
        }
        // A page that is stored is progress: only what fails without any is given up.
        self.failed_catch_ups = FailedCatchUps::default();
        if page.more {
            self.fetch(session, Some(page.next));
        } else {
            self.go_live(session).await;
        }
    }

    async fn go_live(&mut self, session: u64) {
        self.failed_catch_ups = FailedCatchUps::default();
        self.refused_an_event = false;
        let Some(live) = self.live(session) else { return };
        live.stage = Stage::Online;
        let act = ConnectionAct::CaughtUp {
            events: u32::try_from(live.caught).unwrap_or(u32::MAX),
            took_ms: milliseconds(live.since.elapsed()),
        };
        self.note(&act).await;
        if let Some(ring) = self.missed.take() {
            self.with.notifier.show(&ring);
        }
        self.with.link.caught_up(session).await;
        self.ask_for_rooms(session);
    }

    async fn catch_up_failed(&mut self, session: u64) {
        if self.live(session).is_none() {
            return;
        }
        self.failed_catch_ups.failed += 1;
        self.failed_catch_ups.too_large = false;
        self.with.link.give_up(session, Cause::CatchUp).await;
    }

    /// The server asks to come back later, and still has what was missed.
    async fn catch_up_put_off(&mut self, session: u64, after: Option<Duration>) {
        if self.live(session).is_none() {
            return;
        }
        self.failed_catch_ups.put_off += 1;
        self.with.link.give_up(session, Cause::Busy { after }).await;
    }

    /// Takes note that there is no connection any more, and takes what it still brought.
    pub(super) async fn offline(&mut self) {
        if let Some(live) = self.session.as_mut() {
            live.lost = true;
        }
        self.drain().await;
    }

    /// Notes why the connection was lost, as far as it matters for what may be missing.
    pub(super) fn lost(&mut self, cause: &Cause) {
        let Cause::TooLarge { .. } = cause else { return };
        if self
            .session
            .as_ref()
            .is_some_and(|live| live.stage == Stage::CatchingUp)
        {
            // A page that holds the event will be as large the next time; one that only came meanwhile will not.
            self.failed_catch_ups.failed += 1;
            self.failed_catch_ups.too_large = true;
        }
        self.refused_an_event = true;
    }

    /// The gap that is to be stored with what follows it.
    async fn gaps(&self, why: Option<GapReason>) -> Vec<Gap> {
        let Some(why) = why else { return Vec::new() };
        vec![gap(self.complete_until().await, self.with.clock.now(), why)]
    }

    /// Up to when nothing is missing; `None` before the first connection.
    pub(super) async fn complete_until(&self) -> Option<Timestamp> {
        match self.with.store.last_seen().await {
            Ok(seen) => seen.and_then(|seen| seen.complete_until),
            Err(error) => {
                tracing::warn!(%error, "Read how far everything is stored");
                None
            }
        }
    }

    /// A batch that holds nothing but the time up to which everything is there.
    fn marker(&self) -> Batch {
        Batch {
            received_at: self.with.clock.now(),
            complete: true,
            ..Batch::default()
        }
    }
}
