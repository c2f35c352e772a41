//! Carries out what [`crate::phase`] decides: opens, refreshes, waits, verifies, and reports.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::act::{Act, act};
use crate::cause::Cause;
use crate::counted::Counted;
use crate::credentials::{Credentials, RefreshError, TokenError};
use crate::handle::{Command, Handle};
use crate::phase::{Effect, Input, Phase, step, wait};
use crate::policy::Policy;
use crate::report::{Report, Status};
use crate::transport::{OpenError, Session, Socket as _, Target, Transport};

/// Commands that may wait. Each is handled at once; more can only be repeated hints.
const COMMANDS: usize = 16;
/// Reports that may wait for the account's task before the link stands still.
const REPORTS: usize = 16;

/// How long the answers that are under way are waited for before a connection is made anew with another token.
const IDLE_WITHIN: Duration = Duration::from_secs(10);

/// Starts a link, which is idle until [`Handle::start`]. It ends when `stop` is cancelled.
pub fn start(
    policy: Policy,
    target: Target,
    transport: Arc<dyn Transport>,
    credentials: Arc<dyn Credentials>,
    tasks: &TaskTracker,
    stop: CancellationToken,
) -> (Handle, mpsc::Receiver<Report>) {
    let (commands, queue) = mpsc::channel(COMMANDS);
    let (reports, receiver) = mpsc::channel(REPORTS);
    let driver = Driver {
        policy,
        target,
        transport,
        credentials,
        phase: Phase::Idle,
        session: 0,
        socket: None,
        socket_id: None,
        work: JoinSet::new(),
        wake_at: None,
        hinted: None,
        hint: None,
        token_due: None,
        replaced: None,
        outbox: VecDeque::new(),
    };
    tasks.spawn(driver.supervised(queue, reports, stop));
    (Handle::new(commands), receiver)
}

struct Driver {
    policy: Policy,
    target: Target,
    transport: Arc<dyn Transport>,
    credentials: Arc<dyn Credentials>,
    phase: Phase,
    /// Counts sessions, so that what is said about an earlier one is not taken for this one.
    session: u64,
    socket: Option<Arc<Counted>>,
    socket_id: Option<String>,
    /// What is under way for the current phase: opening, refreshing, watching for the end, verifying.
    work: JoinSet<Done>,
    wake_at: Option<Instant>,
    /// When a hint was last acted on.
    hinted: Option<Instant>,
    /// A hint that came too soon after that, and when its time comes.
    hint: Option<(Instant, Input)>,
    /// When the token of this connection is to be replaced.
    token_due: Option<Instant>,
    /// When a token was last replaced, on whatever connection.
    replaced: Option<Instant>,
    /// Reports that wait for room. Sending is a branch of the loop, so that the link hears commands while
    /// the account is busy; see [`Driver::tell`] for its bound.
    outbox: VecDeque<Report>,
}

/// What a piece of work came to.
enum Done {
    /// A connection, and how long opening it took.
    Opened(Session, Duration),
    Input(Input),
    /// What changes nothing: a check that went well, a token that can't be replaced ahead of time.
    Nothing,
    /// How long until the token is to be replaced.
    Due(Duration),
}

