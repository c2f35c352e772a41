//! Where tokens and keys are kept: found once, and looked at again when the person asks.
//!
//! A place that can't be used now is shut: the engine gets an answer at once instead of waiting for each secret,
//! and the accounts say why they are closed. Nothing is ever kept in another place than the one that was chosen.

use std::sync::Arc;

use async_trait::async_trait;
use carillon_contract::settings::VaultChoice;
use carillon_contract::view::{VaultStateView, VaultView};
use carillon_contract::{ApiError, ErrorCode, Secret};
use carillon_engine::home::Home;
use carillon_engine::parts::{MemoryVault, SealedFile, TokenVault, VaultEntry, VaultError, VaultState, os};
use carillon_engine::{EngineError, views};

use crate::texts;

/// Development builds have a keyring of their own, so that trying something out can't harm real accounts.
const KEYRING: &str = if cfg!(debug_assertions) {
    "carillon-dev"
} else {
    "carillon"
};

/// The file's name in the data folder, the same as the command line's.
const FILE: &str = "vault.sealed";

/// What the start asked for.
#[derive(Clone)]
pub enum Asked {
    /// What the person chose in the settings; the keyring where they chose nothing.
    AsChosen,
    /// The system's keyring.
    Keyring,
    /// The sealed file, with its passphrase where the environment has it.
    File(Option<Secret>),
    /// Nothing survives the process.
    Memory,
    /// This one.
    Given(Arc<dyn TokenVault>),
}

/// Where tokens and keys are kept, and how that was found at the last look.
pub(crate) struct Keeping {
    asked: Asked,
    place: Option<Arc<dyn TokenVault>>,
    /// Whether the place is this process, as the person chose.
    is_session: bool,
    view: VaultView,
}

impl Keeping {
    pub(crate) fn new(asked: Asked) -> Self {
        Self {
            asked,
            place: None,
            is_session: false,
            view: sealed(texts::SEALED),
        }
    }

    /// How it was found at the last look.
    pub(crate) fn view(&self, home: &Home) -> VaultView {
        VaultView {
            sealed_file: home.folder().join(FILE).exists(),
            ..self.view.clone()
        }
    }

    /// Whether the person chose this process as the place.
    pub(crate) fn is_session(&self) -> bool {
        self.is_session
    }

    /// Looks whether the place can be used, and gives what the engine is to work with.
    pub(crate) async fn look(&mut self, home: &Home, choice: VaultChoice) -> Arc<dyn TokenVault> {
        if self.place.is_none() {
            self.find(home, choice).await;
        }
        let Some(place) = &self.place else {
            return Arc::new(Shut::of(&self.view));
        };
        self.view = views::vault(&**place).await;
        match (&self.asked, self.view.state) {
            (Asked::Memory, _) => texts::IN_MEMORY.clone_into(&mut self.view.sentence),
            _ if self.is_session => texts::THIS_SESSION.clone_into(&mut self.view.sentence),
            (_, VaultStateView::Ready) => {}
            (_, VaultStateView::Locked | VaultStateView::Missing | VaultStateView::Refused) => {
                return Arc::new(Shut::of(&self.view));
            }
        }
        Arc::clone(place)
    }

    /// Finds the place that was asked for, where that takes nobody's passphrase.
    async fn find(&mut self, home: &Home, choice: VaultChoice) {
        match (self.asked.clone(), choice) {
            (Asked::Given(vault), _) => self.place = Some(vault),
            (Asked::Memory, _) => self.place = Some(Arc::new(MemoryVault::new())),
            (Asked::Keyring, _) | (Asked::AsChosen, VaultChoice::Keyring | VaultChoice::Session) => {
                self.place = Some(Arc::new(os(KEYRING)));
            }
            (Asked::File(Some(passphrase)), _) => {
                if let Err(error) = self.unseal(home, passphrase).await {
                    self.view = sealed(&error.message);
                }
            }
            (Asked::File(None), _) => self.view = sealed(texts::NO_PASSPHRASE),
            (Asked::AsChosen, VaultChoice::SealedFile) => self.view = sealed(texts::SEALED),
        }
    }

