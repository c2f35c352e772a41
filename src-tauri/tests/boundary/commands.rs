//! Every command, called as the window calls it, against the real engine and the real gateway.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use carillon_app::commands::NAMES;
use carillon_contract::entity::{Activity, Entity, Series};
use carillon_contract::history::{ConnectionAct, HistoryLine};
use carillon_contract::settings::{Consent, Theme, VaultChoice};
use carillon_contract::storage::{Retention, Storage};
use carillon_contract::topic::TopicStatus;
use carillon_contract::view::{
    AccountLink, Navigate, NoticePage, PlatformView, Snapshot, VaultStateView, VaultView,
};
use carillon_contract::{Account, ConnectionState, ErrorCode, Notice, UiEvent};
use carillon_vault::{Entry, MemoryVault, TokenVault};
use serde_json::{Value, json};

use crate::desk::{Desk, Plan, block_on, emit, gateway};
use crate::secrets::{none_crossed, secrets_of};

/// What was called so far.
struct Journey<'a> {
    desk: &'a Desk,
    called: BTreeSet<String>,
}

impl Journey<'_> {
    fn call<T: serde::de::DeserializeOwned>(&mut self, command: &str, arguments: Value) -> T {
        self.called.insert(command.to_owned());
        self.desk.call(command, arguments)
    }
}

