//! A transport that does what a test says: it decides what becomes of each try to connect, and plays the
//! server on each connection that stands. Nothing here waits for a clock or touches a network.
#![expect(
    clippy::panic,
    reason = "a test that meets something unexpected must fail there"
)]

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::history::TransportKind;
use carillon_contract::{Frame, Secret};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use tokio::sync::{mpsc, oneshot, watch};

use crate::cause::Cause;
use crate::transport::{
    Acknowledge, Events, OpenError, Received, SendError, Session, Socket, Target, Transport,
};

/// What becomes of one try to open a connection.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It stands.
    Open,
    /// It stands, and has a defect: closing it panics.
    OpenAndPanicOnClose,
    /// The server refuses it, in these words.
    Refuse(&'static str),
    /// It fails.
    Fail(Cause),
}

/// A transport whose tries come out as the script says, one after the other.
pub struct Script {
    outcomes: Mutex<VecDeque<Outcome>>,
    tokens: Mutex<Vec<String>>,
    opened: mpsc::UnboundedSender<Line>,
    lines: tokio::sync::Mutex<mpsc::UnboundedReceiver<Line>>,
    count: AtomicUsize,
}

impl Script {
    /// Each try takes the next outcome. One that finds none is a failure of the test.
    pub fn new(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let (opened, lines) = mpsc::unbounded_channel();
        Self {
            outcomes: Mutex::new(outcomes.into_iter().collect()),
            tokens: Mutex::default(),
            opened,
            lines: tokio::sync::Mutex::new(lines),
            count: AtomicUsize::new(0),
        }
    }

    /// The token of each try so far.
    pub fn tokens(&self) -> Vec<String> {
        locked(&self.tokens).clone()
    }

