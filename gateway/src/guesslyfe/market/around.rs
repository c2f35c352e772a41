//! What happens around the markets: shares of creators, dividends, announcements, notifications.

use jiff::Timestamp;
use rand::{RngExt, seq::IndexedRandom};

use super::{
    cast::ANNOUNCEMENTS,
    scene::{ONE, OWN, Scene, in_days},
};
use crate::{
    auth::Identity,
    guesslyfe::{
        Direction, DividendAvailable, Event, Iso, Notification, NotificationKind, Severity, SharesTrade,
        SharesUnlocked, SystemAnnouncement, SystemMaintenance, Wei,
    },
};

impl Scene {
    pub(super) fn shares_trade(&mut self, now: Timestamp, accounts: &[Identity]) -> Option<Event> {
        let creator = self.creator()?;
        let account = accounts
            .choose(&mut self.random)
            .filter(|_| self.random.random_ratio(1, OWN));
        let trader = account
            .map(|who| who.wallet.clone())
            .or_else(|| self.strangers.choose(&mut self.random).cloned())?;
        let trade_id = self.id("shr");
        let price = self.share_prices.get_mut(creator.handle)?;
        let paid = *price;
        let direction = if self.random.random_ratio(3, 5) {
            Direction::Buy
        } else {
            Direction::Sell
        };
        let step = paid / u128::from(self.random.random_range(40_u32..200));
        *price = match direction {
            Direction::Buy => paid.saturating_add(step),
            Direction::Sell => paid.saturating_sub(step).max(ONE / 10),
        };
        Some(Event::SharesTrade(SharesTrade {
            creator_id: creator.wallet.to_owned(),
            creator_handle: Some(creator.handle.to_owned()),
            trade_id,
            trader,
            direction,
            shares: Wei::from(self.random.random_range(1_u128..20) * ONE),
            price: Wei::from(paid),
            new_share_price: Wei::from(*price),
            timestamp: Iso(now),
        }))
    }

    pub(super) fn dividend(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let (Some(creator), Some(holder)) = (self.creator(), accounts.choose(&mut self.random)) else {
            return Vec::new();
        };
        let paid = self.random.random_range(ONE / 4..12 * ONE);
        let dividend = Event::DividendAvailable(DividendAvailable {
            dividend_id: self.id("div"),
            creator_id: creator.wallet.to_owned(),
            creator_handle: Some(creator.handle.to_owned()),
            holder: holder.wallet.clone(),
            amount: Wei::from(paid),
            claim_by: Some(in_days(now, 30)),
            claim_url: None,
            timestamp: Iso(now),
        });
        let message = format!("{} has paid a dividend on the shares you hold.", creator.handle);
        let kind = NotificationKind::DividendAvailable;
        let note = self.notification(now, holder, kind, "A dividend waits for you", message);
        vec![dividend, Event::Notification(note)]
    }

    pub(super) fn unlock(&mut self, now: Timestamp, accounts: &[Identity]) -> Option<Event> {
        let creator = self.creator()?;
        let holder = accounts.choose(&mut self.random)?;
        Some(Event::SharesUnlocked(SharesUnlocked {
            creator_id: creator.wallet.to_owned(),
            creator_handle: Some(creator.handle.to_owned()),
            holder: holder.wallet.clone(),
            shares: Wei::from(self.random.random_range(1_u128..40) * ONE),
            unlocked_at: Iso(now),
            timestamp: Iso(now),
        }))
    }

    pub(super) fn announce(&mut self, now: Timestamp) -> Option<Event> {
        let (title, message) = ANNOUNCEMENTS.choose(&mut self.random)?;
        Some(Event::SystemAnnouncement(SystemAnnouncement {
            announcement_id: self.id("ann"),
            title: (*title).to_owned(),
            message: (*message).to_owned(),
            severity: Some(Severity::Info),
            action_url: None,
            timestamp: Iso(now),
        }))
    }

    pub(super) fn notification(
        &mut self,
        now: Timestamp,
        account: &Identity,
        kind: NotificationKind,
        title: &str,
        message: String,
    ) -> Notification {
        Notification {
            notification_id: self.id("ntf"),
            user_id: account.user_id.clone(),
            kind,
            title: title.to_owned(),
            message,
            data: None,
            action_url: None,
            read: false,
            timestamp: Iso(now),
        }
    }
}

pub(super) fn maintenance(now: Timestamp) -> Event {
    Event::SystemMaintenance(SystemMaintenance {
        active: false,
        message: "Trading pauses for ten minutes tonight while the ledger is moved.".to_owned(),
        starts_at: Some(in_days(now, 1)),
        ends_at: None,
        timestamp: Iso(now),
    })
}
