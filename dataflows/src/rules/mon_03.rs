//! MON-03 · 投标保证金未从基本账户转出 — the deposit did not come from the bidder's basic account.
//!
//! *Law.* 招标投标法实施条例 §26 paragraph 2: in projects that must be tendered, a domestic bidder's deposit by
//! cash or cheque must come from its basic account.
//!
//! *Needs.* `industry`; `deposit.received` with `form` and `basic_account`, of a bidder.
//!
//! *Formula.* A `deposit.received` of the bidder with `form` transfer and `basic_account` false, in
//! industries 01 and 02. One finding a bidder.
//!
//! *Example.* 甲 pays by transfer with basic_account false: one finding, key `bidder:甲`. 乙 by guarantee, 丙 by
//! transfer with nothing said of the account: none.
//!
//! *Exclusions.* Industries other than engineering (01) and government procurement (02); guarantees and
//! insurance; deposits that do not say whether the account is the basic one.
//!
//! *Caution.* the article names cash and cheque; that a transfer counts is common reading, not its text. For
//! industry 02 (goods and services) nothing in the folder asks for a basic account (政府采购法实施条例 §33 does
//! not).

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::{Deposit, Dossier};
use crate::event::DepositForm;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Mon03,
    id: "MON-03",
    zh: "投标保证金未从基本账户转出",
    en: "the deposit did not come from the bidder's basic account",
    basis: &[law("招标投标法实施条例第二十六条第二款")],
    severity: Severity::V,
    topic: Topic::Procedure,
    family: Family::Money,
    checks: Said {
        zh: "核对银行回单原件和基本存款账户信息;核对招标文件对转出账户的要求;核对项目是否属于依法必须招\
            标",
        en: "compare the bank's original receipt with the basic account's record; see what the tender \
            document asks; check whether the project must be tendered",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if let Some(outcome) = shared::outside_tendering(dossier) {
        return outcome;
    }
    let tells = |deposit: &Deposit| deposit.form.is_some() && deposit.basic.is_some();
    if !dossier.bids.iter().flat_map(|bid| &bid.deposits).any(tells) {
        return Outcome::InsufficientData("deposit.received form, basic_account");
    }
    let before = conclusions.findings.len();
    for bid in &dossier.bids {
        let elsewhere =
            |deposit: &&Deposit| deposit.form == Some(DepositForm::Transfer) && deposit.basic == Some(false);
        let paid = bid.deposits.iter().filter(elsewhere);
        if paid.clone().next().is_none() {
            continue;
        }
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(bid.bidder))
            .parties([bid.bidder])
            .evidence(paid.map(|deposit| deposit.event));
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
