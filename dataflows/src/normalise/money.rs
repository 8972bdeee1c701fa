//! Numbers as people of the trade write them, made into integers: money to fen, scores to ten-thousandths.
//!
//! Two spellings come in, a JSON number and a decimal string. A JSON number that is no integer is read through its
//! shortest decimal rendering, so that 0.1 means one tenth and not its nearest neighbour in binary. Invariant: the
//! result is exact, or there is none; nothing is ever rounded away (only shares are, see [`share`]).

#![allow(clippy::disallowed_types, reason = "where the numbers of JSON become whole fen")]

use crate::json::Json;

/// Money is below this many yuan. 10^13 yuan are 10^15 fen, fifteen digits, the most that a 64-bit float carries
/// exactly in decimal: a JSON number below it is what the sender wrote. The largest project ever tendered is far smaller.
pub const YUAN_LIMIT: i64 = 10_000_000_000_000;

/// Scores and quantities are below this: no scale of marks comes near it.
pub const SCORE_LIMIT: i64 = 1_000_000_000;

/// Quantities in a bill are below this.
pub const QUANTITY_LIMIT: i64 = 1_000_000_000_000;

/// Longest decimal string that is looked at. Past it no in-range number has anything but zeros to say.
const DECIMAL_BYTES_MAX: usize = 64;

/// Money in fen (1/100 yuan), never negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(pub i64);

/// A difference of money in fen, of either sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FenDelta(pub i64);

/// Marks in ten-thousandths. May be negative: a rule, not the reader, objects to a score below nought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(pub i64);

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (sign, marks) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        write!(f, "{sign}{}.{:04}", marks / 10_000, marks % 10_000)
    }
}

/// A quantity of a bill item in millionths of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(pub i64);

/// A share of an organisation in parts per million, 0 to 1,000,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(pub u32);

/// Why a value is not the number that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberFault {
    /// Neither a JSON number nor a string.
    Type,
    /// A string that is no plain decimal number: a sign, an exponent, separators, a currency mark.
    Form,
    /// Below nought where that is impossible.
    Negative,
    /// At or above the limit.
    TooLarge,
    /// More decimal places than the unit has.
    TooFine,
}

/// Money in yuan, at most two decimals.
pub fn fen(value: &Json) -> Result<Fen, NumberFault> {
    scaled(value, 2, YUAN_LIMIT, false).map(Fen)
}

/// A difference of money in yuan, at most two decimals, of either sign.
pub fn fen_delta(value: &Json) -> Result<FenDelta, NumberFault> {
    scaled(value, 2, YUAN_LIMIT, true).map(FenDelta)
}

/// Marks, at most four decimals, of either sign.
pub fn score(value: &Json) -> Result<Score, NumberFault> {
    scaled(value, 4, SCORE_LIMIT, true).map(Score)
}

/// A quantity, at most six decimals.
pub fn quantity(value: &Json) -> Result<Quantity, NumberFault> {
    scaled(value, 6, QUANTITY_LIMIT, false).map(Quantity)
}

/// A share from 0 to 1. The seventh decimal and further ones are rounded away: a third has no end.
pub fn share(value: &Json) -> Result<Share, NumberFault> {
    let number = match value {
        Json::U64(number) => return whole_share(*number),
        Json::I64(_) => return Err(NumberFault::Negative),
        Json::F64(number) => *number,
        Json::String(text) => decimal(&super::fold(text))?.parse().map_err(|_| NumberFault::Form)?,
        _ => return Err(NumberFault::Type),
    };
    match number {
        _ if number < 0.0 => Err(NumberFault::Negative),
        _ if number > 1.0 => Err(NumberFault::TooLarge),
        // In range by the two lines above, so the cast loses nothing but the fraction.
        _ => Ok(Share((number * 1e6).round() as u32)),
    }
}

fn whole_share(number: u64) -> Result<Share, NumberFault> {
    match number {
        0 => Ok(Share(0)),
        1 => Ok(Share(1_000_000)),
        _ => Err(NumberFault::TooLarge),
    }
}

/// The value times 10^places, exactly. `limit` is in whole units and excluded.
fn scaled(value: &Json, places: u32, limit: i64, signed: bool) -> Result<i64, NumberFault> {
    let unit = 10_i64.pow(places);
    let whole = |number: i64| if number < limit { Ok(number * unit) } else { Err(NumberFault::TooLarge) };
    match value {
        Json::U64(number) => whole(i64::try_from(*number).map_err(|_| NumberFault::TooLarge)?),
        Json::I64(_) if !signed => Err(NumberFault::Negative),
        Json::I64(number) => {
            whole(number.checked_neg().ok_or(NumberFault::TooLarge)?).map(|positive| -positive)
        }
        Json::F64(number) if *number < 0.0 && !signed => Err(NumberFault::Negative),
        // `limit` is far below 2^53, so the comparison is exact; it also keeps the rendering short.
        Json::F64(number) if number.abs() >= limit as f64 => Err(NumberFault::TooLarge),
        // Rust renders the shortest decimal that reads back as the same float, and never an exponent.
        Json::F64(number) => match number.to_string() {
            text if text.len() > DECIMAL_BYTES_MAX => Err(NumberFault::TooFine),
            text => from_decimal(&text, places, limit, signed),
        },
        Json::String(text) => from_decimal(&super::fold(text), places, limit, signed),
        _ => Err(NumberFault::Type),
    }
}

