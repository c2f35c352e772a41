//! The tray icon of desktops: says whether something waits, opens the window, and quits.

mod host;
mod look;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tauri::image::Image;
use tauri::menu::{Menu, MenuItem, PredefinedMenuItem};
use tauri::tray::{MouseButton, MouseButtonState, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Manager as _, Runtime, Theme};

use self::look::{Ink, Mark, Standing, ink};
use crate::state::{Core, Follower};
use crate::{texts, window};

/// The icon's name within the app.
const TRAY: &str = "tray";

/// How often a place for it is looked for, and how long is waited in between: two minutes in all.
const LOOKS: u32 = 24;
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

/// The two entries of its menu.
const OPEN: &str = "open";
const QUIT: &str = "quit";

/// Puts the icon into the tray, where the desktop has one, and keeps it up to date.
pub(crate) async fn keep<R: Runtime>(app: AppHandle<R>, core: Arc<Core>) {
    if !arrives(&core).await {
        tracing::info!("This desktop has no tray: closing the window quits");
        return;
    }
    let handle = app.clone();
    // Menus and icons are made by the event loop.
    if let Err(error) = app.run_on_main_thread(move || build(&handle)) {
        tracing::warn!(%error, "Ask the event loop for the tray icon");
        return;
    }
    tokio::select! {
        biased;
        () = core.stopping.cancelled() => {}
        () = follow(&app, &core) => {}
    }
}

/// Waits for a place for the icon. An app that starts with the desktop is often there before its tray.
async fn arrives(core: &Core) -> bool {
    for _ in 0..LOOKS {
        if host::is_there().await {
            return true;
        }
        tokio::select! {
            () = core.stopping.cancelled() => return false,
            () = tokio::time::sleep(BETWEEN_LOOKS) => {}
        }
    }
    false
}

fn build<R: Runtime>(app: &AppHandle<R>) {
    // The library behind trays on Linux is looked for when the first icon is made, and panics where it is not.
    let built = catch_unwind(AssertUnwindSafe(|| try_build(app)));
    match built {
        Ok(Ok(())) => app.state::<window::Tray>().came(),
        Ok(Err(error)) => tracing::warn!(%error, "Make the tray icon"),
        Err(_) => tracing::warn!("The system's library for tray icons is missing: closing the window quits"),
    }
}

fn try_build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let menu = Menu::with_items(
        app,
        &[
            &MenuItem::with_id(app, OPEN, texts::OPEN, true, None::<&str>)?,
            &PredefinedMenuItem::separator(app)?,
            &MenuItem::with_id(app, QUIT, texts::QUIT, true, None::<&str>)?,
        ],
    )?;
    TrayIconBuilder::with_id(TRAY)
        .icon(picture(Mark::Quiet, ink_of(app)))
        .icon_as_template(cfg!(target_os = "macos"))
        .tooltip(texts::NAME)
        .menu(&menu)
        .show_menu_on_left_click(false)
        .on_menu_event(|app, event| match event.id().as_ref() {
            OPEN => window::show(app),
            QUIT => app.exit(0),
            _ => {}
        })
        .on_tray_icon_event(|tray, event| {
            if let TrayIconEvent::Click {
                button: MouseButton::Left,
                button_state: MouseButtonState::Up,
                ..
            } = event
            {
                window::show(tray.app_handle());
            }
        })
        .build(app)?;
    Ok(())
}

/// Keeps the icon as the accounts stand.
async fn follow<R: Runtime>(app: &AppHandle<R>, core: &Arc<Core>) {
    let mut follower = Follower::new(Arc::clone(core)).await;
    let mut standing = read(core).await;
    let mut shown = None;
    loop {
        let mark = standing.mark();
        if shown != Some(mark) {
            draw(app, mark);
            shown = Some(mark);
        }
        let event = follower.next().await;
        if !standing.apply(&event) {
            standing = read(core).await;
        }
    }
}

async fn read(core: &Arc<Core>) -> Standing {
    let Ok(engine) = core.engine().await else {
        return Standing::default();
    };
    match engine.accounts().await {
        Ok((accounts, _)) => Standing::of(&accounts),
        Err(error) => {
            tracing::warn!(%error, "Read the accounts for the tray icon");
            Standing::default()
        }
    }
}

fn draw<R: Runtime>(app: &AppHandle<R>, mark: Mark) {
    let handle = app.clone();
    let drawn = app.run_on_main_thread(move || {
        if let Some(tray) = handle.tray_by_id(TRAY)
            && let Err(error) = tray.set_icon(Some(picture(mark, ink_of(&handle))))
        {
            tracing::warn!(%error, "Draw the tray icon");
        }
    });
    if let Err(error) = drawn {
        tracing::warn!(%error, "Ask the event loop for the tray icon");
    }
}

fn ink_of<R: Runtime>(app: &AppHandle<R>) -> Ink {
    if cfg!(target_os = "macos") {
        // The system takes only the shape, and inks it itself.
        return Ink::Black;
    }
    let window = app.get_webview_window(window::MAIN);
    let is_dark = window.and_then(|window| window.theme().ok()) == Some(Theme::Dark);
    ink(&std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default(), is_dark)
}

fn picture(mark: Mark, ink: Ink) -> Image<'static> {
    match (mark, ink) {
        (Mark::Quiet, Ink::Black) => tauri::include_image!("../icons/tray-black-32.png"),
        (Mark::Quiet, Ink::White) => tauri::include_image!("../icons/tray-white-32.png"),
        (Mark::Unread, Ink::Black) => tauri::include_image!("../icons/tray-unread-black-32.png"),
        (Mark::Unread, Ink::White) => tauri::include_image!("../icons/tray-unread-white-32.png"),
        (Mark::Offline, Ink::Black) => tauri::include_image!("../icons/tray-offline-black-32.png"),
        (Mark::Offline, Ink::White) => tauri::include_image!("../icons/tray-offline-white-32.png"),
    }
}
