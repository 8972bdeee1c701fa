//! Instants and dates: RFC 3339 in, whole microseconds and days out.
//!
//! Invariants:
//! 1. An [`Instant`] is absolute: an offset is required, and what it was is forgotten. Equal instants written with
//!    different offsets are equal.
//! 2. A [`Date`] is a local one, at [`LOCAL_OFFSET_S`]: deadlines in law run by the calendar on the wall.
//! 3. Nothing here asks for the present time.

/// Seconds that local time is ahead of UTC: +08:00 all over China, without daylight saving since 1991.
pub const LOCAL_OFFSET_S: i64 = 8 * 3_600;

/// First and last year of an instant. Outside of it stand clocks that were never set and typing errors.
pub const INSTANT_YEARS: (i32, i32) = (1970, 2100);

/// First and last year of a date: wider than for instants, as organisations may be founded long ago.
pub const DATE_YEARS: (i32, i32) = (1900, 2200);

const DAY_S: i64 = 86_400;
const SECOND_US: i64 = 1_000_000;
/// Longest text that is still looked at: 35 characters hold nine digits of a fraction; the rest is generosity.
const INSTANT_BYTES_MAX: usize = 64;
/// Days from 0001-01-01 to 1970-01-01 in the Gregorian calendar.
const EPOCH_DAYS: i64 = days_before_year(1970);
const DAYS_BEFORE_MONTH: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// A local calendar date in days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFault {
    /// It does not have the form at all.
    Form,
    /// A part is impossible: month 13, 30 February, 24:00, an offset of 25 hours.
    Impossible,
    /// The 61st second of a minute. Clocks of trading systems smear it; one that reports it cannot be compared.
    LeapSecond,
    /// The year is outside of [`INSTANT_YEARS`] or [`DATE_YEARS`].
    Year,
}

impl Instant {
    /// Reads RFC 3339 with an offset, `2026-03-02T09:30:00+08:00`. A fraction is cut to microseconds.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        let bytes = text.as_bytes();
        if bytes.len() > INSTANT_BYTES_MAX {
            return Err(TimeFault::Form);
        }
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T' | b't', rest @ ..] = bytes else {
            return Err(TimeFault::Form);
        };
        let [h1, h2, b':', n1, n2, b':', s1, s2, rest @ ..] = rest else { return Err(TimeFault::Form) };
        let (year, month, day) = (digits(&[*y1, *y2, *y3, *y4])?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?);
        let (hour, minute, second) = (digits(&[*h1, *h2])?, digits(&[*n1, *n2])?, digits(&[*s1, *s2])?);
        let (micros, rest) = fraction(rest)?;
        let offset_s = offset(rest)?;
        in_years(year, INSTANT_YEARS)?;
        let days = days(year, month, day)?;
        if hour > 23 || minute > 59 || second > 60 {
            return Err(TimeFault::Impossible);
        }
        if second == 60 {
            return Err(TimeFault::LeapSecond);
        }
        let seconds = days * DAY_S + hour * 3_600 + minute * 60 + second - offset_s;
        Ok(Self(seconds * SECOND_US + micros))
    }

    /// Writes the instant at +08:00, with a fraction only where there is one.
    pub fn to_rfc3339(self) -> String {
        let local = self.0 + LOCAL_OFFSET_S * SECOND_US;
        let (seconds, micros) = (local.div_euclid(SECOND_US), local.rem_euclid(SECOND_US));
        let (date, second) = (self.local_date(), seconds.rem_euclid(DAY_S));
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        let fraction = if micros == 0 {
            String::new()
        } else {
            format!(".{micros:06}").trim_end_matches('0').to_owned()
        };
        format!("{date}T{hour:02}:{minute:02}:{second:02}{fraction}+08:00")
    }

    /// The date on the wall, at +08:00.
    pub fn local_date(self) -> Date {
        let days = (self.0 + LOCAL_OFFSET_S * SECOND_US).div_euclid(DAY_S * SECOND_US);
        Date(i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX }))
    }
}

