//! How much room an account takes on this computer, and for how long its notices are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Days for which notices are kept where the person says nothing else.
const USUAL_DAYS: u32 = 180;

/// For how long an account's notices are kept after they came, were read or were archived, whichever was last. What is
/// unread, put off or must be seen is kept for three years at least.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Retention {
    /// Days, for every category that has no time of its own; null keeps them for ever.
    pub days: Option<u32>,
    /// Days of single categories; null keeps them for ever.
    pub categories: BTreeMap<String, Option<u32>>,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            days: Some(USUAL_DAYS),
            categories: BTreeMap::new(),
        }
    }
}

impl Retention {
    /// Days for which notices of a category are kept; `None` is for ever.
    pub fn days_of(&self, category: &str) -> Option<u32> {
        self.categories.get(category).copied().unwrap_or(self.days)
    }
}

/// What is kept of an account on this computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Storage {
    /// How much room its files take, in bytes. What was dropped is used again and leaves them as long as they are.
    pub bytes: u64,
    /// How many notices there are, archived ones included.
    pub notices: i64,
    /// How many raw events there are.
    pub events: i64,
    /// For how long notices are kept.
    pub retention: Retention,
}
