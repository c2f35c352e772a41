//! Events: their envelopes, their rooms, and how often they come.

use carillon_gateway::To;
use serde_json::{Value, json};

use crate::support::{connect, gateway, gateway_with, numbers};

#[tokio::test]
async fn an_event_comes_in_an_envelope_with_its_name_time_and_number() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let seq = gateway
        .emit("market:created", json!({ "question": "Rain?" }), None)
        .await
        .unwrap();
    let envelope = alice.next("market:created").await;
    assert_eq!(envelope["type"], "market:created");
    assert_eq!(envelope["data"]["question"], "Rain?");
    assert_eq!(envelope["seq"], seq);
    let timestamp = envelope["timestamp"].as_str().unwrap();
    assert!(timestamp.ends_with('Z') && timestamp.len() == 24, "{timestamp}");
}

#[tokio::test]
async fn a_trade_reaches_a_trader_who_watches_the_market_twice_with_one_number() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let mut bob = connect(&gateway, "bob").await;
    for client in [&mut alice, &mut bob] {
        client
            .call("subscribe", &[json!({ "room": "market", "id": "m-1" })])
            .await;
    }
    let to = To::Username("alice".to_owned());
    let seq = gateway
        .emit("market:trade", json!({ "marketId": "m-1" }), Some(to))
        .await
        .unwrap();

    let copies = alice.settle().await;
    assert_eq!(copies.len(), 2);
    assert_eq!(copies[0], copies[1]);
    assert_eq!(copies[0].1["seq"], seq);
    let watched = bob.settle().await;
    assert_eq!(watched.len(), 1);
    assert_eq!(watched[0].1, copies[0].1);
}

#[tokio::test]
async fn without_double_delivery_a_client_in_both_rooms_gets_an_event_once() {
    let gateway = gateway_with(|config| config.double_delivery = false);
    let mut alice = connect(&gateway, "alice").await;
    alice
        .call("subscribe", &[json!({ "room": "market", "id": "m-1" })])
        .await;
    let to = To::Username("alice".to_owned());
    gateway
        .emit("market:trade", json!({ "marketId": "m-1" }), Some(to))
        .await
        .unwrap();
    assert_eq!(alice.settle().await.len(), 1);
}

#[tokio::test]
async fn events_for_one_user_reach_nobody_else() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let mut bob = connect(&gateway, "bob").await;
    for event in [
        "notification",
        "dividend:available",
        "shares:unlocked",
        "shares:trade",
        "market:trade",
    ] {
        gateway
            .emit(event, Value::Null, Some(To::UserId("user-2002".to_owned())))
            .await
            .unwrap();
    }
    assert!(alice.settle().await.is_empty());
    let names: Vec<String> = bob.settle().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "notification",
            "dividend:available",
            "shares:unlocked",
            "shares:trade",
            "market:trade"
        ]
    );
}

#[tokio::test]
async fn numbers_rise_by_one_in_the_order_of_arrival_however_many_emit_at_once() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let emits = (0..200).map(|_| gateway.emit("system:announcement", Value::Null, None));
    let mut given: Vec<u64> = futures_util::future::join_all(emits)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let received: Vec<Value> = alice
        .settle()
        .await
        .into_iter()
        .map(|(_, envelope)| envelope)
        .collect();
    given.sort_unstable();
    assert_eq!(numbers(&received), given);
    assert_eq!(given, (1..=200).collect::<Vec<u64>>());
}

#[tokio::test]
async fn bulk_notifications_have_own_ids_and_go_to_their_own_users() {
    use carillon_gateway::guesslyfe::{Iso, Notification, NotificationKind};
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let mut bob = connect(&gateway, "bob").await;
    let created = Iso("2030-01-02T03:04:05.678Z".parse().unwrap());
    let notification = |id: &str, user_id: &str| Notification {
        notification_id: id.to_owned(),
        user_id: user_id.to_owned(),
        kind: NotificationKind::Custom,
        title: "T".to_owned(),
        message: "M".to_owned(),
        data: None,
        action_url: None,
        read: false,
        timestamp: created,
    };
    let both = vec![notification("n-1", "user-1001"), notification("n-2", "user-2002")];
    assert_eq!(gateway.guesslyfe().notifications(both).await.unwrap(), [1, 2]);

    let mine = alice.settle().await;
    assert_eq!(mine.len(), 1);
    assert_eq!(mine[0].1["data"]["notificationId"], "n-1");
    assert_eq!(mine[0].1["data"]["read"], false);
    assert_eq!(mine[0].1["data"]["timestamp"], "2030-01-02T03:04:05.678Z");
    assert_eq!(bob.next("notification").await["data"]["notificationId"], "n-2");
}

#[tokio::test]
async fn a_notification_for_an_unknown_user_is_an_error_and_takes_no_number() {
    let gateway = gateway();
    let data = json!({ "userId": "user-9999" });
    assert!(gateway.emit("notification", data, None).await.is_err());
    assert_eq!(gateway.emit("notification", Value::Null, None).await.unwrap(), 1);
}

#[tokio::test]
async fn without_extensions_the_server_says_only_what_the_guide_knows() {
    let gateway = gateway_with(|config| config.extensions = false);
    let token = crate::support::token(&gateway, "alice").await;
    let auth = crate::client::Auth::Payload(json!({ "token": token }));
    let mut alice = crate::client::Client::connect(&gateway, auth).await.unwrap();
    let welcome = alice.next("connected").await;
    let fields: Vec<&String> = welcome.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["message", "rooms"]);

    alice.send_text("4277[\"sync\",{}]".to_owned()).await;
    gateway
        .emit("system:announcement", Value::Null, None)
        .await
        .unwrap();
    let events = alice.settle().await;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].1.get("seq"), None);
}

#[tokio::test]
async fn what_is_emitted_has_no_control_characters() {
    let gateway = gateway();
    let mut alice = connect(&gateway, "alice").await;
    let data = json!({ "title": "Pay\u{202E}day\u{0}", "message": "two\nlines" });
    gateway.emit("system:announcement", data, None).await.unwrap();
    let envelope = alice.next("system:announcement").await;
    assert_eq!(envelope["data"]["title"], "Payday");
    assert_eq!(envelope["data"]["message"], "two\nlines");
}
