//! DOC-05 · 文件作者或最后保存者相同 — bid files have the same author or were last saved by the same user.
//!
//! *Law.* None by itself: a lead (cf. 招标投标法实施条例 §40(一), files made by one unit or person). User names
//! repeat by chance and by default.
//!
//! *Needs.* `file.author` or `file.last_saved_by` of at least one bid, other than a default name.
//!
//! *Formula.* Bids that show one same `author`, or one same `last_saved_by`, trimmed and in lower case; one
//! finding a kind and name.
//!
//! *Example.* 甲's author is "Li Na ", 乙's "li na": one finding, key `author:li na`. 丙 and 丁 both have
//! Administrator: none. The author of one file and the last saver of another are not compared.
//!
//! *Exclusions.* Names that programs fill in by themselves: administrator, admin, user, users, 微软用户,
//! microsoft, wps, wps office, owner, pc, windows 用户, windows user, and makers of computers (dell, lenovo,
//! hp, asus, acer). Guarded: a group of at least three that holds at least 80 % (`noise_share_permille`) of
//! the section's bidders is a data-quality row.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared};
use crate::dossier::{Dossier, Group};
use crate::finding::Severity;
use crate::params::Params;
use crate::row::{Fact, FactKind};

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Doc05,
    id: "DOC-05",
    zh: "文件作者或最后保存者相同",
    en: "bid files have the same author or were last saved by the same user",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "核对该用户名是否为软件默认名、常见名或打印店用户;调取文件属性并询问编制人",
        en: "check whether the name is a default, a common one or that of a print shop; take the files' \
            properties and ask who made them",
    },
    judge: Judge::Section(judge),
};

/// User names that programs and makers of computers fill in, in lower case.
const DEFAULTS: [&str; 17] = [
    "acer",
    "admin",
    "administrator",
    "asus",
    "dell",
    "hp",
    "lenovo",
    "microsoft",
    "owner",
    "pc",
    "user",
    "users",
    "windows user",
    "windows 用户",
    "wps",
    "wps office",
    "微软用户",
];

/// Whether a user name, in lower case, says nothing of who used the computer.
pub fn is_default(name: &str) -> bool {
    DEFAULTS.contains(&name)
}

/// The kinds of user name.
pub const KINDS: [FactKind; 2] = [FactKind::Author, FactKind::LastSavedBy];

fn groups(dossier: &Dossier) -> Vec<(Fact, Group)> {
    KINDS.into_iter().flat_map(|kind| dossier.groups(kind, |_| true)).collect()
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if KINDS.iter().all(|kind| dossier.of_kind(*kind).is_empty()) {
        return Outcome::InsufficientData("bid.submitted file.author, file.last_saved_by");
    }
    shared::report_guarded(rule, dossier, params, conclusions, groups(dossier))
}
