//! The system's own keyring: a real GNOME Keyring, in a session of its own for each test.
//!
//! A test that finds itself outside such a session runs itself again inside one, through `tests/with-keyring.sh`,
//! and fails if that can't be made. On systems without a Secret Service nothing of this file is built.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "A test fails by panicking")]

mod conformance;

use std::path::Path;
use std::process::{Command, Stdio};

use carillon_contract::Secret;
use carillon_vault::{Entry, TokenVault, VaultError, VaultState, os};

const NAMESPACE: &str = "carillon test";

/// Runs a test's body in a session of the given kind; `test` is the test's own name.
fn in_session(mode: &str, test: &str, body: impl AsyncFnOnce()) {
    let done = "CARILLON_TEST_DONE";
    if std::env::var("CARILLON_TEST_KEYRING").is_ok_and(|now| now == mode) {
        tokio::runtime::Runtime::new().unwrap().block_on(body());
        if let Some(mark) = std::env::var_os(done) {
            std::fs::write(mark, test).unwrap();
        }
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/with-keyring.sh");
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("done");
    let ran = Command::new(script)
        .arg(mode)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(done, &mark)
        .output()
        .unwrap();
    let said = [ran.stdout, ran.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(ran.status.success(), "{said}");
    // A name that is not the test's runs nothing, and succeeds.
    assert_eq!(
        std::fs::read_to_string(&mark).unwrap_or_default(),
        test,
        "The test did not run: {said}"
    );
}

fn on_keyring(test: &str, body: impl AsyncFnOnce(&dyn TokenVault)) {
    in_session("unlocked", test, async || body(&os(NAMESPACE)).await);
}

conformance::vault_conformance_tests!(on_keyring);

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

async fn read(vault: &dyn TokenVault, entry: &Entry) -> Option<String> {
    vault
        .get(entry)
        .await
        .unwrap()
        .map(|secret| secret.expose().to_owned())
}

/// Runs a program of the session and says whether it succeeded.
fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap()
        .success()
}

/// Locks the login keyring, as a screen lock may do.
fn lock() {
    let to = [
        "--session",
        "--print-reply",
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
    ];
    let what = [
        "org.freedesktop.Secret.Service.Lock",
        "array:objpath:/org/freedesktop/secrets/collection/login",
    ];
    assert!(
        succeeds("dbus-send", &[&to[..], &what[..]].concat()),
        "The keyring was not locked"
    );
}

/// Puts an unlocked daemon in the place of the one that runs, as a log-in does.
fn log_in() {
    let daemon = "printf %s \"$CARILLON_TEST_KEYRING_PASSWORD\" | \
                  gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null 2>&1";
    assert!(
        succeeds("bash", &["-c", daemon]),
        "The keyring's daemon did not start"
    );
}

#[test]
fn a_secret_outlives_the_vault_and_is_found_by_another() {
    in_session(
        "unlocked",
        "a_secret_outlives_the_vault_and_is_found_by_another",
        async || {
            os(NAMESPACE)
                .set(&Entry::token("alice"), &secret(&"token".repeat(900)))
                .await
                .unwrap();
            assert_eq!(
                read(&os(NAMESPACE), &Entry::token("alice")).await,
                Some("token".repeat(900))
            );
        },
    );
}

#[test]
fn builds_of_another_namespace_see_nothing() {
    in_session(
        "unlocked",
        "builds_of_another_namespace_see_nothing",
        async || {
            os(NAMESPACE)
                .set(&Entry::token("alice"), &secret("token"))
                .await
                .unwrap();
            let development = os("carillon test (development)");
            assert_eq!(read(&development, &Entry::token("alice")).await, None);
            development.delete(&Entry::token("alice")).await.unwrap();
            assert_eq!(
                read(&os(NAMESPACE), &Entry::token("alice")).await.as_deref(),
                Some("token")
            );
        },
    );
}

#[test]
fn a_part_removed_by_hand_is_torn_and_not_signed_out() {
    in_session(
        "unlocked",
        "a_part_removed_by_hand_is_torn_and_not_signed_out",
        async || {
            let vault = os(NAMESPACE);
            vault
                .set(&Entry::token("alice"), &secret(&"token".repeat(900)))
                .await
                .unwrap();
            let part = ["clear", "service", NAMESPACE, "username", "part-a-1/token/alice"];
            assert!(succeeds("secret-tool", &part));
            assert!(matches!(
                vault.get(&Entry::token("alice")).await,
                Err(VaultError::Torn { .. })
            ));
            vault.set(&Entry::token("alice"), &secret("new")).await.unwrap();
            assert_eq!(read(&vault, &Entry::token("alice")).await.as_deref(), Some("new"));
        },
    );
}

#[test]
fn nothing_is_left_of_a_deleted_secret() {
    in_session("unlocked", "nothing_is_left_of_a_deleted_secret", async || {
        let vault = os(NAMESPACE);
        for length in [5_000, 3_000] {
            vault
                .set(&Entry::token("alice"), &secret(&"s".repeat(length)))
                .await
                .unwrap();
        }
        assert!(succeeds(
            "secret-tool",
            &["search", "--all", "service", NAMESPACE]
        ));
        vault.delete(&Entry::token("alice")).await.unwrap();
        let left = Command::new("secret-tool")
            .args(["search", "--all", "service", NAMESPACE])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&left.stdout), "");
    });
}

