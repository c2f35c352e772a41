//! What others hold of a link: verbs. The state is the driver's.

use tokio::sync::mpsc;

use crate::cause::Cause;
use crate::phase::Input;

/// An input, and which session it is about; inputs about an earlier session are dropped.
pub(crate) struct Command {
    pub(crate) input: Input,
    pub(crate) session: Option<u64>,
}

/// Steers a link. Clones steer the same one; it ends when the task group that it was started in is stopped.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
}

impl Handle {
    pub(crate) fn new(commands: mpsc::Sender<Command>) -> Self {
        Self { commands }
    }

    /// Wants the connection; while waiting, tries now.
    pub async fn start(&self) {
        self.send(Input::Start, None).await;
    }

    /// Wants no connection.
    pub async fn stop(&self) {
        self.send(Input::Stop, None).await;
    }

    /// Hints that the computer woke up. A thousand hints are one.
    pub fn woke(&self) {
        let _ = self.commands.try_send(Command {
            input: Input::Woke,
            session: None,
        });
    }

    /// Hints that the network is another one.
    pub fn network_changed(&self) {
        let _ = self.commands.try_send(Command {
            input: Input::NetworkChanged,
            session: None,
        });
    }

    /// Says that the server signed the session in.
    pub async fn accepted(&self, session: u64) {
        self.send(Input::Accepted, Some(session)).await;
    }

    /// Says that the server refused the token in the middle of the session.
    pub async fn token_refused(&self, session: u64) {
        self.send(Input::TokenRefused, Some(session)).await;
    }

    /// Says that everything missed is stored.
    pub async fn caught_up(&self, session: u64) {
        self.send(Input::CaughtUp, Some(session)).await;
    }

    /// Gives the session up: its events can't be taken care of.
    pub async fn give_up(&self, session: u64, cause: Cause) {
        self.send(Input::Lost(cause), Some(session)).await;
    }

    async fn send(&self, input: Input, session: Option<u64>) {
        // A link that has ended has nothing to be told.
        let _ = self.commands.send(Command { input, session }).await;
    }
}
