//! A rig around a link whose transport does what a test says.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::Secret;
use carillon_contract::history::TransportKind;
use carillon_link::Report;
pub(crate) use carillon_link::testing::Outcome;
use carillon_link::testing::{Line, Script};
use carillon_link::transport::Socket;
use carillon_link::{
    Cause, Credentials, Handle, Phase, Policy, RefreshError, Target, TokenError, TokenIn, Transport, start,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tokens that are counted; each refresh gives the next one.
#[derive(Default)]
struct Tokens {
    refreshes: AtomicUsize,
    discarded: AtomicUsize,
    signed_out: AtomicBool,
    /// What the next refresh fails of.
    failure: Mutex<Option<Cause>>,
    /// How long each token may be used before it is replaced.
    replace_in: Mutex<Option<Duration>>,
}

#[async_trait]
impl Credentials for Tokens {
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
        if let Some(cause) = self.failure.lock().unwrap().take() {
            return Err(RefreshError::Failed(cause));
        }
        self.refreshes.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn discard(&self) {
        self.discarded.fetch_add(1, Ordering::Relaxed);
    }

    fn is_auth_error(&self, message: &str) -> bool {
        message == "Authentication failed"
    }

    async fn replace_in(&self, _: f64) -> Option<Duration> {
        *self.replace_in.lock().unwrap()
    }
}

/// A connection that stands, and the link's number of it.
pub(crate) struct Opened {
    pub(crate) session: u64,
    pub(crate) socket: Arc<dyn Socket>,
    line: Line,
}

impl DerefMut for Opened {
    fn deref_mut(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Deref for Opened {
    type Target = Line;

    fn deref(&self) -> &Line {
        &self.line
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
    credentials: Arc<Tokens>,
    reports: mpsc::Receiver<Report>,
    _stop: tokio_util::sync::DropGuard,
}

impl Rig {
    pub(crate) fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        Self::with(Policy::default(), outcomes)
    }

    pub(crate) fn with(policy: Policy, outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let script = Arc::new(Script::new(outcomes));
        let credentials = Arc::<Tokens>::default();
        let target = Target {
            url: "http://127.0.0.1:1".parse().unwrap(),
            token_in: TokenIn::AuthPayload,
            transports: vec![TransportKind::Websocket],
            compression: false,
            query: Vec::new(),
            open_within: Duration::from_secs(20),
            largest_event: 1 << 20,
        };
        let stop = CancellationToken::new();
        let (handle, reports) = start(
            policy,
            target,
            Arc::clone(&script) as Arc<dyn Transport>,
            Arc::clone(&credentials) as Arc<dyn Credentials>,
            &TaskTracker::new(),
            stop.clone(),
        );
        let _stop = stop.drop_guard();
        Self {
            handle,
            seen: Vec::new(),
            seen_since_online: Vec::new(),
            script,
            credentials,
            reports,
            _stop,
        }
    }

    /// From now on there is no token, and nothing to get one with.
    pub(crate) fn sign_out(&self) {
        self.credentials.signed_out.store(true, Ordering::Relaxed);
    }

    /// Each token is to be replaced after this time.
    pub(crate) fn replace_tokens_after(&self, time: Duration) {
        *self.credentials.replace_in.lock().unwrap() = Some(time);
    }

    /// The next refresh fails of this.
    pub(crate) fn fail_refresh(&self, cause: Cause) {
        *self.credentials.failure.lock().unwrap() = Some(cause);
    }

    pub(crate) fn opened(&self) -> usize {
        self.script.tokens().len()
    }

    pub(crate) fn tokens(&self) -> Vec<String> {
        self.script.tokens()
    }

    /// How often a token was given up for good.
    pub(crate) fn discarded(&self) -> usize {
        self.credentials.discarded.load(Ordering::Relaxed)
    }

    pub(crate) fn refreshes(&self) -> usize {
        self.credentials.refreshes.load(Ordering::Relaxed)
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
    pub(crate) async fn opened_session(&mut self) -> Opened {
        loop {
            if let Report::Opened { session, connection } = self.report().await {
                return Opened {
                    session,
                    socket: connection.socket,
                    line: self.script.line().await,
                };
            }
        }
    }

    /// Takes the next connection through sign-in and catching up.
    pub(crate) async fn go_online(&mut self) -> Opened {
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
