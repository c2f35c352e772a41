//! How much room an account takes, and for how long what is in it is kept.

use std::sync::Arc;

use carillon_contract::storage::{Retention, Storage};
use carillon_contract::{AccountId, ApiError};

use super::told;
use crate::state::Core;

pub(crate) async fn storage(core: &Arc<Core>, account: AccountId) -> Result<Storage, ApiError> {
    core.engine().await?.storage(&account).await.map_err(told)
}

pub(crate) async fn set_retention(
    core: &Arc<Core>,
    account: AccountId,
    retention: Retention,
) -> Result<(), ApiError> {
    let engine = core.engine().await?;
    engine.set_retention(&account, &retention).await.map_err(told)
}
