//! What does a supervisor read? One notice of every kind, whole, in both languages, as `tests/samples/texts/` has it.
//!
//! `XIEZHI_REWRITE_SAMPLES=1 cargo test -p xiezhi-alerts --test does_every_notice_read_well` writes them anew; read
//! what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xiezhi_alerts::action::Deed;
use xiezhi_alerts::duty::{DutyList, Place, Written};
use xiezhi_alerts::message::{Directory, SectionNames, show_notice};
use xiezhi_alerts::{Action, Decision, Desk, Language, Moved, NoticeKind, Subject, text};
use xiezhi_dataflows::calendar::Calendar;
use xiezhi_dataflows::event::{Industry, Outcome};
use xiezhi_dataflows::finding::{EventName, Rendered, Value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::Rule;

const SECTION: &str = "E4601000001000777001";
const OPENING: &str = "2026-03-03T09:00:00+08:00";

struct Names(DutyList);

impl Directory for Names {
    fn organisation(&self, code: &str) -> Option<String> {
        Some(format!("{code}建设有限公司"))
    }

    fn section(&self, _: &str) -> SectionNames {
        SectionNames {
            name: Some("施工一标段".to_owned()),
            project_name: Some("龙华区某道路工程".to_owned()),
            opening_at: Some(OPENING.to_owned()),
            ..SectionNames::default()
        }
    }

    fn department(&self, code: &str) -> Option<String> {
        self.0.departments.get(code).map(|department| department.name.clone())
    }
}

fn at(text: &str) -> i64 {
    Instant::parse(text).expect("an instant").0
}

/// An instant of March 2026.
fn march(text: &str) -> i64 {
    at(&format!("2026-03-{text}:00+08:00"))
}

fn duty() -> DutyList {
    let written: Written = toml::from_str(include_str!("stories/duties/city.toml")).expect("a list");
    DutyList::check(written, 3).expect("a list without mistakes")
}

fn finding(rule: &str, key: &str, parties: [&str; 2], events: [&str; 2]) -> Rendered {
    let event = |id: &str| EventName { source: "/jy".to_owned(), id: id.to_owned() };
    Rendered {
        rule: rule.to_owned(),
        section: Some(SECTION.to_owned()),
        key: key.to_owned(),
        parties: parties.map(str::to_owned).to_vec(),
        persons: Vec::new(),
        severity: Rule::of(rule).expect("a rule").sheet().severity.as_str().to_owned(),
        value: BTreeMap::from([("bidders".to_owned(), Value::Count(2))]),
        evidence: events.map(event).to_vec(),
    }
}

fn machine() -> Rendered {
    finding("DEV-01", "cpu_id:BFEB,disk_serial:S3Z9,mac:02:5A:50", ["乙", "甲"], ["bid-1", "bid-2"])
}

fn account() -> Rendered {
    finding("MON-01", "account:6222021001119999", ["乙", "甲"], ["deposit-1", "deposit-2"])
}

/// A desk on which one alert goes through its life; every decision, by a name.
struct Life {
    desk: Desk,
    subject: Subject,
    deeds: u64,
    samples: Vec<(String, Decision)>,
}

impl Life {
    fn new() -> Life {
        let desk = Desk::new(Arc::new(duty()), Arc::new(Calendar::built_in()));
        let subject = Subject::of(&machine()).expect("a known rule");
        Life { desk, subject, deeds: 0, samples: Vec::new() }
    }

    fn keep(&mut self, name: &str, moved: Moved) {
        assert!(moved.decision.notice.is_some(), "{name} tells nobody");
        self.samples.push((name.to_owned(), moved.decision));
    }

    fn holds(&mut self, name: &str, when: &str, findings: &[Rendered]) {
        let place = Place {
            industry: Some(Industry::Engineering),
            opening_at: Some(at(OPENING)),
            ..Place::default()
        };
        let all = findings.iter().map(|finding| (finding.name(), finding.clone())).collect();
        let moved = self.desk.findings(&self.subject, &place, all, march(when)).expect("a change");
        self.keep(name, moved);
    }

    fn pass(&mut self, name: &str, when: &str) {
        let moved = self.desk.pass(march(when), 1).pop().expect("a step");
        self.keep(name, moved);
    }

    fn does(&mut self, name: &str, when: &str, deed: Deed, to: Option<&str>, note: Option<&str>) {
        self.deeds += 1;
        let action = Action {
            deed,
            actor: "zjj-wang".to_owned(),
            at: march(when),
            department: None,
            to: to.map(str::to_owned),
            outcome: (deed == Deed::Close).then_some(Outcome::ReferredPolice),
            note: note.map(str::to_owned),
            event: EventName { source: "/console".to_owned(), id: self.deeds.to_string() },
            known: None,
        };
        let moved = self.desk.act(&self.subject.id(), &action, march(when)).expect("it fits");
        self.keep(name, moved);
    }
}

/// One notice of every kind, and of some kinds the second that reads otherwise.
fn samples() -> Vec<(String, Decision)> {
    let (both, mut life) = ([machine(), account()], Life::new());
    life.holds("created", "02T09:00", &[machine()]);
    life.holds("raised", "02T09:30", &both);
    life.pass("reminded", "02T10:30");
    life.pass("reminded-again", "02T11:00");
    life.pass("escalated-to-leader", "02T11:30");
    life.pass("escalated-to-office", "02T16:00");
    life.pass("overdue", "03T17:30");
    life.does("returned", "04T09:00", Deed::Return, None, Some("非本部门职责"));
    life.does("transferred", "04T09:10", Deed::Transfer, Some("slj"), Some("水务工程"));
    life.does("noted", "04T09:20", Deed::Note, None, Some("已联系交易中心"));
    life.does("acknowledged", "04T09:30", Deed::Acknowledge, None, None);
    life.does("assigned", "04T09:40", Deed::Assign, Some("slj-li"), None);
    life.does("closed", "04T15:00", Deed::Close, None, Some("移送材料 3 份"));
    let other = finding("PER-02", "agent", ["丙", "丁"], ["bid-3", "bid-4"]);
    life.holds("reopened-by-facts", "05T09:00", &[machine(), account(), other]);
    life.does("", "05T09:10", Deed::Acknowledge, None, None);
    life.holds("withdrawn", "05T09:30", &[]);
    let mut other = Life::new();
    other.holds("", "02T09:00", &both);
    other.pass("overdue-after-outage", "06T09:00");
    other.does("", "06T09:10", Deed::Acknowledge, None, None);
    other.does("", "06T09:20", Deed::Close, None, None);
    other.does("reopened", "06T09:30", Deed::Reopen, None, Some("举报人补充材料"));
    other.does("", "06T09:40", Deed::Acknowledge, None, None);
    other.does("", "06T09:50", Deed::Close, None, None);
    other.holds("withdrawn-after-closing", "06T10:00", &[]);
    let all = life.samples.into_iter().chain(other.samples);
    all.filter(|(name, _)| !name.is_empty()).collect()
}

/// What those read who hear of it for the first time, what the others do, and the short form; in both languages.
fn written(decision: &Decision) -> String {
    let shown = show_notice(1, decision, &Names(duty())).expect("a notice");
    let now = Some(decision.entry.at);
    let mut all = String::new();
    for (language, title) in [(Language::Chinese, "中文"), (Language::English, "English")] {
        let (known, first) =
            (text::notice(&shown, false, now, language), text::notice(&shown, true, now, language));
        let brief = ("in short", text::brief(&shown, now, language));
        let forms = match known == first {
            true => vec![("to everybody", known), brief],
            false => vec![
                ("to those who know the alert", known),
                ("to whoever hears of it for the first time", first),
                brief,
            ],
        };
        for (form, said) in forms {
            writeln!(all, "== {title}, {form}\n{said}\n").expect("a string takes it");
        }
    }
    all
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/texts")
}

#[test]
fn every_notice_reads_as_its_sample() {
    let rewrite = std::env::var_os("XIEZHI_REWRITE_SAMPLES").is_some();
    let mut names = BTreeSet::new();
    for (name, decision) in samples() {
        let (path, is) = (folder().join(format!("{name}.txt")), written(&decision));
        if rewrite {
            fs::write(&path, &is).expect("a writable folder");
        }
        let sample = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(is, sample, "{name}; XIEZHI_REWRITE_SAMPLES=1 writes the samples anew");
        names.insert(format!("{name}.txt"));
    }
    let files = fs::read_dir(folder()).expect("a folder");
    let files: BTreeSet<String> =
        files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(files, names, "a sample of nothing");
}

#[test]
fn there_is_a_sample_of_every_kind() {
    let kinds: BTreeSet<NoticeKind> =
        samples().iter().filter_map(|(_, decision)| Some(decision.notice.as_ref()?.kind)).collect();
    assert_eq!(kinds, NoticeKind::ALL.iter().copied().collect());
}
