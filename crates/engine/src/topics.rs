//! Asking a server: one request, its acknowledgement, and what it means.

use std::sync::Arc;
use std::time::Duration;

use carillon_contract::Topic;
use carillon_link::transport::{SendError, Socket};
use carillon_platforms::{Answer, Call, Platform, Request};
use futures_util::future::join_all;

/// How long an answer that the guide promises is waited for.
const PROMISED: Duration = Duration::from_secs(10);
/// How long an answer is waited for that a server may not give at all.
const UNPROMISED: Duration = Duration::from_secs(2);

/// How long a page of a server's log is waited for: it may be a megabyte, and a line slow. A line that is dead ends
/// long before by the heartbeat.
const PAGE: Duration = Duration::from_secs(60);

/// How long a line on which a question stayed without an answer may take to show that it is alive.
const ALIVE: Duration = Duration::from_secs(5);

/// Whether a line on which a question stayed without an answer is there all the same: then that is an answer.
pub(crate) async fn is_alive(socket: &dyn Socket) -> bool {
    socket.ping(ALIVE).await.is_ok()
}

/// Sends a request and reads the answer.
///
/// # Errors
/// Where it was not sent, or no answer came.
pub(crate) async fn ask(
    platform: &dyn Platform,
    socket: &dyn Socket,
    request: &Request,
) -> Result<Answer, SendError> {
    let Call::Emit(frame) = platform.encode(request) else {
        return Err(SendError::Impossible);
    };
    let within = match request {
        Request::Sync { .. } => PAGE,
        _ if frame.ack_promised => PROMISED,
        _ => UNPROMISED,
    };
    let ack = socket.emit_with_ack(frame.name, frame.args, within).await?;
    Ok(platform.read_ack(request, &ack))
}

/// What a server said of a topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TopicAnswer {
    /// Joined.
    Joined,
    /// Refused, in these words.
    Refused(String),
    /// No answer came, also not to a second question.
    Unanswered,
    /// The connection is gone, which says nothing of the topic: the next one asks again.
    Lost,
}

/// Asks to follow topics, all at once and in their order.
pub(crate) async fn join(
    platform: Arc<dyn Platform>,
    socket: Arc<dyn Socket>,
    topics: Vec<Topic>,
) -> Vec<(Topic, TopicAnswer)> {
    let one = |topic: Topic| {
        let (platform, socket) = (Arc::clone(&platform), Arc::clone(&socket));
        async move {
            let request = Request::Subscribe(topic.clone());
            let mut asked = ask(&*platform, &*socket, &request).await;
            if matches!(asked, Err(SendError::Unknown)) {
                // Joining twice is joining once.
                asked = ask(&*platform, &*socket, &request).await;
            }
            let answer = match asked {
                Ok(Answer::Rejected(why)) => TopicAnswer::Refused(why),
                Ok(Answer::Accepted) => TopicAnswer::Joined,
                Ok(_) => TopicAnswer::Refused("The server's answer makes no sense".to_owned()),
                Err(SendError::Impossible) => {
                    TopicAnswer::Refused("The server takes no such request".to_owned())
                }
                Err(SendError::NotSent | SendError::Unknown) if is_alive(&*socket).await => {
                    TopicAnswer::Unanswered
                }
                Err(SendError::NotSent | SendError::Unknown) => TopicAnswer::Lost,
            };
            (topic, answer)
        }
    };
    join_all(topics.into_iter().map(one)).await
}
