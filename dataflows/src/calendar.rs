//! Which days are worked: Monday to Friday, less the holidays of a State Council notice, plus the weekend days that
//! are worked instead.
//!
//! Terms in law that count working days need it. The notice for a year comes in the autumn before it, so the table
//! ends, and what it does not know it says so (`None`): a term that is guessed would accuse somebody of being late.
//!
//! The built-in table is `deploy/calendar.toml` line for line; a test in the daemon compares them.

use crate::normalise::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// First and last year that a table may be given for.
pub const YEARS: (i64, i64) = (2000, 2199);

/// The working days of some years: the built-in ones and those given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Year>", into = "Vec<Year>")]
pub struct Calendar {
    /// By year, each checked.
    years: BTreeMap<i64, Year>,
}

/// A year as its notice gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Year {
    /// The year, at +08:00 like every [`Date`].
    pub year: i64,
    /// The notice: its number and date.
    pub notice: String,
    /// Days off. Weekend days among them are off anyway.
    pub holidays: Vec<Days>,
    /// Saturdays and Sundays that are worked.
    #[serde(default)]
    pub working: Vec<Day>,
}

/// A day, written `2026-02-14`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day(pub Date);

/// A day or a range of days, both ends within; written `2026-01-01` or `2026-02-15..2026-02-23`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

/// What is wrong with a year that was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{year}: {what}")]
pub struct Fault {
    /// The year.
    pub year: i64,
    /// What is wrong, with the date.
    pub what: String,
}

/// Everything that is wrong with the years that were given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Faults(pub Vec<Fault>);

impl Default for Calendar {
    fn default() -> Self {
        Calendar::built_in()
    }
}

impl Calendar {
    /// The years whose notices were known when this was written.
    pub fn built_in() -> Calendar {
        let years = BUILT_IN.iter().filter_map(BuiltIn::year).map(|year| (year.year, year)).collect();
        Calendar { years }
    }

    /// The built-in years and these; one of these takes the place of the built-in one as a whole.
    ///
    /// # Errors
    /// With everything that is wrong with them.
    pub fn new(years: impl IntoIterator<Item = Year>) -> Result<Calendar, Faults> {
        let (mut calendar, mut given, mut faults) = (Calendar::built_in(), BTreeSet::new(), Vec::new());
        for year in years {
            let mut wrong = year.faults();
            if !given.insert(year.year) {
                wrong.push("the year is given twice".to_owned());
            }
            faults.extend(wrong.into_iter().map(|what| Fault { year: year.year, what }));
            calendar.years.insert(year.year, year);
        }
        if faults.is_empty() { Ok(calendar) } else { Err(Faults(faults)) }
    }

    /// Whether a day is worked; none if its year is not in the table.
    pub fn is_working_day(&self, day: Date) -> Option<bool> {
        self.years.get(&day.ymd().0).map(|year| year.works(day))
    }

    /// The `n`-th working day after a day, which itself does not count; the day itself for none. None if the table
    /// ends before.
    pub fn working_days_after(&self, day: Date, n: u32) -> Option<Date> {
        let (mut day, mut left) = (day, n);
        while left > 0 {
            day = Date(day.0.checked_add(1)?);
            left -= u32::from(self.is_working_day(day)?);
        }
        Some(day)
    }

    /// How many days after `from`, up to and with `to`, are worked; none if the table lacks one of them.
    pub fn working_days_between(&self, from: Date, to: Date) -> Option<u32> {
        let mut count = 0;
        for day in (from.0..=to.0).skip(1) {
            count += u32::from(self.is_working_day(Date(day))?);
        }
        Some(count)
    }

    /// The years of the table, in order.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.values()
    }
}

impl TryFrom<Vec<Year>> for Calendar {
    type Error = Faults;

    fn try_from(years: Vec<Year>) -> Result<Calendar, Faults> {
        Calendar::new(years)
    }
}

impl From<Calendar> for Vec<Year> {
    fn from(calendar: Calendar) -> Vec<Year> {
        calendar.years.into_values().collect()
    }
}

impl Year {
    fn works(&self, day: Date) -> bool {
        if is_weekend(day) {
            self.working.contains(&Day(day))
        } else {
            !self.holidays.iter().any(|days| (days.from..=days.to).contains(&day))
        }
    }

