//! The desktop itself, before the app is put on it.
#![cfg(target_os = "linux")]

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use carillon_window_tests::app::App;
use carillon_window_tests::desktop::Desktop;
use futures_util::StreamExt as _;
use zbus::proxy;
use zbus::zvariant::Value;

/// WebKitGTK's own little browser, which comes with the library.
fn browser() -> Result<App> {
    let folders = fs::read_dir("/usr/lib")?.filter_map(Result::ok);
    let programs = folders.map(|folder| folder.path().join("webkit2gtk-4.1/MiniBrowser"));
    let program: Option<PathBuf> = programs.into_iter().find(|program| program.is_file());
    Ok(App {
        program: program.context("WebKitGTK has no MiniBrowser")?,
        arguments: vec!["--automation".to_owned(), "about:blank".to_owned()],
        variables: Vec::new(),
    })
}

#[tokio::test]
async fn what_is_drawn_can_be_read_clicked_and_seen_in_a_picture() -> Result<()> {
    let desktop = Desktop::start((640, 480)).await?;
    let window = desktop.open(&browser()?).await?;
    let before = desktop.folder().join("before.png");
    desktop.display.picture(&before)?;
    window
        .ask("document.body.innerHTML = '<label>Name <input></label><button>Greet</button><p></p>'")
        .await?;
    window
        .ask(
            "document.querySelector('button').onclick = () => setTimeout(() => \
             { document.querySelector('p').textContent = 'Hello ' + document.querySelector('input').value })",
        )
        .await?;
    window.fill("Name", "Ada").await?;
    window.click("button", "Greet").await?;
    window.sees("Hello Ada").await?;
    window.painted().await?;
    let after = desktop.folder().join("after.png");
    desktop.display.picture(&after)?;
    assert_ne!(fs::read(before)?, fs::read(after)?);
    window.end().await?;
    desktop.end().await
}

#[proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Desk {
    #[expect(clippy::too_many_arguments, reason = "The specification has them")]
    fn notify(
        &self,
        app: &str,
        replaces: u32,
        icon: &str,
        title: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, Value<'_>>,
        expires: i32,
    ) -> zbus::Result<u32>;

    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action: String) -> zbus::Result<()>;
}

#[tokio::test]
async fn a_notification_is_seen_and_its_tap_is_told() -> Result<()> {
    let mut desktop = Desktop::start((64, 64)).await?;
    let app = DeskProxy::new(&desktop.bus.connect().await?).await?;
    let mut taps = app.receive_action_invoked().await?;
    let actions = ["default", "Open"];
    let id = app
        .notify("An app", 0, "", "Title", "Text", &actions, HashMap::new(), -1)
        .await?;
    let shown = desktop.notifications.next().await?;
    assert_eq!(
        (shown.id, shown.title.as_str(), shown.body.as_str()),
        (id, "Title", "Text")
    );
    assert_eq!(shown.actions, actions);
    desktop.notifications.tap(id).await?;
    let tap = taps.next().await.context("The bus is gone")?;
    let tap = tap.args()?;
    assert_eq!((tap.id, tap.action.as_str()), (id, "default"));
    drop(taps);
    desktop.end().await
}

#[tokio::test]
async fn the_keyring_keeps_a_secret_without_asking_anybody() -> Result<()> {
    let desktop = Desktop::start((64, 64)).await?;
    let run = |program: &str, arguments: &[&str]| {
        let mut command = std::process::Command::new(program);
        command
            .args(arguments)
            .env_clear()
            .envs(desktop.environment().iter().cloned());
        command
    };
    let mut store = run("secret-tool", &["store", "--label", "A secret", "is", "mine"]);
    let mut store = store.stdin(std::process::Stdio::piped()).spawn()?;
    std::io::Write::write_all(&mut store.stdin.take().context("No input")?, b"a word")?;
    assert!(store.wait()?.success());
    let found = run("secret-tool", &["lookup", "is", "mine"]).output()?;
    assert_eq!(String::from_utf8(found.stdout)?, "a word");
    desktop.end().await
}
