//! The duty list that is in force, and by what hours alerts are counted.

use crate::duties::Duties;
use std::sync::{Arc, Mutex, PoisonError};
use xiezhi_alerts::duty::DutyList;
use xiezhi_alerts::hours::Hours;
use xiezhi_alerts::indicators::Counting;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::normalise::{Date, Instant};

/// The duty list, of which another edition may come into force at any midnight or when one is published.
pub struct Duty {
    duties: Arc<Mutex<Duties>>,
    pub(super) calendar: Arc<Calendar>,
    /// The hours of work by which alerts are counted.
    pub(super) hours: Hours,
    /// The day and the number of editions for which the list was last looked up.
    looked: Option<(Date, usize)>,
    /// The edition that was given last.
    given: Option<u64>,
}

impl Duty {
    /// The duty list by its editions, and working days.
    pub fn new(duties: Arc<Mutex<Duties>>, calendar: Arc<Calendar>) -> Duty {
        Duty { duties, calendar, hours: Hours::default(), looked: None, given: None }
    }

    /// By what alerts are counted.
    pub(super) fn counting(&self) -> Counting<'_> {
        Counting { hours: &self.hours, calendar: &self.calendar }
    }

    /// The list in force, if it is another than the one last given.
    pub(super) fn changed(&mut self, now: i64) -> Option<Arc<DutyList>> {
        let duties = self.duties.lock().unwrap_or_else(PoisonError::into_inner);
        let at = Some((Instant(now).local_date(), duties.count()));
        if self.looked == at {
            return None;
        }
        self.looked = at;
        let list = duties.in_force(now);
        (self.given.replace(list.edition) != Some(list.edition)).then_some(list)
    }
}
