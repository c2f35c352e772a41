//! Tests with the system's own keyring: a real GNOME Keyring in a session of its own, by `tests/with-keyring.sh`.

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// Runs a test's body in a session with an unlocked keyring. The test's program runs itself again inside it;
/// `test` is the test's own name.
///
/// # Errors
/// What the body says, or why there is no such session.
pub fn in_session(test: &str, body: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
    const MODE: &str = "unlocked";
    const DONE: &str = "CARILLON_TEST_DONE";
    if std::env::var("CARILLON_TEST_KEYRING").is_ok_and(|now| now == MODE) {
        tokio::runtime::Runtime::new()?.block_on(body())?;
        if let Some(mark) = std::env::var_os(DONE) {
            std::fs::write(mark, test)?;
        }
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let mark = folder.path().join("done");
    let ran = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("with-keyring.sh"))
        .arg(MODE)
        .arg(std::env::current_exe()?)
        .args(["--exact", test, "--nocapture"])
        .env(DONE, &mark)
        .output()
        .context("Start tests/with-keyring.sh")?;
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    ensure!(ran.status.success(), "{said}");
    // A name that is not the test's runs nothing, and succeeds.
    let done = std::fs::read_to_string(&mark).unwrap_or_default();
    ensure!(done == test, "The test did not run: {said}");
    Ok(())
}

/// What `secret-tool` finds of a program's secrets: their attributes and themselves, or nothing.
///
/// # Errors
/// Where it can't be run.
pub fn secrets_of(service: &str) -> Result<String> {
    let found = Command::new("secret-tool")
        .args(["search", "--all", "service", service])
        .output()
        .context("Start secret-tool")?;
    let found = [found.stdout, found.stderr].concat();
    Ok(String::from_utf8_lossy(&found).into_owned())
}

/// Locks the login keyring, as a screen lock may do.
///
/// # Errors
/// Where it stays open.
pub fn lock() -> Result<()> {
    let done = Command::new("dbus-send")
        .args([
            "--session",
            "--print-reply",
            "--dest=org.freedesktop.secrets",
            "/org/freedesktop/secrets",
            "org.freedesktop.Secret.Service.Lock",
            "array:objpath:/org/freedesktop/secrets/collection/login",
        ])
        .stdout(Stdio::null())
        .status()
        .context("Start dbus-send")?;
    ensure!(done.success(), "The keyring was not locked");
    Ok(())
}

/// Puts an unlocked keyring in the place of the one that runs, as a log-in does.
///
/// # Errors
/// Where it does not start.
pub fn log_in() -> Result<()> {
    let daemon = "printf %s \"$CARILLON_TEST_KEYRING_PASSWORD\" | \
                  gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1";
    let done = Command::new("bash").args(["-c", daemon]).status()?;
    ensure!(done.success(), "The keyring's daemon did not start");
    Ok(())
}
