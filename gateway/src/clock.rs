//! The rim where the wall clock is read; everything behind it takes the time as an argument.

use jiff::Timestamp;

/// The present moment, cut to the millisecond that the wire and the log can hold.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// ISO 8601 in UTC with exactly three decimals, as JavaScript's `toISOString` writes it.
pub(crate) fn iso(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_three_decimals_even_on_the_full_second() {
        let at = Timestamp::from_millisecond(1_700_000_000_000).unwrap();
        assert_eq!(iso(at), "2023-11-14T22:13:20.000Z");
    }
}
