//! Vaults that are slow or refuse, and what an account makes of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_contract::{Account, ConnectionState, Secret};
use carillon_engine::parts::{MemoryVault, TokenVault, VaultError, VaultState};
use carillon_link::testing::Outcome;
use carillon_vault::Entry;
use serde_json::json;
use tokio::sync::Semaphore;

use crate::rig::{Bench, Rig, add, token};
use crate::website::Website;

/// A vault that takes nothing while it is told not to.
#[derive(Default)]
struct ReadOnly {
    inner: MemoryVault,
    refuses: AtomicBool,
}

#[async_trait]
impl TokenVault for ReadOnly {
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        self.inner.get(entry).await
    }

    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(VaultError::Locked { source: None });
        }
        self.inner.set(entry, secret).await
    }

    async fn delete(&self, entry: &Entry) -> Result<(), VaultError> {
        self.inner.delete(entry).await
    }

    async fn state(&self) -> VaultState {
        self.inner.state().await
    }

    fn backend(&self) -> &'static str {
        "read-only"
    }
}

/// Keeps a token that can be renewed in place of the account's.
pub(crate) async fn keep(vault: &dyn TokenVault, account: &Account, access: &str, refresh: &str) {
    let tokens = json!({ "access": access, "refresh": refresh }).to_string();
    let entry = Entry::token(account.id.as_str());
    vault.set(&entry, &Secret::new(tokens)).await.unwrap();
}

/// The refresh token that a vault holds.
async fn kept(vault: &dyn TokenVault, account: &Account) -> String {
    let tokens = vault
        .get(&Entry::token(account.id.as_str()))
        .await
        .unwrap()
        .unwrap();
    let tokens: serde_json::Value = serde_json::from_str(tokens.expose()).unwrap();
    tokens["refresh"].as_str().unwrap().to_owned()
}

/// An account whose first token the server refuses, so that it renews it at `website`.
async fn refused(website: &Website, vault: &Arc<ReadOnly>, outcomes: &[Outcome]) -> Rig {
    let mut bench = Bench::new();
    bench.vault = Arc::clone(vault) as Arc<dyn TokenVault>;
    let outcomes = [&[Outcome::Refuse("token")], outcomes].concat();
    let (engine, script) = bench.engine(outcomes).await;
    let account = add(&engine, "alice", &website.url).await;
    keep(&**vault, &account, &token("alice"), "refresh-1").await;
    bench.run(engine, script, account).await
}

