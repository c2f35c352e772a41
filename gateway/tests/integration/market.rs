//! The mock market, played for real.

use std::{collections::BTreeSet, time::Duration};

use carillon_gateway::{
    Config, Data, Platform,
    guesslyfe::{MarketOptions, Options},
    start,
};
use serde_json::Value;

use crate::support::{connect, gateway_with, join, page_after};

fn lively(seed: u64) -> Platform {
    let market = MarketOptions {
        interval: Duration::from_millis(2),
        seed,
        history: Duration::ZERO,
    };
    Platform::GuessLyfe(Options {
        market: Some(market),
        ..Options::default()
    })
}

async fn created(client: &mut crate::client::Client) -> Vec<String> {
    let page = client.call("sync", &[]).await;
    page["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["name"] == "market:created")
        .map(|event| event["payload"]["data"]["marketId"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn markets_are_announced_and_their_trades_come_to_those_who_watch() {
    let gateway = gateway_with(|config| config.platform = lively(3));
    let mut alice = connect(&gateway, "alice").await;
    let mut markets = created(&mut alice).await;
    if markets.is_empty() {
        // Connected before the curtain rose.
        markets.push(
            alice.next("market:created").await["data"]["marketId"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    for market in &markets {
        join(&mut alice, "market", market).await;
    }
    let mut trades = 0;
    while trades < 5 {
        let trade = alice.next("market:trade").await;
        let data = &trade["data"];
        let price = |field: &str| data[field].as_str().unwrap().parse::<u128>().unwrap();
        assert_eq!(
            price("newYesPrice") + price("newNoPrice"),
            1_000_000_000_000_000_000
        );
        assert!(price("price") > 0 && price("amount") > 0 && price("shares") > 0);
        // In the room of each market she gets those of others, too, and her own of markets made since.
        trades += usize::from(markets.iter().any(|market| data["marketId"] == market.as_str()));
    }
}

#[tokio::test]
async fn some_trades_are_those_of_the_people_who_can_sign_in() {
    let gateway = gateway_with(|config| config.platform = lively(4));
    let mut alice = connect(&gateway, "alice").await;
    // In no market's room: what comes is her own.
    let trade = alice.next("market:trade").await;
    assert_eq!(
        trade["data"]["trader"],
        "0xA11cE0000000000000000000000000000000aAaA"
    );
}

#[tokio::test]
async fn a_fresh_log_begins_with_a_day_that_whoever_comes_can_catch_up_with() {
    let day = MarketOptions {
        interval: Duration::from_secs(3_600),
        ..MarketOptions::default()
    };
    let before = jiff::Timestamp::now();
    let gateway = gateway_with(|config| {
        config.platform = Platform::GuessLyfe(Options {
            market: Some(day),
            ..Options::default()
        });
    });
    let open = gateway.guesslyfe().open_markets();
    assert_eq!(open.len(), 6);
    let mut alice = connect(&gateway, "alice").await;
    for market in &open {
        join(&mut alice, "market", market).await;
    }
    let mut events = Vec::new();
    let mut since = Value::from(0);
    loop {
        let page = page_after(&mut alice, since).await;
        events.extend(page["events"].as_array().unwrap().clone());
        if page["more"] != true {
            break;
        }
        since = page["next"].clone();
    }
    let times: Vec<jiff::Timestamp> = events
        .iter()
        .filter(|event| event["name"] == "market:trade")
        .map(|event| {
            event["payload"]["data"]["timestamp"]
                .as_str()
                .unwrap()
                .parse()
                .unwrap()
        })
        .collect();
    assert!(times.len() > 100, "{}", times.len());
    assert!(times.is_sorted());
    let span = times.last().unwrap().duration_since(*times.first().unwrap());
    assert!(span > jiff::SignedDuration::from_hours(20), "{span:?}");
    assert!(times.iter().all(|at| *at < before));
    let unread = events
        .iter()
        .filter(|event| event["name"] == "notification" && event["payload"]["data"]["read"] == false);
    let notifications = events
        .iter()
        .filter(|event| event["name"] == "notification")
        .count();
    assert!(unread.count() < notifications);
}

#[tokio::test]
async fn after_a_restart_the_same_markets_go_on_and_no_trade_repeats() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config {
        data: Data::File(folder.path().join("gateway.db")),
        platform: lively(5),
        ..Config::for_tests()
    };
    let mut markets: Vec<Vec<String>> = Vec::new();
    let mut trades: Vec<String> = Vec::new();
    for _ in 0..2 {
        let gateway = start(config.clone()).unwrap();
        let mut alice = connect(&gateway, "alice").await;
        for _ in 0..3 {
            let trade = alice.next("market:trade").await;
            trades.push(trade["data"]["tradeId"].as_str().unwrap().to_owned());
        }
        markets.push(created(&mut alice).await);
        gateway.stop();
    }
    let (before, after) = (&markets[0], &markets[1]);
    assert!(before.len() >= 6);
    assert_eq!(&after[..before.len()], before.as_slice());
    let distinct: BTreeSet<&String> = trades.iter().collect();
    assert_eq!(distinct.len(), trades.len());
}

#[tokio::test]
async fn without_a_market_nothing_happens_by_itself() {
    let gateway = crate::support::gateway();
    let mut alice = connect(&gateway, "alice").await;
    let page = alice.call("sync", &[]).await;
    assert_eq!(page["next"], Value::from(0));
}
