//! What the person looks at, and what they want to be told: read by the notifier and by what feeds the window.

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use carillon_contract::settings::Settings;
use tokio::sync::watch;

/// Whether the window is looked at, and what the person chose.
pub struct Attention {
    gaze: watch::Sender<Gaze>,
    settings: RwLock<Settings>,
}

/// How the window stands before the person.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Gaze {
    is_visible: bool,
    is_focused: bool,
}

impl Default for Attention {
    fn default() -> Self {
        Self {
            gaze: watch::Sender::new(Gaze::default()),
            settings: RwLock::default(),
        }
    }
}

impl Attention {
    /// The person works in the window.
    pub(crate) fn focus(&self) {
        self.gaze.send_replace(Gaze {
            is_visible: true,
            is_focused: true,
        });
    }

    /// The person works elsewhere; perhaps they see the window beside that.
    pub(crate) fn blur(&self, is_visible: bool) {
        self.gaze.send_replace(Gaze {
            is_visible,
            is_focused: false,
        });
    }

    /// A window that asks to be told of what happens is on the screen.
    pub(crate) fn appear(&self) {
        self.gaze.send_modify(|gaze| gaze.is_visible = true);
    }

    /// Whether the person works in the window.
    pub fn is_focused(&self) -> bool {
        self.gaze.borrow().is_focused
    }

    /// Whether the window can be seen.
    pub(crate) fn is_visible(&self) -> bool {
        self.gaze.borrow().is_visible
    }

    /// Waits until that changes.
    pub(crate) fn changes(&self) -> Changes {
        Changes(self.gaze.subscribe())
    }

    /// What the person chose.
    pub(crate) fn settings(&self) -> RwLockReadGuard<'_, Settings> {
        self.settings.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// They chose anew.
    pub(crate) fn set_settings(&self, settings: Settings) {
        *self.settings.write().unwrap_or_else(PoisonError::into_inner) = settings;
    }
}

/// Waits for changes of what the person looks at.
pub(crate) struct Changes(watch::Receiver<Gaze>);

impl Changes {
    /// Returns at the next change. Never, once there is nothing any more that could change.
    pub(crate) async fn next(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending().await
        }
    }
}
