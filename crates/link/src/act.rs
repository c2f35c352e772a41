//! What a link did, for the account's history. It follows from the phase and the input alone.

use std::time::Duration;

use carillon_contract::history::TransportKind;

use crate::cause::Cause;
use crate::phase::{Input, Phase};

/// What a link did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A connection stands; the server has not signed it in yet.
    Opened {
        /// The server's id of the socket.
        socket_id: String,
        /// What carries it.
        transport: TransportKind,
        /// How long opening took.
        took: Duration,
    },
    /// A try to connect failed.
    Failed(Cause),
    /// A connection ended that nobody wanted to end.
    Lost {
        /// Why.
        cause: Cause,
        /// What carried it in the end.
        transport: TransportKind,
        /// Its last round trip, where one was measured.
        latency: Option<Duration>,
    },
    /// The person wants no connection any more.
    Disconnected,
    /// The token was no longer good; a new one is fetched.
    TokenRefused,
    /// There is a new token.
    TokenRefreshed,
    /// A new token could not be fetched this time.
    RefreshFailed(Cause),
    /// Only the person can help: sign in again.
    SignInNeeded,
}

/// What the step from `before` to `after` is in the history, where it is anything. `line` tells of the connection that
/// there was before the step: what carried it, and its last round trip.
pub(crate) fn act(
    before: &Phase,
    input: &Input,
    after: &Phase,
    line: Option<(TransportKind, Option<Duration>)>,
) -> Option<Act> {
    match (input, after) {
        (Input::TokenReplaced, Phase::Online(_)) => Some(Act::TokenRefreshed),
        // Another input that changed nothing was none.
        _ if before == after => None,
        (_, Phase::NeedsSignIn) => Some(Act::SignInNeeded),
        (Input::Stop, _) => Some(Act::Disconnected),
        (Input::TokenRefreshed, _) => Some(Act::TokenRefreshed),
        (Input::RefreshFailed(cause), _) => Some(Act::RefreshFailed(cause.clone())),
        (Input::TokenRefused | Input::TokenExpired, Phase::Refreshing(_)) => Some(Act::TokenRefused),
        (Input::Dead, _) => line.map(|(transport, latency)| Act::Lost {
            cause: Cause::Silent,
            transport,
            latency,
        }),
        (Input::Lost(cause), _) | (_, Phase::Waiting { cause, .. }) => Some(match line {
            Some((transport, latency)) => Act::Lost {
                cause: cause.clone(),
                transport,
                latency,
            },
            None => Act::Failed(cause.clone()),
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::phase::step;
    use crate::policy::Policy;

    const LINE: Option<(TransportKind, Option<Duration>)> =
        Some((TransportKind::Websocket, Some(Duration::from_millis(7))));

    /// Takes inputs one after the other; what they are in the history.
    fn acts(inputs: impl IntoIterator<Item = Input>) -> Vec<Act> {
        let mut phase = Phase::Idle;
        let mut acts = Vec::new();
        for input in inputs {
            let is_connected = matches!(
                phase,
                Phase::SigningIn(_) | Phase::CatchingUp(_) | Phase::Online(_)
            );
            let (after, _) = step(&Policy::default(), phase.clone(), input.clone(), 0.5);
            acts.extend(act(&phase, &input, &after, LINE.filter(|_| is_connected)));
            phase = after;
        }
        acts
    }

    #[test]
    fn a_try_that_failed_and_a_connection_that_was_lost_are_told_apart() {
        let told = acts([
            Input::Start,
            Input::Lost(Cause::Unreachable),
            Input::TimerFired,
            Input::Opened,
            Input::Accepted,
            Input::CaughtUp,
            Input::Lost(Cause::Silent),
            Input::Stop,
            Input::Stop,
        ]);
        let lost = Act::Lost {
            cause: Cause::Silent,
            transport: TransportKind::Websocket,
            latency: Some(Duration::from_millis(7)),
        };
        assert_eq!(told, [Act::Failed(Cause::Unreachable), lost, Act::Disconnected]);
    }

    #[test]
    fn a_token_s_way_is_told_to_its_end() {
        let told = acts([
            Input::Start,
            Input::TokenExpired,
            Input::RefreshFailed(Cause::Unreachable),
            Input::TimerFired,
            Input::TokenRefreshed,
            Input::Opened,
            Input::TokenRefused,
        ]);
        assert_eq!(
            told,
            [
                Act::TokenRefused,
                Act::RefreshFailed(Cause::Unreachable),
                Act::TokenRefreshed,
                Act::SignInNeeded
            ]
        );
    }

    #[test]
    fn a_server_that_never_signs_in_is_a_lost_connection() {
        let told = acts([Input::Start, Input::Opened, Input::TimerFired]);
        assert!(
            matches!(
                told.as_slice(),
                [Act::Lost {
                    cause: Cause::SignInTimedOut,
                    ..
                }]
            ),
            "{told:?}"
        );
    }
}
