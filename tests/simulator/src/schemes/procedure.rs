//! Procedure before and at the opening.

use super::Field;
use crate::{
    clock::{MINUTE, at},
    scheme::Scheme,
    section::{Ending, Section},
};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    match field.scheme {
        Scheme::ShortNotice => {
            field.of_tenderer("BUY-02", field.section.announced, "从发出招标文件到截止不足二十日");
        }
        Scheme::LateChange => {
            let changed = at(field.section.day() - 6, 15, 0);
            field.section.late_change = Some(changed);
            field.of_tenderer("BUY-03", changed, "截止前六日作实质性变更而未顺延");
        }
        Scheme::SingleBid | Scheme::TwoBidders => too_few(field),
        Scheme::AllRejected => {
            let (at, parties) = (field.awarded(), field.codes(1));
            field.truth("BUY-12", at, parties, "其余投标全部被否决");
        }
        Scheme::LowestRejected => lowest_rejected(field),
        Scheme::OpenedEarly | Scheme::OpenedLate => untimely_opening(field),
        Scheme::NotOpened => not_opened(field),
        Scheme::LateBid => late_bid(field),
        Scheme::FailedTogether => {
            let (at, parties) = (field.section.closed(), field.codes(2));
            field.truth("OPN-06", at, parties, "两家解密失败，报错相同");
        }
        _ => {
            field.section.bids[0].twist().swapped_file = true;
            let (at, parties) = (field.section.closed(), field.codes(1));
            field.truth("OPN-08", at, parties, "开启的文件与递交的文件不一致");
        }
    }
}

fn too_few(field: &mut Field<'_>) {
    let at = field.section.closed();
    if field.scheme == Scheme::SingleBid {
        let parties = field.codes(1);
        field.truth("BUY-10", at, parties, "公开招标仅一家投标");
    }
    field.of_tenderer("BUY-11", at, "投标人少于三个仍开标");
}

fn lowest_rejected(field: &mut Field<'_>) {
    let lowest = field.section.priced().min_by_key(|place| field.section.bids[*place].price).unwrap_or(0);
    let (at, parties) = (field.awarded(), vec![field.bidder(lowest)]);
    field.truth("BUY-13", at, parties, "最低报价被否决");
}

/// Five minutes before the deadline, or well past the fifteen minutes of grace; in a spare room, since
/// the usual one is taken.
fn untimely_opening(field: &mut Field<'_>) {
    let (offset, note) = if field.scheme == Scheme::OpenedEarly {
        (-field.dice.between(3, 10), "未到截止时间开标")
    } else {
        (field.dice.between(20, 50), "开标迟于规定时间十五分钟以上")
    };
    field.section.move_opening(field.section.deadline + offset * MINUTE);
    field.of_tenderer("OPN-01", field.section.started, note);
}

fn not_opened(field: &mut Field<'_>) {
    field.section.ending = Ending::NeverOpened;
    field.section.award = None;
    let at = field.section.deadline + 16 * MINUTE;
    field.of_tenderer("OPN-02", at, "到时未开标，也未流标、暂停或终止");
}

fn late_bid(field: &mut Field<'_>) {
    let deadline = field.section.deadline;
    field.section.bids[0].submitted = deadline + field.dice.between(60, 9 * MINUTE);
    field.section.move_opening(deadline + 11 * MINUTE);
    let (at, parties) = (Section::read_out(&field.section.bids[0]), field.codes(1));
    field.truth("OPN-03", at, parties, "截止后递交的投标仍被开启");
}
