//! Rate limits: token buckets per key, and the time until the next try.

use std::{hash::Hash, time::Duration};

use governor::{
    DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use crate::Rate;

fn quota(rate: Rate) -> Quota {
    let per_token = rate.period.checked_div(rate.burst.get()).unwrap_or(rate.period);
    // A period of zero would be no limit at all, which is what `None` is for.
    let per_token = per_token.max(Duration::from_nanos(1));
    Quota::with_period(per_token).map_or_else(
        || Quota::per_second(rate.burst),
        |quota| quota.allow_burst(rate.burst),
    )
}

/// One bucket for each key.
pub(crate) struct Keyed<K: Clone + Hash + Eq>(Option<DefaultKeyedRateLimiter<K>>);

impl<K: Clone + Hash + Eq> Keyed<K> {
    /// `None` lets everything through.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self(rate.map(|rate| RateLimiter::keyed(quota(rate))))
    }

    /// Takes a token of `key`, or tells how long until there is one.
    pub(crate) fn check(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter
            .check_key(key)
            .map_err(|not_yet| not_yet.wait_time_from(DefaultClock::default().now()))
    }

    /// Forgets the keys whose buckets are full again.
    pub(crate) fn forget_idle(&self) {
        if let Some(limiter) = &self.0 {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// One bucket.
pub(crate) struct Direct(Option<DefaultDirectRateLimiter>);

impl Direct {
    /// `None` lets everything through.
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        Self(rate.map(|rate| RateLimiter::direct(quota(rate))))
    }

    /// Takes a token; `false` if there is none.
    pub(crate) fn allows(&self) -> bool {
        self.0.as_ref().is_none_or(|limiter| limiter.check().is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_gets_its_burst_and_then_waits_while_others_do_not() {
        let limits = Keyed::new(Some(Rate::per_minute(3)));
        for _ in 0..3 {
            assert!(limits.check(&"a").is_ok());
        }
        let wait = limits.check(&"a").unwrap_err();
        assert!(
            wait > Duration::from_secs(15) && wait <= Duration::from_secs(20),
            "{wait:?}"
        );
        assert!(limits.check(&"b").is_ok());
    }

    #[test]
    fn no_rate_is_no_limit() {
        let direct = Direct::new(None);
        assert!((0..10_000).all(|_| direct.allows()));
    }
}
