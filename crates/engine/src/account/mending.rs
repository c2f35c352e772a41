//! A cache that turns out to be damaged while the account runs: the session ends, the file is replaced, and the next
//! session fills it.

use std::time::Duration;

use carillon_link::Cause;
use carillon_store::StoreError;
use tokio::time::{Instant, sleep_until};

use super::Running;

/// How long to wait before a file that could not be replaced is tried again.
const PAUSE: Duration = Duration::from_secs(60);

/// A damaged file that could not be replaced.
pub(super) struct Unmended {
    /// What to tell the person.
    why: String,
    until: Instant,
}

impl Running {
    /// Waits until the file is found to be damaged, whoever finds it, and replacing it makes sense.
    pub(super) fn damaged(&self) -> impl Future<Output = ()> + Send + use<> {
        let damaged = self.with.store.damaged();
        let until = self.unmended.as_ref().map(|unmended| unmended.until);
        async move {
            damaged.await;
            if let Some(until) = until {
                sleep_until(until).await;
            }
        }
    }

    /// Goes on with the file that takes the damaged one's place. What the session held and was not stored comes again
    /// with the next one, or is told as a gap.
    pub(super) async fn mend(&mut self) {
        if let Some(live) = self.session.take() {
            self.with.link.give_up(live.number, Cause::CacheDamaged).await;
        }
        self.requests.shutdown().await;
        match self.with.reader.store(&self.with.account.id).await {
            Ok(store) => {
                self.with.store = store.clone();
                self.with.stores.send_replace(store);
                self.unmended = None;
                let shown = self.with.now.borrow().status.clone();
                if let Some(status) = shown {
                    self.keep_status(status).await;
                }
            }
            Err(error) => {
                tracing::error!(%error, account = %self.with.account.id, "Replace a damaged cache");
                self.unmended = Some(Unmended {
                    why: error.to_string(),
                    until: Instant::now() + PAUSE,
                });
            }
        }
    }

    /// Why a session ends that the cache failed.
    pub(super) fn cache_failed(&self, error: &StoreError) -> Cause {
        match error {
            StoreError::Defect => Cause::Internal,
            // Whoever met the damage first may have closed the file by now.
            StoreError::Damaged | StoreError::Closed if self.with.store.is_damaged() => {
                match &self.unmended {
                    Some(unmended) => Cause::Store(unmended.why.clone()),
                    None => Cause::CacheDamaged,
                }
            }
            other => Cause::Store(other.to_string()),
        }
    }
}
