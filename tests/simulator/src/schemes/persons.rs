//! Persons: one who acts for two bidders.

use super::Field;
use crate::{codes::person, scheme::Scheme};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let known = person::EXTRAS + field.value;
    let way = field.dice.below(3);
    for place in 0..2 {
        let (scheme, value) = (field.scheme, field.value);
        let twist = field.section.bids[place].twist();
        match (scheme, way, place) {
            (Scheme::OneAgent, ..) => twist.agent = Some(known),
            (Scheme::OneAttendee, ..) => twist.attendee = Some(known),
            (Scheme::OneContact, 0, _) => twist.contact = Some(known),
            (Scheme::OneContact, 1, _) => twist.phone = Some(value),
            (Scheme::OneContact, ..) => twist.email = Some(value),
            (Scheme::CommonManager, _, 0) => twist.manager = Some(known),
            _ => twist.staff = Some(known),
        }
    }
    match field.scheme {
        Scheme::OneAgent => field.pair("PER-02", "委托同一代理人"),
        Scheme::OneContact => {
            field.pair("PER-04", ["联系人相同", "联系电话相同", "电子邮箱相同"][way as usize]);
        }
        Scheme::OneAttendee => {
            let (at, parties) = (field.section.closed(), field.codes(2));
            field.truth("PER-09", at, parties, "同一人代表两家出席开标会");
        }
        _ => field.pair("PER-03", "一家的项目经理是另一家的项目成员"),
    }
}