impl Date {
    /// Reads `YYYY-MM-DD`, or an RFC 3339 instant, of which it takes the local date.
    pub fn parse(text: &str) -> Result<Self, TimeFault> {
        let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
            return Instant::parse(text).map(Instant::local_date);
        };
        let (year, month, day) = (digits(&[*y1, *y2, *y3, *y4])?, digits(&[*m1, *m2])?, digits(&[*d1, *d2])?);
        in_years(year, DATE_YEARS)?;
        Self::from_ymd(year, month, day)
    }

    /// The date of a year, month (1–12) and day (1–31) of the Gregorian calendar.
    pub fn from_ymd(year: i64, month: i64, day: i64) -> Result<Self, TimeFault> {
        i32::try_from(days(year, month, day)?).map(Self).map_err(|_| TimeFault::Year)
    }

    /// Year, month (1–12) and day (1–31).
    pub fn ymd(self) -> (i64, i64, i64) {
        let since_year_one = i64::from(self.0) + EPOCH_DAYS;
        // 146,097 days are 400 years exactly; the guess is at most one year off.
        let mut year = (since_year_one * 400).div_euclid(146_097) + 1;
        while days_before_year(year) > since_year_one {
            year -= 1;
        }
        while days_before_year(year + 1) <= since_year_one {
            year += 1;
        }
        let day_of_year = since_year_one - days_before_year(year);
        let starts = |month: i64| days_before_month(year, month) <= day_of_year;
        let month = (1..=12).rev().find(|month| starts(*month)).unwrap_or(1);
        (year, month, day_of_year - days_before_month(year, month) + 1)
    }

    /// The same day of the month so many years later (or earlier); the 28th where there is no 29 February.
    pub fn years_later(self, years: i32) -> Date {
        let (year, month, day) = self.ymd();
        let year = year + i64::from(years);
        Self::from_ymd(year, month, day).or_else(|_| Self::from_ymd(year, month, day.min(28))).unwrap_or(self)
    }

    /// The first instant of the date, local midnight.
    pub fn midnight(self) -> Instant {
        Instant((i64::from(self.0) * DAY_S - LOCAL_OFFSET_S) * SECOND_US)
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl std::fmt::Display for Instant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

fn digits(bytes: &[u8]) -> Result<i64, TimeFault> {
    bytes.iter().try_fold(0, |number, byte| match byte {
        b'0'..=b'9' => Ok(number * 10 + i64::from(byte - b'0')),
        _ => Err(TimeFault::Form),
    })
}

/// Microseconds of `.123…`, and what follows.
fn fraction(bytes: &[u8]) -> Result<(i64, &[u8]), TimeFault> {
    let [b'.', after @ ..] = bytes else { return Ok((0, bytes)) };
    let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count == 0 {
        return Err(TimeFault::Form);
    }
    let kept = digits(&after[..count.min(6)])?;
    let missing = u32::try_from(6 - count.min(6)).unwrap_or(0);
    Ok((kept * 10_i64.pow(missing), &after[count..]))
}

/// Seconds ahead of UTC.
fn offset(bytes: &[u8]) -> Result<i64, TimeFault> {
    match bytes {
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => {
            let (hours, minutes) = (digits(&[*h1, *h2])?, digits(&[*m1, *m2])?);
            if hours > 23 || minutes > 59 {
                return Err(TimeFault::Impossible);
            }
            let ahead = hours * 3_600 + minutes * 60;
            Ok(if *sign == b'-' { -ahead } else { ahead })
        }
        _ => Err(TimeFault::Form),
    }
}

fn in_years(year: i64, (first, last): (i32, i32)) -> Result<(), TimeFault> {
    if (i64::from(first)..=i64::from(last)).contains(&year) { Ok(()) } else { Err(TimeFault::Year) }
}

/// Days since 1970-01-01.
fn days(year: i64, month: i64, day: i64) -> Result<i64, TimeFault> {
    let length = match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return Err(TimeFault::Impossible),
    };
    if !(1..=length).contains(&day) {
        return Err(TimeFault::Impossible);
    }
    Ok(days_before_year(year) + days_before_month(year, month) + day - 1 - EPOCH_DAYS)
}

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 0001-01-01 to 1 January of a year.
const fn days_before_year(year: i64) -> i64 {
    let whole = year - 1;
    whole * 365 + whole.div_euclid(4) - whole.div_euclid(100) + whole.div_euclid(400)
}

