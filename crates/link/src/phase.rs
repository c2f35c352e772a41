//! Every decision of a link, as one pure function.
//!
//! What the person wants (the account is on) comes in as [`Input::Start`] and [`Input::Stop`]; what is so is
//! the [`Phase`]. Nothing below this module reconnects by itself.

use std::time::Duration;

use carillon_contract::ConnectionState;

use crate::backoff::delay;
use crate::cause::Cause;
use crate::policy::Policy;

/// What is known of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Token {
    /// Nothing speaks against it.
    #[default]
    Untested,
    /// The server refused it: it must not be sent again.
    Refused,
    /// It was renewed after a refusal. If it is refused too, the person is asked.
    Renewed,
}

/// What is carried from try to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tries {
    /// Tries that failed in a row.
    pub failed: u32,
    /// What is known of the token.
    pub token: Token,
}

impl Tries {
    fn token(self, token: Token) -> Self {
        Self { token, ..self }
    }

    fn counting_anew(self) -> Self {
        Self { failed: 0, ..self }
    }
}

/// Where a link stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Off: nothing is tried.
    Idle,
    /// A connection is being opened.
    Connecting(Tries),
    /// It is open; the server has not said yet that it is signed in.
    SigningIn(Tries),
    /// The server refused the token and a new one is being fetched.
    Refreshing(Tries),
    /// Signed in; topics are joined and what was missed is fetched.
    CatchingUp(Tries),
    /// Everything is there and live.
    Online(Tries),
    /// Between two tries.
    Waiting {
        /// What the next try knows.
        tries: Tries,
        /// Why the last one failed.
        cause: Cause,
    },
    /// Only the person can help: sign in again.
    NeedsSignIn,
}

impl Phase {
    /// What the person is told of this phase.
    pub fn state(&self) -> ConnectionState {
        match self {
            Self::Idle => ConnectionState::Disconnected,
            Self::Connecting(tries) | Self::SigningIn(tries) | Self::Refreshing(tries) => {
                if tries.failed == 0 {
                    ConnectionState::Connecting
                } else {
                    ConnectionState::Reconnecting
                }
            }
            Self::CatchingUp(_) | Self::Online(_) => ConnectionState::Connected,
            Self::Waiting { .. } => ConnectionState::Reconnecting,
            Self::NeedsSignIn => ConnectionState::Error,
        }
    }

    /// How many tries in a row have failed.
    pub fn failed(&self) -> u32 {
        self.tries().map_or(0, |tries| tries.failed)
    }

    /// What is carried from try to try; `None` while nothing is tried.
    pub fn tries(&self) -> Option<Tries> {
        match self {
            Self::Idle | Self::NeedsSignIn => None,
            Self::Connecting(tries)
            | Self::SigningIn(tries)
            | Self::Refreshing(tries)
            | Self::CatchingUp(tries)
            | Self::Online(tries)
            | Self::Waiting { tries, .. } => Some(*tries),
        }
    }
}

/// What happens to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The person wants the connection, or asks to try now.
    Start,
    /// The person does not want it.
    Stop,
    /// The network is another one than before.
    NetworkChanged,
    /// The computer woke up.
    Woke,
    /// The time of [`Effect::WakeAfter`] is over.
    TimerFired,
    /// The connection stands.
    Opened,
    /// The server said that it is signed in.
    Accepted,
    /// The server says that the token is no good.
    TokenRefused,
    /// The token's own expiry says so, and there is something to renew it with.
    TokenExpired,
    /// There is a new token.
    TokenRefreshed,
    /// There is no new token to be had.
    RefreshRefused,
    /// The new token could not be fetched this time.
    RefreshFailed(Cause),
    /// The token in use will run out before long.
    TokenDue,
    /// It was replaced before it ran out.
    TokenReplaced,
    /// Nothing that was asked of the server waits for its answer.
    Idle,
    /// Everything that was missed is stored.
    CaughtUp,
    /// The connection is gone, or could not be made.
    Lost(Cause),
    /// The connection did not outlive a sleep, or a change of the network.
    Dead,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Open a connection with the current token.
    Open,
    /// Fetch a new token.
    RefreshToken,
    /// Fetch a new token while the connection goes on with the old one.
    ReplaceToken,
    /// Give [`Input::Idle`] as soon as it is so.
    AwaitIdle,
    /// Forget the token, which is dead: only the person can bring another.
    DiscardToken,
    /// Join the topics and fetch what was missed.
    CatchUp,
    /// Send what waits to be sent.
    FlushOutbox,
    /// Find out whether the connection is alive; if not, give [`Input::Dead`].
    Verify,
    /// Look whether the connection brings anything; if not, give [`Input::Lost`].
    Check,
    /// Close the connection, if there is one.
    Close,
    /// Give [`Input::TimerFired`] after this time, unless the phase changes before.
    WakeAfter(Duration),
}

/// The phase after a try that failed, and how long it lasts.
pub(crate) fn wait(policy: &Policy, tries: Tries, cause: Cause, dice: f64) -> (Phase, Duration) {
    let tries = Tries {
        failed: tries.failed.saturating_add(1),
        ..tries
    };
    let delay = delay(policy, tries.failed, &cause, dice);
    (Phase::Waiting { tries, cause }, delay)
}

