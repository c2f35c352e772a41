//! Wei as people read it: 10^18 Wei are one (G025).

const DECIMALS: usize = 18;

/// Writes an amount of Wei as a decimal number with at most `places` decimals, cut and not rounded:
/// `612500000000000000` is `0.6125`.
pub(super) fn to_decimal(wei: &str, places: usize) -> String {
    let padded = format!("{wei:0>width$}", width = DECIMALS + 1);
    let (whole, fraction) = padded
        .split_at_checked(padded.len() - DECIMALS)
        .unwrap_or(("0", ""));
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let fraction: String = fraction.chars().take(places).collect();
    match fraction.trim_end_matches('0') {
        "" => whole.to_owned(),
        digits => format!("{whole}.{digits}"),
    }
}

/// Writes an amount of Wei as a decimal number, exactly.
pub(super) fn exact(wei: &str) -> String {
    to_decimal(wei, DECIMALS)
}

/// The unit of all amounts (G025).
pub(super) const CURRENCY: &str = "ETH";

#[cfg(test)]
mod tests {
    use super::to_decimal;

    #[test]
    fn wei_are_cut_and_never_rounded_up() {
        assert_eq!(to_decimal("612500000000000000", 4), "0.6125");
        assert_eq!(to_decimal("999999999999999999", 2), "0.99");
        assert_eq!(to_decimal("0", 4), "0");
        assert_eq!(to_decimal("12000000000000000000", 4), "12");
        assert_eq!(to_decimal("1", 4), "0");
        assert_eq!(to_decimal("00012000000000000000001", 18), "12.000000000000000001");
    }
}
