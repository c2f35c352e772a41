use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc as std_mpsc};

use zeroize::Zeroizing;

use super::*;

type Shared = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A keyring in memory whose writes run `before` first.
struct Ring<F> {
    items: Shared,
    before: F,
}

impl<F: Fn() -> Result<(), VaultError>> Items for Ring<F> {
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        Ok(self.items.lock().unwrap().get(name).cloned().map(Zeroizing::new))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), VaultError> {
        (self.before)()?;
        self.items.lock().unwrap().insert(name.to_owned(), bytes.to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), VaultError> {
        self.items.lock().unwrap().remove(name);
        Ok(())
    }
}

fn text(secret: Option<Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}

#[tokio::test]
async fn a_keyring_that_asks_for_its_password_does_not_hold_its_caller() {
    let (unlock, unlocked) = std_mpsc::channel::<()>();
    let unlocked = Arc::new(Mutex::new(unlocked));
    let items = Shared::default();
    let shared = Arc::clone(&items);
    let connect: Connect = Box::new(move |_| {
        let unlocked = Arc::clone(&unlocked);
        // Waits for ever, until the person has typed their password: the sender is gone.
        let before = move || {
            let _ = unlocked.lock().unwrap().recv();
            Ok(())
        };
        Ok(Box::new(Ring {
            items: Arc::clone(&shared),
            before,
        }))
    });
    let mut vault = OsVault::on(connect, Duration::from_millis(30));

    assert_eq!(vault.state().await, VaultState::Locked);
    let entry = Entry::token("alice");
    let refused = vault.set(&entry, &Secret::new(String::from("given up"))).await;
    assert!(matches!(refused, Err(VaultError::Locked { source: None })));

    drop(unlock);
    vault.reply_limit = REPLY_LIMIT;
    assert_eq!(vault.state().await, VaultState::Ready);
    assert_eq!(
        text(vault.get(&entry).await.unwrap()),
        None,
        "a request given up in the queue was begun"
    );
    vault
        .set(&entry, &Secret::new(String::from("kept")))
        .await
        .unwrap();
    assert_eq!(text(vault.get(&entry).await.unwrap()).as_deref(), Some("kept"));
}

#[tokio::test]
async fn a_restarted_keyring_is_met_on_a_new_connection() {
    let connections = Arc::new(AtomicUsize::new(0));
    let running = Arc::new(AtomicUsize::new(1));
    let items = Shared::default();
    let (count, current) = (Arc::clone(&connections), Arc::clone(&running));
    let connect: Connect = Box::new(move |again| {
        assert_eq!(again, count.fetch_add(1, Ordering::SeqCst) > 0);
        let (mine, current) = (current.load(Ordering::SeqCst), Arc::clone(&current));
        let before = move || {
            let is_known = current.load(Ordering::SeqCst) == mine;
            if is_known {
                Ok(())
            } else {
                Err(VaultError::Missing { source: None })
            }
        };
        Ok(Box::new(Ring {
            items: Arc::clone(&items),
            before,
        }))
    });
    let vault = OsVault::on(connect, REPLY_LIMIT);

    assert_eq!(vault.state().await, VaultState::Ready);
    running.fetch_add(1, Ordering::SeqCst);
    vault
        .set(&Entry::token("alice"), &Secret::new(String::from("s")))
        .await
        .unwrap();
    assert_eq!(vault.state().await, VaultState::Ready);
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_keyring_that_comes_later_is_found() {
    let tries = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&tries);
    let connect: Connect = Box::new(move |_| {
        if count.fetch_add(1, Ordering::SeqCst) == 0 {
            return Err(VaultError::Missing { source: None });
        }
        Ok(Box::new(Ring {
            items: Shared::default(),
            before: || Ok(()),
        }))
    });
    let vault = OsVault::on(connect, REPLY_LIMIT);
    assert_eq!(vault.state().await, VaultState::Missing);
    assert_eq!(vault.state().await, VaultState::Ready);
}

#[tokio::test]
async fn a_panic_in_the_library_below_is_an_error_and_the_thread_goes_on() {
    let calls = AtomicUsize::new(0);
    let calls = Arc::new(calls);
    let connect: Connect = Box::new(move |_| {
        let calls = Arc::clone(&calls);
        let before = move || {
            assert!(calls.fetch_add(1, Ordering::SeqCst) > 0, "the library's own bug");
            Ok(())
        };
        Ok(Box::new(Ring {
            items: Shared::default(),
            before,
        }))
    });
    let vault = OsVault::on(connect, REPLY_LIMIT);
    assert!(matches!(
        vault.get(&Entry::token("alice")).await,
        Err(VaultError::Stopped)
    ));
    assert!(vault.get(&Entry::token("alice")).await.unwrap().is_none());
}

#[tokio::test]
async fn the_thread_ends_with_the_vault() {
    let held = Arc::new(());
    let (witness, ended) = (Arc::downgrade(&held), std_mpsc::channel::<()>());
    let (alive, ended) = ended;
    let connect: Connect = Box::new(move |_| {
        let _ = (&held, &alive);
        Ok(Box::new(Ring {
            items: Shared::default(),
            before: || Ok(()),
        }))
    });
    let vault = OsVault::on(connect, REPLY_LIMIT);
    assert_eq!(vault.state().await, VaultState::Ready);
    drop(vault);
    // The sender goes when the thread drops its connection.
    assert_eq!(
        ended.recv_timeout(REPLY_LIMIT),
        Err(std_mpsc::RecvTimeoutError::Disconnected)
    );
    assert!(witness.upgrade().is_none());
}
