//! Errors as HTTP answers: `{"error":{"code","message"}}`.

use std::time::Duration;

use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::EmitError;

/// An answer that is not a success.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<Duration>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            retry_after: None,
        }
    }

    /// 429, with the time after which another try makes sense.
    pub(crate) fn too_many(wait: Duration) -> Self {
        Self {
            retry_after: Some(wait),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                "Too many requests, try again later",
            )
        }
    }

    /// 503, for an instance that takes nobody in just now.
    pub(crate) fn full() -> Self {
        Self {
            retry_after: Some(Duration::from_secs(5)),
            ..Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "full",
                "The server takes no more connections",
            )
        }
    }

    /// 500; what happened is in the log, not in the answer.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "Could not answer a request");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "The server could not do this",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Json(json!({ "error": { "code": self.code, "message": self.message } }));
        let mut response = (self.status, body).into_response();
        if let Some(wait) = self.retry_after {
            // Whole seconds, rounded up: a client that obeys must not be early.
            let seconds = wait
                .as_secs()
                .saturating_add(u64::from(wait.subsec_nanos() > 0))
                .max(1);
            response
                .headers_mut()
                .insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<EmitError> for Problem {
    fn from(error: EmitError) -> Self {
        let bad = StatusCode::BAD_REQUEST;
        match &error {
            EmitError::UnknownEvent(_) => Self::new(bad, "unknown_event", error.to_string()),
            EmitError::Data(source) => Self::new(bad, "invalid_data", format!("{error}: {source}")),
            EmitError::UnknownUser(_) => Self::new(StatusCode::NOT_FOUND, "unknown_user", error.to_string()),
            EmitError::UnknownRoom(_) => Self::new(bad, "unknown_room", error.to_string()),
            EmitError::Log(_) | EmitError::Stopped => Self::internal(&error),
        }
    }
}

/// A JSON body; what does not fit is a [`Problem`] like any other.
pub(crate) struct Body<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => {
                let code = match &rejection {
                    JsonRejection::MissingJsonContentType(_) => "not_json",
                    _ => "invalid_body",
                };
                // The parser's words may quote the body, which may hold a password: they stay here.
                let status = match rejection.status() {
                    StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
                    other => other,
                };
                Err(Self::Rejection::new(
                    status,
                    code,
                    "The body is not the JSON that this address takes",
                ))
            }
        }
    }
}
