//! What a person is told of the connection: its state, since when, why, and what follows.

use carillon_contract::{ConnectionState, ConnectionStatus, ErrorCode, Timestamp, UiEvent};
use carillon_link::phase::Phase;
use carillon_link::{Cause, Status};

use super::Running;
use crate::error::code_of;

impl Running {
    /// Stores where the link stands now, and tells.
    pub(super) async fn show(&mut self, status: &Status) {
        let state = status.phase.state();
        let cause = match &status.phase {
            Phase::Waiting { cause, .. } => Some(cause),
            _ => None,
        };
        let needs_sign_in = matches!(status.phase, Phase::NeedsSignIn);
        let now = self.with.clock.now();
        let shown = ConnectionStatus {
            state,
            catching_up: matches!(status.phase, Phase::CatchingUp(_)),
            since: self.since(state, cause, now).await,
            cause: cause
                .map(ToString::to_string)
                .or_else(|| needs_sign_in.then(|| "The server no longer accepts the token.".to_owned())),
            code: cause
                .map(code_of)
                .or_else(|| needs_sign_in.then_some(ErrorCode::SignInRefused)),
            socket_id: status.socket_id.clone(),
            tries: status.phase.failed(),
            next_try_at: status.next_try.map(|wait| now.after(wait)),
        };
        self.keep_status(shown.clone()).await;
        let account = self.with.account.id.clone();
        self.with.hub.send(UiEvent::Connection {
            account,
            status: shown,
        });
    }

    /// Keeps a status, for those who ask.
    pub(super) async fn keep_status(&self, status: ConnectionStatus) {
        if let Err(error) = self.with.store.set_connection(status.clone()).await {
            tracing::warn!(%error, "Store the connection's state");
        }
        self.with.now.send_modify(|now| now.status = Some(status));
    }

    /// Since when there is a connection; where there is none, up to when everything had come. Tries that fail move
    /// neither, nor does a start without a network.
    pub(super) async fn since(
        &mut self,
        state: ConnectionState,
        cause: Option<&Cause>,
        now: Timestamp,
    ) -> Timestamp {
        let connected = state == ConnectionState::Connected;
        let since = match self.standing {
            Some((was, since)) if was == connected => since,
            _ if connected => now,
            // It was dead for as long before that was noticed.
            Some(_) if cause == Some(&Cause::Silent) => now.before(self.silence()),
            Some(_) => match self.complete_until().await {
                // It was lost while the computer slept.
                Some(complete) if now.since(complete) > self.unnoted() => complete,
                Some(_) | None => now,
            },
            None => self.since_last_time().await.unwrap_or(now).min(now),
        };
        self.standing = Some((connected, since));
        since
    }

    /// Up to when everything had come when this account ran the last time; `None` before the first.
    async fn since_last_time(&self) -> Option<Timestamp> {
        match self.with.store.last_seen().await {
            Ok(seen) => seen.map(|seen| seen.since()),
            Err(error) => {
                tracing::warn!(%error, "Read how the connection was last");
                None
            }
        }
    }
}
