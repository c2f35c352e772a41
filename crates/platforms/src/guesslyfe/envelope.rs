//! The envelope around every event but `connected` and `error` (G022, G023).

use std::borrow::Cow;

use carillon_contract::Timestamp;
use carillon_contract::item::Malformed;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::decode;

#[derive(Deserialize)]
struct Wire<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    timestamp: Cow<'a, str>,
    #[serde(borrow)]
    data: &'a RawValue,
    /// Our gateway's number of the event. The guide has none, so that another server may call anything so.
    #[serde(borrow, default)]
    seq: Option<&'a RawValue>,
}

/// An opened envelope.
pub(super) struct Envelope<'a> {
    /// When the server sent it.
    pub(super) at: Timestamp,
    /// JSON text of the content.
    pub(super) data: &'a str,
    /// The server's number of the event, where it numbers them.
    pub(super) number: Option<i64>,
}

/// Opens the envelope of the event `name`.
pub(super) fn open<'a>(name: &str, payload: &'a str) -> Result<Envelope<'a>, Malformed> {
    let wire: Wire<'a> = decode::read(payload)?;
    if wire.kind != name {
        return Err(Malformed {
            field: "type".to_owned(),
        });
    }
    let Some(at) = decode::time(&wire.timestamp) else {
        return Err(Malformed {
            field: "timestamp".to_owned(),
        });
    };
    Ok(Envelope {
        at,
        data: wire.data.get(),
        number: wire
            .seq
            .and_then(|seq| seq.get().parse().ok())
            .filter(|number| *number > 0),
    })
}
