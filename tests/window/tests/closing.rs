//! Closing the window: it stays in the tray where there is one, and quits where there is none.
#![cfg(target_os = "linux")]

mod person;

use anyhow::{Result, ensure};
use carillon_gateway::{Config, To, start};
use carillon_window_tests::app::App;
use carillon_window_tests::tray::Tray;
use person::{Person, at_a_desktop};
use serde_json::json;

const TITLE: &str = "The lighthouse is dark tonight";

#[tokio::test]
async fn a_closed_window_waits_in_the_tray_and_a_tap_opens_the_notice() -> Result<()> {
    at_a_desktop("closing_to_the_tray", async |person: &mut Person| {
        let gateway = start(Config::for_tests())?;
        let mut tray = Tray::start(&person.desktop.bus).await?;
        let window = person.opens_the_app().await?;
        let icon = tray.next().await?;
        window.click("link", "Sign in to a platform").await?;
        window.fill("Server", &gateway.url()).await?;
        window.fill("User name or e-mail", "alice").await?;
        window.fill("Password", "demo-alice").await?;
        window.click("button", "Sign in").await?;
        window.sees("Live").await?;
        window.click("link", "Inbox").await?;
        window.click("button", "Let it ring").await?;
        window.sees("Carillon rings on this computer").await?;

        person.desktop.display.press_close()?;
        person.desktop.display.shows_windows(0).await?;
        icon.press("Open Carillon").await?;
        person.desktop.display.shows_windows(1).await?;
        window.is_back().await?;
        window.find("heading", "Inbox").await?;

        person.desktop.display.press_close()?;
        person.desktop.display.shows_windows(0).await?;
        let alice = Some(To::Username("alice".to_owned()));
        let notice = json!({ "title": TITLE, "message": "Its lamp is being changed." });
        gateway.emit("notification", notice, alice).await?;
        let shown = person.desktop.notifications.next().await?;
        ensure!(shown.title == TITLE, "It rang otherwise: {shown:?}");
        person.desktop.notifications.tap(shown.id).await?;
        person.desktop.display.shows_windows(1).await?;
        window.is_back().await?;
        window.find("heading", TITLE).await?;

        icon.press("Quit").await?;
        window.ends().await
    })
    .await
}

#[tokio::test]
async fn without_a_tray_closing_the_window_quits() -> Result<()> {
    at_a_desktop("closing_without_a_tray", async |person: &mut Person| {
        let window = person.opens_the_app().await?;
        window.sees("Many bells, one keyboard.").await?;
        person.desktop.display.press_close()?;
        window.ends().await
    })
    .await
}

#[tokio::test]
async fn the_demo_ends_with_its_window_though_there_is_a_tray() -> Result<()> {
    at_a_desktop("closing_the_demo", async |person: &mut Person| {
        let _tray = Tray::start(&person.desktop.bus).await?;
        let demo = App {
            arguments: vec![String::from("--demo")],
            ..person.app.clone()
        };
        let window = person.desktop.open(&demo).await?;
        window.sees("GuessLyfe").await?;
        person.desktop.display.press_close()?;
        window.ends().await
    })
    .await
}
