//! What GuessLyfe's events mean.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use carillon_contract::item::{Decoded, Item, KeySpan};
use carillon_contract::rest::RestResponse;
use carillon_contract::{Frame, Identity, Level, Secret, Timestamp, Topic};
use carillon_platforms::guesslyfe::GuessLyfe;
use carillon_platforms::platform::TopicError;
use carillon_platforms::{Answer, Call, Platform, Request, SignInError};
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

const ALICE: &str = "0x52908400098527886e0f7030069857d2e4169ee7";

fn alice() -> Identity {
    Identity {
        user_id: "u-alice".into(),
        wallet: Some(ALICE.into()),
        name: None,
    }
}

fn event(name: &str, data: serde_json::Value) -> Frame {
    let envelope = json!({"type": name, "timestamp": "2026-03-02T09:15:31Z", "data": data});
    Frame {
        name: name.into(),
        args: vec![to_raw_value(&envelope).unwrap()],
    }
}

/// An `error`, which has no envelope.
fn error(payload: &serde_json::Value) -> Frame {
    Frame {
        name: "error".into(),
        args: vec![to_raw_value(payload).unwrap()],
    }
}

fn item(frame: &Frame) -> Item {
    match GuessLyfe.decode(frame, &alice()) {
        Decoded::Item(item) => *item,
        other => panic!("{other:?}"),
    }
}

fn trade(trader: &str) -> serde_json::Value {
    json!({
        "marketId": "m-1", "tradeId": "t-1", "trader": trader, "direction": "buy", "outcome": 1,
        "amount": "1", "shares": "5000000000000000000", "price": "600000000000000000",
        "newYesPrice": "610000000000000000", "newNoPrice": "390000000000000000",
        "timestamp": "2026-03-02T09:15:30.250Z",
    })
}

#[test]
fn a_trade_moves_both_prices_and_rings_only_for_the_trader() {
    let others = item(&event("market:trade", trade("0xother")));
    assert_eq!(others.notice, None);
    let values: Vec<_> = others
        .points
        .iter()
        .map(|point| (point.series, point.value.as_str()))
        .collect();
    assert_eq!(values, [("yes", "0.61"), ("no", "0.39")]);
    assert_eq!(others.key.span, KeySpan::At(Timestamp(1_772_442_930_250)));

    let line = others.activity.unwrap();
    assert_eq!((line.entity.kind, line.entity.id.as_str()), ("market", "m-1"));
    let said = |name: &str| line.fields[name].as_str().unwrap().to_owned();
    assert_eq!(
        (said("direction"), said("outcome"), said("shares"), said("price")),
        ("buy".into(), "YES".into(), "5".into(), "0.6".into())
    );

    let own = item(&event(
        "market:trade",
        trade(&ALICE.to_uppercase().replace("0X", "0x")),
    ));
    let notice = own.notice.unwrap();
    assert_eq!(notice.title, "New buy trade: 5 shares");
    assert_eq!(notice.body, "YES @ 0.6");
}

#[test]
fn amounts_beyond_a_double_are_kept_to_the_last_digit() {
    let mut data = trade("0xother");
    data["newYesPrice"] = json!("340282366920938463463374607431768211457");
    assert_eq!(
        item(&event("market:trade", data)).points[0].value,
        "340282366920938463463.374607431768211457"
    );
}

#[test]
fn amounts_that_are_no_whole_numbers_are_refused_by_name() {
    for wrong in [
        json!("1.5"),
        json!("-1"),
        json!(""),
        json!(1.5),
        json!("0x10"),
        json!(null),
    ] {
        let mut data = trade("0xother");
        data["price"] = wrong.clone();
        match GuessLyfe.decode(&event("market:trade", data), &alice()) {
            Decoded::Malformed(why) => assert_eq!(why.field, "data.price", "{wrong}"),
            other => panic!("{wrong}: {other:?}"),
        }
    }
}

#[test]
fn three_updates_of_one_dividend_are_three_and_the_same_one_twice_is_one() {
    let key = |amount: &str, at: Option<&str>| {
        item(&event(
            "dividend:available",
            json!({"dividendId": "d-1", "amount": amount, "timestamp": at}),
        ))
        .key
    };
    let nine = Some("2026-03-02T09:00:00Z");
    let first = key("1", nine);
    assert_eq!(first, key("1", nine));
    assert_ne!(first, key("1", Some("2026-03-02T09:00:01Z")));
    // Without a time the content tells updates apart.
    assert_eq!(key("1", None), key("1", None));
    assert_ne!(key("1", None), key("2", None));
}

#[test]
fn an_event_without_ids_or_time_is_known_again_for_a_short_while_only() {
    let maintenance = item(&event("system:maintenance", json!({"message": "Soon"})));
    assert_eq!(maintenance.key.span, KeySpan::Window);
    assert_eq!(maintenance.notice.unwrap().level, Level::Warning);
}

