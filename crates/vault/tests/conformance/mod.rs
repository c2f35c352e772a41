//! What every vault must do. [`vault_conformance_tests`] makes a test of each function, against one kind of vault.

use carillon_contract::Secret;
use carillon_vault::{Entry, TokenVault, VaultState};

/// Makes the tests; `$on` is a function that takes a test's name and a closure, and runs the closure on a vault.
macro_rules! vault_conformance_tests {
    ($on:path) => {
        conformance::vault_conformance_tests! { $on:
            an_entry_that_was_never_set_is_none,
            what_is_set_is_read_back,
            a_new_secret_replaces_the_old_one_whatever_their_lengths,
            a_deleted_entry_is_none_and_can_be_set_again,
            deleting_what_is_not_there_is_no_error,
            entries_of_other_kinds_and_accounts_are_untouched,
            asking_for_the_state_changes_nothing,
            requests_made_at_once_are_all_done,
        }
    };
    ($on:path: $($test:ident,)*) => {
        $(#[test]
        fn $test() {
            $on(stringify!($test), async |vault| conformance::$test(vault).await);
        })*
    };
}
pub(crate) use vault_conformance_tests;

fn secret(text: impl Into<String>) -> Secret {
    Secret::new(text.into())
}

async fn read(vault: &dyn TokenVault, entry: &Entry) -> Option<String> {
    vault
        .get(entry)
        .await
        .unwrap()
        .map(|secret| secret.expose().to_owned())
}

/// Nothing is there in the beginning.
pub(crate) async fn an_entry_that_was_never_set_is_none(vault: &dyn TokenVault) {
    for entry in [Entry::token("alice"), Entry::database_key("alice")] {
        assert_eq!(read(vault, &entry).await, None);
    }
}

/// Short, empty, long, and not ASCII.
pub(crate) async fn what_is_set_is_read_back(vault: &dyn TokenVault) {
    let texts = [
        "t",
        "",
        &"4 KB ".repeat(820),
        &"\u{fc}\u{20ac}\u{1f514}".repeat(3_000),
        "line\nline\0nul",
    ];
    for text in texts {
        vault.set(&Entry::token("alice"), &secret(text)).await.unwrap();
        assert_eq!(read(vault, &Entry::token("alice")).await.as_deref(), Some(text));
    }
}

/// Nothing of a longer secret shines through a shorter one.
pub(crate) async fn a_new_secret_replaces_the_old_one_whatever_their_lengths(vault: &dyn TokenVault) {
    let entry = Entry::token("alice");
    for length in [10, 7_000, 2_048, 2_049, 0, 4_096, 1] {
        let text = format!("{length}").repeat(length);
        vault.set(&entry, &secret(text.clone())).await.unwrap();
        assert_eq!(read(vault, &entry).await, Some(text));
    }
}

/// Signing out and in again.
pub(crate) async fn a_deleted_entry_is_none_and_can_be_set_again(vault: &dyn TokenVault) {
    let entry = Entry::token("alice");
    for text in ["short".to_owned(), "long".repeat(2_000)] {
        vault.set(&entry, &secret(text.clone())).await.unwrap();
        vault.delete(&entry).await.unwrap();
        assert_eq!(read(vault, &entry).await, None);
        vault.set(&entry, &secret(text.clone())).await.unwrap();
        assert_eq!(read(vault, &entry).await, Some(text));
    }
}

/// Signing out twice.
pub(crate) async fn deleting_what_is_not_there_is_no_error(vault: &dyn TokenVault) {
    vault.delete(&Entry::token("nobody")).await.unwrap();
    vault.delete(&Entry::token("nobody")).await.unwrap();
}

/// Accounts whose ids look like parts of each other's entries keep theirs.
pub(crate) async fn entries_of_other_kinds_and_accounts_are_untouched(vault: &dyn TokenVault) {
    let names = [
        "alice",
        "alice/",
        "bob",
        "",
        "probe",
        "token/alice",
        "part-a-0/token/alice",
        "al ice#1",
    ];
    let mut entries = Vec::new();
    for name in names {
        entries.extend([Entry::token(name), Entry::database_key(name)]);
    }
    for (number, entry) in entries.iter().enumerate() {
        vault.set(entry, &secret(number.to_string())).await.unwrap();
    }
    vault.delete(&Entry::token("bob")).await.unwrap();
    for (number, entry) in entries.iter().enumerate() {
        let expected = (*entry != Entry::token("bob")).then(|| number.to_string());
        assert_eq!(read(vault, entry).await, expected, "{entry}");
    }
}

/// The probe is no entry of anybody's.
pub(crate) async fn asking_for_the_state_changes_nothing(vault: &dyn TokenVault) {
    vault.set(&Entry::token("alice"), &secret("kept")).await.unwrap();
    for _ in 0..3 {
        assert_eq!(vault.state().await, VaultState::Ready);
    }
    assert_eq!(read(vault, &Entry::token("alice")).await.as_deref(), Some("kept"));
    assert_eq!(read(vault, &Entry::token("")).await, None);
}

/// A vault is shared by all accounts.
pub(crate) async fn requests_made_at_once_are_all_done(vault: &dyn TokenVault) {
    let set = async |name: &str| {
        vault
            .set(&Entry::token(name), &secret(name.repeat(1_000)))
            .await
            .unwrap();
        assert_eq!(read(vault, &Entry::token(name)).await, Some(name.repeat(1_000)));
    };
    tokio::join!(set("alice"), set("bob"), set("carol"), set("dave"));
}
