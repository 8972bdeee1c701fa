//! A duty list as somebody wrote it: read, checked, and every mistake told.

use super::{Copy, Department, DutyList, Item, Times};
use crate::alert::Level;
use crate::hours::{Hours, Term};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::Industry;
use xiezhi_dataflows::normalise::Date;

/// Most departments, items and copies: a city has some dozens.
const ENTRIES_MAX: usize = 1_000;
/// Longest text, characters: it stands in messages.
const TEXT_CHARS_MAX: usize = 64;
/// Most reminders before one term.
const REMINDERS_MAX: usize = 5;

/// What is wrong with a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {what}")]
pub struct Fault {
    /// Where in the file.
    pub key: String,
    /// What is wrong, and what is accepted.
    pub what: String,
}

/// The file, before it is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The first day on which it is in force, `YYYY-MM-DD`; none: at once.
    #[serde(default)]
    pub effective_from: Option<String>,
    /// The coordinating office's code.
    pub office: String,
    /// Hours of work.
    #[serde(default)]
    pub hours: Hours,
    /// Departments.
    #[serde(default)]
    pub department: Vec<Department>,
    /// Duties.
    #[serde(default)]
    pub duty: Vec<Item>,
    /// Who is told too.
    #[serde(default)]
    pub copy: Vec<Copy>,
    /// Times of each level.
    #[serde(default)]
    pub times: BTreeMap<Level, WrittenTimes>,
}

/// How long a level gives, as far as the file says; the rest is what the level gives by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WrittenTimes {
    acknowledge: Option<Term>,
    close: Option<Term>,
    remind_acknowledge: Option<Vec<Term>>,
    remind_close: Option<Vec<Term>>,
    office_after: Option<Term>,
    overdue_after: Option<Term>,
    around_the_clock: Option<bool>,
    before_opening: Option<bool>,
}

impl WrittenTimes {
    fn at(&self, level: Level) -> Times {
        let given = Times::of(level);
        let list = |written: &Option<Vec<Term>>, given: Vec<Term>| written.clone().unwrap_or(given);
        Times {
            acknowledge: self.acknowledge.unwrap_or(given.acknowledge),
            close: self.close.unwrap_or(given.close),
            remind_acknowledge: list(&self.remind_acknowledge, given.remind_acknowledge),
            remind_close: list(&self.remind_close, given.remind_close),
            office_after: self.office_after.unwrap_or(given.office_after),
            overdue_after: self.overdue_after.unwrap_or(given.overdue_after),
            around_the_clock: self.around_the_clock.unwrap_or(given.around_the_clock),
            before_opening: self.before_opening.unwrap_or(given.before_opening),
        }
    }
}

impl DutyList {
    /// Makes a list of what was written, if nothing is wrong with it.
    ///
    /// # Errors
    /// With everything that is wrong.
    pub fn check(written: Written, edition: u64) -> Result<DutyList, Vec<Fault>> {
        let mut faults = Faults::default();
        faults.day(&written);
        faults.sizes(&written);
        faults.departments(&written);
        faults.duties(&written);
        faults.copies(&written);
        faults.times(&written);
        if !faults.0.is_empty() {
            return Err(faults.0);
        }
        let given = |level| written.times.get(&level).cloned().unwrap_or_default().at(level);
        Ok(DutyList {
            edition,
            office: written.office.clone(),
            departments: written.department.iter().map(|d| (d.code.clone(), d.clone())).collect(),
            items: written.duty.clone(),
            copies: written.copy.clone(),
            times: Level::ALL.into_iter().map(|level| (level, given(level))).collect(),
            hours: written.hours.clone(),
        })
    }
}

#[derive(Default)]
struct Faults(Vec<Fault>);

impl Faults {
    fn wrong(&mut self, key: String, what: impl Into<String>) {
        self.0.push(Fault { key, what: what.into() });
    }

    fn day(&mut self, written: &Written) {
        if written.effective_from.as_deref().is_some_and(|day| Date::parse(day).is_err()) {
            self.wrong("effective_from".to_owned(), "give a day such as \"2026-12-01\"");
        }
    }

    fn sizes(&mut self, written: &Written) {
        let counts = [
            ("department", written.department.len()),
            ("duty", written.duty.len()),
            ("copy", written.copy.len()),
        ];
        for (key, count) in counts.into_iter().filter(|(_, count)| *count > ENTRIES_MAX) {
            self.wrong(key.to_owned(), format!("has {count} entries; give at most {ENTRIES_MAX}"));
        }
    }

    fn text(&mut self, key: String, text: &str) {
        if text.trim().is_empty()
            || text.chars().count() > TEXT_CHARS_MAX
            || text.chars().any(char::is_control)
        {
            self.wrong(key, format!("give 1 to {TEXT_CHARS_MAX} characters on one line"));
        }
    }

