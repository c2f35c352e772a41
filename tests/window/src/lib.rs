//! The app's real window on a desktop of its own: display, session bus, keyring and notifications are real and private,
//! and the window is steered and read by WebDriver.
//!
//! It must never know how the app is made, only what a person sees of it; and it never touches the desktop of whoever
//! runs it. Start with [`desktop`] (what there is), then [`window`] (what can be done with it).
#![cfg(target_os = "linux")]

pub mod app;
pub mod bus;
pub mod desktop;
pub mod display;
pub mod notifications;
pub mod other;
mod process;
pub mod toplevel;
pub mod tray;
pub mod webdriver;
pub mod window;

use std::time::Duration;

use anyhow::{Result, bail};

/// No step takes this long, on a busy machine too; what does has failed.
pub const LIMIT: Duration = Duration::from_secs(60);

/// Waits for something that must happen; `what` says what is missing if it does not.
///
/// # Errors
/// After [`LIMIT`].
pub async fn within<T>(what: &str, happening: impl Future<Output = T>) -> Result<T> {
    match tokio::time::timeout(LIMIT, happening).await {
        Ok(happened) => Ok(happened),
        Err(_) => bail!("waited {LIMIT:?} in vain for {what}"),
    }
}
