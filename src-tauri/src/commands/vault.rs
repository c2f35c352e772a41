//! Where tokens and keys are kept.

use std::sync::Arc;

use carillon_contract::view::VaultView;
use carillon_contract::{ApiError, Secret};

use crate::state::Core;

pub(crate) async fn check_vault(core: &Arc<Core>) -> Result<VaultView, ApiError> {
    Ok(core.check_vault().await)
}

pub(crate) async fn use_sealed_vault(core: &Arc<Core>, passphrase: Secret) -> Result<VaultView, ApiError> {
    core.use_sealed_vault(passphrase).await
}

pub(crate) async fn use_keyring(core: &Arc<Core>) -> Result<VaultView, ApiError> {
    core.use_keyring().await
}

pub(crate) async fn use_session_vault(core: &Arc<Core>) -> Result<VaultView, ApiError> {
    core.use_session_vault().await
}
