//! Topics, as far as people and screens ask for them: those that are followed are stored, those that are looked at are
//! joined for that long.

use carillon_contract::{Account, Topic, UiEvent};
use carillon_store::AccountStore;

use super::Engine;
use crate::account::Command;
use crate::error::EngineError;
use crate::watching::with_watched;

impl Engine {
    /// Follows a topic: stored first, so that every connection from now on joins it; then asked for.
    ///
    /// # Errors
    /// Where the platform has no such topic.
    pub async fn follow(&self, account: &Account, topic: &Topic) -> Result<Topic, EngineError> {
        let topic = self.platform(account.platform.as_str())?.topic(topic)?;
        let store = self.reader.store(&account.id).await?;
        store.want_topic(topic.clone(), self.parts.clock.now()).await?;
        self.tell(account, topic.clone(), &store).await?;
        Ok(topic)
    }

    /// Follows a topic no longer; tells whether it was followed.
    ///
    /// # Errors
    /// Where the platform has no such topic.
    pub async fn unfollow(&self, account: &Account, topic: &Topic) -> Result<bool, EngineError> {
        let topic = self.platform(account.platform.as_str())?.topic(topic)?;
        let store = self.reader.store(&account.id).await?;
        let was = store.drop_topic(topic.clone()).await?;
        self.tell(account, topic, &store).await?;
        Ok(was)
    }

    /// Joins these topics of an account for as long as this watcher looks at them, and no others of it. Said again, it
    /// does no harm; said of none, it is the end.
    ///
    /// # Errors
    /// Where the platform has no such topic.
    pub fn watch(&self, account: &Account, watcher: String, topics: &[Topic]) -> Result<(), EngineError> {
        let platform = self.platform(account.platform.as_str())?;
        let topics: Result<_, _> = topics.iter().map(|topic| platform.topic(topic)).collect();
        self.watches.set(&account.id, watcher, topics?);
        self.look_at_watches();
        Ok(())
    }

    /// No screen is left.
    pub fn watch_nothing(&self) {
        self.watches.clear();
        self.look_at_watches();
    }

    /// Whether anybody can see the screens: what they show is not joined while nobody does.
    pub fn set_hidden(&self, is_hidden: bool) {
        self.watches.set_hidden(is_hidden);
        self.look_at_watches();
    }

    fn look_at_watches(&self) {
        for (id, running) in self.running().iter() {
            let topics = self.watches.of(id);
            running.watching.send_if_modified(|watched| {
                let changed = *watched != topics;
                *watched = topics;
                changed
            });
        }
    }

    async fn tell(&self, account: &Account, topic: Topic, store: &AccountStore) -> Result<(), EngineError> {
        let commands = self.of(&account.id, |running| running.commands.clone());
        if let Some(commands) = commands {
            // An account that is just stopping joins the topic with its next connection.
            let _ = commands.send(Command::Follow(topic)).await;
        }
        let seen = store.last_seen().await?;
        let socket = seen.and_then(|seen| seen.status.socket_id);
        let followed = store.topics(socket.as_deref()).await?;
        self.hub.send(UiEvent::Topics {
            account: account.id.clone(),
            topics: with_watched(followed, &self.now(&account.id).watched),
        });
        Ok(())
    }
}
