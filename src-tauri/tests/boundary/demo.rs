//! The demo: its server runs inside the app, and its accounts go on after a restart.

use std::net::TcpListener;

use carillon_app::vault::Asked;
use carillon_contract::{Account, ConnectionState, UiEvent};
use serde_json::json;

use crate::desk::{Desk, Plan, until_connected};

/// A plan whose demo takes a port that no other test takes.
fn plan() -> Plan {
    let plan = Plan::new();
    let folder = plan.home().folder().join("demo");
    std::fs::create_dir_all(&folder).unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    std::fs::write(folder.join("port"), free.to_string()).unwrap();
    plan
}

fn start(desk: &Desk) -> Vec<Account> {
    let accounts: Vec<Account> = desk.call("start_demo", json!({}));
    let names: Vec<_> = accounts
        .iter()
        .map(|account| account.identity.user_id.as_str())
        .collect();
    assert_eq!(names, ["user-1001", "user-2002"]);
    accounts
}

#[test]
fn the_demo_connects_and_follows_markets_that_move() {
    let desk = plan().open();
    desk.listen();
    let accounts = start(&desk);
    desk.hear("a price", |event| match event {
        UiEvent::Changes(changes) => {
            (changes.account == accounts[0].id && !changes.samples.is_empty()).then_some(())
        }
        _ => None,
    });
    let view = desk.snapshot().accounts.remove(0);
    assert!(view.demo);
    assert!(!view.topics.is_empty());
    // Whoever presses twice gets the same accounts.
    assert_eq!(start(&desk), accounts);
    desk.close();
}

#[test]
fn the_demo_goes_on_after_a_restart_on_the_same_port() {
    let plan = plan();
    let desk = plan.again().open();
    desk.listen();
    let accounts = start(&desk);
    until_connected(&desk, &accounts[0]);
    desk.close();

    let desk = plan.again().open();
    desk.listen();
    let again = desk.snapshot().accounts.remove(0);
    assert_eq!(again.account, accounts[0]);
    until_connected(&desk, &accounts[0]);
    desk.close();
}

#[test]
fn the_demo_takes_another_port_where_somebody_has_its_own() {
    let plan = plan();
    let desk = plan.again().open();
    desk.listen();
    let accounts = start(&desk);
    until_connected(&desk, &accounts[0]);
    desk.close();

    let port = accounts[0].server.rsplit(':').next().unwrap().to_owned();
    let _somebody = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
    let desk = plan.again().open();
    desk.listen();
    let moved = desk.snapshot().accounts.remove(0).account;
    assert_eq!(moved.id, accounts[0].id);
    assert_ne!(moved.server, accounts[0].server);
    until_connected(&desk, &moved);
    // The same people on the same server are the same accounts.
    assert_eq!(start(&desk)[0].id, accounts[0].id);
    desk.close();
}

#[test]
fn the_demo_goes_with_its_last_account() {
    let plan = plan();
    let desk = plan.again().open();
    desk.listen();
    let accounts = start(&desk);
    for account in &accounts {
        until_connected(&desk, account);
    }
    let folder = plan.home().folder().join("demo");
    desk.call::<()>("remove_account", json!({ "account": accounts[0].id }));
    assert!(folder.exists());
    assert_eq!(
        desk.snapshot().accounts[0].connection.state,
        ConnectionState::Connected
    );
    desk.call::<()>("remove_account", json!({ "account": accounts[1].id }));
    assert!(!folder.exists());
    desk.close();
}

#[test]
fn a_start_with_the_demo_begins_so_and_leaves_nothing_behind() {
    let plan = Plan {
        asked: Asked::Memory,
        is_demo: true,
        ..plan()
    };
    let folder = plan.home().folder().to_owned();
    let desk = plan.open();
    desk.listen();
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.accounts.len(), 2);
    assert_eq!(snapshot.vault.backend, "memory");
    assert!(snapshot.vault.sentence.contains("demo"));
    until_connected(&desk, &snapshot.accounts[0].account);
    assert!(folder.exists());
    desk.close();
    assert!(!folder.exists());
}
