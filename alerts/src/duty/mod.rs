//! The duty list (权责清单): which department answers for what, who is told there, and how long they have.
//!
//! *Source.* The notice, 二(三)–(四), 七(十六): one list of powers and duties, every department with one responsible
//! leader (责任领导) and one liaison (联络员); what nobody's item covers goes to the coordinating office (市公管办).
//!
//! *Invariants.* A list that exists has no mistakes: every department that an item names is in it, and so is the
//! office. Routing is a function of the list and the [`Place`]; the first item that matches decides, so that a list
//! reads from top to bottom.

mod check;
mod route;

pub use check::{Fault, Written};
pub use route::Route;

use crate::alert::Level;
use crate::hours::{Hours, Pace, Term};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::{Industry, Outcome};
use xiezhi_dataflows::rules::Topic;

/// How far a section has come; an item of the duty list may be for some stages only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 招标投标: announced, bids come in.
    Bidding,
    /// 开标: being opened.
    Opening,
    /// 评标: being evaluated.
    Evaluation,
    /// 定标: candidates or an award are published.
    Award,
    /// 履约: contracted.
    Contract,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Stage; 5] =
        [Stage::Bidding, Stage::Opening, Stage::Evaluation, Stage::Award, Stage::Contract];

    /// The word used in interfaces and lists.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Bidding => "bidding",
            Stage::Opening => "opening",
            Stage::Evaluation => "evaluation",
            Stage::Award => "award",
            Stage::Contract => "contract",
        }
    }
}

/// Where an alert arises, as far as routing asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its project's industry; none if no project is known, or the alert is about several sections.
    pub industry: Option<Industry>,
    /// Its project's region (GB/T 2260).
    pub region: Option<String>,
    /// How far its section has come.
    pub stage: Option<Stage>,
    /// The supervising department that the project was registered with, as the trading system calls it.
    pub department: Option<String>,
    /// When the section is to be opened, µs since 1970.
    pub opening_at: Option<i64>,
}

/// Where a section is looked up.
pub trait Register {
    /// Where a section is, as far as is known.
    fn place(&self, section: &str) -> Place;
}

/// Somebody who is told: a liaison or a leader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Post {
    /// Who holds the post. Shown to those who may see the list; never in a message, a log or a label.
    #[serde(default)]
    pub name: String,
    /// The channels by which they are told, by the names that the configuration gives them.
    #[serde(default)]
    pub channels: Vec<String>,
}

/// A department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Its code, by which items and tokens name it.
    pub code: String,
    /// Its name.
    pub name: String,
    /// 联络员.
    #[serde(default)]
    pub liaison: Post,
    /// 责任领导.
    #[serde(default)]
    pub leader: Post,
}

/// One duty: what a department answers for. An empty list of conditions stands for all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its number in the published list.
    pub item: String,
    /// What it is called there.
    pub name: String,
    /// Trades: industries by their code, `01` engineering.
    #[serde(default)]
    pub trade: Vec<String>,
    /// Topics of alerts.
    #[serde(default)]
    pub topic: Vec<Topic>,
    /// Stages of a section.
    #[serde(default)]
    pub stage: Vec<Stage>,
    /// Regions, by the begin of their code.
    #[serde(default)]
    pub region: Vec<String>,
    /// The supervising department that the project was registered with.
    #[serde(default)]
    pub registered_with: Vec<String>,
    /// The department that answers.
    pub department: String,
}

/// Somebody outside the ladder who is told too: discipline inspection, audit, police, the wall, another system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copy {
    /// Its name, unique in the list.
    pub to: String,
    /// From which level on.
    #[serde(default = "least")]
    pub level: Level,
    /// Topics; empty for all.
    #[serde(default)]
    pub topic: Vec<Topic>,
    /// Outcomes with which an alert is closed that are told here even if nothing was before: what is handed over to
    /// them.
    #[serde(default)]
    pub outcome: Vec<Outcome>,
    /// Whether reminders and escalations are told too, as a record elsewhere wants them.
    #[serde(default)]
    pub everything: bool,
    /// The channels.
    pub channels: Vec<String>,
}

fn least() -> Level {
    Level::Yellow
}