/// Days from 1 January to the first of a month (1–12).
fn days_before_month(year: i64, month: i64) -> i64 {
    let index = usize::try_from(month - 1).unwrap_or(0);
    DAYS_BEFORE_MONTH[index] + i64::from(month > 2 && is_leap(year))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_strictly() {
        let ok = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01T08:00:00+08:00", 0),
            ("1970-01-01T00:00:00+08:00", -28_800_000_000),
            ("1970-01-01t00:00:01z", 1_000_000),
            ("1970-01-01T00:00:00.5Z", 500_000),
            ("1970-01-01T00:00:00.1234567Z", 123_456),
            ("1970-01-01T00:00:00.000000999Z", 0),
            ("2026-03-02T09:30:00+08:00", 1_772_415_000_000_000),
            ("2026-03-01T18:30:00-07:00", 1_772_415_000_000_000),
            ("2024-02-29T00:00:00-00:00", 1_709_164_800_000_000),
            ("2100-12-31T23:59:59Z", 4_133_980_799_000_000),
        ];
        for (text, micros) in ok {
            assert_eq!(Instant::parse(text), Ok(Instant(micros)), "{text}");
        }
        let refused = [
            ("", TimeFault::Form),
            ("2026-03-02", TimeFault::Form),
            ("2026-03-02T09:30:00", TimeFault::Form),
            ("2026-03-02 09:30:00+08:00", TimeFault::Form),
            ("2026-03-02T09:30+08:00", TimeFault::Form),
            ("2026-3-2T09:30:00+08:00", TimeFault::Form),
            ("2026-03-02T09:30:00+0800", TimeFault::Form),
            ("2026-03-02T09:30:00+08", TimeFault::Form),
            ("2026-03-02T09:30:00.+08:00", TimeFault::Form),
            ("2026-03-02T09:30:00+08:00 ", TimeFault::Form),
            ("+026-03-02T09:30:00+08:00", TimeFault::Form),
            ("２026-03-02T09:30:00+08:00", TimeFault::Form),
            ("2026-03-02T09:30:00+24:00", TimeFault::Impossible),
            ("2026-03-02T09:30:00+08:60", TimeFault::Impossible),
            ("2026-13-02T09:30:00Z", TimeFault::Impossible),
            ("2026-00-02T09:30:00Z", TimeFault::Impossible),
            ("2026-02-29T09:30:00Z", TimeFault::Impossible),
            ("2100-02-29T09:30:00Z", TimeFault::Impossible),
            ("2026-03-00T09:30:00Z", TimeFault::Impossible),
            ("2026-03-02T24:00:00Z", TimeFault::Impossible),
            ("2026-03-02T09:60:00Z", TimeFault::Impossible),
            ("2026-03-02T09:30:61Z", TimeFault::Impossible),
            ("2016-12-31T23:59:60Z", TimeFault::LeapSecond),
            ("1969-12-31T23:59:59Z", TimeFault::Year),
            ("2101-01-01T00:00:00Z", TimeFault::Year),
            ("0001-01-01T00:00:00Z", TimeFault::Year),
        ];
        for (text, fault) in refused {
            assert_eq!(Instant::parse(text), Err(fault), "{text}");
        }
    }

    #[test]
    fn instants_are_written_at_local_time() {
        for (micros, text) in [
            (0, "1970-01-01T08:00:00+08:00"),
            (1_772_415_000_000_000, "2026-03-02T09:30:00+08:00"),
            (1_772_415_000_120_000, "2026-03-02T09:30:00.12+08:00"),
            (1_772_415_000_000_001, "2026-03-02T09:30:00.000001+08:00"),
            (-28_800_000_000, "1970-01-01T00:00:00+08:00"),
        ] {
            assert_eq!(Instant(micros).to_rfc3339(), text);
            assert_eq!(Instant::parse(text), Ok(Instant(micros)), "and back");
        }
    }

    #[test]
    fn dates_are_read_from_dates_and_instants() {
        for (text, expected) in [
            ("1970-01-01", Ok(Date(0))),
            ("2026-03-02", Ok(Date(20_514))),
            ("2026-03-02T00:30:00+08:00", Ok(Date(20_514))),
            ("2026-03-01T16:00:00Z", Ok(Date(20_514))),
            ("2026-03-01T15:59:59Z", Ok(Date(20_513))),
            ("1900-01-01", Ok(Date(-25_567))),
            ("2000-02-29", Ok(Date(11_016))),
            ("1900-02-29", Err(TimeFault::Impossible)),
            ("1899-12-31", Err(TimeFault::Year)),
            ("2201-01-01", Err(TimeFault::Year)),
            ("2026/03/02", Err(TimeFault::Form)),
            ("2026-3-2", Err(TimeFault::Form)),
            ("20260302", Err(TimeFault::Form)),
        ] {
            assert_eq!(Date::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn every_day_of_four_centuries_survives_the_way_there_and_back() {
        let (first, last) =
            (Date::from_ymd(1801, 1, 1).expect("valid"), Date::from_ymd(2201, 1, 1).expect("valid"));
        assert_eq!(last.0 - first.0, 146_097);
        let mut before = (1800, 12, 31);
        for day in first.0..=last.0 {
            let (year, month, of_month) = Date(day).ymd();
            assert_eq!(Date::from_ymd(year, month, of_month), Ok(Date(day)));
            assert!((year, month, of_month) > before);
            before = (year, month, of_month);
        }
    }

    #[test]
    fn midnight_is_local() {
        assert_eq!(Date(20_514).midnight().to_rfc3339(), "2026-03-02T00:00:00+08:00");
        assert_eq!(Date(20_514).midnight().local_date(), Date(20_514));
    }
}