#[test]
fn an_event_whose_fields_no_guide_names_needs_nothing_but_its_envelope() {
    for name in [
        "shares:trade",
        "shares:unlocked",
        "dividend:available",
        "system:maintenance",
        "system:announcement",
    ] {
        let said = item(&event(name, json!({})));
        assert!(said.entities.is_empty(), "{name}");
        // Whose trade it was is not said; the others concern whoever gets them.
        assert_eq!(said.notice.is_some(), name != "shares:trade", "{name}");
    }
}

#[test]
fn notifications_are_sorted_by_the_types_of_the_guide_and_another_is_a_notice_as_well() {
    for (kind, category) in [
        ("market_resolved", "market"),
        ("trade_executed", "trade"),
        ("dividend_available", "dividend"),
        ("custom", "notification"),
        ("of_tomorrow", "notification"),
    ] {
        let data = json!({
            "notificationId": "n-1", "userId": "u-1", "type": kind, "title": "Seen", "message": "And read",
            "read": false, "timestamp": "2026-03-02T09:15:30Z",
        });
        let notice = item(&event("notification", data)).notice.unwrap();
        assert_eq!(
            (notice.category, notice.title.as_str()),
            (category, "Seen"),
            "{kind}"
        );
    }
}

#[test]
fn an_envelope_that_names_another_event_is_malformed() {
    let mut frame = event("market:trade", trade("0xother"));
    frame.name = "market:resolved".into();
    assert!(matches!(GuessLyfe.decode(&frame, &alice()), Decoded::Malformed(why) if why.field == "type"));
}

#[test]
fn a_resolution_says_yes_or_no_in_words() {
    let data = json!({
        "marketId": "m-1", "question": "Rain?", "outcome": 0, "resolvedBy": "0x1", "timestamp": "2026-03-02T09:15:30Z",
        "totalVolume": "10", "totalParticipants": 3,
    });
    let resolved = item(&event("market:resolved", data));
    assert_eq!(resolved.notice.unwrap().title, "Market resolved: NO");
    assert_eq!(resolved.entities[0].fields["outcome"], "NO");
}

#[test]
fn a_market_keeps_its_end_and_leaves_out_what_was_not_said() {
    let data = json!({
        "marketId": "m-1", "question": "Rain?", "creator": "0x1", "endDate": "2026-06-30T18:00:00+02:00",
        "initialPrice": "500000000000000000",
    });
    let fields = &item(&event("market:created", data)).entities[0].fields;
    assert_eq!(fields["endsAt"], 1_782_835_200_000_i64);
    assert!(!fields.contains_key("imageUrl"));
    assert_eq!(
        (&fields["initialPrice"], &fields["currency"]),
        (&json!("0.5"), &json!("ETH"))
    );
}

#[test]
fn a_creator_is_followed_by_the_address_in_lower_case() {
    let topic = |kind: &str, id: &str| {
        GuessLyfe.topic(&Topic {
            kind: kind.into(),
            id: id.into(),
        })
    };
    assert_eq!(topic("creator", "0xABCD").unwrap().id, "0xabcd");
    assert_eq!(topic("creator", "Tidewatch").unwrap().id, "Tidewatch");
    assert_eq!(topic("market", "M-1").unwrap().id, "M-1");
    assert!(matches!(
        topic("user", "0xabcd"),
        Err(TopicError::UnknownKind { .. })
    ));
    assert!(matches!(topic("market", ""), Err(TopicError::BadId(_))));
    assert!(matches!(topic("market", "a b"), Err(TopicError::BadId(_))));
}

#[test]
fn rooms_joined_by_the_server_are_no_topics() {
    let ack = vec![to_raw_value(&json!(["user:0x1", "global:all", "market:m-1", "creator:0x2"])).unwrap()];
    let Answer::Topics(topics) = GuessLyfe.read_ack(&Request::Topics, &ack) else {
        panic!()
    };
    assert_eq!(topics.len(), 2);
}

#[test]
fn only_a_server_that_announces_sync_is_asked_for_it() {
    let welcome = |value: serde_json::Value| {
        GuessLyfe
            .welcome(&Frame {
                name: "connected".into(),
                args: vec![to_raw_value(&value).unwrap()],
            })
            .unwrap()
    };
    let plain = welcome(json!({"message": "Hello", "rooms": ["global:all"]}));
    assert_eq!(plain.log, None);
    let ours = welcome(json!({"rooms": [], "capabilities": ["sync"], "sync": {"log": "l", "head": 5}}));
    assert_eq!(ours.log.unwrap().number, 5);
    assert!(!ours.idempotent);
    let both = welcome(json!({"capabilities": ["sync", "idempotent"], "sync": {"log": "l", "head": 5}}));
    assert!(both.idempotent && both.log.is_some());
}

