//! Holds a link that comes back by itself, and prints `lost` and `back` with the time of day, in milliseconds.
#![expect(clippy::print_stdout, reason = "what is measured is printed")]

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result};
use async_trait::async_trait;
use carillon_contract::Secret;
use carillon_contract::history::TransportKind;
use carillon_link::{
    Credentials, Phase, Policy, RefreshError, Report, SocketIo, Target, TokenError, TokenIn, start,
};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

struct Anybody;

#[async_trait]
impl Credentials for Anybody {
    async fn token(&self) -> Result<Secret, TokenError> {
        Ok(Secret::new("anybody".to_owned()))
    }

    async fn refresh(&self) -> Result<(), RefreshError> {
        Err(RefreshError::Refused)
    }

    async fn discard(&self) {}

    fn is_auth_error(&self, _: &str) -> bool {
        false
    }

    async fn replace_in(&self, _: f64) -> Option<Duration> {
        None
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let url: Url = carillon_bench::argument(1)?;
    let target = Target {
        url,
        token_in: TokenIn::AuthPayload,
        transports: vec![TransportKind::Websocket],
        compression: false,
        query: Vec::new(),
        open_within: Duration::from_secs(20),
        largest_event: 4 << 20,
    };
    let (link, mut reports) = start(
        // A connection that held for a moment begins anew, as after hours.
        Policy {
            stable: Duration::from_millis(100),
            ..Policy::default()
        },
        target,
        Arc::new(SocketIo::default()),
        Arc::new(Anybody),
        &TaskTracker::new(),
        CancellationToken::new(),
    );
    link.start().await;
    let mut held = None;
    loop {
        match reports.recv().await.context("The link has ended")? {
            Report::Opened { session, connection } => {
                held = Some(connection);
                link.accepted(session).await;
            }
            Report::CatchUp { session } => link.caught_up(session).await,
            Report::Changed(status) => match status.phase {
                Phase::Online(tries) if tries.failed == 0 || held.is_some() => say("back"),
                Phase::Waiting { .. } if held.take().is_some() => say("lost"),
                _ => {}
            },
            Report::Did(_) | Report::Flush { .. } => {}
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "another process compares the times")]
fn say(word: &str) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    println!("{word} {}", now.as_millis());
}
