//! The watch-list (重点关注对象名单): organisations and persons to look at closely, and why.
//!
//! *Source.* `core-rules.md`, Watch-list. Causes: a part in a key project that is under way; a credit entry in force;
//! findings, which weigh by severity, wear off, and count double or not at all as the alert they fed was closed.
//!
//! *Laws.* An entry is a function of the causes that hold now: it comes with the first and goes with the last, at once. An
//! entry is no reproach: it says where to look, and on which records that rests.

mod causes;
mod list;

pub use causes::{key_project, listed, weighed};
pub use list::list;

use crate::event::CreditKind;
use crate::finding::{self, EventName, Finding, Measure, Severity};
use crate::rules::Rule;
use crate::symbols::{EventRef, Symbol, Symbols};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// For how long a finding weighs in full, days after its latest evidence.
pub const FULL_DAYS: u32 = 365;
/// For how long it weighs half.
pub const HALF_DAYS: u32 = 730;
/// How many points bare leads give at most.
pub const LEADS_MAX: u32 = 30;
/// How many causes are written out: the gravest.
pub const CAUSES_SHOWN: usize = 50;

/// Points of a finding, by what the law makes of it.
pub fn points(severity: Severity) -> u32 {
    match severity {
        Severity::D | Severity::X => 40,
        Severity::C => 30,
        Severity::S => 20,
        Severity::V => 15,
        Severity::L => 5,
    }
}

/// How closely to look; the order is that of gravity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 蓝色: some cause.
    Blue,
    /// 黄色: from 15 points on.
    Yellow,
    /// 橙色: from 40 points on.
    Orange,
    /// 红色: from 80 points on, or on a blacklist.
    Red,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Level; 4] = [Level::Blue, Level::Yellow, Level::Orange, Level::Red];

    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Blue => "blue",
            Level::Yellow => "yellow",
            Level::Orange => "orange",
            Level::Red => "red",
        }
    }

    /// The word that users read.
    pub fn zh(self) -> &'static str {
        match self {
            Level::Blue => "蓝色",
            Level::Yellow => "黄色",
            Level::Orange => "橙色",
            Level::Red => "红色",
        }
    }

    /// The level of so many half points, of somebody who is on a blacklist or not.
    fn of(halves: u32, blacklisted: bool) -> Level {
        match halves {
            _ if blacklisted => Level::Red,
            160.. => Level::Red,
            80.. => Level::Orange,
            30.. => Level::Yellow,
            _ => Level::Blue,
        }
    }
}

/// Why somebody is on the list. The order is that in which causes are shown: the gravest last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Cause {
    /// A part in a key project: the section, and the event that shows it.
    KeyProject(Symbol, EventRef),
    /// A finding, and how many half points it gives: each finding comes twice, once for its first half and once for the
    /// other, which ends sooner.
    Finding(Arc<Named>, u32, Half),
    /// A credit entry: its code, [`CreditKind`] as its index in `ALL`, and the event.
    Listed(Symbol, u8, EventRef),
}

/// A finding by its name. What else it says is not told here, so that it may change without its parties' entries: when
/// a ring of ten thousand grows by one, nothing new is to be said of the others.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Named {
    /// The rule.
    pub rule: Rule,
    /// The section, or [`Symbol::NONE`].
    pub section: Symbol,
    /// Its severity.
    pub severity: Severity,
    /// What tells it from the rule's other findings.
    pub key: Vec<Measure>,
}

impl Named {
    /// The name of a finding.
    fn of(finding: &Finding) -> Named {
        let Finding { rule, section, severity, .. } = *finding;
        Named { rule, section, severity, key: finding.key.clone() }
    }
}

/// Which half of a finding's weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Half {
    /// The one that lasts [`HALF_DAYS`].
    Lasting,
    /// The one that lasts [`FULL_DAYS`].
    Fresh,
}

/// Somebody, and a cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Watched {
    /// Who.
    pub subject: Symbol,
    /// Whether a person.
    pub is_person: bool,
    /// Why.
    pub cause: Cause,
}

/// An entry of the list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Entry {
    /// Who.
    pub subject: Symbol,
    /// Whether a person.
    pub is_person: bool,
    /// How closely to look.
    pub level: Level,
    /// Half points.
    pub halves: u32,
    /// Why; sorted.
    pub causes: Vec<Cause>,
}

