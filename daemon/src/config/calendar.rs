//! The calendar of working days from a file, in the form of `deploy/calendar.toml`:
//!
//! ```toml
//! [2027]
//! notice = "国办发明电〔2026〕…号"
//! holidays = ["2027-01-01..2027-01-03"]
//! working = ["2027-02-20"]
//! ```

use super::Mistake;
use super::table::{self, Reading};
use serde::Deserialize;
use std::path::Path;
use toml::Value;
use xiezhi_dataflows::calendar::{Calendar, Day, Days, YEARS, Year};

/// A year's table.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct YearTable {
    notice: String,
    holidays: Vec<Days>,
    working: Vec<Day>,
}

/// Reads a file of years; each takes the place of the built-in one.
pub fn read_calendar(file: &Path, mistakes: &mut Vec<Mistake>) -> Calendar {
    let before = mistakes.len();
    let Some(table) = table::read_file(file, "", mistakes) else { return Calendar::built_in() };
    let years: Vec<Year> = table.into_iter().filter_map(|(key, value)| year(key, value, mistakes)).collect();
    if mistakes.len() > before {
        return Calendar::built_in();
    }
    Calendar::new(years).unwrap_or_else(|faults| {
        mistakes.extend(faults.0.into_iter().map(|fault| Mistake::new(fault.year.to_string(), fault.what)));
        Calendar::built_in()
    })
}

fn year(key: String, value: Value, mistakes: &mut Vec<Mistake>) -> Option<Year> {
    let Some(year) = key.parse().ok().filter(|year: &i64| year.to_string() == key) else {
        let (first, last) = YEARS;
        let what = format!("is no year; give a table for each year from {first} to {last}, such as [2026]");
        mistakes.push(Mistake::new(key, what));
        return None;
    };
    let Value::Table(table) = value else {
        mistakes.push(Mistake::new(key, "is no table; give notice, holidays and working"));
        return None;
    };
    let mut reading = Reading { accepted: &[], later: &[], mistakes };
    let YearTable { notice, holidays, working } = reading.keys(table, &key, &[]);
    Some(Year { year, notice, holidays, working })
}

#[cfg(test)]
mod tests {
    use super::*;
    use toml::Table;

    fn read(text: &str) -> Result<Calendar, Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("calendar.toml");
        std::fs::write(&file, text).expect("a file of the test");
        let mut mistakes = Vec::new();
        let calendar = read_calendar(&file, &mut mistakes);
        if mistakes.is_empty() {
            Ok(calendar)
        } else {
            Err(mistakes.iter().map(Mistake::to_string).collect())
        }
    }

    #[test]
    fn the_calendar_that_is_shipped_is_the_built_in_one() {
        let file = format!("{}/../deploy/calendar.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&file).expect("the calendar that is shipped");
        let table: Table = text.parse().expect("TOML");
        let mut mistakes = Vec::new();
        let shipped: Vec<Year> =
            table.into_iter().filter_map(|(key, value)| year(key, value, &mut mistakes)).collect();
        assert_eq!(mistakes, []);
        assert_eq!(shipped, Vec::from(Calendar::built_in()), "year for year, none more and none less");
        assert_eq!(read(&text), Ok(Calendar::built_in()));
    }

    #[test]
    fn a_year_of_a_file_takes_the_place_of_the_built_in_one() {
        let text =
            "[2027]\nnotice = \"n\"\nholidays = [\"2027-01-01..2027-01-03\"]\nworking = [\"2027-02-20\"]";
        let calendar = read(text).expect("no mistakes");
        assert_eq!(calendar.years().map(|year| year.year).collect::<Vec<_>>(), Vec::from_iter(2020..=2027));
        assert_eq!(read(""), Ok(Calendar::built_in()));
    }

    #[test]
    fn every_mistake_of_a_file_is_found() {
        let text = r#"
            next = 1
            2028 = "none"
            [2027]
            notice = "n"
            holidays = ["2027-01-01..2027-01-03", "2027-02-30"]
            working = [20]
            workdays = []
        "#;
        let mistakes = read(text).expect_err("full of mistakes");
        for expected in [
            "next: is no year; give a table for each year from 2000 to 2199, such as [2026]",
            "2028: is no table; give notice, holidays and working",
            "2027.holidays[1]: \"2027-02-30\" is not a day such as 2026-01-01 or a range",
            "2027.working[0]: invalid type: integer `20`, expected a string",
            "2027.workdays: is no key here; known here are notice, holidays, working",
        ] {
            assert!(mistakes.iter().any(|m| m.starts_with(expected)), "{expected}\nis not in {mistakes:#?}");
        }
        assert_eq!(mistakes.len(), 5, "{mistakes:#?}");
        let text = "[2027]\nnotice = \"n\"\nholidays = [\"2027-01-01\"]\nworking = [\"2027-02-22\"]";
        let mistakes = read(text).expect_err("a weekday");
        assert_eq!(mistakes, ["2027: working day 2027-02-22 is no Saturday or Sunday"]);
        let mistakes = read("[2027]\nnotice = \"n\"\n[2027]\n").expect_err("twice");
        assert!(mistakes[0].starts_with("line 3: "), "{mistakes:?}");
    }
}
