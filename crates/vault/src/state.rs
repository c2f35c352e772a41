//! Whether secrets can be kept, in plain words.

/// What a vault answers when it is asked whether it can keep secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VaultState {
    /// A write went through.
    Ready,
    /// The place is there and waits to be unlocked.
    Locked,
    /// The system offers no such place.
    Missing,
    /// The place is there and open, and would not take a write.
    Refused,
}

impl VaultState {
    /// Says what is so and what to do about it, in words for the person at the screen.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Ready => "Your tokens and keys can be kept safely.",
            Self::Locked => {
                "The keyring is locked. Unlock it (it may be asking for your password in another window), \
                 then try again."
            }
            Self::Missing => {
                "No usable keyring was found. Start or set up your system's keyring, or choose a file that you \
                 seal with a passphrase."
            }
            Self::Refused => {
                "The keyring refused to store a secret. Check that Carillon may use it, or choose a file that \
                 you seal with a passphrase."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_sentence_of_its_own() {
        let states = [
            VaultState::Ready,
            VaultState::Locked,
            VaultState::Missing,
            VaultState::Refused,
        ];
        for state in states {
            assert!(state.sentence().ends_with('.'));
            assert_eq!(
                states
                    .iter()
                    .filter(|other| other.sentence() == state.sentence())
                    .count(),
                1
            );
        }
    }
}
