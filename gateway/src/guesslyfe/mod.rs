//! GuessLyfe, the prediction market: rooms of markets and creators, trades, notifications.

mod compose;
mod data;
mod demo;
mod emitter;
mod event;
mod handlers;
mod iso;
mod market;
mod rooms;
mod sync;
mod wei;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::Value;
use socketioxide::SocketIo;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use data::{
    Direction, DividendAvailable, MarketCreated, MarketResolved, MarketTrade, Notification, NotificationKind,
    Outcome, OutcomeError, Severity, SharesTrade, SharesUnlocked, SystemAnnouncement, SystemMaintenance,
};
pub use demo::demo_accounts;
pub use emitter::Emitter;
pub use event::Event;
pub(crate) use event::wire;
pub use iso::Iso;
pub use market::MarketOptions;
pub use wei::{Wei, WeiError};

use crate::{EmitError, StartError, To, clock, instance::Instance};

/// The port of the guide's development server (G009).
pub const DEFAULT_PORT: u16 = 3000;

/// What is particular to this platform.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whether `subscribe` refuses a market that was never announced.
    pub strict_markets: bool,
    /// The mock market; `None` leaves the server silent until something is emitted.
    pub market: Option<MarketOptions>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strict_markets: false,
            market: Some(MarketOptions::default()),
        }
    }
}

/// The ids of the markets that were announced, and whether they are open.
#[derive(Clone, Default)]
pub(crate) struct KnownMarkets(Arc<Mutex<BTreeMap<String, bool>>>);

impl KnownMarkets {
    /// Takes note of what happened to a market. The end of one that was never announced makes none.
    pub(crate) fn learn(&self, event: &Event) {
        match event {
            Event::MarketCreated(market) => {
                self.markets().insert(market.market_id.clone(), true);
            }
            Event::MarketResolved(end) => {
                if let Some(open) = self.markets().get_mut(&end.market_id) {
                    *open = false;
                }
            }
            Event::MarketTrade(_)
            | Event::SharesTrade(_)
            | Event::SharesUnlocked(_)
            | Event::DividendAvailable(_)
            | Event::Notification(_)
            | Event::SystemMaintenance(_)
            | Event::SystemAnnouncement(_) => {}
        }
    }

    pub(crate) fn contains(&self, market_id: &str) -> bool {
        self.markets().contains_key(market_id)
    }

    fn open(&self) -> Vec<String> {
        let markets = self.markets();
        markets
            .iter()
            .filter(|(_, open)| **open)
            .map(|(market_id, _)| market_id.clone())
            .collect()
    }

    fn markets(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The platform in service.
pub(crate) struct GuessLyfe {
    emitter: Emitter,
}

impl GuessLyfe {
    /// Registers the namespace and starts the mock market if it is wanted.
    pub(crate) async fn mount(
        options: Options,
        io: &SocketIo,
        instance: &Arc<Instance>,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Arc<Self>, StartError> {
        let markets = KnownMarkets::default();
        handlers::register(io, Arc::clone(instance), markets.clone(), options.strict_markets);
        let emitter = Emitter::new(Arc::clone(instance), markets.clone());
        let market = market::restore(&instance.log, &markets, options.market.as_ref()).await?;
        if let (Some(mut market), Some(options)) = (market, &options.market) {
            let traders = instance.directory.accounts();
            if instance.log.head() == 0 && !options.history.is_zero() {
                let past = market::history(&mut market, options.history, &traders, clock::now());
                let past = past.into_iter().map(Into::into).collect();
                if let Err(error) = emitter.publish(past).await {
                    tracing::warn!(%error, "The mock market begins without a history");
                }
            }
            tasks.spawn(market::run(
                market,
                options.interval,
                emitter.clone(),
                traders,
                stop.clone(),
            ));
        }
        Ok(Arc::new(Self { emitter }))
    }

    pub(crate) fn emitter(&self) -> &Emitter {
        &self.emitter
    }

    /// See `Control::emit`.
    pub(crate) async fn emit_named(
        &self,
        name: &str,
        data: &Value,
        to: Option<&To>,
        count: usize,
    ) -> Result<Vec<u64>, EmitError> {
        let composed: Result<Vec<_>, EmitError> = (0..count)
            .map(|_| compose::compose(&self.emitter, name, data, to))
            .collect();
        self.emitter.publish(composed?).await
    }

    /// The room that `to` means.
    pub(crate) fn room_of(&self, to: &To) -> Result<String, EmitError> {
        match to {
            To::Room(room) => rooms::parse(room).ok_or_else(|| EmitError::UnknownRoom(room.clone())),
            To::UserId(_) | To::Username(_) => Ok(rooms::user(&self.emitter.identity(to)?.wallet)),
        }
    }
}
