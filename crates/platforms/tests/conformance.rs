//! Every platform faces the same examiner: each recorded frame decodes, and nothing that a server can send
//! makes an adapter panic.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail")]

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use carillon_contract::item::Decoded;
use carillon_contract::{Frame, Identity, Topic};
use carillon_platforms::guesslyfe::GuessLyfe;
use carillon_platforms::{Answer, Call, Platform, Request};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

#[derive(Deserialize)]
struct Recorded {
    name: String,
    args: Vec<Box<RawValue>>,
}

fn fixtures(platform: &dyn Platform) -> Vec<(String, Frame)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(platform.profile().id);
    let mut frames: Vec<_> = fs::read_dir(folder)
        .expect("the platform has fixtures")
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let recorded: Recorded = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (
                name,
                Frame {
                    name: recorded.name,
                    args: recorded.args,
                },
            )
        })
        .collect();
    frames.sort_by(|a, b| a.0.cmp(&b.0));
    assert!(!frames.is_empty());
    frames
}

fn me() -> Identity {
    Identity {
        user_id: "u-alice".to_owned(),
        wallet: Some("0x52908400098527886e0f7030069857d2e4169ee7".to_owned()),
        name: Some("alice".to_owned()),
    }
}

/// Every way to take one field away from a JSON value, at any depth.
fn without_one_field(value: &Value) -> Vec<Value> {
    let Value::Object(map) = value else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for (key, inner) in map {
        let mut less = map.clone();
        less.remove(key);
        out.push(Value::Object(less));
        for wrong in [
            Value::Null,
            Value::Bool(true),
            Value::from(-1),
            Value::from("x"),
            Value::Array(vec![]),
        ] {
            let mut changed = map.clone();
            changed.insert(key.clone(), wrong);
            out.push(Value::Object(changed));
        }
        for changed_inner in without_one_field(inner) {
            let mut changed = map.clone();
            changed.insert(key.clone(), changed_inner);
            out.push(Value::Object(changed));
        }
    }
    out
}

fn frame(name: &str, payload: &Value) -> Frame {
    Frame {
        name: name.to_owned(),
        args: vec![to_raw_value(payload).unwrap()],
    }
}

macro_rules! platform_conformance_tests {
    ($name:ident, $platform:expr) => {
        mod $name {
            use super::*;

            fn platform() -> Arc<dyn Platform> {
                Arc::new($platform)
            }

            #[test]
            fn every_recorded_frame_is_read() {
                for (file, frame) in fixtures(&*platform()) {
                    let decoded = platform().decode(&frame, &me());
                    assert!(matches!(decoded, Decoded::Item(_) | Decoded::Control), "{file}: {decoded:?}");
                }
            }

            #[test]
            fn the_same_frame_has_the_same_key_and_another_has_another() {
                let mut keys = std::collections::BTreeMap::new();
                for (file, frame) in fixtures(&*platform()) {
                    let (Decoded::Item(first), Decoded::Item(second)) =
                        (platform().decode(&frame, &me()), platform().decode(&frame, &me()))
                    else {
                        continue;
                    };
                    assert_eq!(first, second, "{file}");
                    let earlier = keys.insert(format!("{:?}", first.key), file.clone());
                    assert_eq!(earlier, None, "{file} has the key of another frame");
                }
            }

            #[test]
            fn an_event_that_no_guide_names_is_unknown_and_no_error() {
                let decoded = platform().decode(&frame("never:heard-of", &Value::Null), &me());
                assert_eq!(decoded, Decoded::Unknown);
            }

            #[test]
            fn a_missing_or_wrong_field_is_told_by_name_and_never_by_content() {
                let mut malformed = 0;
                for (file, recorded) in fixtures(&*platform()) {
                    let payload: Value = serde_json::from_str(recorded.payload()).unwrap();
                    for broken in without_one_field(&payload) {
                        if let Decoded::Malformed(why) =
                            platform().decode(&frame(&recorded.name, &broken), &me())
                        {
                            malformed += 1;
                            let plain = |c: char| c.is_ascii_alphanumeric() || ".?".contains(c);
                            assert!(why.field.chars().all(plain), "{file}: {}", why.field);
                        }
                    }
                }
                assert!(malformed > 0);
            }

            #[test]
            fn a_frame_without_arguments_does_not_panic() {
                for (_, recorded) in fixtures(&*platform()) {
                    let empty = Frame { name: recorded.name, args: Vec::new() };
                    let _ = platform().decode(&empty, &me());
                    let _ = platform().welcome(&empty);
                }
            }

            #[test]
            fn every_request_can_be_sent_or_says_that_it_cannot() {
                let topic = Topic { kind: "market".into(), id: "m-rain".into() };
                for request in [
                    Request::Subscribe(topic.clone()),
                    Request::Unsubscribe(topic),
                    Request::Topics,
                    Request::Ping,
                    Request::Sync { since: None, largest: 1 },
                    Request::Sync { since: Some(9), largest: 1 },
                ] {
                    if let Call::Emit(emit) = platform().encode(&request) {
                        assert!(!emit.name.is_empty());
                        // Whatever a server answers, it is read without a panic; nonsense is not success.
                        for answer in ["null", "[]", "{}", "7", "\"x\"", "{\"success\":false,\"message\":\"no\"}"] {
                            let ack = vec![RawValue::from_string(answer.to_owned()).unwrap()];
                            let _ = platform().read_ack(&request, &ack);
                        }
                        if matches!(request, Request::Subscribe(_)) {
                            let nonsense = vec![RawValue::from_string("7".to_owned()).unwrap()];
                            assert!(matches!(platform().read_ack(&request, &nonsense), Answer::Unreadable));
                        }
                    }
                }
            }

            proptest! {
                #[test]
                fn arbitrary_json_never_panics(value in any_json(), index in any::<prop::sample::Index>()) {
                    let frames = fixtures(&*platform());
                    let name = &index.get(&frames).1.name;
                    let frame = frame(name, &value);
                    let _ = platform().decode(&frame, &me());
                    let _ = platform().welcome(&frame);
                    let _ = platform().refuses_token(&frame);
                    let enveloped = serde_json::json!({"type": name, "timestamp": "2026-03-02T09:15:30Z", "data": value});
                    let _ = platform().decode(&super::frame(name, &enveloped), &me());
                }
            }
        }
    };
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
        "[0-9]{1,90}".prop_map(Value::from),
        Just(Value::from("2026-03-02T09:15:30Z")),
    ];
    let key = prop_oneof![
        "[a-zA-Z]{1,12}",
        prop::sample::select(vec![
            "marketId",
            "tradeId",
            "trader",
            "direction",
            "outcome",
            "amount",
            "shares",
            "price",
            "newYesPrice",
            "newNoPrice",
            "timestamp",
            "type",
            "data",
            "title",
            "message",
            "read",
            "userId",
            "notificationId",
            "question",
            "creator",
            "endDate",
            "initialPrice",
            "creatorId",
            "rooms",
            "capabilities",
            "sync",
        ])
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(3, 48, 12, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(key.clone(), inner, 0..12)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

platform_conformance_tests!(guesslyfe, GuessLyfe);
