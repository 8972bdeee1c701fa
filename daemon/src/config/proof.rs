//! `[proof]`: what the journal is hashed and its heads are signed with, chosen before the first start.

use super::Mistake;
use super::table::Reading;
use serde::Deserialize;
use toml::Table;
use xiezhi_proof::Algorithm;

/// `[proof]` of the configuration.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ProofTable {
    algorithm: Option<Algorithm>,
}

const ACCEPTED: &[(&str, &str)] = &[(
    "proof.algorithm",
    "give \"sha256-ed25519\" or \"sm3-sm2\" (国密); leave it out to go on with what the journal has, or to begin one of sha256-ed25519",
)];

/// Reads `[proof]`; nothing if it does not choose.
pub(super) fn read(table: Table, mistakes: &mut Vec<Mistake>) -> Option<Algorithm> {
    let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
    let ProofTable { algorithm } = reading.keys(table, "proof", &[]);
    algorithm
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> (Option<Algorithm>, Vec<String>) {
        let mut mistakes = Vec::new();
        let algorithm = read(text.parse().expect("TOML"), &mut mistakes);
        (algorithm, mistakes.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn an_algorithm_is_chosen_by_its_name_or_not_at_all() {
        assert_eq!(told(""), (None, vec![]));
        for algorithm in Algorithm::ALL {
            assert_eq!(told(&format!("algorithm = {:?}", algorithm.name())), (Some(algorithm), vec![]));
        }
    }

    #[test]
    fn a_mistake_names_its_key_and_what_is_accepted() {
        for (text, begins) in [
            ("algorithm = \"sm2\"", "proof.algorithm: "),
            ("algorithm = 3", "proof.algorithm: "),
            ("algorithm = \"\"", "proof.algorithm: is empty; give \"sha256-ed25519\" or \"sm3-sm2\""),
            ("algorithms = \"sm3-sm2\"", "proof.algorithms: is no key here; known here are algorithm"),
        ] {
            let (_, mistakes) = told(text);
            assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
            assert!(mistakes[0].starts_with(begins), "{mistakes:?}");
        }
        let (_, mistakes) = told("algorithm = \"sm2\"");
        assert!(mistakes[0].contains("give \"sha256-ed25519\" or \"sm3-sm2\""), "{mistakes:?}");
    }
}
