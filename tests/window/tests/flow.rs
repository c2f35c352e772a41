//! What a person does with the app, from the first start to reading without a network.
#![cfg(target_os = "linux")]

mod person;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use carillon_gateway::{Config, Handle, To, start};
use carillon_tests::files;
use carillon_tests::process::within;
use carillon_window_tests::window::Window;
use person::{Person, at_a_desktop};
use serde_json::json;

/// The market that the test is about.
const QUESTION: &str = "Will the swing bridge open on Sunday?";

/// Another one.
const OTHER_QUESTION: &str = "Will the tunnel be lit by the end of the century?";

/// What the platform writes to the person.
const TITLE: &str = "The bridge is being painted";
const TEXT: &str = "It stays closed to ships until Friday.";

/// Rooms that somebody is in who has only signed in: their own and everybody's.
const ROOMS: usize = 2;

/// Whether each of some values stands in a row of a table.
const CHART_ROWS: &str = r#"arguments[0].every((value) =>
    [...document.querySelectorAll("main tbody td")].some((cell) => isSeen(cell) && tidy(cell.textContent) === value))"#;

const PASSWORD: &str = "demo-alice";

fn alice() -> Option<To> {
    Some(To::Username("alice".to_owned()))
}

#[tokio::test]
async fn a_person_signs_in_sees_a_price_move_follows_a_notification_and_reads_offline() -> Result<()> {
    at_a_desktop("the_whole_flow", async |person: &mut Person| {
        let gateway = start(Config::for_tests())?;
        let window = person.opens_the_app().await?;
        signs_in(&window, &gateway).await?;
        sees_a_price_move(&window, &gateway).await?;
        follows_a_notification(person, &window, &gateway).await?;
        window.quit().await?;
        tokio::task::spawn_blocking(move || gateway.stop()).await?;
        reads_offline(person).await?;
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

async fn sees_a_price_move(window: &Window, gateway: &Handle) -> Result<()> {
    let market = json!({ "marketId": "bridge", "question": QUESTION });
    gateway.emit("market:created", market, None).await?;
    // The row below, which must not get what is meant for this one.
    let other =
        json!({ "marketId": "tunnel", "question": OTHER_QUESTION, "endDate": "2099-01-01T00:00:00.000Z" });
    gateway.emit("market:created", other, None).await?;
    window.click("link", "GuessLyfe").await?;
    window.sees(OTHER_QUESTION).await?;
    window.click("link", QUESTION).await?;
    window.find("heading", QUESTION).await?;
    within("the market's room to be joined", async {
        let mut look = tokio::time::interval(Duration::from_millis(20));
        while gateway.stats().await.active_rooms <= ROOMS {
            look.tick().await;
        }
    })
    .await?;
    for (yes, no, shown) in [
        ("610000000000000000", "390000000000000000", "0.610"),
        ("655000000000000000", "345000000000000000", "0.655"),
    ] {
        // To those who watch the market: the window has joined its room by being open.
        let trade = json!({ "marketId": "bridge", "newYesPrice": yes, "newNoPrice": no });
        gateway.emit("market:trade", trade, None).await?;
        window.sees(shown).await?;
    }
    // What the chart draws, as it is read.
    window.click("any", "Table").await?;
    window
        .wait_for("both prices as rows", CHART_ROWS, &[json!(["0.610", "0.655"])])
        .await?;
    Ok(())
}

async fn follows_a_notification(person: &mut Person, window: &Window, gateway: &Handle) -> Result<()> {
    window.click("link", "Inbox").await?;
    window.click("button", "Let it ring").await?;
    window.sees("Carillon rings on this computer").await?;
    // Somewhere else, so that the tap has something to do.
    window.click("link", "Connections").await?;
    window.find("heading", "Connections").await?;
    // A window in which the person works shows what comes by itself.
    let elsewhere = person.desktop.display.open_other_window()?;
    window.is_left().await?;
    let notice = json!({ "title": TITLE, "message": TEXT });
    gateway.emit("notification", notice, alice()).await?;
    let shown = person.desktop.notifications.next().await?;
    ensure!(
        shown.title == TITLE && shown.body == TEXT,
        "It rang otherwise: {shown:?}"
    );
    person.desktop.notifications.tap(shown.id).await?;
    window.find("heading", TITLE).await?;
    // In front of what the person worked in before.
    window
        .wait_for("the keyboard", "document.hasFocus()", &[])
        .await?;
    drop(elsewhere);
    Ok(())
}

async fn reads_offline(person: &Person) -> Result<()> {
    let window = person.opens_the_app().await?;
    window.sees("No account is connected. Everything up to").await?;
    window.click("link", TITLE).await?;
    window.find("heading", TITLE).await?;
    window.sees(TEXT).await?;
    // A price is shown as what it was, not as what it is.
    window.click("link", "GuessLyfe").await?;
    window.click("link", QUESTION).await?;
    window.find("heading", QUESTION).await?;
    window.sees("0.655").await?;
    window.sees("Cached").await?;
    window.sees("Prices are from").await?;
    window.quit().await
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
