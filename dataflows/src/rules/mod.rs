//! The rules: one small file each, with its law, its formula, an example and one function.
//!
//! A *section rule* is `fn(&Dossier, &Params, &mut Conclusions) -> Outcome`: ordinary code over one section,
//! run by the one reduce of [`judge`](crate::judge) and again, unchanged, when somebody asks why there was or
//! was no finding. A *history rule* is a dataflow in [`history`](crate::history); its sheet is here all
//! the same, so that one table lists every rule.
//!
//! *Invariants.* A rule reads nothing but its arguments. Its outcome is one of five, and only "triggered"
//! comes with findings. Wording is neutral: facts and leads.

mod buy_10;
mod buy_11;
mod dev_01;
mod dev_03;
mod dev_06;
mod dev_07;
mod dev_12;
mod dev_13;
mod his_02;
mod mon_01;
mod opn_01;
mod opn_02;
mod opn_03;
mod per_02;
mod per_03;
mod pri_01;
mod pri_02;
mod pri_13;
mod rel_02;
mod shared;
mod wit_by_kind;

use crate::dossier::Dossier;
use crate::finding::{Finding, Severity};
use crate::params::Params;
use serde::{Deserialize, Serialize};

pub use dev_12::finding as shared_value;
pub use dev_13::finding as ring;
pub use his_02::finding as recurrent_winner;
pub use opn_01::grace as opening_grace;
pub use shared::name_of as value_name;

/// How a rule ended for a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// There are findings.
    Triggered,
    /// All facts were there, and none of them was out of the ordinary.
    NotTriggered,
    /// A fact is missing; the field of `events.md` that would give it.
    InsufficientData(&'static str),
    /// The rule does not speak about such a section; why.
    NotApplicable(&'static str),
    /// The rule gave up; why.
    Error(&'static str),
}

/// The outcomes that must never be taken for "not triggered".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undecided {
    /// A fact is missing.
    InsufficientData,
    /// The rule does not speak about such a section.
    NotApplicable,
    /// The rule gave up.
    Error,
}

impl Outcome {
    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Outcome::Triggered => "triggered",
            Outcome::NotTriggered => "not_triggered",
            Outcome::InsufficientData(_) => "insufficient_data",
            Outcome::NotApplicable(_) => "not_applicable",
            Outcome::Error(_) => "error",
        }
    }

    /// What is missing, or why the rule does not apply.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Outcome::Triggered | Outcome::NotTriggered => None,
            Outcome::InsufficientData(why) | Outcome::NotApplicable(why) | Outcome::Error(why) => Some(why),
        }
    }

    /// Whether the rule could not conclude.
    pub fn undecided(self) -> Option<Undecided> {
        match self {
            Outcome::Triggered | Outcome::NotTriggered => None,
            Outcome::InsufficientData(_) => Some(Undecided::InsufficientData),
            Outcome::NotApplicable(_) => Some(Undecided::NotApplicable),
            Outcome::Error(_) => Some(Undecided::Error),
        }
    }
}

impl Undecided {
    /// All of them.
    pub const ALL: [Undecided; 3] = [Undecided::InsufficientData, Undecided::NotApplicable, Undecided::Error];

    /// The word used in labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Undecided::InsufficientData => "insufficient_data",
            Undecided::NotApplicable => "not_applicable",
            Undecided::Error => "error",
        }
    }
}

/// What the rules conclude about one section.
#[derive(Debug, Default)]
pub struct Conclusions {
    /// Findings.
    pub findings: Vec<Finding>,
    /// What about the data kept a rule from a finding.
    pub quality: Vec<Finding>,
}

impl Conclusions {
    /// The outcome of a rule that has looked at everything: triggered if it added a finding since `before`.
    fn outcome_since(&self, before: usize) -> Outcome {
        if self.findings.len() > before { Outcome::Triggered } else { Outcome::NotTriggered }
    }
}

