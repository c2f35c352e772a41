//! Following topics on a connection. What is said of one topic reaches the server in the order in which it was
//! said; topics do not wait for each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use carillon_contract::history::ConnectionAct;
use carillon_contract::{Topic, UiEvent};
use carillon_platforms::Request;

use super::{Reply, Running};
use crate::topics::{TopicAnswer, ask, join};

impl Running {
    /// Joins the wanted topics; what follows waits for the answers, so that what is fetched includes them.
    pub(super) async fn join_topics(&mut self, session: u64) {
        let wanted = match self.wanted().await {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::error!(%error, "Read the wanted topics");
                self.with.link.give_up(session, self.cache_failed(&error)).await;
                return;
            }
        };
        if let Some(live) = self.live(session) {
            live.asked = Some(BTreeMap::new());
        }
        self.ask_to_join(session, wanted, true);
    }

    fn ask_to_join(&mut self, session: u64, topics: Vec<Topic>, catching_up: bool) {
        let platform = Arc::clone(&self.with.platform);
        let Some(live) = self.live(session) else { return };
        let socket = Arc::clone(&live.socket);
        if let Some(asked) = &mut live.asked {
            asked.extend(topics.iter().map(|topic| (topic.clone(), false)));
        }
        self.requests.spawn(async move {
            let answers = join(platform, socket, topics).await;
            Reply::Joined {
                session,
                answers,
                catching_up,
            }
        });
    }

    fn ask_to_leave(&mut self, session: u64, topic: Topic) {
        let platform = Arc::clone(&self.with.platform);
        let Some(live) = self.live(session) else { return };
        let socket = Arc::clone(&live.socket);
        if let Some(asked) = &mut live.asked {
            asked.insert(topic.clone(), false);
        }
        self.requests.spawn(async move {
            // It is no longer wanted, whatever the server says; the next connection leaves it out.
            if let Err(error) = ask(&*platform, &*socket, &Request::Unsubscribe(topic.clone())).await {
                tracing::debug!(%error, "Leave a topic");
            }
            Reply::Left { session, topic }
        });
    }

    /// Joins or leaves a topic, as the store says: a person may have changed their mind meanwhile.
    pub(super) async fn follow(&mut self, topic: Topic) {
        let Some(live) = self.session.as_mut() else { return };
        // Until the wanted topics have been read nothing is asked: what is stored will be among them.
        let Some(asked) = &mut live.asked else { return };
        if let Some(again) = asked.get_mut(&topic) {
            *again = true;
            return;
        }
        let session = live.number;
        let wanted = match self.wanted().await {
            Ok(wanted) => wanted.contains(&topic),
            Err(error) => {
                tracing::warn!(%error, "Read the wanted topics; the next connection joins them");
                return;
            }
        };
        if wanted {
            self.ask_to_join(session, vec![topic], false);
        } else {
            self.ask_to_leave(session, topic);
        }
    }

    /// Goes on with the topics of which something was said while the server was being asked.
    pub(super) async fn answered(&mut self, session: u64, topics: impl IntoIterator<Item = Topic>) {
        for topic in topics {
            let Some(live) = self.live(session) else { return };
            let again = live.asked.as_mut().and_then(|asked| asked.remove(&topic));
            if again == Some(true) {
                self.follow(topic).await;
            }
        }
    }

    /// Stores what the server said of topics, and tells. Where one can't be joined that was before, or that is
    /// joined only now, what it sent in between is missing.
    pub(super) async fn joined(
        &mut self,
        session: u64,
        answers: Vec<(Topic, TopicAnswer)>,
        catching_up: bool,
    ) {
        let Some(live) = self.live(session) else { return };
        let id = live.id.clone();
        let topics: Vec<Topic> = answers.iter().map(|(topic, _)| topic.clone()).collect();
        let answers: Vec<(Topic, Option<String>)> = answers
            .into_iter()
            .filter_map(|(topic, answer)| {
                let refusal = match answer {
                    TopicAnswer::Joined => None,
                    TopicAnswer::Refused(why) => Some(why),
                    TopicAnswer::Unanswered => Some("The server did not answer.".to_owned()),
                    TopicAnswer::Lost => return None,
                };
                Some((topic, refusal))
            })
            .collect();
        if let Some(live) = self.live(session) {
            live.answers.extend(answers.iter().cloned());
        }
        let now = self.with.clock.now();
        let since = if catching_up {
            self.complete_until().await.unwrap_or(now)
        } else {
            now
        };
        match self
            .with
            .store
            .answer_topics(answers, id.clone(), since, now)
            .await
        {
            Ok(gaps) => {
                for gap in gaps {
                    self.note(&ConnectionAct::Gap(gap)).await;
                    let account = self.with.account.id.clone();
                    self.with.hub.send(UiEvent::Gap { account, gap });
                }
            }
            Err(error) => tracing::warn!(%error, "Store what the server said of topics"),
        }
        self.tell_topics().await;
        self.answered(session, topics).await;
    }
}
