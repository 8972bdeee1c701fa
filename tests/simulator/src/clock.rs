//! Local time as whole seconds.
//!
//! The venue lives at +08:00 all year, so a local instant is one integer: seconds since
//! 1970-01-01T00:00 local. Only at the border is it turned into an instant or into RFC 3339.

use jiff::civil::Date;

/// Seconds since 1970-01-01T00:00 local time.
pub type Local = i64;
/// Days since 1970-01-01.
pub type DayNo = i64;

/// A minute in seconds.
pub const MINUTE: i64 = 60;
/// An hour in seconds.
pub const HOUR: i64 = 3600;
/// A day in seconds.
pub const DAY: i64 = 86_400;
const OFFSET: i64 = 8 * HOUR;

/// The number of a civil date.
pub fn day_number(date: Date) -> DayNo {
    let epoch = jiff::civil::date(1970, 1, 1);
    i64::from((date - epoch).get_days())
}

/// The civil date of a day number.
pub fn date_of(day: DayNo) -> Date {
    let (year, month, dom) = civil(day);
    jiff::civil::date(year as i16, month as i8, dom as i8)
}

/// Year, month and day of month. Shifts the year to begin in March, so that the leap day comes last.
pub fn civil(day: DayNo) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let dom = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, dom)
}

/// Monday to Friday. Public holidays are not known here: deadlines of the simulated offices are kept
/// in calendar days, which is stricter.
pub const fn is_weekday(day: DayNo) -> bool {
    // 1970-01-01 was a Thursday.
    (day + 3).rem_euclid(7) < 5
}

/// This day, or the Monday after it.
pub const fn weekday_from(day: DayNo) -> DayNo {
    match (day + 3).rem_euclid(7) {
        5 => day + 2,
        6 => day + 1,
        _ => day,
    }
}

/// This day, or the Friday before it.
pub const fn weekday_until(day: DayNo) -> DayNo {
    match (day + 3).rem_euclid(7) {
        5 => day - 1,
        6 => day - 2,
        _ => day,
    }
}

/// A local time of day.
pub const fn at(day: DayNo, hour: i64, minute: i64) -> Local {
    day * DAY + hour * HOUR + minute * MINUTE
}

/// Microseconds since the epoch in UTC.
pub const fn instant_us(local: Local) -> i64 {
    (local - OFFSET) * 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_agree_with_the_calendar_library() {
        let mut date = jiff::civil::date(1999, 12, 1);
        for _ in 0..1200 {
            assert_eq!(date_of(day_number(date)), date);
            assert_eq!(is_weekday(day_number(date)), date.weekday().to_monday_one_offset() < 6);
            date = date.tomorrow().expect("within range");
        }
    }

    #[test]
    fn weekdays_are_found_on_both_sides() {
        let saturday = day_number(jiff::civil::date(2026, 1, 10));
        assert_eq!(date_of(weekday_from(saturday)), jiff::civil::date(2026, 1, 12));
        assert_eq!(date_of(weekday_until(saturday)), jiff::civil::date(2026, 1, 9));
    }
}
