//! What must happen at a trading centre so that the findings of a story hold: bids that share what the rule looks for.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_alerts::duty::Place;
use xiezhi_dataflows::event::Industry;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Instant;
use xiezhi_tests::events::{BIDDERS, bid, event, retracted};

/// The bidders of stories, in the order of [`BIDDERS`].
const NAMES: [&str; 4] = ["甲", "乙", "丙", "丁"];

/// One section as it was told to the daemon.
#[derive(Default)]
struct Section {
    /// Whether its project was registered.
    known: bool,
    findings: BTreeSet<Shared>,
    /// The bids on record.
    bids: BTreeMap<usize, Value>,
}

/// What makes a finding: bidders who share something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Shared {
    rule: String,
    bidders: Vec<usize>,
}

impl Shared {
    fn of(finding: &Rendered) -> Result<Shared, String> {
        let number = |party: &String| {
            let at = NAMES.iter().position(|name| name == party);
            at.ok_or_else(|| format!("no bidder of the stage is called {party}"))
        };
        let bidders = finding.parties.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Shared { rule: finding.rule.clone(), bidders })
    }

    /// What a bid of one of these bidders says.
    fn fields(&self) -> Result<Map<String, Value>, String> {
        let among: String = self.bidders.iter().map(|n| n.to_string()).collect();
        let device = || {
            let (mac, disk) = (format!("3C-52-82-AA-BB-{:0>2}", &among[..2]), format!("S3Z8NB{among}"));
            json!({"mac": mac, "cpu_id": "BFEBFBFF000906ED", "disk_serial": disk})
        };
        let said = match self.rule.as_str() {
            "PER-02" => json!({"agent": {"id": format!("测试证件-{among}"), "name": "人员张"}}),
            "DEV-01" => json!({"device": device()}),
            "DEV-03" => json!({"pricing_lock": format!("GLD-{among}")}),
            "DEV-07" => json!({"device": {"ip": format!("59.49.7.{among}")}}),
            other => return Err(format!("{other} has no scene; choose another story or write one")),
        };
        Ok(said.as_object().cloned().unwrap_or_default())
    }
}

/// Everything that was told to the daemon so far.
#[derive(Default)]
pub struct Scene {
    sections: BTreeMap<String, Section>,
    places: BTreeMap<String, Place>,
    /// Counts events, whose names must differ.
    events: usize,
}

impl Scene {
    /// What is known of a section from its next event on.
    pub fn place(&mut self, section: &str, place: &Place) {
        self.places.insert(section.to_owned(), place.clone());
    }

    /// The events by which findings come to hold or hold no more.
    pub fn findings(&mut self, findings: &[Rendered], hold: bool) -> Result<Vec<Value>, String> {
        let mut events = Vec::new();
        let mut touched = BTreeSet::new();
        for finding in findings {
            let code = finding.section.clone().ok_or("a finding of no section has no scene")?;
            let shared = Shared::of(finding)?;
            let section = self.sections.entry(code.clone()).or_default();
            let changed =
                if hold { section.findings.insert(shared) } else { section.findings.remove(&shared) };
            if !changed {
                return Err("that changes nothing".to_owned());
            }
            touched.insert(code);
        }
        for code in touched {
            events.extend(self.opened(&code));
            events.extend(self.bids(&code)?);
        }
        Ok(events)
    }

    /// A section's project and announcement, once.
    fn opened(&mut self, code: &str) -> Vec<Value> {
        let engineering = || Place { industry: Some(Industry::Engineering), ..Place::default() };
        let place = self.places.get(code).cloned().unwrap_or_else(engineering);
        let section = self.sections.entry(code.to_owned()).or_default();
        if std::mem::replace(&mut section.known, true) {
            return Vec::new();
        }
        let project = json!({
            "project": format!("P-{code}"), "name": "某道路工程", "tenderer": {"code": "91990000MAHG2BHT3E"},
            "industry": place.industry, "region": place.region, "department": place.department, "method": "public",
        });
        let opening = place.opening_at.map(|at| Instant(at).to_rfc3339());
        let announced = json!({
            "section": code, "project": format!("P-{code}"), "name": "一标段", "ceiling_price": 10_000_000,
            "announced_at": "2026-01-10T09:00:00+08:00", "documents_from": "2026-01-10T09:00:00+08:00",
            "submission_deadline": opening, "opening_at": opening,
        });
        let events = [("project.registered", project), ("section.announced", announced)];
        events.into_iter().map(|(kind, data)| event(&format!("{code}-{kind}"), kind, plain(data))).collect()
    }

    /// Bids as the findings want them; those on record that differ are retracted.
    fn bids(&mut self, code: &str) -> Result<Vec<Value>, String> {
        let section = self.sections.entry(code.to_owned()).or_default();
        let mut wanted: BTreeMap<usize, Map<String, Value>> = BTreeMap::new();
        for shared in &section.findings {
            for bidder in &shared.bidders {
                for (field, value) in shared.fields()? {
                    let fields = wanted.entry(*bidder).or_default();
                    if fields.insert(field.clone(), value).is_some() {
                        return Err(format!("two findings want another {field} of one bidder"));
                    }
                }
            }
        }
        let mut events = Vec::new();
        for number in 0..BIDDERS.len() {
            let made = wanted.remove(&number).map(|fields| bid(code, number, Value::Object(fields)));
            let held = section.bids.get(&number);
            if held.map(|held| &held["data"]) == made.as_ref().map(|made| &made["data"]) {
                continue;
            }
            events.extend(section.bids.remove(&number).map(|held| retracted(&held)));
            if let Some(mut made) = made {
                self.events += 1;
                made["id"] = json!(format!("{code}-bid-{number}-{}", self.events));
                events.push(made.clone());
                section.bids.insert(number, made);
            }
        }
        Ok(events)
    }
}

/// Without what is not known.
fn plain(mut data: Value) -> Value {
    if let Some(data) = data.as_object_mut() {
        data.retain(|_, value| !value.is_null());
    }
    data
}
