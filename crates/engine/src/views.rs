//! What a window begins with: the accounts and how they stand.

use carillon_contract::view::{AccountView, ClosedAccount, PlatformView, Stream, VaultStateView, VaultView};
use carillon_contract::{ApiError, ConnectionState, ConnectionStatus, PlatformId};
use carillon_platforms::Registry as Platforms;
use carillon_store::connection::LastSeen;
use carillon_store::registry::Entry;
use carillon_vault::{TokenVault, VaultState};
use futures_util::future::join_all;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::watching::with_watched;

/// Gaps that a window is told of.
const GAPS: u32 = 20;

impl Engine {
    /// The accounts in their order: those that can be read, and those whose files can't be opened.
    ///
    /// # Errors
    /// Where the registry can't be read.
    pub async fn accounts(&self) -> Result<(Vec<AccountView>, Vec<ClosedAccount>), EngineError> {
        let (mut open, mut closed) = (Vec::new(), Vec::new());
        let entries = self.reader.entries().await?;
        // One that is slow to open is waited for once, and not once more by each that follows it.
        let views = join_all(entries.iter().map(|entry| self.account_view(entry))).await;
        for (entry, view) in entries.into_iter().zip(views) {
            match view {
                Ok(view) => open.push(view),
                Err(error) => closed.push(ClosedAccount {
                    title: title(&self.parts.platforms, &entry.platform),
                    error: ApiError::from(&error),
                    id: entry.id,
                }),
            }
        }
        Ok((open, closed))
    }

    async fn account_view(&self, entry: &Entry) -> Result<AccountView, EngineError> {
        let platform = self.platform(entry.platform.as_str())?;
        let profile = platform.profile();
        let store = self.reader.store(&entry.id).await?;
        let account = store.account().clone();
        let seen = store.last_seen().await?;
        let complete_until = seen.as_ref().and_then(|seen| seen.complete_until);
        let since = seen.as_ref().map(LastSeen::since);
        let never = || ConnectionStatus::plain(ConnectionState::Disconnected, account.created_at);
        let mut connection = seen.map_or_else(never, |seen| seen.status);
        let now = self.now(&entry.id);
        match &now.status {
            Some(status) => connection = status.clone(),
            None => {
                // What a process that was killed left behind says nothing of now.
                connection.since = since.unwrap_or(connection.since);
                connection.state = ConnectionState::Disconnected;
                connection.socket_id = None;
            }
        }
        let followed = store.topics(connection.socket_id.as_deref()).await?;
        let topics = with_watched(followed, &now.watched);
        Ok(AccountView {
            title: profile.title.to_owned(),
            kinds: kinds(profile.kinds),
            streams: profile.streams.iter().map(stream).collect(),
            topics,
            topic_limit: profile.topic_limit,
            unread: store.unread().await?,
            counts: store.counts().await?,
            gaps: store.gaps(GAPS).await?,
            last_event_at: store.last_event_at().await?,
            latency_ms: now.latency_ms,
            paused: entry.paused,
            demo: entry.demo,
            set_aside: self.parts.home.all_set_aside(&entry.id),
            account,
            connection,
            complete_until,
        })
    }
}

/// The platforms that are built in.
pub fn platforms(platforms: &Platforms) -> Vec<PlatformView> {
    platforms
        .ids()
        .filter_map(|id| {
            let platform = platforms.get(id)?;
            let profile = platform.profile();
            Some(PlatformView {
                id: id.clone(),
                title: profile.title.to_owned(),
                kinds: kinds(profile.kinds),
            })
        })
        .collect()
}

/// How a vault stands, after a look at it.
pub async fn vault(vault: &dyn TokenVault) -> VaultView {
    let state = vault.state().await;
    VaultView {
        backend: vault.backend().to_owned(),
        state: match state {
            VaultState::Ready => VaultStateView::Ready,
            VaultState::Locked => VaultStateView::Locked,
            VaultState::Missing => VaultStateView::Missing,
            VaultState::Refused => VaultStateView::Refused,
        },
        sentence: state.sentence().to_owned(),
        sealed_file: false,
    }
}

fn title(platforms: &Platforms, id: &PlatformId) -> String {
    platforms
        .get(id)
        .map_or_else(|| id.to_string(), |platform| platform.profile().title.to_owned())
}

fn kinds(kinds: &[&str]) -> Vec<String> {
    kinds.iter().map(|kind| (*kind).to_owned()).collect()
}

fn stream(stream: &carillon_platforms::Stream) -> Stream {
    Stream {
        kind: stream.kind.to_owned(),
        topic: stream.topic.map(str::to_owned),
        quiet_after_ms: stream
            .quiet_after
            .map(|quiet| u32::try_from(quiet.as_millis()).unwrap_or(u32::MAX)),
    }
}
