//! The indicators as the daemon keeps them: the sums of sections and matters, which come with the engine's commits, and
//! those of alerts and of the watch-list, which come with what the ledger writes.
//!
//! *Invariants.* Exact by department and region in [`exact`](Indicators::exact); bounded in what is shown as metrics
//! ([`shown`](Indicators::shown)): departments that a duty list has named, and the first [`REGIONS_MAX`] regions; what is
//! beyond is summed up as [`OTHER`]. An alert's part is taken back exactly as it was added: both are reckoned from the alert
//! before and after, by the same hours of work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use xiezhi_alerts::indicators::{Counting, pending};
use xiezhi_alerts::{Alert, Level};
use xiezhi_dataflows::event::Industry;
use xiezhi_dataflows::indicators::{Indicator, Key, Month, Packed, Period, Scope, Stage, Tallies, Tally};
use xiezhi_dataflows::operators::Diff;
use xiezhi_dataflows::symbols::{Symbol, Symbols};
use xiezhi_dataflows::watch::{Cause, Entry};

/// How many regions get a label of their own: a city has some twenty districts, a province some hundred and forty; each
/// costs some two hundred series.
pub const REGIONS_MAX: usize = 64;

/// The label of all further regions, and of departments that no duty list has named.
pub const OTHER: &str = "other";

/// Where pending alerts are counted: department, industry, region, level.
type Place = (String, Option<Industry>, String, Level);

/// One indicator of one department, industry and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which indicator.
    pub indicator: Indicator,
    /// For which time.
    pub period: Period,
    /// The department's code, or empty.
    pub department: String,
    /// The industry's code, or empty.
    pub industry: &'static str,
    /// The region, or empty.
    pub region: String,
    /// The sums.
    pub tally: Tally,
}

#[derive(Default)]
struct Held {
    tallies: Tallies,
    pending: BTreeMap<Place, i64>,
    departments: BTreeSet<String>,
    /// Regions that have a label of their own.
    regions: BTreeSet<String>,
}

/// All indicators.
pub struct Indicators {
    symbols: Arc<Symbols>,
    held: Mutex<Held>,
}

