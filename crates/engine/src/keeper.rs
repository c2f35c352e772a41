//! What keeps all accounts in order while nothing happens, those that are disconnected included: indexing, and dropping
//! what is old. One task for all of them; each step waits until nobody else wants to write to that account.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use carillon_contract::{AccountId, UiEvent};
use carillon_store::AccountStore;
use carillon_store::inbox::Changed;
use carillon_store::prune::Round;
use carillon_store::retention::Limits;
use futures_util::FutureExt as _;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::error::EngineError;
use crate::publish::Hub;
use crate::reader::Reader;

/// How often notices are put into the index of the search, and events that are too many are dropped.
const OFTEN: Duration = Duration::from_secs(30);
/// How often all that is old is dropped, counted in these: about every hour, and first after a minute. A command that
/// only takes a moment is not to begin with it.
const ROUNDS: u32 = 120;
const FIRST_ROUND: u32 = 2;

/// The task's state.
pub(crate) struct Keeper {
    pub(crate) reader: Arc<Reader>,
    pub(crate) hub: Hub,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: CancellationToken,
}

impl Keeper {
    /// Runs until it is stopped.
    pub(crate) async fn run(self) {
        let stop = self.stop.clone();
        let mut ticks = interval(OFTEN);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let work = async {
            for round in 0u32.. {
                ticks.tick().await;
                // A defect that one file brings about does not end the care for all of them.
                if AssertUnwindSafe(self.round(round)).catch_unwind().await.is_err() {
                    tracing::error!("Keeping accounts in order panicked; it goes on");
                }
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = work => {}
        }
    }

    async fn round(&self, number: u32) {
        for store in self.reader.opened() {
            if let Err(error) = self.keep_up(&store).await {
                tracing::warn!(%error, account = %store.account().id, "Index notices and drop old events");
            }
        }
        if number % ROUNDS == FIRST_ROUND {
            self.prune().await;
        }
    }

    /// Does for a file that is open what does not wait for an hour: notices want to be found, and events may come by
    /// the thousand a second.
    async fn keep_up(&self, store: &AccountStore) -> Result<(), EngineError> {
        let indexing = async {
            while store.index_step().await? {}
            Ok(())
        };
        let indexed: Result<(), EngineError> = indexing.await;
        // Also where the disk is full: this is what makes room.
        let round = store.begin_round(Limits::default(), self.clock.now()).await?;
        self.finish(store, round.of_events()).await?;
        indexed
    }

    /// Drops what is old of every account.
    async fn prune(&self) {
        let entries = match self.reader.entries().await {
            Ok(entries) => entries,
            Err(error) => {
                tracing::warn!(%error, "Read the accounts");
                return;
            }
        };
        for entry in entries {
            // One that can't be read is told elsewhere, and keeps no other from it.
            if let Err(error) = self.prune_account(&entry.id).await {
                tracing::warn!(%error, account = %entry.id, "Drop what is old");
            }
        }
    }

    async fn prune_account(&self, id: &AccountId) -> Result<(), EngineError> {
        let store = self.reader.store(id).await?;
        let round = store.begin_round(Limits::default(), self.clock.now()).await?;
        self.finish(&store, round).await
    }

    /// Does a round step by step, and tells what goes of the inbox.
    async fn finish(&self, store: &AccountStore, mut round: Round) -> Result<(), EngineError> {
        let id = &store.account().id;
        let mut rows = 0;
        while let Some(step) = store.prune_step(&mut round).await? {
            rows += step.rows;
            tell(&self.hub, id, step.changed);
        }
        if rows > 0 {
            tracing::debug!(rows, account = %id, "Dropped what is old");
        }
        Ok(())
    }
}

/// Tells what became of notices.
pub(crate) fn tell(hub: &Hub, account: &AccountId, changed: Changed) {
    if !changed.erased.is_empty() {
        hub.send(UiEvent::NoticesErased {
            account: account.clone(),
            ids: changed.erased,
            unread: changed.unread.clone(),
        });
    }
    if !changed.notices.is_empty() {
        hub.send(UiEvent::NoticesChanged {
            account: account.clone(),
            notices: changed.notices,
            unread: changed.unread,
        });
    }
}

#[cfg(test)]
mod tests {
    use carillon_contract::item::{DedupeKey, Item, KeySpan, NoticeDraft};
    use carillon_contract::{Account, Identity, Level, PlatformId, Timestamp};
    use carillon_store::events::Incoming;
    use carillon_store::ingest::Batch;
    use carillon_store::registry::EntryState;
    use carillon_store::{DatabaseKey, Registry};
    use carillon_vault::{Entry, MemoryVault, TokenVault as _};

