//! What happens in the mock market: pure but for its own random numbers, which follow from the seed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use uuid::Uuid;

use super::cast::{ANNOUNCEMENTS, CREATORS, Creator, QUESTIONS};
use crate::{
    auth::Identity,
    guesslyfe::{
        Direction, DividendAvailable, Event, Iso, MarketCreated, MarketResolved, MarketTrade, Notification,
        NotificationKind, Outcome, Severity, SharesTrade, SharesUnlocked, SystemAnnouncement,
        SystemMaintenance, Wei,
    },
};

/// One token, and the price at which an outcome is certain, in Wei.
const ONE: u128 = 1_000_000_000_000_000_000;

/// Prices stay between two and ninety-eight hundredths: nothing is certain before it is resolved.
const LOWEST: u128 = ONE / 50;
const HIGHEST: u128 = ONE - LOWEST;

/// Markets that are open at the same time.
const OPEN: usize = 6;

/// Wallets that trade and belong to nobody.
const STRANGERS: usize = 12;

/// Where a scene starts from.
pub(super) struct Origin {
    /// Chooses the random numbers.
    pub(super) seed: u64,
    /// Part of every id: two runs on different logs must not make the same trade.
    pub(super) log: Uuid,
    /// Part of the seed and the first serial number: a restart goes on instead of repeating itself.
    pub(super) head: u64,
}

/// A market that is traded.
#[derive(Debug, Clone)]
struct OpenMarket {
    id: String,
    question: String,
    creator: String,
    yes: u128,
    volume: u128,
    traders: BTreeSet<String>,
}

/// The state of the mock market.
pub(crate) struct Scene {
    random: StdRng,
    prefix: String,
    serial: u64,
    /// Markets made so far, on this log.
    made: usize,
    open: BTreeMap<String, OpenMarket>,
    /// The price of a share of each creator, by handle.
    share_prices: BTreeMap<&'static str, u128>,
    strangers: Vec<String>,
}

impl Scene {
    /// Sets the scene from what the log remembers: markets, then trades, then resolutions.
    pub(super) fn new(origin: Origin, past: &[Event]) -> Self {
        let mut random = StdRng::seed_from_u64(origin.seed ^ origin.head.rotate_left(32));
        let strangers = (0..STRANGERS).map(|_| wallet(&mut random)).collect();
        let share_prices = CREATORS.iter().map(|creator| (creator.handle, ONE)).collect();
        let prefix = origin.log.simple().to_string().chars().take(8).collect();
        let mut scene = Self {
            random,
            prefix,
            serial: origin.head,
            made: 0,
            open: BTreeMap::new(),
            share_prices,
            strangers,
        };
        past.iter().for_each(|event| scene.remember(event));
        scene
    }

    fn remember(&mut self, event: &Event) {
        match event {
            Event::MarketCreated(market) => {
                self.made = self.made.saturating_add(1);
                self.open.insert(
                    market.market_id.clone(),
                    OpenMarket {
                        id: market.market_id.clone(),
                        question: market.question.clone(),
                        creator: market.creator.clone(),
                        yes: amount(&market.initial_price).clamp(LOWEST, HIGHEST),
                        volume: 0,
                        traders: BTreeSet::new(),
                    },
                );
            }
            Event::MarketTrade(trade) => {
                if let Some(market) = self.open.get_mut(&trade.market_id) {
                    market.yes = amount(&trade.new_yes_price).clamp(LOWEST, HIGHEST);
                    market.volume = market.volume.saturating_add(amount(&trade.amount));
                    market.traders.insert(trade.trader.clone());
                }
            }
            Event::MarketResolved(end) => {
                self.open.remove(&end.market_id);
            }
            Event::SharesTrade(_)
            | Event::SharesUnlocked(_)
            | Event::DividendAvailable(_)
            | Event::Notification(_)
            | Event::SystemMaintenance(_)
            | Event::SystemAnnouncement(_) => {}
        }
    }

    /// The markets that are missing from the log.
    pub(super) fn opening(&mut self, now: Timestamp) -> Vec<Event> {
        let missing = OPEN.saturating_sub(self.open.len());
        (0..missing).filter_map(|_| self.create(now)).collect()
    }

    /// What happens in one step: a trade, and now and then something else. `accounts` are the people who can
    /// sign in: some of the trades are theirs, and dividends and notifications are for them.
    pub(super) fn tick(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let mut events = self.trade(now, accounts);
        if self.once_in(10) {
            events.extend(self.shares_trade(now, accounts));
        }
        if self.once_in(45) {
            events.extend(self.dividend(now, accounts));
        }
        if self.once_in(90) {
            events.extend(self.unlock(now, accounts));
        }
        if self.once_in(120) {
            events.extend(self.resolve(now, accounts));
            events.extend(self.create(now));
        }
        if self.once_in(240) {
            events.extend(self.announce(now));
        }
        if self.once_in(900) {
            events.push(maintenance(now));
        }
        events
    }

    fn trade(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let account = accounts
            .choose(&mut self.random)
            .filter(|_| self.random.random_ratio(1, 4));
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

    fn shares_trade(&mut self, now: Timestamp, accounts: &[Identity]) -> Option<Event> {
        let creator = self.creator()?;
        let account = accounts
            .choose(&mut self.random)
            .filter(|_| self.random.random_ratio(1, 4));
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

    fn dividend(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
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

    fn unlock(&mut self, now: Timestamp, accounts: &[Identity]) -> Option<Event> {
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

    /// Ends a market, more likely with the outcome that its price expects, and tells those who traded in it.
    fn resolve(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
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

    fn create(&mut self, now: Timestamp) -> Option<Event> {
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

    fn announce(&mut self, now: Timestamp) -> Option<Event> {
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

    fn notification(
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

    fn creator(&mut self) -> Option<Creator> {
        CREATORS.choose(&mut self.random).copied()
    }

    fn id(&mut self, kind: &str) -> String {
        self.serial = self.serial.saturating_add(1);
        format!("{kind}-{}-{}", self.prefix, self.serial)
    }

    fn once_in(&mut self, times: u32) -> bool {
        self.random.random_ratio(1, times)
    }
}

fn maintenance(now: Timestamp) -> Event {
    Event::SystemMaintenance(SystemMaintenance {
        active: false,
        message: "Trading pauses for ten minutes tonight while the ledger is moved.".to_owned(),
        starts_at: Some(in_days(now, 1)),
        ends_at: None,
        timestamp: Iso(now),
    })
}

fn in_days(now: Timestamp, days: i64) -> Iso {
    Iso(now
        .saturating_add(SignedDuration::from_hours(days.saturating_mul(24)))
        .unwrap_or(now))
}

/// An amount that this module wrote itself; a larger one, from somewhere else, counts as none.
fn amount(wei: &Wei) -> u128 {
    wei.as_str().parse().unwrap_or(0)
}

/// Whole tokens, for people.
fn whole(amount: u128) -> u128 {
    amount / ONE
}

fn wallet(random: &mut impl Rng) -> String {
    let mut bytes = [0_u8; 20];
    random.fill_bytes(&mut bytes);
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        text.push_str(&format!("{byte:02x}"));
        text
    })
}
