//! `sync`: catching up with what a client missed. Our extension, offered in `connected.capabilities`.
//!
//! A client asks `{since}` with the highest number it is sure of, stores the page, and asks again with `next`
//! while `more` is true. What comes live meanwhile may repeat what a page holds; the numbers tell.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Iso, event::wire, handlers::joined};
use crate::{
    error::LogError,
    instance::Instance,
    log::{MAX_BYTES, MAX_EVENTS, PageRequest},
    socket::{Argument, Refusal, Reply},
};

/// The body of `sync`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Request {
    /// `null` or absent: from the oldest event that is retained.
    #[serde(default)]
    since: Option<u64>,
    #[serde(default)]
    limit: Option<u32>,
    /// The largest message that the client takes, in bytes. Absent: whatever there is.
    #[serde(default)]
    largest: Option<usize>,
}

/// The ack.
#[derive(Serialize)]
struct Answer {
    log: Uuid,
    events: Vec<Replayed>,
    /// Events between those that are larger than the client takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    omitted: Vec<Omitted>,
    next: u64,
    more: bool,
    complete: bool,
}

/// An event as it was, or would have been, received live.
#[derive(Serialize)]
struct Replayed {
    name: String,
    payload: Box<RawValue>,
}

/// An event that is named and not sent.
#[derive(Serialize)]
struct Omitted {
    name: String,
    seq: u64,
    timestamp: Iso,
    bytes: usize,
}

/// What an acknowledgement is besides the events in it, roughly and with room to spare.
const AROUND: usize = 1024;

/// Reads the page for the rooms the socket is in now, and answers with it.
pub(super) async fn answer(instance: &Instance, reply: Reply, argument: Argument) {
    let request = match read(argument) {
        Ok(request) => request,
        Err(refusal) => return reply.refuse(&instance.fanout, &refusal),
    };
    match page(instance, &joined(&reply.socket), &request).await {
        Ok(answer) => reply.send(&instance.fanout, &answer),
        Err(error) => {
            tracing::error!(%error, "Could not read the event log");
            let refusal = Refusal::new("internal", "The event log cannot be read just now");
            reply.refuse(&instance.fanout, &refusal);
        }
    }
}

fn read(argument: Argument) -> Result<Request, Refusal> {
    let malformed = || {
        Refusal::new(
            "invalid_request",
            "Expected {since?: number, limit?: number, largest?: number}",
        )
    };
    match argument {
        // Without any argument it means the same as with an empty one.
        Argument::Missing => Ok(Request::default()),
        Argument::Malformed | Argument::Given(_) => argument.read().ok_or_else(malformed),
    }
}

async fn page(instance: &Instance, rooms: &[String], request: &Request) -> Result<Answer, LogError> {
    let limit = request.limit.unwrap_or(MAX_EVENTS);
    let largest = request.largest.unwrap_or(usize::MAX).saturating_sub(AROUND);
    let page = instance
        .log
        .page(&PageRequest {
            since: request.since,
            limit,
            bytes: largest.min(MAX_BYTES),
            rooms,
        })
        .await?;
    let (mut events, mut omitted) = (Vec::with_capacity(page.events.len()), Vec::new());
    for event in page.events {
        let payload = wire(&event, true)?;
        let bytes = payload.get().len();
        if bytes > largest {
            omitted.push(Omitted {
                name: event.name,
                seq: event.seq,
                timestamp: Iso(event.at),
                bytes,
            });
        } else {
            events.push(Replayed {
                payload,
                name: event.name,
            });
        }
    }
    Ok(Answer {
        log: instance.log.id(),
        events,
        omitted,
        next: page.next,
        more: page.more,
        complete: page.complete,
    })
}