    fn faults(&self) -> Vec<String> {
        let (mut faults, mut seen) = (Vec::new(), BTreeSet::new());
        let mut fault = |wrong: bool, what: &dyn Fn() -> String| {
            if wrong {
                faults.push(what());
            }
            wrong
        };
        let (first, last) = YEARS;
        fault(!(first..=last).contains(&self.year), &|| format!("the year is not from {first} to {last}"));
        fault(self.notice.trim().is_empty(), &|| "the notice is missing".to_owned());
        fault(self.holidays.is_empty(), &|| "there are no holidays".to_owned());
        for days in &self.holidays {
            let elsewhere = [days.from, days.to].into_iter().find(|day| day.ymd().0 != self.year);
            let elsewhere = elsewhere.map(|day| format!("holiday {day} lies in another year"));
            if fault(elsewhere.is_some(), &|| elsewhere.clone().unwrap_or_default())
                || fault(days.from > days.to, &|| format!("holidays {days} end before they begin"))
            {
                continue;
            }
            for day in (days.from.0..=days.to.0).map(Date) {
                fault(!seen.insert(day), &|| format!("holiday {day} is given twice"));
            }
        }
        let mut worked = BTreeSet::new();
        for Day(day) in self.working.iter().copied() {
            fault(day.ymd().0 != self.year, &|| format!("working day {day} lies in another year"));
            fault(!is_weekend(day), &|| format!("working day {day} is no Saturday or Sunday"));
            fault(seen.contains(&day), &|| format!("working day {day} is a holiday too"));
            fault(!worked.insert(day), &|| format!("working day {day} is given twice"));
        }
        faults
    }
}

/// Whether it is a Saturday or Sunday: 1970-01-01 was a Thursday.
fn is_weekend(Date(day): Date) -> bool {
    (i64::from(day) + 3).rem_euclid(7) >= 5
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        f.write_str(&faults.join("; "))
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.from == self.to {
            write!(f, "{}", self.from)
        } else {
            write!(f, "{}..{}", self.from, self.to)
        }
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Serialize for Days {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = date(&text);
        day.map(Day).ok_or_else(|| de::Error::custom(format!("{text:?} is no day such as 2026-02-14")))
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Days, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (from, to) = text.split_once("..").unwrap_or((&text, &text));
        let days = date(from).zip(date(to)).map(|(from, to)| Days { from, to });
        let wants = "a day such as 2026-01-01 or a range such as 2026-02-15..2026-02-23";
        days.ok_or_else(|| de::Error::custom(format!("{text:?} is not {wants}")))
    }
}

/// `2026-02-14`, and no instant.
fn date(text: &str) -> Option<Date> {
    Date::parse(text.trim()).ok().filter(|_| text.trim().len() == "2026-02-14".len())
}

/// A row of the built-in table. Days are (month, day).
struct BuiltIn {
    year: i64,
    notice: &'static str,
    holidays: &'static [((i64, i64), (i64, i64))],
    working: &'static [(i64, i64)],
}

impl BuiltIn {
    /// The year, if all of its days exist: tests see to it that they do.
    fn year(&self) -> Option<Year> {
        let date = |(month, day): (i64, i64)| Date::from_ymd(self.year, month, day).ok();
        let holidays = |(from, to): &_| Some(Days { from: date(*from)?, to: date(*to)? });
        Some(Year {
            year: self.year,
            notice: self.notice.to_owned(),
            holidays: self.holidays.iter().map(holidays).collect::<Option<_>>()?,
            working: self.working.iter().map(|day| date(*day).map(Day)).collect::<Option<_>>()?,
        })
    }
}

