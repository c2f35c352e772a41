//! The demo's server inside the app.

use std::sync::Arc;

use carillon_contract::{Account, ApiError};
use carillon_engine::Engine;

use crate::demo;
use crate::state::Core;

pub(crate) async fn start_demo(core: &Arc<Core>) -> Result<Vec<Account>, ApiError> {
    let engine = core.engine().await?;
    Ok(demo::add(core, &engine).await?)
}

/// Stops the server once none of its accounts is left.
pub(super) async fn clear(core: &Arc<Core>, engine: &Engine) -> Result<(), ApiError> {
    Ok(demo::clear(core, engine).await?)
}
