//! One turn at a time for each account: what is slow for one keeps no other waiting.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use carillon_contract::AccountId;
use tokio::sync::OwnedMutexGuard;

#[derive(Default)]
pub(crate) struct Turns(Mutex<BTreeMap<AccountId, Arc<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Waits for the account's turn, which is over when what comes back is dropped.
    pub(crate) async fn take(&self, id: &AccountId) -> OwnedMutexGuard<()> {
        let turn = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(turns.entry(id.clone()).or_default())
        };
        turn.lock_owned().await
    }
}
