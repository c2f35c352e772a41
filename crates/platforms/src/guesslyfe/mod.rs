//! GuessLyfe, a prediction market: markets with YES and NO prices, creator shares, dividends, notices.
//!
//! Sources are the guide's requirement ids (`G…` in `docs/requirements.md`). Where the guide names an event
//! but not its fields, the fields are our proposal and are read leniently.

mod envelope;
mod events;
mod markets;
mod notices;
mod requests;
mod shares;
mod tokens;
mod wei;

use std::time::Duration;

use carillon_contract::history::TransportKind;
use carillon_contract::item::Decoded;
use carillon_contract::rest::{RestRequest, RestResponse};
use carillon_contract::{Frame, Identity, Secret, Topic};
use serde_json::value::RawValue;

use crate::claims::Claims;
use crate::platform::{
    Answer, Call, NewToken, Platform, Profile, Reconnection, Request, ServerDisconnect, Stream, TokenIn,
    TopicError, Welcome,
};
use crate::sign_in::{SignInError, Tokens};

/// The adapter.
pub struct GuessLyfe;

/// G034–G036: token in `auth.token`; five tries, 1 s apart at first. The guide says nothing of factor, cap
/// and jitter: they are the Socket.IO client's own defaults.
const PROFILE: Profile = Profile {
    id: "guesslyfe",
    title: "GuessLyfe",
    reconnection: Reconnection {
        attempts: 5,
        delay: Duration::from_secs(1),
        factor: 2.0,
        cap: Duration::from_secs(5),
        jitter: 0.5,
        timeout: Duration::from_secs(20),
    },
    token_in: TokenIn::AuthPayload,
    // G035
    transports: &[TransportKind::Websocket, TransportKind::Polling],
    compression: false,
    health_check: None,
    server_disconnect: ServerDisconnect::RetrySlowly,
    // G080
    new_token: NewToken::Reconnect,
    query: &[],
    welcome_within: Duration::from_secs(10),
    kinds: &["market", "creator-share", "dividend"],
    // G061, G085. The guide gives no rhythm: nobody may trade for days.
    streams: &[
        Stream {
            kind: "market",
            topic: Some("market"),
            quiet_after: None,
        },
        Stream {
            kind: "creator-share",
            topic: Some("creator"),
            quiet_after: None,
        },
    ],
    // G110
    topic_limit: Some(100),
};

impl Platform for GuessLyfe {
    fn profile(&self) -> &Profile {
        &PROFILE
    }

    fn identity(&self, claims: &Claims) -> Result<Identity, SignInError> {
        tokens::identity(claims)
    }

    fn login(&self, username: &str, password: &Secret) -> RestRequest {
        tokens::login(username, password)
    }

    fn refresh(&self, refresh: &Secret) -> RestRequest {
        tokens::refresh(refresh)
    }

    fn logout(&self, tokens: &Tokens) -> Option<RestRequest> {
        tokens::logout(tokens)
    }

    fn read_tokens(&self, response: &RestResponse) -> Result<Tokens, SignInError> {
        tokens::read(response)
    }

    fn welcome(&self, frame: &Frame) -> Option<Welcome> {
        requests::welcome(frame)
    }

    fn refuses_token(&self, frame: &Frame) -> bool {
        frame.name == "error"
            && events::error_message(frame.payload()).is_some_and(|message| self.is_auth_error(&message))
    }

    /// G102: the text is `Authentication failed`; a server may add a reason behind a colon. Case is ignored, as
    /// other guides write it small. A text that only speaks of authentication says nothing of the token.
    fn is_auth_error(&self, message: &str) -> bool {
        let said = message.split(':').next().unwrap_or_default();
        said.trim()
            .trim_end_matches('.')
            .eq_ignore_ascii_case("authentication failed")
    }

    fn decode(&self, frame: &Frame, me: &Identity) -> Decoded {
        events::decode(frame, me)
    }

    fn topic(&self, topic: &Topic) -> Result<Topic, TopicError> {
        requests::topic(topic)
    }

    fn encode(&self, request: &Request) -> Call {
        requests::encode(request)
    }

    fn read_ack(&self, request: &Request, ack: &[Box<RawValue>]) -> Answer {
        requests::read_ack(request, ack)
    }
}
