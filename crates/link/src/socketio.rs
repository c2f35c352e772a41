//! The transport that is built in: our own Socket.IO client.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::history::TransportKind;
use carillon_contract::{Frame, Secret};
use carillon_socketio as io;
use io::{AckError, CloseReason, ConnectError, EmitError};
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use crate::cause::Cause;
use crate::transport::{
    Acknowledge, Events, OpenError, Received, SendError, Session, Socket, Target, TokenIn, Transport,
};

/// Socket.IO by our own client, over a WebSocket or by long polling.
#[derive(Default)]
pub struct SocketIo {
    /// Made once and kept: reading the system's certificates takes time, and TLS sessions are resumed.
    tls: Mutex<Option<Arc<rustls::ClientConfig>>>,
}

impl SocketIo {
    async fn tls(&self) -> Result<Arc<rustls::ClientConfig>, Cause> {
        let mut kept = self.tls.lock().await;
        if let Some(config) = &*kept {
            return Ok(Arc::clone(config));
        }
        let config = io::platform_tls().map_err(|error| {
            tracing::warn!(%error, "Read the system's certificates");
            Cause::Tls
        })?;
        Ok(Arc::clone(kept.insert(config)))
    }
}

#[async_trait]
impl Transport for SocketIo {
    async fn open(&self, target: &Target, token: &Secret) -> Result<Session, OpenError> {
        let mut options = io::Options::new(target.url.clone());
        options.query.clone_from(&target.query);
        options.timeouts.total = target.open_within;
        options.transports = target.transports.iter().copied().map(named).collect();
        options.compression = target.compression;
        options.limits.message = target.largest_event;
        if matches!(target.url.scheme(), "https" | "wss") {
            options.tls = Some(self.tls().await.map_err(OpenError::Failed)?);
        }
        match target.token_in {
            TokenIn::AuthPayload => {
                let auth = serde_json::json!({ "token": token.expose() });
                options.auth = serde_json::value::to_raw_value(&auth).ok();
            }
            TokenIn::Header => {
                let mut value = http::HeaderValue::try_from(format!("Bearer {}", token.expose()))
                    .map_err(|_| OpenError::Refused("The token holds characters that none has".to_owned()))?;
                value.set_sensitive(true);
                options.headers.insert(http::header::AUTHORIZATION, value);
            }
        }
        let connection = io::connect(options)
            .await
            .map_err(|error| open_error(error, target.token_in))?;
        Ok(Session {
            id: short(connection.session.id, LONGEST_ID),
            socket: Arc::new(connection.socket),
            events: Box::new(connection.events),
        })
    }
}

fn named(transport: TransportKind) -> io::Transport {
    match transport {
        TransportKind::Websocket => io::Transport::Websocket,
        TransportKind::Polling => io::Transport::Polling,
    }
}

/// The longest id of a socket that is kept, in bytes; the official server's have 20.
const LONGEST_ID: usize = 128;
/// The longest words of a server that are kept, in bytes.
const LONGEST_WORDS: usize = 500;

/// A server chooses how much it says; what is kept and shown of it has an end.
fn short(mut text: String, longest: usize) -> String {
    text.truncate(text.floor_char_boundary(longest));
    text
}

fn open_error(error: ConnectError, token_in: TokenIn) -> OpenError {
    tracing::debug!(%error, "Open the connection");
    OpenError::Failed(match error {
        ConnectError::Refused(refusal) => return OpenError::Refused(short(refusal.message, LONGEST_WORDS)),
        // Only where the token was in what HTTP saw does this speak of the token.
        ConnectError::NotWebSocket { status } | ConnectError::NotPolling { status }
            if matches!(status.as_u16(), 401 | 403) =>
        {
            return match token_in {
                TokenIn::Header => OpenError::Unauthorized,
                TokenIn::AuthPayload => OpenError::Refused(format!("HTTP status {}", status.as_u16())),
            };
        }
        ConnectError::NotWebSocket { status } | ConnectError::NotPolling { status }
            if status.as_u16() == 429 =>
        {
            Cause::Busy { after: None }
        }
        ConnectError::Address(_) => Cause::Address,
        ConnectError::Dial(_) => Cause::Unreachable,
        ConnectError::Tls(_) => Cause::Tls,
        // A proxy whose server is away answers so.
        ConnectError::NotWebSocket { status } | ConnectError::NotPolling { status }
            if status.is_server_error() =>
        {
            Cause::Unreachable
        }
        ConnectError::NotWebSocket { .. }
        | ConnectError::NotPolling { .. }
        | ConnectError::Upgrade(_)
        | ConnectError::NotSocketIo(_) => Cause::NotSocketIo,
        ConnectError::TimedOut(_) => Cause::TimedOut,
        ConnectError::Closed(closed) => cause(&closed.0),
    })
}

