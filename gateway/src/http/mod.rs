//! The HTTP side: sign-in, health, statistics, and for development the triggers.

mod admission;
mod auth;
mod dev;
mod health;
mod problem;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
    routing::{get, post},
};
use socketioxide::layer::SocketIoLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{StartError, control::Control, instance::Instance};

/// All routes, with Socket.IO and its admission in front of them.
pub(crate) fn router(
    control: Control,
    platform: &'static str,
    socket_io: SocketIoLayer,
    cors_origins: &[String],
    dev: bool,
) -> Result<Router, StartError> {
    let instance: Arc<Instance> = Arc::clone(&control.instance);
    let mut router = Router::new()
        .route("/auth/login", post(auth::login))
        .route("/auth/refresh", post(auth::refresh))
        .route("/auth/logout", post(auth::logout))
        .with_state(Arc::clone(&instance))
        .merge(health::router(control.clone(), platform));
    if dev {
        router = router.merge(dev::router(control));
    }
    Ok(router
        .route(
            "/",
            get(move || async move { format!("carillon-gateway: {platform}\n") }),
        )
        .layer(DefaultBodyLimit::max(instance.limits.http_body))
        .layer(socket_io)
        .layer(middleware::from_fn_with_state(instance, admission::admit))
        .layer(cors(cors_origins)?))
}

/// Web pages of the configured origins may call; programs are not affected by this (G101).
fn cors(origins: &[String]) -> Result<CorsLayer, StartError> {
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let values: Result<Vec<HeaderValue>, StartError> = origins
            .iter()
            .map(|origin| HeaderValue::from_str(origin).map_err(|_| StartError::Origin(origin.clone())))
            .collect();
        AllowOrigin::list(values?)
    };
    let headers: [HeaderName; 2] = [header::CONTENT_TYPE, header::AUTHORIZATION];
    Ok(CorsLayer::new()
        .allow_origin(allowed)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers(headers))
}