/// The token was renewed, and the vault, which refuses to write from then on, still holds `refresh-1`.
async fn renewed_unkept(website: &Website, vault: &Arc<ReadOnly>) -> Rig {
    let mut rig = refused(website, vault, &[Outcome::Open]).await;
    let asked = website.asked().await;
    vault.refuses.store(true, Ordering::Relaxed);
    asked.answer(
        200,
        "",
        &json!({ "access": token("alice"), "refresh": "refresh-2" }),
    );
    rig.online(false).await;
    rig
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_the_vault_did_not_take_is_kept_as_soon_as_it_does() {
    let website = Website::start().await;
    let vault = Arc::<ReadOnly>::default();
    let rig = renewed_unkept(&website, &vault).await;
    assert_eq!(kept(&*vault, &rig.account).await, "refresh-1");
    vault.refuses.store(false, Ordering::Relaxed);
    tokio::time::advance(Duration::from_secs(1)).await;
    while kept(&*vault, &rig.account).await != "refresh-2" {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_is_kept_late_does_not_replace_a_newer_one() {
    let website = Website::start().await;
    let vault = Arc::<ReadOnly>::default();
    let rig = renewed_unkept(&website, &vault).await;
    vault.refuses.store(false, Ordering::Relaxed);
    keep(&*vault, &rig.account, &token("alice"), "signed-in-anew").await;
    let account = rig.account.clone();
    // It is tried for the last time.
    rig.stop().await;
    assert_eq!(kept(&*vault, &account).await, "signed-in-anew");
}

#[tokio::test(start_paused = true)]
async fn a_renewed_token_that_the_vault_did_not_take_is_tried_again_when_the_account_stops() {
    let website = Website::start().await;
    let vault = Arc::<ReadOnly>::default();
    let rig = renewed_unkept(&website, &vault).await;
    vault.refuses.store(false, Ordering::Relaxed);
    let account = rig.account.clone();
    rig.stop().await;
    assert_eq!(kept(&*vault, &account).await, "refresh-2");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_before_a_refresh_is_left_alone_that_long() {
    let website = Website::start().await;
    let vault = Arc::<ReadOnly>::default();
    let mut rig = refused(&website, &vault, &[Outcome::Open]).await;
    website
        .asked()
        .await
        .answer(429, "retry-after: 90\r\n", &json!({}));
    let cause = rig.state(ConnectionState::Reconnecting).await;
    assert_eq!(cause.as_deref(), Some("The server asks to wait."));
    tokio::time::advance(Duration::from_secs(89)).await;
    assert!(website.is_quiet().await);
    tokio::time::advance(Duration::from_secs(1)).await;
    let asked = website.asked().await;
    asked.answer(200, "", &json!({ "access": token("alice") }));
    rig.online(false).await;
}

/// A vault that is asked for the secrets of one account in vain, until it is released.
struct Slow {
    inner: MemoryVault,
    slow: std::sync::OnceLock<String>,
    released: Semaphore,
}

impl Slow {
    async fn wait(&self, entry: &Entry) {
        if self
            .slow
            .get()
            .is_some_and(|account| entry.to_string().contains(account))
        {
            drop(self.released.acquire().await);
        }
    }
}

#[async_trait]
impl TokenVault for Slow {
    async fn get(&self, entry: &Entry) -> Result<Option<Secret>, VaultError> {
        self.wait(entry).await;
        self.inner.get(entry).await
    }

    async fn set(&self, entry: &Entry, secret: &Secret) -> Result<(), VaultError> {
        self.wait(entry).await;
        self.inner.set(entry, secret).await
    }

    async fn delete(&self, entry: &Entry) -> Result<(), VaultError> {
        self.inner.delete(entry).await
    }

    async fn state(&self) -> VaultState {
        self.inner.state().await
    }

    fn backend(&self) -> &'static str {
        "slow"
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_whose_secrets_are_slow_keeps_no_other_waiting() {
    let mut bench = Bench::new();
    let vault = Arc::new(Slow {
        inner: MemoryVault::new(),
        slow: std::sync::OnceLock::new(),
        released: Semaphore::new(0),
    });
    bench.vault = Arc::clone(&vault) as Arc<dyn TokenVault>;
    let (engine, _) = bench.engine([]).await;
    let alice = add(&engine, "alice", "http://127.0.0.1:1").await;
    let bob = add(&engine, "bob", "http://127.0.0.1:1").await;
    engine.stop().await;

    vault.slow.set(alice.id.to_string()).unwrap();
    let (engine, script) = bench.engine([Outcome::Open, Outcome::Open]).await;
    let engine = Arc::new(engine);
    let mut slow = tokio::task::JoinSet::new();
    for turn in 0..3 {
        let (engine, alice) = (Arc::clone(&engine), alice.id.clone());
        slow.spawn(async move {
            match turn {
                0 => engine.start_account(&alice).await.unwrap(),
                1 => drop(engine.reader().store(&alice).await.unwrap()),
                _ => drop(engine.stop_account(&alice).await),
            }
        });
    }
    let mut rig = bench.run(engine, script, bob).await;
    let line = rig.online(false).await;
    line.say_and_ask("note", &json!({ "id": "n-1" })).await.unwrap();
    rig.engine.disconnect(&rig.account.id).await.unwrap();
    assert!(slow.try_join_next().is_none());
    vault.released.close();
    slow.join_all().await;
}
