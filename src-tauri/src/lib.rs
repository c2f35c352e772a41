//! Carillon with a window: the one package that knows Tauri.
//!
//! It must never decide what a platform's event means, keep anything of its own, or let the web view reach more
//! than the commands of the contract. Start with [`setup`] (what it is started with) and [`state`] (the engine as
//! it comes and goes); then [`commands`] (what the window asks) and [`events`] (what it is told).

pub mod commands;
#[cfg(feature = "demo")]
mod demo;
mod events;
mod lifecycle;
pub mod links;
pub mod notifier;
pub mod setup;
pub mod state;
mod texts;
#[cfg(desktop)]
mod tray;
pub mod vault;
pub mod window;

use std::sync::Arc;

use carillon_contract::view::Navigate;
use carillon_contract::{ApiError, ErrorCode};
use tauri::{App, AppHandle, Builder, Manager as _, Runtime};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_opener::OpenerExt as _;
use url::Url;

use crate::notifier::SystemBell;
use crate::setup::Setup;
use crate::state::{Browser, Core, Ports};

/// Runs the app until it is left.
#[cfg(desktop)]
pub fn run(setup: Setup) -> tauri::Result<()> {
    setup::logging();
    let app = desktop(&setup)
        .setup(move |app| begin(app, setup))
        .build(tauri::generate_context!())?;
    app.run(|app, event| lifecycle::on_run_event(app, &event));
    Ok(())
}

/// Runs the app on a phone.
#[cfg(mobile)]
#[tauri::mobile_entry_point]
fn run_on_a_phone() {
    setup::logging();
    let built = with_core(Builder::<tauri::Wry>::default())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_opener::init())
        .setup(|app| {
            // Only the running app knows where its data is.
            let folder = app.path().app_data_dir()?;
            begin(app, Setup::in_folder(folder))
        })
        .build(tauri::generate_context!());
    match built {
        Ok(app) => app.run(|app, event| lifecycle::on_run_event(app, &event)),
        Err(error) => tracing::error!(%error, "Build the app"),
    }
}

/// What every form of the app has: the commands, and what they work on.
pub fn with_core<R: Runtime>(builder: Builder<R>) -> Builder<R> {
    builder
        .manage(events::Windows::default())
        .manage(window::Landing::default())
        .manage(window::Tray::default())
        .manage(lifecycle::Exit::default())
        .invoke_handler(commands::handler())
        .on_window_event(window::on_window_event)
}

#[cfg(desktop)]
fn desktop(setup: &Setup) -> Builder<tauri::Wry> {
    let mut builder = Builder::default();
    if setup.is_usual {
        // First of all, since a second start ends here. A folder of its own makes an app of its own.
        let second = tauri_plugin_single_instance::init(|app: &AppHandle<_>, _, _| window::show(app));
        builder = builder.plugin(second);
    }
    let sizes = tauri_plugin_window_state::Builder::new()
        // An absolute name, so that it lies with everything else.
        .with_filename(setup.home.folder().join("window.json").display().to_string())
        .with_state_flags(
            tauri_plugin_window_state::StateFlags::SIZE
                | tauri_plugin_window_state::StateFlags::POSITION
                | tauri_plugin_window_state::StateFlags::MAXIMIZED,
        )
        .build();
    with_core(builder)
        .plugin(sizes)
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_notification::init())
        .plugin(
            // Links are opened by a command, after a look at them.
            tauri_plugin_opener::Builder::new()
                .open_js_links_on_click(false)
                .build(),
        )
}

/// Shows the window at once, and starts everything behind it.
fn begin<R: Runtime>(app: &mut App<R>, setup: Setup) -> Result<(), Box<dyn std::error::Error>> {
    let handle = app.handle();
    // Before the web view makes it, more open than it has to be. What is wrong with it is told by the engine's start.
    if let Err(error) = setup.home.create() {
        tracing::warn!(%error, "Make the data folder");
    }
    // Before anything could ring: a notification that was shown earlier tells of no tap.
    notifier::follow_taps(handle)?;
    let core = Core::new(
        setup,
        Ports {
            bell: Arc::new(SystemBell(handle.clone())),
            browser: Arc::new(SystemBrowser(handle.clone())),
        },
    );
    #[cfg(desktop)]
    app.manage(window::WebFolder(core.setup.home.folder().join("web")));
    app.manage(Arc::clone(&core.attention));
    app.manage(Arc::clone(&core));
    core.begin();
    core.spawn(Arc::clone(&core).follow_attention());
    core.spawn(Arc::clone(&core).follow_hints());
    follow_links(handle);
    #[cfg(all(unix, desktop))]
    lifecycle::follow_signals(handle);
    // The demo lives as long as its window: nothing of it is kept, and whoever opened it waits for its end.
    #[cfg(desktop)]
    if !core.setup.is_demo {
        core.spawn(tray::keep(handle.clone(), Arc::clone(&core)));
    }
    window::show(handle);
    Ok(())
}

/// Leads the window to what a `carillon://` link asks for: one that starts the app, and those that come later.
fn follow_links<R: Runtime>(app: &AppHandle<R>) {
    let handle = app.clone();
    app.deep_link().on_open_url(move |event| {
        event.urls().iter().for_each(|url| follow_link(&handle, url));
    });
    match app.deep_link().get_current() {
        Ok(links) => links.iter().flatten().for_each(|url| follow_link(app, url)),
        Err(error) => tracing::warn!(%error, "Read the link that started the app"),
    }
}

fn follow_link<R: Runtime>(app: &AppHandle<R>, url: &Url) {
    match links::read_account(url.as_str()) {
        Ok(link) => window::lead_to(app, Navigate::AddAccount { link }),
        // Who clicked it sees the window, and nothing that the link wanted.
        Err(error) => tracing::warn!(%error, "Follow a link"),
    }
}

struct SystemBrowser<R: Runtime>(AppHandle<R>);

impl<R: Runtime> Browser for SystemBrowser<R> {
    fn open(&self, page: &Url) -> Result<(), ApiError> {
        let opened = self.0.opener().open_url(page.as_str(), None::<&str>);
        opened.map_err(|error| ApiError {
            code: ErrorCode::Internal,
            message: error.to_string(),
        })
    }
}
