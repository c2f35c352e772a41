//! Leaving: everything is stopped and closed before the process ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use tauri::{AppHandle, Manager as _, RunEvent, Runtime};

use crate::state::Core;
use crate::window;

/// How long closing may take. A store closes within milliseconds; a server that no longer answers is not waited
/// for longer than this, and the next start repairs what a kill leaves.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// How far leaving has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// Not asked for.
    No,
    /// Everything is being closed.
    Stopping,
    /// Everything is closed.
    Stopped,
}

/// How far leaving has come, for the event loop and the task that closes everything.
pub(crate) struct Exit(AtomicU8);

impl Default for Exit {
    fn default() -> Self {
        Self(AtomicU8::new(Leaving::No as u8))
    }
}

impl Exit {
    fn get(&self) -> Leaving {
        match self.0.load(Ordering::Acquire) {
            0 => Leaving::No,
            1 => Leaving::Stopping,
            _ => Leaving::Stopped,
        }
    }

    fn set(&self, leaving: Leaving) {
        self.0.store(leaving as u8, Ordering::Release);
    }
}

/// What is done where the event loop would end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Decision {
    /// The last window is closed, and the tray brings it back.
    StayInTray,
    /// Everything is closed first.
    StopFirst,
    /// It is being closed already.
    Wait,
    /// The process ends.
    Leave,
}

fn decide(leaving: Leaving, was_asked: bool, has_tray: bool) -> Decision {
    match (leaving, was_asked, has_tray) {
        (Leaving::No, false, true) => Decision::StayInTray,
        (Leaving::No, _, _) => Decision::StopFirst,
        (Leaving::Stopping, _, _) => Decision::Wait,
        (Leaving::Stopped, _, _) => Decision::Leave,
    }
}

/// What the event loop tells.
pub(crate) fn on_run_event<R: Runtime>(app: &AppHandle<R>, event: &RunEvent) {
    match event {
        RunEvent::ExitRequested { code, api, .. } => {
            let exit = app.state::<Exit>();
            let decision = decide(exit.get(), code.is_some(), app.state::<window::Tray>().is_there());
            match decision {
                Decision::Leave => {}
                Decision::StayInTray | Decision::Wait => api.prevent_exit(),
                Decision::StopFirst => {
                    api.prevent_exit();
                    exit.set(Leaving::Stopping);
                    stop(app, code.unwrap_or(0));
                }
            }
        }
        #[cfg(target_os = "macos")]
        RunEvent::Reopen { .. } => window::show(app),
        _ => {}
    }
}

/// Closes everything away from the event loop, then ends it.
fn stop<R: Runtime>(app: &AppHandle<R>, code: i32) {
    // What the person closed is gone at once; the files follow.
    window::close(app);
    let core = Arc::clone(&app.state::<Arc<Core>>());
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if tokio::time::timeout(STOP_WITHIN, core.stop()).await.is_err() {
            tracing::warn!("Not everything could be closed in time; the next start puts it right");
        }
        app.state::<Exit>().set(Leaving::Stopped);
        app.exit(code);
    });
}

/// Ends the app as its menu would when the system asks the process to end.
#[cfg(all(unix, desktop))]
pub(crate) fn follow_signals<R: Runtime>(app: &AppHandle<R>) {
    use tokio::signal::unix::{SignalKind, signal};

    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let signals = (
            signal(SignalKind::terminate()),
            signal(SignalKind::interrupt()),
            signal(SignalKind::hangup()),
        );
        let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hang_up)) = signals else {
            tracing::warn!("Signals can't be heard; a kill ends the app without closing its files");
            return;
        };
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            _ = hang_up.recv() => {}
        }
        app.exit(0);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_the_last_window_leaves_the_app_in_the_tray_where_there_is_one() {
        assert_eq!(decide(Leaving::No, false, true), Decision::StayInTray);
        assert_eq!(decide(Leaving::No, false, false), Decision::StopFirst);
    }

    #[test]
    fn quitting_closes_everything_once_and_then_leaves() {
        for has_tray in [true, false] {
            assert_eq!(decide(Leaving::No, true, has_tray), Decision::StopFirst);
            for was_asked in [true, false] {
                assert_eq!(decide(Leaving::Stopping, was_asked, has_tray), Decision::Wait);
                assert_eq!(decide(Leaving::Stopped, was_asked, has_tray), Decision::Leave);
            }
        }
    }

    #[test]
    fn how_far_leaving_has_come_is_kept() {
        let exit = Exit::default();
        assert_eq!(exit.get(), Leaving::No);
        for leaving in [Leaving::Stopping, Leaving::Stopped] {
            exit.set(leaving);
            assert_eq!(exit.get(), leaving);
        }
    }
}
