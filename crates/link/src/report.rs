//! What a link tells its account.

use std::time::Duration;

use crate::act::Act;
use crate::phase::Phase;
use crate::transport::Session;

/// What a link tells its account.
pub enum Report {
    /// Where it stands now.
    Changed(Status),
    /// What it did, for the history.
    Did(Act),
    /// A connection stands: take its events until they end.
    Opened {
        /// Which session this is; counts up.
        session: u64,
        /// The connection.
        connection: Session,
    },
    /// The session is signed in: join the topics, fetch what was missed, then say `caught_up`.
    CatchUp {
        /// Which session.
        session: u64,
    },
    /// The session is online: send what waits.
    Flush {
        /// Which session.
        session: u64,
    },
}

/// Where a link stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The phase.
    pub phase: Phase,
    /// The server's id of the socket, while there is one.
    pub socket_id: Option<String>,
    /// How long until the next try, while waiting.
    pub next_try: Option<Duration>,
}
