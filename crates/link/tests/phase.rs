//! Walks every phase that can be reached with every input, and looks at what each step does.

use std::collections::{HashSet, VecDeque};
use std::time::Duration;

use carillon_contract::ConnectionState;
use carillon_link::phase::{Effect, Input, Phase, Token, Tries, step};
use carillon_link::{Cause, Policy};

fn inputs() -> Vec<Input> {
    vec![
        Input::Start,
        Input::Stop,
        Input::NetworkChanged,
        Input::Woke,
        Input::TimerFired,
        Input::Opened,
        Input::Accepted,
        Input::TokenRefused,
        Input::TokenExpired,
        Input::TokenRefreshed,
        Input::RefreshRefused,
        Input::RefreshFailed(Cause::Unreachable),
        Input::RefreshFailed(Cause::Busy { after: None }),
        Input::TokenDue,
        Input::TokenReplaced,
        Input::Idle,
        Input::CaughtUp,
        Input::Dead,
        Input::Lost(Cause::TransportClosed),
        Input::Lost(Cause::ServerDisconnect),
        Input::Lost(Cause::TooLarge { limit: 1 }),
    ]
}

/// The count of failed tries has no end; beyond this it changes nothing but the delay.
const ENOUGH: u32 = 8;

fn cut(mut phase: Phase) -> Phase {
    match &mut phase {
        Phase::Idle | Phase::NeedsSignIn => {}
        Phase::Connecting(tries)
        | Phase::SigningIn(tries)
        | Phase::Refreshing(tries)
        | Phase::CatchingUp(tries)
        | Phase::Online(tries)
        | Phase::Waiting { tries, .. } => tries.failed = tries.failed.min(ENOUGH),
    }
    phase
}

/// Every reachable phase with every input, and what came of it.
fn walk() -> Vec<(Phase, Input, Phase, Vec<Effect>)> {
    let policy = Policy {
        // The way with more steps.
        reconnect_with_new_token: true,
        ..Policy::default()
    };
    let mut seen = HashSet::from([format!("{:?}", Phase::Idle)]);
    let mut queue = VecDeque::from([Phase::Idle]);
    let mut steps = Vec::new();
    while let Some(phase) = queue.pop_front() {
        for input in inputs() {
            let (next, effects) = step(&policy, phase.clone(), input.clone(), 0.5);
            steps.push((phase.clone(), input, next.clone(), effects));
            let next = cut(next);
            if seen.insert(format!("{next:?}")) {
                queue.push_back(next);
            }
        }
    }
    steps
}

fn kind(phase: &Phase) -> std::mem::Discriminant<Phase> {
    std::mem::discriminant(phase)
}

#[test]
fn every_phase_is_reached() {
    let kinds: HashSet<_> = walk().iter().map(|(_, _, next, _)| kind(next)).collect();
    assert_eq!(kinds.len(), 8);
}

#[test]
fn each_phase_is_entered_with_the_effect_it_needs() {
    for (phase, input, next, effects) in walk() {
        if kind(&phase) == kind(&next) && !matches!(next, Phase::Waiting { .. }) {
            continue;
        }
        let wakes = effects
            .iter()
            .any(|effect| matches!(effect, Effect::WakeAfter(_)));
        let has = |effect: &Effect| effects.contains(effect);
        let right = match &next {
            Phase::Idle => has(&Effect::Close),
            Phase::Connecting(_) => has(&Effect::Open),
            Phase::SigningIn(_) => wakes,
            Phase::Refreshing(_) => has(&Effect::RefreshToken),
            Phase::CatchingUp(_) => has(&Effect::CatchUp),
            Phase::Online(_) => wakes && has(&Effect::FlushOutbox),
            Phase::Waiting { .. } => wakes || phase == next,
            Phase::NeedsSignIn => has(&Effect::DiscardToken) || phase == next,
        };
        assert!(right, "{phase:?} + {input:?} = {next:?} with {effects:?}");
    }
}

#[test]
fn a_bad_network_alone_never_asks_the_person_to_sign_in() {
    for (phase, input, next, _) in walk() {
        if matches!(next, Phase::NeedsSignIn) && phase != next {
            assert!(
                matches!(input, Input::TokenRefused | Input::RefreshRefused),
                "{phase:?} + {input:?}"
            );
        }
    }
}

#[test]
fn a_refused_token_is_never_sent_again() {
    for (phase, input, next, effects) in walk() {
        if effects.contains(&Effect::Open) {
            let token = next.tries().map(|tries| tries.token);
            assert_ne!(token, Some(Token::Refused), "{phase:?} + {input:?}");
        }
    }
}