#[test]
fn a_locked_keyring_says_so_and_works_once_unlocked() {
    in_session(
        "unlocked",
        "a_locked_keyring_says_so_and_works_once_unlocked",
        async || {
            let vault = os(NAMESPACE);
            vault.set(&Entry::token("alice"), &secret("token")).await.unwrap();
            lock();

            assert_eq!(vault.state().await, VaultState::Locked);
            for entry in [Entry::token("alice"), Entry::token("nobody")] {
                assert!(
                    matches!(vault.get(&entry).await, Err(VaultError::Locked { .. })),
                    "{entry}"
                );
                assert!(
                    matches!(
                        vault.set(&entry, &secret("new")).await,
                        Err(VaultError::Locked { .. })
                    ),
                    "{entry}"
                );
                assert!(
                    matches!(vault.delete(&entry).await, Err(VaultError::Locked { .. })),
                    "{entry}"
                );
            }

            log_in();
            assert_eq!(vault.state().await, VaultState::Ready);
            assert_eq!(
                read(&vault, &Entry::token("alice")).await.as_deref(),
                Some("token")
            );
        },
    );
}

#[test]
fn a_keyring_that_was_restarted_is_met_again() {
    in_session(
        "unlocked",
        "a_keyring_that_was_restarted_is_met_again",
        async || {
            let vault = os(NAMESPACE);
            vault.set(&Entry::token("alice"), &secret("token")).await.unwrap();
            log_in();
            assert_eq!(
                read(&vault, &Entry::token("alice")).await.as_deref(),
                Some("token")
            );
            vault.set(&Entry::token("alice"), &secret("new")).await.unwrap();
            assert_eq!(read(&vault, &Entry::token("alice")).await.as_deref(), Some("new"));
        },
    );
}

#[test]
fn a_service_without_a_keyring_is_not_signed_out() {
    in_session(
        "no-collection",
        "a_service_without_a_keyring_is_not_signed_out",
        async || {
            let vault = os(NAMESPACE);
            let entry = Entry::token("alice");
            assert!(matches!(vault.get(&entry).await, Err(VaultError::Missing { .. })));
            assert!(matches!(
                vault.set(&entry, &secret("token")).await,
                Err(VaultError::Missing { .. })
            ));
            assert!(matches!(
                vault.delete(&entry).await,
                Err(VaultError::Missing { .. })
            ));
            assert_eq!(vault.state().await, VaultState::Missing);
        },
    );
}

#[test]
fn a_keyring_made_later_is_found() {
    in_session("no-collection", "a_keyring_made_later_is_found", async || {
        let vault = os(NAMESPACE);
        assert_eq!(vault.state().await, VaultState::Missing);
        log_in();
        assert_eq!(vault.state().await, VaultState::Ready);
        vault.set(&Entry::token("alice"), &secret("token")).await.unwrap();
        assert_eq!(
            read(&vault, &Entry::token("alice")).await.as_deref(),
            Some("token")
        );
    });
}

#[test]
fn a_bus_without_a_keyring_is_missing_one() {
    in_session(
        "no-service",
        "a_bus_without_a_keyring_is_missing_one",
        async || {
            let vault = os(NAMESPACE);
            assert!(matches!(
                vault.get(&Entry::token("alice")).await,
                Err(VaultError::Missing { .. })
            ));
            assert_eq!(vault.state().await, VaultState::Missing);
        },
    );
}

#[test]
fn no_session_bus_is_a_missing_keyring() {
    in_session("no-bus", "no_session_bus_is_a_missing_keyring", async || {
        let vault = os(NAMESPACE);
        assert!(matches!(
            vault.get(&Entry::token("alice")).await,
            Err(VaultError::Missing { .. })
        ));
        assert!(matches!(
            vault.set(&Entry::token("alice"), &secret("t")).await,
            Err(VaultError::Missing { .. })
        ));
        assert_eq!(vault.state().await, VaultState::Missing);
    });
}
