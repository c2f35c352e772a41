//! What the person chose.

use std::sync::Arc;

use carillon_contract::ApiError;
use carillon_contract::settings::Settings;

use crate::notifier;
use crate::state::Core;

pub(crate) async fn set_settings(core: &Arc<Core>, settings: Settings) -> Result<(), ApiError> {
    core.set_settings(settings).await
}

pub(crate) async fn test_notification(core: &Arc<Core>) -> Result<(), ApiError> {
    std::future::ready(notifier::test(&*core.ports.bell)).await
}