#[test]
fn a_token_is_refreshed_once_and_then_the_person_is_asked() {
    let policy = Policy::default();
    let mut phase = Phase::Idle;
    let mut refreshes = 0;
    for input in [
        Input::Start,
        Input::TokenRefused,
        Input::TokenRefreshed,
        Input::Opened,
        Input::Accepted,
        Input::CaughtUp,
        Input::TokenRefused,
    ] {
        let (next, effects) = step(&policy, phase, input, 0.5);
        refreshes += effects
            .iter()
            .filter(|effect| **effect == Effect::RefreshToken)
            .count();
        phase = next;
    }
    assert_eq!(refreshes, 1);
    assert_eq!(phase, Phase::NeedsSignIn);
}

#[test]
fn a_connection_that_held_earns_another_refresh() {
    let policy = Policy::default();
    let online = Phase::Online(Tries {
        failed: 3,
        token: Token::Renewed,
    });
    let (stable, _) = step(&policy, online, Input::TimerFired, 0.5);
    assert_eq!(stable, Phase::Online(Tries::default()));
    let (next, _) = step(&policy, stable, Input::TokenRefused, 0.5);
    assert!(matches!(next, Phase::Refreshing(_)));
}

#[test]
fn a_token_that_is_replaced_ahead_keeps_the_connection_unless_the_platform_wants_another() {
    let online = Phase::Online(Tries::default());
    let keeps = Policy::default();
    let (next, effects) = step(&keeps, online.clone(), Input::TokenDue, 0.5);
    assert_eq!((&next, effects), (&online, vec![Effect::ReplaceToken]));
    let (next, effects) = step(&keeps, next, Input::TokenReplaced, 0.5);
    assert_eq!((next, effects), (online.clone(), vec![]));

    let reconnects = Policy {
        reconnect_with_new_token: true,
        ..Policy::default()
    };
    let (next, effects) = step(&reconnects, online.clone(), Input::TokenReplaced, 0.5);
    assert_eq!((&next, effects), (&online, vec![Effect::AwaitIdle]));
    let (next, effects) = step(&reconnects, next, Input::Idle, 0.5);
    assert_eq!(next, Phase::Connecting(Tries::default()));
    assert_eq!(effects, [Effect::Close, Effect::Open]);
}

#[test]
fn a_timer_does_not_skip_a_refresh_that_is_under_way() {
    let refreshing = Phase::Refreshing(Tries {
        failed: 0,
        token: Token::Refused,
    });
    let (next, effects) = step(&Policy::default(), refreshing.clone(), Input::TimerFired, 0.5);
    assert_eq!((next, effects), (refreshing, vec![]));
}

#[test]
fn a_refresh_that_the_network_broke_is_tried_again_before_anything_is_opened() {
    let policy = Policy::default();
    let refreshing = Phase::Refreshing(Tries {
        failed: 0,
        token: Token::Refused,
    });
    let (waiting, _) = step(&policy, refreshing, Input::RefreshFailed(Cause::Unreachable), 0.5);
    let (next, effects) = step(&policy, waiting, Input::TimerFired, 0.5);
    assert!(matches!(next, Phase::Refreshing(_)));
    assert_eq!(effects, [Effect::RefreshToken]);
}

#[test]
fn a_server_that_accepts_and_then_drops_waits_longer_each_time() {
    let policy = Policy::default();
    let mut phase = Phase::Idle;
    let mut delays = Vec::new();
    for _ in 0..7 {
        for input in [
            Input::Start,
            Input::TimerFired,
            Input::Opened,
            Input::Accepted,
            Input::CaughtUp,
            Input::Lost(Cause::TransportClosed),
        ] {
            // "Try now" would count anew; the person presses it only the first time.
            if input == Input::Start && phase != Phase::Idle {
                continue;
            }
            let (next, effects) = step(&policy, phase, input, 0.5);
            if let (Phase::Waiting { .. }, Some(Effect::WakeAfter(delay))) = (&next, effects.last()) {
                delays.push(delay.as_secs());
            }
            phase = next;
        }
    }
    assert_eq!(delays, [1, 2, 4, 5, 5, 30, 30]);
}

