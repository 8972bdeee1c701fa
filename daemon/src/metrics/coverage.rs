//! How many sections each rule could judge, by the system that their data came from: what `xiezhi coverage` prints, kept up
//! to date with every commit.
//!
//! *Invariant.* Sources are labels that senders make, so only the first [`SOURCES_MAX`] get one of their own; the rest is
//! counted together as [`OTHER`].

use prometheus::{IntGauge, IntGaugeVec};
use std::collections::HashMap;
use xiezhi_dataflows::rules::{Ending, Judge, Rule};
use xiezhi_dataflows::symbols::{Symbol, Symbols};

/// How many source systems get a label of their own: a city has some platforms of its own and of its districts, and each
/// label costs four hundred series.
pub const SOURCES_MAX: usize = 16;

/// The label of all further sources. A source of that very name is counted with them.
pub const OTHER: &str = "other";

/// Whether a rule judges single sections, so that they can be counted.
pub fn is_counted(rule: Rule) -> bool {
    matches!(rule.sheet().judge, Judge::Section(_) | Judge::Papers(_) | Judge::Scores(_))
}

/// The gauges of one source, by place of rule and ending; none where the rule judges no sections.
type Gauges = Vec<[Option<IntGauge>; Ending::ALL.len()]>;

/// Moves the gauges.
pub struct Coverage {
    gauges: IntGaugeVec,
    /// Which gauges a source has.
    place_of: HashMap<Symbol, usize>,
    /// The first is that of [`OTHER`].
    of_sources: Vec<Gauges>,
}

impl Coverage {
    /// Over a metric with the labels rule, source and outcome.
    pub(super) fn new(gauges: IntGaugeVec) -> Coverage {
        let of_sources = vec![gauges_of(&gauges, OTHER)];
        Coverage { gauges, place_of: HashMap::new(), of_sources }
    }

    /// Counts sections of a source in which rules ended so.
    pub fn count(&mut self, source: Symbol, rules: &[(Rule, Ending)], by: i64, symbols: &Symbols) {
        let place = self.place(source, symbols);
        for (rule, ending) in rules {
            let gauge = &self.of_sources[place][*rule as usize][*ending as usize];
            gauge.iter().for_each(|gauge| gauge.add(by));
        }
    }

    fn place(&mut self, source: Symbol, symbols: &Symbols) -> usize {
        if let Some(place) = self.place_of.get(&source) {
            return *place;
        }
        let name = symbols.text(source);
        if self.of_sources.len() > SOURCES_MAX || name == OTHER {
            // Not remembered: past the limit an outsider must not make it grow.
            return 0;
        }
        self.of_sources.push(gauges_of(&self.gauges, &name));
        self.place_of.insert(source, self.of_sources.len() - 1);
        self.of_sources.len() - 1
    }
}

fn gauges_of(gauges: &IntGaugeVec, source: &str) -> Gauges {
    let of_rule = |rule: &Rule| {
        Ending::ALL.map(|ending| {
            is_counted(*rule).then(|| gauges.with_label_values(&[rule.id(), source, ending.as_str()]))
        })
    };
    Rule::ALL.iter().map(of_rule).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Metrics;
    use super::*;

    #[test]
    fn sources_past_the_limit_are_counted_together_and_what_goes_is_taken_off_where_it_was() {
        let (metrics, symbols) = (Metrics::new().expect("distinct names"), Symbols::default());
        let mut coverage = metrics.coverage();
        let sources: Vec<Symbol> = (0..SOURCES_MAX + 3).map(|n| symbols.intern(&format!("/s{n}"))).collect();
        let ended = [(Rule::Dev01, Ending::InsufficientData), (Rule::Doc01, Ending::NotTriggered)];
        for source in &sources {
            coverage.count(*source, &ended, 2, &symbols);
            coverage.count(*source, &ended, -1, &symbols);
        }
        let text = metrics.render().expect("a text");
        let of = |rule: &str, source: &str, outcome: &str| {
            let label =
                format!("xiezhi_rule_sections{{outcome=\"{outcome}\",rule=\"{rule}\",source=\"{source}\"}} ");
            text.lines().find_map(|line| line.strip_prefix(&label)).map(str::to_owned)
        };
        assert_eq!(of("DEV-01", "/s0", "insufficient_data").as_deref(), Some("1"));
        assert_eq!(of("DOC-01", "/s15", "not_triggered").as_deref(), Some("1"));
        assert_eq!(of("DOC-01", "/s16", "not_triggered"), None);
        assert_eq!(of("DOC-01", OTHER, "not_triggered").as_deref(), Some("3"));
        assert_eq!(of("HIS-01", "/s0", "not_triggered"), None, "history rules judge no section");
    }
}