#[test]
fn every_command_crosses_and_answers() {
    let vault = Arc::new(MemoryVault::new());
    let desk = Plan::with(Arc::clone(&vault) as Arc<dyn TokenVault>).open();
    let gateway = gateway();
    let mut journey = Journey {
        desk: &desk,
        called: BTreeSet::new(),
    };

    journey.call::<()>("listen", json!({ "channel": "__CHANNEL__:7" }));
    let snapshot: Snapshot = journey.call("snapshot", json!({}));
    assert!(snapshot.accounts.is_empty() && snapshot.closed.is_empty());
    assert_eq!(snapshot.vault.state, VaultStateView::Ready);
    assert_eq!(snapshot.app.version, env!("CARGO_PKG_VERSION"));
    let platforms: Vec<PlatformView> = journey.call("platforms", json!({}));
    assert!(platforms.iter().any(|platform| platform.title == "GuessLyfe"));
    let link = "carillon://account?platform=guesslyfe&server=https://example.com&username=alice";
    let link: AccountLink = journey.call("read_link", json!({ "link": link }));
    assert_eq!(link.username.as_deref(), Some("alice"));

    let account: Account = journey.call(
        "sign_in",
        json!({
            "platform": "guesslyfe",
            "server": gateway.url(),
            "username": "alice",
            "password": "demo-alice",
            "clearText": false,
        }),
    );
    desk.wait_until_online(&account);
    let id = &account.id;
    let mut secrets = secrets_of(&vault, id.as_str());
    secrets.extend(["demo-alice", "a long one"].map(str::to_owned));
    let topic = json!({ "kind": "market", "id": "m-1" });
    journey.call::<()>("follow", json!({ "account": id, "topic": topic }));
    desk.hear("the topic to be joined", |event| match event {
        UiEvent::Topics { topics, .. } => topics.iter().any(|topic| topic.confirmed).then_some(()),
        _ => None,
    });

    let besides = json!({ "kind": "market", "id": "m-2" });
    let watch = |topics| json!({ "account": id, "watcher": "one", "topics": topics });
    journey.call::<()>("watch", watch(json!([besides])));
    desk.hear("what is on a screen to be joined", |event| match event {
        UiEvent::Topics { topics, .. } => {
            let joined = |one: &TopicStatus| !one.followed && one.confirmed && one.topic.id == "m-2";
            topics.iter().any(joined).then_some(())
        }
        _ => None,
    });
    journey.call::<()>("watch", watch(json!([])));

    // The inbox.
    emit(
        &gateway,
        "notification",
        json!({ "title": "Sold", "message": "10 shares", "actionUrl": "https://example.com/m-1" }),
    );
    let notice = notice_heard(&desk, "Sold");
    let page: NoticePage = journey.call(
        "notices",
        json!({ "accounts": [], "filter": "unread", "behind": null, "limit": 10 }),
    );
    assert_eq!(page.notices, std::slice::from_ref(&notice));
    assert!(!page.more);
    let one = json!({ "account": id, "id": notice.id });
    assert_eq!(
        journey.call::<Option<Notice>>("notice", one.clone()),
        Some(notice.clone())
    );
    let found: Vec<Notice> = journey.call("search", json!({ "text": "shares", "limit": 10 }));
    assert_eq!(found, std::slice::from_ref(&notice));
    journey.call::<()>("open_notice_link", one);
    assert_eq!(desk.pages.opened(), ["https://example.com/m-1"]);
    journey.call::<()>(
        "set_read",
        json!({ "account": id, "ids": [notice.id], "read": true }),
    );
    assert!(changed(&desk).iter().all(|notice| notice.read));
    journey.call::<()>(
        "set_archived",
        json!({ "account": id, "ids": [notice.id], "archived": true }),
    );
    assert!(changed(&desk).iter().all(|notice| notice.archived));
    emit(&gateway, "notification", json!({ "title": "Bought" }));
    notice_heard(&desk, "Bought");
    journey.call::<()>("read_all", json!({ "accounts": [id] }));
    assert!(changed(&desk).iter().all(|notice| notice.read));

    // Things.
    emit(&gateway, "market:trade", json!({ "marketId": "m-1" }));
    desk.hear("the trade", |event| match event {
        UiEvent::Changes(changes) => changes
            .entities
            .iter()
            .any(|change| change.entity.id == "m-1")
            .then_some(()),
        _ => None,
    });
    let things: Vec<Entity> = journey.call("entities", json!({ "account": id, "kind": "market" }));
    let market = things.iter().find(|thing| thing.entity.id == "m-1").unwrap();
    let about = json!({ "account": id, "entity": topic });
    let same: Option<Entity> = journey.call("entity", about);
    assert_eq!(same.as_ref(), Some(market));
    let series: Vec<Series> = journey.call(
        "series",
        json!({ "account": id, "entity": topic, "names": ["yes", "no"], "since": 0, "atMost": 100 }),
    );
    assert!(
        series.iter().any(|series| !series.points.is_empty()),
        "{series:?}"
    );
    let activity: Vec<Activity> = journey.call(
        "activity",
        json!({ "account": id, "entity": topic, "before": null, "limit": 10 }),
    );
    assert_eq!(activity.len(), 1);
    journey.call::<()>("unfollow", json!({ "account": id, "topic": topic }));
    assert!(
        desk.snapshot().accounts[0]
            .topics
            .iter()
            .all(|topic| !topic.followed)
    );

    // The connection.
    journey.call::<()>("disconnect", json!({ "account": id }));
    let view = &desk.snapshot().accounts[0];
    assert!(view.paused && view.connection.state == ConnectionState::Disconnected);
    journey.call::<()>("connect", json!({ "account": id }));
    desk.wait_until_online(&account);
    assert!(!desk.snapshot().accounts[0].paused);

    let history: Vec<HistoryLine> = journey.call("history", json!({ "account": id }));
    let opened = |line: &HistoryLine| matches!(line.act, ConnectionAct::Opened { .. });
    assert!(
        history.iter().filter(|line| opened(line)).count() > 1,
        "{history:?}"
    );
    assert!(history.iter().any(|line| line.act == ConnectionAct::Disconnected));

    // A token that was pasted: the same person on the same server is one account.
    let kept = block_on(vault.get(&Entry::token(id.as_str()))).unwrap().unwrap();
    let kept: Value = serde_json::from_str(kept.expose()).unwrap();
    let renewed: Account = journey.call(
        "add_token",
        json!({
            "platform": "guesslyfe",
            "server": gateway.url(),
            "token": kept["access"],
            "clearText": false,
        }),
    );
    assert_eq!(renewed.id, *id);

    // What is kept.
    let storage: Storage = journey.call("storage", json!({ "account": id }));
    assert!(storage.bytes > 0 && storage.notices > 0 && storage.events > 0);
    assert_eq!(storage.retention, Retention::default());
    let kept = json!({ "days": 90, "categories": { "market": null } });
    journey.call::<()>("set_retention", json!({ "account": id, "retention": kept }));
    let storage: Storage = journey.call("storage", json!({ "account": id }));
    assert_eq!(json!(storage.retention), kept);
    let never = json!({ "account": id, "retention": { "days": 0, "categories": {} } });
    assert_eq!(desk.fail("set_retention", never).code, ErrorCode::Invalid);

    // Settings.
    let mut settings = desk.snapshot().settings;
    settings.theme = Theme::Dark;
    journey.call::<()>("set_settings", json!({ "settings": settings }));
    assert_eq!(desk.snapshot().settings.theme, Theme::Dark);
    desk.bells.muted.store(true, Ordering::Relaxed);
    let unheard = desk.fail("test_notification", json!({}));
    assert_eq!(unheard.message, "The system shows nothing.");
    settings.notifications.consent = Consent::Granted;
    desk.fail("set_settings", json!({ "settings": settings }));
    assert_eq!(desk.snapshot().settings.notifications.consent, Consent::Unasked);
    desk.bells.muted.store(false, Ordering::Relaxed);
    journey.call::<()>("test_notification", json!({}));
    assert!(matches!(
        desk.bells.rung().as_slice(),
        [(_, _, Navigate::Settings)]
    ));
    let view: VaultView = journey.call("check_vault", json!({}));
    assert_eq!(view, desk.snapshot().vault);

    #[cfg(feature = "demo")]
    {
        let accounts: Vec<Account> = journey.call("start_demo", json!({}));
        assert_eq!(accounts.len(), 2);
    }
    #[cfg(not(feature = "demo"))]
    journey.called.insert(String::from("start_demo"));
    journey.call::<()>("remove_account", json!({ "account": id }));
    assert!(desk.snapshot().accounts.iter().all(|view| view.account.id != *id));
    let view: VaultView = journey.call("use_sealed_vault", json!({ "passphrase": "a long one" }));
    assert_eq!(
        (view.backend.as_str(), view.state),
        ("sealed-file", VaultStateView::Ready)
    );
    assert_eq!(desk.snapshot().settings.vault, VaultChoice::SealedFile);
    // The place that this app was given stands for the keyring.
    let view: VaultView = journey.call("use_keyring", json!({}));
    assert_eq!(view.state, VaultStateView::Ready);
    assert_eq!(desk.snapshot().settings.vault, VaultChoice::Keyring);
    let view: VaultView = journey.call("use_session_vault", json!({}));
    assert_eq!((view.backend.as_str(), view.sealed_file), ("memory", true));
    assert_eq!(desk.snapshot().settings.vault, VaultChoice::Session);

    let all: BTreeSet<String> = NAMES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(journey.called, all);
    // Of all that every command answered, and of what was told meanwhile.
    none_crossed(&desk, &secrets);
    desk.close();
}

