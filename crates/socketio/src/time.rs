//! Adding up times that others chose.

use std::time::Duration;

use tokio::time::Instant;

/// Longer than any connection, and short enough to be added to any instant without overflow.
const FOREVER: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The instant `wait` after `start`; for a wait beyond reason, one that never comes.
pub(crate) fn after(start: Instant, wait: Duration) -> Instant {
    start + wait.min(FOREVER)
}
