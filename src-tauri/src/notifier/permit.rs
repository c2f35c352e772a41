//! Whether the system lets notifications through, asked where it wants to be asked.

use carillon_contract::{ApiError, ErrorCode};
use tauri::{AppHandle, Runtime};

use crate::texts;

/// Asks the system, which on phones asks the person.
///
/// # Errors
/// A sentence for the person, where nothing would be shown.
pub(super) async fn ask<R: Runtime>(app: &AppHandle<R>) -> Result<(), ApiError> {
    if permitted(app).await {
        return Ok(());
    }
    Err(ApiError {
        code: ErrorCode::Invalid,
        message: texts::NOT_SHOWN.to_owned(),
    })
}

/// Desktops that show notifications have somebody who answers for them.
#[cfg(target_os = "linux")]
async fn permitted<R: Runtime>(_app: &AppHandle<R>) -> bool {
    linux::is_somebody_there().await
}

#[cfg(not(target_os = "linux"))]
async fn permitted<R: Runtime>(app: &AppHandle<R>) -> bool {
    use tauri_plugin_notification::{NotificationExt as _, PermissionState};

    let app = app.clone();
    // A phone's question is open as long as the person thinks about it.
    let asked = tokio::task::spawn_blocking(move || app.notification().request_permission()).await;
    match asked {
        Ok(Ok(state)) => state == PermissionState::Granted,
        Ok(Err(error)) => {
            tracing::warn!(%error, "Ask for permission to notify");
            false
        }
        Err(error) => {
            tracing::error!(%error, "Ask for permission to notify");
            false
        }
    }
}

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use tokio::time::timeout;
    use zbus::Connection;

    const SERVER: &str = "org.freedesktop.Notifications";
    const PATH: &str = "/org/freedesktop/Notifications";

    /// The bus may have to start who answers.
    const LIMIT: Duration = Duration::from_secs(5);

    pub(super) async fn is_somebody_there() -> bool {
        let asked = async { ask(&Connection::session().await?).await };
        match timeout(LIMIT, asked).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "Look for who shows notifications");
                false
            }
            Err(_) => {
                tracing::warn!("Nobody answers who shows notifications");
                false
            }
        }
    }

    async fn ask(bus: &Connection) -> zbus::Result<()> {
        bus.call_method(Some(SERVER), PATH, Some(SERVER), "GetServerInformation", &())
            .await
            .map(drop)
    }

    #[cfg(test)]
    mod tests {
        use tokio::net::UnixStream;
        use zbus::connection::Builder;
        use zbus::{Guid, interface};

        use super::*;

        struct Server;

        #[interface(name = "org.freedesktop.Notifications")]
        impl Server {
            fn get_server_information(&self) -> (&str, &str, &str, &str) {
                ("test", "test", "1", "1.2")
            }
        }

        #[tokio::test]
        async fn a_desktop_that_shows_notifications_answers_and_another_does_not() {
            for (path, expected) in [(PATH, true), ("/elsewhere", false)] {
                let (one, two) = UnixStream::pair().unwrap();
                let desktop = Builder::unix_stream(one)
                    .server(Guid::generate())
                    .unwrap()
                    .p2p()
                    .serve_at(path, Server)
                    .unwrap();
                let app = Builder::unix_stream(two).p2p();
                let (_desktop, app) = tokio::try_join!(desktop.build(), app.build()).unwrap();
                assert_eq!(ask(&app).await.is_ok(), expected, "{path}");
            }
        }
    }
}
