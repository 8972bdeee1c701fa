//! The page of a rule: what it says, what it rests on, how it ends, what may be checked next.

use super::{Conclusions, Rule};
use crate::details::{Papers, ScoreBook};
use crate::dossier::Dossier;
use crate::finding::{Measure, Severity};
use crate::matter::Matter;
use crate::params::Params;
use serde::{Deserialize, Serialize};

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

/// An outcome without its reason, to be counted: the last three must never be taken for "not triggered".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// There are findings.
    Triggered,
    /// All facts were there, and none of them was out of the ordinary.
    NotTriggered,
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
        self.ending().as_str()
    }

    /// What is missing, or why the rule does not apply.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Outcome::Triggered | Outcome::NotTriggered => None,
            Outcome::InsufficientData(why) | Outcome::NotApplicable(why) | Outcome::Error(why) => Some(why),
        }
    }

    /// The outcome alone.
    pub fn ending(self) -> Ending {
        match self {
            Outcome::Triggered => Ending::Triggered,
            Outcome::NotTriggered => Ending::NotTriggered,
            Outcome::InsufficientData(_) => Ending::InsufficientData,
            Outcome::NotApplicable(_) => Ending::NotApplicable,
            Outcome::Error(_) => Ending::Error,
        }
    }
}

impl Ending {
    /// All of them.
    pub const ALL: [Ending; 5] = [
        Ending::Triggered,
        Ending::NotTriggered,
        Ending::InsufficientData,
        Ending::NotApplicable,
        Ending::Error,
    ];

    /// The word used in interfaces and labels.
    pub fn as_str(self) -> &'static str {
        match self {
            Ending::Triggered => "triggered",
            Ending::NotTriggered => "not_triggered",
            Ending::InsufficientData => "insufficient_data",
            Ending::NotApplicable => "not_applicable",
            Ending::Error => "error",
        }
    }
}

/// How one rule ended, and what it measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The rule.
    pub rule: Rule,
    /// How it ended.
    pub outcome: Outcome,
    /// What it measured on the way, against what; only told when somebody asks.
    pub measured: Vec<Measure>,
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
pub(super) const fn law(article: &'static str) -> Basis {
    Basis { article, verified: true }
}

/// An article cited from elsewhere.
pub(super) const fn unverified(article: &'static str) -> Basis {
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
    /// Content of files.
    Document,
    /// Entries of credit registers.
    Credit,
    /// Scores that experts gave.
    Score,
}

/// A function that judges.
pub type Judging<T> = fn(Rule, &T, &Params, &mut Conclusions) -> Outcome;

/// How a rule is computed.
#[derive(Clone, Copy)]
pub enum Judge {
    /// By a function of one dossier.
    Section(Judging<Dossier>),
    /// By a function of the files and bills of one section.
    Papers(Judging<Papers>),
    /// By a function of the scores of one section.
    Scores(Judging<ScoreBook>),
    /// By a function of one complaint or inspection.
    Matter(Judging<Matter>),
    /// By a dataflow over many sections.
    History,
    /// On the way in, of single events ([`oddities`](crate::oddities)).
    Intake,
}

/// A text in the users' two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
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
    /// What a supervisor may check next.
    pub checks: Said,
    /// How it is computed.
    pub judge: Judge,
}
