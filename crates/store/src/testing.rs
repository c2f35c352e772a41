//! What only tests need of the files.

use std::sync::atomic::{AtomicBool, Ordering};

static LOGGED: AtomicBool = AtomicBool::new(false);

/// From now on every statement of this process is logged, the key among them: for a test of the query plans.
pub fn log_statements() {
    LOGGED.store(true, Ordering::Relaxed);
}

pub(crate) fn logs_statements() -> bool {
    LOGGED.load(Ordering::Relaxed)
}
