//! The interface that apps call, as the Desktop Notifications Specification has it.

use std::collections::HashMap;

use tokio::sync::mpsc;
use zbus::interface;
use zbus::object_server::SignalEmitter;
use zbus::zvariant::OwnedValue;

use super::Shown;

pub(super) struct Server {
    last: u32,
    tell: mpsc::UnboundedSender<Shown>,
}

impl Server {
    pub(super) fn telling(tell: mpsc::UnboundedSender<Shown>) -> Self {
        Self { last: 0, tell }
    }
}

#[interface(name = "org.freedesktop.Notifications")]
impl Server {
    fn get_capabilities(&self) -> Vec<&'static str> {
        vec!["actions", "body", "persistence"]
    }

    #[expect(clippy::too_many_arguments, reason = "The specification has them")]
    fn notify(
        &mut self,
        app_name: String,
        replaces_id: u32,
        _app_icon: &str,
        summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expire_timeout: i32,
    ) -> u32 {
        let id = if replaces_id == 0 {
            self.last += 1;
            self.last
        } else {
            replaces_id
        };
        // Nobody listens any more when a test has what it wants.
        let _ = self.tell.send(Shown {
            id,
            app: app_name,
            title: summary,
            body,
            actions,
        });
        id
    }

    async fn close_notification(
        &self,
        id: u32,
        #[zbus(signal_emitter)] emitter: SignalEmitter<'_>,
    ) -> zbus::fdo::Result<()> {
        const BY_THE_APP: u32 = 3;
        Self::notification_closed(&emitter, id, BY_THE_APP).await?;
        Ok(())
    }

    fn get_server_information(&self) -> (&'static str, &'static str, &'static str, &'static str) {
        (
            "carillon-window-tests",
            "Carillon",
            env!("CARGO_PKG_VERSION"),
            "1.2",
        )
    }

    /// A person tapped it, or one of its buttons.
    #[zbus(signal)]
    pub(super) async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;

    /// It is shown no longer.
    #[zbus(signal)]
    pub(super) async fn notification_closed(
        emitter: &SignalEmitter<'_>,
        id: u32,
        reason: u32,
    ) -> zbus::Result<()>;
}
