//! The mock market, played for real.

use std::{collections::BTreeSet, time::Duration};

use carillon_gateway::{
    Config, Data, Platform,
    guesslyfe::{MarketOptions, Options},
    start,
};
use serde_json::{Value, json};

use crate::support::{connect, gateway_with};

fn lively(seed: u64) -> Platform {
    let market = MarketOptions {
        interval: Duration::from_millis(2),
        seed,
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
    alice
        .call("subscribe", &[json!({ "room": "market", "id": markets[0] })])
        .await;
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
        if data["marketId"] == markets[0].as_str() {
            trades += 1;
        }
    }
}

#[tokio::test]
async fn some_trades_are_those_of_the_people_who_can_sign_in() {
    let gateway = gateway_with(|config| config.platform = lively(4));
    let mut alice = connect(&gateway, "alice").await;
    let trade = alice.next("market:trade").await;
    assert_eq!(
        trade["data"]["trader"],
        "0xA11cE0000000000000000000000000000000aAaA"
    );
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