fn from_decimal(text: &str, places: u32, limit: i64, signed: bool) -> Result<i64, NumberFault> {
    let text = decimal(text)?;
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if negative && !signed && !(whole.is_empty() && fraction.is_empty()) {
        return Err(NumberFault::Negative);
    }
    let places = usize::try_from(places).unwrap_or(0);
    if whole.len() > 18 {
        return Err(NumberFault::TooLarge);
    }
    if fraction.len() > places {
        return Err(NumberFault::TooFine);
    }
    let whole = digits(whole);
    if whole >= limit {
        return Err(NumberFault::TooLarge);
    }
    let amount = whole * power_of(places) + digits(fraction) * power_of(places - fraction.len());
    Ok(if negative { -amount } else { amount })
}

/// Checks the grammar `-?digits(.digits)?`, and nothing looser.
fn decimal(text: &str) -> Result<&str, NumberFault> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() <= DECIMAL_BYTES_MAX && plain(whole) && plain(fraction) {
        Ok(text)
    } else {
        Err(NumberFault::Form)
    }
}

fn digits(text: &str) -> i64 {
    text.bytes().fold(0, |number, byte| number * 10 + i64::from(byte - b'0'))
}

fn power_of(places: usize) -> i64 {
    (0..places).fold(1, |power, _| power * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Json {
        Json::parse(text.as_bytes()).expect("valid JSON")
    }

    #[test]
    fn money_is_exact_or_refused() {
        use NumberFault::{Form, Negative, TooFine, TooLarge, Type};
        for (json, expected) in [
            ("0", Ok(0)),
            ("-0.0", Ok(0)),
            ("1", Ok(100)),
            ("0.01", Ok(1)),
            ("0.1", Ok(10)),
            ("9000000.10", Ok(900_000_010)),
            ("10000000.01", Ok(1_000_000_001)),
            ("1.10e1", Ok(1_100)),
            ("9999999999999.99", Ok(999_999_999_999_999)),
            ("\"9000000.00\"", Ok(900_000_000)),
            ("\" 12.5 \"", Ok(1_250)),
            ("\"１２．５\"", Ok(1_250)),
            ("\"007\"", Ok(700)),
            ("\"1.500\"", Ok(150)),
            ("\"0000000000000000000000000000001\"", Ok(100)),
            ("\"-0\"", Ok(0)),
            ("-1", Err(Negative)),
            ("-0.01", Err(Negative)),
            ("\"-1\"", Err(Negative)),
            ("0.001", Err(TooFine)),
            ("1e-300", Err(TooFine)),
            ("0.30000000000000004", Err(TooFine)),
            ("\"0.005\"", Err(TooFine)),
            ("10000000000000", Err(TooLarge)),
            ("1e308", Err(TooLarge)),
            ("18446744073709551615", Err(TooLarge)),
            ("\"10000000000000.00\"", Err(TooLarge)),
            ("\"99999999999999999999\"", Err(TooLarge)),
            ("\"1,000\"", Err(Form)),
            ("\"1_000\"", Err(Form)),
            ("\"1e5\"", Err(Form)),
            ("\"+1\"", Err(Form)),
            ("\"1.\"", Err(Form)),
            ("\".5\"", Err(Form)),
            ("\"1.2.3\"", Err(Form)),
            ("\"12元\"", Err(Form)),
            ("\"¥12\"", Err(Form)),
            ("\"NaN\"", Err(Form)),
            ("\"1 000\"", Err(Form)),
            ("true", Err(Type)),
            ("[1]", Err(Type)),
        ] {
            assert_eq!(fen(&number(json)), expected.map(Fen), "{json}");
        }
    }

    #[test]
    fn differences_may_be_negative() {
        for (json, expected) in [
            ("-1", Ok(-100)),
            ("-0.5", Ok(-50)),
            ("\"-12.34\"", Ok(-1_234)),
            ("3", Ok(300)),
            ("-10000000000000", Err(NumberFault::TooLarge)),
            ("-9223372036854775808", Err(NumberFault::TooLarge)),
            ("-1e300", Err(NumberFault::TooLarge)),
        ] {
            assert_eq!(fen_delta(&number(json)), expected.map(FenDelta), "{json}");
        }
    }

    #[test]
    fn scores_quantities_and_shares_have_their_own_units() {
        for (json, expected) in [
            ("80", Ok(800_000)),
            ("79.25", Ok(792_500)),
            ("-5", Ok(-50_000)),
            ("\"0\"", Ok(0)),
            ("1.00001", Err(NumberFault::TooFine)),
            ("1000000000", Err(NumberFault::TooLarge)),
        ] {
            assert_eq!(score(&number(json)), expected.map(Score), "{json}");
        }
        assert_eq!(quantity(&number("12.345678")), Ok(Quantity(12_345_678)));
        assert_eq!(quantity(&number("-1")), Err(NumberFault::Negative));
        for (json, expected) in [
            ("0", Ok(0)),
            ("1", Ok(1_000_000)),
            ("0.51", Ok(510_000)),
            ("0.5000001", Ok(500_000)),
            ("0.3333333333333333", Ok(333_333)),
            ("\"0.05\"", Ok(50_000)),
            ("1.01", Err(NumberFault::TooLarge)),
            ("51", Err(NumberFault::TooLarge)),
            ("-0.1", Err(NumberFault::Negative)),
            ("-1", Err(NumberFault::Negative)),
            ("\"51%\"", Err(NumberFault::Form)),
            ("{}", Err(NumberFault::Type)),
        ] {
            assert_eq!(share(&number(json)), expected.map(Share), "{json}");
        }
    }
}
