//! Topics that are joined because they are on a screen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use carillon_contract::topic::TopicStatus;
use carillon_contract::{Topic, UiEvent};
use carillon_store::StoreError;
use tokio::time::Instant;

use super::Running;
use crate::watching::with_watched;

/// How long a topic stays joined that is on no screen any more: who goes back at once finds it as it was.
const LINGER: Duration = Duration::from_secs(30);

/// The topics of the screens.
#[derive(Default)]
pub(super) struct Watching {
    /// What is joined for them, also what only lingers.
    topics: BTreeSet<Topic>,
    /// What is on no screen any more, and until when it stays.
    leaving: BTreeMap<Topic, Instant>,
}

impl Watching {
    /// Takes what is on the screens now.
    fn take(&mut self, seen: &BTreeSet<Topic>, now: Instant) {
        self.leaving.retain(|topic, _| !seen.contains(topic));
        for topic in self.topics.difference(seen) {
            self.leaving.entry(topic.clone()).or_insert(now + LINGER);
        }
        self.topics.extend(seen.iter().cloned());
    }

    /// When the next one is to be left.
    pub(super) fn next(&self) -> Option<Instant> {
        self.leaving.values().min().copied()
    }

    /// Forgets what has lingered for long enough.
    fn forget(&mut self, now: Instant) {
        let is_due = |until: &Instant| *until <= now;
        self.topics
            .retain(|topic| !self.leaving.get(topic).is_some_and(is_due));
        self.leaving.retain(|_, until| !is_due(until));
    }
}

impl Running {
    /// The screens show something else.
    pub(super) async fn screens_changed(&mut self) {
        let seen = self.with.watched.borrow_and_update().clone();
        self.look(|watching| watching.take(&seen, Instant::now())).await;
    }

    /// Leaves what is on no screen any more.
    pub(super) async fn leave_unwatched(&mut self) {
        self.look(|watching| watching.forget(Instant::now())).await;
    }

    /// Joins and leaves what this change of the screens makes a difference for: what is followed as well stays as it
    /// is, and what there was no room for gets the room of what is left.
    async fn look(&mut self, change: impl FnOnce(&mut Watching)) {
        let before = self.wanted().await;
        change(&mut self.watching);
        let (before, after) = match (before, self.wanted().await) {
            (Ok(before), Ok(after)) => (before, after),
            (Err(error), _) | (_, Err(error)) => {
                tracing::warn!(%error, "Read the wanted topics; the next connection joins them");
                return;
            }
        };
        for topic in before.iter().filter(|topic| !after.contains(topic)) {
            if let Some(live) = self.session.as_mut() {
                live.answers.remove(topic);
            }
            self.follow(topic.clone()).await;
        }
        for topic in after.into_iter().filter(|topic| !before.contains(topic)) {
            self.follow(topic).await;
        }
        self.tell_topics().await;
    }

    /// The topics that are to be joined: what the person follows, then what is on a screen, as far as there is room.
    pub(super) async fn wanted(&self) -> Result<Vec<Topic>, StoreError> {
        let followed = self.with.store.topics(None).await?;
        let mut wanted: Vec<Topic> = followed.into_iter().map(|status| status.topic).collect();
        let room = self.room();
        for topic in &self.watching.topics {
            if wanted.len() < room && !wanted.contains(topic) {
                wanted.push(topic.clone());
            }
        }
        Ok(wanted)
    }

    /// How many topics one connection has room for besides those that the server joined by itself.
    fn room(&self) -> usize {
        let joined = self.session.as_ref().map_or(0, |live| live.welcome.rooms.len());
        let limit = self.with.platform.profile().topic_limit;
        limit.map_or(usize::MAX, |limit| {
            usize::try_from(limit)
                .unwrap_or(usize::MAX)
                .saturating_sub(joined)
        })
    }

    /// The topics and what the server said of them on this connection.
    pub(super) async fn topics(&self) -> Result<Vec<TopicStatus>, StoreError> {
        let id = self.session.as_ref().map(|live| live.id.as_str());
        let followed = self.with.store.topics(id).await?;
        Ok(with_watched(followed, &self.watched_topics()))
    }

    fn watched_topics(&self) -> Vec<TopicStatus> {
        let answers = self.session.as_ref().map(|live| &live.answers);
        let status = |topic: &Topic| {
            let answer = answers.and_then(|answers| answers.get(topic));
            TopicStatus {
                topic: topic.clone(),
                followed: false,
                confirmed: answer == Some(&None),
                refusal: answer.cloned().flatten(),
            }
        };
        self.watching.topics.iter().map(status).collect()
    }

    /// Tells how the topics stand, and keeps that for who asks later.
    pub(super) async fn tell_topics(&self) {
        self.with
            .now
            .send_modify(|now| now.watched = self.watched_topics());
        match self.topics().await {
            Ok(topics) => {
                let account = self.with.account.id.clone();
                self.with.hub.send(UiEvent::Topics { account, topics });
            }
            Err(error) => tracing::warn!(%error, "Read the topics"),
        }
    }
}
