//! How long to wait before the next try.

use std::time::Duration;

use crate::cause::Cause;
use crate::policy::Policy;

/// The longest that a server may ask to be left alone. One that says more is mistaken, or broken.
const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);

/// The delay before the try that follows `failed` failed ones. `dice` is a random number from 0 up to 1.
///
/// The first delay is jittered like all others: when a server restarts, its clients must not come back in
/// the same instant. What a server asks for is kept, up to [`LONGEST_WAIT`]; its clients come back after that,
/// and not all at once either.
pub fn delay(policy: &Policy, failed: u32, cause: &Cause, dice: f64) -> Duration {
    let base = if cause.wants_slow_retry() || failed > policy.attempts {
        policy.slow
    } else {
        let exponent = i32::try_from(failed.saturating_sub(1)).unwrap_or(i32::MAX);
        let grown = policy.delay.as_secs_f64() * policy.factor.powi(exponent);
        // `min` takes the cap for an infinite or undefined product too.
        Duration::try_from_secs_f64(grown.min(policy.cap.as_secs_f64())).unwrap_or(policy.cap)
    };
    let (jitter, dice) = (policy.jitter.clamp(0.0, 1.0), dice.clamp(0.0, 1.0));
    let delay = base.mul_f64(1.0 + jitter * (2.0 * dice - 1.0));
    match cause.asks_to_wait() {
        Some(asked) => {
            let asked = asked.min(LONGEST_WAIT);
            delay.max(asked + policy.delay.mul_f64(jitter * dice))
        }
        None => delay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(failed: u32, dice: f64) -> f64 {
        delay(&Policy::default(), failed, &Cause::TransportClosed, dice).as_secs_f64()
    }

    #[test]
    fn delays_double_up_to_the_cap_and_then_go_slow() {
        let middle: Vec<f64> = (1..=7).map(|failed| seconds(failed, 0.5)).collect();
        assert_eq!(middle, [1.0, 2.0, 4.0, 5.0, 5.0, 30.0, 30.0]);
    }

    #[test]
    fn every_delay_is_spread_by_half_of_it_to_both_sides() {
        assert_eq!((seconds(1, 0.0), seconds(1, 1.0)), (0.5, 1.5));
        assert_eq!((seconds(9, 0.0), seconds(9, 1.0)), (15.0, 45.0));
    }

    #[test]
    fn a_server_that_closes_on_purpose_is_tried_slowly() {
        let slow = delay(&Policy::default(), 1, &Cause::ServerDisconnect, 0.5);
        assert_eq!(slow, Duration::from_secs(30));
    }

    #[test]
    fn a_server_that_asks_to_wait_gets_at_least_that_but_not_for_ever() {
        let asked = |seconds: u64, dice: f64| {
            let cause = Cause::Busy {
                after: Some(Duration::from_secs(seconds)),
            };
            delay(&Policy::default(), 1, &cause, dice).as_secs_f64()
        };
        assert_eq!((asked(90, 0.0), asked(90, 1.0)), (90.0, 90.5));
        assert_eq!(asked(1, 0.5), 30.0, "a busy server is tried slowly anyway");
        assert_eq!(asked(u64::MAX, 0.0), 3_600.0);
        let no_word = Cause::Busy { after: None };
        assert_eq!(
            delay(&Policy::default(), 1, &no_word, 0.5),
            Duration::from_secs(30)
        );
    }

    #[test]
    fn a_day_offline_does_not_overflow() {
        assert_eq!(seconds(u32::MAX, 0.5), 30.0);
    }
}
