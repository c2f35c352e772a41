//! Room names (G085), and which of them a client may join by hand (G084).

use serde::Deserialize;

/// Everybody; joined by itself (G083).
pub(super) const GLOBAL: &str = "global:all";

/// The longest id of a market or a creator, in characters.
const MAX_ID: usize = 128;

/// A user's own room; joined by itself (G082).
pub(super) fn user(wallet: &str) -> String {
    format!("user:{}", wallet.to_ascii_lowercase())
}

/// The room of a market.
pub(super) fn market(market_id: &str) -> String {
    format!("market:{market_id}")
}

/// The room of a creator. Some creators are named by their wallet, whose case says nothing.
pub(super) fn creator(creator_id: &str) -> String {
    let is_address = creator_id
        .get(..2)
        .is_some_and(|start| start.eq_ignore_ascii_case("0x"));
    if is_address {
        format!("creator:{}", creator_id.to_ascii_lowercase())
    } else {
        format!("creator:{creator_id}")
    }
}

/// The kinds of rooms that `subscribe` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Manual {
    Market,
    Creator,
}

impl Manual {
    /// The room of this kind with that id; `None` if the id is none.
    pub(super) fn room(self, id: &str) -> Option<String> {
        is_id(id).then(|| match self {
            Self::Market => market(id),
            Self::Creator => creator(id),
        })
    }
}

/// The full, normalised name of any room; `None` if it is none of the platform's.
pub(super) fn parse(room: &str) -> Option<String> {
    if room == GLOBAL {
        return Some(room.to_owned());
    }
    let (kind, id) = room.split_once(':')?;
    if !is_id(id) {
        return None;
    }
    match kind {
        "user" => Some(user(id)),
        "market" => Some(market(id)),
        "creator" => Some(creator(id)),
        _ => None,
    }
}

/// Letters, digits, and the three signs that ids use: nothing that could be mistaken for another room.
fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len())
        && id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lower_case_in_room_names_and_other_ids_are_not() {
        assert_eq!(user("0xAbC"), "user:0xabc");
        assert_eq!(creator("0xAbC"), "creator:0xabc");
        assert_eq!(creator("Nadia"), "creator:Nadia");
        assert_eq!(market("Mkt-1"), "market:Mkt-1");
    }

    #[test]
    fn an_id_that_could_name_another_room_is_none() {
        let long = "x".repeat(129);
        for id in ["", "a:b", "a b", "a/b", "\u{e9}", "a\n", long.as_str()] {
            assert_eq!(Manual::Market.room(id), None, "{id:?}");
        }
        assert_eq!(Manual::Creator.room("0xA1"), Some("creator:0xa1".to_owned()));
    }

    #[test]
    fn only_the_four_kinds_of_rooms_are_rooms() {
        assert_eq!(parse("global:all"), Some("global:all".to_owned()));
        assert_eq!(parse("user:0xA"), Some("user:0xa".to_owned()));
        for room in ["global:some", "admin:all", "market:", "market", ""] {
            assert_eq!(parse(room), None, "{room}");
        }
    }
}
