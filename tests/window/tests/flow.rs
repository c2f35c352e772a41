//! What a person does with the app, from the first start on.
#![cfg(target_os = "linux")]

mod person;

use anyhow::{Context as _, Result, ensure};
use carillon_gateway::{Config, Handle, start};
use carillon_tests::files;
use carillon_window_tests::window::Window;
use person::{Person, at_a_desktop};
use serde_json::json;

/// The market that the test is about.
const QUESTION: &str = "Will the swing bridge open on Sunday?";

const PASSWORD: &str = "demo-alice";

#[tokio::test]
async fn a_person_signs_in_and_sees_what_comes_and_no_secret_is_left_in_a_file() -> Result<()> {
    at_a_desktop("a_first_start", async |person: &mut Person| {
        let gateway = start(Config::for_tests())?;
        let window = person.opens_the_app().await?;
        signs_in(&window, &gateway).await?;
        sees_a_market(&window, &gateway).await?;
        window.quit().await?;
        tokio::task::spawn_blocking(move || gateway.stop()).await?;
        leaves_no_secret(person)
    })
    .await
}

async fn signs_in(window: &Window, gateway: &Handle) -> Result<()> {
    window.sees("Many bells, one keyboard.").await?;
    window.click("link", "Sign in to a platform").await?;
    window.fill("Server", &gateway.url()).await?;
    window.fill("User name or e-mail", "alice").await?;
    window.fill("Password", PASSWORD).await?;
    window.click("button", "Sign in").await?;
    window.sees("Live").await
}

async fn sees_a_market(window: &Window, gateway: &Handle) -> Result<()> {
    let market = json!({ "marketId": "bridge", "question": QUESTION });
    gateway.emit("market:created", market, None).await?;
    // What an account has first is its page.
    window.click("link", "GuessLyfe").await?;
    window.sees(QUESTION).await
}

/// The tokens are in the keyring, and nothing secret is in any file: not in the data folder, not in what the web view
/// keeps, not in a log.
fn leaves_no_secret(person: &Person) -> Result<()> {
    /// What every access token begins with: the start of a JSON object in Base64.
    const TOKEN: &str = "eyJ0eXAiOi";
    let kept = person.desktop.secrets_of("carillon-dev")?;
    ensure!(kept.contains(TOKEN), "The keyring holds no token");
    let refresh = kept
        .split("\"refresh\":\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let refresh = refresh.context("The keyring holds no refresh token")?;
    files::hold_none_of(person.desktop.folder(), &[PASSWORD, TOKEN, refresh])
}