/// A cause as it is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum RenderedCause {
    /// A credit entry in force.
    Listed {
        /// Its code.
        entry: String,
        /// Its kind.
        kind: String,
        /// The event.
        event: EventName,
    },
    /// A finding.
    History {
        /// Points that it gives now, such as `20` or `2.5`.
        points: String,
        /// The rule.
        rule: String,
        /// The section, or null.
        section: Option<String>,
        /// What tells it from the rule's other findings.
        key: String,
        /// One of D, X, C, V, S, L.
        severity: String,
    },
    /// A part in a key project that is under way.
    KeyProject {
        /// The section.
        section: String,
        /// The event.
        event: EventName,
    },
}

/// An entry as it is written: the item of `replay --watchlist` and of `GET /api/v1/watchlist`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rendered {
    /// Organisation code, or pseudonym.
    pub party: String,
    /// `organisation` or `person`.
    pub kind: String,
    /// `blue`, `yellow`, `orange` or `red`.
    pub level: Level,
    /// Points, such as `42.5`; bare leads give 30 at most.
    pub points: String,
    /// How many causes there are in all.
    pub causes_total: usize,
    /// The causes, the gravest first; at most [`CAUSES_SHOWN`].
    pub causes: Vec<RenderedCause>,
}

/// Half points in words: `20`, `2.5`.
fn points_text(halves: u32) -> String {
    if halves.is_multiple_of(2) { (halves / 2).to_string() } else { format!("{}.5", halves / 2) }
}

impl Entry {
    /// Writes the entry out.
    pub fn render(&self, symbols: &Symbols) -> Rendered {
        let mut findings: Vec<(&Arc<Named>, u32)> = Vec::new();
        let mut causes: Vec<(u32, RenderedCause)> = Vec::new();
        for cause in &self.causes {
            match cause {
                Cause::Listed(entry, kind, event) => {
                    let kind = CreditKind::ALL.get(usize::from(*kind)).map_or("", |kind| kind.as_str());
                    let (entry, event) = (symbols.text(*entry), EventName::of(*event, symbols));
                    let grave = if kind == CreditKind::Blacklist.as_str() { u32::MAX } else { u32::MAX - 1 };
                    causes.push((grave, RenderedCause::Listed { entry, kind: kind.to_owned(), event }));
                }
                Cause::KeyProject(section, event) => {
                    let (section, event) = (symbols.text(*section), EventName::of(*event, symbols));
                    causes.push((0, RenderedCause::KeyProject { section, event }));
                }
                Cause::Finding(finding, halves, _) => {
                    match findings.iter_mut().find(|(f, _)| *f == finding) {
                        Some((_, sum)) => *sum += halves,
                        None => findings.push((finding, *halves)),
                    }
                }
            }
        }
        causes.extend(findings.into_iter().map(|(finding, halves)| {
            let cause = RenderedCause::History {
                points: points_text(halves),
                rule: finding.rule.id().to_owned(),
                section: finding.section.is_some().then(|| symbols.text(finding.section)),
                key: finding::key_text(&finding.key, symbols),
                severity: finding.severity.as_str().to_owned(),
            };
            (halves, cause)
        }));
        causes.sort_unstable_by(|(a, one), (b, other)| b.cmp(a).then_with(|| one.cmp(other)));
        let causes_total = causes.len();
        causes.truncate(CAUSES_SHOWN);
        Rendered {
            party: symbols.text(self.subject),
            kind: if self.is_person { "person" } else { "organisation" }.to_owned(),
            level: self.level,
            points: points_text(self.halves),
            causes_total,
            causes: causes.into_iter().map(|(_, cause)| cause).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_the_table() {
        let halves = |points: u32| 2 * points;
        for (points, level) in [
            (0, Level::Blue),
            (14, Level::Blue),
            (15, Level::Yellow),
            (39, Level::Yellow),
            (40, Level::Orange),
            (79, Level::Orange),
            (80, Level::Red),
        ] {
            assert_eq!(Level::of(halves(points), false), level, "{points}");
            assert_eq!(Level::of(halves(points), true), Level::Red);
        }
        assert_eq!((points_text(5), points_text(40)), ("2.5".to_owned(), "20".to_owned()));
    }
}
