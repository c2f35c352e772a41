//! Waiting for other processes, and steering them.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tokio::process::{Child, Command};

/// No step of these tests takes this long, on a busy machine too; what does has failed.
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

/// Sends a signal to a running process, by its name without `SIG`.
///
/// # Errors
/// Where the process has ended already, or there is no shell.
pub async fn signal(process: &Child, name: &str) -> Result<()> {
    let id = process.id().context("The process has ended already")?;
    // The shell has it built in, also where there is no program of this name.
    let sent = Command::new("sh")
        .args(["-c", "kill -s \"$0\" \"$1\"", name, &id.to_string()])
        .status()
        .await
        .context("Start sh")?;
    ensure!(sent.success(), "SIG{name} could not be sent");
    Ok(())
}
