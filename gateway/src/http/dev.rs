//! `/dev`: triggers for development and tests. Off unless the instance listens on loopback, or is told otherwise.

use axum::{Json, Router, extract::State, routing::post};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::{Body, Problem};
use crate::{To, control::Control};

/// Events in one request at most: the answer lists their numbers.
const MAX_COUNT: usize = 10_000;

pub(super) fn router(control: Control) -> Router {
    Router::new()
        .route("/dev/emit", post(emit))
        .route("/dev/raw", post(raw))
        .route("/dev/disconnect", post(disconnect))
        .route("/dev/expire", post(expire))
        .with_state(control)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Emit {
    event: String,
    #[serde(default)]
    data: Value,
    #[serde(default)]
    to: Option<To>,
    #[serde(default = "one")]
    count: usize,
}

fn one() -> usize {
    1
}

async fn emit(State(control): State<Control>, Body(emit): Body<Emit>) -> Result<Json<Value>, Problem> {
    let count = emit.count.min(MAX_COUNT);
    let numbers = control
        .emit(&emit.event, &emit.data, emit.to.as_ref(), count)
        .await?;
    Ok(Json(json!({ "seqs": numbers })))
}

#[derive(Deserialize)]
struct Raw {
    #[serde(flatten)]
    to: To,
    name: String,
    #[serde(default)]
    args: Vec<Value>,
}

async fn raw(State(control): State<Control>, Body(raw): Body<Raw>) -> Result<Json<Value>, Problem> {
    let sockets = control.raw(&raw.to, &raw.name, &raw.args)?;
    Ok(Json(json!({ "sockets": sockets })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disconnect {
    username: String,
    /// Breaks the connection instead of saying so.
    #[serde(default)]
    cut: bool,
}

async fn disconnect(
    State(control): State<Control>,
    Body(disconnect): Body<Disconnect>,
) -> Result<Json<Value>, Problem> {
    let sockets = control.disconnect(&disconnect.username, disconnect.cut)?;
    Ok(Json(json!({ "sockets": sockets })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expire {
    username: String,
}

async fn expire(State(control): State<Control>, Body(expire): Body<Expire>) -> Result<Json<Value>, Problem> {
    control.expire(&expire.username)?;
    Ok(Json(json!({ "username": expire.username })))
}
