//! The keyring of the system: Secret Service, Keychain, or Credential Manager.
//!
//! Two traits of keyrings shape this module. Calling one from inside an async runtime panics on some systems, and a
//! locked one asks for a password and answers when that has been typed, which may be never. So each [`OsVault`] owns
//! a plain thread, with a queue before it and a limit on how long a caller waits for the reply.

#[cfg(any(
    windows,
    target_os = "macos",
    all(unix, not(any(target_os = "android", target_vendor = "apple")))
))]
#[path = "os/desktop.rs"]
mod native;
#[cfg(not(any(
    windows,
    target_os = "macos",
    all(unix, not(any(target_os = "android", target_vendor = "apple")))
)))]
#[path = "os/absent.rs"]
mod native;
mod worker;

use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::Secret;
use tokio::sync::{mpsc, oneshot};

use crate::chunks::{self, Items};
use crate::{Entry, TokenVault, VaultError, VaultState};
use worker::{Connect, Job};

/// How long a caller waits. A keyring at work answers within 20 ms an item; one that takes this long is waiting for
/// the person.
const REPLY_LIMIT: Duration = Duration::from_secs(5);

/// Requests waiting for the thread: a handful per account, and only while the keyring asks for its password.
const QUEUE: usize = 64;

/// The system's keyring; what it stores lies under one namespace.
///
/// The thread behind it ends when the vault is dropped.
pub struct OsVault {
    queue: mpsc::Sender<Job>,
    reply_limit: Duration,
}

/// Opens the system's keyring under a namespace.
///
/// The namespace is the service name under which the person finds the entries in their keyring. Builds for
/// development and for release use different ones, so that neither touches the other's tokens. Nothing is asked of the
/// keyring yet: [`TokenVault::state`] tells whether it works.
pub fn os(namespace: &str) -> OsVault {
    let namespace = namespace.to_owned();
    OsVault::on(
        Box::new(move |again| native::connect(&namespace, again)),
        REPLY_LIMIT,
    )
}

impl OsVault {
    fn on(connect: Connect, reply_limit: Duration) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        worker::start(connect, jobs);
        Self { queue, reply_limit }
    }

    /// Runs `work` on the keyring's thread and waits for its result, up to the limit.
    ///
    /// Work whose caller has gone before its turn came is not begun.
    async fn ask<T, W>(&self, work: W) -> Result<T, VaultError>
    where
        T: Send + 'static,
        W: Fn(&dyn Items) -> Result<T, VaultError> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            if !reply.is_closed() {
                // The caller may stop waiting while we work; then nobody is left to tell.
                let _ = reply.send(connection.run(&work));
            }
        });
        let asked = async {
            self.queue.send(job).await.map_err(|_| VaultError::Stopped)?;
            answer.await.map_err(|_| VaultError::Stopped)?
        };
        match tokio::time::timeout(self.reply_limit, asked).await {
            Ok(answered) => answered,
            Err(_) => Err(VaultError::Locked { source: None }),
        }
    }
}

#[async_trait]
impl TokenVault for OsVault {
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        let entry = entry.clone();
        self.ask(move |items| chunks::get(items, &entry)).await
    }

    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        let (entry, secret) = (entry.clone(), secret.clone());
        self.ask(move |items| chunks::set(items, &entry, &secret)).await
    }

    async fn delete(&self, entry: &Entry) -> Result<(), VaultError> {
        let entry = entry.clone();
        self.ask(move |items| chunks::delete(items, &entry)).await
    }

    async fn state(&self) -> VaultState {
        match self.ask(chunks::prove).await {
            Ok(()) => VaultState::Ready,
            Err(error) => {
                tracing::info!(error = error.as_dyn(), "The keyring can't keep secrets now.");
                error.state()
            }
        }
    }

    fn backend(&self) -> &'static str {
        "keyring"
    }
}

#[cfg(test)]
mod tests;
