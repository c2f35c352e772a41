//! A keyring that is locked when the app is opened, and unlocked while it is open.
#![cfg(target_os = "linux")]

mod person;

use anyhow::Result;
use carillon_gateway::{Config, To, start};
use person::{Person, at_a_desktop};
use serde_json::json;

const TITLE: &str = "The keeper has lost a key";

#[tokio::test]
async fn a_locked_keyring_is_said_and_what_it_keeps_is_there_once_it_is_unlocked() -> Result<()> {
    at_a_desktop("locked_keyring", async |person: &mut Person| {
        let gateway = start(Config::for_tests())?;
        let window = person.opens_the_app().await?;
        window.click("link", "Sign in to a platform").await?;
        window.fill("Server", &gateway.url()).await?;
        window.fill("User name or e-mail", "alice").await?;
        window.fill("Password", "demo-alice").await?;
        window.click("button", "Sign in").await?;
        window.sees("Live").await?;
        let alice = Some(To::Username("alice".to_owned()));
        let notice = json!({ "title": TITLE, "message": "It lies under the stairs." });
        gateway.emit("notification", notice, alice).await?;
        window.click("link", "Inbox").await?;
        window.sees(TITLE).await?;
        window.quit().await?;

        person.desktop.lock_keyring().await?;
        let window = person.opens_the_app().await?;
        window.sees("GuessLyfe").await?;
        window.click("link", "Connections").await?;
        window.sees("The keyring is locked").await?;
        person.desktop.unlock_keyring().await?;
        window.click("button", "Check again").await?;
        window.sees("Live").await?;
        window.click("link", "Inbox").await?;
        window.sees(TITLE).await?;
        window.quit().await
    })
    .await
}
