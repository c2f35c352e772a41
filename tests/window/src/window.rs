//! The app's window, as far as a person can see and use it.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;

use anyhow::{Context as _, Error, Result};
use serde_json::{Value, json};

use crate::app::{App, Process};
use crate::desktop::Desktop;
use crate::process::{Running, command};
use crate::webdriver::{self, Element, Session};
use crate::within;

/// Functions that the scripts below use.
const PAGE: &str = include_str!("page.js");

/// An app that runs and has a window.
pub struct Window {
    session: Session,
    driver: Running,
    process: Process,
}

impl Desktop {
    /// Opens an app and waits for its window.
    ///
    /// # Errors
    /// Where there is none; what the app said is in the error.
    pub async fn open(&self, app: &App) -> Result<Window> {
        let server = free_address()?;
        let process = Process::prepare(self.folder())?;
        let environment = [self.environment(), &app.variables].concat();
        let mut driver = command("WebKitWebDriver", &environment);
        driver
            .args(["--host=127.0.0.1", &format!("--port={}", server.port())])
            // Without it the app keeps the driver out.
            .env("TAURI_WEBVIEW_AUTOMATION", "true");
        let mut driver = Running::start(driver, process.notes())?;
        webdriver::ready(server, || driver.check()).await?;
        let (program, arguments) = process.command(app);
        match Session::start(server, &program, &arguments).await {
            Ok(session) => Ok(Window {
                session,
                driver,
                process,
            }),
            Err(error) => Err(error.context(format!(
                "{} opened no window. It says:\n{}",
                app.program.display(),
                driver.said()
            ))),
        }
    }

    /// Adds to an error where a picture of the display is, which it makes.
    #[must_use]
    pub fn with_picture(&self, error: Error, file: &Path) -> Error {
        match self.display.picture(file) {
            Ok(()) => error.context(format!("The window at that time: {}", file.display())),
            Err(failed) => error.context(format!("There is no picture either: {failed:#}")),
        }
    }
}

/// An address of this computer at which nobody listens.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("Find a free port")?;
    Ok(listener.local_addr()?)
}

impl Window {
    /// Waits for something by its role (`button`, `link`, `textbox`, `heading`, …) and name.
    ///
    /// # Errors
    /// Where it does not appear; what the page shows is in the error.
    pub async fn find(&self, role: &str, name: &str) -> Result<Element> {
        let query = json!({ "role": role, "name": name });
        let found = self
            .wait_for(&format!("the {role} \"{name}\""), "find(arguments[0])", &[query])
            .await?;
        Element::from_answer(&found)
    }

    /// Clicks on something.
    ///
    /// # Errors
    /// As [`Window::find`].
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        let query = json!({ "role": role, "name": name });
        self.click_on(&format!("the {role} \"{name}\""), "find(arguments[0])", &[query])
            .await
    }

    /// Clicks on what an expression in the page finds, as soon as it finds something.
    ///
    /// # Errors
    /// Where it finds nothing, or never stays where it is.
    pub async fn click_on(&self, what: &str, expression: &str, arguments: &[Value]) -> Result<()> {
        let click = async {
            loop {
                let found = self.wait_for(what, expression, arguments).await?;
                if self.session.click(&Element::from_answer(&found)?).await? {
                    return Ok(());
                }
                self.painted().await?;
            }
        };
        within(&format!("{what} to stay where it is"), click).await?
    }

    /// Writes into a field in the place of what is in it.
    ///
    /// # Errors
    /// As [`Window::find`].
    pub async fn fill(&self, name: &str, text: &str) -> Result<()> {
        let field = self.find("textbox", name).await?;
        self.session.clear(&field).await?;
        self.session.type_text(&field, text).await
    }

    /// Waits until a text can be read somewhere.
    ///
    /// # Errors
    /// Where it does not appear; what the page shows is in the error.
    pub async fn sees(&self, text: &str) -> Result<()> {
        self.wait_for(&format!("\"{text}\""), "sees(arguments[0])", &[json!(text)])
            .await?;
        Ok(())
    }

    /// Waits until an expression in the page is something other than nothing, and gives it. It may use what `page.js`
    /// defines.
    ///
    /// # Errors
    /// Where it never is.
    pub async fn wait_for(&self, what: &str, expression: &str, arguments: &[Value]) -> Result<Value> {
        let script = format!(
            "{PAGE}\nconst done = arguments[arguments.length - 1]; until(() => ({expression}), done);"
        );
        match self.session.run_until_answered(&script, arguments).await {
            Ok(found) => Ok(found),
            Err(error) => Err(error.context(format!(
                "waited in vain for {what}. The page says:\n{}\nThe app says:\n{}",
                self.text().await.unwrap_or_else(|error| format!("({error:#})")),
                self.said()
            ))),
        }
    }

    /// What an expression is now.
    ///
    /// # Errors
    /// Where it throws.
    pub async fn ask(&self, expression: &str) -> Result<Value> {
        self.session
            .run(&format!("{PAGE}\nreturn ({expression});"), &[])
            .await
    }

    /// All text that can be read.
    ///
    /// # Errors
    /// Where the page does not answer.
    pub async fn text(&self) -> Result<String> {
        let text = self.ask("document.body.innerText").await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the person works elsewhere.
    ///
    /// # Errors
    /// Where the window keeps the keyboard.
    pub async fn is_left(&self) -> Result<()> {
        self.wait_for("the keyboard to go elsewhere", "!document.hasFocus()", &[])
            .await?;
        Ok(())
    }

    /// Waits until what was changed is painted.
    ///
    /// # Errors
    /// Where the page does not answer.
    pub async fn painted(&self) -> Result<()> {
        let script = format!("{PAGE}\npainted(arguments[arguments.length - 1]);");
        self.session.run_until_answered(&script, &[]).await?;
        Ok(())
    }

    /// Steers the window that there is now: the one before was closed.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn is_back(&self) -> Result<()> {
        self.session.take_hold().await
    }

    /// Waits until the app has ended by itself, and well.
    ///
    /// # Errors
    /// Where it does not end, or not well; what it said is in the error.
    pub async fn ends(self) -> Result<()> {
        let ended = self.process.ends().await;
        ended.with_context(|| format!("The app says:\n{}", self.said()))?;
        self.driver.end().await
    }

    /// What the app wrote to its standard error.
    #[must_use]
    pub fn said(&self) -> String {
        self.driver.said()
    }

    /// Asks the app to end, as the system does when the person logs out, and waits until it has.
    ///
    /// # Errors
    /// Where it does not end, or not well; what it said is in the error.
    pub async fn quit(self) -> Result<()> {
        let quit = self.process.quit().await;
        quit.with_context(|| format!("The app says:\n{}", self.said()))?;
        self.driver.end().await
    }

    /// Kills the app, as a power cut does.
    ///
    /// # Errors
    /// Where the driver does not answer.
    pub async fn end(self) -> Result<()> {
        self.session.end().await?;
        self.driver.end().await
    }
}
