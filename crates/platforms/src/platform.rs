//! What every platform's adapter does.
//!
//! Adding a platform:
//!
//! 1. Write its adapter: a folder here, with an `impl Platform`.
//! 2. Add a line to [`crate::registry`].
//! 3. Record a frame of every event in `fixtures/<platform>/`, and call `platform_conformance_tests!` in
//!    `tests/`.

use std::time::Duration;

use carillon_contract::continuity::Cursor;
use carillon_contract::history::TransportKind;
use carillon_contract::item::Decoded;
use carillon_contract::rest::{RestRequest, RestResponse};
use carillon_contract::{Frame, Identity, LocalId, PlatformId, Secret, Timestamp, Topic};
use serde_json::value::RawValue;

use crate::claims::Claims;
use crate::sign_in::{SignInError, Tokens};

/// One platform's protocol. Every method is a pure function.
pub trait Platform: Send + Sync {
    /// The constants of the platform.
    fn profile(&self) -> &Profile;

    /// Reads who the token belongs to. The claims are not verified: only the server can.
    ///
    /// # Errors
    /// [`SignInError::Incomplete`] names the claim that is missing.
    fn identity(&self, claims: &Claims) -> Result<Identity, SignInError>;

    /// The call that signs a person in.
    fn login(&self, username: &str, password: &Secret) -> RestRequest;

    /// The call that gets a new token for a refresh token.
    fn refresh(&self, refresh: &Secret) -> RestRequest;

    /// The call that ends the server's session, where it has one.
    fn logout(&self, tokens: &Tokens) -> Option<RestRequest>;

    /// Reads the answer to [`Platform::login`] or [`Platform::refresh`].
    ///
    /// # Errors
    /// What the server refused, or that the answer is none of this platform's.
    fn read_tokens(&self, response: &RestResponse) -> Result<Tokens, SignInError>;

    /// Reads the event that says that the connection is signed in; `None` for any other event.
    fn welcome(&self, frame: &Frame) -> Option<Welcome>;

    /// Tells whether the server refuses the token with this event (some accept the connection first).
    fn refuses_token(&self, frame: &Frame) -> bool;

    /// Tells whether this message of a refused connection means that the token is not accepted.
    fn is_auth_error(&self, message: &str) -> bool;

    /// Reads an event. `me` is the account's owner: some events mean more when they are about them.
    fn decode(&self, frame: &Frame, me: &Identity) -> Decoded;

    /// Writes a topic as the platform spells it (an address in lower case), or says why it can't be one.
    ///
    /// # Errors
    /// A sentence for the person.
    fn topic(&self, topic: &Topic) -> Result<Topic, TopicError>;

    /// Writes a request as the platform's frame or call.
    fn encode(&self, request: &Request) -> Call;

    /// Reads the server's answer to a request.
    fn read_ack(&self, request: &Request, ack: &[Box<RawValue>]) -> Answer;

    /// Reads the server's answer to a request that [`Platform::encode`] made a [`Call::Rest`]. One whose token was
    /// refused comes here only if a renewed one was refused as well.
    fn read_rest(&self, request: &Request, response: &RestResponse) -> Answer {
        let _ = (request, response);
        Answer::Unreadable
    }
}

/// Constants of a platform, from its guide.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name in files, on the command line and in the registry.
    pub id: &'static str,
    /// Its name as it writes itself.
    pub title: &'static str,
    /// How tries to connect are spaced.
    pub reconnection: Reconnection,
    /// Where the token goes when the connection is opened.
    pub token_in: TokenIn,
    /// What may carry the connection, in the order in which it is tried.
    pub transports: &'static [TransportKind],
    /// Whether its server is offered to compress what it sends: where the guide asks for that.
    pub compression: bool,
    /// How often a connection is checked while it is online, where the guide says so.
    pub health_check: Option<Duration>,
    /// What it means that the server ends a connection on purpose.
    pub server_disconnect: ServerDisconnect,
    /// What becomes of a connection whose token was replaced before it ran out.
    pub new_token: NewToken,
    /// Query parameters of the handshake.
    pub query: &'static [(&'static str, &'static str)],
    /// How long a server may take to say that the connection is signed in: see [`Platform::welcome`].
    pub welcome_within: Duration,
    /// The kinds of things it has, in the order in which they are shown.
    pub kinds: &'static [&'static str],
    /// How the numbers of its things come, for the kinds of which something is known.
    pub streams: &'static [Stream],
    /// How many rooms one connection may be in, where the guide says; those that the server joins by itself count.
    pub topic_limit: Option<u32>,
}

/// How the numbers of a kind of things come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream {
    /// The kind of things.
    pub kind: &'static str,
    /// The kind of the topic, of the same id, without which the server tells nothing of it.
    pub topic: Option<&'static str>,
    /// The silence after which a number is stale though the connection stands: where the guide gives a rhythm.
    pub quiet_after: Option<Duration>,
}

