//! Connection state recovery: what the server has to be told to send what was missed.
//!
//! A server that offers it names a private id (`pid`) when it lets a socket in, and puts an offset behind the arguments of
//! each event that it keeps. Who comes back with both gets the same socket id and what was kept after that offset, before
//! the answer to CONNECT. (Socket.IO 5, "Connection state recovery"; the official server since 4.6.)

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use serde_json::value::RawValue;

use crate::{Args, Event};

/// Where a connection was when it ended, for [`Options::recovery`](crate::Options::recovery) of the next one.
#[derive(Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The private id of the session. Who knows it may take the session over.
    pub pid: String,
    /// The offset of the last event.
    pub offset: String,
}

/// Without the private id.
impl fmt::Debug for Recovery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recovery")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// How far a connection is.
#[derive(Default)]
pub(crate) struct Progress(Mutex<Place>);

#[derive(Default)]
struct Place {
    pid: Option<String>,
    offset: Option<String>,
}

impl Progress {
    /// Begins where a server lets this side in; true if that is where an earlier connection ended.
    pub(crate) fn begin(&self, pid: Option<String>, asked: Option<&Recovery>) -> bool {
        let recovered = asked.filter(|asked| pid.as_ref() == Some(&asked.pid));
        *self.lock() = Place {
            pid,
            offset: recovered.map(|asked| asked.offset.clone()),
        };
        recovered.is_some()
    }

    /// Takes the offset off an event, if this server puts one on.
    pub(crate) fn place(&self, mut event: Event) -> Event {
        if event.ack.is_none() && self.lock().pid.is_some() {
            event.offset = take_offset(&mut event.args);
        }
        event
    }

    /// Notes that the application has taken the event with this offset.
    pub(crate) fn took(&self, offset: &str) {
        self.lock().offset = Some(offset.to_owned());
    }

    /// What to ask the next connection for; none without an event that has an offset.
    pub(crate) fn recovery(&self) -> Option<Recovery> {
        let place = self.lock();
        Some(Recovery {
            pid: place.pid.clone()?,
            offset: place.offset.clone()?,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Place> {
        // Each change is one assignment.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the offset off an event's arguments.
fn take_offset(args: &mut Args) -> Option<String> {
    let offset = serde_json::from_str(args.values.last()?.get()).ok()?;
    args.values.pop();
    Some(offset)
}

/// The payload of a CONNECT: the credentials, and in front of them what is to be recovered, so that a credential of the
/// same name counts, as with the official client. What is no object is left as it is.
pub(crate) fn payload(auth: Option<&RawValue>, recovery: Option<&Recovery>) -> String {
    let auth = auth.map_or("", RawValue::get).trim();
    let Some(Recovery { pid, offset }) = recovery else {
        return auth.to_owned();
    };
    let ours = serde_json::json!({ "pid": pid, "offset": offset }).to_string();
    let Some(open) = ours.strip_suffix('}') else {
        return ours;
    };
    match auth.strip_prefix('{').map(str::trim_start) {
        Some(rest) if rest.starts_with('}') => ours,
        Some(rest) => format!("{open},{rest}"),
        None if auth.is_empty() => ours,
        None => auth.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> Recovery {
        Recovery {
            pid: "p\"1".into(),
            offset: "o".into(),
        }
    }

    fn merged(auth: &str) -> String {
        let auth = RawValue::from_string(auth.into()).unwrap();
        payload(Some(&auth), Some(&asked()))
    }

    #[test]
    fn credentials_and_recovery_share_one_object() {
        let ours: serde_json::Value = serde_json::from_str(&payload(None, Some(&asked()))).unwrap();
        assert_eq!(ours, serde_json::json!({ "pid": "p\"1", "offset": "o" }));
        for auth in ["{}", "{ }", r#"{"token":"t"}"#, r#"{ "token" : "t" }"#] {
            let both: serde_json::Value = serde_json::from_str(&merged(auth)).unwrap();
            assert_eq!((&both["pid"], &both["offset"]), (&ours["pid"], &ours["offset"]));
            assert_eq!(auth.contains("token"), both["token"] == "t", "{auth}");
        }
        assert_eq!(merged("[1]"), "[1]");
        assert_eq!(payload(None, None), "");
    }

    #[test]
    fn an_offset_is_a_last_argument_that_is_a_text() {
        let mut args = Args::json(1).unwrap().with("o-1").unwrap();
        assert_eq!(take_offset(&mut args).as_deref(), Some("o-1"));
        assert_eq!(take_offset(&mut args), None);
        assert_eq!(args.values.len(), 1);
        assert_eq!(take_offset(&mut Args::none()), None);
    }

    #[test]
    fn progress_goes_on_only_with_the_same_session() {
        let progress = Progress::default();
        assert_eq!(progress.recovery(), None);
        assert!(!progress.begin(None, Some(&asked())));
        assert!(!progress.begin(Some("other".into()), Some(&asked())));
        assert_eq!(progress.recovery(), None);
        assert!(progress.begin(Some(asked().pid), Some(&asked())));
        assert_eq!(progress.recovery(), Some(asked()));
        progress.took("o-2");
        assert_eq!(progress.recovery().unwrap().offset, "o-2");
        assert!(!format!("{:?}", asked()).contains("p\\\"1"));
    }
}
