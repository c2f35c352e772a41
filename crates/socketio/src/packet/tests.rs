//! Packets that servers send, packets that none should send, and both directions against each other.

use bytes::Bytes;
use proptest::{collection::vec, option, prelude::*};
use serde_json::value::RawValue;

use super::{Body, Decoder, Outgoing, Packet, encode_ack, encode_event};
use crate::{Args, Limits, ProtocolError, Refusal};

fn decoder() -> Decoder {
    Decoder::new(&Limits::default())
}

fn decode(text: &str) -> Result<Packet, ProtocolError> {
    decoder().text(text).map(|decoded| decoded.unwrap().packet)
}

/// Feeds what was written to the reader.
fn read_back(outgoing: Outgoing) -> Packet {
    let mut decoder = decoder();
    let mut decoded = decoder.text(outgoing.text.strip_prefix('4').unwrap()).unwrap();
    for bytes in outgoing.attachments {
        assert!(decoded.is_none());
        decoded = decoder.binary(bytes).unwrap();
    }
    decoded.unwrap().packet
}

fn same(one: &Args, other: &Args) -> bool {
    let texts = |args: &Args| {
        args.values
            .iter()
            .map(|value| value.get().to_owned())
            .collect::<Vec<_>>()
    };
    texts(one) == texts(other) && one.attachments == other.attachments
}

#[test]
fn connect_and_disconnect_are_read() {
    let Packet {
        namespace,
        body: Body::Connect(Some(payload)),
    } = decode(r#"0{"sid":"a"}"#).unwrap()
    else {
        panic!()
    };
    assert_eq!((namespace.as_ref(), payload.get()), ("/", r#"{"sid":"a"}"#));
    assert!(matches!(decode("0").unwrap().body, Body::Connect(None)));
    for text in ["1/admin,", "1/admin"] {
        let packet = decode(text).unwrap();
        assert_eq!(packet.namespace, "/admin");
        assert!(matches!(packet.body, Body::Disconnect));
    }
}

#[test]
fn refusals_of_both_protocol_versions_are_read() {
    let refusal = |text| match decode(text).unwrap().body {
        Body::ConnectError(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        refusal(r#"4{"message":"no"}"#),
        Refusal {
            message: "no".into(),
            data: None
        }
    );
    assert_eq!(
        refusal(r#"4{"message":"no","data":null}"#)
            .data
            .map(|data| data.get().to_owned()),
        None
    );
    assert_eq!(
        refusal(r#"4{"message":"no","data":[1, 2]}"#).data.unwrap().get(),
        "[1, 2]"
    );
    assert_eq!(refusal(r#"4/n,"no""#).message, "no");
    assert_eq!(refusal("4{}").message, "");
    assert_eq!(decode("4").unwrap_err(), ProtocolError::Payload);
    assert_eq!(decode(r#"4{"message":1}"#).unwrap_err(), ProtocolError::Payload);
}

#[test]
fn arguments_are_split_and_left_as_they_are() {
    let Body::Event {
        ack: Some(12),
        name,
        args,
    } = decode(r#"2/n,12["e", {"amount" : 10000000000000000001.50}, [ ],"\u0041"]"#)
        .unwrap()
        .body
    else {
        panic!()
    };
    assert_eq!(name, "e");
    let texts: Vec<_> = args.values.iter().map(|value| value.get()).collect();
    assert_eq!(
        texts,
        [r#"{"amount" : 10000000000000000001.50}"#, "[ ]", r#""\u0041""#]
    );
}

#[test]
fn arguments_without_end_are_refused() {
    for kind in ["2", "39"] {
        let many = |n: usize| decode(&format!(r#"{kind}["e"{}]"#, ",0".repeat(n)));
        assert!(many(1000).is_ok());
        assert_eq!(many(2000).unwrap_err(), ProtocolError::Payload);
    }
}

#[test]
fn depth_is_no_danger() {
    let deep = format!(r#"2["e",{}{}]"#, "[".repeat(500_000), "]".repeat(500_000));
    let Body::Event { args, .. } = decode(&deep).unwrap().body else {
        panic!()
    };
    assert!(args.parse::<serde_json::Value>(0).is_err());
}

#[test]
fn a_small_attachment_keeps_no_large_buffer() {
    let mut decoder = decoder();
    decoder.text(r#"51-["e",{"_placeholder":true,"num":0}]"#).unwrap();
    let buffer = Bytes::from(vec![0; 1 << 20]);
    let part = buffer.slice(..10);
    let Body::Event { args, .. } = decoder.binary(part.clone()).unwrap().unwrap().packet.body else {
        panic!()
    };
    assert_ne!(args.attachments[0].as_ptr(), part.as_ptr());
}

fn args() -> impl Strategy<Value = Args> {
    let json = prop_oneof![
        Just("null".to_owned()),
        any::<i64>().prop_map(|n| n.to_string()),
        ".*".prop_map(|text: String| serde_json::Value::from(text).to_string()),
        Just(r#"{ "a" : [1.0, {"_placeholder":true,"num":0}] }"#.to_owned()),
    ];
    (vec(json, 0..5), vec(vec(any::<u8>(), 0..40), 0..5)).prop_map(|(values, attachments)| Args {
        values: values
            .into_iter()
            .map(|json| RawValue::from_string(json).unwrap())
            .collect(),
        attachments: attachments.into_iter().map(Bytes::from).collect(),
    })
}

proptest! {
    #[test]
    fn no_messages_panic_the_reader(
        messages in vec(prop_oneof![
            ".*".prop_map(Ok),
            r#"[0-6]{0,2}[0-9]{0,3}-?(/[a-z]{0,2},?)?[0-9]{0,21}(\["a"(,1)?\]|\{"message":"a"\}|"a")?"#.prop_map(Ok),
            vec(any::<u8>(), 0..20).prop_map(Err),
        ], 1..8)
    ) {
        let mut decoder = decoder();
        for message in messages {
            let _ = match message {
                Ok(text) => decoder.text(&text).is_ok(),
                Err(bytes) => decoder.binary(bytes.into()).is_ok(),
            };
        }
    }

    #[test]
    fn an_event_that_is_written_is_read_back(
        namespace in "(/|/[a-z]{1,9})", id in option::of(any::<u64>()), name in ".*", args in args()
    ) {
        let packet = read_back(encode_event(&namespace, id, &name, args.clone()));
        prop_assert_eq!(packet.namespace, namespace);
        let Body::Event { ack, name: read, args: back } = packet.body else { panic!() };
        prop_assert_eq!((ack, read), (id, name));
        prop_assert!(same(&args, &back));
    }

    #[test]
    fn an_answer_that_is_written_is_read_back(
        namespace in "(/|/[a-z]{1,9})", id in any::<u64>(), args in args()
    ) {
        let packet = read_back(encode_ack(&namespace, id, args.clone()));
        prop_assert_eq!(packet.namespace, namespace);
        let Body::Ack { id: read, args: back } = packet.body else { panic!() };
        prop_assert_eq!(read, id);
        prop_assert!(same(&args, &back));
    }
}
