//! From frames to a batch that can be stored. Pure: what is decided here is decided by values alone.

use carillon_contract::entity::{Activity, Changes, EntityChange, EntityId, Sample};
use carillon_contract::events::StoredEvent;
use carillon_contract::item::{Decoded, EntityRef};
use carillon_contract::{AccountId, Frame, Identity, Timestamp};
use carillon_platforms::Platform;
use carillon_store::counters::Counts;
use carillon_store::events::Incoming;
use carillon_store::ingest::{Batch, Stored};
use serde_json::value::RawValue;

/// What frames turned out to be.
#[derive(Default)]
pub(crate) struct Sorted {
    /// Events to be stored, in order of arrival.
    pub(crate) events: Vec<Incoming>,
    /// What was counted on the way.
    pub(crate) counts: Counts,
    /// The highest number that the server gave one of them.
    pub(crate) highest: Option<i64>,
}

/// Reads frames. `is_numbered` says that the server announced a log of its own: only then do numbers mean anything.
pub(crate) fn sort(platform: &dyn Platform, me: &Identity, frames: Vec<Frame>, is_numbered: bool) -> Sorted {
    let mut sorted = Sorted::default();
    for frame in frames {
        sorted.counts.received += 1;
        match platform.decode(&frame, me) {
            Decoded::Item(mut item) => {
                item.number = item.number.filter(|_| is_numbered);
                if let Some(number) = item.number {
                    item.key = item.key.numbered(number);
                }
                sorted.highest = sorted.highest.max(item.number);
                let payload = frame.args.into_iter().next().unwrap_or_else(null);
                sorted.events.push(Incoming {
                    name: frame.name,
                    payload,
                    item: *item,
                });
            }
            Decoded::Control => {}
            Decoded::Unknown => {
                sorted.counts.unknown += 1;
                tracing::debug!(event = %shown(&frame.name), "An event that the platform's guide does not name");
            }
            Decoded::Malformed(why) => {
                sorted.counts.malformed += 1;
                tracing::warn!(event = %shown(&frame.name), field = %why.field, "A malformed event");
            }
        }
    }
    sorted
}

fn null() -> Box<RawValue> {
    RawValue::NULL.to_owned()
}

/// A server chooses the names of its events; a log takes only so much of one.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

/// What the new events of a batch changed, as a window is told of it; `None` where they changed nothing that
/// is shown.
pub(crate) fn changes(account: &AccountId, batch: &Batch, stored: &Stored) -> Option<Changes> {
    let mut changes = Changes {
        account: account.clone(),
        entities: Vec::new(),
        samples: Vec::new(),
        activity: Vec::new(),
    };
    let id = |entity: &EntityRef| EntityId {
        kind: entity.kind.to_owned(),
        id: entity.id.clone(),
    };
    for (incoming, seq) in batch.events.iter().zip(&stored.seqs) {
        let Some(seq) = *seq else { continue };
        let item = &incoming.item;
        let at = item.occurred_at.unwrap_or(batch.received_at);
        changes
            .entities
            .extend(item.entities.iter().map(|patch| EntityChange {
                entity: id(&patch.entity),
                fields: patch.fields.clone(),
                at,
            }));
        changes.samples.extend(item.points.iter().map(|point| Sample {
            entity: id(&point.entity),
            series: point.series.to_owned(),
            at: point.at,
            value: point.value.clone(),
        }));
        changes.activity.extend(item.activity.iter().map(|line| Activity {
            entity: id(&line.entity),
            seq,
            what: item.kind.to_owned(),
            at,
            fields: line.fields.clone(),
        }));
    }
    let nothing = changes.entities.is_empty() && changes.samples.is_empty() && changes.activity.is_empty();
    (!nothing).then_some(changes)
}

/// The events of a batch that were new, as listeners are told of them.
pub(crate) fn stored_events(account: &AccountId, batch: Batch, stored: &Stored) -> Vec<StoredEvent> {
    let received_at: Timestamp = batch.received_at;
    let event = |(incoming, seq): (Incoming, &Option<i64>)| {
        Some(StoredEvent {
            account: account.clone(),
            seq: (*seq)?,
            event: incoming.name,
            kind: incoming.item.kind.to_owned(),
            key: incoming.item.key.text,
            received_at,
            payload: incoming.payload,
        })
    };
    batch
        .events
        .into_iter()
        .zip(&stored.seqs)
        .filter_map(event)
        .collect()
}
