//! The time of day. Everything else takes it as an argument.

use carillon_contract::Timestamp;

/// Tells the time of day.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The computer's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that all others ask")]
        let since_1970 = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        // A clock set before 1970 reads as 1970.
        let ms = since_1970.map_or(0, |span| span.as_millis());
        Timestamp(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}
