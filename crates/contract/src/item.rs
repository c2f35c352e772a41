//! What a platform's adapter makes of a frame, and what the store writes.

use serde_json::{Map, Value};

use crate::notice::Level;
use crate::time::Timestamp;

/// One decoded event.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What happened, in Carillon's words: dotted and the same on every platform (`market.trade`).
    pub kind: &'static str,
    /// What makes a second delivery of the same event recognisable.
    pub key: DedupeKey,
    /// When it happened, by the server's clock; `None` where the server does not say.
    pub occurred_at: Option<Timestamp>,
    /// The server's own number of this event, where it has one (see [`crate::continuity`]).
    pub number: Option<i64>,
    /// Things that this event creates or changes.
    pub entities: Vec<EntityPatch>,
    /// Values that this event adds to time series.
    pub points: Vec<Point>,
    /// What happened to a thing, as a line of its history.
    pub activity: Option<ActivityDraft>,
    /// What the person is told, if anything.
    pub notice: Option<NoticeDraft>,
}

impl Item {
    /// An item that changes nothing and tells nothing; the adapter adds to it.
    pub fn new(kind: &'static str, key: DedupeKey) -> Self {
        Self {
            kind,
            key,
            occurred_at: None,
            number: None,
            entities: Vec::new(),
            points: Vec::new(),
            activity: None,
            notice: None,
        }
    }
}

/// Recognises a second delivery: the event's name, the ids of what it speaks of, and its version or time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DedupeKey {
    /// Name and ids, or a hash of the payload, as text.
    pub text: String,
    /// In what span the text is unique.
    pub span: KeySpan,
    /// Whether the text holds an id that names this event alone, so that nothing else can have it. Without one, events
    /// that the server numbers apart are two, however alike they are.
    pub is_exact: bool,
}

impl DedupeKey {
    /// The key of an event that the server gave this number: both deliveries of one event have the same.
    pub fn numbered(self, number: i64) -> Self {
        if self.is_exact {
            return self;
        }
        Self {
            text: format!("{}#{number}", self.text),
            span: match self.span {
                KeySpan::Window => KeySpan::Always,
                span => span,
            },
            ..self
        }
    }
}

/// In what span a [`DedupeKey`]'s text is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySpan {
    /// Together with this time, which every delivery of the event repeats.
    At(Timestamp),
    /// For ever: the ids alone name one event.
    Always,
    /// For [`HASH_WINDOW_MS`] after it was first received: the server gives no ids, so equal payloads that
    /// come close together are taken for one event.
    Window,
}

/// How long an event without ids is taken for a repetition of an equal one, in milliseconds.
pub const HASH_WINDOW_MS: i64 = 5_000;

/// A thing on a platform: a market, an invoice, a chat.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityRef {
    /// The kind in Carillon's words, for example `market`.
    pub kind: &'static str,
    /// The platform's id of the thing.
    pub id: String,
}

/// A change of a thing: the fields it names replace the stored ones, the others stay.
///
/// An older patch that arrives after a newer one fills only what the newer one left out.
#[derive(Debug, Clone, PartialEq)]
pub struct EntityPatch {
    /// Which thing.
    pub entity: EntityRef,
    /// The fields, in Carillon's words; amounts are texts.
    pub fields: Map<String, Value>,
}

/// One value of a time series of a thing, for example the YES price of a market.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Point {
    /// Which thing.
    pub entity: EntityRef,
    /// Which of its values, for example `yes`.
    pub series: &'static str,
    /// When it had this value.
    pub at: Timestamp,
    /// The exact decimal text.
    pub value: String,
}

/// A line of a thing's history, for example one trade. Its kind, time and number are the event's.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivityDraft {
    /// Which thing.
    pub entity: EntityRef,
    /// What there is to say, in Carillon's words; amounts are exact decimal texts.
    pub fields: Map<String, Value>,
}

/// What the person is told of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeDraft {
    /// The platform's id of the notice, where it has one: another delivery of it (it was read elsewhere)
    /// changes the stored one. `None` takes the event's own key.
    pub key: Option<String>,
    /// The person's word for this sort of notice (`market`, `dividend`, `system`): what settings switch.
    pub category: &'static str,
    /// How much it matters.
    pub level: Level,
    /// One line.
    pub title: String,
    /// A sentence or two; may be empty.
    pub body: String,
    /// Where the platform wants the person to go, as it sent it.
    pub action_url: Option<String>,
    /// Whether the server said that it has been read already.
    pub read: bool,
    /// Whether it stands out until the person puts it away, read or not.
    pub must_see: bool,
    /// What it is about.
    pub about: Option<EntityRef>,
}

/// What a frame turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Decoded {
    /// An event of this platform.
    Item(Box<Item>),
    /// Part of the connection's life (a welcome, a pong); nothing to keep.
    Control,
    /// An event that this platform's guide does not name. Normal: it is counted, not an error.
    Unknown,
    /// A known event whose payload is not what the guide says.
    Malformed(Malformed),
}

/// Why a known event could not be read. It names the place, never the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The first field that was wrong, or `payload` for the whole of it.
    pub field: String,
}