fn cause(reason: &CloseReason) -> Cause {
    match reason {
        CloseReason::PingTimeout | CloseReason::WriteTimeout => Cause::Silent,
        CloseReason::TransportClose { .. }
        | CloseReason::TransportError(_)
        | CloseReason::HttpStatus(_)
        | CloseReason::Local => Cause::TransportClosed,
        CloseReason::ServerDisconnect => Cause::ServerDisconnect,
        CloseReason::ConnectError(refusal) => Cause::Refused(short(refusal.message.clone(), LONGEST_WORDS)),
        CloseReason::Overrun => Cause::Overrun,
        CloseReason::TooLarge { limit, .. } => Cause::TooLarge { limit: *limit },
        CloseReason::Protocol(_) => Cause::Protocol,
    }
}

fn emit_error(error: &EmitError) -> SendError {
    match error {
        EmitError::Closed(_) | EmitError::Backlog => SendError::NotSent,
        EmitError::ReservedName | EmitError::TooLarge { .. } | EmitError::TooManyAttachments { .. } => {
            SendError::Impossible
        }
    }
}

fn arguments(values: Vec<Box<RawValue>>) -> io::Args {
    io::Args {
        values,
        attachments: Vec::new(),
    }
}

#[async_trait]
impl Socket for io::Socket {
    async fn emit(&self, name: &str, args: Vec<Box<RawValue>>) -> Result<(), SendError> {
        self.emit(name, arguments(args))
            .await
            .map_err(|error| emit_error(&error))
    }

    async fn emit_with_ack(
        &self,
        name: &str,
        args: Vec<Box<RawValue>>,
        within: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError> {
        match self.emit_with_ack(name, arguments(args), within).await {
            Ok(answer) => Ok(answer.values),
            Err(AckError::NotSent(error)) => Err(emit_error(&error)),
            Err(AckError::TimedOut | AckError::Closed(_)) => Err(SendError::Unknown),
        }
    }

    async fn verify(&self, within: Duration) -> Result<Duration, Cause> {
        match self.verify(within).await {
            Ok(round_trip) => Ok(round_trip),
            Err(closed) => Err(cause(&closed.0)),
        }
    }

    async fn ping(&self, within: Duration) -> Result<Duration, Cause> {
        self.ping(within).await.map_err(|closed| cause(&closed.0))
    }

    fn transport(&self) -> TransportKind {
        match self.transport() {
            io::Transport::Websocket => TransportKind::Websocket,
            io::Transport::Polling => TransportKind::Polling,
        }
    }

    fn silence(&self) -> Duration {
        self.silence()
    }

    fn latency(&self) -> Option<Duration> {
        self.latency()
    }

    async fn closed(&self) -> Cause {
        cause(&self.closed().await)
    }

    fn close(&self) {
        self.close();
    }
}

#[async_trait]
impl Events for io::Events {
    async fn next(&mut self) -> Option<Received> {
        self.next().await.map(received)
    }

    fn try_next(&mut self) -> Option<Received> {
        self.try_next().map(received)
    }
}

fn received(event: io::Event) -> Received {
    Received {
        frame: Frame {
            name: event.name,
            args: event.args.values,
        },
        ack: event.ack.map(|ack| Box::new(Ack(ack)) as Box<dyn Acknowledge>),
    }
}

struct Ack(io::Responder);

#[async_trait]
impl Acknowledge for Ack {
    async fn acknowledge(self: Box<Self>) {
        if let Err(error) = self.0.answer(io::Args::none()).await {
            tracing::debug!(%error, "Acknowledge an event");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, token_in: TokenIn) -> OpenError {
        let status = http::StatusCode::from_u16(status).unwrap();
        open_error(ConnectError::NotWebSocket { status }, token_in)
    }

    #[test]
    fn http_s_refusal_means_the_token_where_http_saw_it() {
        for status in [401, 403] {
            assert!(matches!(
                answered(status, TokenIn::Header),
                OpenError::Unauthorized
            ));
            let other = answered(status, TokenIn::AuthPayload);
            assert!(matches!(&other, OpenError::Refused(words) if words.contains(&status.to_string())));
        }
        let busy = answered(429, TokenIn::Header);
        assert!(matches!(busy, OpenError::Failed(Cause::Busy { after: None })));
        let away = answered(502, TokenIn::Header);
        assert!(matches!(away, OpenError::Failed(Cause::Unreachable)));
        let other = answered(200, TokenIn::Header);
        assert!(matches!(other, OpenError::Failed(Cause::NotSocketIo)));
    }

    #[test]
    fn what_a_server_says_at_length_is_cut_between_two_letters() {
        assert_eq!(short("abc".to_owned(), 5), "abc");
        assert_eq!(short("ab\u{e4}".to_owned(), 3), "ab");
    }
}
