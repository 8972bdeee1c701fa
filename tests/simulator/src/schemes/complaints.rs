//! Offices that do not answer: complaints, objections, inspections.
//!
//! Some terms are counted in working days, which depend on the calendar of the year; their findings are told
//! so late that every calendar has come to an end.

use super::{Field, PLANTED};
use crate::{
    clock::{DAY, HOUR, Local, at, weekday_from},
    render::Head,
    scheme::Scheme,
    sundry::{Complaint, Objection},
};

/// Days in which three or seven working days have passed, whatever the holidays.
const WEEKS: i64 = 25;
/// Days in which twenty or thirty working days have passed, whatever the holidays.
const MONTHS: i64 = 60;

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let proposed = field.section.award.as_ref().map_or(0, |award| award.proposed);
    match field.scheme {
        Scheme::IgnoredComplaint => complaint(field, proposed / DAY + 1, false),
        Scheme::UndecidedComplaint => complaint(field, proposed / DAY + 1, true),
        Scheme::UnansweredObjection => objection(field, "objection", proposed + 2 * HOUR),
        Scheme::UnansweredChallenge => objection(field, "challenge", proposed + 2 * HOUR),
        _ => inspection(field),
    }
}

/// A complaint that is received, perhaps accepted, and then forgotten.
fn complaint(field: &mut Field<'_>, day: i64, accepted: bool) {
    let number = PLANTED + field.section.serial();
    let complaint = Complaint { section: field.section, firms: field.firms, number };
    let received = at(weekday_from(day), 10, 0);
    complaint.tell(received, "complaint.received", field.queue, field.writer);
    if !accepted {
        field.truth("CMP-01", received + WEEKS * DAY, Vec::new(), "投诉逾期未决定是否受理");
        return;
    }
    let taken = received + DAY;
    complaint.tell(taken, "complaint.accepted", field.queue, field.writer);
    field.truth("CMP-02", taken + MONTHS * DAY, Vec::new(), "投诉受理后逾期未处理");
}

fn objection(field: &mut Field<'_>, kind: &'static str, raised: Local) {
    let number = PLANTED + field.section.serial();
    let by = field.section.bids[field.section.rival()].firm;
    let objection = Objection { section: field.section, by: field.firms.get(by), kind, number };
    objection.tell(raised, true, field.queue, field.writer);
    if kind == "objection" {
        // Three calendar days, to the end of the last.
        field.of_tenderer("CMP-03", (raised / DAY + 4) * DAY, "异议三日内未答复");
    } else {
        field.of_tenderer("CMP-04", raised + WEEKS * DAY, "质疑七个工作日内未答复");
    }
}

/// The result of an inspection stays in a drawer.
fn inspection(field: &mut Field<'_>) {
    let number = PLANTED + field.section.serial();
    let object = field.section.code.clone();
    let done = field.section.deadline + 2 * DAY;
    for (at, kind) in [(field.section.deadline, "inspection.drawn"), (done, "inspection.done")] {
        let head = Head { kind, desk: "inspection", at, tag: kind, number };
        field.event(&head, |line| {
            line.numbered("inspection", "CC-", number);
            line.text("object", &object);
            line.time("at", at);
        });
    }
    field.history("INS-01", done + MONTHS * DAY, Vec::new(), "抽查结果逾期未公布");
}