/// Decides. `dice` is a random number from 0 up to 1.
pub fn step(policy: &Policy, phase: Phase, input: Input, dice: f64) -> (Phase, Vec<Effect>) {
    use {Effect as E, Input as I, Phase as P};

    let wait = |tries: Tries, cause: Cause| {
        let (phase, delay) = wait(policy, tries, cause, dice);
        (phase, vec![E::Close, E::WakeAfter(delay)])
    };
    let go = |tries: Tries| match tries.token {
        Token::Refused => (P::Refreshing(tries), vec![E::RefreshToken]),
        // While it was waited the server said nothing against the new token, which may be an old one by now.
        Token::Untested | Token::Renewed => (P::Connecting(tries.token(Token::Untested)), vec![E::Open]),
    };

    // However new the token was, it may be an old one by now.
    let begun_anew = |tries: Tries| tries.counting_anew().token(Token::Untested);

    let refresh = |tries: Tries| {
        (
            P::Refreshing(tries.token(Token::Refused)),
            vec![E::Close, E::RefreshToken],
        )
    };

    match (phase, input) {
        (_, I::Stop) => (P::Idle, vec![E::Close]),

        (P::Idle | P::NeedsSignIn, I::Start) => go(Tries::default()),
        (P::Waiting { tries, .. }, I::Start) => go(tries.counting_anew()),
        // What failed may have failed of what is over; what the server wished for is not.
        (P::Waiting { tries, cause }, I::NetworkChanged | I::Woke) if !cause.is_the_server_s_wish() => {
            go(tries.counting_anew())
        }
        (P::Waiting { tries, .. }, I::TimerFired) => go(tries),

        (P::Connecting(tries), I::Opened) => (P::SigningIn(tries), vec![E::WakeAfter(policy.sign_in)]),
        (P::SigningIn(tries), I::Accepted) => (P::CatchingUp(tries), vec![E::CatchUp]),
        (P::SigningIn(tries), I::TimerFired) => wait(tries, Cause::SignInTimedOut),
        (P::CatchingUp(tries), I::CaughtUp) => (
            P::Online(tries),
            vec![E::FlushOutbox, E::WakeAfter(policy.stable)],
        ),
        // Only now is the past forgiven: a server that accepts and then drops is neither hammered with
        // connections nor with refreshes.
        (P::Online(tries), I::TimerFired) => {
            let mut effects = Vec::new();
            if let Some(every) = policy.health_check {
                if tries == Tries::default() {
                    effects.push(E::Check);
                }
                effects.push(E::WakeAfter(every));
            }
            (P::Online(Tries::default()), effects)
        }

        // While waiting it was said before the loss, and is heard after it.
        (
            P::Connecting(tries)
            | P::SigningIn(tries)
            | P::CatchingUp(tries)
            | P::Online(tries)
            | P::Waiting { tries, .. },
            I::TokenRefused,
        ) if tries.token != Token::Refused => match tries.token {
            Token::Untested => refresh(tries),
            Token::Refused | Token::Renewed => (P::NeedsSignIn, vec![E::Close, E::DiscardToken]),
        },
        // A new one that has run out already: the next would be no better, and asking at once would hammer the server.
        (P::Connecting(tries), I::TokenExpired) if tries.token == Token::Renewed => {
            wait(tries, Cause::TokenOutdated)
        }
        // Nobody has refused it, so that this says nothing of the one that replaces it.
        (P::Connecting(tries), I::TokenExpired) => refresh(tries),
        (P::Refreshing(tries), I::TokenRefreshed) => {
            (P::Connecting(tries.token(Token::Renewed)), vec![E::Open])
        }
        (P::Online(tries), I::TokenDue) => (P::Online(tries), vec![E::ReplaceToken]),
        (P::Online(tries), I::TokenReplaced) if policy.reconnect_with_new_token => {
            (P::Online(tries), vec![E::AwaitIdle])
        }
        (P::Online(tries), I::Idle) if policy.reconnect_with_new_token => {
            (P::Connecting(tries), vec![E::Close, E::Open])
        }
        (P::Refreshing(_), I::RefreshRefused) => (P::NeedsSignIn, vec![E::DiscardToken]),
        (P::Refreshing(tries), I::RefreshFailed(cause)) => wait(tries, cause),

        (phase @ (P::SigningIn(_) | P::CatchingUp(_) | P::Online(_)), I::NetworkChanged | I::Woke) => {
            (phase, vec![E::Verify])
        }
        (P::SigningIn(tries) | P::CatchingUp(tries) | P::Online(tries), I::Dead) => {
            (P::Connecting(begun_anew(tries)), vec![E::Close, E::Open])
        }
        // What was begun on another network, or before a sleep, would only run out its time.
        (P::Connecting(tries), I::NetworkChanged | I::Woke) => {
            (P::Connecting(begun_anew(tries)), vec![E::Close, E::Open])
        }
        // A refresh that is under way is not asked for twice.
        (P::Refreshing(tries), I::NetworkChanged | I::Woke) => (P::Refreshing(tries.counting_anew()), vec![]),
        // Once: after a try that failed it is waited like anywhere else.
        (P::SigningIn(tries) | P::CatchingUp(tries) | P::Online(tries), I::Lost(Cause::ServerDisconnect))
            if policy.refresh_after_server_disconnect
                && tries.failed == 0
                && tries.token == Token::Untested =>
        {
            refresh(tries)
        }
        (
            P::Connecting(tries) | P::SigningIn(tries) | P::CatchingUp(tries) | P::Online(tries),
            I::Lost(cause),
        ) => wait(tries, cause),

        // An input without meaning in this phase changes nothing; the walk in the tests covers them all.
        (phase, _) => (phase, vec![]),
    }
}