#[test]
fn waking_up_verifies_a_connection_and_ends_a_wait() {
    let policy = Policy::default();
    for (phase, input, next, effects) in walk() {
        if !matches!(input, Input::Woke | Input::NetworkChanged) {
            continue;
        }
        match phase {
            Phase::SigningIn(_) | Phase::CatchingUp(_) | Phase::Online(_) => {
                assert_eq!(effects, [Effect::Verify]);
            }
            Phase::Waiting { cause, .. } if cause.is_the_server_s_wish() => assert_eq!(effects, []),
            Phase::Waiting { .. } => assert!(matches!(next, Phase::Connecting(_) | Phase::Refreshing(_))),
            Phase::Connecting(_) => assert_eq!(effects, [Effect::Close, Effect::Open]),
            Phase::Idle | Phase::Refreshing(_) | Phase::NeedsSignIn => assert_eq!(effects, []),
        }
    }
    let waiting = Phase::Waiting {
        tries: Tries {
            failed: 9,
            ..Tries::default()
        },
        cause: Cause::Silent,
    };
    let (next, _) = step(&policy, waiting, Input::Woke, 0.5);
    assert_eq!(next, Phase::Connecting(Tries::default()), "the count starts anew");
    let online = Phase::Online(Tries {
        failed: 9,
        token: Token::Renewed,
    });
    let (next, effects) = step(&policy, online, Input::Dead, 0.5);
    assert_eq!(next, Phase::Connecting(Tries::default()), "without a wait");
    assert_eq!(effects, [Effect::Close, Effect::Open]);
}

#[test]
fn switched_off_is_off_whatever_comes() {
    let policy = Policy::default();
    for input in inputs() {
        if input == Input::Start {
            continue;
        }
        let (next, effects) = step(&policy, Phase::Idle, input.clone(), 0.5);
        assert_eq!(next, Phase::Idle, "{input:?}");
        assert!(!effects.contains(&Effect::Open));
    }
    for (_, input, next, effects) in walk() {
        if input == Input::Stop {
            assert_eq!((next, effects), (Phase::Idle, vec![Effect::Close]));
        }
    }
}

#[test]
fn each_phase_is_one_of_the_five_states() {
    for (_, _, phase, _) in walk() {
        let expected = match &phase {
            Phase::Idle => ConnectionState::Disconnected,
            Phase::NeedsSignIn => ConnectionState::Error,
            Phase::CatchingUp(_) | Phase::Online(_) => ConnectionState::Connected,
            Phase::Waiting { .. } => ConnectionState::Reconnecting,
            Phase::Connecting(tries) | Phase::SigningIn(tries) | Phase::Refreshing(tries) => {
                match tries.failed {
                    0 => ConnectionState::Connecting,
                    _ => ConnectionState::Reconnecting,
                }
            }
        };
        assert_eq!(phase.state(), expected, "{phase:?}");
    }
}

#[test]
fn losing_a_connection_says_why_until_the_next_one() {
    let online = Phase::Online(Tries::default());
    let (next, effects) = step(&Policy::default(), online, Input::Lost(Cause::Silent), 0.5);
    let Phase::Waiting { cause, tries } = next else {
        panic!("{next:?}")
    };
    assert_eq!((cause, tries.failed), (Cause::Silent, 1));
    assert_eq!(effects.first(), Some(&Effect::Close));
}

#[test]
fn a_token_that_ran_out_while_the_server_was_away_is_renewed_and_not_given_up() {
    let policy = Policy::default();
    let mut phase = Phase::Connecting(Tries {
        failed: 0,
        token: Token::Renewed,
    });
    for input in [
        Input::Lost(Cause::Unreachable),
        Input::TimerFired,
        Input::TokenExpired,
    ] {
        phase = step(&policy, phase, input, 0.5).0;
    }
    assert!(matches!(phase, Phase::Refreshing(_)), "{phase:?}");
    let renewed = Phase::Connecting(Tries {
        failed: 0,
        token: Token::Renewed,
    });
    // By itself an expiry never asks the person.
    let (next, effects) = step(&policy, renewed, Input::TokenExpired, 0.5);
    assert!(matches!(next, Phase::Waiting { .. }), "{next:?}");
    assert!(effects.contains(&Effect::WakeAfter(policy.slow)), "{effects:?}");
}

#[test]
fn a_server_whose_tokens_have_run_out_when_they_are_given_is_not_hammered() {
    let policy = Policy::default();
    let mut phase = Phase::Connecting(Tries::default());
    let (mut refreshes, mut waits) = (0, 0);
    for _ in 0..30 {
        let input = match phase {
            Phase::Connecting(_) => Input::TokenExpired,
            Phase::Refreshing(_) => Input::TokenRefreshed,
            _ => Input::TimerFired,
        };
        let (next, effects) = step(&policy, phase, input, 0.5);
        refreshes += usize::from(effects.contains(&Effect::RefreshToken));
        waits += usize::from(effects.contains(&Effect::WakeAfter(policy.slow)));
        phase = next;
    }
    assert!(
        refreshes > 0 && refreshes <= waits + 1,
        "{refreshes} refreshes, {waits} waits"
    );
}

