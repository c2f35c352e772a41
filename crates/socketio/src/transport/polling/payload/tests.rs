use proptest::prelude::*;

use super::*;

/// A packet as a body carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Packet {
    Text(String),
    Binary(Vec<u8>),
}

fn packet() -> impl Strategy<Value = Packet> {
    prop_oneof![
        "[0-6][^\u{1e}]{0,40}".prop_map(Packet::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Packet::Binary),
    ]
}

fn plain(inbound: Inbound) -> Packet {
    match inbound {
        Inbound::Text(text) => Packet::Text(text.to_string()),
        Inbound::Binary(bytes) => Packet::Binary(bytes.into()),
        other => panic!("{other:?}"),
    }
}

/// Splits a body that comes in these chunks.
fn split<'a>(chunks: impl IntoIterator<Item = &'a [u8]>, largest: usize) -> Result<Vec<Packet>, CloseReason> {
    let mut splitter = Splitter::new(largest);
    let mut packets = Vec::new();
    for chunk in chunks {
        splitter.feed(Bytes::copy_from_slice(chunk));
        while let Some(packet) = splitter.next()? {
            packets.push(plain(packet));
        }
        assert!(splitter.partial.len() <= encoded(largest));
    }
    packets.push(plain(splitter.finish()?));
    Ok(packets)
}

fn join(packets: &[Packet], most: usize) -> Vec<Body> {
    let mut joiner = Joiner::new(most);
    for packet in packets {
        match packet {
            Packet::Text(text) => joiner.text(text),
            Packet::Binary(bytes) => joiner.binary(bytes),
        }
    }
    std::iter::from_fn(|| joiner.take()).collect()
}

fn broken(body: &[u8]) -> CloseReason {
    split([body], 100).unwrap_err()
}

#[test]
fn a_body_is_written_as_the_protocol_has_it() {
    let packets = [
        Packet::Text("4hello".into()),
        Packet::Binary(vec![1, 2, 3, 4]),
        Packet::Text("2".into()),
    ];
    let bodies = join(&packets, 100);
    assert_eq!(bodies.len(), 1);
    assert_eq!(bodies[0].bytes, b"4hello\x1ebAQIDBA==\x1e2");
}

#[test]
fn padding_may_be_left_out_and_an_empty_attachment_is_one() {
    let packets = split([b"bAQIDBA\x1eb\x1ebHg".as_slice()], 100).unwrap();
    let expected = [vec![1, 2, 3, 4], vec![], vec![0x1e]].map(Packet::Binary);
    assert_eq!(packets, expected);
}

#[test]
fn what_is_no_packet_is_told_apart() {
    assert_eq!(broken(b""), ProtocolError::Empty.into());
    assert_eq!(broken(b"2\x1e\x1e2"), ProtocolError::Empty.into());
    assert_eq!(broken(b"2\x1e"), ProtocolError::Empty.into());
    assert_eq!(broken(b"<html>"), ProtocolError::EnginePacket('<').into());
    assert_eq!(broken(b"4\xff"), ProtocolError::NotUtf8.into());
    assert_eq!(broken(b"b!"), ProtocolError::Base64.into());
    assert_eq!(broken(b"bA"), ProtocolError::Base64.into());
}

#[test]
fn a_page_is_known_by_its_first_byte_and_a_flood_by_its_size() {
    let mut splitter = Splitter::new(10);
    splitter.feed(Bytes::from_static(b"<"));
    assert!(splitter.next().is_err());
    let mut splitter = Splitter::new(10);
    splitter.feed(Bytes::from_static(b"4123456789"));
    assert!(splitter.next().unwrap().is_none());
    splitter.feed(Bytes::from_static(b"0"));
    let too_large = CloseReason::TooLarge {
        limit: 10,
        size: None,
    };
    assert_eq!(splitter.next().unwrap_err(), too_large);
    assert_eq!(splitter.partial.len(), 10);
}

#[test]
fn a_packet_that_is_larger_than_a_body_goes_alone() {
    let packets = ["4aaa", "4bbbbbbbbbbb", "4c"].map(|text| Packet::Text(text.into()));
    let bodies = join(&packets, 8);
    let bodies: Vec<_> = bodies.iter().map(|body| body.bytes.as_slice()).collect();
    assert_eq!(bodies, [b"4aaa".as_slice(), b"4bbbbbbbbbbb", b"4c"]);
}

#[test]
fn room_ends_with_a_full_body_and_probes_stay_with_theirs() {
    let mut joiner = Joiner::new(4);
    assert!(joiner.has_room() && joiner.is_empty());
    joiner.probe(7, "3");
    assert!(joiner.has_room());
    joiner.text("4ab");
    assert!(!joiner.has_room());
    assert_eq!(joiner.take().unwrap().probes, [7]);
    assert!(joiner.take().unwrap().probes.is_empty());
    assert!(joiner.take().is_none());
}

proptest! {
    #[test]
    fn a_body_may_be_cut_anywhere(
        packets in prop::collection::vec(packet(), 1..8),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let bodies = join(&packets, usize::MAX);
        prop_assert_eq!(bodies.len(), 1);
        let body = &bodies[0].bytes;
        let mut places: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        places.extend([0, body.len()]);
        places.sort_unstable();
        let chunks = places.windows(2).map(|cut| &body[cut[0]..cut[1]]);
        prop_assert_eq!(split(chunks, 1000).unwrap(), packets);
    }

    #[test]
    fn bodies_keep_to_what_the_server_accepts(
        packets in prop::collection::vec(packet(), 1..20),
        most in 0_usize..100,
    ) {
        let mut read = Vec::new();
        for body in join(&packets, most) {
            let inside = split([body.bytes.as_slice()], 1000).unwrap();
            prop_assert!(body.bytes.len() <= most || inside.len() == 1);
            read.extend(inside);
        }
        prop_assert_eq!(read, packets);
    }

    #[test]
    fn no_bytes_panic_the_splitter(chunks in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 0..6)) {
        let _ = split(chunks.iter().map(Vec::as_slice), 16);
    }
}
