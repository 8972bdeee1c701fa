//! What a complaint or an inspection contributes.

use super::measure::{Contribution, Month, Scope};
use super::sheet::Indicator;
use crate::deadlines::Wait;
use crate::matter::Matter;
use crate::params::Params;

/// What a matter contributes. One whose year the calendar does not know has no deadline, and says nothing of it.
pub fn contribution(matter: &Matter, params: &Params) -> Contribution {
    let department = matter.department.unwrap_or_default();
    let scope = Scope { department, ..Scope::default() };
    let mut gives = Contribution { scope, ..Contribution::default() };
    complaint(matter, params, &mut gives);
    inspection(matter, params, &mut gives);
    gives
}

fn complaint(matter: &Matter, params: &Params, gives: &mut Contribution) {
    let Some(received) = matter.received.map(|received| received.value) else { return };
    let month = Month::of(received);
    let [accepted, refused, decided] =
        [matter.accepted, matter.refused, matter.decided].map(|act| act.map(|act| act.value));
    if let Some(due) = Wait::Complaint.due(received, params) {
        let taken = accepted.into_iter().chain(refused).min();
        if taken.is_some() || matter.has_passed(due) {
            gives.count(Indicator::ComplaintAcceptedOnTime, month, taken.is_some_and(|at| at < due));
        }
    }
    gives.count(Indicator::ComplaintClosed, month, decided.is_some() || refused.is_some());
    let Some(decided) = decided else { return };
    if let Some(due) = Wait::Decision.due(accepted.unwrap_or(received), params) {
        gives.count(Indicator::ComplaintClosedOnTime, month, decided < due);
    }
    if let Some(upheld) = matter.upheld {
        gives.count(Indicator::ComplaintUpheld, month, upheld);
    }
}

fn inspection(matter: &Matter, params: &Params, gives: &mut Contribution) {
    if let Some(drawn) = matter.drawn {
        gives.count(Indicator::InspectionCompleted, Month::of(drawn.value), matter.inspected.is_some());
    }
    let Some(inspected) = matter.inspected else { return };
    let Some(due) = Wait::Publication.due(inspected.value, params) else { return };
    let published = matter.published.map(|published| published.value);
    if published.is_some() || matter.has_passed(due) {
        let on_time = published.is_some_and(|at| at < due);
        gives.count(Indicator::InspectionPublishedOnTime, Month::of(inspected.value), on_time);
    }
}
