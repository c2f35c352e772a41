//! The vaults that need nothing of the system, before the examiner that all vaults face.
#![expect(clippy::unwrap_used, reason = "A test fails by panicking")]

mod conformance;

use carillon_contract::Secret;
use carillon_vault::{MemoryVault, SealedFile, TokenVault};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

mod memory {
    use super::{MemoryVault, TokenVault, conformance, runtime};

    fn on_memory(_: &str, test: impl AsyncFnOnce(&dyn TokenVault)) {
        runtime().block_on(test(&MemoryVault::new()));
    }

    conformance::vault_conformance_tests!(on_memory);
}

mod sealed_file {
    use super::{SealedFile, Secret, TokenVault, conformance, runtime};

    fn on_sealed_file(_: &str, test: impl AsyncFnOnce(&dyn TokenVault)) {
        runtime().block_on(async {
            let folder = tempfile::tempdir().unwrap();
            let passphrase = Secret::new(String::from("correct horse"));
            test(
                &SealedFile::create(folder.path().join("vault"), passphrase)
                    .await
                    .unwrap(),
            )
            .await;
        });
    }

    conformance::vault_conformance_tests!(on_sealed_file);
}
