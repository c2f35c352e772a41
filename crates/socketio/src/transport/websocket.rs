//! A WebSocket as a [`Wire`].

pub(super) mod expand;
mod inflating;

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_util::{Sink, Stream as _};
use http::{HeaderValue, Request, header};
use tokio::time::Instant;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        self, Message, Utf8Bytes,
        error::{CapacityError, ProtocolError as Broken},
        protocol::{CloseFrame, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    Farewell, Inbound, Outbound, Transport, Wire,
    meter::{Meter, Metered},
    target::Stream,
};
use crate::{CloseReason, ConnectError, Options, ProtocolError};
use inflating::Inflating;

/// Bytes asked of the system at a time. tungstenite allocates them once per connection.
const READ_BUFFER: usize = 64 << 10;

/// Small messages are collected up to this size before the system is asked to send them; the flush that ends
/// every round does not wait for it.
const WRITE_BUFFER: usize = 16 << 10;

/// What a WebSocket is asked to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The largest message that is accepted, in bytes.
    largest: usize,
    /// Whether the server may compress what it sends.
    compression: bool,
}

impl Wanted {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            largest: options.limits.message,
            compression: options.compression,
        }
    }
}

/// Asks whoever answers on `stream` for a WebSocket.
pub(super) async fn upgrade<S>(
    stream: S,
    mut request: Request<()>,
    wanted: Wanted,
    meter: Meter,
) -> Result<Box<dyn Wire>, ConnectError>
where
    S: Stream + 'static,
{
    let Wanted { largest, compression } = wanted;
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(largest))
        .max_frame_size(Some(largest));
    let stream = Metered::new(stream, meter.clone());
    if !compression {
        let (stream, _) = client_async_with_config(request, stream, Some(config))
            .await
            .map_err(refusal)?;
        return Ok(Box::new(Websocket { stream, meter }));
    }
    let offer = HeaderValue::from_static(expand::OFFER);
    request
        .headers_mut()
        .insert(header::SEC_WEBSOCKET_EXTENSIONS, offer);
    let (mut stream, answer) = client_async_with_config(request, Inflating::new(stream), Some(config))
        .await
        .map_err(refusal)?;
    let agreed = expand::agreed(answer.headers()).ok_or_else(|| {
        let name = header::SEC_WEBSOCKET_EXTENSIONS;
        ConnectError::Upgrade(Broken::InvalidHeader(Box::new(name)).into())
    })?;
    stream.get_mut().begin(agreed.then_some(largest));
    Ok(Box::new(Websocket { stream, meter }))
}

fn refusal(error: tungstenite::Error) -> ConnectError {
    match error {
        tungstenite::Error::Http(answer) => ConnectError::NotWebSocket {
            status: answer.status(),
        },
        tungstenite::Error::Io(error) => ConnectError::Dial(error),
        error => ConnectError::Upgrade(error),
    }
}

struct Websocket<S> {
    stream: WebSocketStream<S>,
    meter: Meter,
}

impl<S: Stream> Wire for Websocket<S> {
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

    fn transport(&self) -> Transport {
        Transport::Websocket
    }

    fn heard_at(&self) -> Instant {
        self.meter.heard_at()
    }

    fn wrote_at(&self) -> Instant {
        self.meter.wrote_at()
    }
}

fn close_reason(error: tungstenite::Error) -> CloseReason {
    use tungstenite::Error;
    match error {
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(Broken::ResetWithoutClosingHandshake | Broken::SendAfterClosing) => {
            CloseReason::TransportClose { code: None }
        }
        Error::Io(error) if is_inflating(&error) => CloseReason::Protocol(ProtocolError::Compression),
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

/// Whether it is no failure of the connection, but what came over it.
fn is_inflating(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inner| inner.is::<expand::Broken>())
}
