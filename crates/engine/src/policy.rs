//! How an account's connection is made: as the platform's guide says, but for what the person wants otherwise, but for
//! what the program was built to try.

use std::time::Duration;

use carillon_contract::tuning::Tuning;
use carillon_link::{Policy, Server, Target, TokenIn};
use carillon_platforms::platform::{self, NewToken, Profile, ServerDisconnect};

use crate::engine::Overrides;
use crate::error::EngineError;

/// The largest event that is accepted, in bytes, where nothing else is said.
const LARGEST_EVENT: usize = 4 << 20;

/// The shortest and the longest time that a person may choose.
const SHORTEST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// The most fast tries that a person may choose.
const MOST_TRIES: u32 = 100;

/// The most that delays may grow from one to the next.
const STEEPEST: f64 = 10.0;

/// Sees whether a connection can be made like that.
///
/// # Errors
/// A sentence for the person.
pub(crate) fn check(tuning: &Tuning) -> Result<(), EngineError> {
    let spans = [tuning.delay_ms, tuning.cap_ms, tuning.timeout_ms];
    // A check that is switched off takes no time.
    let checks = tuning.health_check_ms.filter(|every| *every > 0);
    let in_range = |milliseconds: u64| {
        let span = Duration::from_millis(milliseconds);
        span >= SHORTEST && span <= LONGEST
    };
    if !spans.into_iter().flatten().chain(checks).all(in_range) {
        return Err(EngineError::Tuning("A time must be from 100 ms to 1 h"));
    }
    if tuning.attempts.is_some_and(|attempts| attempts > MOST_TRIES) {
        return Err(EngineError::Tuning("There may be at most 100 fast tries"));
    }
    if tuning
        .factor
        .is_some_and(|factor| !(1.0..=STEEPEST).contains(&factor))
    {
        return Err(EngineError::Tuning("The factor must be from 1 to 10"));
    }
    if tuning.transports.as_ref().is_some_and(Vec::is_empty) {
        return Err(EngineError::Tuning("There must be a transport"));
    }
    Ok(())
}

/// The numbers behind the link's decisions.
pub(crate) fn policy(profile: &Profile, tuning: &Tuning, overrides: &Overrides) -> Policy {
    if let Some(policy) = &overrides.policy {
        return policy.clone();
    }
    let guide = profile.reconnection;
    let or = |tuned: Option<u64>, said: Duration| tuned.map_or(said, Duration::from_millis);
    let delay = or(tuning.delay_ms, guide.delay);
    let cap = or(tuning.cap_ms, guide.cap).max(delay);
    let usual = Policy::default();
    Policy {
        attempts: tuning.attempts.unwrap_or(guide.attempts),
        delay,
        factor: tuning.factor.unwrap_or(guide.factor),
        cap,
        // Who wants to wait long between fast tries does not want the slow ones sooner.
        slow: usual.slow.max(cap),
        jitter: guide.jitter,
        sign_in: profile.welcome_within,
        health_check: tuning
            .health_check_ms
            .map_or(profile.health_check, |every| Some(Duration::from_millis(every)))
            .filter(|every| !every.is_zero()),
        reconnect_with_new_token: match profile.new_token {
            NewToken::Reconnect => true,
            NewToken::Keep => false,
        },
        refresh_after_server_disconnect: match profile.server_disconnect {
            ServerDisconnect::RefreshOnce => true,
            ServerDisconnect::RetrySlowly => false,
        },
        ..usual
    }
}

/// Where the link connects to, and how.
pub(crate) fn target(profile: &Profile, server: &Server, tuning: &Tuning, overrides: &Overrides) -> Target {
    let guide = profile.reconnection;
    Target {
        url: server.url().clone(),
        token_in: match profile.token_in {
            platform::TokenIn::AuthPayload => TokenIn::AuthPayload,
            platform::TokenIn::Header => TokenIn::Header,
        },
        transports: tuning
            .transports
            .clone()
            .unwrap_or_else(|| profile.transports.to_vec()),
        compression: profile.compression,
        query: profile
            .query
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect(),
        open_within: tuning.timeout_ms.map_or(guide.timeout, Duration::from_millis),
        largest_event: overrides.largest_event.unwrap_or(LARGEST_EVENT),
    }
}

#[cfg(test)]
mod tests {
    use carillon_contract::history::TransportKind;
    use carillon_platforms::Registry;

    use super::*;

    #[test]
    fn what_a_person_does_not_say_is_as_the_guide_says() {
        for id in Registry::built_in().ids() {
            let platform = Registry::built_in().get(id).unwrap();
            let profile = platform.profile();
            let server = Server::parse("https://example.invalid", false).unwrap();
            let (tuning, overrides) = (Tuning::default(), Overrides::default());
            let made = policy(profile, &tuning, &overrides);
            assert_eq!(made.attempts, profile.reconnection.attempts);
            assert_eq!(made.delay, profile.reconnection.delay);
            assert_eq!(made.health_check, profile.health_check);
            let aimed = target(profile, &server, &tuning, &overrides);
            assert_eq!(aimed.transports, profile.transports);

            let tuning = Tuning {
                transports: Some(vec![TransportKind::Polling]),
                attempts: Some(9),
                delay_ms: Some(20_000),
                health_check_ms: Some(0),
                ..Tuning::default()
            };
            check(&tuning).unwrap();
            let made = policy(profile, &tuning, &overrides);
            assert_eq!((made.attempts, made.health_check), (9, None));
            // No delay is longer than the longest.
            assert_eq!(made.cap, Duration::from_secs(20));
            let patient = Tuning {
                delay_ms: Some(600_000),
                ..Tuning::default()
            };
            assert_eq!(
                policy(profile, &patient, &overrides).slow,
                Duration::from_secs(600)
            );
            assert_eq!(
                target(profile, &server, &tuning, &overrides).transports,
                [TransportKind::Polling]
            );
        }
    }

    #[test]
    fn what_would_hammer_a_server_or_never_end_is_refused() {
        for refused in [
            Tuning {
                delay_ms: Some(1),
                ..Tuning::default()
            },
            Tuning {
                attempts: Some(4_000_000_000),
                ..Tuning::default()
            },
            Tuning {
                timeout_ms: Some(u64::MAX),
                ..Tuning::default()
            },
            Tuning {
                factor: Some(f64::NAN),
                ..Tuning::default()
            },
            Tuning {
                transports: Some(Vec::new()),
                ..Tuning::default()
            },
        ] {
            assert!(check(&refused).is_err(), "{refused:?}");
        }
    }
}
