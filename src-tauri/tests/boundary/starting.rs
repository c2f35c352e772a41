//! Starting and leaving: who has the data folder, and that all of it is let go.

use std::path::{Path, PathBuf};

use carillon_contract::ErrorCode;
use serde_json::json;

use crate::desk::{Desk, Plan, block_on, gateway};

#[test]
fn another_carillon_on_the_folder_is_told_and_the_next_try_begins() {
    let plan = Plan::new();
    let first = plan.again().open();
    first.snapshot();
    let second = plan.again().open();
    assert_eq!(second.fail("snapshot", json!({})).code, ErrorCode::Busy);
    assert_eq!(
        second.fail("connect", json!({ "account": "a" })).code,
        ErrorCode::Busy
    );
    first.close();
    // The window tries again by reading what it begins with.
    assert!(second.snapshot().accounts.is_empty());
    second.close();
}

#[test]
fn what_comes_while_the_app_is_left_is_told_so_and_starts_nothing() {
    let desk = Desk::new();
    desk.snapshot();
    block_on(desk.core.stop());
    assert_eq!(desk.fail("snapshot", json!({})).code, ErrorCode::Busy);
    let nobody = json!({ "accounts": [] });
    assert_eq!(desk.fail("read_all", nobody).code, ErrorCode::Busy);
}

#[test]
fn accounts_are_there_and_connect_by_themselves_after_a_restart() {
    let plan = Plan::new();
    let gateway = gateway();
    let desk = plan.again().open();
    let account = desk.alice(&gateway);
    desk.close();
    let desk = plan.again().open();
    desk.listen();
    let view = desk.snapshot().accounts.remove(0);
    assert_eq!(view.account, account);
    assert!(!view.paused);
    crate::desk::until_connected(&desk, &account);
    desk.call::<()>("disconnect", json!({ "account": account.id }));
    desk.close();
    // What the person disconnected stays so.
    let desk = plan.again().open();
    assert!(desk.snapshot().accounts[0].paused);
    desk.close();
}

#[test]
fn an_update_brings_what_an_older_version_left_up_to_date() {
    let plan = Plan::new();
    plan.home().create().unwrap();
    let old = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/store/tests/fixtures/registry-0001.db");
    std::fs::copy(old, plan.home().folder().join("registry.db")).unwrap();
    let desk = plan.again().open();
    // Its accounts are there, and can't be opened: their keys are not.
    let snapshot = desk.snapshot();
    assert!(snapshot.accounts.is_empty());
    assert!(!snapshot.closed.is_empty());
    desk.close();
}

#[test]
fn closing_lets_go_of_the_folder_and_of_every_file_in_it() {
    let plan = Plan::new();
    let gateway = gateway();
    let desk = plan.again().open();
    desk.alice(&gateway);
    assert!(!open_files(plan.home().folder()).is_empty());
    desk.close();
    assert_eq!(plan.home().owner().unwrap(), None);
    assert_eq!(open_files(plan.home().folder()), Vec::<PathBuf>::new());
}

/// The files in a folder that this process has open.
fn open_files(folder: &Path) -> Vec<PathBuf> {
    let open = std::fs::read_dir("/proc/self/fd").unwrap();
    open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|path| path.starts_with(folder))
        .collect()
}
