//! What a window begins with.

use std::sync::Arc;

use carillon_contract::ApiError;
use carillon_contract::view::Snapshot;

use crate::state::Core;

pub(crate) async fn snapshot(core: &Arc<Core>) -> Result<Snapshot, ApiError> {
    core.snapshot().await
}
