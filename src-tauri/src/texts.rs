//! What the app says outside of its window: in the tray, in native notifications, of the vault. The window's own
//! texts are in `ui/`.

/// The name of the app.
#[cfg(desktop)]
pub(crate) const NAME: &str = "Carillon";

/// In the tray's menu.
#[cfg(desktop)]
pub(crate) const OPEN: &str = "Open Carillon";
/// In the tray's menu.
#[cfg(desktop)]
pub(crate) const QUIT: &str = "Quit";

/// The title over the notices of a catch-up or a storm.
pub(crate) fn new_notices(count: usize) -> String {
    match count {
        1 => String::from("1 new notice"),
        _ => format!("{count} new notices"),
    }
}
/// Below it.
pub(crate) const IN_THE_INBOX: &str = "They are in the inbox.";
/// The title of a notice whose texts the person hides.
pub(crate) const HIDDEN_TITLE: &str = "New notice";
/// Below it.
pub(crate) const HIDDEN_BODY: &str = "Open Carillon to read it.";
/// What the person asked for in the settings.
pub(crate) const TEST_TITLE: &str = "Notifications reach you";
/// Below it.
pub(crate) const TEST_BODY: &str = "This is how Carillon rings.";

/// Where the system lets none through.
pub(crate) const NOT_SHOWN: &str = if cfg!(target_os = "linux") {
    "Nothing on this desktop shows notifications. Start its notification service, then try again."
} else {
    "The system does not let Carillon show notifications. Allow them in the system’s settings, then try again."
};

/// Of a session that keeps nothing.
pub(crate) const THIS_SESSION: &str =
    "Tokens and keys are kept until Carillon is closed. Accounts added now are gone after that.";

/// Of a sealed file whose passphrase was not typed yet.
pub(crate) const SEALED: &str =
    "Tokens and keys are sealed in a file on this computer. Type its passphrase to open it.";
/// Of a demo that is thrown away.
pub(crate) const IN_MEMORY: &str =
    "This demo keeps tokens and keys in memory. They are gone when Carillon is closed.";
/// Of a start with `CARILLON_VAULT=file` alone.
pub(crate) const NO_PASSPHRASE: &str =
    "CARILLON_VAULT is set to file, and CARILLON_PASSPHRASE is not set. Set it, or type the passphrase here.";
/// Of a wish for the keyring after such a start.
pub(crate) const FILE_BY_ENVIRONMENT: &str =
    "Carillon was started with CARILLON_VAULT set to file. Start it without that to use the keyring.";

#[cfg(test)]
mod tests {
    #[test]
    fn one_is_singular() {
        assert_eq!(super::new_notices(1), "1 new notice");
        assert_eq!(super::new_notices(300), "300 new notices");
    }
}
