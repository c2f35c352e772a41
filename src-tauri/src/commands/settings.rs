//! What the person chose.

use std::sync::Arc;

use carillon_contract::ApiError;
use carillon_contract::settings::{Consent, Settings};

use crate::notifier;
use crate::state::Core;

pub(crate) async fn set_settings(core: &Arc<Core>, settings: Settings) -> Result<(), ApiError> {
    let granted = |settings: &Settings| settings.notifications.consent == Consent::Granted;
    let was_granted = granted(&core.attention.settings());
    if granted(&settings) && !was_granted {
        // A switch that is on while nothing can be shown would be a promise that is not kept.
        core.ports.bell.permit().await?;
    }
    core.set_settings(settings).await
}

pub(crate) async fn test_notification(core: &Arc<Core>) -> Result<(), ApiError> {
    notifier::test(&*core.ports.bell).await
}