    use super::*;
    use crate::home::Home;
    use crate::mend::Mender;
    use crate::notify::Silent;

    const DAY: i64 = 24 * 60 * 60 * 1_000;

    struct Standing(Timestamp);

    impl Clock for Standing {
        fn now(&self) -> Timestamp {
            self.0
        }
    }

    fn read_notice(key: &str) -> Incoming {
        let key = DedupeKey {
            text: key.into(),
            span: KeySpan::Always,
            is_exact: true,
        };
        let mut item = Item::new("notification", key);
        item.notice = Some(NoticeDraft {
            key: None,
            category: "notification",
            level: Level::Info,
            title: "One".into(),
            body: String::new(),
            action_url: None,
            read: true,
            must_see: false,
            about: None,
        });
        Incoming {
            name: "notification".into(),
            payload: serde_json::value::to_raw_value("x").unwrap(),
            item,
        }
    }

    async fn receive(store: &AccountStore, key: &str, at: i64) {
        let batch = Batch {
            received_at: Timestamp(at),
            events: vec![read_notice(key)],
            ..Batch::default()
        };
        store.ingest(batch).await.ok().unwrap();
    }

    #[tokio::test]
    async fn what_is_old_goes_also_where_nothing_is_connected_and_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::new(folder.path());
        home.create().unwrap();
        let vault = Arc::new(MemoryVault::new());
        let registry = Registry::open(&home.registry()).await.unwrap();
        let ids = ["a-1", "a-2"].map(AccountId::new);
        for id in &ids {
            let account = Account {
                id: id.clone(),
                platform: PlatformId::new("some"),
                server: "http://127.0.0.1:1".into(),
                identity: Identity {
                    user_id: id.to_string(),
                    wallet: None,
                    name: None,
                },
                created_at: Timestamp(0),
            };
            let sameness = registry.sameness(&account.platform, &account.server, id.as_str());
            registry
                .begin(id, &account.platform, &sameness, Timestamp(0))
                .await
                .unwrap();
            registry.set_state(id, EntryState::Ready).await.unwrap();
            registry.set_paused(id, true).await.unwrap();
            let key = DatabaseKey::generate().unwrap();
            let entry = Entry::database_key(id.as_str());
            vault.set(&entry, key.as_secret()).await.unwrap();
            let store = AccountStore::create(&home.account(id), &key, &account)
                .await
                .unwrap();
            receive(&store, "old", DAY).await;
            receive(&store, "new", 200 * DAY).await;
            store.close().await;
        }
        // The key of the first is not to be had; the second is kept in order all the same.
        vault.delete(&Entry::database_key("a-1")).await.unwrap();

        let hub = Hub::default();
        let mut listener = hub.subscribe();
        let clock: Arc<dyn Clock> = Arc::new(Standing(Timestamp(200 * DAY)));
        let mender = Mender {
            home,
            registry: Arc::new(registry),
            hub: hub.clone(),
            clock: Arc::clone(&clock),
            notifier: Arc::new(Silent),
            unfounded: std::sync::Mutex::default(),
        };
        let keeper = Keeper {
            reader: Arc::new(Reader::of_owner(mender, vault)),
            hub,
            clock,
            stop: CancellationToken::new(),
        };
        keeper.prune().await;
        let told = listener.next().await.unwrap();
        let UiEvent::NoticesErased { account, ids, unread } = &*told.event else {
            panic!("{told:?}");
        };
        assert_eq!(
            (account.as_str(), ids.as_slice(), unread.len()),
            ("a-2", &[1][..], 0)
        );
        let store = keeper.reader.store(&AccountId::new("a-2")).await.unwrap();
        keeper.keep_up(&store).await.unwrap();
        let found = store.search("one", false, 9).await.unwrap();
        assert_eq!(found.len(), 1);
        store.close().await;
    }
}
