//! MON-01 · 保证金同一账户转出 — deposits of different bidders came from one account.
//!
//! *Law.* 招标投标法实施条例 §40(六): deposits paid from the account of one same unit or person are deemed collusion.
//!
//! *Needs.* `deposit.received` with `account`.
//!
//! *Formula.* Bidders whose deposits came from one same account; one finding an account.
//!
//! *Example.* 甲's deposit from `62 00 01`, 乙's from `620001`: one account (blanks fold), one finding.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Mon01,
    id: "MON-01",
    zh: "不同投标人的投标保证金从同一账户转出",
    en: "deposits of different bidders came from the same account",
    basis: &[law("招标投标法实施条例第四十条第(六)项")],
    severity: Severity::D,
    topic: Topic::Collusion,
    family: Family::Money,
    checks: Said {
        zh: "调取银行回单原件,核对付款账户户名和付款时间;核对是否为联合体成员;核对是否为银行过渡账户或保\
            函机构账户",
        en: "take the bank's original receipts and compare holder and times; check for a consortium; \
            check for transit accounts of a bank or guarantor",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let missing = "deposit.received account";
    shared::same_value(rule, dossier, params, conclusions, FactKind::Account, missing, |_| true)
}
