//! What the rules go by: thresholds, legal profile, placeholders.
//!
//! The configuration names them under `[rules]`; `replay --rules FILE` and `explain --rules FILE` take them from one
//! file of rules, so that somebody can try one before putting it into service:
//!
//! ```toml
//! profile = "fujian"                # built in, or a file, or a table [profile] as below
//! placeholders = ["无", "-"]        # the whole list, in place of the built-in one
//!
//! [thresholds]
//! run_min = 5
//!
//! [profile]
//! name = "haikou"
//! [profile.severity]
//! "DEV-07" = "S"
//! ```
//!
//! A file of nothing but thresholds, as `rules.thresholds` names one, is a file of rules too, and the other way round.

use super::calendar::read_calendar;
use super::table::{self, Reading};
use super::{ConfigErrors, Mistake};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};
use std::path::{Path, PathBuf};
use toml::{Table, Value};
use xiezhi_dataflows::finding::Severity;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::{Params, Profile, Thresholds};
use xiezhi_dataflows::rules::Rule;

/// The keys that only a file of rules has, and by which it is told from one of thresholds.
const PARTS: [&str; 4] = ["thresholds", "profile", "placeholders", "calendar"];
/// Most placeholders: a list that people wrote.
const PLACEHOLDERS_MAX: usize = 1_000;
/// Longest name of a profile, characters: it stands beside every severity that it changes.
const PROFILE_NAME_CHARS_MAX: usize = 64;

const WHOLE_NUMBER: &str = "give a whole number";
const PROFILE: &str = "give \"national\", \"fujian\", \"daqing\" or the path of a profile's file";
const PLACEHOLDERS: &str = "give a list of texts that mean \"not given\"";

/// Everything that a judgement depends on besides the facts, and where it came from.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// Thresholds and legal profile.
    pub params: Params,
    /// What stands for "not given".
    pub placeholders: Placeholders,
    /// Where they came from.
    pub from: RulesFrom,
}

/// Where rules came from; none: built in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RulesFrom {
    /// The file of the profile.
    pub profile: Option<PathBuf>,
    /// The file of the thresholds.
    pub thresholds: Option<PathBuf>,
    /// The file of working days.
    pub calendar: Option<PathBuf>,
    /// Whether a list of placeholders was given.
    pub placeholders: bool,
}

/// `[rules]` of the configuration.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RulesTable {
    profile: Option<String>,
    thresholds: Option<PathBuf>,
    calendar: Option<PathBuf>,
    placeholders: Option<Vec<String>>,
}

const ACCEPTED: &[(&str, &str)] = &[
    ("rules.profile", PROFILE),
    ("rules.thresholds", "give the path of a file of thresholds"),
    ("rules.calendar", "give the path of a file of working days, as deploy/calendar.toml"),
    ("calendar", "give the path of a file of working days, as deploy/calendar.toml"),
    ("rules.placeholders", PLACEHOLDERS),
    ("placeholders", PLACEHOLDERS),
    ("profile", PROFILE),
    ("thresholds", "give a table: [thresholds]"),
    ("profile.severity", "give a table: [profile.severity]"),
    ("severity", "give a table: [severity]"),
];

impl Rules {
    /// Reads a file of rules; without one, what is built in.
    ///
    /// # Errors
    /// With every mistake that there is.
    pub fn load(file: Option<&Path>) -> Result<Rules, ConfigErrors> {
        let Some(file) = file else { return Ok(Rules::default()) };
        let (mut rules, mut mistakes) = (Rules::default(), Vec::new());
        if let Some(table) = table::read_file(file, "", &mut mistakes) {
            rules.read_file_of_rules(table, file, &mut mistakes);
        }
        if mistakes.is_empty() { Ok(rules) } else { Err(ConfigErrors { file: file.to_owned(), mistakes }) }
    }