impl Profile {
    /// The platform's id as the contract's type.
    pub fn platform_id(&self) -> PlatformId {
        PlatformId::new(self.id)
    }
}

/// How tries to connect are spaced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reconnection {
    /// Fast tries; after them it goes on slowly.
    pub attempts: u32,
    /// The first delay.
    pub delay: Duration,
    /// What each further delay is multiplied by.
    pub factor: f64,
    /// The longest delay of the fast tries.
    pub cap: Duration,
    /// How far a delay may be off, as a share of it: 0.5 means from half to one and a half.
    pub jitter: f64,
    /// How long one try may take.
    pub timeout: Duration,
}

/// What it means that a server ends a connection on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServerDisconnect {
    /// It does not want the client now: the next try comes slowly.
    RetrySlowly,
    /// The token may be the reason: it is renewed once, and the next try follows at once.
    RefreshOnce,
}

/// What becomes of a connection whose token was replaced before it ran out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewToken {
    /// It goes on; the next one is made with the new token.
    Keep,
    /// It is made anew, as soon as no question waits for its answer.
    Reconnect,
}

/// Where the token goes when the connection is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenIn {
    /// The `token` field of Socket.IO's CONNECT payload.
    AuthPayload,
    /// An `Authorization: Bearer` header of the HTTP upgrade.
    Header,
}

/// What the server said when the connection was signed in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Welcome {
    /// Rooms that the server joined by itself.
    pub rooms: Vec<String>,
    /// The server's numbered log, where it offers [`Request::Sync`].
    pub log: Option<Cursor>,
    /// Whether sending a request twice does no harm on this server.
    pub idempotent: bool,
}

/// What can be asked of a server.
#[derive(Debug, Clone)]
pub enum Request {
    /// Follow a topic.
    Subscribe(Topic),
    /// Stop following a topic.
    Unsubscribe(Topic),
    /// Which topics the server thinks this connection follows.
    Topics,
    /// Are you there?
    Ping,
    /// What came after this number? `None` asks for everything that is kept.
    Sync {
        /// The last number that is stored.
        since: Option<i64>,
        /// The largest message that is accepted, in bytes: what is larger is better named than sent.
        largest: usize,
    },
    /// Take what a person sends.
    Send {
        /// The same for every try, so that a server can recognise a second one.
        key: LocalId,
        /// What it is, in Carillon's words.
        kind: String,
        /// What it says.
        payload: Box<RawValue>,
    },
}

/// A request in the platform's form.
pub enum Call {
    /// A Socket.IO event.
    Emit(EmitFrame),
    /// An HTTP call.
    Rest(RestRequest),
    /// The platform has no such request.
    Unsupported,
}

/// A Socket.IO event to send.
#[derive(Debug, Clone)]
pub struct EmitFrame {
    /// Its name.
    pub name: &'static str,
    /// JSON text of each argument.
    pub args: Vec<Box<RawValue>>,
    /// Whether the guide promises an answer. Others are waited for only briefly.
    pub ack_promised: bool,
}

/// What the server's answer means.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Done.
    Accepted,
    /// Done; the server calls what came of it by this id.
    Created(String),
    /// Refused, with the server's words.
    Rejected(String),
    /// Not now: the server asks to try again, after this time where it says one. Nothing was done.
    Later(Option<Duration>),
    /// The topics that this connection follows.
    Topics(Vec<Topic>),
    /// A page of what was missed.
    Page(SyncPage),
    /// The answer is none of this platform's; the request may or may not have been carried out.
    Unreadable,
}

/// A page of a server's numbered log.
#[derive(Debug, Clone)]
pub struct SyncPage {
    /// The server's name of its log.
    pub log: String,
    /// The events, oldest first.
    pub frames: Vec<Frame>,
    /// When the events happened that are too large to be sent, oldest first; `None` where that can't be read.
    pub omitted: Vec<Option<Timestamp>>,
    /// Everything up to this number is in this page or was in an earlier one.
    pub next: i64,
    /// Whether there is another page.
    pub more: bool,
    /// Whether the server still kept everything since the number asked for.
    pub complete: bool,
}

/// Why a topic can't be followed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum TopicError {
    /// The platform has no topics of this kind that a person can choose.
    #[error("{platform} has no rooms of the kind \"{kind}\" to join by hand; it has: {known}")]
    UnknownKind {
        /// The platform's title.
        platform: &'static str,
        /// What was asked for.
        kind: String,
        /// What there is, separated by commas.
        known: &'static str,
    },
    /// The id is empty, too long, or holds characters that ids don't have.
    #[error("\"{0}\" is not an id: use 1 to 128 letters, digits, '-', '_', '.' or ':'")]
    BadId(String),
}
