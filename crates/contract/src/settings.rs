//! What a person chose for this computer. It holds nothing of any account's content.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::AccountId;

/// All settings. A setting that an older version did not write has its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Settings {
    /// Light, dark, or as the system.
    pub theme: Theme,
    /// How large texts are, as a share of the system's size.
    pub text_size: TextSize,
    /// Whether single letters are shortcuts (WCAG 2.1.4).
    pub letter_shortcuts: LetterShortcuts,
    /// Native notifications.
    pub notifications: Notifications,
    /// What keeps tokens and keys, where the person chose another place than the keyring.
    pub vault: VaultChoice,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says, also when it changes.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// How large texts are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub enum TextSize {
    /// As designed.
    #[default]
    #[serde(rename = "100")]
    Normal,
    /// A quarter larger.
    #[serde(rename = "125")]
    Large,
    /// Half as large again.
    #[serde(rename = "150")]
    Larger,
    /// Twice as large.
    #[serde(rename = "200")]
    Double,
}

/// Whether single letters are shortcuts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum LetterShortcuts {
    /// They are.
    #[default]
    On,
    /// Only keys together with Ctrl or ⌘ are.
    Off,
}

/// Native notifications.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Notifications {
    /// Whether the person wants them at all.
    pub consent: Consent,
    /// Accounts whose notices do not ring. They still arrive in the inbox.
    pub silenced: BTreeSet<AccountId>,
    /// Whether the texts of notices stay out of native notifications.
    pub hide_content: bool,
}

/// Whether a person wants native notifications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// Nobody asked yet: nothing rings.
    #[default]
    Unasked,
    /// Yes.
    Granted,
    /// No.
    Refused,
}

/// What keeps tokens and keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "kebab-case")]
pub enum VaultChoice {
    /// The system's keyring.
    #[default]
    Keyring,
    /// A file in the data folder, sealed with a passphrase.
    SealedFile,
    /// This process: what is added now is gone when Carillon is closed, and the next start chooses the keyring.
    Session,
}