/// An article that a rule rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// The article, in full.
    pub article: &'static str,
    /// Whether it was checked against the statute's text.
    pub verified: bool,
}

/// An article checked against the text.
const fn law(article: &'static str) -> Basis {
    Basis { article, verified: true }
}

/// An article cited from elsewhere.
const fn unverified(article: &'static str) -> Basis {
    Basis { article, verified: false }
}

/// What an alert is about; findings about one section and one topic form one alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// 围标串标.
    Collusion,
    /// 报价.
    Price,
    /// 人员与关联关系.
    Persons,
    /// 评标.
    Evaluation,
    /// 程序.
    Procedure,
    /// 见证.
    Witness,
    /// 定标履约.
    Award,
    /// 信用.
    Credit,
}

impl Topic {
    /// All topics.
    pub const ALL: [Topic; 8] = [
        Topic::Collusion,
        Topic::Price,
        Topic::Persons,
        Topic::Evaluation,
        Topic::Procedure,
        Topic::Witness,
        Topic::Award,
        Topic::Credit,
    ];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Topic::Collusion => "collusion",
            Topic::Price => "price",
            Topic::Persons => "persons",
            Topic::Evaluation => "evaluation",
            Topic::Procedure => "procedure",
            Topic::Witness => "witness",
            Topic::Award => "award",
            Topic::Credit => "credit",
        }
    }

    /// The words that users read.
    pub fn zh(self) -> &'static str {
        match self {
            Topic::Collusion => "围标串标线索",
            Topic::Price => "报价异常线索",
            Topic::Persons => "人员与关联关系线索",
            Topic::Evaluation => "评标异常线索",
            Topic::Procedure => "程序问题线索",
            Topic::Witness => "见证记录线索",
            Topic::Award => "定标履约线索",
            Topic::Credit => "信用线索",
        }
    }
}

/// Which kind of evidence a rule weighs: leads of two families say more than two of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Family {
    /// Devices, files, networks.
    Device,
    /// Persons.
    Person,
    /// Money.
    Money,
    /// Prices.
    Price,
    /// Relations between organisations.
    Relation,
    /// History over sections.
    History,
    /// Procedure.
    Procedure,
    /// Witness records.
    Witness,
}

/// How a rule is computed.
#[derive(Clone, Copy)]
pub enum Judge {
    /// By a function of one dossier.
    Section(fn(Rule, &Dossier, &Params, &mut Conclusions) -> Outcome),
    /// By a dataflow over many sections.
    History,
}

/// A rule's page: what it is, what it rests on, how it is computed.
pub struct Sheet {
    /// The rule.
    pub rule: Rule,
    /// Its id in the catalogue.
    pub id: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// What it rests on; empty for a bare lead.
    pub basis: &'static [Basis],
    /// Severity under the national profile.
    pub severity: Severity,
    /// The alert that it goes to.
    pub topic: Topic,
    /// The kind of evidence.
    pub family: Family,
    /// How it is computed.
    pub judge: Judge,
}

macro_rules! rules {
    ($($name:ident = $id:literal: $sheet:expr),* $(,)?) => {
        /// A rule of the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Rule { $(#[doc = concat!("`", $id, "`.")] #[serde(rename = $id)] $name),* }

        impl Rule {
            /// Every rule that is computed, in the order of the catalogue.
            pub const ALL: &'static [Rule] = &[$(Rule::$name),*];

            /// Its id in the catalogue.
            pub fn id(self) -> &'static str {
                match self { $(Rule::$name => $id),* }
            }

            /// Its page.
            pub fn sheet(self) -> &'static Sheet {
                match self { $(Rule::$name => &$sheet),* }
            }
        }
    };
}