    fn unique<'a>(&mut self, key: &str, names: impl Iterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for (at, name) in names.enumerate() {
            if !seen.insert(name) {
                self.wrong(format!("{key}[{at}]"), format!("{name:?} is given twice; give each once"));
            }
        }
    }

    fn departments(&mut self, written: &Written) {
        self.unique("department", written.department.iter().map(|d| d.code.as_str()));
        for (at, department) in written.department.iter().enumerate() {
            self.text(format!("department[{at}].code"), &department.code);
            self.text(format!("department[{at}].name"), &department.name);
            for (post, held) in [("liaison", &department.liaison), ("leader", &department.leader)] {
                if held.channels.is_empty() {
                    let key = format!("department[{at}].{post}.channels");
                    self.wrong(
                        key,
                        "is empty; give the name of at least one [[deliver]] entry: nobody would be told",
                    );
                }
            }
        }
        if !written.department.iter().any(|department| department.code == written.office) {
            let what = format!("{:?} is no department of this list; give the code of one", written.office);
            self.wrong("office".to_owned(), what);
        }
    }

    fn duties(&mut self, written: &Written) {
        self.unique("duty", written.duty.iter().map(|item| item.item.as_str()));
        for (at, item) in written.duty.iter().enumerate() {
            self.text(format!("duty[{at}].item"), &item.item);
            self.text(format!("duty[{at}].name"), &item.name);
            if !written.department.iter().any(|department| department.code == item.department) {
                let what = format!("{:?} is no department of this list", item.department);
                self.wrong(format!("duty[{at}].department"), what);
            }
            for trade in item.trade.iter().filter(|trade| Industry::parse(trade).is_none()) {
                let known =
                    Industry::ALL.iter().map(|industry| industry.as_str()).collect::<Vec<_>>().join(", ");
                self.wrong(
                    format!("duty[{at}].trade"),
                    format!("{trade:?} is no industry; known are {known}"),
                );
            }
        }
    }

    fn copies(&mut self, written: &Written) {
        self.unique("copy", written.copy.iter().map(|copy| copy.to.as_str()));
        for (at, copy) in written.copy.iter().enumerate() {
            self.text(format!("copy[{at}].to"), &copy.to);
            if copy.channels.is_empty() {
                self.wrong(
                    format!("copy[{at}].channels"),
                    "is empty; give the name of at least one [[deliver]] entry",
                );
            }
        }
    }

    fn times(&mut self, written: &Written) {
        for (level, times) in &written.times {
            let lists =
                [("remind_acknowledge", &times.remind_acknowledge), ("remind_close", &times.remind_close)];
            for (key, count) in lists.map(|(key, list)| (key, list.as_ref().map_or(0, Vec::len))) {
                if count > REMINDERS_MAX {
                    let what = format!("has {count} reminders; give at most {REMINDERS_MAX}");
                    self.wrong(format!("times.{}.{key}", level.as_str()), what);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duty::Post;

    fn department(code: &str) -> Department {
        let post = Post { name: String::new(), channels: vec!["mail".to_owned()] };
        Department { code: code.to_owned(), name: code.to_owned(), liaison: post.clone(), leader: post }
    }

    fn written(department: Vec<Department>) -> Written {
        Written {
            effective_from: None,
            office: "gg".to_owned(),
            hours: Hours::default(),
            department,
            duty: Vec::new(),
            copy: Vec::new(),
            times: BTreeMap::new(),
        }
    }

    #[test]
    fn a_list_without_mistakes_has_times_for_every_level() {
        let list = DutyList::check(written(vec![department("gg")]), 3).expect("no mistakes");
        assert_eq!((list.edition, list.times.len()), (3, Level::ALL.len()));
        assert_eq!(list.department("gone").code, "gg", "what an older list had goes to the office");
        assert_eq!(list.channels().map(|(place, _)| place).collect::<Vec<_>>(), ["gg.liaison", "gg.leader"]);
    }

    #[test]
    fn what_a_level_leaves_out_is_what_the_level_gives_by_itself() {
        let mut list = written(vec![department("gg")]);
        let red = WrittenTimes { acknowledge: Some(Term::Minutes(30)), ..WrittenTimes::default() };
        list.times.insert(Level::Red, red);
        let list = DutyList::check(list, 1).expect("no mistakes");
        assert_eq!(
            *list.times(Level::Red),
            Times { acknowledge: Term::Minutes(30), ..Times::of(Level::Red) }
        );
        assert_eq!(*list.times(Level::Orange), Times::of(Level::Orange));
    }

    #[test]
    fn every_mistake_is_told_with_its_place() {
        let mut list = written(vec![department("zj"), department("zj"), department("")]);
        list.department[0].leader.channels.clear();
        let duty = |item: &str, department: &str, trade: &[&str]| Item {
            item: item.to_owned(),
            name: "n".to_owned(),
            trade: trade.iter().map(|trade| (*trade).to_owned()).collect(),
            topic: Vec::new(),
            stage: Vec::new(),
            region: Vec::new(),
            registered_with: Vec::new(),
            department: department.to_owned(),
        };
        list.duty = vec![duty("1", "zj", &["01"]), duty("1", "nobody", &["07"])];
        list.copy = vec![Copy {
            to: "a\nb".to_owned(),
            level: Level::Red,
            topic: Vec::new(),
            outcome: Vec::new(),
            everything: false,
            channels: Vec::new(),
        }];
        let faults = DutyList::check(list, 1).expect_err("mistakes");
        let keys: Vec<&str> = faults.iter().map(|fault| fault.key.as_str()).collect();
        assert_eq!(
            keys,
            [
                "department[1]",
                "department[0].leader.channels",
                "department[2].code",
                "department[2].name",
                "office",
                "duty[1]",
                "duty[1].department",
                "duty[1].trade",
                "copy[0].to",
                "copy[0].channels",
            ]
        );
    }
}
