//! MON-02 · 投标保证金由投标人以外的单位账户转出 — the deposit came from the account of another organisation.
//!
//! *Law.* 招标投标法实施条例 §40(六): deposits of different bidders from the account of one unit or person are
//! deemed collusion (where the holder bids too). §26 paragraph 2: in projects that must be tendered, a deposit
//! by cash or cheque comes from the bidder's basic account.
//!
//! *Needs.* `deposit.received` with `account_holder`, of a bidder.
//!
//! *Formula.* For each bidder B and each `account_holder` H of its deposits: H is neither B nor in B's
//! consortium. One finding a holder and bidder. Severity D if H bids in the section, else V.
//!
//! *Example.* 甲, a bidder, holds the account that 乙's deposit came from: one finding, D, key
//! `account_holder:甲,bidder:乙`, parties both. If the holder 辛 does not bid: V, party 乙.
//!
//! *Exclusions.* Deposits whose holder is not given or is the bidder itself; members of the bidder's
//! consortium as the bidder lists it.
//!
//! *Caution.* for D, §40(六) asks that the deposits of DIFFERENT bidders came from one account: strictly, the
//! holder's own deposit must come from that account too (MON-01 then). If the holder bids but paid from
//! elsewhere, the article does not fit to the letter. For V, §26(2) covers cash and cheque in projects that
//! must be tendered; for procurement (industry 02) and other forms no article in the folder asks for the
//! bidder's own account.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;
use crate::symbols::{EventRef, Symbol};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Mon02,
    id: "MON-02",
    zh: "投标保证金由投标人以外的单位账户转出",
    en: "the deposit came from the account of another organisation",
    basis: &[law("招标投标法实施条例第四十条第(六)项"), law("招标投标法实施条例第二十六条第二款")],
    severity: Severity::V,
    topic: Topic::Collusion,
    family: Family::Money,
    checks: Said {
        zh: "调取银行回单原件,核对付款账户户名和付款用途;核对是否为联合体成员、分公司或财务公司代付;核对\
            两家投标人的保证金来源",
        en: "take the bank's original receipt and compare the holder and purpose; check for consortium \
            members, branches or a group's finance company; see where both bidders' deposits came from",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let before = conclusions.findings.len();
    let mut given = false;
    for bid in &dossier.bids {
        let paid = bid.deposits.iter().filter_map(|deposit| Some((deposit.holder?, deposit.event)));
        let mut paid: Vec<(Symbol, EventRef)> = paid.collect();
        paid.sort_unstable();
        given |= !paid.is_empty();
        for same in paid.chunk_by(|a, b| a.0 == b.0) {
            let holder = same[0].0;
            if holder == bid.bidder || bid.consortium.contains(&holder) {
                continue;
            }
            let bids = dossier.bid_of(holder).is_some();
            let severity = if bids { Severity::D } else { params.severity(rule) };
            let finding = Finding::new(rule, dossier.section, severity)
                .key(Name::AccountHolder, Quantity::Text(holder))
                .key(Name::Bidder, Quantity::Text(bid.bidder))
                .parties([bid.bidder].into_iter().chain(bids.then_some(holder)))
                .evidence(same.iter().map(|(_, event)| *event));
            conclusions.findings.push(finding);
        }
    }
    if !given {
        return Outcome::InsufficientData("deposit.received account_holder");
    }
    conclusions.outcome_since(before)
}
