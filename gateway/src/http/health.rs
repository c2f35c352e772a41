//! Whether the instance is well, and what it counts.

use axum::{Json, Router, extract::State, routing::get};
use serde_json::{Value, json};

use crate::{Snapshot, clock, control::Control};

pub(super) fn router(control: Control, platform: &'static str) -> Router {
    Router::new()
        .route("/health", get(move || health(platform)))
        .route("/health/websocket", get(websocket))
        .route("/stats", get(stats))
        .with_state(control)
}

#[expect(clippy::unused_async, reason = "axum takes async functions")]
async fn health(platform: &'static str) -> Json<Value> {
    let timestamp = clock::iso(clock::now());
    Json(json!({ "status": "ok", "platform": platform, "timestamp": timestamp }))
}

async fn websocket(State(control): State<Control>) -> Json<Value> {
    let stats = control.stats().await;
    Json(json!({
        "status": "ok",
        "connectedClients": stats.connected_clients,
        "timestamp": stats.timestamp,
    }))
}

async fn stats(State(control): State<Control>) -> Json<Snapshot> {
    Json(control.stats().await)
}
