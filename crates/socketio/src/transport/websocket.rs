//! A WebSocket as a [`Wire`].

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Sink, Stream};
use http::{HeaderValue, Request, Uri, header};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message, Utf8Bytes,
        error::CapacityError,
        handshake::client::generate_key,
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};
use url::{Host, Url};

use super::{Farewell, Inbound, Outbound, Transport, Wire};
use crate::{AddressError, CloseReason, ConnectError, Options, ProtocolError};

/// Bytes asked of the system at a time. tungstenite allocates them once per connection.
const READ_BUFFER: usize = 64 << 10;

/// Small messages are collected up to this size before the system is asked to send them; the flush that ends
/// every round does not wait for it.
const WRITE_BUFFER: usize = 16 << 10;

/// Where to dial and what to say there.
pub(super) struct Target {
    pub(super) host: Host<String>,
    pub(super) port: u16,
    pub(super) secure: bool,
    pub(super) request: Request<()>,
}

impl Target {
    pub(super) fn new(options: &Options) -> Result<Self, AddressError> {
        let secure = match options.url.scheme() {
            "http" | "ws" => false,
            "https" | "wss" => true,
            _ => return Err(AddressError::Scheme),
        };
        let host = options.url.host().ok_or(AddressError::NoHost)?.to_owned();
        let port = options.url.port().unwrap_or(if secure { 443 } else { 80 });
        let request = request(options, secure).map_err(|_| AddressError::Request)?;
        Ok(Self {
            host,
            port,
            secure,
            request,
        })
    }
}

fn request(options: &Options, secure: bool) -> Result<Request<()>, http::Error> {
    let url = address(options);
    let mut authority = url.host_str().unwrap_or_default().to_owned();
    if let Some(port) = url.port() {
        authority = format!("{authority}:{port}");
    }
    let uri = Uri::builder()
        .scheme(if secure { "wss" } else { "ws" })
        .authority(authority.as_str())
        .path_and_query(format!("{}?{}", url.path(), url.query().unwrap_or_default()))
        .build()?;
    let mut request = Request::get(uri).body(())?;
    let headers = request.headers_mut();
    headers.extend(options.headers.clone());
    headers.insert(header::HOST, HeaderValue::from_str(&authority)?);
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
    headers.insert(header::SEC_WEBSOCKET_KEY, HeaderValue::from_str(&generate_key())?);
    Ok(request)
}

/// The URL with Engine.IO's path behind its own and Engine.IO's parameters behind its own.
fn address(options: &Options) -> Url {
    let mut url = options.url.clone();
    let prefix = url.path().trim_end_matches('/');
    let path = format!("{prefix}/{}", options.path.trim_start_matches('/'));
    url.set_path(&path);
    url.query_pairs_mut()
        .append_pair("EIO", "4")
        .append_pair("transport", Transport::Websocket.as_str())
        .extend_pairs(&options.query);
    url
}

/// Asks whoever answers on `stream` for a WebSocket.
pub(crate) async fn upgrade<S>(
    stream: S,
    request: Request<()>,
    largest: usize,
) -> Result<Box<dyn Wire>, ConnectError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + Sync + 'static,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    match client_async_with_config(request, Metered::new(stream), Some(config)).await {
        Ok((stream, _)) => Ok(Box::new(Websocket { stream })),
        Err(tungstenite::Error::Http(answer)) => Err(ConnectError::NotWebSocket {
            status: answer.status(),
        }),
        Err(tungstenite::Error::Io(error)) => Err(ConnectError::Dial(error)),
        Err(error) => Err(ConnectError::Upgrade(error)),
    }
}

struct Websocket<S> {
    stream: WebSocketStream<Metered<S>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send + Sync> Wire for Websocket<S> {
    fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Result<Inbound, CloseReason>> {
        let Some(message) = ready!(Pin::new(&mut self.stream).poll_next(cx)) else {
            return Poll::Ready(Err(CloseReason::TransportClose { code: None }));
        };
        Poll::Ready(match message.map_err(close_reason)? {
            Message::Text(text) => Ok(Inbound::Text(text)),
            Message::Binary(bytes) => Ok(Inbound::Binary(bytes)),
            Message::Pong(payload) => Ok(match <[u8; 8]>::try_from(payload.as_ref()) {
                Ok(number) => Inbound::Probe(u64::from_be_bytes(number)),
                Err(_) => Inbound::Sign,
            }),
            // tungstenite answers pings by itself; a raw frame it never hands out.
            Message::Ping(_) | Message::Frame(_) => Ok(Inbound::Sign),
            Message::Close(frame) => Err(CloseReason::TransportClose {
                code: frame.map(|frame| frame.code.into()),
            }),
        })
    }

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream).poll_ready(cx).map_err(close_reason)
    }

    fn send(&mut self, outbound: Outbound) -> Result<(), CloseReason> {
        let message = match outbound {
            Outbound::Text(text) => Message::Text(text.into()),
            Outbound::Binary(bytes) => Message::Binary(bytes),
            Outbound::Probe(number) => Message::Ping(number.to_be_bytes().to_vec().into()),
            Outbound::Goodbye(farewell) => {
                let code = match farewell {
                    Farewell::Done => CloseCode::Normal,
                    Farewell::Protocol => CloseCode::Protocol,
                    Farewell::TooLarge => CloseCode::Size,
                    Farewell::Overrun => CloseCode::Policy,
                };
                Message::Close(Some(CloseFrame {
                    code,
                    reason: Utf8Bytes::default(),
                }))
            }
        };
        Pin::new(&mut self.stream)
            .start_send(message)
            .map_err(close_reason)
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        Pin::new(&mut self.stream).poll_flush(cx).map_err(close_reason)
    }

    fn heard_at(&self) -> Instant {
        self.stream.get_ref().heard_at
    }

    fn wrote_at(&self) -> Instant {
        self.stream.get_ref().wrote_at
    }
}

fn close_reason(error: tungstenite::Error) -> CloseReason {
    use tungstenite::{Error, error::ProtocolError as Broken};
    match error {
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(Broken::ResetWithoutClosingHandshake | Broken::SendAfterClosing) => {
            CloseReason::TransportClose { code: None }
        }
        Error::Io(error) => CloseReason::TransportError(error.kind()),
        Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => CloseReason::TooLarge {
            limit: max_size,
            size: Some(size),
        },
        Error::Protocol(broken) => CloseReason::Protocol(ProtocolError::WebSocket(broken)),
        Error::Utf8(_) => CloseReason::Protocol(ProtocolError::NotUtf8),
        // The rest belongs to the opening of a connection or to settings that are not used.
        Error::Capacity(CapacityError::TooManyHeaders)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::AttackAttempt
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => CloseReason::TransportError(io::ErrorKind::Other),
    }
}

/// A stream that knows when bytes last moved.
///
/// A large message on a slow line brings bytes long before it brings a frame, and a server that reads slowly
/// takes bytes long before it has taken all: neither is a dead line.
struct Metered<S> {
    stream: S,
    heard_at: Instant,
    wrote_at: Instant,
}

impl<S> Metered<S> {
    fn new(stream: S) -> Self {
        let now = Instant::now();
        Self {
            stream,
            heard_at: now,
            wrote_at: now,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.heard_at = Instant::now();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        if written > 0 {
            self.wrote_at = Instant::now();
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
