//! What the window can ask of the core: one function for each command of the contract, in the module of its
//! subject. Tauri's form of them is made here, from the one list.

mod accounts;
#[cfg(feature = "demo")]
mod demo;
#[cfg(not(feature = "demo"))]
#[path = "no_demo.rs"]
mod demo;
mod inbox;
mod settings;
mod storage;
mod things;
mod vault;
mod window;

use std::sync::Arc;

use carillon_contract::view::Batch;
use carillon_contract::{ApiError, ErrorCode, with_commands};
use tauri::ipc::{Channel, Invoke};
use tauri::{Runtime, State, Webview};

use crate::events::Windows;
use crate::state::Core;

/// The functions of the list, by their names.
mod answer {
    pub(super) use super::accounts::*;
    pub(super) use super::demo::*;
    pub(super) use super::inbox::*;
    pub(super) use super::settings::*;
    pub(super) use super::storage::*;
    pub(super) use super::things::*;
    pub(super) use super::vault::*;
    pub(super) use super::window::*;
}

/// Makes Tauri's commands of the list, each of which asks the function of its name, and what calls them.
macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident($($arg:ident: $type:ty),* $(,)?) -> $answer:ty;)*) => {
        mod tauri_commands {
            use super::*;

            $(
                $(#[doc = $doc])*
                #[tauri::command]
                pub(super) async fn $name(
                    core: State<'_, Arc<Core>>,
                    $($arg: $type),*
                ) -> Result<$answer, ApiError> {
                    tokio::select! {
                        biased;
                        () = core.stopping.cancelled() => Err(closing()),
                        answered = answer::$name(&core, $($arg),*) => answered,
                    }
                }
            )*
        }

        /// Answers a call of the window.
        pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$(tauri_commands::$name,)* listen]
        }

        /// The names of all commands.
        pub const NAMES: &[&str] = &[$(stringify!($name),)* "listen"];
    };
}
with_commands!(commands);

/// Tells this window from now on what happens. Once it is answered, whatever is newer than a snapshot that is read
/// now comes through the channel.
#[tauri::command]
async fn listen<R: Runtime>(
    webview: Webview<R>,
    core: State<'_, Arc<Core>>,
    windows: State<'_, Windows>,
    channel: Channel<Batch>,
) -> Result<(), ApiError> {
    core.attention.appear();
    // A page that was loaded anew shows nothing yet.
    if let Ok(engine) = core.engine().await {
        engine.watch_nothing();
    }
    windows
        .tell(&core, webview.label(), move |batch| channel.send(batch).is_ok())
        .await;
    crate::window::listens(tauri::Manager::app_handle(&webview));
    Ok(())
}

/// Nobody waits for an answer while the app is left: a server that does not answer would keep it from leaving.
fn closing() -> ApiError {
    ApiError {
        code: ErrorCode::Busy,
        message: String::from("Carillon is being closed"),
    }
}

/// An error of the engine as the window is told it.
fn told(error: carillon_engine::EngineError) -> ApiError {
    ApiError::from(&error)
}
