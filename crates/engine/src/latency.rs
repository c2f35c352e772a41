//! How long a round trip takes: measured while somebody looks, told as the median of the last five.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use carillon_link::transport::Socket;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// How often it is measured.
pub(crate) const MEASURE: Duration = Duration::from_secs(5);
/// A line on which nothing arrives within this time is dead, and the link is told so by the socket itself.
const WITHIN: Duration = Duration::from_secs(10);
/// Of how many the median is told: one slow answer says nothing yet.
const KEPT: usize = 5;

/// A measured round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RoundTrip {
    /// Of which session.
    pub(crate) session: u64,
    /// How long.
    pub(crate) took: Duration,
}

/// The last round trips of a connection.
#[derive(Default)]
pub(crate) struct Latency {
    last: VecDeque<Duration>,
    under_way: JoinSet<Option<RoundTrip>>,
}

impl Latency {
    /// Asks the server for a sign of life, unless it is being asked.
    pub(crate) fn measure(&mut self, session: u64, socket: Arc<dyn Socket>) {
        if !self.under_way.is_empty() {
            return;
        }
        self.under_way.spawn(async move {
            let asked = Instant::now();
            socket.ping(WITHIN).await.ok()?;
            Some(RoundTrip {
                session,
                took: asked.elapsed(),
            })
        });
    }

    /// The next answer; never, while none is waited for.
    pub(crate) async fn measured(&mut self) -> Option<RoundTrip> {
        loop {
            match self.under_way.join_next().await {
                Some(Ok(Some(trip))) => return Some(trip),
                Some(Ok(None) | Err(_)) => {}
                None => std::future::pending().await,
            }
        }
    }

    /// Adds one and gives the median in milliseconds, at least 1.
    pub(crate) fn add(&mut self, took: Duration) -> u32 {
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(took);
        let mut sorted: Vec<Duration> = self.last.iter().copied().collect();
        sorted.sort_unstable();
        let median = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        u32::try_from(median.as_millis()).unwrap_or(u32::MAX).max(1)
    }

    /// Forgets what another connection took.
    pub(crate) fn forget(&mut self) {
        self.last.clear();
        self.under_way.abort_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slow_answer_does_not_move_the_median() {
        let mut latency = Latency::default();
        for millis in [20, 22, 21, 900] {
            latency.add(Duration::from_millis(millis));
        }
        assert_eq!(latency.add(Duration::from_millis(23)), 22);
        latency.forget();
        assert_eq!(latency.add(Duration::from_micros(80)), 1);
    }
}
