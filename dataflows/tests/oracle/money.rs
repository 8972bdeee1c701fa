//! Deposits: whose money it is, how it came, how much was asked for.

use super::bids::Bid;
use super::persons::masked;
use super::terms::Section;
use super::units::yuan;
use super::world::{Name, id, name};
use super::{Found, Holds};
use std::collections::BTreeSet;
use xiezhi_dataflows::event::{Deposit, DepositForm};
use xiezhi_dataflows::normalise::Fen;

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    for group in section.groups(Bid::paid_from) {
        holds.findings.insert(Found::group("MON-01", section, "D", "account", &group));
    }
    for bid in section.bids.values() {
        strangers(section, bid, holds);
        holds.findings.extend(other_accounts(section, bid));
    }
    guarantees(section, holds);
    holds.findings.extend(asked_for(section));
}

/// MON-02: the money came from somebody else.
fn strangers(section: &Section<'_>, bid: &Bid<'_>, holds: &mut Holds) {
    let holder = |deposit: &'_ Deposit| Some(deposit.account_holder.as_ref()?.code.as_str().to_owned());
    let holders: BTreeSet<String> = bid.deposits().filter_map(|(_, deposit)| holder(deposit)).collect();
    for stranger in holders.iter().filter(|holder| *holder != bid.bidder && !bid.has_member(holder)) {
        let bids = section.bids.contains_key(&**stranger);
        let from = bid.deposits().filter(|(_, deposit)| holder(deposit).as_ref() == Some(stranger));
        let found = Found::new("MON-02", Some(section.code), if bids { "D" } else { "V" });
        let found = found.key([("account_holder", stranger), ("bidder", bid.bidder)]);
        let parties = [bid.bidder].into_iter().chain(bids.then_some(&**stranger));
        holds.findings.insert(found.parties(parties).evidence(from.map(|(event, _)| name(event))));
    }
}

/// MON-03: a transfer from an account that is not the basic one.
fn other_accounts(section: &Section<'_>, bid: &Bid<'_>) -> Option<Found> {
    let from_other = bid.deposits().filter(|(_, deposit)| {
        deposit.form == Some(DepositForm::Transfer) && deposit.basic_account == Some(false)
    });
    let events: Vec<Name<'_>> = from_other.map(|(event, _)| name(event)).collect();
    let found = Found::new("MON-03", Some(section.code), "V").key([("bidder", bid.bidder)]);
    (section.built_or_bought() && !events.is_empty()).then(|| found.parties([bid.bidder]).evidence(events))
}

/// A value of the bid's deposits that are no transfers.
fn guaranteed<'a>(bid: &Bid<'a>, value: impl Fn(&'a Deposit) -> Option<&'a str>) -> Vec<(&'a str, Name<'a>)> {
    let deposits = bid.deposits().filter(|(_, deposit)| deposit.form != Some(DepositForm::Transfer));
    deposits.filter_map(|(event, deposit)| Some((value(deposit)?, name(event)))).collect()
}

/// MON-04: guarantees applied for by one person, from one address or number.
fn guarantees(section: &Section<'_>, holds: &mut Holds) {
    for group in section.groups(|bid| guaranteed(bid, |deposit| id(deposit.applicant.as_ref()?))) {
        let found = Found::group("MON-04", section, "L", "person", &group);
        holds.findings.insert(found.persons([&*group.value]));
    }
    for group in section.groups(|bid| guaranteed(bid, |deposit| deposit.apply_ip.as_deref())) {
        holds.findings.insert(Found::group("MON-04", section, "L", "ip", &group));
    }
    for group in section.groups(|bid| guaranteed(bid, |deposit| deposit.apply_phone.as_deref())) {
        let found = Found::group("MON-04", section, "L", "phone", &group);
        holds.findings.insert(found.key([("phone", &masked(&group.value))]));
    }
}

/// MON-07: more than 2 % of the estimate was asked for.
fn asked_for(section: &Section<'_>) -> Option<Found> {
    let (deposit, asking) = section.noticed(|notice| notice.deposit)?;
    let estimate = section.noticed(|notice| notice.estimate).map(|estimate| ("estimate", estimate));
    let (of, (base, giving)) =
        estimate.or_else(|| section.ceiling().map(|ceiling| ("ceiling_price", ceiling)))?;
    let found = Found::new("MON-07", Some(section.code), "V").parties([section.tenderer()?]);
    let found = found.measured([
        ("deposit_amount", yuan(deposit)),
        (of, yuan(base)),
        ("limit", yuan(Fen(base.0 * 2 / 100))),
    ]);
    (section.built_or_bought() && deposit.0 * 50 > base.0).then(|| found.evidence([asking, giving]))
}