rules! {
    Dev01 = "DEV-01": dev_01::SHEET,
    Dev03 = "DEV-03": dev_03::SHEET,
    Dev06 = "DEV-06": dev_06::SHEET,
    Dev07 = "DEV-07": dev_07::SHEET,
    Dev12 = "DEV-12": dev_12::SHEET,
    Dev13 = "DEV-13": dev_13::SHEET,
    Per02 = "PER-02": per_02::SHEET,
    Per03 = "PER-03": per_03::SHEET,
    Mon01 = "MON-01": mon_01::SHEET,
    Pri01 = "PRI-01": pri_01::SHEET,
    Pri02 = "PRI-02": pri_02::SHEET,
    Pri13 = "PRI-13": pri_13::SHEET,
    Rel02 = "REL-02": rel_02::SHEET,
    His02 = "HIS-02": his_02::SHEET,
    Buy10 = "BUY-10": buy_10::SHEET,
    Buy11 = "BUY-11": buy_11::SHEET,
    Opn01 = "OPN-01": opn_01::SHEET,
    Opn02 = "OPN-02": opn_02::SHEET,
    Opn03 = "OPN-03": opn_03::SHEET,
    Wit00 = "WIT-00": wit_by_kind::WIT_00,
    Wit03 = "WIT-03": wit_by_kind::WIT_03,
    Wit04 = "WIT-04": wit_by_kind::WIT_04,
    Wit05 = "WIT-05": wit_by_kind::WIT_05,
    Wit06 = "WIT-06": wit_by_kind::WIT_06,
    Wit08 = "WIT-08": wit_by_kind::WIT_08,
    Wit09 = "WIT-09": wit_by_kind::WIT_09,
    Wit10 = "WIT-10": wit_by_kind::WIT_10,
    Wit11 = "WIT-11": wit_by_kind::WIT_11,
    Wit12 = "WIT-12": wit_by_kind::WIT_12,
    Wit14 = "WIT-14": wit_by_kind::WIT_14,
    Wit17 = "WIT-17": wit_by_kind::WIT_17,
}

impl Rule {
    /// The rule of that id.
    pub fn of(id: &str) -> Option<Rule> {
        Rule::ALL.iter().copied().find(|rule| rule.id() == id)
    }
}

/// Past this many bidders a section is not judged: every rule answers [`Outcome::Error`], loudly, instead
/// of holding up all other sections. The largest real opening known to us had 547.
pub const BIDDERS_MAX: usize = 5_000;

/// Runs every section rule on a dossier, in the order of [`Rule::ALL`].
pub fn judge(dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Vec<(Rule, Outcome)> {
    let mut outcomes = Vec::with_capacity(Rule::ALL.len());
    for rule in Rule::ALL {
        let Judge::Section(judge) = rule.sheet().judge else { continue };
        let outcome = if dossier.bids.len() > BIDDERS_MAX {
            Outcome::Error("more than 5,000 bidders in one section")
        } else {
            judge(*rule, dossier, params, conclusions)
        };
        outcomes.push((*rule, outcome));
    }
    outcomes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_the_sheet_of_its_own_id() {
        for rule in Rule::ALL {
            let sheet = rule.sheet();
            assert_eq!((sheet.rule, sheet.id), (*rule, rule.id()));
            assert_eq!(Rule::of(rule.id()), Some(*rule));
            assert!(!sheet.zh.is_empty() && !sheet.en.is_empty());
        }
    }

    #[test]
    fn no_wording_speaks_of_guilt() {
        for rule in Rule::ALL {
            for word in ["违法", "团伙", "犯罪", "作案", "fraud", "guilt", "crime", "illegal"] {
                assert!(!rule.sheet().zh.contains(word) && !rule.sheet().en.contains(word), "{}", rule.id());
            }
        }
    }

    #[test]
    fn what_is_deemed_or_invalid_rests_on_a_verified_article() {
        for rule in Rule::ALL.iter().filter(|r| r.sheet().severity > Severity::V) {
            assert!(rule.sheet().basis.iter().any(|b| b.verified), "{}", rule.id());
        }
    }
}
