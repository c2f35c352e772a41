//! What goes out: kept first, then sent in order, then struck off once the server has taken it.
//!
//! One task for each account that runs. Where the outcome is unknown, a thing is sent again by itself only if the
//! server said that this does no harm; else the person decides ([`Engine::send_again`], [`Engine::discard`]).

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use carillon_contract::outbox::{Draft, Outgoing, SendState};
use carillon_contract::{AccountId, LocalId, UiEvent};
use carillon_link::Cause;
use carillon_link::transport::Socket;
use carillon_platforms::{Call, Request};
use carillon_store::{AccountStore, StoreError};
use futures_util::FutureExt as _;
use tokio::sync::{Notify, watch};
use tokio::task::{Id, JoinSet};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::Clock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::publish::Hub;
use crate::sending::{Api, Outcome};

/// Lanes that are sent into at once.
const AT_ONCE: usize = 8;
/// How long a lane rests after its first try that came to nothing; doubled with each further one.
const REST: Duration = Duration::from_secs(1);
/// The longest rest that is not asked for by the server.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// The longest rest that a server may ask for, and the longest time between two looks at the clock.
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A session that is online, as far as sending needs it.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) socket: Arc<dyn Socket>,
    /// Whether sending something twice does no harm on this server.
    pub(crate) idempotent: bool,
}

/// What an account's outbox works with.
pub(crate) struct Outbox {
    pub(crate) account: AccountId,
    pub(crate) api: Api,
    /// The account's file as it is now: a damaged one is replaced while the account runs.
    pub(crate) stores: watch::Receiver<AccountStore>,
    pub(crate) hub: Hub,
    pub(crate) clock: Arc<dyn Clock>,
    /// The session that is online, if one is.
    pub(crate) line: watch::Receiver<Option<Line>>,
    /// Rings when there is something new to be sent.
    pub(crate) bell: Arc<Notify>,
    pub(crate) stop: CancellationToken,
}

/// The task's state.
#[derive(Default)]
struct Sending {
    tries: JoinSet<Outcome>,
    /// What is on its way.
    on_its_way: BTreeMap<Id, Outgoing>,
    /// Lanes that rest, and until when.
    resting: BTreeMap<String, Instant>,
}

impl Outbox {
    /// Runs until `stop`. A defect that panics is told by what was on its way: its outcome is unknown.
    pub(crate) async fn run(mut self) {
        while AssertUnwindSafe(self.serve()).catch_unwind().await.is_err() {
            tracing::error!(account = %self.account, "The outbox panicked and goes on");
            // Whatever panicked may do so again at once.
            sleep(REST).await;
        }
        self.interrupt().await;
    }

    async fn serve(&mut self) {
        let stop = self.stop.clone();
        let mut sending = Sending::default();
        self.interrupt().await;
        loop {
            let wake = self.advance(&mut sending).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "Look what is to be sent");
                Instant::now() + REST
            });
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                Some(done) = sending.tries.join_next_with_id() => self.done(&mut sending, done).await,
                changed = self.line.changed() => if changed.is_err() {
                    // The account's task has ended.
                    break;
                },
                () = self.bell.notified() => {}
                () = sleep_until(wake) => {}
            }
        }
        sending.tries.shutdown().await;
    }

    /// Gives up what is too late and sends what can be; tells when to look again at the latest.
    async fn advance(&self, sending: &mut Sending) -> Result<Instant, StoreError> {
        let now = self.clock.now();
        let store = self.store();
        self.tell(store.expire_outgoing(now).await?);
        let mut wake = Instant::now() + HOUR;
        if let Some(at) = store.next_expiry().await? {
            wake = wake.min(Instant::now() + at.since(now));
        }
        let Some(line) = self.line.borrow().clone() else {
            return Ok(wake);
        };
        // Read again, and after the line: whatever took its time above, nothing that is too late goes out on it.
        let now = self.clock.now();
        sending.resting.retain(|_, until| *until > Instant::now());
        for outgoing in store.sendable(line.idempotent, now).await? {
            if sending.on_its_way.len() >= AT_ONCE {
                break;
            }
            if let Some(until) = sending.resting.get(&outgoing.lane) {
                wake = wake.min(*until);
                continue;
            }
            if sending
                .on_its_way
                .values()
                .any(|other| other.lane == outgoing.lane)
            {
                continue;
            }
            // Noted before it is sent: if the process dies now, nobody takes it for unsent.
            let Some(outgoing) = store.begin_sending(&outgoing.id, line.idempotent, now).await? else {
                continue;
            };
            self.tell([outgoing.clone()]);
            let (api, socket) = (self.api.clone(), Arc::clone(&line.socket));
            let one = outgoing.clone();
            let task = sending.tries.spawn(async move { api.send(&*socket, one).await });
            sending.on_its_way.insert(task.id(), outgoing);
        }
        Ok(wake)
    }

    async fn done(&self, sending: &mut Sending, done: Result<(Id, Outcome), tokio::task::JoinError>) {
        let (id, outcome) = match done {
            Ok(done) => done,
            Err(error) => {
                tracing::error!(%error, "Sending something panicked");
                (error.id(), Outcome::Defect)
            }
        };
        let Some(outgoing) = sending.on_its_way.remove(&id) else {
            return;
        };
        let (state, error, rest) = match outcome {
            Outcome::Taken(remote) => {
                let id = &outgoing.id;
                self.settle(|store| async move { store.finish_sending(id).await })
                    .await;
                self.hub.send(UiEvent::Sent {
                    account: outgoing.account,
                    id: outgoing.id,
                    remote,
                });
                return;
            }
            Outcome::Rejected(why) => (SendState::Rejected, Some(why), None),
            Outcome::NotNow(asked) => (SendState::Queued, None, Some(asked.unwrap_or(rest(&outgoing)))),
            // Where it does no harm it is sent again after that.
            Outcome::Unknown => (SendState::Unknown, None, Some(rest(&outgoing))),
            Outcome::Defect => (
                SendState::Unknown,
                Some(Cause::Internal.to_string()),
                Some(LONGEST_REST),
            ),
        };
        if let Some(rest) = rest {
            let until = Instant::now() + rest.min(HOUR);
            sending.resting.insert(outgoing.lane, until);
        }
        let id = &outgoing.id;
        let ended = self.settle(|store| {
            let error = error.clone();
            async move { store.end_sending(id, state, error).await }
        });
        self.tell(ended.await.flatten());
    }

    fn store(&self) -> AccountStore {
        self.stores.borrow().clone()
    }

    /// Writes an outcome; what passes (a full disk, a damaged file until another takes its place) is waited for. What
    /// could not be written is of unknown outcome at the next start.
    async fn settle<T, F: Future<Output = Result<T, StoreError>>>(
        &self,
        write: impl Fn(AccountStore) -> F,
    ) -> Option<T> {
        let passes = |error: &StoreError| {
            error.is_passing() || matches!(error, StoreError::Damaged | StoreError::Closed)
        };
        loop {
            match write(self.store()).await {
                Ok(done) => return Some(done),
                Err(error) if passes(&error) && !self.stop.is_cancelled() => {
                    tracing::warn!(%error, "Store what became of something sent; it is tried again");
                    tokio::select! {
                        () = self.stop.cancelled() => {}
                        () = sleep(REST) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "Store what became of something sent");
                    return None;
                }
            }
        }
    }

    /// What whoever sent before left on its way may or may not have arrived.
    async fn interrupt(&self) {
        let interrupted = self.store().interrupt_sending().await;
        self.tell(interrupted.unwrap_or_else(|error| {
            tracing::warn!(%error, "Note what was on its way");
            Vec::new()
        }));
    }

    fn tell(&self, changed: impl IntoIterator<Item = Outgoing>) {
        for outgoing in changed {
            self.hub.send(UiEvent::Outgoing { outgoing });
        }
    }
}

