//! HTTP calls: sign-in, refresh, REST. The same TLS as the socket; no redirects, no cookies, bounded answers.

use std::sync::Arc;
use std::time::Duration;

use carillon_contract::Secret;
use carillon_contract::rest::{Method, RestRequest, RestResponse};
use reqwest::header;
use tokio::sync::OnceCell;
use url::Url;

use crate::cause::Cause;

/// How long a call may take from name lookup to the last byte.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The largest answer that is read, in bytes. Tokens and lists are far smaller.
const LARGEST_ANSWER: usize = 4 << 20;

/// Makes HTTP calls. Clones share the connections.
#[derive(Clone)]
pub struct Http {
    /// For this computer, and for other servers by consent.
    clear: reqwest::Client,
    /// Made when it is first needed: a machine without certificates can still use the other.
    secure: Arc<OnceCell<reqwest::Client>>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("HTTP could not be set up")]
pub struct HttpError(#[from] reqwest::Error);

impl Http {
    /// Makes a client.
    ///
    /// # Errors
    /// Where the system refuses what it takes.
    pub fn new() -> Result<Self, HttpError> {
        // It trusts nobody; what goes through it is not encrypted.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let nobody = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map(|config| {
                config
                    .with_root_certificates(rustls::RootCertStore::empty())
                    .with_no_client_auth()
            });
        let mut clear = builder();
        if let Ok(nobody) = nobody {
            clear = clear.tls_backend_preconfigured(nobody);
        }
        Ok(Self {
            clear: clear.build()?,
            secure: Arc::default(),
        })
    }

    async fn client(&self, url: &Url) -> Result<&reqwest::Client, Cause> {
        if url.scheme() != "https" {
            return Ok(&self.clear);
        }
        let make = async || {
            let tls = carillon_socketio::platform_tls().map_err(|error| {
                tracing::warn!(%error, "Read the system's certificates");
                Cause::Tls
            })?;
            let client = builder().tls_backend_preconfigured((*tls).clone()).build();
            client.map_err(|_| Cause::Tls)
        };
        self.secure.get_or_try_init(make).await
    }

    /// Makes a call to the API at `base`.
    ///
    /// # Errors
    /// Where no answer came. An answer with any status is an answer.
    pub async fn call(&self, base: &Url, request: &RestRequest) -> Result<RestResponse, Cause> {
        let address = format!("{}{}", base.as_str().trim_end_matches('/'), request.path);
        let url = Url::parse(&address).map_err(|_| Cause::Address)?;
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut call = self.client(&url).await?.request(method, url);
        if let Some(bearer) = &request.bearer {
            call = call.bearer_auth(bearer.expose());
        }
        if let Some(body) = &request.body {
            call = call
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.expose().to_owned());
        }
        let mut answer = call.send().await.map_err(|error| cause(&error))?;
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(header::RETRY_AFTER)
            .and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| cause(&error))? {
            if body.len() + chunk.len() > LARGEST_ANSWER {
                return Err(Cause::TooLarge {
                    limit: LARGEST_ANSWER,
                });
            }
            body.extend_from_slice(&chunk);
        }
        let body = String::from_utf8(body).map_err(|_| Cause::Protocol)?;
        Ok(RestResponse {
            status,
            body: Secret::new(body),
            retry_after,
        })
    }
}

fn builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        // A redirect would carry a password or a token to wherever it points.
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        // As the socket, which knows no proxies.
        .no_proxy()
        .tcp_nodelay(true)
}

fn cause(error: &reqwest::Error) -> Cause {
    tracing::debug!(
        timeout = error.is_timeout(),
        connect = error.is_connect(),
        "Call the API"
    );
    if error.is_timeout() {
        Cause::TimedOut
    } else if error.is_connect() {
        if is_tls(error) {
            Cause::Tls
        } else {
            Cause::Unreachable
        }
    } else {
        Cause::TransportClosed
    }
}

/// Looks for a rustls error below a failed connection.
fn is_tls(error: &reqwest::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let io = inner
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        if inner.is::<rustls::Error>() || io.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        source = inner.source();
    }
    false
}
