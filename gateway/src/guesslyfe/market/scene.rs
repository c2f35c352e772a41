//! What happens in the mock market: pure but for its own random numbers, which follow from the seed.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use uuid::Uuid;

use super::{
    around::maintenance,
    cast::{CREATORS, Creator},
};
use crate::{
    auth::Identity,
    guesslyfe::{Event, Iso, Wei},
};

/// One token, and the price at which an outcome is certain, in Wei.
pub(super) const ONE: u128 = 1_000_000_000_000_000_000;

/// Prices stay between two and ninety-eight hundredths: nothing is certain before it is resolved.
pub(super) const LOWEST: u128 = ONE / 50;
pub(super) const HIGHEST: u128 = ONE - LOWEST;

/// One trade in as many is that of somebody who can sign in: enough to be seen, too few to be a nuisance.
pub(super) const OWN: u32 = 40;

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
pub(super) struct OpenMarket {
    pub(super) id: String,
    pub(super) question: String,
    pub(super) creator: String,
    pub(super) yes: u128,
    pub(super) volume: u128,
    pub(super) traders: BTreeSet<String>,
}

/// The state of the mock market.
pub(crate) struct Scene {
    pub(super) random: StdRng,
    pub(super) prefix: String,
    pub(super) serial: u64,
    /// Markets made so far, on this log.
    pub(super) made: usize,
    pub(super) open: BTreeMap<String, OpenMarket>,
    /// The price of a share of each creator, by handle.
    pub(super) share_prices: BTreeMap<&'static str, u128>,
    pub(super) strangers: Vec<String>,
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

    pub(super) fn remember(&mut self, event: &Event) {
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
        // At a step a second a market stays open for about three hours: who looks at one is not to lose it.
        if self.once_in(1_800) {
            events.extend(self.turn_over(now, accounts));
        }
        if self.once_in(240) {
            events.extend(self.announce(now));
        }
        if self.once_in(900) {
            events.push(maintenance(now));
        }
        events
    }

    /// Ends a market, and opens another in its place.
    pub(super) fn turn_over(&mut self, now: Timestamp, accounts: &[Identity]) -> Vec<Event> {
        let mut events = self.resolve(now, accounts);
        events.extend(self.create(now));
        events
    }

    pub(super) fn creator(&mut self) -> Option<Creator> {
        CREATORS.choose(&mut self.random).copied()
    }

    pub(super) fn id(&mut self, kind: &str) -> String {
        self.serial = self.serial.saturating_add(1);
        format!("{kind}-{}-{}", self.prefix, self.serial)
    }

    pub(super) fn once_in(&mut self, times: u32) -> bool {
        self.random.random_ratio(1, times)
    }
}

pub(super) fn in_days(now: Timestamp, days: i64) -> Iso {
    Iso(now
        .saturating_add(SignedDuration::from_hours(days.saturating_mul(24)))
        .unwrap_or(now))
}

/// An amount that this module wrote itself; a larger one, from somewhere else, counts as none.
fn amount(wei: &Wei) -> u128 {
    wei.as_str().parse().unwrap_or(0)
}

/// Whole tokens, for people.
pub(super) fn whole(amount: u128) -> u128 {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guesslyfe::{MarketTrade, demo_accounts};

    const LOG: Uuid = Uuid::from_u128(0x1234_5678_9abc_def0);

    fn origin(seed: u64, head: u64) -> Origin {
        Origin { seed, log: LOG, head }
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_900_000_000).unwrap()
    }

    fn accounts() -> Vec<Identity> {
        demo_accounts()
            .into_iter()
            .map(|account| Identity {
                user_id: account.user_id,
                username: account.username,
                wallet: account.wallet,
            })
            .collect()
    }

    /// The opening and `ticks` steps.
    fn play(scene: &mut Scene, ticks: usize) -> Vec<Event> {
        let mut events = scene.opening(now());
        for _ in 0..ticks {
            events.extend(scene.tick(now(), &accounts()));
        }
        events
    }

    fn trades(events: &[Event]) -> Vec<&MarketTrade> {
        let mut trades = Vec::new();
        for event in events {
            if let Event::MarketTrade(trade) = event {
                trades.push(trade);
            }
        }
        trades
    }

    #[test]
    fn the_same_seed_plays_the_same_and_another_does_not() {
        let first = play(&mut Scene::new(origin(1, 0), &[]), 500);
        assert_eq!(first, play(&mut Scene::new(origin(1, 0), &[]), 500));
        assert_ne!(first, play(&mut Scene::new(origin(2, 0), &[]), 500));
    }

    #[test]
    fn prices_of_both_sides_make_one_and_shares_fit_what_was_paid() {
        let events = play(&mut Scene::new(origin(3, 0), &[]), 5_000);
        let trades = trades(&events);
        assert_eq!(trades.len(), 5_000);
        for trade in trades {
            let (yes, no) = (amount(&trade.new_yes_price), amount(&trade.new_no_price));
            assert_eq!(yes + no, ONE);
            assert!((LOWEST..=HIGHEST).contains(&yes));
            let (paid, shares, price) = (amount(&trade.amount), amount(&trade.shares), amount(&trade.price));
            assert!(paid > 0 && shares >= paid && (LOWEST..=HIGHEST).contains(&price));
        }
    }

    #[test]
    fn all_kinds_of_events_happen_and_each_survives_its_own_reader() {
        let events = play(&mut Scene::new(origin(4, 0), &[]), 20_000);
        let names: BTreeSet<&str> = events.iter().map(Event::name).collect();
        assert_eq!(names.len(), 9);
        for event in &events {
            assert_eq!(&Event::parse(event.name(), event.data().unwrap()).unwrap(), event);
        }
    }

    #[test]
    fn no_id_is_given_twice_even_after_a_restart() {
        let before = play(&mut Scene::new(origin(5, 0), &[]), 300);
        let head = u64::try_from(before.len()).unwrap();
        let after = play(&mut Scene::new(origin(5, head), &before), 300);
        let ids: Vec<&String> = trades(&before)
            .into_iter()
            .chain(trades(&after))
            .map(|trade| &trade.trade_id)
            .collect();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }

    #[test]
    fn a_restart_goes_on_with_the_markets_and_prices_it_finds() {
        let mut scene = Scene::new(origin(6, 0), &[]);
        let past = play(&mut scene, 400);
        let mut restored = Scene::new(origin(6, 9_999), &past);
        let state = |scene: &Scene| -> Vec<(String, u128, u128, usize)> {
            let market = |m: &OpenMarket| (m.id.clone(), m.yes, m.volume, m.traders.len());
            scene.open.values().map(market).collect()
        };
        assert_eq!(state(&restored), state(&scene));
        assert!(restored.opening(now()).is_empty());
    }

    #[test]
    fn the_number_of_open_markets_stays_the_same() {
        let mut scene = Scene::new(origin(7, 0), &[]);
        play(&mut scene, 5_000);
        assert_eq!(scene.open.len(), OPEN);
    }

    #[test]
    fn without_accounts_strangers_trade_alone() {
        let mut scene = Scene::new(origin(8, 0), &[]);
        scene.opening(now());
        let events: Vec<Event> = (0..2_000).flat_map(|_| scene.tick(now(), &[])).collect();
        assert_eq!(trades(&events).len(), 2_000);
        assert!(!events.iter().any(|event| event.name() == "notification"));
    }
}