    /// Opens the sealed file, or makes it where there is none.
    pub(crate) async fn unseal(&mut self, home: &Home, passphrase: Secret) -> Result<(), ApiError> {
        let path = home.folder().join(FILE);
        let opened = match SealedFile::open(&path, passphrase.clone()).await {
            Err(VaultError::NoFile) => {
                home.create().map_err(|error| ApiError::from(&error))?;
                SealedFile::create(&path, passphrase).await
            }
            opened => opened,
        };
        let file = opened.map_err(|error| ApiError::from(&EngineError::from(error)))?;
        self.place = Some(Arc::new(file));
        self.is_session = false;
        Ok(())
    }

    /// Takes this process for the place.
    ///
    /// # Errors
    /// Where the environment has chosen, and not the person.
    pub(crate) fn begin_session(&mut self) -> Result<(), ApiError> {
        if self.is_session {
            return Ok(());
        }
        self.leave_file()?;
        self.place = Some(Arc::new(MemoryVault::for_session()));
        self.is_session = true;
        Ok(())
    }

    /// Forgets the sealed file, so that the next look finds what the person chose.
    ///
    /// # Errors
    /// Where the environment has chosen, and not the person.
    pub(crate) fn leave_file(&mut self) -> Result<(), ApiError> {
        match self.asked {
            Asked::File(_) => Err(ApiError {
                code: ErrorCode::Invalid,
                message: texts::FILE_BY_ENVIRONMENT.to_owned(),
            }),
            Asked::AsChosen | Asked::Keyring | Asked::Given(_) => {
                self.place = None;
                self.is_session = false;
                Ok(())
            }
            // There is no other place for these.
            Asked::Memory => Ok(()),
        }
    }
}

fn sealed(sentence: &str) -> VaultView {
    VaultView {
        backend: String::from("sealed-file"),
        state: VaultStateView::Locked,
        sentence: sentence.to_owned(),
        sealed_file: false,
    }
}

/// A place that can't be used now.
struct Shut {
    backend: &'static str,
    state: VaultState,
}

impl Shut {
    fn of(view: &VaultView) -> Self {
        Self {
            backend: match view.backend.as_str() {
                "keyring" => "keyring",
                "memory" => "memory",
                _ => "sealed-file",
            },
            state: match view.state {
                VaultStateView::Missing => VaultState::Missing,
                VaultStateView::Refused => VaultState::Refused,
                VaultStateView::Locked | VaultStateView::Ready => VaultState::Locked,
            },
        }
    }

    fn refuse<T>(&self) -> Result<T, VaultError> {
        Err(match self.state {
            VaultState::Missing => VaultError::Missing { source: None },
            VaultState::Refused => VaultError::Stopped,
            VaultState::Locked | VaultState::Ready => VaultError::Locked { source: None },
        })
    }
}

#[async_trait]
impl TokenVault for Shut {
    async fn get(&self, _entry: &VaultEntry) -> Result<Option<Secret>, VaultError> {
        self.refuse()
    }

    async fn set(&self, _entry: &VaultEntry, _secret: &Secret) -> Result<(), VaultError> {
        self.refuse()
    }

    async fn delete(&self, _entry: &VaultEntry) -> Result<(), VaultError> {
        self.refuse()
    }

    async fn state(&self) -> VaultState {
        self.state
    }

