//! What is asked of a GuessLyfe server, and how its answers read (G050–G053, G085, G108). `sync` is our own
//! gateway's extension: it is asked for only where the welcome announces it.

use std::borrow::Cow;

use carillon_contract::continuity::Cursor;
use carillon_contract::{Frame, Topic};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use crate::decode;
use crate::platform::{Answer, Call, EmitFrame, Request, SyncPage, TopicError, Welcome};

/// Room kinds that a client may join by hand (G085).
const KINDS: [&str; 2] = ["market", "creator"];

pub(super) fn topic(topic: &Topic) -> Result<Topic, TopicError> {
    if !KINDS.contains(&topic.kind.as_str()) {
        return Err(TopicError::UnknownKind {
            platform: "GuessLyfe",
            kind: topic.kind.clone(),
            known: "market, creator",
        });
    }
    let id = topic.id.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if id.is_empty() || id.len() > 128 || !id.bytes().all(allowed) {
        return Err(TopicError::BadId(topic.id.clone()));
    }
    // A creator's id is most often a wallet address, whose case carries no meaning.
    let is_address = topic.kind == "creator" && (id.starts_with("0x") || id.starts_with("0X"));
    let id = if is_address {
        id.to_ascii_lowercase()
    } else {
        id.to_owned()
    };
    Ok(Topic {
        kind: topic.kind.clone(),
        id,
    })
}

pub(super) fn encode(request: &Request) -> Call {
    let (name, argument, ack_promised) = match request {
        Request::Subscribe(topic) => (
            "subscribe",
            Some(json!({ "room": topic.kind, "id": topic.id })),
            true,
        ),
        Request::Unsubscribe(topic) => (
            "unsubscribe",
            Some(json!({ "room": topic.kind, "id": topic.id })),
            false,
        ),
        Request::Topics => ("getRooms", None, true),
        Request::Ping => ("ping", None, false),
        Request::Sync { since, largest } => {
            let asked = json!({ "since": since, "largest": largest });
            ("sync", Some(asked), true)
        }
        // The guide knows nothing that a person sends.
        Request::Send { .. } => return Call::Unsupported,
    };
    let args = argument
        .and_then(|argument| to_raw_value(&argument).ok())
        .into_iter()
        .collect();
    Call::Emit(EmitFrame {
        name,
        args,
        ack_promised,
    })
}

pub(super) fn read_ack(request: &Request, ack: &[Box<RawValue>]) -> Answer {
    let text = ack.first().map_or("null", |arg| arg.get());
    match request {
        Request::Subscribe(_) | Request::Unsubscribe(_) => read_done(text),
        Request::Topics => read_rooms(text),
        // The guide doesn't say what a pong holds: that it came is the answer.
        Request::Ping => Answer::Accepted,
        Request::Sync { .. } => read_page(text),
        Request::Send { .. } => Answer::Unreadable,
    }
}

#[derive(Deserialize)]
struct Done {
    success: bool,
    #[serde(default)]
    message: Option<String>,
}

fn read_done(text: &str) -> Answer {
    match serde_json::from_str::<Done>(text) {
        Ok(Done { success: true, .. }) => Answer::Accepted,
        Ok(Done {
            success: false,
            message,
        }) => Answer::Rejected(crate::decode::line(&message.unwrap_or_default(), 200)),
        Err(_) => Answer::Unreadable,
    }
}

fn read_rooms(text: &str) -> Answer {
    let Ok(rooms) = serde_json::from_str::<Vec<String>>(text) else {
        return Answer::Unreadable;
    };
    let topics = rooms.iter().filter_map(|room| {
        let (kind, id) = room.split_once(':')?;
        // Spelt as we do: else one room would be taken for two.
        topic(&Topic {
            kind: kind.to_owned(),
            id: id.to_owned(),
        })
        .ok()
    });
    Answer::Topics(topics.collect())
}

#[derive(Deserialize)]
struct Page<'a> {
    log: String,
    #[serde(borrow)]
    events: Vec<PageEvent<'a>>,
    #[serde(borrow, default)]
    omitted: Vec<Omitted<'a>>,
    next: i64,
    more: bool,
    complete: bool,
}

#[derive(Deserialize)]
struct PageEvent<'a> {
    name: String,
    #[serde(borrow)]
    payload: &'a RawValue,
}

/// An event that is larger than was asked for.
#[derive(Deserialize)]
struct Omitted<'a> {
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
}

/// A page that the server could not give.
#[derive(Deserialize)]
struct NoPage {
    success: bool,
    #[serde(default)]
    message: String,
    #[serde(default)]
    code: String,
}

fn read_page(text: &str) -> Answer {
    let Ok(page) = serde_json::from_str::<Page<'_>>(text) else {
        return match serde_json::from_str::<NoPage>(text) {
            // What is not understood now will not be the next time either.
            Ok(NoPage {
                success: false,
                message,
                code,
            }) if code != "invalid_request" => Answer::Rejected(crate::decode::line(&message, 200)),
            Ok(_) | Err(_) => Answer::Unreadable,
        };
    };
    let frames = page
        .events
        .into_iter()
        .map(|event| Frame {
            name: event.name,
            args: vec![event.payload.to_owned()],
        })
        .collect();
    let omitted = page.omitted.iter();
    let omitted = omitted.map(|event| decode::time(&event.timestamp)).collect();
    Answer::Page(SyncPage {
        log: page.log,
        frames,
        omitted,
        next: page.next,
        more: page.more,
        complete: page.complete,
    })
}

#[derive(Deserialize)]
struct Connected {
    #[serde(default)]
    rooms: Vec<String>,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    sync: Option<Log>,
}

#[derive(Deserialize)]
struct Log {
    log: String,
    head: i64,
}

/// G038: `connected` has no envelope.
pub(super) fn welcome(frame: &Frame) -> Option<Welcome> {
    if frame.name != "connected" {
        return None;
    }
    // A server that greets in a shape of its own has still signed the person in.
    let Ok(wire) = serde_json::from_str::<Connected>(frame.payload()) else {
        return Some(Welcome::default());
    };
    let has = |name: &str| wire.capabilities.iter().any(|capability| capability == name);
    let log = wire.sync.as_ref().filter(|_| has("sync"));
    Some(Welcome {
        log: log.map(|log| Cursor {
            log: log.log.clone(),
            number: log.head,
        }),
        idempotent: has("idempotent"),
        rooms: wire.rooms,
    })
}
