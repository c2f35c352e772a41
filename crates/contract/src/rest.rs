//! HTTP calls as values: a platform's adapter makes them, `link::http` carries them out.

use crate::secret::Secret;

/// An HTTP method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// GET
    Get,
    /// POST
    Post,
    /// PUT
    Put,
    /// DELETE
    Delete,
}

/// A call to a platform's API.
pub struct RestRequest {
    /// The method.
    pub method: Method,
    /// The path below the API's base URL, beginning with `/`.
    pub path: String,
    /// JSON text. A secret, since it may hold a password or a refresh token.
    pub body: Option<Secret>,
    /// Sent as `Authorization: Bearer …` where given.
    pub bearer: Option<Secret>,
}

/// What the server answered.
pub struct RestResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body's text. A secret, since it may hold tokens.
    pub body: Secret,
    /// The `Retry-After` header in seconds, where there is one.
    pub retry_after: Option<u64>,
}
