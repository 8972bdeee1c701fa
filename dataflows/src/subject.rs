//! What an alert is about, and the alert's identity that follows from it: what supervisors decide on an alert comes back
//! under that identity, and weighs on those whom its findings name.
//!
//! *Invariants.* An alert's id is derived from its subject alone, so that a replay, another machine or another year gives
//! the same id.

use crate::finding::{Finding, Rendered, key_text};
use crate::rules::{Rule, Topic};
use crate::symbols::Symbols;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// What an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Subject {
    /// The topic.
    pub topic: Topic,
    /// The section, where it is about one.
    pub section: Option<String>,
    /// For rings and history: the one finding, by rule and key.
    pub history: Option<String>,
}

impl Subject {
    /// The subject that a finding belongs to; none for a rule that this version does not know.
    pub fn of(finding: &Rendered) -> Option<Subject> {
        let topic = Rule::of(&finding.rule)?.sheet().topic;
        let history = finding.section.is_none().then(|| format!("{}|{}", finding.rule, finding.key));
        Some(Subject { topic, section: finding.section.clone(), history })
    }

    /// The same of a finding that is not written out.
    pub fn of_finding(finding: &Finding, symbols: &Symbols) -> Subject {
        let section = finding.section.is_some().then(|| symbols.text(finding.section));
        let history = || format!("{}|{}", finding.rule.id(), key_text(&finding.key, symbols));
        let history = section.is_none().then(history);
        Subject { topic: finding.rule.sheet().topic, section, history }
    }

    /// The alert's identity.
    pub fn id(&self) -> AlertId {
        let mut hash = Sha256::new();
        for part in [
            self.topic.as_str(),
            self.section.as_deref().unwrap_or(""),
            self.history.as_deref().unwrap_or(""),
        ] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let digest = hash.finalize();
        let mut bits = digest.iter().take(8).fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        // Crockford's base 32: no letter that is mistaken for a digit when it is read out over the telephone.
        const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        let mut text = String::from("XZ");
        for at in 0..12 {
            if at % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(LETTERS[(bits >> 59) as usize]));
            bits <<= 5;
        }
        AlertId(text)
    }
}

/// An alert's identity, such as `XZ-7K3M-92QD-0B4T`: 60 bits of a hash of its subject.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlertId(pub String);

impl fmt::Display for AlertId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_hangs_on_the_subject_alone_and_is_easy_to_read_out() {
        let subject = Subject { topic: Topic::Collusion, section: Some("E1".to_owned()), history: None };
        let id = subject.id();
        assert_eq!(id, subject.clone().id());
        assert_eq!(id.0.len(), "XZ-7K3M-92QD-0B4T".len());
        assert!(id.0.chars().all(|c| c == '-' || c.is_ascii_digit() || c.is_ascii_uppercase()));
        let other = Subject { topic: Topic::Price, ..subject.clone() };
        assert_ne!(id, other.id());
        // Lengths go into the hash: a section is never taken for a part of a key.
        let shifted = Subject { section: Some("E".to_owned()), history: Some("1".to_owned()), ..subject };
        assert_ne!(id, shifted.id());
    }
}