impl Driver {
    /// Runs until `stop`. A defect that panics ends the connection, is told, and the link goes on.
    async fn supervised(
        mut self,
        mut commands: mpsc::Receiver<Command>,
        reports: mpsc::Sender<Report>,
        stop: CancellationToken,
    ) {
        while AssertUnwindSafe(self.run(&mut commands, &reports, &stop))
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!(phase = ?self.phase, "The link panicked and goes on");
            self.recover();
        }
        self.close();
    }

    async fn run(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
        reports: &mpsc::Sender<Report>,
        stop: &CancellationToken,
    ) {
        loop {
            let online = matches!(self.phase, Phase::Online(_));
            let hint_at = self.hint.as_ref().map(|(at, _)| *at);
            let input = tokio::select! {
                biased;
                () = stop.cancelled() => break,
                room = reports.reserve(), if !self.outbox.is_empty() => {
                    let Ok(room) = room else { break };
                    if let Some(report) = self.outbox.pop_front() {
                        room.send(report);
                    }
                    continue;
                }
                command = commands.recv() => match command {
                    Some(command) if self.is_stale(&command) => continue,
                    Some(command) if self.puts_off(&command.input) => continue,
                    Some(command) => command.input,
                    None => break,
                },
                Some(done) = self.work.join_next() => match done {
                    Ok(Done::Opened(connection, took)) => {
                        self.opened(connection, took);
                        Input::Opened
                    }
                    Ok(Done::Input(input)) => input,
                    Ok(Done::Nothing) => continue,
                    Ok(Done::Due(left)) => {
                        self.token_due = Some(Instant::now() + left);
                        continue;
                    }
                    // Aborted when the phase was left.
                    Err(error) if error.is_cancelled() => continue,
                    Err(error) => {
                        tracing::error!(%error, "A task of the link ended by a panic");
                        Input::Lost(Cause::Internal)
                    }
                },
                () = until(self.wake_at) => {
                    self.wake_at = None;
                    Input::TimerFired
                }
                () = until(hint_at) => {
                    let Some((_, hint)) = self.hint.take() else { continue };
                    self.hinted = Some(Instant::now());
                    hint
                }
                () = until(self.token_due.filter(|_| online)) => {
                    self.token_due = None;
                    Input::TokenDue
                }
            };
            self.take(input);
        }
    }

    /// Leaves what a panic may have left half done: no connection, no work, and a wait before the next try
    /// where one is wanted.
    fn recover(&mut self) {
        let socket = self.socket.take();
        if std::panic::catch_unwind(AssertUnwindSafe(|| socket.map(|socket| socket.close()))).is_err() {
            tracing::error!("A connection can't be closed");
        }
        self.close();
        self.wake_at = None;
        let mut next_try = None;
        if let Some(tries) = self.phase.tries() {
            let (phase, delay) = wait(&self.policy, tries, Cause::Internal, rand::random());
            self.phase = phase;
            self.wake_at = Some(Instant::now() + delay);
            next_try = Some(delay);
        }
        self.tell(next_try);
    }

    /// Tells whether a command is about a connection that is gone. That its token was refused still counts
    /// while the next try is waited for: the same token must not be sent again.
    fn is_stale(&self, command: &Command) -> bool {
        let Some(session) = command.session else {
            return false;
        };
        let refused = matches!(self.phase, Phase::Waiting { .. }) && command.input == Input::TokenRefused;
        session != self.session || (self.socket.is_none() && !refused)
    }

    /// Puts a hint off that follows another one: addresses that come and go must not become a storm of tries.
    fn puts_off(&mut self, input: &Input) -> bool {
        if !matches!(input, Input::Woke | Input::NetworkChanged) {
            return false;
        }
        let now = Instant::now();
        let next = self.hinted.map(|last| last + self.policy.hint_pause);
        match next.filter(|next| *next > now) {
            Some(next) => {
                self.hint = Some((next, input.clone()));
                true
            }
            None => {
                self.hinted = Some(now);
                self.hint = None;
                false
            }
        }
    }

    fn take(&mut self, input: Input) {
        let dice = rand::random::<f64>();
        let before = self.phase.clone();
        let (after, effects) = step(&self.policy, before.clone(), input.clone(), dice);
        match &input {
            Input::TokenReplaced => {
                self.replaced = Some(Instant::now());
                self.look_at_token();
            }
            // The clock that the token is timed by may have stood still.
            Input::Woke if self.socket.is_some() => self.look_at_token(),
            _ => {}
        }
        let line = self
            .socket
            .as_ref()
            .map(|socket| (socket.transport(), socket.latency()));
        if let Some(act) = act(&before, &input, &after, line) {
            self.note(act);
        }
        if std::mem::discriminant(&before) != std::mem::discriminant(&after) {
            self.wake_at = None;
        }
        self.phase = after;
        let mut next_try = None;
        for effect in effects {
            if let Effect::WakeAfter(delay) = effect {
                next_try = matches!(self.phase, Phase::Waiting { .. }).then_some(delay);
            }
            self.carry_out(effect);
        }
        if before != self.phase {
            tracing::debug!(phase = ?self.phase, "The link changed");
            self.tell(next_try);
        }
    }

    /// Reports a change.
    fn tell(&mut self, next_try: Option<Duration>) {
        let status = Status {
            phase: self.phase.clone(),
            socket_id: self.socket_id.clone(),
            next_try,
        };
        self.make_room(|report| matches!(report, Report::Changed(_)));
        self.outbox.push_back(Report::Changed(status));
    }

    /// Reports what was done.
    fn note(&mut self, act: Act) {
        self.make_room(|report| matches!(report, Report::Did(_)));
        self.outbox.push_back(Report::Did(act));
    }

    /// Of an account that takes no reports, only the newest of each of these kinds are kept.
    fn make_room(&mut self, is_alike: impl Fn(&Report) -> bool) {
        if self.outbox.len() >= REPORTS
            && let Some(oldest) = self.outbox.iter().position(is_alike)
        {
            self.outbox.remove(oldest);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Open => {
                let open = open(
                    Arc::clone(&self.transport),
                    Arc::clone(&self.credentials),
                    self.target.clone(),
                );
                self.work.spawn(open);
            }
            Effect::RefreshToken => {
                let credentials = Arc::clone(&self.credentials);
                self.work.spawn(async move {
                    Done::Input(match credentials.refresh().await {
                        Ok(()) => Input::TokenRefreshed,
                        Err(RefreshError::Refused) => Input::RefreshRefused,
                        Err(RefreshError::Failed(cause)) => Input::RefreshFailed(cause),
                    })
                });
            }
            Effect::ReplaceToken => {
                let credentials = Arc::clone(&self.credentials);
                let pause = self.policy.replace_pause;
                self.work.spawn(async move {
                    match credentials.refresh().await {
                        Ok(()) => Done::Input(Input::TokenReplaced),
                        // The one in use may hold for a while: until then nobody has to be asked.
                        Err(RefreshError::Refused) => Done::Nothing,
                        Err(RefreshError::Failed(cause)) => {
                            tracing::info!(%cause, "Replace the token ahead of its end; it is tried again");
                            Done::Due(pause.max(cause.asks_to_wait().unwrap_or_default()))
                        }
                    }
                });
            }
            Effect::DiscardToken => {
                let credentials = Arc::clone(&self.credentials);
                self.work.spawn(async move {
                    credentials.discard().await;
                    Done::Nothing
                });
            }
            Effect::AwaitIdle => {
                if let Some(socket) = self.socket.clone() {
                    self.work.spawn(async move {
                        // A question that waits for longer than this is no reason to keep the old token.
                        let _ = timeout(IDLE_WITHIN, socket.idle()).await;
                        Done::Input(Input::Idle)
                    });
                }
            }
            Effect::CatchUp => self.outbox.push_back(Report::CatchUp {
                session: self.session,
            }),
            Effect::FlushOutbox => self.outbox.push_back(Report::Flush {
                session: self.session,
            }),
            Effect::Verify => {
                if let Some(socket) = self.socket.clone() {
                    let within = self.policy.verify;
                    self.work.spawn(async move {
                        match socket.verify(within).await {
                            Ok(_) => Done::Nothing,
                            Err(cause) => {
                                tracing::info!(%cause, "The connection did not outlive a hint");
                                Done::Input(Input::Dead)
                            }
                        }
                    });
                }
            }
            Effect::Check => {
                if let Some(socket) = self.socket.clone() {
                    let within = self.policy.check;
                    self.work.spawn(async move {
                        match socket.ping(within).await {
                            Ok(_) => Done::Nothing,
                            Err(cause) => Done::Input(Input::Lost(cause)),
                        }
                    });
                }
            }
            Effect::Close => self.close(),
            Effect::WakeAfter(delay) => self.wake_at = Some(Instant::now() + delay),
        }
    }

    fn opened(&mut self, mut connection: Session, took: Duration) {
        self.session += 1;
        self.socket_id = Some(connection.id.clone());
        let socket = Arc::new(Counted::new(Arc::clone(&connection.socket)));
        connection.socket = Arc::<Counted>::clone(&socket);
        self.note(Act::Opened {
            socket_id: connection.id.clone(),
            transport: socket.transport(),
            took,
        });
        self.socket = Some(Arc::clone(&socket));
        self.work
            .spawn(async move { Done::Input(Input::Lost(socket.closed().await)) });
        self.look_at_token();
        self.outbox.push_back(Report::Opened {
            session: self.session,
            connection,
        });
    }

    /// Finds out when the token is to be replaced: not sooner after the last time than the policy says.
    fn look_at_token(&mut self) {
        let since = self.replaced.map(|replaced| replaced.elapsed());
        let pause = since.map_or(Duration::ZERO, |since| {
            self.policy.replace_pause.saturating_sub(since)
        });
        let credentials = Arc::clone(&self.credentials);
        self.work.spawn(async move {
            match credentials.replace_in(rand::random()).await {
                Some(left) => Done::Due(left.max(pause)),
                None => Done::Nothing,
            }
        });
    }

    /// Ends the session and everything that is under way for it.
    fn close(&mut self) {
        if let Some(socket) = self.socket.take() {
            socket.close();
        }
        self.socket_id = None;
        self.token_due = None;
        // A new set, so that what was aborted is not waited for; dropping the old one aborts its tasks.
        self.work = JoinSet::new();
    }
}

/// Waits until then; for ever, where there is no such time.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

async fn open(transport: Arc<dyn Transport>, credentials: Arc<dyn Credentials>, target: Target) -> Done {
    let token = match credentials.token().await {
        Ok(token) => token,
        Err(TokenError::Expired) => return Done::Input(Input::TokenExpired),
        // There is nothing to refresh with either: what follows asks the person.
        Err(TokenError::Missing) => return Done::Input(Input::TokenRefused),
        Err(TokenError::Failed(cause)) => return Done::Input(Input::Lost(cause)),
    };
    let since = Instant::now();
    match transport.open(&target, &token).await {
        Ok(session) => Done::Opened(session, since.elapsed()),
        Err(OpenError::Refused(message)) if credentials.is_auth_error(&message) => {
            Done::Input(Input::TokenRefused)
        }
        Err(OpenError::Unauthorized) => Done::Input(Input::TokenRefused),
        Err(OpenError::Refused(message)) => Done::Input(Input::Lost(Cause::Refused(message))),
        Err(OpenError::Failed(cause)) => Done::Input(Input::Lost(cause)),
    }
}
