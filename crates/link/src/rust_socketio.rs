//! The transport over the crate `rust_socketio`, behind the feature of that name: a second opinion, not for use.
//!
//! Its known failures are listed by name beside the tests that both transports run, and
//! `docs/decisions/0001-own-socketio-client.md` tells why it is not the one that is built in. Nothing is mended here that is broken
//! there, or the comparison would say nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::history::TransportKind;
use carillon_contract::{Frame, Secret};
use futures_util::FutureExt as _;
use rust_socketio::asynchronous::{Client, ClientBuilder};
use rust_socketio::{Event, Payload, TransportType};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::cause::Cause;
use crate::transport::{Events, OpenError, Received, SendError, Session, Socket, Target, TokenIn, Transport};

/// Events that wait for the account.
const QUEUE: usize = 1024;

/// What it writes before the payload of a CONNECT_ERROR.
const REFUSED: &str = "Received an ConnectError frame: ";

/// Socket.IO by `rust_socketio`, over a WebSocket.
#[derive(Default)]
pub struct RustSocketIo;

#[async_trait]
impl Transport for RustSocketIo {
    async fn open(&self, target: &Target, token: &Secret) -> Result<Session, OpenError> {
        let (ends, closed) = watch::channel(None);
        let ends = Arc::new(ends);
        let (queue, events) = mpsc::channel(QUEUE);
        let (admit, admitted) = mpsc::channel(1);
        let builder = listening(builder(target, token), queue, &admit, &ends);
        let opening = async {
            let client = builder.connect().await.map_err(|error| {
                tracing::debug!(%error, "Open the connection");
                OpenError::Failed(Cause::Unreachable)
            })?;
            let mut admitted = admitted;
            match admitted.recv().await {
                Some(Ok(())) => Ok(client),
                Some(Err(words)) => Err(OpenError::Refused(words)),
                None => Err(OpenError::Failed(Cause::TransportClosed)),
            }
        };
        let client = timeout(target.open_within, opening)
            .await
            .unwrap_or(Err(OpenError::Failed(Cause::TimedOut)))?;
        Ok(Session {
            // It does not tell.
            id: String::new(),
            socket: Arc::new(Connected {
                client,
                ends,
                closed,
                closing: AtomicBool::new(false),
            }),
            events: Box::new(Queue(events)),
        })
    }
}

fn builder(target: &Target, token: &Secret) -> ClientBuilder {
    let mut url = target.url.clone();
    url.query_pairs_mut().extend_pairs(&target.query);
    let builder = ClientBuilder::new(url.to_string())
        .transport_type(TransportType::Websocket)
        .reconnect(false);
    match target.token_in {
        TokenIn::AuthPayload => builder.auth(serde_json::json!({ "token": token.expose() })),
        TokenIn::Header => builder.opening_header("authorization", format!("Bearer {}", token.expose())),
    }
}

type Admission = Result<(), String>;

fn listening(
    builder: ClientBuilder,
    queue: mpsc::Sender<Received>,
    admit: &mpsc::Sender<Admission>,
    ends: &Arc<watch::Sender<Option<Cause>>>,
) -> ClientBuilder {
    let (admitted, refused) = (admit.clone(), admit.clone());
    let (failed, left) = (Arc::clone(ends), Arc::clone(ends));
    builder
        .on(Event::Connect, move |_, _| {
            let _ = admitted.try_send(Ok(()));
            async {}.boxed()
        })
        .on(Event::Error, move |payload, _| {
            let words = words(&payload);
            if let Some(refusal) = words.strip_prefix(REFUSED) {
                let _ = refused.try_send(Err(message(refusal)));
            } else {
                failed.send_replace(Some(Cause::TransportClosed));
            }
            async {}.boxed()
        })
        .on(Event::Close, move |_, _| {
            left.send_replace(Some(Cause::ServerDisconnect));
            async {}.boxed()
        })
        .on_any(move |event, payload, _| {
            let received = received(&event, payload);
            let queue = queue.clone();
            async move {
                let _ = queue.send(received).await;
            }
            .boxed()
        })
}

