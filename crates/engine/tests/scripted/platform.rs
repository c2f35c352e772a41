//! A platform that is as plain as one can be: what the tests say crosses as it is.

use std::time::Duration;

use carillon_contract::continuity::Cursor;
use carillon_contract::history::TransportKind;
use carillon_contract::item::{Decoded, DedupeKey, Item, KeySpan, Malformed, NoticeDraft};
use carillon_contract::rest::{Method, RestRequest, RestResponse};
use carillon_contract::{Frame, Identity, Level, Secret, Topic};
use carillon_platforms::platform::{
    Answer, Call, EmitFrame, NewToken, Platform, Profile, Reconnection, Request, ServerDisconnect, SyncPage,
    TokenIn, TopicError, Welcome,
};
use carillon_platforms::{Claims, SignInError, Tokens};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};

/// The platform.
pub(crate) struct Plain;

const PROFILE: Profile = Profile {
    id: "plain",
    title: "Plain",
    reconnection: Reconnection {
        attempts: 5,
        delay: Duration::from_secs(1),
        factor: 2.0,
        cap: Duration::from_secs(5),
        jitter: 0.0,
        timeout: Duration::from_secs(20),
    },
    token_in: TokenIn::AuthPayload,
    transports: &[TransportKind::Websocket],
    compression: false,
    health_check: None,
    new_token: NewToken::Keep,
    server_disconnect: ServerDisconnect::RetrySlowly,
    query: &[],
    welcome_within: Duration::from_secs(10),
    kinds: &[],
    streams: &[],
    topic_limit: None,
};

fn read(frame: &Frame) -> Value {
    serde_json::from_str(frame.payload()).unwrap_or_default()
}

fn text(value: &Value, field: &str) -> Option<String> {
    value[field].as_str().map(str::to_owned)
}

impl Platform for Plain {
    fn profile(&self) -> &Profile {
        &PROFILE
    }

    fn identity(&self, claims: &Claims) -> Result<Identity, SignInError> {
        Ok(Identity {
            user_id: claims.text(&["sub"]).ok_or(SignInError::Incomplete("sub"))?,
            wallet: None,
            name: None,
        })
    }

    fn login(&self, username: &str, password: &Secret) -> RestRequest {
        post(
            "/login",
            &json!({ "username": username, "password": password.expose() }),
        )
    }

    fn refresh(&self, refresh: &Secret) -> RestRequest {
        post("/refresh", &json!({ "refresh": refresh.expose() }))
    }

    fn logout(&self, _: &Tokens) -> Option<RestRequest> {
        None
    }

    fn read_tokens(&self, response: &RestResponse) -> Result<Tokens, SignInError> {
        match response.status {
            200 => {
                let body: Value = serde_json::from_str(response.body.expose()).unwrap_or_default();
                let access = text(&body, "access").ok_or(SignInError::NotThisPlatform(200))?;
                Ok(Tokens {
                    access: Secret::new(access),
                    refresh: text(&body, "refresh").map(Secret::new),
                })
            }
            429 => Err(SignInError::TryLater {
                after_s: response.retry_after,
            }),
            status => Err(SignInError::ServerTrouble(status)),
        }
    }

    fn welcome(&self, frame: &Frame) -> Option<Welcome> {
        let said = read(frame);
        (frame.name == "welcome").then(|| Welcome {
            rooms: Vec::new(),
            log: text(&said, "log").map(|log| Cursor {
                log,
                number: said["head"].as_i64().unwrap_or(0),
            }),
            idempotent: said["idempotent"] == true,
        })
    }

    fn refuses_token(&self, frame: &Frame) -> bool {
        frame.name == "refused"
    }

    fn is_auth_error(&self, message: &str) -> bool {
        message == "token"
    }

    fn decode(&self, frame: &Frame, _: &Identity) -> Decoded {
        let said = read(frame);
        let (Some(id), "note") = (text(&said, "id"), frame.name.as_str()) else {
            return if frame.name == "note" {
                Decoded::Malformed(Malformed {
                    field: "id".to_owned(),
                })
            } else {
                Decoded::Unknown
            };
        };
        let key = DedupeKey {
            text: id.clone(),
            span: KeySpan::Always,
            is_exact: true,
        };
        let mut item = Item::new("note", key);
        item.number = said["number"].as_i64();
        item.notice = Some(NoticeDraft {
            key: None,
            category: "note",
            level: Level::Info,
            title: id,
            body: String::new(),
            action_url: None,
            read: false,
            must_see: false,
            about: None,
        });
        Decoded::Item(Box::new(item))
    }

    fn topic(&self, topic: &Topic) -> Result<Topic, TopicError> {
        Ok(topic.clone())
    }

    fn encode(&self, request: &Request) -> Call {
        let (name, argument) = match request {
            Request::Subscribe(topic) => ("join", json!(topic.id)),
            Request::Unsubscribe(topic) => ("leave", json!(topic.id)),
            Request::Sync { since, .. } => ("sync", json!(since)),
            Request::Send { key, kind, payload } if kind == "note" || kind == "defect" => {
                ("send", json!({ "key": key, "payload": payload }))
            }
            Request::Send { key, kind, payload } if kind == "form" => {
                return Call::Rest(post("/forms", &json!({ "key": key, "form": payload })));
            }
            Request::Send { .. } | Request::Topics | Request::Ping => return Call::Unsupported,
        };
        Call::Emit(EmitFrame {
            name,
            args: vec![to_raw_value(&argument).unwrap()],
            ack_promised: true,
        })
    }

    fn read_rest(&self, request: &Request, response: &RestResponse) -> Answer {
        let body: Box<RawValue> = serde_json::from_str(response.body.expose()).unwrap();
        self.read_ack(request, &[body])
    }

    fn read_ack(&self, request: &Request, ack: &[Box<RawValue>]) -> Answer {
        let said: Value = ack
            .first()
            .and_then(|ack| serde_json::from_str(ack.get()).ok())
            .unwrap_or_default();
        if let (Request::Sync { .. }, Some(events)) = (request, said["events"].as_array()) {
            let frame = |note: &Value| Frame {
                name: "note".to_owned(),
                args: vec![to_raw_value(note).unwrap()],
            };
            return Answer::Page(SyncPage {
                log: text(&said, "log").unwrap_or_default(),
                frames: events.iter().map(frame).collect(),
                omitted: Vec::new(),
                next: said["next"].as_i64().unwrap_or(0),
                more: said["more"] == true,
                complete: said["complete"] != false,
            });
        }
        if let Request::Send { kind, .. } = request {
            assert_ne!(kind, "defect", "the defect of this platform");
        }
        if let Some(id) = text(&said, "id") {
            return Answer::Created(id);
        }
        if let Some(seconds) = said["later"].as_u64() {
            return Answer::Later(Some(Duration::from_secs(seconds)));
        }
        match (&said["ok"], text(&said, "no")) {
            (Value::Bool(true), _) => Answer::Accepted,
            (_, Some(why)) => Answer::Rejected(why),
            _ => Answer::Unreadable,
        }
    }
}

fn post(path: &str, body: &Value) -> RestRequest {
    RestRequest {
        method: Method::Post,
        path: path.to_owned(),
        body: Some(Secret::new(body.to_string())),
        bearer: None,
    }
}
