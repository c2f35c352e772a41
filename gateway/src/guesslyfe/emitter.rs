//! One typed emit method for each event (G011): addressed, cleaned, logged, sent.

use std::sync::Arc;

use serde_json::value::to_raw_value;

use super::{
    DividendAvailable, Event, KnownMarkets, MarketCreated, MarketResolved, MarketTrade, Notification,
    SharesTrade, SharesUnlocked, SystemAnnouncement, SystemMaintenance, rooms,
};
use crate::{EmitError, To, auth::Identity, instance::Instance, log::Draft, sanitize::sanitize};

/// Emits the platform's events. Each method returns the event's number once it is logged and sent (G069).
///
/// # Errors
/// Every method fails if the log cannot be written or the instance is stopping; then nothing was sent.
#[derive(Clone)]
pub struct Emitter {
    instance: Arc<Instance>,
    markets: KnownMarkets,
}

/// An event, and the room that replaces its own rooms if there is one.
pub(super) struct Addressed {
    pub(super) event: Event,
    pub(super) room: Option<String>,
}

impl From<Event> for Addressed {
    fn from(event: Event) -> Self {
        Self { event, room: None }
    }
}

#[expect(clippy::missing_errors_doc, reason = "said once for all methods, at the type")]
impl Emitter {
    pub(super) fn new(instance: Arc<Instance>, markets: KnownMarkets) -> Self {
        Self { instance, markets }
    }

    /// Emits `market:created` to everybody (G013).
    pub async fn market_created(&self, event: MarketCreated) -> Result<u64, EmitError> {
        self.emit(Event::MarketCreated(event)).await
    }

    /// Emits `market:trade` to the market and the trader (G014, G070).
    pub async fn market_trade(&self, event: MarketTrade) -> Result<u64, EmitError> {
        self.emit(Event::MarketTrade(event)).await
    }

    /// Emits `market:resolved` to the market and everybody (G015, G071).
    pub async fn market_resolved(&self, event: MarketResolved) -> Result<u64, EmitError> {
        self.emit(Event::MarketResolved(event)).await
    }

    /// Emits `shares:trade` to the creator's room and the trader (G016).
    pub async fn shares_trade(&self, event: SharesTrade) -> Result<u64, EmitError> {
        self.emit(Event::SharesTrade(event)).await
    }

    /// Emits `shares:unlocked` to the creator's room and the holder (G017).
    pub async fn shares_unlocked(&self, event: SharesUnlocked) -> Result<u64, EmitError> {
        self.emit(Event::SharesUnlocked(event)).await
    }

    /// Emits `dividend:available` to its holder (G018).
    pub async fn dividend_available(&self, event: DividendAvailable) -> Result<u64, EmitError> {
        self.emit(Event::DividendAvailable(event)).await
    }

    /// Emits `notification` to its user (G019, G072, G073); fails if the user id is not known.
    pub async fn notification(&self, event: Notification) -> Result<u64, EmitError> {
        self.emit(Event::Notification(event)).await
    }

    /// Emits notifications to their users all at once (G074): all of them, or none if one user is not known.
    pub async fn notifications(&self, events: Vec<Notification>) -> Result<Vec<u64>, EmitError> {
        self.publish(
            events
                .into_iter()
                .map(|event| Event::Notification(event).into())
                .collect(),
        )
        .await
    }

    /// Emits `system:maintenance` to everybody (G020).
    pub async fn system_maintenance(&self, event: SystemMaintenance) -> Result<u64, EmitError> {
        self.emit(Event::SystemMaintenance(event)).await
    }

    /// Emits `system:announcement` to everybody (G021).
    pub async fn system_announcement(&self, event: SystemAnnouncement) -> Result<u64, EmitError> {
        self.emit(Event::SystemAnnouncement(event)).await
    }

    /// The ids of the markets that are open.
    #[must_use]
    pub fn open_markets(&self) -> Vec<String> {
        self.markets.open()
    }

    /// Emits any event to its own rooms.
    pub async fn emit(&self, event: Event) -> Result<u64, EmitError> {
        let numbers = self.publish(vec![event.into()]).await?;
        numbers.into_iter().next().ok_or(EmitError::Stopped)
    }

    pub(super) async fn publish(&self, events: Vec<Addressed>) -> Result<Vec<u64>, EmitError> {
        let drafts: Result<Vec<Draft>, EmitError> = events.iter().map(|event| self.draft(event)).collect();
        let numbers = self.instance.publisher.publish(drafts?).await?;
        for Addressed { event, .. } in &events {
            self.markets.learn(event);
        }
        Ok(numbers)
    }

    fn draft(&self, Addressed { event, room }: &Addressed) -> Result<Draft, EmitError> {
        let rooms = match room {
            Some(room) => vec![rooms::parse(room).ok_or_else(|| EmitError::UnknownRoom(room.clone()))?],
            None => {
                event.rooms(|user_id| self.instance.directory.by_user_id(user_id).map(|who| who.wallet))?
            }
        };
        let mut data = event.data().map_err(EmitError::Data)?;
        sanitize(&mut data);
        Ok(Draft {
            name: event.name(),
            rooms,
            data: to_raw_value(&data).map_err(EmitError::Data)?,
        })
    }

    /// The user that `to` means; a room is no user.
    pub(super) fn identity(&self, to: &To) -> Result<Identity, EmitError> {
        let directory = &self.instance.directory;
        let (found, asked) = match to {
            To::UserId(user_id) => (directory.by_user_id(user_id), user_id),
            To::Username(username) => (directory.by_username(username), username),
            To::Room(room) => (None, room),
        };
        found.ok_or_else(|| EmitError::UnknownUser(asked.clone()))
    }

    /// The account that comes first by name: whom a triggered event is for when nobody is named.
    pub(super) fn first_account(&self) -> Option<Identity> {
        self.instance.directory.accounts().into_iter().next()
    }
}
