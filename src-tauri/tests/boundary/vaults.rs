//! A keyring that is locked, missing or refuses keeps no window from opening, and is asked again when the person
//! says so.

use std::sync::Arc;

use carillon_contract::view::{VaultStateView, VaultView};
use carillon_contract::{ErrorCode, UiEvent};
use carillon_engine::parts::VaultState;
use carillon_vault::{MemoryVault, TokenVault};
use serde_json::json;

use crate::desk::{Plan, files, gateway, until_connected};

#[test]
fn a_locked_keyring_is_told_and_its_accounts_open_once_it_is_unlocked() {
    let vault = Arc::new(MemoryVault::new());
    let plan = Plan::with(Arc::clone(&vault) as Arc<dyn TokenVault>);
    let gateway = gateway();
    let desk = plan.again().open();
    let account = desk.alice(&gateway);
    desk.close();

    for (state, seen) in [
        (VaultState::Locked, VaultStateView::Locked),
        (VaultState::Missing, VaultStateView::Missing),
        (VaultState::Refused, VaultStateView::Refused),
    ] {
        vault.turn(state);
        let desk = plan.again().open();
        desk.listen();
        let snapshot = desk.snapshot();
        assert_eq!(snapshot.vault.state, seen);
        assert_eq!(snapshot.vault.sentence, state.sentence());
        assert!(snapshot.accounts.is_empty());
        assert_eq!(snapshot.closed[0].id, account.id);
        assert_eq!(snapshot.closed[0].error.code, ErrorCode::Vault);
        let still: VaultView = desk.call("check_vault", json!({}));
        assert_eq!(still.state, seen);

        vault.turn(VaultState::Ready);
        let ready: VaultView = desk.call("check_vault", json!({}));
        assert_eq!(ready.state, VaultStateView::Ready);
        // Another engine began: the window is to read anew, and the account connects by itself.
        desk.hear("the hint to read anew", |event| {
            matches!(event, UiEvent::Resync).then_some(())
        });
        let snapshot = desk.snapshot();
        assert!(snapshot.closed.is_empty());
        assert_eq!(snapshot.accounts[0].account, account);
        until_connected(&desk, &account);
        desk.close();
    }
}

#[test]
fn without_a_keyring_a_passphrase_keeps_accounts_over_restarts() {
    let vault = Arc::new(MemoryVault::new());
    vault.turn(VaultState::Missing);
    let plan = Plan {
        asked: carillon_app::vault::Asked::Keyring,
        ..Plan::with(vault)
    };
    let sealed = Plan {
        asked: carillon_app::vault::Asked::AsChosen,
        ..plan.again()
    };
    let gateway = gateway();
    let desk = plan.again().open();
    let view: VaultView = desk.call("use_sealed_vault", json!({ "passphrase": "a long one" }));
    assert_eq!(
        (view.backend.as_str(), view.state),
        ("sealed-file", VaultStateView::Ready)
    );
    let account = desk.alice(&gateway);
    desk.close();
    assert!(plan.home().folder().join("vault.sealed").exists());
    let bytes = files(plan.home().folder());
    let password = b"demo-alice";
    assert!(!bytes.windows(password.len()).any(|part| part == password));

    // The choice is kept, the passphrase is not.
    let desk = sealed.again().open();
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.vault.backend, "sealed-file");
    assert_eq!(snapshot.vault.state, VaultStateView::Locked);
    assert_eq!(snapshot.closed.len(), 1);
    let wrong = desk.fail("use_sealed_vault", json!({ "passphrase": "another" }));
    assert_eq!(wrong.code, ErrorCode::Vault);
    let view: VaultView = desk.call("use_sealed_vault", json!({ "passphrase": "a long one" }));
    assert_eq!(view.state, VaultStateView::Ready);
    assert_eq!(desk.snapshot().accounts[0].account, account);

    // There and back: what is sealed in the file waits there meanwhile.
    let view: VaultView = desk.call("use_keyring", json!({}));
    assert_eq!(view.backend, "keyring");
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.vault.backend, "keyring");
    assert_eq!((snapshot.accounts.len(), snapshot.closed.len()), (0, 1));
    let view: VaultView = desk.call("use_sealed_vault", json!({ "passphrase": "a long one" }));
    assert_eq!(view.state, VaultStateView::Ready);
    assert_eq!(desk.snapshot().accounts[0].account, account);
    desk.close();
}

#[test]
fn what_is_added_for_a_session_is_gone_with_it() {
    let vault = Arc::new(MemoryVault::new());
    vault.turn(VaultState::Missing);
    let plan = Plan::with(vault);
    let gateway = gateway();
    let desk = plan.again().open();
    let _: VaultView = desk.call("use_session_vault", json!({}));
    let account = desk.alice(&gateway);
    until_connected(&desk, &account);
    let folder = plan.home().folder().join("accounts");
    let databases = || {
        let files = std::fs::read_dir(&folder).unwrap();
        files
            .filter(|file| {
                file.as_ref()
                    .unwrap()
                    .path()
                    .extension()
                    .is_some_and(|end| end == "db")
            })
            .count()
    };
    assert_eq!(databases(), 1);
    desk.close();

    let desk = plan.again().open();
    let snapshot = desk.snapshot();
    assert_eq!((snapshot.accounts.len(), snapshot.closed.len()), (0, 0));
    assert_eq!(snapshot.vault.state, VaultStateView::Missing);
    assert_eq!(
        snapshot.settings.vault,
        carillon_contract::settings::VaultChoice::Keyring
    );
    assert_eq!(databases(), 0);
    desk.close();
}
