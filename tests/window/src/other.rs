//! A window that is not the app's: what the person works in meanwhile.

use anyhow::{Context as _, Result};
use x11rb::COPY_DEPTH_FROM_PARENT;
use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ConnectionExt as _, CreateWindowAux, EventMask, InputFocus, Window as Id, WindowClass,
};
use x11rb::rust_connection::RustConnection;

use crate::display::Display;

/// A small window in a corner, which has the keyboard. It is gone when this is dropped.
pub struct OtherWindow {
    _connection: RustConnection,
}

impl Display {
    /// Opens a window that takes the keyboard from whichever had it.
    ///
    /// # Errors
    /// Where the display refuses.
    pub fn open_other_window(&self) -> Result<OtherWindow> {
        let (connection, screen) = x11rb::connect(Some(self.name())).context("Connect to the display")?;
        let root = connection
            .setup()
            .roots
            .get(screen)
            .context("The display has no screen")?
            .root;
        let id = connection.generate_id()?;
        show(&connection, root, id)?;
        // A window takes the keyboard only once it is on the screen.
        while !matches!(connection.wait_for_event()?, Event::MapNotify(_)) {}
        let now = x11rb::CURRENT_TIME;
        connection.set_input_focus(InputFocus::PARENT, id, now)?.check()?;
        Ok(OtherWindow {
            _connection: connection,
        })
    }
}

fn show(connection: &RustConnection, root: Id, id: Id) -> Result<()> {
    let looks = CreateWindowAux::new().event_mask(EventMask::STRUCTURE_NOTIFY);
    let (x, y, width, height) = (0, 0, 16, 16);
    let class = WindowClass::INPUT_OUTPUT;
    connection
        .create_window(
            COPY_DEPTH_FROM_PARENT,
            id,
            root,
            x,
            y,
            width,
            height,
            0,
            class,
            0,
            &looks,
        )?
        .check()?;
    connection.map_window(id)?.check()?;
    Ok(())
}
