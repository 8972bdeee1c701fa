//! DQ-05 · 统一社会信用代码校验不通过 — a bidder's credit code fails its check digit.
//!
//! *Law.* None: a matter of data quality (GB 32100: length, characters, check digit). The code is taken as it is, as it
//! names the bidder all the same; but the same firm under a right code would count as another.
//!
//! *Needs.* Bidders.
//!
//! *Formula.* A bidder whose code is no unified social credit code; one row a bidder.
//!
//! *Example.* 91460000MA5T0000XA with a wrong last character: one row.
//!
//! *Exclusions.* None.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dq05,
    id: "DQ-05",
    zh: "统一社会信用代码校验不通过",
    en: "a bidder's credit code fails its check digit",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Credit,
    family: Family::Credit,
    checks: Said {
        zh: "与登记机关的统一社会信用代码核对;请来源系统更正后重报",
        en: "compare the code with the register of firms; have the source system correct it",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, _: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.is_empty() {
        return Outcome::NotApplicable("no bidders");
    }
    for bid in dossier.bids.iter().filter(|bid| bid.bad_code) {
        let row = Finding::new(rule, dossier.section, Severity::L)
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .evidence([bid.first_event]);
        conclusions.quality.push(row);
    }
    Outcome::NotTriggered
}