    /// Reads `[rules]` of the configuration and the files that it names.
    pub(super) fn in_config(table: Table, folder: &Path, mistakes: &mut Vec<Mistake>) -> Rules {
        let mut rules = Rules::default();
        let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
        let given: RulesTable = reading.keys(table, "rules", &[]);
        rules.set_placeholders(given.placeholders, "rules.placeholders", mistakes);
        if let Some(profile) = given.profile {
            rules.set_profile(&profile, "rules.profile", folder, mistakes);
        }
        if let Some(file) = given.calendar {
            rules.set_calendar(&file, "rules.calendar", folder, mistakes);
        }
        if let Some(file) = given.thresholds {
            let key = format!("rules.thresholds ({})", file.display());
            let path = folder.join(&file);
            let mut inside = Vec::new();
            if let Some(table) = table::read_file(&path, "", &mut inside) {
                rules.thresholds_alone(table, &mut inside);
            }
            mistakes.extend(inside.into_iter().map(|mistake| within(&key, mistake)));
            rules.from.thresholds = Some(path);
        }
        rules
    }

    fn read_file_of_rules(&mut self, mut table: Table, file: &Path, mistakes: &mut Vec<Mistake>) {
        if !PARTS.iter().any(|part| table.contains_key(*part)) {
            self.set_thresholds(table, "", mistakes);
            self.from.thresholds = Some(file.to_owned());
            return;
        }
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
        if table.contains_key("thresholds") {
            let thresholds = reading.part(&mut table, "thresholds");
            self.set_thresholds(thresholds, "thresholds", reading.mistakes);
            self.from.thresholds = Some(file.to_owned());
        }
        match table.remove("profile") {
            None => {}
            Some(Value::String(profile)) => self.set_profile(&profile, "profile", folder, reading.mistakes),
            Some(Value::Table(profile)) => {
                self.set_profile_table(profile, "profile", reading.mistakes);
                self.from.profile = Some(file.to_owned());
            }
            Some(_) => reading.check("profile", false, || "is neither a text nor a table".to_owned()),
        }
        let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
        let rest: RulesTable = reading.keys(table, "", &[]);
        self.set_placeholders(rest.placeholders, "placeholders", mistakes);
        if let Some(calendar) = rest.calendar {
            self.set_calendar(&calendar, "calendar", folder, mistakes);
        }
    }

    /// Reads rules as somebody publishes them: a file of rules that names no other file.
    ///
    /// # Errors
    /// With every mistake that there is.
    pub fn published(table: Table) -> Result<Rules, Vec<Mistake>> {
        let (mut rules, mut mistakes) = (Rules::default(), Vec::new());
        for (key, why) in
            [("placeholders", "is set in the configuration"), ("calendar", "is set in the configuration")]
        {
            if table.contains_key(key) {
                mistakes.push(Mistake::new(key, format!("{why}; leave it out here")));
            }
        }
        let profile = table.get("profile").and_then(Value::as_str);
        if profile.is_some_and(|profile| Profile::named(profile).is_none()) {
            let what = "is no built-in profile; give \"national\", \"fujian\" or \"daqing\", or a table with name and severity";
            mistakes.push(Mistake::new("profile", what));
        }
        if mistakes.is_empty() {
            rules.read_file_of_rules(table, Path::new(""), &mut mistakes);
        }
        if mistakes.is_empty() { Ok(rules) } else { Err(mistakes) }
    }

    fn set_calendar(&mut self, file: &Path, key: &str, folder: &Path, mistakes: &mut Vec<Mistake>) {
        let path = folder.join(file);
        let mut inside = Vec::new();
        self.params.calendar = read_calendar(&path, &mut inside);
        let key = format!("{key} ({})", file.display());
        mistakes.extend(inside.into_iter().map(|mistake| within(&key, mistake)));
        self.from.calendar = Some(path);
    }

    /// A file named by `rules.thresholds`: its keys are thresholds, or it is a file of rules with a table of them.
    fn thresholds_alone(&mut self, mut table: Table, mistakes: &mut Vec<Mistake>) {
        if !table.contains_key("thresholds") {
            return self.set_thresholds(table, "", mistakes);
        }
        let mut reading = Reading { accepted: ACCEPTED, later: &[], mistakes };
        let thresholds = reading.part(&mut table, "thresholds");
        self.set_thresholds(thresholds, "thresholds", reading.mistakes);
        for key in table.keys() {
            let what = "is not read from this file; set it under [rules] of the configuration".to_owned();
            mistakes.push(Mistake::new(key.as_str(), what));
        }
    }

