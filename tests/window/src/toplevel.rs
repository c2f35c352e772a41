//! The windows of the display as its server knows them, and the button that closes one.

use std::time::Duration;

use anyhow::{Context as _, Result};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window as Id,
};
use x11rb::rust_connection::RustConnection;

use crate::display::Display;
use crate::within;

/// A display's server, asked for its windows.
struct Server {
    connection: RustConnection,
    root: Id,
    protocols: u32,
    delete: u32,
}

impl Display {
    /// Waits until this many windows with a close button are on the screen.
    ///
    /// # Errors
    /// Where there are always more or fewer.
    pub async fn shows_windows(&self, count: usize) -> Result<()> {
        const PAUSE: Duration = Duration::from_millis(20);
        let server = Server::of(self)?;
        let look = async {
            // Asking is simpler than following every window's birth, and a test waits for one change only.
            let mut pause = tokio::time::interval(PAUSE);
            while server.windows()?.len() != count {
                pause.tick().await;
            }
            anyhow::Ok(())
        };
        within(&format!("{count} windows on the screen"), look).await?
    }

    /// Closes the windows as their close buttons do: the app is asked to.
    ///
    /// # Errors
    /// Where the display refuses.
    pub fn press_close(&self) -> Result<()> {
        let server = Server::of(self)?;
        for id in server.windows()? {
            let data = [server.delete, x11rb::CURRENT_TIME, 0, 0, 0];
            let ask = ClientMessageEvent::new(32, id, server.protocols, data);
            server
                .connection
                .send_event(false, id, EventMask::NO_EVENT, ask)?
                .check()?;
        }
        Ok(())
    }
}

impl Server {
    fn of(display: &Display) -> Result<Self> {
        let (connection, screen) = x11rb::connect(Some(display.name())).context("Connect to the display")?;
        let roots = &connection.setup().roots;
        let root = roots.get(screen).context("The display has no screen")?.root;
        let atom = |name: &[u8]| -> Result<u32> { Ok(connection.intern_atom(false, name)?.reply()?.atom) };
        let (protocols, delete) = (atom(b"WM_PROTOCOLS")?, atom(b"WM_DELETE_WINDOW")?);
        Ok(Self {
            connection,
            root,
            protocols,
            delete,
        })
    }

    /// The windows that can be seen and let themselves be closed.
    fn windows(&self) -> Result<Vec<Id>> {
        let all = self.connection.query_tree(self.root)?.reply()?.children;
        Ok(all
            .into_iter()
            .filter(|id| self.can_be_closed(*id).unwrap_or(false))
            .collect())
    }

    /// Fails where the window is gone meanwhile.
    fn can_be_closed(&self, id: Id) -> Result<bool> {
        if self.connection.get_window_attributes(id)?.reply()?.map_state != MapState::VIEWABLE {
            return Ok(false);
        }
        let asked = self
            .connection
            .get_property(false, id, self.protocols, AtomEnum::ATOM, 0, 32)?;
        let known = asked.reply()?;
        Ok(known
            .value32()
            .is_some_and(|mut atoms| atoms.any(|atom| atom == self.delete)))
    }
}
