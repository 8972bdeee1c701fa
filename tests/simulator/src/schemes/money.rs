//! Deposits: whose account, whose guarantee, how much.

use super::Field;
use crate::{bid::Form, codes::person, scheme::Scheme};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    match field.scheme {
        Scheme::OneAccount => one_account(field),
        Scheme::ForeignPayer => foreign_payer(field),
        Scheme::SideAccount => side_account(field),
        Scheme::OneApplicant => one_applicant(field),
        _ => {
            field.of_tenderer("MON-07", field.section.announced, "保证金按百分之三收取，超过估算价的百分之二")
        }
    }
}

/// The first bidder pays for the second as well.
fn one_account(field: &mut Field<'_>) {
    let payer = field.section.bids[0].firm;
    for bid in &mut field.section.bids[..2] {
        bid.form = Form::Transfer;
        bid.twist().payer = Some(payer);
    }
    let (at, parties) = (field.section.paid(2), field.codes(2));
    field.truth("MON-01", at, parties.clone(), "同一账户交纳保证金");
    field.truth("MON-02", at, parties, "由另一投标人代交保证金");
}

fn foreign_payer(field: &mut Field<'_>) {
    let payer = field.firms.found(field.section.project.trade);
    field.section.bids[0].form = Form::Transfer;
    field.section.bids[0].twist().payer = Some(payer);
    let (at, parties) = (field.section.paid(1), field.codes(1));
    field.truth("MON-02", at, parties, "由未投标的单位代交保证金");
}

fn side_account(field: &mut Field<'_>) {
    field.section.bids[0].form = Form::Transfer;
    field.section.bids[0].twist().side_account = true;
    let (at, parties) = (field.section.paid(1), field.codes(1));
    field.truth("MON-03", at, parties, "保证金未从基本账户转出");
}

fn one_applicant(field: &mut Field<'_>) {
    let (way, value) = (field.dice.below(3), field.value);
    for bid in &mut field.section.bids[..2] {
        bid.form = Form::Guarantee;
        match way {
            0 => bid.twist().applicant = Some(person::EXTRAS + value),
            1 => bid.twist().apply_ip = Some(value),
            _ => bid.twist().apply_phone = Some(value),
        }
    }
    let (at, parties) = (field.section.paid(2), field.codes(2));
    field.truth("MON-04", at, parties, "两份保函由同一人、同一地址或同一电话申办");
}