/// How long a lane rests after this try.
fn rest(outgoing: &Outgoing) -> Duration {
    let doubled = 1u32 << outgoing.tries.saturating_sub(1).min(6);
    (REST * doubled).min(LONGEST_REST)
}

impl Engine {
    /// Takes something to be sent: kept first, and sent as soon as there is a connection and its turn has come.
    /// What comes back is how it is shown at once.
    ///
    /// # Errors
    /// Where the platform takes nothing of this kind, or its time is over already.
    pub async fn send(&self, account: &AccountId, draft: Draft) -> Result<Outgoing, EngineError> {
        let store = self.reader.store(account).await?;
        let platform = self.platform(store.account().platform.as_str())?;
        let id = LocalId::new(Uuid::now_v7().to_string());
        let asked = Request::Send {
            key: id.clone(),
            kind: draft.kind.clone(),
            payload: draft.payload.clone(),
        };
        if matches!(platform.encode(&asked), Call::Unsupported) {
            return Err(EngineError::NotSendable {
                platform: platform.profile().title,
                kind: draft.kind,
            });
        }
        let now = self.parts.clock.now();
        if draft.expires_at.is_some_and(|at| at <= now) {
            return Err(EngineError::TooLate);
        }
        let outgoing = store.push_outgoing(id, draft, now).await?;
        self.tell_outgoing(account, outgoing.clone());
        Ok(outgoing)
    }

    /// What is kept to be sent, in its order.
    ///
    /// # Errors
    /// Where the account's file can't be read.
    pub async fn outbox(&self, account: &AccountId) -> Result<Vec<Outgoing>, EngineError> {
        Ok(self.reader.store(account).await?.outbox().await?)
    }

    /// Sends once more what was refused or is of unknown outcome. On a server that takes it for another one,
    /// it may then be there twice: that is the person's to decide.
    ///
    /// # Errors
    /// Where there is no such thing, or its time is over.
    pub async fn send_again(&self, account: &AccountId, id: &LocalId) -> Result<Outgoing, EngineError> {
        let store = self.reader.store(account).await?;
        let again = store.retry_outgoing(id, self.parts.clock.now()).await?;
        let outgoing = again.ok_or_else(|| EngineError::NotWaiting(id.clone()))?;
        self.tell_outgoing(account, outgoing.clone());
        Ok(outgoing)
    }

    /// Takes back what is not on its way.
    ///
    /// # Errors
    /// Where there is no such thing, or it is on its way.
    pub async fn discard(&self, account: &AccountId, id: &LocalId) -> Result<(), EngineError> {
        let store = self.reader.store(account).await?;
        if !store.discard_outgoing(id).await? {
            return Err(EngineError::NotWaiting(id.clone()));
        }
        self.hub.send(UiEvent::Discarded {
            account: account.clone(),
            id: id.clone(),
        });
        // What was behind it may go now.
        self.ring_outbox(account);
        Ok(())
    }

    fn tell_outgoing(&self, account: &AccountId, outgoing: Outgoing) {
        self.hub.send(UiEvent::Outgoing { outgoing });
        self.ring_outbox(account);
    }
}
