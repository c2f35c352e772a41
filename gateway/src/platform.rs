//! The platforms an instance can play.
//!
//! Adding a platform:
//! 1. a folder beside `guesslyfe/` with its options, its events as types, its rooms and its socket handlers;
//! 2. a variant of [`Platform`], and an arm in each match below;
//! 3. a test file `tests/integration/<subject>.rs`.

use std::sync::Arc;

use socketioxide::SocketIo;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    StartError,
    guesslyfe::{self, GuessLyfe},
    instance::Instance,
    log::Wire,
};

/// Which platform's server an instance is, with that platform's options.
#[derive(Debug, Clone)]
pub enum Platform {
    /// The prediction market.
    GuessLyfe(guesslyfe::Options),
}

impl Platform {
    /// The name used in logs and in `/health`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::GuessLyfe(_) => "guesslyfe",
        }
    }

    /// How a logged event of this platform looks on the wire.
    pub(crate) fn wire(&self) -> Wire {
        match self {
            Self::GuessLyfe(_) => guesslyfe::wire,
        }
    }

    /// Registers the namespaces and starts the background tasks.
    pub(crate) async fn mount(
        &self,
        io: &SocketIo,
        instance: &Arc<Instance>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Mounted, StartError> {
        match self {
            Self::GuessLyfe(options) => {
                let platform = GuessLyfe::mount(options.clone(), io, instance, tasks, stop).await?;
                Ok(Mounted::GuessLyfe(platform))
            }
        }
    }
}

/// A platform in service, for the triggers of `/dev` and of [`crate::Handle`].
#[derive(Clone)]
pub(crate) enum Mounted {
    /// See [`Platform::GuessLyfe`].
    GuessLyfe(Arc<GuessLyfe>),
}
