//! The committee: who sits on it, who comes, and how it scores.

use super::Field;
use crate::{
    clock::{DAY, HOUR, Local, MINUTE},
    codes::{PersonNo, person},
    render::Head,
    scheme::Scheme,
};

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    let evaluated = field.section.evaluated;
    let rival = field.bidder(field.section.rival());
    match field.scheme {
        Scheme::EvenCommittee => even_committee(field),
        Scheme::BiddersExpert => bidders_expert(field),
        Scheme::AbsentExpert => absent_expert(field),
        Scheme::OneSidedScore => {
            field.truth("EXP-08", evaluated, vec![rival], "一名专家的评分明显低于其他专家");
        }
        Scheme::UnequalObjective => {
            field.truth("EXP-09", evaluated, vec![rival], "客观分评分不一致");
        }
        Scheme::OverFullMarks => {
            let winner = field.bidder(field.winner());
            field.truth("EXP-10", evaluated, vec![winner], "评分超过满分");
        }
        Scheme::CopiedScores => {
            field.truth("EXP-14", evaluated, Vec::new(), "两名专家主观分完全相同");
        }
        _ => {
            let parties = field.codes(2);
            field.truth("EXP-15", evaluated, parties, "去掉一名专家的评分，第一名即易人");
        }
    }
}

/// One expert too few, or one too many.
fn even_committee(field: &mut Field<'_>) {
    if field.dice.per_mille(500) {
        field.section.experts.truncate(4);
    } else {
        field.section.experts.truncate(5);
        field.section.experts.push(field.value);
    }
    field.of_tenderer("EXP-01", field.section.evaluation(), "评标委员会人数不足五人或为双数");
}

/// An expert, unknown elsewhere, who works for the first bidder, or did so a year ago.
fn bidders_expert(field: &mut Field<'_>) {
    let number = field.value;
    let firm = field.section.bids[0].firm;
    field.section.experts[0] = number;
    if field.dice.per_mille(500) {
        field.section.employer = Some(firm);
    } else {
        let (at, code) = (field.planned + HOUR, field.firms.get(firm).code);
        let head = Head { kind: "person.employed", desk: "employment", at, tag: "expert-employed", number };
        field.event(&head, |line| {
            line.person("person", person::EXPERTS + number);
            line.quoted("org", |bytes| bytes.extend_from_slice(&code));
            line.date("from_on", at / DAY - 900);
            line.date("until_on", at / DAY - 300);
        });
    }
    let at = field.section.drawn().max(field.section.submitted(1));
    let parties = field.codes(1);
    field.truth("EXP-05", at, parties, "评标专家与投标人有劳动关系");
}

/// One more expert is drawn, who comes late, or never, or is replaced and nobody says why.
fn absent_expert(field: &mut Field<'_>) {
    let expert = person::EXPERTS + field.value;
    let drawn = field.section.drawn() + 20 * MINUTE;
    tell(field, "expert.drawn", drawn, expert, None);
    let late = field.section.evaluation() + 10 * MINUTE;
    let (kind, at, status, note) = match field.dice.below(3) {
        0 => ("expert.signed_in", late, Some("late"), "评标专家迟到"),
        1 => ("expert.signed_in", late, Some("absent"), "评标专家缺席"),
        _ => ("expert.replaced", drawn + HOUR, None, "更换评标专家未说明原因"),
    };
    tell(field, kind, at, expert, status);
    field.truth("EXP-06", at, Vec::new(), note);
}

fn tell(field: &mut Field<'_>, kind: &str, at: Local, expert: PersonNo, status: Option<&str>) {
    let section = field.section.code.clone();
    let head = Head { kind, desk: "evaluation", at, tag: kind, number: field.value };
    field.event(&head, |line| {
        line.text("section", &section);
        line.person("expert", expert);
        if let Some(status) = status {
            line.text("status", status);
        }
        line.time("at", at);
    });
}