#[test]
fn a_page_of_the_log_is_read_in_order() {
    let page = json!({
        "log": "l", "next": 8, "more": true, "complete": true,
        "events": [{"name": "notification", "payload": {"seq": 7}}, {"name": "error", "payload": null}],
        "omitted": [{"name": "notification", "seq": 8, "bytes": 9_000_000, "timestamp": "2026-03-02T09:15:30.250Z"}, {"timestamp": "?"}],
    });
    let ack: Vec<Box<RawValue>> = vec![to_raw_value(&page).unwrap()];
    let Answer::Page(page) = GuessLyfe.read_ack(&SYNC, &ack) else {
        panic!()
    };
    assert_eq!((page.next, page.more, page.frames.len()), (8, true, 2));
    assert_eq!(page.omitted, [Some(Timestamp(1_772_442_930_250)), None]);
    assert_eq!(page.frames[0].payload(), r#"{"seq":7}"#);
}

#[test]
fn a_server_that_can_t_give_a_page_now_is_told_apart_from_one_that_does_not_know_the_question() {
    let answer = |value: serde_json::Value| GuessLyfe.read_ack(&SYNC, &[to_raw_value(&value).unwrap()]);
    let busy = answer(json!({"success": false, "message": "Slow down", "code": "rate_limited"}));
    assert!(matches!(busy, Answer::Rejected(why) if why == "Slow down"));
    let unknown = answer(json!({"success": false, "message": "What?", "code": "invalid_request"}));
    assert!(matches!(unknown, Answer::Unreadable));
    assert!(matches!(answer(json!({"success": true})), Answer::Unreadable));
    assert!(matches!(answer(json!("no")), Answer::Unreadable));
}

const SYNC: Request = Request::Sync {
    since: Some(6),
    largest: 4 << 20,
};

#[test]
fn get_rooms_and_ping_are_sent_without_a_payload() {
    for request in [Request::Topics, Request::Ping] {
        let Call::Emit(frame) = GuessLyfe.encode(&request) else {
            panic!()
        };
        assert!(frame.args.is_empty());
    }
}

#[test]
fn a_refused_password_is_told_apart_from_a_proxys_page() {
    let answer_after = |status, body: &str, retry_after| {
        let response = RestResponse {
            status,
            body: Secret::new(body.into()),
            retry_after,
        };
        GuessLyfe.read_tokens(&response).map(|_| ()).unwrap_err()
    };
    let answer = |status, body: &str| answer_after(status, body, None);
    let refused = answer(
        401,
        r#"{"error":{"code":"bad-credentials","message":"Wrong password"}}"#,
    );
    assert_eq!(refused, SignInError::Refused("Wrong password".into()));
    assert_eq!(
        answer(403, "<html>Sign in to the hotel's network</html>"),
        SignInError::NotThisPlatform(403)
    );
    assert_eq!(answer(200, "<html></html>"), SignInError::NotThisPlatform(200));
    assert_eq!(answer(429, ""), SignInError::TryLater { after_s: None });
    assert_eq!(answer(503, ""), SignInError::ServerTrouble(503));
    for busy in [429, 503] {
        let later = SignInError::TryLater { after_s: Some(9) };
        assert_eq!(answer_after(busy, "", Some(9)), later);
    }
}

#[test]
fn authentication_errors_are_recognised_in_any_case() {
    assert!(GuessLyfe.is_auth_error("Authentication failed"));
    assert!(GuessLyfe.is_auth_error(" authentication FAILED. "));
    assert!(GuessLyfe.is_auth_error("Authentication failed: the token has expired"));
    assert!(!GuessLyfe.is_auth_error("Too many connections"));
}

#[test]
fn an_error_that_only_speaks_of_authentication_refuses_no_token() {
    for words in [
        "Two-factor authentication failed too often: withdrawals are locked",
        "Authentication failed over to another region",
        "You are unauthorized to resolve this market",
        "Subscribe needs authentication",
    ] {
        assert!(!GuessLyfe.is_auth_error(words), "{words}");
        assert!(
            !GuessLyfe.refuses_token(&error(&json!({ "message": words }))),
            "{words}"
        );
        let told = item(&error(&json!(words))).notice.unwrap();
        assert_eq!(told.body, words, "the person is told instead");
    }
    assert!(GuessLyfe.refuses_token(&error(&json!({ "message": "Authentication failed" }))));
    assert!(GuessLyfe.refuses_token(&error(&json!("Authentication failed"))));
}

#[test]
fn a_lost_connection_is_tried_five_times_a_second_apart_at_first() {
    let reconnection = GuessLyfe.profile().reconnection;
    assert_eq!(
        (reconnection.attempts, reconnection.delay.as_millis()),
        (5, 1_000)
    );
}

#[test]
fn the_token_goes_into_the_connect_payload() {
    assert_eq!(
        GuessLyfe.profile().token_in,
        carillon_platforms::platform::TokenIn::AuthPayload
    );
}

#[test]
fn websocket_comes_first_and_polling_after_it() {
    use carillon_contract::history::TransportKind::{Polling, Websocket};
    assert_eq!(GuessLyfe.profile().transports, [Websocket, Polling]);
}
