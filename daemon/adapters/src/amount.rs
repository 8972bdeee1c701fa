//! Money in another unit, made yuan without a float.

use xiezhi_dataflows::json::Json;
use xiezhi_dataflows::normalise::{self, NumberFault};

/// Millionths of a unit: how exact an amount is read.
const MILLION: i128 = 1_000_000;

/// An amount of `unit` yuan each, as yuan: a number where it is whole, else a decimal text.
///
/// # Errors
/// What to say after the column's name.
pub(crate) fn yuan(value: &Json, unit: u32) -> Result<Json, String> {
    let millionths = normalise::quantity(value).map_err(reason)?.0;
    let hundredths = i128::from(millionths) * i128::from(unit) * 100;
    if hundredths % MILLION != 0 {
        return Err("is finer than a fen; give at most two decimals of a yuan".to_owned());
    }
    Ok(of_fen(hundredths / MILLION))
}

/// An amount at two decimals, and whether it had more: publishers abroad write unit prices times quantities as computed.
///
/// # Errors
/// What to say after the field's name.
pub(crate) fn rounded(value: &Json) -> Result<(Json, bool), String> {
    let hundredths = i128::from(normalise::quantity(value).map_err(reason)?.0) * 100;
    // Never negative, so half a hundredth goes up.
    Ok((of_fen((hundredths + MILLION / 2) / MILLION), hundredths % MILLION != 0))
}

fn of_fen(fen: i128) -> Json {
    let (yuan, rest) = (fen / 100, fen % 100);
    match (u64::try_from(yuan), rest) {
        (Ok(yuan), 0) => Json::U64(yuan),
        _ => Json::String(format!("{yuan}.{rest:02}")),
    }
}

fn reason(fault: NumberFault) -> String {
    let what = match fault {
        NumberFault::Type | NumberFault::Form => "is no plain number",
        NumberFault::Negative => "is negative",
        NumberFault::TooLarge => "is too large",
        NumberFault::TooFine => "has more than six decimals",
    };
    format!("{what}; give an amount such as 912.5")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_yuan_are_exact() {
        for (given, unit, expected) in [
            ("912.5", 10_000, "9125000"),
            ("961.1111", 10_000, "9611111"),
            ("887.77", 10_000, "8877700"),
            ("961.111111", 10_000, "\"9611111.11\""),
            ("0.000001", 10_000, "\"0.01\""),
            ("9345600", 1, "9345600"),
            ("9345600.10", 1, "\"9345600.10\""),
            ("0", 1, "0"),
        ] {
            let number = Json::parse(given.as_bytes()).expect("a number");
            let text = Json::String(given.to_owned());
            for json in [number, text] {
                let made =
                    yuan(&json, unit).map(|json| String::from_utf8_lossy(&json.to_bytes()).into_owned());
                assert_eq!(made.as_deref(), Ok(expected), "{given} × {unit}");
            }
        }
    }

    #[test]
    fn what_is_computed_abroad_is_rounded_and_said() {
        for (given, expected, more) in [
            ("490.555", "\"490.56\"", true),
            ("0.994999", "\"0.99\"", true),
            ("999.9951", "1000", true),
            ("480.1", "\"480.10\"", false),
        ] {
            let (json, rounds) = rounded(&Json::from(given)).expect("an amount");
            assert_eq!(
                (String::from_utf8_lossy(&json.to_bytes()).as_ref(), rounds),
                (expected, more),
                "{given}"
            );
        }
        assert!(rounded(&Json::from("1.0000001")).is_err());
    }

    #[test]
    fn a_fraction_of_a_fen_or_no_number_is_refused() {
        for (given, unit) in
            [("0.0000001", 10_000), ("1.005", 1), ("1e5", 1), ("-1", 1), ("9,000", 1), ("", 1)]
        {
            assert!(yuan(&Json::from(given), unit).is_err(), "{given}");
        }
        assert!(yuan(&Json::Null, 1).is_err());
    }
}