fn notice_heard(desk: &Desk, title: &str) -> Notice {
    desk.hear(title, |event| match event {
        UiEvent::Notices { notices, .. } => notices.iter().find(|notice| notice.title == title).cloned(),
        _ => None,
    })
}

fn changed(desk: &Desk) -> Vec<Notice> {
    desk.hear("changed notices", |event| match event {
        UiEvent::NoticesChanged { notices, .. } => Some(notices.clone()),
        _ => None,
    })
}

#[test]
fn only_whole_https_addresses_of_notices_are_opened() {
    let (desk, gateway) = (Desk::new(), gateway());
    let account = desk.alice(&gateway);
    for (title, address) in [
        ("clear", json!("http://example.com/")),
        ("script", json!("javascript:alert(1)")),
        ("relative", json!("/markets/7")),
        ("none", Value::Null),
    ] {
        emit(
            &gateway,
            "notification",
            json!({ "title": title, "actionUrl": address }),
        );
        let notice = notice_heard(&desk, title);
        let error = desk.fail(
            "open_notice_link",
            json!({ "account": account.id, "id": notice.id }),
        );
        let expected = if title == "none" {
            ErrorCode::NotFound
        } else {
            ErrorCode::Invalid
        };
        assert_eq!(error.code, expected, "{title}");
    }
    assert!(desk.pages.opened().is_empty());
    desk.close();
}

#[test]
fn what_can_t_be_done_is_told_with_a_code_and_a_sentence() {
    let (desk, gateway) = (Desk::new(), gateway());
    let sign_in = |server: &str, password: &str| {
        json!({
            "platform": "guesslyfe",
            "server": server,
            "username": "alice",
            "password": password,
            "clearText": false,
        })
    };
    let url = gateway.url();
    for (arguments, code) in [
        (sign_in(&url, "wrong"), ErrorCode::SignInRefused),
        (sign_in("http://192.0.2.1", "demo-alice"), ErrorCode::Invalid),
        (
            sign_in("http://127.0.0.1:1", "demo-alice"),
            ErrorCode::Unreachable,
        ),
        (sign_in("not an address", "demo-alice"), ErrorCode::Invalid),
    ] {
        let error = desk.fail("sign_in", arguments);
        assert_eq!(error.code, code, "{error}");
        assert!(!error.message.contains("demo-alice"));
    }
    let nobody = json!({ "account": "nobody", "ids": [1], "read": true });
    assert_eq!(desk.fail("set_read", nobody).code, ErrorCode::NotFound);
    let error = desk.fail("read_link", json!({ "link": "carillon://account?token=secret" }));
    assert_eq!(error.code, ErrorCode::Invalid);
    assert!(!error.message.contains("secret"));
    desk.close();
}
