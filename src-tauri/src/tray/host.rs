//! Whether there is somewhere to put an icon.

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::is_there;
#[cfg(target_os = "linux")]
pub(super) use linux::is_there;

#[cfg(target_os = "linux")]
mod linux {
    use std::time::Duration;

    use tokio::time::timeout;
    use zbus::Connection;
    use zbus::zvariant::OwnedValue;

    /// Who collects the icons, and tells whether anybody shows them.
    const WATCHER: &str = "org.kde.StatusNotifierWatcher";
    const PATH: &str = "/StatusNotifierWatcher";

    /// A desktop answers within milliseconds. One that is only being started does not yet have a tray.
    const LIMIT: Duration = Duration::from_secs(3);

    /// Asks the desktop. One that does not answer has no place for an icon.
    pub(in crate::tray) async fn is_there() -> bool {
        let asked = async { ask(&Connection::session().await?).await };
        match timeout(LIMIT, asked).await {
            Ok(Ok(is_there)) => is_there,
            Ok(Err(error)) => {
                tracing::debug!(%error, "Ask for a tray");
                false
            }
            Err(_) => {
                tracing::debug!("Nobody answers the question for a tray");
                false
            }
        }
    }

    async fn ask(bus: &Connection) -> zbus::Result<bool> {
        let answer = bus
            .call_method(
                Some(WATCHER),
                PATH,
                Some("org.freedesktop.DBus.Properties"),
                "Get",
                &(WATCHER, "IsStatusNotifierHostRegistered"),
            )
            .await?;
        let value: OwnedValue = answer.body().deserialize()?;
        Ok(bool::try_from(value)?)
    }

    #[cfg(test)]
    mod tests {
        use tokio::net::UnixStream;
        use zbus::connection::Builder;
        use zbus::{Guid, interface};

        use super::*;

        struct Watcher {
            has_host: bool,
        }

        #[interface(name = "org.kde.StatusNotifierWatcher")]
        impl Watcher {
            #[zbus(property)]
            fn is_status_notifier_host_registered(&self) -> bool {
                self.has_host
            }
        }

        /// Both ends of a line without a bus in between.
        async fn line(path: &'static str, watcher: Watcher) -> (Connection, Connection) {
            let (one, two) = UnixStream::pair().unwrap();
            let desktop = Builder::unix_stream(one)
                .server(Guid::generate())
                .unwrap()
                .p2p()
                .serve_at(path, watcher)
                .unwrap();
            let app = Builder::unix_stream(two).p2p();
            tokio::try_join!(desktop.build(), app.build()).unwrap()
        }

        #[tokio::test]
        async fn a_tray_is_there_where_somebody_shows_the_icons() {
            for has_host in [true, false] {
                let (_desktop, app) = line(PATH, Watcher { has_host }).await;
                assert_eq!(ask(&app).await.unwrap(), has_host);
            }
        }

        #[tokio::test]
        async fn a_desktop_that_knows_no_trays_has_none() {
            let (_desktop, app) = line("/elsewhere", Watcher { has_host: true }).await;
            assert!(ask(&app).await.is_err());
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    /// These systems always have a place for it.
    pub(in crate::tray) async fn is_there() -> bool {
        std::future::ready(true).await
    }
}