fn words(payload: &Payload) -> String {
    match payload {
        Payload::Text(values) => match values.first() {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// What a CONNECT_ERROR says, of the JSON in it.
fn message(json: &str) -> String {
    let refusal: Value = serde_json::from_str(json).unwrap_or_default();
    let message = refusal.get("message").and_then(Value::as_str);
    message.unwrap_or(json).to_owned()
}

fn received(event: &Event, payload: Payload) -> Received {
    let args = match payload {
        Payload::Text(values) => values
            .iter()
            .filter_map(|value| to_raw_value(value).ok())
            .collect(),
        _ => Vec::new(),
    };
    Received {
        frame: Frame {
            name: event.as_str().to_owned(),
            args,
        },
        // It drops what the server asks for.
        ack: None,
    }
}

struct Connected {
    client: Client,
    ends: Arc<watch::Sender<Option<Cause>>>,
    closed: watch::Receiver<Option<Cause>>,
    closing: AtomicBool,
}

fn values(args: &[Box<RawValue>]) -> Result<Vec<Value>, SendError> {
    args.iter()
        .map(|arg| serde_json::from_str(arg.get()).map_err(|_| SendError::Impossible))
        .collect()
}

#[async_trait]
impl Socket for Connected {
    async fn emit(&self, name: &str, args: Vec<Box<RawValue>>) -> Result<(), SendError> {
        let sent = self.client.emit(name, values(&args)?).await;
        sent.map_err(|_| SendError::NotSent)
    }

    async fn emit_with_ack(
        &self,
        name: &str,
        args: Vec<Box<RawValue>>,
        within: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError> {
        let (tell, answer) = oneshot::channel();
        let mut tell = Some(tell);
        let callback = move |payload: Payload, _| {
            if let (Some(tell), Payload::Text(values)) = (tell.take(), payload) {
                let _ = tell.send(values);
            }
            async {}.boxed()
        };
        let sent = self
            .client
            .emit_with_ack(name, values(&args)?, within, callback)
            .await;
        sent.map_err(|_| SendError::NotSent)?;
        let Ok(Ok(values)) = timeout(within, answer).await else {
            return Err(SendError::Unknown);
        };
        // All arguments come as one array.
        let values = match values.as_slice() {
            [Value::Array(arguments)] => arguments.clone(),
            _ => values,
        };
        Ok(values
            .iter()
            .filter_map(|value| to_raw_value(value).ok())
            .collect())
    }

    async fn verify(&self, _within: Duration) -> Result<Duration, Cause> {
        // It has no question to ask.
        Err(Cause::Silent)
    }

    fn transport(&self) -> TransportKind {
        TransportKind::Websocket
    }

    fn silence(&self) -> Duration {
        // It has no deadline of its own and tells nobody the server's; this is what servers usually say.
        Duration::from_secs(45)
    }

    fn latency(&self) -> Option<Duration> {
        None
    }

    async fn closed(&self) -> Cause {
        let mut closed = self.closed.clone();
        let ended = closed.wait_for(Option::is_some).await;
        ended
            .ok()
            .and_then(|cause| cause.clone())
            .unwrap_or(Cause::TransportClosed)
    }

    fn close(&self) {
        if self.closing.swap(true, Ordering::Relaxed) {
            return;
        }
        let (client, ends) = (self.client.clone(), Arc::clone(&self.ends));
        tokio::spawn(async move {
            if let Err(error) = client.disconnect().await {
                tracing::debug!(%error, "Close the connection");
            }
            ends.send_replace(Some(Cause::TransportClosed));
        });
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.close();
    }
}

struct Queue(mpsc::Receiver<Received>);

#[async_trait]
impl Events for Queue {
    async fn next(&mut self) -> Option<Received> {
        self.0.recv().await
    }

    fn try_next(&mut self) -> Option<Received> {
        self.0.try_recv().ok()
    }
}