/// `deploy/calendar.toml`, which says more about some of the days.
const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        year: 2020,
        notice: "国办发明电〔2019〕16号(2019-11-21);国办发明电〔2020〕1号(2020-01-26)",
        holidays: &[
            ((1, 1), (1, 1)),
            ((1, 24), (2, 2)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 25), (6, 27)),
            ((10, 1), (10, 8)),
        ],
        working: &[(1, 19), (4, 26), (5, 9), (6, 28), (9, 27), (10, 10)],
    },
    BuiltIn {
        year: 2021,
        notice: "国办发明电〔2020〕27号(2020-11-25)",
        holidays: &[
            ((1, 1), (1, 3)),
            ((2, 11), (2, 17)),
            ((4, 3), (4, 5)),
            ((5, 1), (5, 5)),
            ((6, 12), (6, 14)),
            ((9, 19), (9, 21)),
            ((10, 1), (10, 7)),
        ],
        working: &[(2, 7), (2, 20), (4, 25), (5, 8), (9, 18), (9, 26), (10, 9)],
    },
    BuiltIn {
        year: 2022,
        notice: "国办发明电〔2021〕11号(2021-10-25)",
        holidays: &[
            ((1, 1), (1, 3)),
            ((1, 31), (2, 6)),
            ((4, 3), (4, 5)),
            ((4, 30), (5, 4)),
            ((6, 3), (6, 5)),
            ((9, 10), (9, 12)),
            ((10, 1), (10, 7)),
            ((12, 31), (12, 31)),
        ],
        working: &[(1, 29), (1, 30), (4, 2), (4, 24), (5, 7), (10, 8), (10, 9)],
    },
    BuiltIn {
        year: 2023,
        notice: "国办发明电〔2022〕16号(2022-12-08)",
        holidays: &[
            ((1, 1), (1, 2)),
            ((1, 21), (1, 27)),
            ((4, 5), (4, 5)),
            ((4, 29), (5, 3)),
            ((6, 22), (6, 24)),
            ((9, 29), (10, 6)),
        ],
        working: &[(1, 28), (1, 29), (4, 23), (5, 6), (6, 25), (10, 7), (10, 8)],
    },
    BuiltIn {
        year: 2024,
        notice: "国办发明电〔2023〕7号(2023-10-25)",
        holidays: &[
            ((1, 1), (1, 1)),
            ((2, 10), (2, 17)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 10), (6, 10)),
            ((9, 15), (9, 17)),
            ((10, 1), (10, 7)),
        ],
        working: &[(2, 4), (2, 18), (4, 7), (4, 28), (5, 11), (9, 14), (9, 29), (10, 12)],
    },
    BuiltIn {
        year: 2025,
        notice: "国办发明电〔2024〕12号(2024-11-12)",
        holidays: &[
            ((1, 1), (1, 1)),
            ((1, 28), (2, 4)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((5, 31), (6, 2)),
            ((10, 1), (10, 8)),
        ],
        working: &[(1, 26), (2, 8), (4, 27), (9, 28), (10, 11)],
    },
    BuiltIn {
        year: 2026,
        notice: "国办发明电〔2025〕7号(2025-11-04)",
        holidays: &[
            ((1, 1), (1, 3)),
            ((2, 15), (2, 23)),
            ((4, 4), (4, 6)),
            ((5, 1), (5, 5)),
            ((6, 19), (6, 21)),
            ((9, 25), (9, 27)),
            ((10, 1), (10, 7)),
        ],
        working: &[(1, 4), (2, 14), (2, 28), (5, 9), (9, 20), (10, 10)],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    fn year(json: &str) -> Year {
        serde_json::from_str(json).expect("a year")
    }

    #[test]
    fn the_built_in_table_is_right_by_its_own_rules() {
        let calendar = Calendar::built_in();
        assert_eq!(calendar.years.keys().copied().collect::<Vec<_>>(), (2020..=2026).collect::<Vec<_>>());
        for year in calendar.years() {
            assert_eq!(year.faults(), Vec::<String>::new(), "{}", year.year);
            let (holidays, working) = (year.holidays.len(), year.working.len());
            assert!((6..=8).contains(&holidays) && (5..=8).contains(&working), "{}", year.year);
        }
    }

    /// The numbers that chinesecalendar, holidays and lunar_python (PyPI) and chinese-days (npm) agree on.
    #[test]
    fn each_year_has_its_number_of_working_days() {
        let calendar = Calendar::built_in();
        for (year, expected) in
            [(2020, 249), (2021, 250), (2022, 249), (2023, 249), (2024, 251), (2025, 248), (2026, 248)]
        {
            let first = Date::from_ymd(year, 1, 1).expect("a date");
            let last = Date::from_ymd(year, 12, 31).expect("a date");
            let working = calendar.working_days_between(first, last);
            assert_eq!(working, Some(expected), "{year}: New Year is off, so nothing is lost at the start");
        }
    }

    #[test]
    fn holidays_and_worked_weekends_of_2026() {
        let calendar = Calendar::built_in();
        for (text, works) in [
            ("2026-01-04", true),
            ("2026-02-13", true),
            ("2026-02-14", true),
            ("2026-02-15", false),
            ("2026-02-16", false),
            ("2026-02-23", false),
            ("2026-02-24", true),
            ("2026-02-28", true),
            ("2026-03-01", false),
            ("2026-10-10", true),
            ("2026-10-11", false),
            ("2020-01-31", false),
            ("2020-02-01", false),
            ("2020-02-03", true),
            ("2024-02-09", true),
        ] {
            assert_eq!(calendar.is_working_day(day(text)), Some(works), "{text}");
        }
    }

    #[test]
    fn terms_run_over_holidays() {
        let calendar = Calendar::built_in();
        for (from, n, to) in [
            ("2026-02-10", 3, "2026-02-13"),
            ("2026-02-10", 4, "2026-02-14"),
            ("2026-02-10", 5, "2026-02-24"),
            ("2026-02-14", 1, "2026-02-24"),
            ("2026-02-18", 1, "2026-02-24"),
            ("2026-03-02", 0, "2026-03-02"),
            ("2026-04-30", 3, "2026-05-08"),
            ("2025-12-31", 1, "2026-01-04"),
            ("2019-12-31", 1, "2020-01-02"),
        ] {
            assert_eq!(calendar.working_days_after(day(from), n), Some(day(to)), "{from} and {n}");
            assert_eq!(calendar.working_days_between(day(from), day(to)), Some(n), "{from} to {to}");
        }
        assert_eq!(calendar.working_days_between(day("2026-03-03"), day("2026-03-02")), Some(0));
    }

    #[test]
    fn what_lies_outside_of_the_table_is_not_guessed() {
        let calendar = Calendar::built_in();
        for text in ["2019-12-31", "2027-01-01", "2100-06-01"] {
            assert_eq!(calendar.is_working_day(day(text)), None, "{text}");
        }
        assert_eq!(calendar.working_days_after(day("2026-12-30"), 1), Some(day("2026-12-31")));
        assert_eq!(calendar.working_days_after(day("2026-12-30"), 2), None);
        assert_eq!(calendar.working_days_between(day("2026-12-31"), day("2027-01-04")), None);
        assert_eq!(calendar.working_days_after(Date(i32::MAX), 1), None);
        assert_eq!(calendar.working_days_between(Date(i32::MAX), Date(i32::MAX)), Some(0));
    }

    #[test]
    fn a_year_given_takes_the_place_of_the_built_in_one() {
        let given = year(r#"{"year":2026,"notice":"n","holidays":["2026-03-02"]}"#);
        let calendar = Calendar::new([given]).expect("no faults");
        assert_eq!(calendar.is_working_day(day("2026-03-02")), Some(false));
        assert_eq!(calendar.is_working_day(day("2026-02-16")), Some(true));
        assert_eq!(calendar.is_working_day(day("2026-02-14")), Some(false));
        assert_eq!(calendar.is_working_day(day("2025-01-26")), Some(true));
        let given = year(r#"{"year":2027,"notice":"n","holidays":["2027-01-01..2027-01-03"]}"#);
        let calendar = Calendar::new([given]).expect("no faults");
        assert_eq!(calendar.working_days_after(day("2026-12-31"), 1), Some(day("2027-01-04")));
        assert_eq!(calendar.years().count(), 8);
        assert_eq!(Calendar::new([]), Ok(Calendar::built_in()));
    }

    #[test]
    fn every_fault_names_its_year_and_date() {
        let faulty = year(
            r#"{"year":2027,"notice":" ","holidays":["2026-12-31..2027-01-03","2027-02-12..2027-02-05",
                "2027-05-01..2027-05-05","2027-05-05"],
                "working":["2027-05-02","2027-02-20","2027-02-20","2027-02-22","2028-01-01"]}"#,
        );
        let empty = year(r#"{"year":1999,"notice":"n","holidays":[]}"#);
        let faults = Calendar::new([faulty, empty.clone(), empty]).expect_err("full of faults");
        let said: Vec<String> = faults.0.iter().map(Fault::to_string).collect();
        assert_eq!(
            said,
            [
                "2027: the notice is missing",
                "2027: holiday 2026-12-31 lies in another year",
                "2027: holidays 2027-02-12..2027-02-05 end before they begin",
                "2027: holiday 2027-05-05 is given twice",
                "2027: working day 2027-05-02 is a holiday too",
                "2027: working day 2027-02-20 is given twice",
                "2027: working day 2027-02-22 is no Saturday or Sunday",
                "2027: working day 2028-01-01 lies in another year",
                "1999: the year is not from 2000 to 2199",
                "1999: there are no holidays",
                "1999: the year is not from 2000 to 2199",
                "1999: there are no holidays",
                "1999: the year is given twice",
            ]
        );
    }

    #[test]
    fn it_is_written_and_read_as_its_years() {
        let calendar = Calendar::built_in();
        let json = serde_json::to_string(&calendar).expect("JSON");
        assert!(json.contains(r#""holidays":["2026-01-01..2026-01-03","2026-02-15..2026-02-23""#), "{json}");
        assert_eq!(serde_json::from_str::<Calendar>(&json).expect("the same"), calendar);
        for wrong in ["2026-02-30", "2026-2-3", "2026-01-01...2026-01-02", "2026-01-01T00:00:00Z", ""] {
            let json = format!(r#"[{{"year":2026,"notice":"n","holidays":["{wrong}"]}}]"#);
            let error = serde_json::from_str::<Calendar>(&json).expect_err(wrong).to_string();
            assert!(error.contains("is not a day such as 2026-01-01 or a range"), "{error}");
        }
        let error = serde_json::from_str::<Day>("\"14 February\"").expect_err("no day").to_string();
        assert!(error.starts_with("\"14 February\" is no day such as 2026-02-14"), "{error}");
    }
}