    fn set_thresholds(&mut self, table: Table, prefix: &str, mistakes: &mut Vec<Mistake>) {
        let accepted: Vec<(String, &str)> = table
            .keys()
            .map(|key| if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") })
            .map(|key| (key, WHOLE_NUMBER))
            .collect();
        let before = mistakes.len();
        let mut reading = Reading { accepted: &[], later: &[], mistakes };
        let thresholds: Thresholds = reading.keys(table, prefix, &[]);
        for mistake in &mut mistakes[before..] {
            let wants =
                accepted.iter().find(|(key, _)| *key == mistake.key && mistake.what.starts_with("invalid"));
            if let Some((_, accepted)) = wants {
                mistake.what = format!("{}; {accepted}", mistake.what);
            }
        }
        self.params.thresholds = thresholds;
        for fault in self.params.faults() {
            let (key, what) = fault.split_once(": ").unwrap_or(("", &fault));
            let key = if prefix.is_empty() { key.strip_prefix("thresholds.").unwrap_or(key) } else { key };
            mistakes.push(Mistake::new(key, what));
        }
    }

    /// Sets the profile of that name, or of the file of that name.
    fn set_profile(&mut self, given: &str, key: &str, folder: &Path, mistakes: &mut Vec<Mistake>) {
        if let Some(profile) = Profile::named(given) {
            self.params.profile = profile;
            return;
        }
        let path = folder.join(given);
        if !path.exists() {
            let what = format!("is {given:?}, which is no built-in profile and no file; {PROFILE}");
            mistakes.push(Mistake::new(key, what));
            return;
        }
        let mut inside = Vec::new();
        if let Some(table) = table::read_file(&path, "", &mut inside) {
            self.set_profile_table(table, "", &mut inside);
        }
        let key = format!("{key} ({given})");
        mistakes.extend(inside.into_iter().map(|mistake| within(&key, mistake)));
        self.from.profile = Some(path);
    }

    fn set_profile_table(&mut self, mut table: Table, prefix: &str, mistakes: &mut Vec<Mistake>) {
        let at = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
        let name = match table.remove("name") {
            Some(Value::String(name)) if (1..=PROFILE_NAME_CHARS_MAX).contains(&name.chars().count()) => name,
            _ => {
                let what =
                    format!("is missing or no name; give a text of 1 to {PROFILE_NAME_CHARS_MAX} characters");
                mistakes.push(Mistake::new(at("name"), what));
                String::new()
            }
        };
        let mut profile = Profile { name, severity: Default::default() };
        match table.remove("severity") {
            None => {}
            Some(Value::Table(severities)) => {
                for (id, severity) in severities {
                    match severity_of(&id, &severity) {
                        Ok((rule, severity)) => {
                            profile.severity.insert(rule, severity);
                        }
                        Err(what) => mistakes.push(Mistake::new(at(&format!("severity.{id}")), what)),
                    }
                }
            }
            Some(_) => mistakes.push(Mistake::new(at("severity"), "is no table of rules and severities")),
        }
        for key in table.keys() {
            mistakes.push(Mistake::new(at(key), "is no key here; known here are name, severity"));
        }
        self.params.profile = profile;
    }

    fn set_placeholders(&mut self, given: Option<Vec<String>>, key: &str, mistakes: &mut Vec<Mistake>) {
        let Some(given) = given else { return };
        if given.len() > PLACEHOLDERS_MAX {
            let what = format!("has {} texts; give at most {PLACEHOLDERS_MAX}", given.len());
            mistakes.push(Mistake::new(key, what));
            return;
        }
        self.placeholders = Placeholders::new(given.iter().map(String::as_str));
        self.from.placeholders = true;
    }
}

fn severity_of(id: &str, severity: &Value) -> Result<(Rule, Severity), String> {
    let rule = Rule::of(id).ok_or("is no rule that is computed; give a rule's id such as DEV-01")?;
    let letter: Option<StrDeserializer<'_, ValueError>> =
        severity.as_str().map(|text| text.into_deserializer());
    let severity = letter.and_then(|letter| Severity::deserialize(letter).ok());
    Ok((rule, severity.ok_or("is no severity; give \"D\", \"X\", \"C\", \"V\", \"S\" or \"L\"")?))
}

/// A mistake in a file that another one names.
pub(super) fn within(file: &str, mistake: Mistake) -> Mistake {
    match mistake.key.as_str() {
        "" => Mistake::new(file, mistake.what),
        key => Mistake::new(format!("{file} {key}"), mistake.what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Result<Rules, Vec<String>> {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let file = folder.path().join("rules.toml");
        std::fs::write(&file, text).expect("a file of the test");
        Rules::load(Some(&file)).map_err(|errors| errors.mistakes.iter().map(Mistake::to_string).collect())
    }

    #[test]
    fn the_profiles_that_are_shipped_are_the_built_in_ones() {
        for name in ["national", "fujian", "daqing"] {
            let file = format!("{}/../deploy/profiles/{name}.toml", env!("CARGO_MANIFEST_DIR"));
            let rules = load(&format!("profile = {file:?}")).expect("no mistakes");
            assert_eq!(Some(rules.params.profile), Profile::named(name), "{file}");
        }
    }

    #[test]
    fn a_file_of_rules_has_thresholds_and_a_profile_by_name_or_in_full() {
        let rules = load("profile = \"fujian\"\n[thresholds]\nrun_min = 5").expect("no mistakes");
        assert_eq!((rules.params.profile.name.as_str(), rules.params.thresholds.run_min), ("fujian", 5));
        assert_eq!(rules.params.severity(Rule::Dev01), Severity::D);
        let rules = load("[profile]\nname = \"haikou\"\n[profile.severity]\n\"PRI-01\" = \"V\"")
            .expect("no mistakes");
        assert_eq!(rules.params.severity(Rule::Pri01), Severity::V);
        let rules = load("crowd = 40").expect("thresholds alone are rules");
        assert_eq!(rules.params.thresholds.crowd, 40);
        assert_eq!(Rules::load(None).expect("built in").params, Params::default());
    }

    #[test]
    fn every_mistake_of_a_file_of_rules_is_found() {
        let text = r#"
            placeholder = []
            placeholders = [1]
            [thresholds]
            run_min = 1
            crowd = 0.5
            [profile]
            base = "national"
            [profile.severity]
            "DEV-99" = "D"
            "DEV-01" = "E"
        "#;
        let mistakes = load(text).expect_err("full of mistakes");
        for expected in [
            "placeholder: is no key here; known here are profile, thresholds, calendar, placeholders",
            "placeholders[0]: invalid type: integer `1`, expected a string; give a list of texts",
            "thresholds.run_min: is 1; give 3 to 1000",
            "thresholds.crowd: invalid type: floating point `0.5`, expected u32; give a whole number",
            "profile.base: is no key here; known here are name, severity",
            "profile.name: is missing or no name",
            "profile.severity.DEV-99: is no rule that is computed",
            "profile.severity.DEV-01: is no severity",
        ] {
            assert!(mistakes.iter().any(|m| m.starts_with(expected)), "{expected}\nis not in {mistakes:#?}");
        }
        assert_eq!(mistakes.len(), 8, "{mistakes:#?}");
    }

    #[test]
    fn a_file_of_thresholds_may_be_a_file_of_rules() {
        let mut rules = Rules::default();
        let mut mistakes = Vec::new();
        let table = "profile = \"fujian\"\n[thresholds]\nrun_min = 6".parse().expect("TOML");
        rules.thresholds_alone(table, &mut mistakes);
        assert_eq!(rules.params.thresholds.run_min, 6);
        assert_eq!(mistakes.len(), 1, "its profile is not read in silence: {mistakes:?}");
    }
}
