//! A sleep as logind tells it: at once on waking up, where the clocks are only compared every few seconds.

use futures_util::StreamExt as _;
use tokio::sync::mpsc;
use zbus::message::Type;
use zbus::{Connection, MatchRule, MessageStream};

use super::{Hint, tell};

const MANAGER: &str = "org.freedesktop.login1.Manager";
const PATH: &str = "/org/freedesktop/login1";
const SIGNAL: &str = "PrepareForSleep";

pub(super) async fn watch(told: mpsc::Sender<Hint>) {
    let watched = async {
        let bus = Connection::system().await?;
        follow(&bus, &told).await
    };
    // Without logind the clocks tell, a little later.
    if let Err(error) = watched.await {
        tracing::debug!(%error, "Listen to logind");
    }
}

async fn follow(bus: &Connection, told: &mpsc::Sender<Hint>) -> zbus::Result<()> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(MANAGER)?
        .member(SIGNAL)?
        .path(PATH)?
        .build();
    let mut signals = MessageStream::for_match_rule(rule, bus, None).await?;
    while let Some(signal) = signals.next().await {
        // It says whether the computer goes to sleep; if not, it is awake again.
        let goes_to_sleep: bool = signal?.body().deserialize()?;
        if !goes_to_sleep {
            tracing::info!("logind says that the computer slept");
            tell(told, Hint::Woke);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::net::UnixStream;
    use zbus::Guid;
    use zbus::connection::Builder;

    use super::*;

    #[tokio::test]
    async fn only_waking_up_is_told() {
        let (one, two) = UnixStream::pair().unwrap();
        let logind = Builder::unix_stream(one).server(Guid::generate()).unwrap().p2p();
        let app = Builder::unix_stream(two).p2p();
        let (logind, app) = tokio::try_join!(logind.build(), app.build()).unwrap();
        let (told, mut hints) = mpsc::channel(8);
        let mut following = tokio::task::JoinSet::new();
        following.spawn(async move { follow(&app, &told).await });
        // Whether it listens yet can't be seen from here: it is told again until it has heard.
        let heard = loop {
            for goes_to_sleep in [true, false] {
                logind
                    .emit_signal(None::<&str>, PATH, MANAGER, SIGNAL, &goes_to_sleep)
                    .await
                    .unwrap();
            }
            match hints.try_recv() {
                Ok(hint) => break hint,
                Err(_) => tokio::task::yield_now().await,
            }
        };
        assert_eq!(heard, Hint::Woke);
    }
}
