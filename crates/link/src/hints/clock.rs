//! A sleep as the clocks show it: the time of day went on, and this process did not.

use std::time::{Duration, SystemTime};

use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::{Hint, tell};

/// How often the clocks are compared.
const EVERY: Duration = Duration::from_secs(2);

/// How much longer than that it may take on a busy computer that did not sleep.
const SLACK: Duration = Duration::from_secs(5);

/// What the clocks showed at the last look.
struct Clocks {
    steady: Instant,
    day: SystemTime,
}

impl Clocks {
    /// Whether there was a sleep since the last look. Some systems stop the steady clock meanwhile, others let it go
    /// on; one of the two has then gone on for too long. A clock that is set forward looks like a sleep, and costs
    /// a question.
    fn slept(&mut self, steady: Instant, day: SystemTime) -> bool {
        let longest = EVERY + SLACK;
        let by_steady = steady.saturating_duration_since(self.steady);
        // Set back, it says nothing.
        let by_day = day.duration_since(self.day).unwrap_or_default();
        (self.steady, self.day) = (steady, day);
        by_steady > longest || by_day > longest
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the clocks themselves are what is watched"
)]
pub(super) async fn watch(told: mpsc::Sender<Hint>) {
    let mut clocks = Clocks {
        steady: Instant::now(),
        day: SystemTime::now(),
    };
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !told.is_closed() {
        ticks.tick().await;
        if clocks.slept(Instant::now(), SystemTime::now()) {
            tracing::info!("The computer slept");
            tell(&told, Hint::Woke);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sleep_shows_in_either_clock_and_a_clock_that_is_set_back_in_none() {
        let (steady, day) = (
            Instant::now(),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000),
        );
        let seconds = Duration::from_secs;
        let mut clocks = Clocks { steady, day };
        assert!(!clocks.slept(steady + seconds(2), day + seconds(2)));
        assert!(!clocks.slept(steady + seconds(8), day + seconds(8)), "busy");
        assert!(
            clocks.slept(steady + seconds(10), day + seconds(3_600)),
            "the steady clock stood"
        );
        assert!(
            clocks.slept(steady + seconds(9_000), day + seconds(3_602)),
            "it went on"
        );
        assert!(!clocks.slept(steady + seconds(9_002), day), "set back by an hour");
        assert!(!clocks.slept(steady + seconds(9_004), day + seconds(2)));
    }
}
