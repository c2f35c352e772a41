//! The desktop's tray: who collects the icons, and presses the entries of their menus.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use tokio::sync::mpsc;
use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy, interface};

use crate::bus::Bus;
use crate::within;

const PATH: &str = "/StatusNotifierWatcher";
const NAME: &str = "org.kde.StatusNotifierWatcher";

/// An icon: the connection that it belongs to, and where it is there.
#[derive(Debug, Clone)]
struct Item {
    owner: String,
    path: String,
}

/// What icons tell of themselves, as the Status Notifier Item specification has it.
struct Watcher {
    tell: mpsc::UnboundedSender<Item>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, #[zbus(header)] header: Header<'_>, service: &str) {
        let owner = header.sender().map(ToString::to_string).unwrap_or_default();
        // Some say on which path of their own connection they are, others on which connection.
        let (owner, path) = if service.starts_with('/') {
            (owner, service)
        } else {
            (service.to_owned(), "/StatusNotifierItem")
        };
        // Nobody listens any more when a test has what it wants.
        let _ = self.tell.send(Item {
            owner,
            path: path.to_owned(),
        });
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A tray that shows icons.
pub struct Tray {
    connection: Connection,
    items: mpsc::UnboundedReceiver<Item>,
}

/// The icon of an app.
pub struct Icon {
    connection: Connection,
    item: Item,
}

/// An entry of a menu, with those below it: `(ia{sv}av)` of `com.canonical.dbusmenu`.
type Entry = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

impl Tray {
    /// Becomes the bus's tray.
    ///
    /// # Errors
    /// Where the bus has one already.
    pub async fn start(bus: &Bus) -> Result<Self> {
        let (tell, items) = mpsc::unbounded_channel();
        let connection = zbus::connection::Builder::address(bus.address())?
            .serve_at(PATH, Watcher { tell })?
            .name(NAME)?
            .build()
            .await
            .context("Become the tray")?;
        Ok(Self { connection, items })
    }

    /// The next icon that is put into it.
    ///
    /// # Errors
    /// Where none comes.
    pub async fn next(&mut self) -> Result<Icon> {
        let item = within("an icon in the tray", self.items.recv()).await?;
        Ok(Icon {
            connection: self.connection.clone(),
            item: item.context("The tray has ended")?,
        })
    }
}

impl Icon {
    /// Presses an entry of its menu, by its text.
    ///
    /// # Errors
    /// Where the menu has none of that name.
    pub async fn press(&self, label: &str) -> Result<()> {
        let owner = self.item.owner.as_str();
        let item = Proxy::new(
            &self.connection,
            owner,
            self.item.path.as_str(),
            "org.kde.StatusNotifierItem",
        )
        .await?;
        let path: OwnedObjectPath = item.get_property("Menu").await.context("Find the icon's menu")?;
        let menu = Proxy::new(&self.connection, owner, path.as_str(), "com.canonical.dbusmenu").await?;
        let asked = (0_i32, -1_i32, vec!["label"]);
        let (_, (_, _, entries)): (u32, Entry) =
            menu.call("GetLayout", &asked).await.context("Read the menu")?;
        for entry in entries {
            let (id, properties, _) = Entry::try_from(entry)?;
            let text = properties
                .get("label")
                .and_then(|label| <&str>::try_from(label).ok());
            if text.map(|text| text.replace('_', "")) == Some(label.to_owned()) {
                let event = (id, "clicked", Value::from(0_i32), 0_u32);
                return Ok(menu.call("Event", &event).await?);
            }
        }
        anyhow::bail!("The menu has no entry \"{label}\"")
    }
}
