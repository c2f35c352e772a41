//! One try to send something: over the socket, or by HTTP where the platform wants that.

use std::sync::Arc;
use std::time::Duration;

use carillon_contract::outbox::Outgoing;
use carillon_contract::rest::{RestRequest, RestResponse};
use carillon_link::http::Http;
use carillon_link::transport::{SendError, Socket};
use carillon_link::{Cause, Credentials, Server, TokenError};
use carillon_platforms::{Answer, Call, Platform, Request};

use crate::topics::ask;

/// What a try came to.
pub(crate) enum Outcome {
    /// The server has it, and may have said under which id.
    Taken(Option<String>),
    /// Refused, in these words.
    Rejected(String),
    /// It was not taken, and may be tried again.
    NotNow(Option<Duration>),
    /// It may or may not have been carried out.
    Unknown,
    /// It panicked: before it was sent or after, nobody knows.
    Defect,
}

/// The ways to an account's server besides its socket.
#[derive(Clone)]
pub(crate) struct Api {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) credentials: Arc<dyn Credentials>,
    pub(crate) http: Http,
    pub(crate) server: Server,
}

/// HTTP's answer to a token that is no good.
const UNAUTHORIZED: u16 = 401;

impl Api {
    /// Tries once.
    pub(crate) async fn send(&self, socket: &dyn Socket, outgoing: Outgoing) -> Outcome {
        let request = Request::Send {
            key: outgoing.id,
            kind: outgoing.kind,
            payload: outgoing.payload,
        };
        match self.platform.encode(&request) {
            Call::Rest(call) => self.call(&request, call).await,
            Call::Emit(_) | Call::Unsupported => emit(&*self.platform, socket, &request).await,
        }
    }

    /// A token that the server refuses is renewed once.
    async fn call(&self, request: &Request, mut call: RestRequest) -> Outcome {
        let mut answer = self.ask(&mut call).await;
        if answer.as_ref().is_ok_and(|answer| answer.status == UNAUTHORIZED) {
            answer = match self.credentials.refresh().await {
                Ok(()) => self.ask(&mut call).await,
                Err(_) => Err(Outcome::NotNow(None)),
            };
        }
        match answer {
            Ok(answer) => outcome(self.platform.read_rest(request, &answer)),
            Err(outcome) => outcome,
        }
    }

    /// Asks with the token of now; what came of it where there is no answer.
    async fn ask(&self, call: &mut RestRequest) -> Result<RestResponse, Outcome> {
        match self.credentials.token().await {
            Ok(token) => call.bearer = Some(token),
            // The link renews it when it next connects, or asks the person.
            Err(TokenError::Expired | TokenError::Missing | TokenError::Failed(_)) => {
                return Err(Outcome::NotNow(None));
            }
        }
        let answer = self.http.call(self.server.url(), call).await;
        answer.map_err(|cause| match cause {
            // It never arrived.
            Cause::Unreachable | Cause::Tls => Outcome::NotNow(None),
            cause => {
                tracing::debug!(%cause, "Send something by HTTP");
                Outcome::Unknown
            }
        })
    }
}

async fn emit(platform: &dyn Platform, socket: &dyn Socket, request: &Request) -> Outcome {
    match ask(platform, socket, request).await {
        Ok(answer) => outcome(answer),
        Err(SendError::Impossible) => Outcome::Rejected("The server takes nothing of this kind.".to_owned()),
        Err(SendError::NotSent) => Outcome::NotNow(None),
        Err(SendError::Unknown) => Outcome::Unknown,
    }
}

fn outcome(answer: Answer) -> Outcome {
    match answer {
        Answer::Accepted => Outcome::Taken(None),
        Answer::Created(remote) => Outcome::Taken(Some(remote)),
        Answer::Rejected(why) => Outcome::Rejected(why),
        Answer::Later(after) => Outcome::NotNow(after),
        Answer::Topics(_) | Answer::Page(_) | Answer::Unreadable => Outcome::Unknown,
    }
}
