//! The one window. It is destroyed when the person closes it and built anew when they want it back: a hidden web
//! view would keep its hundreds of megabytes, and the store holds all that it shows.

#[cfg(desktop)]
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use carillon_contract::view::Navigate;
use tauri::webview::{NewWindowResponse, PageLoadEvent};
use tauri::{
    AppHandle, Emitter as _, Manager as _, Runtime, WebviewUrl, WebviewWindow, WebviewWindowBuilder, Window,
    WindowEvent,
};

use crate::events::Windows;
use crate::links::is_own_page;
use crate::state::Attention;
#[cfg(desktop)]
use crate::texts;

/// The window's label; the capabilities are granted to it.
pub const MAIN: &str = "main";

/// The event that leads the window somewhere.
pub const NAVIGATE: &str = "navigate";

/// Whether a tray brings a closed window back.
#[derive(Default)]
pub(crate) struct Tray(AtomicBool);

impl Tray {
    pub(crate) fn is_there(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    #[cfg(desktop)]
    pub(crate) fn came(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Where the web view keeps what it must; a phone says so itself.
#[cfg(desktop)]
pub(crate) struct WebFolder(pub(crate) PathBuf);

/// Where the window is to be led once it listens.
#[derive(Default)]
pub(crate) struct Landing(Mutex<Aim>);

#[derive(Default)]
struct Aim {
    listens: bool,
    waiting: Option<Navigate>,
}

impl Landing {
    fn with<T>(&self, act: impl FnOnce(&mut Aim) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Gives back what can be told the window now; what can't waits. The newest counts.
    fn lead(&self, goes: Navigate) -> Option<Navigate> {
        self.with(|aim| {
            if aim.listens {
                return Some(goes);
            }
            aim.waiting = Some(goes);
            None
        })
    }

    /// The window listens: gives what waited for it.
    fn landed(&self) -> Option<Navigate> {
        self.with(|aim| {
            aim.listens = true;
            aim.waiting.take()
        })
    }

    /// The window is gone, or loads anew.
    fn left(&self) {
        self.with(|aim| aim.listens = false);
    }
}

/// Shows the window, and brings it to the front. Whoever asks may be on any thread: taps, links and second starts
/// come on threads of their own, and windows are built by the event loop.
pub(crate) fn show<R: Runtime>(app: &AppHandle<R>) {
    let handle = app.clone();
    if let Err(error) = app.run_on_main_thread(move || show_here(&handle)) {
        tracing::warn!(%error, "Ask the event loop for the window");
    }
}

fn show_here<R: Runtime>(app: &AppHandle<R>) {
    let shown = match app.get_webview_window(MAIN) {
        Some(window) => restore(&window)
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus()),
        None => build(app),
    };
    if let Err(error) = shown {
        tracing::error!(%error, "Show the window");
    }
}

#[cfg(desktop)]
fn restore<R: Runtime>(window: &WebviewWindow<R>) -> tauri::Result<()> {
    window.unminimize()
}

/// A phone's app is minimised by going to another, and comes back as it was.
#[cfg(mobile)]
fn restore<R: Runtime>(_window: &WebviewWindow<R>) -> tauri::Result<()> {
    Ok(())
}

fn build<R: Runtime>(app: &AppHandle<R>) -> tauri::Result<()> {
    let development = if tauri::is_dev() {
        app.config().build.dev_url.clone()
    } else {
        None
    };
    let loaded = app.clone();
    let builder = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .devtools(cfg!(debug_assertions))
        .on_navigation(move |url| is_own_page(url, development.as_ref()))
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_page_load(move |_, page| {
            if page.event() == PageLoadEvent::Started {
                loaded.state::<Landing>().left();
            }
        });
    #[cfg(desktop)]
    let builder = builder
        .title(texts::NAME)
        .inner_size(1280.0, 800.0)
        // The narrowest layout there is, a phone's.
        .min_inner_size(360.0, 480.0)
        .data_directory(app.state::<WebFolder>().0.clone());
    builder.build()?;
    Ok(())
}

/// Takes the window away.
pub(crate) fn close<R: Runtime>(app: &AppHandle<R>) {
    if let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window.destroy()
    {
        tracing::warn!(%error, "Close the window");
    }
}

/// Shows the window and leads it somewhere; a window that is only being built is told once it listens.
pub(crate) fn lead_to<R: Runtime>(app: &AppHandle<R>, goes: Navigate) {
    if let Some(goes) = app.state::<Landing>().lead(goes) {
        tell(app, &goes);
    }
    show(app);
}

/// The window listens from now on.
pub(crate) fn listens<R: Runtime>(app: &AppHandle<R>) {
    if let Some(goes) = app.state::<Landing>().landed() {
        tell(app, &goes);
    }
}

fn tell<R: Runtime>(app: &AppHandle<R>, goes: &Navigate) {
    if let Err(error) = app.emit_to(MAIN, NAVIGATE, goes) {
        tracing::warn!(%error, "Lead the window");
    }
}

/// How often it is looked whether a window that was minimised is back.
const LOOK: Duration = Duration::from_secs(1);

/// Looks until a minimised window is on the screen again, or is gone.
fn look_again<R: Runtime>(window: &Window<R>) {
    let window = window.clone();
    let attention = std::sync::Arc::clone(&window.state::<std::sync::Arc<Attention>>());
    let core = std::sync::Arc::clone(&window.state::<std::sync::Arc<crate::state::Core>>());
    let stopping = core.stopping.clone();
    let look = async move {
        while !attention.is_visible() {
            tokio::select! {
                () = stopping.cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            match (window.is_visible(), window.is_minimized()) {
                (Ok(true), Ok(false)) => attention.appear(),
                (Ok(_), Ok(_)) => {}
                // It is gone.
                (Err(_), _) | (_, Err(_)) => return,
            }
        }
    };
    core.spawn(look);
}

/// What the system tells of the window.
pub(crate) fn on_window_event<R: Runtime>(window: &Window<R>, event: &WindowEvent) {
    let attention = window.state::<std::sync::Arc<Attention>>();
    match event {
        WindowEvent::Focused(true) => attention.focus(),
        // Nothing else tells that a window was minimised, and nothing at all that it came back without the focus.
        WindowEvent::Focused(false) => {
            attention.blur(!window.is_minimized().unwrap_or(false));
            if !attention.is_visible() {
                look_again(window);
            }
        }
        WindowEvent::Destroyed => {
            attention.blur(false);
            window.state::<Landing>().left();
            window.state::<Windows>().forget(window.label());
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_that_is_being_built_is_led_once_it_listens() {
        let landing = Landing::default();
        assert_eq!(landing.lead(Navigate::Inbox), None);
        assert_eq!(landing.lead(Navigate::Settings), None);
        assert_eq!(landing.landed(), Some(Navigate::Settings));
        assert_eq!(landing.landed(), None);
        assert_eq!(landing.lead(Navigate::Inbox), Some(Navigate::Inbox));
        landing.left();
        assert_eq!(landing.lead(Navigate::Inbox), None);
    }
}
