//! The demo of a build that holds none.

use std::sync::Arc;

use carillon_contract::{Account, ApiError, ErrorCode};
use carillon_engine::Engine;

use crate::state::Core;

pub(crate) async fn start_demo(_core: &Arc<Core>) -> Result<Vec<Account>, ApiError> {
    std::future::ready(Err(ApiError {
        code: ErrorCode::NotFound,
        message: String::from("This build of Carillon holds no demo"),
    }))
    .await
}

/// There is nothing to stop.
pub(super) async fn clear(_core: &Arc<Core>, _engine: &Engine) -> Result<(), ApiError> {
    std::future::ready(Ok(())).await
}
