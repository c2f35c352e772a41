//! The keyring's thread and its connection.

use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::mpsc;

use crate::VaultError;
use crate::chunks::Items;

/// Makes a connection; the argument tells whether one was made before and has failed.
pub(super) type Connect = Box<dyn FnMut(bool) -> Result<Box<dyn Items>, VaultError> + Send>;

/// One request, which also carries where its answer goes.
pub(super) type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Starts the thread; it ends with its queue.
pub(super) fn start(connect: Connect, mut jobs: mpsc::Receiver<Job>) {
    let run = move || {
        let mut connection = Connection {
            connect,
            connected_before: false,
            items: None,
        };
        while let Some(job) = jobs.blocking_recv() {
            job(&mut connection);
        }
    };
    // Without a thread the queue's far end is dropped here, and every request answers `Stopped`.
    if let Err(error) = std::thread::Builder::new()
        .name(String::from("carillon-keyring"))
        .spawn(run)
    {
        tracing::error!(%error, "The keyring's thread could not be started.");
    }
}

/// A connection to the keyring, made when first needed and again after it failed.
pub(super) struct Connection {
    connect: Connect,
    connected_before: bool,
    items: Option<Box<dyn Items>>,
}

impl Connection {
    /// Does some work; if an older connection fails it, once more on a new one.
    ///
    /// A keyring that was restarted knows nothing of the sessions of its predecessor.
    pub(super) fn run<T>(
        &mut self,
        work: &dyn Fn(&dyn Items) -> Result<T, VaultError>,
    ) -> Result<T, VaultError> {
        let is_older = self.items.is_some();
        match self.run_once(work) {
            Err(VaultError::Missing { .. } | VaultError::Refused { .. }) if is_older => self.run_once(work),
            result => result,
        }
    }

    fn run_once<T>(&mut self, work: &dyn Fn(&dyn Items) -> Result<T, VaultError>) -> Result<T, VaultError> {
        // A panic in the library below must not take the thread with it: all accounts depend on it.
        let result =
            catch_unwind(AssertUnwindSafe(|| work(self.items()?))).unwrap_or(Err(VaultError::Stopped));
        if let Err(
            VaultError::Missing { .. }
            | VaultError::Refused { .. }
            | VaultError::Locked { .. }
            | VaultError::Stopped,
        ) = result
        {
            self.items = None;
        }
        result
    }

    fn items(&mut self) -> Result<&dyn Items, VaultError> {
        let items = match self.items.take() {
            Some(items) => items,
            None => {
                let again = std::mem::replace(&mut self.connected_before, true);
                (self.connect)(again)?
            }
        };
        Ok(&**self.items.insert(items))
    }
}
