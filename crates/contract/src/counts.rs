//! What was counted of an account's events.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Counts of events since the account was added.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// Frames that came from the server.
    pub received: u64,
    /// Events that were stored.
    pub stored: u64,
    /// Second deliveries of an event that was stored before.
    pub repeated: u64,
    /// Known events whose payload was not what the guide says.
    pub malformed: u64,
    /// Events that the guide does not name.
    pub unknown: u64,
}
