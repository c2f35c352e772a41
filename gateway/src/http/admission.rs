//! In front of Socket.IO: new sessions are counted, sessions that were ended are refused.

use std::sync::Arc;

use axum::{
    Json,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::problem::Problem;
use crate::{
    instance::Instance,
    net::{Peer, SessionQuery, client_ip},
};

/// Lets a request through to Socket.IO, or answers it here.
pub(super) async fn admit(
    State(instance): State<Arc<Instance>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/socket.io") {
        return next.run(request).await;
    }
    let query = SessionQuery::parse(request.uri().query().unwrap_or_default());
    match &query.sid {
        None => {
            let ip = client_ip(peer.addr.ip(), request.headers(), &instance.trusted_proxies);
            if let Err(wait) = instance.buckets.connections.check(&ip) {
                instance.stats.limited();
                tracing::info!("Refused a new session: too many from its address");
                return Problem::too_many(wait).into_response();
            }
            if instance.stats.connected() >= instance.limits.connections {
                return Problem::full().into_response();
            }
        }
        Some(sid) => {
            if instance.carriers.is_condemned(sid) {
                return unknown_session();
            }
            if query.websocket {
                instance.carriers.carry(sid, &peer);
            }
        }
    }
    next.run(request).await
}

/// What Engine.IO answers for a session it does not know: the client then opens a new one.
fn unknown_session() -> Response {
    (
        StatusCode::BAD_REQUEST,
        Json(json!({ "code": 1, "message": "Session ID unknown" })),
    )
        .into_response()
}
