//! Code sets: what the codes of other systems mean here. Data that a site can change (`codes.toml`).

use std::collections::BTreeMap;
use xiezhi_dataflows::event::{AlertLevel, CreditKind, DepositForm, EvaluationMethod, Industry, Method};
use xiezhi_dataflows::normalise;

/// The sets that come with the program.
const BUILT_IN: &str = include_str!("codes.toml");
/// Yuan that one unit may have: a hundred million (亿).
const UNIT_MAX: u32 = 100_000_000;

type Words = BTreeMap<String, String>;
type Flags = BTreeMap<String, bool>;

/// The code sets of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codes {
    pub(crate) industry: Words,
    pub(crate) method: Words,
    pub(crate) price_unit: BTreeMap<String, u32>,
    pub(crate) yuan: Flags,
    pub(crate) deposit_form: Words,
    pub(crate) evaluation_method: Words,
    pub(crate) credit_kind: Words,
    pub(crate) section_end: Words,
    pub(crate) upheld: Flags,
    pub(crate) flag: Flags,
    alert_level: Words,
}

/// Why a file of code sets cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodesError {
    /// It is no TOML of this form.
    #[error("{0}")]
    Form(String),
    /// A word that events.md does not know.
    #[error("{set}.{code}: is \"{word}\", which is none of its words; give one of {known}")]
    Word {
        /// The set.
        set: &'static str,
        /// The code.
        code: String,
        /// What stands for it.
        word: String,
        /// What may.
        known: String,
    },
    /// A unit of no or too many yuan.
    #[error("price_unit.{code}: is {yuan} yuan; give 1 to {UNIT_MAX}")]
    Unit {
        /// The code.
        code: String,
        /// What stands for it.
        yuan: u32,
    },
}

/// The file as it is written: a set that is not there is the built-in one.
#[derive(Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    industry: Option<Words>,
    method: Option<Words>,
    price_unit: Option<BTreeMap<String, u32>>,
    yuan: Option<Flags>,
    deposit_form: Option<Words>,
    evaluation_method: Option<Words>,
    credit_kind: Option<Words>,
    section_end: Option<Words>,
    upheld: Option<Flags>,
    flag: Option<Flags>,
    alert_level: Option<Words>,
}

impl Default for Codes {
    /// The built-in sets.
    fn default() -> Codes {
        let empty = Codes::of(File::default(), None);
        // A test reads the built-in file, so it is never wrong.
        File::read(BUILT_IN).map_or(empty.clone(), |file| Codes::of(file, Some(empty)))
    }
}

impl Codes {
    /// Reads a site's file; a set that it does not give is the built-in one.
    ///
    /// # Errors
    /// What is wrong, by set and code.
    pub fn parse(text: &str) -> Result<Codes, CodesError> {
        let codes = Codes::of(File::read(text)?, Some(Codes::default()));
        codes.check()?;
        Ok(codes)
    }

    /// The standard's ALERT_LEVEL of a level; its own name where the site gives none.
    pub fn alert_level(&self, level: AlertLevel) -> &str {
        self.alert_level.get(&key(level.as_str())).map_or(level.as_str(), String::as_str)
    }

    fn of(file: File, base: Option<Codes>) -> Codes {
        macro_rules! codes {
            ($($set:ident),+) => {
                Codes { $($set: match (file.$set, &base) {
                    (Some(given), _) => given.into_iter().map(|(code, word)| (key(&code), word)).collect(),
                    (None, Some(base)) => base.$set.clone(),
                    (None, None) => BTreeMap::new(),
                },)+ }
            };
        }
        codes!(
            industry,
            method,
            price_unit,
            yuan,
            deposit_form,
            evaluation_method,
            credit_kind,
            section_end,
            upheld,
            flag,
            alert_level
        )
    }

    fn check(&self) -> Result<(), CodesError> {
        let ends = ["section.failed", "section.suspended", "section.cancelled"];
        words("industry", &self.industry, Industry::ALL.iter().map(|word| word.as_str()))?;
        words("method", &self.method, Method::ALL.iter().map(|word| word.as_str()))?;
        words("deposit_form", &self.deposit_form, DepositForm::ALL.iter().map(|word| word.as_str()))?;
        let methods = EvaluationMethod::ALL.iter().map(|word| word.as_str());
        words("evaluation_method", &self.evaluation_method, methods)?;
        words("credit_kind", &self.credit_kind, CreditKind::ALL.iter().map(|word| word.as_str()))?;
        words("section_end", &self.section_end, ends.into_iter())?;
        match self.price_unit.iter().find(|(_, yuan)| !(1..=UNIT_MAX).contains(*yuan)) {
            Some((code, yuan)) => Err(CodesError::Unit { code: code.clone(), yuan: *yuan }),
            None => Ok(()),
        }
    }
}

impl File {
    fn read(text: &str) -> Result<File, CodesError> {
        toml::from_str(text).map_err(|error| CodesError::Form(error.to_string()))
    }
}

/// A code as it is compared.
pub(crate) fn key(code: &str) -> String {
    normalise::fold(code).to_uppercase()
}

/// What stands for the longest word that a text holds.
pub(crate) fn contained<'c>(set: &'c Words, text: &str) -> Option<&'c str> {
    let text = key(text);
    let held = set.iter().filter(|(word, _)| text.contains(word.as_str()));
    held.max_by_key(|(word, _)| word.chars().count()).map(|(_, meaning)| meaning.as_str())
}

fn words(
    set: &'static str,
    given: &Words,
    known: impl Iterator<Item = &'static str> + Clone,
) -> Result<(), CodesError> {
    match given.iter().find(|(_, word)| !known.clone().any(|known| known == word.as_str())) {
        None => Ok(()),
        Some((code, word)) => {
            let known = known.collect::<Vec<_>>().join(", ");
            Err(CodesError::Word { set, code: code.clone(), word: word.clone(), known })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_sets_are_right_and_whole() {
        let codes = Codes::parse("").expect("the built-in sets");
        assert_eq!(codes, Codes::parse(BUILT_IN).expect("the built-in sets, given"));
        assert_eq!(codes.method["1"], "public");
        assert_eq!(codes.price_unit["1"], 10_000);
        assert_eq!(codes.alert_level(AlertLevel::Red), "红");
        assert_eq!(contained(&codes.evaluation_method, "经评审的最低投标价法"), Some("qualified_lowest"));
        assert_eq!(contained(&codes.evaluation_method, "摇号"), None);
    }

    #[test]
    fn a_site_replaces_a_set_and_leaves_the_others() {
        let codes = Codes::parse("[method]\n\"a\" = \"public\"\n").expect("a site's own");
        assert_eq!(codes.method.keys().collect::<Vec<_>>(), ["A"]);
        assert_eq!(codes.flag, Codes::default().flag);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, part) in [
            ("[method]\n1 = \"open\"", "method.1: is \"open\""),
            ("[price_unit]\n2 = 0", "price_unit.2: is 0 yuan"),
            ("[colour]\n1 = \"red\"", "unknown field `colour`"),
        ] {
            let error = Codes::parse(text).expect_err(text).to_string();
            assert!(error.contains(part), "{error}");
        }
    }
}
