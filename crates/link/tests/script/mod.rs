//! A transport that does what a test says, and a rig around a link that uses it.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::Secret;
use carillon_link::driver::Report;
use carillon_link::transport::{Events, OpenError, Received, SendError, Session, Socket};
use carillon_link::{
    Cause, Credentials, Handle, Phase, Policy, RefreshError, Target, TokenError, TokenIn, Transport, start,
};
use serde_json::value::RawValue;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What becomes of one try to open a connection.
#[derive(Clone)]
pub(crate) enum Outcome {
    Open,
    Refuse(&'static str),
    Fail(Cause),
}

/// A connection, as the server sees it.
pub(crate) struct Line {
    pub(crate) session: u64,
    end: watch::Sender<Option<Cause>>,
    dead: Arc<AtomicBool>,
    closed: Arc<AtomicBool>,
}

impl Line {
    pub(crate) fn lose(&self, cause: Cause) {
        self.end.send_replace(Some(cause));
    }

    /// From now on nothing answers, though nothing has closed.
    pub(crate) fn play_dead(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }
}

struct ScriptedSocket {
    end: watch::Receiver<Option<Cause>>,
    dead: Arc<AtomicBool>,
    closed: Arc<AtomicBool>,
}

#[async_trait]
impl Socket for ScriptedSocket {
    async fn emit(&self, _: &str, _: Vec<Box<RawValue>>) -> Result<(), SendError> {
        Ok(())
    }

    async fn emit_with_ack(
        &self,
        _: &str,
        _: Vec<Box<RawValue>>,
        _: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError> {
        Err(SendError::Unknown)
    }

    async fn verify(&self, _: Duration) -> Result<Duration, Cause> {
        if self.dead.load(Ordering::Relaxed) {
            Err(Cause::Silent)
        } else {
            Ok(Duration::ZERO)
        }
    }

    fn latency(&self) -> Option<Duration> {
        None
    }

    async fn closed(&self) -> Cause {
        let mut end = self.end.clone();
        let cause = end
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|cause| cause.clone());
        match cause {
            Some(cause) => cause,
            None => std::future::pending().await,
        }
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
    }
}

struct NoEvents;

#[async_trait]
impl Events for NoEvents {
    async fn next(&mut self) -> Option<Received> {
        std::future::pending().await
    }

    fn try_next(&mut self) -> Option<Received> {
        None
    }
}

#[derive(Default)]
struct Script {
    outcomes: Mutex<VecDeque<Outcome>>,
    tokens: Mutex<Vec<String>>,
    lines: Mutex<VecDeque<Line>>,
    refreshes: AtomicUsize,
    signed_out: AtomicBool,
}

#[async_trait]
impl Transport for Script {
    async fn open(&self, _: &Target, token: &Secret) -> Result<Session, OpenError> {
        self.tokens.lock().unwrap().push(token.expose().to_owned());
        let outcome = self.outcomes.lock().unwrap().pop_front();
        match outcome.unwrap_or_else(|| panic!("the script has no further try")) {
            Outcome::Refuse(words) => Err(OpenError::Refused(words.to_owned())),
            Outcome::Fail(cause) => Err(OpenError::Failed(cause)),
            Outcome::Open => {
                let (end, ended) = watch::channel(None);
                let (dead, closed) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
                let line = Line {
                    session: 0,
                    end,
                    dead: Arc::clone(&dead),
                    closed: Arc::clone(&closed),
                };
                self.lines.lock().unwrap().push_back(line);
                let socket = Arc::new(ScriptedSocket {
                    end: ended,
                    dead,
                    closed,
                });
                Ok(Session {
                    id: "socket".to_owned(),
                    socket,
                    events: Box::new(NoEvents),
                })
            }
        }
    }
}

#[async_trait]
impl Credentials for Script {
    async fn token(&self) -> Result<Secret, TokenError> {
        if self.signed_out.load(Ordering::Relaxed) {
            return Err(TokenError::Missing);
        }
        Ok(Secret::new(format!(
            "token-{}",
            self.refreshes.load(Ordering::Relaxed)
        )))
    }

