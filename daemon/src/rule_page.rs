//! A rule's page: the one shape that the command line, the API and the console share.

use crate::explained::{Article, Checks, articles};
use serde::Serialize;
use xiezhi_dataflows::normalise;
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::{Judge, Rule};

/// How many ids an error proposes.
const NEAR_MAX: usize = 5;
/// How many slips of the keyboard still make an id near.
const SLIPS_MAX: usize = 2;

/// A rule, and how it stands under a profile and thresholds.
#[derive(Debug, Serialize)]
pub struct RulePage {
    /// Its id.
    pub rule: &'static str,
    /// What it says, in Chinese.
    pub zh: &'static str,
    /// What it says, in English.
    pub en: &'static str,
    /// The severity that a finding has under the profile.
    pub severity: &'static str,
    /// The severity under the national profile.
    pub national_severity: &'static str,
    /// The legal profile.
    pub profile: String,
    /// Which alert its findings go to.
    pub topic: &'static str,
    /// The same, for users.
    pub topic_zh: &'static str,
    /// What it looks at: `section`, `papers`, `scores`, `matter`, `history` or `events`.
    pub judges: &'static str,
    /// Which of an edition's parameters it goes by.
    pub parameters: Parameters,
    /// What it rests on; empty for a bare lead.
    pub basis: Vec<Article>,
    /// What may be checked next.
    pub checks: Checks,
    /// The thresholds that name it.
    pub thresholds: Vec<ThresholdShown>,
    /// Law, needs, formula, example and exclusions: the head of its source, as Markdown.
    pub page: String,
}

/// Which of an edition's parameters a rule goes by, for people.
#[derive(Debug, Serialize)]
pub struct Parameters {
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

impl Parameters {
    fn of(judge: Judge) -> Parameters {
        match judge {
            Judge::Section(_) | Judge::Papers(_) | Judge::Scores(_) => Parameters {
                zh: "按标段公告之日适用的参数",
                en: "those of the day on which the section was announced",
            },
            Judge::Matter(_) => Parameters {
                zh: "按事项首次记录之日适用的参数",
                en: "those of the day on which the matter began",
            },
            Judge::History | Judge::Intake => Parameters {
                zh: "按现行版本的最新参数(跨标段规则没有唯一的公告之日)",
                en: "the newest of the edition in force: what spans sections has no day of its own",
            },
        }
    }
}

/// A threshold as it is shown.
#[derive(Debug, Serialize)]
pub struct ThresholdShown {
    /// Its key in a file.
    pub key: &'static str,
    /// Its value.
    pub value: u32,
    /// The value that is built in.
    pub default: u32,
    /// What it is.
    pub about: &'static str,
}

impl RulePage {
    /// The page of a rule under a profile and thresholds.
    pub fn new(rule: Rule, params: &Params) -> RulePage {
        let sheet = rule.sheet();
        let thresholds = params.thresholds.all().into_iter().filter(|t| t.about.contains(sheet.id));
        let shown = thresholds.map(|t| ThresholdShown {
            key: t.key,
            value: t.value,
            default: t.default,
            about: t.about.trim(),
        });
        RulePage {
            rule: sheet.id,
            zh: sheet.zh,
            en: sheet.en,
            severity: params.severity(rule).as_str(),
            national_severity: sheet.severity.as_str(),
            profile: params.profile.name.clone(),
            topic: sheet.topic.as_str(),
            topic_zh: sheet.topic.zh(),
            judges: match sheet.judge {
                Judge::Section(_) => "section",
                Judge::Papers(_) => "papers",
                Judge::Scores(_) => "scores",
                Judge::Matter(_) => "matter",
                Judge::History => "history",
                Judge::Intake => "events",
            },
            parameters: Parameters::of(sheet.judge),
            basis: articles(sheet),
            checks: Checks { zh: sheet.checks.zh, en: sheet.checks.en },
            thresholds: shown.collect(),
            page: rule.page(),
        }
    }
}

/// An id that no rule has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule {id}{}; xiezhi rules lists them all", self.hint())]
pub struct UnknownRule {
    id: String,
    near: Vec<&'static str>,
}

impl UnknownRule {
    fn hint(&self) -> String {
        if self.near.is_empty() { String::new() } else { format!("; near it: {}", self.near.join(", ")) }
    }
}

/// The rule of an id, in whatever case and width it is written.
///
/// # Errors
/// If there is none; with ids that are near.
pub fn find(id: &str) -> Result<Rule, UnknownRule> {
    let id = normalise::fold(id).to_ascii_uppercase().replace('_', "-");
    Rule::of(&id).ok_or_else(|| {
        let mut near: Vec<(usize, &'static str)> = Rule::ALL
            .iter()
            .map(|rule| (slips(&id, rule.id()), rule.id()))
            .filter(|(slips, _)| *slips <= SLIPS_MAX)
            .collect();
        near.sort_unstable();
        UnknownRule { near: near.into_iter().map(|(_, id)| id).take(NEAR_MAX).collect(), id: id.clone() }
    })
}

/// How many characters to change, add or drop until one text is the other (Levenshtein).
fn slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    // An id has six characters: what is much longer is near to none.
    for (at, c) in one.chars().take(20).enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (to, o) in other.iter().enumerate() {
            let changed = diagonal + usize::from(c != *o);
            diagonal = row[to + 1];
            row[to + 1] = changed.min(diagonal + 1).min(row[to] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use xiezhi_dataflows::params::Profile;

    #[test]
    fn an_id_is_found_however_it_is_written_and_near_ones_are_proposed() {
        for id in ["DEV-01", "dev-01", " ＤＥＶ－０１ ", "dev_01"] {
            assert_eq!(find(id), Ok(Rule::Dev01), "{id}");
        }
        let error = find("DEV-02").expect_err("no such rule").to_string();
        assert!(error.contains("no rule DEV-02") && error.contains("DEV-01, DEV-03"), "{error}");
        assert!(find("DEV1").expect_err("no such rule").to_string().contains("DEV-01"));
        assert_eq!(find("nonsense").expect_err("no such rule").near, Vec::<&str>::new());
        assert_eq!((slips("DEV-01", "DEV-01"), slips("DVE-01", "DEV-01"), slips("", "ab")), (0, 2, 2));
    }

    #[test]
    fn a_page_tells_the_severity_under_the_profile_and_the_thresholds() {
        let profile = Profile::named("fujian").expect("built in");
        let params = Params { profile, ..Params::default() };
        let page = RulePage::new(Rule::Dev01, &params);
        assert_eq!((page.severity, page.national_severity, page.profile.as_str()), ("D", "S", "fujian"));
        assert!(page.page.starts_with("DEV-01") && page.page.contains("*Formula.*"), "{}", page.page);
        let page = RulePage::new(Rule::Dev14, &params);
        assert!(page.thresholds.iter().any(|t| t.key == "families_min" && t.value == t.default));
    }
}
