//! What each family of section rules costs, so that the next slow rule shows.
//!
//! The rows of loaded sections are judged again, family by family, beside the engine. Rules on details and on history are
//! operators of their own: those are in `operators_s`, each by its name.

use super::rig::Rig;
use serde::Serialize;
use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant as Clock};
use xiezhi_dataflows::dossier::Dossier;
use xiezhi_dataflows::engine::Explanation;
use xiezhi_dataflows::rules::{Conclusions, Judge, Rule};
use xiezhi_dataflows::symbols::{Symbol, Symbols};

/// How often each section is judged: once would be too short for the clock.
const ROUNDS: u32 = 5;

/// Microseconds that one judgement of a section takes, by family of rules; `dossier` is merging its rows.
#[derive(Debug, Default, Serialize)]
pub(super) struct Families {
    /// On the average of sections from all over the history.
    pub usual_us: BTreeMap<String, f64>,
    /// In the large section.
    pub large_us: BTreeMap<String, f64>,
}

/// Measures sections of the history, and a large one.
pub(super) fn measure(rig: &Rig, usual: &[String], large: &str) -> Families {
    let sections = |names: &[String]| names.iter().filter_map(|name| rig.explain(name)).collect();
    Families {
        usual_us: judged(sections(usual), rig.symbols()),
        large_us: judged(sections(&[large.to_owned()]), rig.symbols()),
    }
}

fn judged(sections: Vec<(Symbol, Explanation)>, symbols: &Symbols) -> BTreeMap<String, f64> {
    let mut times: BTreeMap<String, Duration> = BTreeMap::new();
    let mut spent = |name: String, began: Clock| *times.entry(name).or_default() += began.elapsed();
    for (section, explanation) in sections.iter().cycle().take(sections.len() * ROUNDS as usize) {
        let began = Clock::now();
        let dossier = Dossier::build(*section, explanation.rows.iter(), symbols);
        spent("dossier".to_owned(), began);
        for rule in Rule::ALL {
            let Judge::Section(judge) = rule.sheet().judge else { continue };
            let mut conclusions = Conclusions::default();
            let began = Clock::now();
            black_box(judge(*rule, &dossier, &explanation.params, &mut conclusions));
            spent(format!("{:?}", rule.sheet().family).to_lowercase(), began);
        }
    }
    let rounds = f64::from(ROUNDS) * sections.len().max(1) as f64;
    let rounded = |time: Duration| (time.as_secs_f64() * 1e9 / rounds).round() / 1e3;
    times.into_iter().map(|(name, time)| (name, rounded(time))).collect()
}