    async fn refresh(&self) -> Result<(), RefreshError> {
        if self.signed_out.load(Ordering::Relaxed) {
            return Err(RefreshError::Refused);
        }
        self.refreshes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    fn is_auth_error(&self, message: &str) -> bool {
        message == "Authentication failed"
    }
}

/// A link with its script.
pub(crate) struct Rig {
    pub(crate) handle: Handle,
    /// Every phase that was reported.
    pub(crate) seen: Vec<Phase>,
    /// The phases since the newest session went online.
    pub(crate) seen_since_online: Vec<Phase>,
    script: Arc<Script>,
    reports: mpsc::Receiver<Report>,
    _stop: tokio_util::sync::DropGuard,
}

impl Rig {
    pub(crate) fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let script = Arc::new(Script {
            outcomes: Mutex::new(outcomes.into_iter().collect()),
            ..Script::default()
        });
        let target = Target {
            url: "http://127.0.0.1:1".parse().unwrap(),
            token_in: TokenIn::AuthPayload,
            query: Vec::new(),
            open_within: Duration::from_secs(20),
            largest_event: 1 << 20,
        };
        let stop = CancellationToken::new();
        let (handle, reports) = start(
            Policy::default(),
            target,
            Arc::clone(&script) as Arc<dyn Transport>,
            Arc::clone(&script) as Arc<dyn Credentials>,
            &TaskTracker::new(),
            stop.clone(),
        );
        let _stop = stop.drop_guard();
        Self {
            handle,
            seen: Vec::new(),
            seen_since_online: Vec::new(),
            script,
            reports,
            _stop,
        }
    }

    /// From now on there is no token, and nothing to get one with.
    pub(crate) fn sign_out(&self) {
        self.script.signed_out.store(true, Ordering::Relaxed);
    }

    pub(crate) fn opened(&self) -> usize {
        self.script.tokens.lock().unwrap().len()
    }

    pub(crate) fn tokens(&self) -> Vec<String> {
        self.script.tokens.lock().unwrap().clone()
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.script.refreshes.load(Ordering::Relaxed)
    }

    /// The next report; the clock is paused, so that an hour of waiting takes no time.
    pub(crate) async fn report(&mut self) -> Report {
        let hour = Duration::from_secs(60 * 60);
        match tokio::time::timeout(hour, self.reports.recv()).await {
            Ok(Some(report)) => {
                if let Report::Changed(status) = &report {
                    self.seen.push(status.phase.clone());
                    self.seen_since_online.push(status.phase.clone());
                }
                report
            }
            Ok(None) => panic!("the link has ended"),
            Err(_) => panic!(
                "the link has said nothing for an hour; last: {:?}",
                self.seen.last()
            ),
        }
    }

    pub(crate) async fn until(&mut self, wanted: impl Fn(&Phase) -> bool) {
        loop {
            if let Report::Changed(status) = self.report().await
                && wanted(&status.phase)
            {
                return;
            }
        }
    }

    /// Waits until a try has failed; gives the reason.
    pub(crate) async fn until_waiting(&mut self) -> Cause {
        loop {
            if let Report::Changed(status) = self.report().await
                && let Phase::Waiting { cause, .. } = status.phase
            {
                return cause;
            }
        }
    }

    /// Waits for the next connection.
    pub(crate) async fn opened_session(&mut self) -> Line {
        loop {
            if let Report::Opened { session, .. } = self.report().await {
                let line = self.script.lines.lock().unwrap().pop_front().unwrap();
                return Line { session, ..line };
            }
        }
    }

    /// Takes the next connection through sign-in and catching up.
    pub(crate) async fn go_online(&mut self) -> Line {
        let line = self.opened_session().await;
        self.handle.accepted(line.session).await;
        loop {
            if let Report::CatchUp { session } = self.report().await {
                self.handle.caught_up(session).await;
                break;
            }
        }
        self.until(|phase| matches!(phase, Phase::Online(_))).await;
        self.seen_since_online.clear();
        line
    }
}
