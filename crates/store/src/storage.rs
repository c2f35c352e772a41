//! How much of an account there is.

use carillon_contract::storage::Storage;

use crate::account::AccountStore;
use crate::backup;
use crate::error::StoreError;

impl AccountStore {
    /// How much room the account's files take, how many rows they have, and for how long those are kept.
    ///
    /// # Errors
    /// Where the file, or its folder, can't be read.
    pub async fn storage(&self) -> Result<Storage, StoreError> {
        let totals = self.totals().await?;
        Ok(Storage {
            bytes: backup::room(self.path())?,
            notices: totals.notices,
            events: totals.events,
            retention: self.retention().await?,
        })
    }
}