    fn backend(&self) -> &'static str {
        self.backend
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        (folder, home)
    }

    fn secret(text: &str) -> Secret {
        Secret::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_place_that_can_t_be_used_answers_at_once_and_never_with_nothing() {
        let (_folder, home) = folder();
        let memory = Arc::new(MemoryVault::new());
        let mut keeping = Keeping::new(Asked::Given(Arc::clone(&memory) as Arc<dyn TokenVault>));
        for (state, seen) in [
            (VaultState::Locked, VaultStateView::Locked),
            (VaultState::Missing, VaultStateView::Missing),
            (VaultState::Refused, VaultStateView::Refused),
        ] {
            memory.turn(state);
            let vault = keeping.look(&home, VaultChoice::Keyring).await;
            assert_eq!(keeping.view(&home).state, seen);
            assert_eq!(keeping.view(&home).sentence, state.sentence());
            let entry = VaultEntry::token("a");
            assert_eq!(
                vault.get(&entry).await.err().map(|error| error.state()),
                Some(state)
            );
            assert_eq!(vault.backend(), "memory");
        }
        memory.turn(VaultState::Ready);
        let vault = keeping.look(&home, VaultChoice::Keyring).await;
        assert!(vault.get(&VaultEntry::token("a")).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn a_sealed_file_waits_for_its_passphrase_and_then_keeps() {
        let (_folder, home) = folder();
        let mut keeping = Keeping::new(Asked::AsChosen);
        keeping.look(&home, VaultChoice::SealedFile).await;
        assert_eq!(keeping.view(&home), sealed(texts::SEALED));

        keeping.unseal(&home, secret("right")).await.unwrap();
        let vault = keeping.look(&home, VaultChoice::SealedFile).await;
        assert_eq!(keeping.view(&home).state, VaultStateView::Ready);
        let entry = VaultEntry::token("a");
        vault.set(&entry, &secret("kept")).await.unwrap();

        let mut next = Keeping::new(Asked::AsChosen);
        let refused = next.unseal(&home, secret("wrong")).await.unwrap_err();
        assert_eq!(refused.code, carillon_contract::ErrorCode::Vault);
        next.look(&home, VaultChoice::SealedFile).await;
        assert_eq!(next.view(&home).state, VaultStateView::Locked);
        next.unseal(&home, secret("right")).await.unwrap();
        let vault = next.look(&home, VaultChoice::SealedFile).await;
        let kept = vault.get(&entry).await.unwrap().unwrap();
        assert_eq!(kept.expose(), "kept");
    }

    #[tokio::test]
    async fn the_environment_s_passphrase_opens_the_file_and_its_lack_is_said() {
        let (_folder, home) = folder();
        let mut keeping = Keeping::new(Asked::File(Some(secret("right"))));
        keeping.look(&home, VaultChoice::Keyring).await;
        let view = keeping.view(&home);
        assert_eq!(
            (view.backend.as_str(), view.state),
            ("sealed-file", VaultStateView::Ready)
        );

        let mut wrong = Keeping::new(Asked::File(Some(secret("wrong"))));
        wrong.look(&home, VaultChoice::Keyring).await;
        assert_eq!(wrong.view(&home).state, VaultStateView::Locked);

        let mut none = Keeping::new(Asked::File(None));
        none.look(&home, VaultChoice::Keyring).await;
        assert_eq!(none.view(&home).sentence, texts::NO_PASSPHRASE);
    }

    #[tokio::test]
    async fn a_file_that_the_environment_chose_is_not_left_for_the_keyring() {
        let (_folder, home) = folder();
        let mut keeping = Keeping::new(Asked::File(Some(secret("right"))));
        keeping.look(&home, VaultChoice::Keyring).await;
        assert_eq!(keeping.leave_file().unwrap_err().code, ErrorCode::Invalid);
        keeping.look(&home, VaultChoice::Keyring).await;
        assert_eq!(keeping.view(&home).backend, "sealed-file");
    }

    #[tokio::test]
    async fn what_is_only_in_memory_says_so() {
        let (_folder, home) = folder();
        let mut keeping = Keeping::new(Asked::Memory);
        keeping.look(&home, VaultChoice::Keyring).await;
        let view = keeping.view(&home);
        assert_eq!(
            (view.backend.as_str(), view.state),
            ("memory", VaultStateView::Ready)
        );
        assert_eq!(view.sentence, texts::IN_MEMORY);
    }

    #[tokio::test]
    async fn a_session_keeps_for_as_long_as_it_lasts_and_the_next_one_asks_the_keyring() {
        let (_folder, home) = folder();
        let mut keeping = Keeping::new(Asked::AsChosen);
        keeping.begin_session().unwrap();
        let vault = keeping.look(&home, VaultChoice::Session).await;
        assert!(!vault.outlives_process());
        let view = keeping.view(&home);
        assert_eq!(
            (view.state, view.sentence.as_str()),
            (VaultStateView::Ready, texts::THIS_SESSION)
        );
        assert!(!view.sealed_file);
        keeping.unseal(&home, secret("right")).await.unwrap();
        assert!(!keeping.is_session() && keeping.view(&home).sealed_file);

        let mut chosen = Keeping::new(Asked::File(Some(secret("right"))));
        assert_eq!(chosen.begin_session().unwrap_err().code, ErrorCode::Invalid);
    }
}
