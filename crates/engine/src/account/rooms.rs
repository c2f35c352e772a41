//! Whether the server follows what is wanted: asked once for each connection, where the platform has such a question.
//!
//! A server that restarted, or took a request for another one, may say that a topic is joined and not have it.

use std::sync::Arc;

use carillon_contract::Topic;
use carillon_platforms::{Answer, Request};

use super::{Reply, Running};
use crate::topics::ask;

impl Running {
    /// Asks the server which topics this connection follows.
    pub(super) fn ask_for_rooms(&mut self, session: u64) {
        let platform = Arc::clone(&self.with.platform);
        let Some(live) = self.live(session) else { return };
        let socket = Arc::clone(&live.socket);
        self.requests.spawn(async move {
            let followed = match ask(&*platform, &*socket, &Request::Topics).await {
                Ok(Answer::Topics(followed)) => Some(followed),
                // It has no such question, or no answer that makes sense: then there is nothing to compare with.
                Ok(_) | Err(_) => None,
            };
            Reply::Rooms { session, followed }
        });
    }

    /// Joins what is wanted and not followed though the server said so, and leaves what is followed and not wanted.
    pub(super) async fn reconcile(&mut self, session: u64, followed: Option<Vec<Topic>>) {
        let Some(followed) = followed else { return };
        if self.live(session).is_none() {
            return;
        }
        let wanted = match self.topics().await {
            Ok(wanted) => wanted,
            Err(error) => {
                tracing::warn!(%error, "Read the wanted topics");
                return;
            }
        };
        let lost = wanted
            .iter()
            .filter(|status| status.confirmed && !followed.contains(&status.topic))
            .map(|status| status.topic.clone());
        let unwanted = followed
            .iter()
            .filter(|topic| wanted.iter().all(|status| status.topic != **topic))
            .cloned();
        for topic in lost.chain(unwanted).collect::<Vec<_>>() {
            tracing::info!(kind = %topic.kind, "The server follows other topics than it said");
            // It looks itself whether the topic is wanted, and waits for what is being asked about it just now.
            self.follow(topic).await;
        }
    }
}
