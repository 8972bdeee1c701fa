//! From the candidates to the contract.

use super::Field;
use crate::{
    clock::{DAY, HOUR},
    line::Amount,
    render::Head,
    scheme::Scheme,
};

/// Days that a contract may take, and one: then its absence is a finding.
const SIGNED_WITHIN: i64 = 31;

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    match field.scheme {
        Scheme::Outsider => outsider(field),
        Scheme::DeclinedAward => declined_award(field),
        Scheme::Unsigned => unsigned(field),
        Scheme::DearContract => dear_contract(field),
        _ => loser_subcontracts(field),
    }
}

fn outsider(field: &mut Field<'_>) {
    let Some(award) = &mut field.section.award else { return };
    let (winner, at) = (award.winner, award.made);
    award.candidates.retain(|place| *place != winner);
    let parties = vec![field.bidder(winner)];
    field.truth("AWD-02", at, parties, "中标人不在中标候选人之列");
}

/// The first candidate declines the day after it is named; the second gets the contract.
fn declined_award(field: &mut Field<'_>) {
    let Some(award) = &mut field.section.award else { return };
    // One who quit twice before would be a finding of its own (HIS-14).
    let quits = |place: &usize| field.firms.get(field.section.bids[*place].firm).quits;
    if let Some(patient) = award.candidates.iter().position(|place| quits(place) < 2) {
        award.candidates.swap(0, patient);
    }
    let at = award.proposed + DAY + HOUR;
    let first = award.candidates[0];
    award.declined = Some(at);
    award.winner = award.candidates[1];
    let firm = field.section.bids[first].firm;
    field.firms.get_mut(firm).quits += 1;
    let parties = vec![field.code(firm)];
    field.truth("AWD-03", at, parties, "第一中标候选人放弃中标");
}

fn unsigned(field: &mut Field<'_>) {
    let Some(award) = &mut field.section.award else { return };
    award.signed = None;
    award.completed = None;
    let (winner, due) = (award.winner, (award.made / DAY + SIGNED_WITHIN) * DAY);
    let parties = vec![field.bidder(winner)];
    field.truth("AWD-06", due, parties, "中标通知三十日后仍未签订合同");
}

fn dear_contract(field: &mut Field<'_>) {
    let winner = field.winner();
    let price = field.section.bids[winner].price;
    if let Some(award) = &mut field.section.award {
        award.contract_price = Some(price + price / 20);
    }
    let (at, parties) = (field.signed(), vec![field.bidder(winner)]);
    field.truth("AWD-07", at, parties, "合同价与中标价不一致");
}

fn loser_subcontracts(field: &mut Field<'_>) {
    let (winner, loser) = (field.winner(), field.section.rival());
    let at = field.signed() + 5 * DAY;
    let (section, amount) = (field.section.code.clone(), field.section.bids[winner].price / 5);
    let firms = [winner, loser].map(|place| {
        let firm = field.firms.get(field.section.bids[place].firm);
        (firm.code, firm.name.clone())
    });
    let head = Head {
        kind: "contract.subcontracted",
        desk: "contract",
        at,
        tag: "subcontract",
        number: field.value,
    };
    field.event(&head, |line| {
        line.text("section", &section);
        for (key, (code, name)) in ["contractor", "subcontractor"].iter().zip(&firms) {
            line.org(key, code, name);
        }
        line.money("amount", amount, Amount::Text);
        line.time("at", at);
    });
    let parties = vec![field.bidder(winner), field.bidder(loser)];
    field.truth("AWD-11", at, parties, "分包给落标的投标人");
}
