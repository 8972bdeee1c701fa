//! Days that are counted: calendar days and working days.

use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::normalise::{Date, Instant};

/// The end of the n-th calendar day after an instant's own.
pub fn end_of_day(after: Instant, days: i32) -> Instant {
    Date(after.local_date().0 + days + 1).midnight()
}

/// The end of the n-th working day that follows an instant's own day. None where the calendar does not reach.
pub fn end_of_working_day(calendar: &Calendar, after: Instant, days: u32) -> Option<Instant> {
    let (mut day, mut left) = (after.local_date(), days);
    while left > 0 {
        day = Date(day.0 + 1);
        if calendar.is_working_day(day)? {
            left -= 1;
        }
    }
    Some(Date(day.0 + 1).midnight())
}
