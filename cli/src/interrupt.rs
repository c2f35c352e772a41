//! Ctrl-C, and a polite end from elsewhere.

use crate::failure::Failure;

/// Waits until a person, or the system, wants the end.
pub(crate) async fn interrupted() -> Result<(), Failure> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(Failure::Signals)?;
        tokio::select! {
            done = tokio::signal::ctrl_c() => done.map_err(Failure::Signals),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(Failure::Signals)
}
