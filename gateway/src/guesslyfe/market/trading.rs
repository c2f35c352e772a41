//! Markets: made, traded, resolved.

use jiff::Timestamp;
use rand::{RngExt, seq::IndexedRandom};
use serde_json::json;

use super::{
    cast::QUESTIONS,
    scene::{HIGHEST, LOWEST, ONE, OWN, Scene, in_days, whole},
};
use crate::{
    auth::Identity,
    guesslyfe::{
        Direction, Event, Iso, MarketCreated, MarketResolved, MarketTrade, NotificationKind, Outcome, Wei,
    },
};

impl Scene {
    pub(super) fn trade(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let account = accounts
            .choose(&mut self.random)
            .filter(|_| self.random.random_ratio(1, OWN));
        let Some(trader) = account
            .map(|who| who.wallet.clone())
            .or_else(|| self.strangers.choose(&mut self.random).cloned())
        else {
            return Vec::new();
        };
        let trade_id = self.id("trd");
        let ids: Vec<&String> = self.open.keys().collect();
        let Some(id) = ids.choose(&mut self.random).map(|id| (*id).clone()) else {
            return Vec::new();
        };
        let Some(market) = self.open.get_mut(&id) else {
            return Vec::new();
        };

        let random = &mut self.random;
        let outcome = if random.random_ratio(1, 2) {
            Outcome::Yes
        } else {
            Outcome::No
        };
        let direction = if random.random_ratio(2, 3) {
            Direction::Buy
        } else {
            Direction::Sell
        };
        let price = match outcome {
            Outcome::Yes => market.yes,
            Outcome::No => ONE.saturating_sub(market.yes),
        };
        // At most 250 tokens: times 10^18 that still fits 128 bits.
        let paid = random.random_range(2..250) * ONE + random.random_range(0..ONE);
        let shares = (paid * ONE).checked_div(price).unwrap_or(0);
        let step = random.random_range(ONE / 1_000..ONE / 50);
        // Buying YES and selling NO both say that it will happen.
        market.yes = match (outcome, direction) {
            (Outcome::Yes, Direction::Buy) | (Outcome::No, Direction::Sell) => {
                market.yes.saturating_add(step)
            }
            (Outcome::Yes, Direction::Sell) | (Outcome::No, Direction::Buy) => {
                market.yes.saturating_sub(step)
            }
        }
        .clamp(LOWEST, HIGHEST);
        market.volume = market.volume.saturating_add(paid);
        market.traders.insert(trader.clone());

        let trade = MarketTrade {
            market_id: id.clone(),
            trade_id: trade_id.clone(),
            trader,
            direction,
            outcome,
            amount: Wei::from(paid),
            shares: Wei::from(shares),
            price: Wei::from(price),
            new_yes_price: Wei::from(market.yes),
            new_no_price: Wei::from(ONE.saturating_sub(market.yes)),
            timestamp: Iso(now),
        };
        let question = market.question.clone();
        let mut events = vec![Event::MarketTrade(trade)];
        if let Some(account) = account
            && self.once_in(3)
        {
            let verb = match direction {
                Direction::Buy => "bought",
                Direction::Sell => "sold",
            };
            let message = format!("You {verb} {} shares: {question}", whole(shares));
            let mut note = self.notification(
                now,
                account,
                NotificationKind::TradeExecuted,
                "Trade executed",
                message,
            );
            note.data = json!({ "marketId": id, "tradeId": trade_id })
                .as_object()
                .cloned();
            events.push(Event::Notification(note));
        }
        events
    }

    /// Ends a market, more likely with the outcome that its price expects, and tells those who traded in it.
    pub(super) fn resolve(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let ids: Vec<&String> = self.open.keys().collect();
        let Some(id) = ids.choose(&mut self.random).map(|id| (*id).clone()) else {
            return Vec::new();
        };
        let Some(market) = self.open.remove(&id) else {
            return Vec::new();
        };
        let outcome = if self.random.random_range(0..ONE) < market.yes {
            Outcome::Yes
        } else {
            Outcome::No
        };
        let side = match outcome {
            Outcome::Yes => "YES",
            Outcome::No => "NO",
        };
        let mut events = vec![Event::MarketResolved(MarketResolved {
            market_id: market.id,
            question: market.question.clone(),
            outcome,
            resolved_by: market.creator,
            reason: Some("Decided by the published result".to_owned()),
            timestamp: Iso(now),
            total_volume: Wei::from(market.volume),
            total_participants: u64::try_from(market.traders.len()).unwrap_or(u64::MAX),
        })];
        for account in accounts.iter().filter(|who| market.traders.contains(&who.wallet)) {
            let message = format!("{} The answer is {side}.", market.question);
            let kind = NotificationKind::MarketResolved;
            let mut note = self.notification(now, account, kind, "A market of yours was resolved", message);
            note.data = json!({ "marketId": id, "outcome": u8::from(outcome) })
                .as_object()
                .cloned();
            events.push(Event::Notification(note));
        }
        events
    }

    pub(super) fn create(&mut self, now: Timestamp) -> Option<Event> {
        let question = QUESTIONS.iter().cycle().nth(self.made % QUESTIONS.len())?;
        let creator = self.creator()?;
        let market = MarketCreated {
            market_id: self.id("mkt"),
            question: question.text.to_owned(),
            creator: creator.wallet.to_owned(),
            creator_handle: Some(creator.handle.to_owned()),
            category: Some(question.category.to_owned()),
            end_date: in_days(now, question.days),
            initial_price: Wei::from(self.random.random_range(ONE / 5..ONE - ONE / 5)),
            image_url: None,
        };
        let event = Event::MarketCreated(market);
        self.remember(&event);
        Some(event)
    }
}
