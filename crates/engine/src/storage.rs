//! How much room accounts take, and for how long what is in them is kept.

use carillon_contract::AccountId;
use carillon_contract::storage::{Retention, Storage};

use crate::engine::Engine;
use crate::error::EngineError;

/// The longest time that a person may choose, in days; what is to be kept longer is kept for ever.
const LONGEST: u32 = 3_650;

impl Engine {
    /// How much room an account takes, and for how long its notices are kept.
    ///
    /// # Errors
    /// Where its file can't be read.
    pub async fn storage(&self, id: &AccountId) -> Result<Storage, EngineError> {
        Ok(self.reader.store(id).await?.storage().await?)
    }

    /// Keeps an account's notices for so long from now on. What is too old for that goes within about an hour: until
    /// then a slip can be taken back.
    ///
    /// # Errors
    /// [`EngineError::Retention`] for a time that can't be; where its file can't be written.
    pub async fn set_retention(&self, id: &AccountId, retention: &Retention) -> Result<(), EngineError> {
        check(retention)?;
        Ok(self.reader.store(id).await?.set_retention(retention).await?)
    }
}

fn check(retention: &Retention) -> Result<(), EngineError> {
    let mut days = retention.categories.values().chain([&retention.days]).flatten();
    let is_named = |category: &String| !category.is_empty();
    if days.all(|days| (1..=LONGEST).contains(days)) && retention.categories.keys().all(is_named) {
        Ok(())
    } else {
        Err(EngineError::Retention)
    }
}
