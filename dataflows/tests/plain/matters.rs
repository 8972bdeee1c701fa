//! Complaints and inspections.

use super::events::{instants, latest};
use super::{Given, Parts};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::{Complaint, Data, Event, Inspection};
use xiezhi_dataflows::normalise::{Date, Instant};

/// The end of the n-th working day after an instant's own.
pub fn working_days_after(at: Instant, days: u32) -> Option<Instant> {
    let calendar = Calendar::built_in();
    let (mut day, mut left) = (at.local_date(), days);
    while left > 0 {
        day = Date(day.0 + 1);
        left -= u32::from(calendar.is_working_day(day)?);
    }
    Some(Date(day.0 + 1).midnight())
}

fn first(events: &[&Event], says: impl Fn(&Data) -> Option<Option<Instant>>) -> Option<Instant> {
    instants(events, |event| says(&event.data)).into_iter().min()
}

pub fn complaint(events: &[&Event], department: &str, now: Instant) -> Given {
    let mut parts =
        Parts { scope: [department.to_owned(), String::new(), String::new()], sums: Default::default() };
    let at = |said: &Complaint| Some(said.at);
    let received = first(events, |data| match data {
        Data::ComplaintReceived(said) => at(said),
        _ => None,
    });
    let accepted = first(events, |data| match data {
        Data::ComplaintAccepted(said) => at(said),
        _ => None,
    });
    let refused = first(events, |data| match data {
        Data::ComplaintRefused(said) => at(said),
        _ => None,
    });
    let decided = first(events, |data| match data {
        Data::ComplaintDecided(said) => at(said),
        _ => None,
    });
    let Some(received) = received else { return Given::default() };
    if let Some(due) = working_days_after(received, 3) {
        match [accepted, refused].into_iter().flatten().min() {
            Some(taken) => parts.is("complaint_accepted_on_time", received, taken < due),
            None if now >= due => parts.is("complaint_accepted_on_time", received, false),
            None => {}
        }
    }
    parts.is("complaint_closed", received, decided.is_some() || refused.is_some());
    if let Some(decided) = decided {
        if let Some(due) = working_days_after(accepted.unwrap_or(received), 30) {
            parts.is("complaint_closed_on_time", received, decided < due);
        }
        let upheld = latest(events, |event| match &event.data {
            Data::ComplaintDecided(said) => match said.outcome.as_ref()?.as_str() {
                "upheld" | "partly_upheld" | "成立" | "部分成立" => Some(true),
                "dismissed" | "unfounded" | "不成立" | "驳回" => Some(false),
                _ => None,
            },
            _ => None,
        });
        if let Some(upheld) = upheld {
            parts.is("complaint_upheld", received, upheld);
        }
    }
    Given { sums: parts.sums, bought: None }
}

pub fn inspection(events: &[&Event], now: Instant) -> Given {
    let mut parts = Parts { scope: Default::default(), sums: Default::default() };
    let at = |said: &Inspection| Some(said.at);
    let drawn = first(events, |data| match data {
        Data::InspectionDrawn(said) => at(said),
        _ => None,
    });
    let done = first(events, |data| match data {
        Data::InspectionDone(said) => at(said),
        _ => None,
    });
    let published = first(events, |data| match data {
        Data::InspectionPublished(said) => at(said),
        _ => None,
    });
    if let Some(drawn) = drawn {
        parts.is("inspection_completed", drawn, done.is_some());
    }
    if let Some((done, due)) = done.and_then(|done| Some((done, working_days_after(done, 20)?))) {
        match published {
            Some(published) => parts.is("inspection_published_on_time", done, published < due),
            None if now >= due => parts.is("inspection_published_on_time", done, false),
            None => {}
        }
    }
    Given { sums: parts.sums, bought: None }
}
