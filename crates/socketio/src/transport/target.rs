//! Where to dial, and what the requests there look like.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Uri, header};
use http_body_util::Full;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use url::{Host, Url};

use super::{Transport, dial::dial, tls};
use crate::{AddressError, ConnectError, Options};

/// A connection below HTTP: TCP, or TLS over it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send + Sync {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Stream for S {}

/// Where Engine.IO is, for every connection and request of a session.
#[derive(Clone)]
pub(crate) struct Target {
    host: Host<String>,
    port: u16,
    tls: Option<Arc<ClientConfig>>,
    /// The URL with Engine.IO's path behind its own.
    url: Url,
    /// What stands in `Host`.
    authority: HeaderValue,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    /// Takes the other ends of connections that are made in memory.
    #[cfg(test)]
    pub(crate) memory: Option<tokio::sync::mpsc::UnboundedSender<tokio::io::DuplexStream>>,
}

impl Target {
    /// Reads the address.
    ///
    /// # Errors
    /// [`ConnectError::Address`], or [`ConnectError::Tls`] if the system's certificates can't be used.
    pub(crate) fn new(options: &Options) -> Result<Self, ConnectError> {
        let secure = match options.url.scheme() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(AddressError::Scheme.into()),
        };
        let host = options.url.host().ok_or(AddressError::NoHost)?.to_owned();
        let port = options.url.port().unwrap_or(if secure { 443 } else { 80 });
        let mut url = options.url.clone();
        let prefix = url.path().trim_end_matches('/');
        let path = format!("{prefix}/{}", options.path.trim_start_matches('/'));
        url.set_path(&path);
        let mut authority = url.host_str().unwrap_or_default().to_owned();
        if let Some(port) = url.port() {
            authority = format!("{authority}:{port}");
        }
        let authority = HeaderValue::from_str(&authority).map_err(|_| AddressError::Request)?;
        let target = Self {
            host,
            port,
            tls: None,
            url,
            authority,
            query: options.query.clone(),
            headers: options.headers.clone(),
            #[cfg(test)]
            memory: None,
        };
        // So that no later request can fail for what the caller wrote.
        target.uri(Transport::Polling, None)?;
        Ok(Self {
            tls: match &options.tls {
                _ if !secure => None,
                Some(config) => Some(config.clone()),
                None => Some(tls::platform_tls().map_err(ConnectError::Tls)?),
            },
            ..target
        })
    }

    /// Connects to the server: TCP, and TLS where the scheme asks for it.
    pub(super) async fn dial(&self) -> Result<Box<dyn Stream>, ConnectError> {
        #[cfg(test)]
        if let Some(memory) = &self.memory {
            let (client, server) = tokio::io::duplex(crate::testing::IN_FLIGHT);
            memory
                .send(server)
                .map_err(|_| ConnectError::Dial(std::io::ErrorKind::ConnectionRefused.into()))?;
            return Ok(Box::new(client));
        }
        let stream = dial(&self.host, self.port).await.map_err(ConnectError::Dial)?;
        Ok(match &self.tls {
            Some(config) => Box::new(tls::secure(stream, &self.host, config.clone()).await?),
            None => Box::new(stream),
        })
    }

    /// Sends these cookies from now on.
    pub(super) fn set_cookies(&mut self, cookies: Option<HeaderValue>) {
        if let Some(cookies) = cookies {
            self.headers.insert(header::COOKIE, cookies);
        }
    }

    /// The cookies the caller wants to be sent.
    pub(super) fn cookies(&self) -> Option<&HeaderValue> {
        self.headers.get(header::COOKIE)
    }

    /// Asks for a WebSocket: for a new session, or for the one with this id.
    pub(super) fn websocket(&self, session: Option<&str>) -> Result<Request<()>, AddressError> {
        let mut request = Request::new(());
        *request.uri_mut() = self.uri(Transport::Websocket, session)?;
        let key = HeaderValue::from_str(&generate_key()).map_err(|_| AddressError::Request)?;
        let headers = request.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(header::HOST, self.authority.clone());
        headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        headers.insert(header::SEC_WEBSOCKET_KEY, key);
        // Whoever agrees on an extension has to know it.
        headers.remove(header::SEC_WEBSOCKET_EXTENSIONS);
        Ok(request)
    }

    /// Asks for what the server has to say: a GET, or with a body a POST.
    pub(super) fn poll(
        &self,
        session: Option<&str>,
        body: Option<Bytes>,
    ) -> Result<Request<Full<Bytes>>, AddressError> {
        let uri = self.uri(Transport::Polling, session)?;
        let path = uri.path_and_query().ok_or(AddressError::Request)?.clone();
        let builder = match body {
            Some(_) => Request::post(Uri::from(path)),
            None => Request::get(Uri::from(path)),
        };
        let has_body = body.is_some();
        let mut request = builder
            .body(Full::new(body.unwrap_or_default()))
            .map_err(|_| AddressError::Request)?;
        let headers = request.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(header::HOST, self.authority.clone());
        headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
        // Every answer is another one, whatever a cache between may think.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        for name in [
            header::CONNECTION,
            header::TRANSFER_ENCODING,
            header::CONTENT_LENGTH,
        ] {
            headers.remove(name);
        }
        if has_body {
            let text = HeaderValue::from_static("text/plain;charset=UTF-8");
            headers.insert(header::CONTENT_TYPE, text);
        }
        Ok(request)
    }

    /// The address with Engine.IO's parameters behind its own.
    fn uri(&self, transport: Transport, session: Option<&str>) -> Result<Uri, AddressError> {
        let mut url = self.url.clone();
        url.query_pairs_mut()
            .append_pair("EIO", "4")
            .append_pair("transport", transport.as_str())
            .extend_pairs(&self.query)
            .extend_pairs(session.map(|id| ("sid", id)));
        Uri::builder()
            .scheme(if self.url.scheme() == "https" || self.url.scheme() == "wss" {
                "wss"
            } else {
                "ws"
            })
            .authority(self.authority.as_bytes())
            .path_and_query(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
            .build()
            .map_err(|_| AddressError::Request)
    }
}