/// How long one level gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times {
    /// To acknowledge, from when the liaison is told.
    pub acknowledge: Term,
    /// To close, from the acknowledgement.
    pub close: Term,
    /// How long before the time to acknowledge the liaison is reminded.
    pub remind_acknowledge: Vec<Term>,
    /// How long before the time to close.
    pub remind_close: Vec<Term>,
    /// How long after the leader, the coordinating office is told.
    pub office_after: Term,
    /// How long after the office it is on the overdue list.
    pub overdue_after: Term,
    /// Whether time runs day and night.
    pub around_the_clock: bool,
    /// Whether it is to be acknowledged before the planned opening, if that comes first: then something can still be
    /// done.
    pub before_opening: bool,
}

impl Times {
    /// What a level gives where the list says nothing.
    pub fn of(level: Level) -> Times {
        let minutes = |n| Term::Minutes(n);
        let times = |acknowledge, close, remind: &[Term], office_after, before_opening| Times {
            acknowledge,
            close,
            remind_acknowledge: remind.to_vec(),
            remind_close: vec![Term::Days(1)],
            office_after,
            overdue_after: Term::Days(1),
            around_the_clock: false,
            before_opening,
        };
        match level {
            Level::Red => times(minutes(120), Term::Days(5), &[minutes(60), minutes(30)], minutes(120), true),
            Level::Orange => times(minutes(240), Term::Days(10), &[minutes(60)], minutes(240), true),
            Level::Yellow => times(Term::Days(2), Term::Days(20), &[minutes(120)], Term::Days(1), false),
        }
    }
}

/// The duty list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyList {
    /// Which edition of the list it is; 0: none was given.
    pub edition: u64,
    /// The code of the coordinating office.
    pub office: String,
    /// Departments, by code; the office is one.
    pub departments: BTreeMap<String, Department>,
    /// Duties; the first that matches decides.
    pub items: Vec<Item>,
    /// Who is told too.
    pub copies: Vec<Copy>,
    /// How long each level gives.
    pub times: BTreeMap<Level, Times>,
    /// Hours of work.
    pub hours: Hours,
}

/// The code of the office where no list is given.
pub const OFFICE: &str = "office";

impl Default for DutyList {
    /// No list: everything goes to the coordinating office, which can be told nowhere.
    fn default() -> Self {
        let office = Department {
            code: OFFICE.to_owned(),
            name: "市公管办".to_owned(),
            liaison: Post::default(),
            leader: Post::default(),
        };
        DutyList {
            edition: 0,
            office: OFFICE.to_owned(),
            departments: BTreeMap::from([(OFFICE.to_owned(), office)]),
            items: Vec::new(),
            copies: Vec::new(),
            times: Level::ALL.into_iter().map(|level| (level, Times::of(level))).collect(),
            hours: Hours::default(),
        }
    }
}

impl DutyList {
    /// A department; the coordinating office for a code that is not in the list, such as one that an older edition
    /// had.
    pub fn department(&self, code: &str) -> &Department {
        let found = self.departments.get(code).or_else(|| self.departments.get(&self.office));
        found.expect("a list has its coordinating office")
    }

    /// How long a level gives.
    pub fn times(&self, level: Level) -> &Times {
        self.times.get(&level).expect("a list has times for every level")
    }

    /// How time runs at a level.
    pub fn pace<'a>(&'a self, level: Level, calendar: &'a Calendar) -> Pace<'a> {
        match self.times(level).around_the_clock {
            true => Pace::AroundTheClock,
            false => Pace::Working(&self.hours, calendar),
        }
    }

    /// Every channel that the list names, with where it stands there.
    pub fn channels(&self) -> impl Iterator<Item = (String, &str)> {
        let posts = self.departments.values().flat_map(|department| {
            [("liaison", &department.liaison), ("leader", &department.leader)].into_iter().flat_map(
                move |(post, held)| {
                    held.channels
                        .iter()
                        .map(move |channel| (format!("{}.{post}", department.code), channel.as_str()))
                },
            )
        });
        let copies = self.copies.iter().flat_map(|copy| {
            copy.channels.iter().map(move |channel| (format!("copy {}", copy.to), channel.as_str()))
        });
        posts.chain(copies)
    }
}
