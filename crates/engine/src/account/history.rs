//! What the connection did, in the words in which it is kept.

use std::time::Duration;

use carillon_contract::history::ConnectionAct;
use carillon_link::Act;

use super::Running;
use crate::error::code_of;

/// What the link did, in the words that are kept.
fn kept(act: Act) -> ConnectionAct {
    match act {
        Act::Opened {
            socket_id,
            transport,
            took,
        } => ConnectionAct::Opened {
            socket_id,
            transport,
            took_ms: milliseconds(took),
        },
        Act::Failed(cause) => ConnectionAct::Failed {
            cause: cause.to_string(),
            code: code_of(&cause),
        },
        Act::Lost {
            cause,
            transport,
            latency,
        } => ConnectionAct::Lost {
            cause: cause.to_string(),
            code: code_of(&cause),
            transport,
            latency_ms: latency.map(milliseconds),
        },
        Act::Disconnected => ConnectionAct::Disconnected,
        Act::TokenRefused => ConnectionAct::TokenRefused,
        Act::TokenRefreshed => ConnectionAct::TokenRefreshed,
        Act::RefreshFailed(cause) => ConnectionAct::RefreshFailed {
            cause: cause.to_string(),
        },
        Act::SignInNeeded => ConnectionAct::SignInNeeded,
    }
}

pub(super) fn milliseconds(span: Duration) -> u32 {
    u32::try_from(span.as_millis()).unwrap_or(u32::MAX)
}

impl Running {
    /// Keeps what the link did.
    pub(super) async fn did(&self, act: Act) {
        self.note(&kept(act)).await;
    }

    /// Keeps a line of the history. It is for looking back: one that can't be kept holds up nothing.
    pub(super) async fn note(&self, act: &ConnectionAct) {
        if let Err(error) = self.with.store.note(act, self.with.clock.now()).await {
            tracing::warn!(%error, "Keep what the connection did");
        }
    }
}
