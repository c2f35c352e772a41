//! Native notifications: what rings is shown through the system, and a tap leads into the window.

mod permit;
mod wording;

use std::sync::Arc;

use async_trait::async_trait;
use carillon_contract::view::Navigate;
use carillon_contract::{ApiError, ErrorCode};
use carillon_engine::notify::{Notifier, Ring};
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::{ActionPerformed, NotificationExt as _};

use self::wording::{Words, without_markup, words};
use crate::state::Attention;
use crate::{texts, window};

/// The name under which a notification carries where a tap on it leads.
const GOES: &str = "goes";

/// What a click on the notification itself is called.
const TAP: &str = "tap";

/// Shows native notifications.
#[async_trait]
pub trait Bell: Send + Sync {
    /// Asks the system whether it lets them through; on phones the system asks the person.
    ///
    /// # Errors
    /// A sentence for the person, where nothing would be shown.
    async fn permit(&self) -> Result<(), ApiError>;

    /// Shows one, without waiting for the person.
    ///
    /// # Errors
    /// Where the system takes none.
    fn ring(&self, title: &str, body: &str, goes: &Navigate) -> Result<(), ApiError>;
}

/// The engine's notifier: rings the bell for what the person wants to hear of while they look elsewhere.
pub(crate) struct Ringer {
    pub(crate) bell: Arc<dyn Bell>,
    pub(crate) attention: Arc<Attention>,
}

impl Notifier for Ringer {
    fn show(&self, ring: &Ring) {
        let said = {
            let settings = self.attention.settings();
            words(ring, &settings.notifications, self.attention.is_focused())
        };
        let Some(Words { title, body, goes }) = said else {
            return;
        };
        if let Err(error) = self.bell.ring(&title, &body, &goes) {
            tracing::warn!(%error, "Show a notification");
        }
    }
}

/// Shows one, whatever the settings say: the person asked for it.
pub(crate) async fn test(bell: &dyn Bell) -> Result<(), ApiError> {
    bell.permit().await?;
    bell.ring(texts::TEST_TITLE, texts::TEST_BODY, &Navigate::Settings)
}

/// The system's notifications.
pub(crate) struct SystemBell<R: Runtime>(pub(crate) AppHandle<R>);

#[async_trait]
impl<R: Runtime> Bell for SystemBell<R> {
    async fn permit(&self) -> Result<(), ApiError> {
        permit::ask(&self.0).await
    }

    fn ring(&self, title: &str, body: &str, goes: &Navigate) -> Result<(), ApiError> {
        let body = if cfg!(target_os = "linux") {
            without_markup(body)
        } else {
            body.to_owned()
        };
        let notification = self.0.notification().builder().title(title).body(body);
        let shown = notification.extra(GOES, goes).auto_cancel().show();
        shown.map_err(|error| ApiError {
            code: ErrorCode::Internal,
            message: error.to_string(),
        })
    }
}

/// Leads taps on notifications into the window. It must be called before the first one is shown: those of
/// before tell nothing.
pub(crate) fn follow_taps<R: Runtime>(app: &AppHandle<R>) -> tauri_plugin_notification::Result<()> {
    let handle = app.clone();
    app.notification().on_action(move |performed| {
        if let Some(goes) = target(performed) {
            window::lead_to(&handle, goes);
        }
    })
}

/// Where a tap leads. What was done with a notification that says nothing about it opens the inbox.
fn target(performed: &ActionPerformed) -> Option<Navigate> {
    if performed.action_id() != TAP {
        return None;
    }
    let goes = performed.notification().and_then(|shown| shown.extra().get(GOES));
    let goes = goes.and_then(|goes| serde_json::from_value(goes.clone()).ok());
    Some(goes.unwrap_or(Navigate::Inbox))
}

#[cfg(test)]
mod tests {
    use carillon_contract::AccountId;
    use serde_json::json;

    use super::*;

    fn performed(action: &str, extra: &serde_json::Value) -> ActionPerformed {
        serde_json::from_value(json!({
            "actionId": action,
            "inputValue": null,
            "notification": { "id": 1, "title": "t", "extra": extra },
        }))
        .unwrap()
    }

    #[test]
    fn a_tap_leads_where_the_notification_says() {
        let goes = Navigate::Notice {
            account: AccountId::new("a"),
            id: 7,
        };
        assert_eq!(target(&performed(TAP, &json!({ GOES: goes }))), Some(goes));
    }

    #[test]
    fn a_tap_on_something_unreadable_opens_the_inbox_and_a_dismissal_nothing() {
        assert_eq!(target(&performed(TAP, &json!({}))), Some(Navigate::Inbox));
        assert_eq!(
            target(&performed(TAP, &json!({ GOES: 3 }))),
            Some(Navigate::Inbox)
        );
        assert_eq!(target(&performed("dismiss", &json!({}))), None);
    }
}
