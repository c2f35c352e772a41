//! A person at a computer of their own, who opens the app and looks at it.

use std::env;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use carillon_tests::program::program;
use carillon_window_tests::app::App;
use carillon_window_tests::desktop::Desktop;
use carillon_window_tests::display::Size;
use carillon_window_tests::window::Window;

/// The screen has the size that the app's window asks for.
const SCREEN: Size = (1280, 800);

/// Somebody with a desktop and the app.
pub(crate) struct Person {
    /// What they have.
    pub(crate) desktop: Desktop,
    /// How they start the app.
    pub(crate) app: App,
}

impl Person {
    /// Opens the app on the data folder of this desktop.
    pub(crate) async fn opens_the_app(&self) -> Result<Window> {
        self.desktop.open(&self.app).await
    }
}

/// Runs a test's body. If it fails, a picture of the display is kept, and the error says where.
pub(crate) async fn at_a_desktop(
    test: &str,
    body: impl AsyncFnOnce(&mut Person) -> Result<()>,
) -> Result<()> {
    let program = program("carillon", "carillon-app")?;
    let desktop = Desktop::start(SCREEN).await?;
    let home = desktop.home().display().to_string();
    let app = App {
        program,
        arguments: Vec::new(),
        variables: vec![("CARILLON_HOME".to_owned(), home)],
    };
    let mut person = Person { desktop, app };
    match body(&mut person).await {
        Ok(()) => person.desktop.end().await,
        Err(error) => {
            let folder = pictures()?;
            Err(person
                .desktop
                .with_picture(error, &folder.join(format!("{test}.png"))))
        }
    }
}

/// Where pictures of failures are kept.
fn pictures() -> Result<PathBuf> {
    let cache = env::var_os("CARILLON_CACHE").map_or_else(env::temp_dir, PathBuf::from);
    let folder = cache.join("pictures");
    std::fs::create_dir_all(&folder).context("Make a folder for pictures")?;
    Ok(folder)
}