    /// The next connection that stands, as the server sees it.
    pub async fn line(&self) -> Line {
        match self.lines.lock().await.recv().await {
            Some(line) => line,
            None => panic!("the script holds a sender itself"),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Transport for Script {
    async fn open(&self, _: &Target, token: &Secret) -> Result<Session, OpenError> {
        locked(&self.tokens).push(token.expose().to_owned());
        let outcome = locked(&self.outcomes).pop_front();
        let panic_on_close = match outcome {
            None => panic!("the script has no further try"),
            Some(Outcome::Refuse(words)) => return Err(OpenError::Refused(words.to_owned())),
            Some(Outcome::Fail(cause)) => return Err(OpenError::Failed(cause)),
            Some(Outcome::Open) => false,
            Some(Outcome::OpenAndPanicOnClose) => true,
        };
        let (end, ended) = watch::channel(None);
        let (to_client, events) = mpsc::unbounded_channel();
        let (from_client, heard) = mpsc::unbounded_channel();
        let number = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let (dead, closed) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (silence, silent) = watch::channel(Duration::from_secs(13));
        let line = Line {
            end,
            silence,
            dead: Arc::clone(&dead),
            closed: Arc::clone(&closed),
            to_client,
            heard,
        };
        let socket = ScriptedSocket {
            end: ended.clone(),
            silence: silent,
            dead,
            closed,
            from_client,
            panic_on_close,
        };
        // Whoever holds the script waits for it, or does not look at lines.
        let _ = self.opened.send(line);
        Ok(Session {
            id: format!("socket-{number}"),
            socket: Arc::new(socket),
            events: Box::new(ScriptedEvents { events, end: ended }),
        })
    }
}

/// A connection, as the server sees it.
pub struct Line {
    end: watch::Sender<Option<Cause>>,
    silence: watch::Sender<Duration>,
    dead: Arc<AtomicBool>,
    closed: Arc<AtomicBool>,
    to_client: mpsc::UnboundedSender<Received>,
    heard: mpsc::UnboundedReceiver<Heard>,
}

impl Line {
    /// Ends the connection.
    pub fn lose(&self, cause: Cause) {
        self.end.send_replace(Some(cause));
    }

    /// From now on nothing answers, though nothing has closed.
    pub fn play_dead(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    /// From now on this is how long it takes to notice that it is dead, as where it is polled.
    pub fn notices_within(&self, silence: Duration) {
        self.silence.send_replace(silence);
    }

    /// Tells whether the client has closed the connection.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Sends an event.
    pub fn say(&self, name: &str, payload: &Value) {
        self.send(name, payload, None);
    }

    /// Sends an event, and gives what completes once the client has acknowledged it.
    pub fn say_and_ask(&self, name: &str, payload: &Value) -> oneshot::Receiver<()> {
        let (told, acknowledged) = oneshot::channel();
        self.send(name, payload, Some(Box::new(Acknowledgement(told))));
        acknowledged
    }

    fn send(&self, name: &str, payload: &Value, ack: Option<Box<dyn Acknowledge>>) {
        let frame = Frame {
            name: name.to_owned(),
            args: vec![raw(payload)],
        };
        // A client that has let go of its events hears nothing any more.
        let _ = self.to_client.send(Received { frame, ack });
    }

    /// The next event of the client.
    pub async fn hear(&mut self) -> Heard {
        match self.heard.recv().await {
            Some(heard) => heard,
            None => panic!("the client has let go of its connection"),
        }
    }

    /// The next event of the client, if it came already.
    pub fn heard(&mut self) -> Option<Heard> {
        self.heard.try_recv().ok()
    }
}

/// An event of the client.
#[derive(Debug)]
pub struct Heard {
    /// Its name.
    pub name: String,
    /// Its first argument; null where it has none.
    pub payload: Value,
    answer: Option<oneshot::Sender<Vec<Box<RawValue>>>>,
}

impl Heard {
    /// Acknowledges it with this argument.
    pub fn answer(self, with: &Value) {
        match self.answer {
            // Whoever asked may have stopped waiting.
            Some(answer) => drop(answer.send(vec![raw(with)])),
            None => panic!("{} did not ask for an answer", self.name),
        }
    }
}

fn raw(value: &Value) -> Box<RawValue> {
    match to_raw_value(value) {
        Ok(raw) => raw,
        Err(error) => panic!("a value is JSON: {error}"),
    }
}

struct Acknowledgement(oneshot::Sender<()>);

#[async_trait]
impl Acknowledge for Acknowledgement {
    async fn acknowledge(self: Box<Self>) {
        // The test may not wait for it.
        let _ = self.0.send(());
    }
}

struct ScriptedSocket {
    end: watch::Receiver<Option<Cause>>,
    silence: watch::Receiver<Duration>,
    dead: Arc<AtomicBool>,
    closed: Arc<AtomicBool>,
    from_client: mpsc::UnboundedSender<Heard>,
    panic_on_close: bool,
}

impl ScriptedSocket {
    fn send(
        &self,
        name: &str,
        args: &[Box<RawValue>],
        answer: Option<oneshot::Sender<Vec<Box<RawValue>>>>,
    ) -> Result<(), SendError> {
        if self.end.borrow().is_some() || self.closed.load(Ordering::Relaxed) {
            return Err(SendError::NotSent);
        }
        let payload = args.first().map_or(Value::Null, |arg| {
            serde_json::from_str(arg.get()).unwrap_or(Value::Null)
        });
        let heard = Heard {
            name: name.to_owned(),
            payload,
            answer,
        };
        self.from_client.send(heard).map_err(|_| SendError::NotSent)
    }
}

/// Waits for the end of a connection.
async fn ended(end: &watch::Receiver<Option<Cause>>) -> Cause {
    let mut end = end.clone();
    let cause = end
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|cause| cause.clone());
    match cause {
        Some(cause) => cause,
        // The test has let go of the line, which says nothing of the connection.
        None => std::future::pending().await,
    }
}

#[async_trait]
impl Socket for ScriptedSocket {
    async fn emit(&self, name: &str, args: Vec<Box<RawValue>>) -> Result<(), SendError> {
        self.send(name, &args, None)
    }

    async fn emit_with_ack(
        &self,
        name: &str,
        args: Vec<Box<RawValue>>,
        within: Duration,
    ) -> Result<Vec<Box<RawValue>>, SendError> {
        let (answer, answered) = oneshot::channel();
        self.send(name, &args, Some(answer))?;
        let answered = tokio::time::timeout(within, async {
            match answered.await {
                Ok(ack) => ack,
                // Dropping a question is not answering it.
                Err(_) => std::future::pending().await,
            }
        });
        tokio::select! {
            biased;
            answered = answered => answered.map_err(|_| SendError::Unknown),
            _ = ended(&self.end) => Err(SendError::Unknown),
        }
    }

    async fn verify(&self, _: Duration) -> Result<Duration, Cause> {
        if self.dead.load(Ordering::Relaxed) {
            return Err(Cause::Silent);
        }
        match self.end.borrow().clone() {
            Some(cause) => Err(cause),
            None => Ok(Duration::ZERO),
        }
    }

    fn transport(&self) -> TransportKind {
        TransportKind::Websocket
    }

    fn silence(&self) -> Duration {
        *self.silence.borrow()
    }

    fn latency(&self) -> Option<Duration> {
        None
    }

    async fn closed(&self) -> Cause {
        ended(&self.end).await
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        assert!(!self.panic_on_close, "the defect of this connection");
    }
}

struct ScriptedEvents {
    events: mpsc::UnboundedReceiver<Received>,
    end: watch::Receiver<Option<Cause>>,
}

#[async_trait]
impl Events for ScriptedEvents {
    async fn next(&mut self) -> Option<Received> {
        tokio::select! {
            biased;
            Some(received) = self.events.recv() => Some(received),
            _ = ended(&self.end) => None,
        }
    }

    fn try_next(&mut self) -> Option<Received> {
        self.events.try_recv().ok()
    }
}