#[test]
fn a_refusal_that_is_heard_after_the_loss_still_spares_the_token() {
    let waiting = Phase::Waiting {
        tries: Tries::default(),
        cause: Cause::ServerDisconnect,
    };
    let (next, effects) = step(&Policy::default(), waiting, Input::TokenRefused, 0.5);
    assert!(matches!(next, Phase::Refreshing(_)));
    assert!(effects.contains(&Effect::RefreshToken));
}

#[test]
fn a_connection_is_checked_as_often_as_the_guide_says() {
    let every = Duration::from_secs(30);
    let policy = Policy {
        health_check: Some(every),
        ..Policy::default()
    };
    let stormy = Phase::Online(Tries {
        failed: 2,
        ..Tries::default()
    });
    // First it has to prove stable; checks begin after that.
    let (calm, effects) = step(&policy, stormy, Input::TimerFired, 0.5);
    assert_eq!(
        (&calm, effects),
        (&Phase::Online(Tries::default()), vec![Effect::WakeAfter(every)])
    );
    for _ in 0..3 {
        let (still, effects) = step(&policy, calm.clone(), Input::TimerFired, 0.5);
        assert_eq!(still, calm);
        assert_eq!(effects, [Effect::Check, Effect::WakeAfter(every)]);
    }
    let (_, effects) = step(&Policy::default(), calm, Input::TimerFired, 0.5);
    assert_eq!(effects, [], "other platforms ask for none");
}

#[test]
fn a_server_that_ends_the_connection_means_one_refresh_where_the_guide_says_so() {
    let policy = Policy {
        refresh_after_server_disconnect: true,
        ..Policy::default()
    };
    let online = Phase::Online(Tries::default());
    let ended = || Input::Lost(Cause::ServerDisconnect);
    let (next, effects) = step(&policy, online.clone(), ended(), 0.5);
    assert!(matches!(next, Phase::Refreshing(_)), "{next:?}");
    assert_eq!(effects, [Effect::Close, Effect::RefreshToken]);
    // With the new token it is not the token.
    let (again, _) = step(&policy, next, Input::TokenRefreshed, 0.5);
    let (again, _) = step(&policy, again, Input::Opened, 0.5);
    let (waiting, effects) = step(&policy, again, ended(), 0.5);
    assert!(matches!(waiting, Phase::Waiting { .. }), "{waiting:?}");
    assert_eq!(effects, [Effect::Close, Effect::WakeAfter(policy.slow)]);
    // Nor is it after a try that failed.
    let (opened, _) = step(&policy, waiting, Input::TimerFired, 0.5);
    let (opened, _) = step(&policy, opened, Input::Opened, 0.5);
    let (waiting, _) = step(&policy, opened, ended(), 0.5);
    assert!(matches!(waiting, Phase::Waiting { .. }), "{waiting:?}");
    // Elsewhere the next try comes slowly.
    let (waiting, _) = step(&Policy::default(), online, ended(), 0.5);
    assert!(matches!(waiting, Phase::Waiting { .. }), "{waiting:?}");
}

#[test]
fn a_server_that_refuses_in_the_middle_and_hangs_up_gets_one_new_token_and_no_more() {
    let policy = Policy::default();
    // The loss is heard first, the refusal that was said before it only then.
    let mut phase = step(&policy, Phase::Idle, Input::Start, 0.5).0;
    let mut refreshes = 0;
    for _ in 0..10 {
        for input in [
            Input::Opened,
            Input::Lost(Cause::ServerDisconnect),
            Input::TokenRefused,
            Input::TokenRefreshed,
        ] {
            let (next, effects) = step(&policy, phase, input, 0.5);
            refreshes += effects
                .iter()
                .filter(|effect| **effect == Effect::RefreshToken)
                .count();
            phase = next;
        }
    }
    assert_eq!((refreshes, phase), (1, Phase::NeedsSignIn));
}

#[test]
fn a_refusal_that_is_said_twice_is_one() {
    let policy = Policy::default();
    let mut phase = Phase::Online(Tries::default());
    for input in [
        Input::TokenRefused,
        Input::RefreshFailed(Cause::Unreachable),
        Input::TokenRefused,
    ] {
        phase = step(&policy, phase, input, 0.5).0;
    }
    // The network was bad, and nobody has refused a new token.
    assert!(matches!(phase, Phase::Waiting { .. }), "{phase:?}");
    let (next, effects) = step(&policy, phase, Input::TimerFired, 0.5);
    assert!(matches!(next, Phase::Refreshing(_)), "{next:?}");
    assert_eq!(effects, [Effect::RefreshToken]);
}