/// The six digits of a region's code; none if it does not begin with them.
fn region_digits(code: &str) -> Option<&str> {
    code.get(..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn word(industry: Option<Industry>) -> &'static str {
    industry.map_or("", Industry::as_str)
}

impl Held {
    /// The label of a department.
    fn department(&self, code: &str) -> String {
        if code.is_empty() || self.departments.contains(code) { code } else { OTHER }.to_owned()
    }

    /// The label of a region.
    fn region(&mut self, code: &str) -> String {
        if code.is_empty() || self.regions.contains(code) {
            return code.to_owned();
        }
        if self.regions.len() >= REGIONS_MAX {
            return OTHER.to_owned();
        }
        self.regions.insert(code.to_owned());
        code.to_owned()
    }
}

impl Indicators {
    /// None yet.
    pub fn new(symbols: Arc<Symbols>) -> Indicators {
        Indicators { symbols, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn text(&self, symbol: Symbol) -> String {
        if symbol.is_some() { self.symbols.text(symbol) } else { String::new() }
    }

    /// Takes in what a commit changed of sections and matters.
    pub fn commit<'a>(&self, changes: impl Iterator<Item = (&'a Packed, Diff)>) {
        self.held().tallies.change(changes);
    }

    /// From now on a department has a label of its own.
    pub fn department(&self, code: &str) {
        self.held().departments.insert(code.to_owned());
    }

    /// The label that a department has in metrics.
    pub fn label(&self, department: &str) -> String {
        self.held().department(department)
    }

    /// Adds what an alert contributes, or takes it back.
    pub fn alert(&self, alert: &Alert, counting: Counting<'_>, diff: Diff) {
        let mut held = self.held();
        for part in counting.parts(alert) {
            let department = self.symbols.intern(part.department);
            let scope = Scope { department, industry: part.industry, region: Symbol::NONE };
            held.tallies.add(&part.measures, scope, diff);
        }
        if let Some(pending) = pending(alert) {
            let region = pending.region.and_then(region_digits).unwrap_or_default().to_owned();
            let place = (pending.department.to_owned(), pending.industry, region, pending.level);
            let count = held.pending.entry(place.clone()).or_default();
            *count += diff as i64;
            if *count == 0 {
                held.pending.remove(&place);
            }
        }
    }

    /// Adds an entry of the watch-list, or takes it back.
    pub fn watched(&self, entry: &Entry, diff: Diff) {
        let backed = entry.causes.iter().any(|cause| matches!(cause, Cause::Finding(..) | Cause::Listed(..)));
        self.held().tallies.stand(Indicator::EvidenceBacked, backed.into(), 1, diff);
    }

    /// All that is known of a period, in the order of the table of indicators.
    pub fn exact(&self, period: Period) -> Vec<Row> {
        let rows = self.held().tallies.of(period);
        rows.into_iter().map(|(key, tally)| self.row(key, tally)).collect()
    }

    /// The months of which something is known.
    pub fn months(&self) -> Vec<Month> {
        self.held().tallies.months()
    }

    fn row(&self, key: Key, tally: Tally) -> Row {
        Row {
            indicator: key.indicator,
            period: key.period,
            department: self.text(key.department),
            industry: word(key.industry),
            region: self.text(key.region),
            tally,
        }
    }

    /// As [`exact`](Indicators::exact), with bounded departments and regions.
    pub fn shown(&self, period: Period) -> Vec<Row> {
        let rows = self.exact(period);
        let mut held = self.held();
        let mut shown: BTreeMap<(Indicator, String, &'static str, String), Tally> = BTreeMap::new();
        for row in rows {
            let (department, region) = (held.department(&row.department), held.region(&row.region));
            shown.entry((row.indicator, department, row.industry, region)).or_default().add(row.tally);
        }
        let row = |((indicator, department, industry, region), tally)| Row {
            indicator,
            period,
            department,
            industry,
            region,
            tally,
        };
        shown.into_iter().map(row).collect()
    }

    /// How many sections have come how far at an instant (µs), by industry and region as they are shown.
    pub fn stages(&self, now: i64) -> BTreeMap<(&'static str, String, Stage), i64> {
        let mut held = self.held();
        let mut shown = BTreeMap::new();
        for ((industry, region, stage), count) in held.tallies.stages(now) {
            let region = held.region(&self.text(region));
            *shown.entry((word(industry), region, stage)).or_default() += count;
        }
        shown
    }

    /// Pending alerts by department, industry, region and level as they are shown; 0 for every department that is known.
    pub fn pending(&self) -> BTreeMap<(String, &'static str, String, Level), i64> {
        let mut held = self.held();
        let mut shown = BTreeMap::new();
        for department in held.departments.iter().map(String::as_str).chain([OTHER]) {
            for industry in Industry::ALL.iter().map(|industry| industry.as_str()).chain([""]) {
                for level in Level::ALL {
                    shown.insert((department.to_owned(), industry, String::new(), level), 0);
                }
            }
        }
        for ((department, industry, region, level), count) in held.pending.clone() {
            let (department, region) = (held.department(&department), held.region(&region));
            *shown.entry((department, word(industry), region, level)).or_default() += count;
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xiezhi_dataflows::indicators::{Contribution, Standing};

    #[test]
    fn what_an_outsider_names_gets_no_label_past_the_limit() {
        let symbols = Arc::new(Symbols::default());
        let indicators = Indicators::new(symbols.clone());
        indicators.department("zjj");
        let month = Month(680);
        let contributions: Vec<Packed> = (0..REGIONS_MAX + 40)
            .map(|at| {
                let named = if at % 2 == 0 { "zjj".to_owned() } else { format!("d{at}") };
                let department = symbols.intern(&named);
                let region = symbols.intern(&format!("46{at:04}"));
                let scope = Scope { department, industry: Some(Industry::Engineering), region };
                let standing = Some(Standing::Awarded);
                let mut gives = Contribution { scope, standing, ..Contribution::default() };
                gives.count(Indicator::Failed, month, at == 0);
                gives.count(Indicator::Coverage, month, true);
                Packed::pack(&gives)
            })
            .collect();
        indicators.commit(contributions.iter().map(|packed| (packed, 1)));
        let of = |rows: &[Row], indicator| -> Vec<Row> {
            rows.iter().filter(|row| row.indicator == indicator).cloned().collect()
        };
        let (exact, shown) = (indicators.exact(Period::Month(month)), indicators.shown(Period::Month(month)));
        assert_eq!(of(&exact, Indicator::Failed).len(), REGIONS_MAX + 40);
        let by_region = of(&shown, Indicator::Failed);
        assert_eq!(by_region.len(), REGIONS_MAX + 1);
        let sum = by_region.iter().map(|row| row.tally.denominator).sum::<i128>();
        assert_eq!(sum, REGIONS_MAX as i128 + 40, "nothing is lost");
        let departments: Vec<String> =
            of(&shown, Indicator::Coverage).into_iter().map(|row| row.department).collect();
        assert_eq!(departments, [OTHER, "zjj"]);
        let regions: BTreeSet<String> =
            indicators.stages(0).into_keys().map(|(_, region, _)| region).collect();
        assert_eq!(regions.len(), REGIONS_MAX + 1);
        indicators.commit(contributions.iter().map(|packed| (packed, -1)));
        assert_eq!((indicators.exact(Period::Year(2026)), indicators.stages(0).len()), (Vec::new(), 0));
    }
}
