//! What is read off when somebody asks: indicators of the present month and year, sections by stage, pending alerts.
//!
//! Nothing is moved here as events come, so a month that turns needs nobody, and an indicator whose denominator has become
//! 0 is simply not there.

use crate::clock::Clock;
use crate::indicators::Indicators;
use prometheus::core::{Collector, Desc};
use prometheus::proto::MetricFamily;
use prometheus::{GaugeVec, IntGaugeVec, Opts};
use std::sync::{Arc, OnceLock};
use xiezhi_dataflows::event::Industry;
use xiezhi_dataflows::indicators::{Month, Period, Stage};

const INDICATOR_LABELS: [&str; 5] = ["indicator", "period", "department", "industry", "region"];

/// Collects what the indicators say.
#[derive(Clone)]
pub(super) struct Wall {
    from: Arc<OnceLock<(Arc<Indicators>, Clock)>>,
    descs: Arc<Vec<Desc>>,
}

/// One answer.
struct Families {
    numerator: GaugeVec,
    denominator: GaugeVec,
    sections: IntGaugeVec,
    pending: IntGaugeVec,
}

impl Families {
    fn new() -> Result<Families, prometheus::Error> {
        let indicator = |name: &str, help: &str| GaugeVec::new(Opts::new(name, help), &INDICATOR_LABELS);
        Ok(Families {
            numerator: indicator(
                "xiezhi_indicator_numerator",
                "What stands above the line of an indicator of this month or year; money in yuan.",
            )?,
            denominator: indicator(
                "xiezhi_indicator_denominator",
                "What stands below the line; with 0 there is no indicator.",
            )?,
            sections: IntGaugeVec::new(
                Opts::new("xiezhi_sections", "Sections, by how far they have come."),
                &["industry", "region", "stage"],
            )?,
            pending: IntGaugeVec::new(
                Opts::new(
                    "xiezhi_alerts_pending_by",
                    "Alerts that somebody owes something, by who answers for them and where.",
                ),
                &["department", "industry", "region", "level"],
            )?,
        })
    }

    /// All stages of an industry in a region, at least at 0.
    fn create_stages(&self, industry: &str, region: &str) {
        for stage in Stage::ALL {
            self.sections.with_label_values(&[industry, region, stage.as_str()]);
        }
    }

    fn fill(&self, indicators: &Indicators, now: i64) {
        let month = Month::of(now);
        for (word, periods) in [
            ("month", [Period::Month(month), Period::Standing]),
            ("year", [Period::Year(month.year()), Period::Standing]),
        ] {
            for row in periods.into_iter().flat_map(|period| indicators.shown(period)) {
                let sheet = row.indicator.sheet();
                let labels = [sheet.id, word, row.department.as_str(), row.industry, row.region.as_str()];
                let of = |value: i128, scale: u64| value as f64 / scale as f64;
                self.numerator.with_label_values(&labels).set(of(row.tally.numerator, sheet.scale()));
                self.denominator
                    .with_label_values(&labels)
                    .set(of(row.tally.denominator, sheet.scale_below()));
            }
        }
        for ((industry, region, stage), count) in indicators.stages(now) {
            self.create_stages(industry, &region);
            self.sections.with_label_values(&[industry, region.as_str(), stage.as_str()]).set(count);
        }
        for ((department, industry, region, level), count) in indicators.pending() {
            let labels = [department.as_str(), industry, region.as_str(), level.as_str()];
            self.pending.with_label_values(&labels).set(count);
        }
    }
}

impl Wall {
    pub(super) fn new() -> Result<Wall, prometheus::Error> {
        let Families { numerator, denominator, sections, pending } = Families::new()?;
        let descs = [numerator.desc(), denominator.desc(), sections.desc(), pending.desc()].concat();
        let descs = Arc::new(descs.into_iter().cloned().collect());
        Ok(Wall { from: Arc::default(), descs })
    }

    pub(super) fn show(&self, indicators: Arc<Indicators>, clock: Clock) {
        // A daemon starts one service; a second would be told of by its tests.
        self.from.set((indicators, clock)).ok();
    }
}

impl Collector for Wall {
    fn desc(&self) -> Vec<&Desc> {
        self.descs.iter().collect()
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let Ok(families) = Families::new() else { return Vec::new() };
        // The last: a section whose project is not registered yet.
        let industries = Industry::ALL.iter().map(|industry| industry.as_str()).chain([""]);
        industries.for_each(|industry| families.create_stages(industry, ""));
        if let Some((indicators, clock)) = self.from.get() {
            families.fill(indicators, clock.now());
        }
        let Families { numerator, denominator, sections, pending } = families;
        [numerator.collect(), denominator.collect(), sections.collect(), pending.collect()].concat()
    }
}
