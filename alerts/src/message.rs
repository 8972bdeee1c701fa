//! What people read: an alert with its names, facts and articles, Chinese first.
//!
//! *Source.* `messages.md`. Facts and thresholds, never guilt; no personal identity; every number with its unit,
//! every time with its date. Codes become names where the directory knows them.

use crate::agenda::What;
use crate::alert::{Alert, Closing, Did, State};
use crate::core::{Decision, NoticeKind};
use crate::reason::{Duty, Reason};
use crate::words::Language;
use crate::{sentence, text, words};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::{EventName, Rendered, Value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::{Judge, Rule};

/// What is known of a section besides its code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionNames {
    /// The section's name.
    pub name: Option<String>,
    /// Its project's code.
    pub project: Option<String>,
    /// Its project's name.
    pub project_name: Option<String>,
    /// The department that supervises it.
    pub department: Option<String>,
    /// The planned opening, RFC 3339, +08:00.
    pub opening_at: Option<String>,
}

/// Where names are looked up.
pub trait Directory {
    /// An organisation's name.
    fn organisation(&self, code: &str) -> Option<String>;
    /// What is known of a section.
    fn section(&self, code: &str) -> SectionNames;
    /// What the duty list calls a department.
    fn department(&self, code: &str) -> Option<String>;
}

/// An organisation as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartyShown {
    /// Its code.
    pub code: String,
    /// Its name, if known.
    pub name: Option<String>,
}

/// One finding as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactShown {
    /// Rule id.
    pub rule: String,
    /// What it says, in Chinese.
    pub zh: String,
    /// What it says, in English.
    pub en: String,
    /// The articles it rests on; an unverified one says so.
    pub basis: Vec<String>,
    /// One of D, X, C, V, S, L.
    pub severity: String,
    /// What the letter means.
    pub severity_zh: String,
    /// Organisations concerned.
    pub parties: Vec<PartyShown>,
    /// Persons concerned, by pseudonym.
    pub persons: Vec<String>,
    /// What tells it from the rule's other findings.
    pub key: String,
    /// What was measured.
    pub value: BTreeMap<String, Value>,
    /// The events it rests on.
    pub evidence: Vec<EventName>,
    /// In one sentence, in Chinese: the fact, the parties, what was measured against what.
    #[serde(default)]
    pub said_zh: String,
    /// The same in English.
    #[serde(default)]
    pub said_en: String,
    /// What may be checked next, in Chinese.
    #[serde(default)]
    pub checks_zh: String,
    /// The same in English.
    #[serde(default)]
    pub checks_en: String,
}

/// Who answers for an alert, and what they owe it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChargeShown {
    /// The department's code.
    pub department: String,
    /// Its name.
    pub department_name: Option<String>,
    /// The item of the duty list.
    pub item: Option<String>,
    /// The edition of the duty list; 0: none was given.
    pub duty_edition: u64,
    /// Why they answer, in Chinese.
    pub reason_zh: String,
    /// The same in English.
    pub reason_en: String,
    /// What is owed: acknowledge or close.
    pub duty: Option<String>,
    /// Until when, RFC 3339, +08:00.
    pub due_at: Option<String>,
    /// Whether the whole ladder has been told, and nobody has acted.
    pub overdue: bool,
    /// How often departments have sent it back.
    pub sent_back: u32,
    /// The silence that hides it.
    pub silenced_by: Option<String>,
    /// Who was told of it, such as `zjj.liaison`.
    pub told: Vec<String>,
}

/// That somebody did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DidShown {
    /// Who: the name of a token.
    pub by: String,
    /// RFC 3339, +08:00.
    pub at: String,
    /// With what outcome, where it was closed or handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// What the outcome is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome_zh: Option<String>,
    /// What they added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What supervisors made of an alert.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandlingShown {
    /// The last acknowledgement; it stays when the alert is withdrawn.
    pub acknowledged: Option<DidShown>,
    /// To whom it is assigned.
    pub assigned_to: Option<String>,
    /// How it was closed.
    pub closed: Option<DidShown>,
    /// What was handed over to another agency, frozen as it was handed.
    pub handed: Option<HandedShown>,
    /// Since when nothing of it holds, RFC 3339, +08:00.
    pub withdrawn_at: Option<String>,
}

/// What was handed over, as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedShown {
    /// Who, when, to whom.
    pub did: DidShown,
    /// The level then.
    pub level: String,
    /// The findings then, gravest first.
    pub facts: Vec<FactShown>,
}

/// An alert as it is shown: the item of `GET /api/v1/alerts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertShown {
    /// Its identity.
    pub id: String,
    /// Counts its changes.
    pub revision: u64,
    /// open, acknowledged, assigned, closed or withdrawn.
    pub state: String,
    /// yellow, orange or red.
    pub level: String,
    /// The topic.
    pub topic: String,
    /// One line in Chinese.
    pub title_zh: String,
    /// One line in English.
    pub title_en: String,
    /// The section's code, where it is about one.
    pub section: Option<String>,
    /// What is known of the section.
    pub section_names: SectionNames,
    /// RFC 3339, +08:00.
    pub created_at: String,
    /// RFC 3339, +08:00.
    pub changed_at: String,
    /// Who answers for it, and what they owe it.
    #[serde(default)]
    pub charge: ChargeShown,
    /// What supervisors made of it.
    #[serde(default)]
    pub handling: HandlingShown,
    /// The findings, gravest first.
    pub facts: Vec<FactShown>,
    /// What the alert is not.
    pub note_zh: String,
    /// What the alert is not.
    pub note_en: String,
    /// The whole alert as plain text, in Chinese; without what depends on when it is read.
    #[serde(default)]
    pub text_zh: String,
}

/// A notice as it is sent: a line on standard output, an event of `GET /api/v1/alerts/stream`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeShown {
    /// Counts notices; the id of the stream's event.
    pub seq: u64,
    /// What names it for ever, on every repeat: the key by which receivers know what they have.
    #[serde(default)]
    pub key: String,
    /// created, raised, withdrawn, reminded …
    pub change: NoticeKind,
    /// RFC 3339, +08:00.
    pub at: String,
    /// Why somebody is told.
    pub reason: String,
    /// The same in Chinese.
    #[serde(default)]
    pub reason_zh: String,
    /// The same as data.
    #[serde(default)]
    pub why: Option<Reason>,
    /// What was owed, where a step of the ladder was taken.
    #[serde(default)]
    pub duty: Option<Duty>,
    /// Which step.
    #[serde(default)]
    pub step: Option<What>,
    /// When it was due, RFC 3339, +08:00.
    #[serde(default)]
    pub due_at: Option<String>,
    /// Who acted: the name of a token.
    #[serde(default)]
    pub by: Option<String>,
    /// What they added.
    #[serde(default)]
    pub note: Option<String>,
    /// The level before, where it rose.
    pub from_level: Option<String>,
    /// Findings that are new, by name.
    pub added: Vec<String>,
    /// Findings that went, by name.
    pub removed: Vec<String>,
    /// True if it may have been sent before the daemon was last started.
    pub repeated: bool,
    /// The alert, as it stood then.
    pub alert: AlertShown,
}

const NOTE_ZH: &str =
    "本预警是对记录的自动比对结果,是否构成串通投标或者其他违反规定的行为由有权机关依法认定。";
const NOTE_EN: &str = "This is an automatic comparison of records; whether it is a breach is for the competent authority to decide.";

/// What an article says of itself that was not checked against the statute's text.
pub(crate) const UNVERIFIED_ZH: &str = "(条文未核对)";

/// The order of severities, the gravest first.
pub(crate) fn gravity(severity: &str) -> usize {
    ["D", "X", "C", "V", "S", "L"].iter().position(|s| *s == severity).unwrap_or(usize::MAX)
}

fn fact(finding: &Rendered, directory: &dyn Directory) -> FactShown {
    let sheet = Rule::of(&finding.rule).map(Rule::sheet);
    let basis = sheet.map_or(&[][..], |sheet| sheet.basis);
    let article = |b: &xiezhi_dataflows::rules::Basis| {
        if b.verified { b.article.to_owned() } else { format!("{}{UNVERIFIED_ZH}", b.article) }
    };
    let parties: Vec<PartyShown> = finding
        .parties
        .iter()
        .map(|code| PartyShown { code: code.clone(), name: directory.organisation(code) })
        .collect();
    let zh = sheet.map_or_else(|| finding.rule.clone(), |s| s.zh.to_owned());
    let en = sheet.map_or_else(|| finding.rule.clone(), |s| s.en.to_owned());
    FactShown {
        rule: finding.rule.clone(),
        said_zh: sentence::said(&zh, &parties, finding, directory, Language::Chinese),
        said_en: sentence::said(&en, &parties, finding, directory, Language::English),
        zh,
        en,
        basis: basis.iter().map(article).collect(),
        severity: finding.severity.clone(),
        severity_zh: words::severity(&finding.severity, Language::Chinese).to_owned(),
        parties,
        persons: finding.persons.clone(),
        key: finding.key.clone(),
        value: finding.value.clone(),
        evidence: finding.evidence.clone(),
        checks_zh: sheet.map_or("", |s| s.checks.zh).to_owned(),
        checks_en: sheet.map_or("", |s| s.checks.en).to_owned(),
    }
}

/// How many names a title lists before it counts the rest.
const TITLE_NAMES_MAX: usize = 3;

/// Where an alert without a section is: over several sections, or about a matter that names none.
pub(crate) fn without_section(facts: &[FactShown], language: Language) -> &'static str {
    let history = |fact: &FactShown| {
        Rule::of(&fact.rule).is_some_and(|rule| matches!(rule.sheet().judge, Judge::History))
    };
    match facts.first().is_none_or(history) {
        true => language.pick("跨标段历史记录", "records of several sections"),
        false => language.pick("未注明标段", "no section named"),
    }
}

fn place_zh(section: Option<&str>, names: &SectionNames, facts: &[FactShown]) -> String {
    let Some(code) = section else { return without_section(facts, Language::Chinese).to_owned() };
    let parts: Vec<&str> =
        [names.project_name.as_deref(), names.name.as_deref()].into_iter().flatten().collect();
    if parts.is_empty() { code.to_owned() } else { format!("{}({code})", parts.join(" ")) }
}

/// Findings, the gravest first.
fn facts<'a>(findings: impl Iterator<Item = &'a Rendered>, directory: &dyn Directory) -> Vec<FactShown> {
    let mut facts: Vec<FactShown> = findings.map(|finding| fact(finding, directory)).collect();
    facts.sort_by_key(|fact| gravity(&fact.severity));
    facts
}

fn charge(alert: &Alert, directory: &dyn Directory) -> ChargeShown {
    let route = &alert.route;
    ChargeShown {
        department: route.department.clone(),
        department_name: directory.department(&route.department),
        item: route.item.clone(),
        duty_edition: route.edition,
        reason_zh: route.reason.said(Language::Chinese),
        reason_en: route.reason.said(Language::English),
        duty: alert.agenda.duty.map(|duty| duty.as_str().to_owned()),
        due_at: alert.agenda.due_at.map(|at| Instant(at).to_rfc3339()),
        overdue: alert.overdue,
        sent_back: alert.sent_back,
        silenced_by: alert.silenced_by.clone(),
        told: alert.told.iter().map(ToString::to_string).collect(),
    }
}

fn did(did: &Did) -> DidShown {
    let at = Instant(did.at).to_rfc3339();
    DidShown { by: did.by.clone(), at, outcome: None, outcome_zh: None, note: None }
}

fn handling(alert: &Alert, directory: &dyn Directory) -> HandlingShown {
    let with = |shown: DidShown, outcome: Outcome, note: Option<String>| DidShown {
        outcome: Some(outcome.as_str().to_owned()),
        outcome_zh: Some(words::outcome(outcome, Language::Chinese).to_owned()),
        note,
        ..shown
    };
    let closing = |closing: &Closing| with(did(&closing.did), closing.outcome, closing.note.clone());
    HandlingShown {
        acknowledged: alert.acknowledged.as_ref().map(did),
        assigned_to: alert.assigned_to.clone(),
        closed: alert.closed.as_ref().map(closing),
        handed: alert.handed.as_ref().map(|handed| HandedShown {
            did: with(did(&handed.did), handed.outcome, None),
            level: handed.level.as_str().to_owned(),
            facts: facts(handed.findings.values(), directory),
        }),
        withdrawn_at: alert.withdrawn_at.map(|at| Instant(at).to_rfc3339()),
    }
}

/// Shows an alert.
pub fn show(alert: &Alert, directory: &dyn Directory) -> AlertShown {
    let section = alert.subject.section.as_deref();
    let names = section.map(|code| directory.section(code)).unwrap_or_default();
    let facts = facts(alert.findings.values(), directory);
    let more = |zh: bool| match (facts.len(), zh) {
        (0 | 1, _) => String::new(),
        (n, true) => format!(",另有{}项事实", n - 1),
        (n, false) => format!(", and {} more", n - 1),
    };
    let (state_zh, state_en) = match alert.state {
        State::Withdrawn => ("已撤回 · ", "withdrawn · "),
        State::Closed => ("已办结 · ", "closed · "),
        State::Open | State::Acknowledged | State::Assigned => ("", ""),
    };
    let first = facts.first();
    let title_zh = format!(
        "{state_zh}{}预警 · {} · {}:{}{}",
        alert.level.zh(),
        alert.subject.topic.zh(),
        place_zh(section, &names, &facts),
        first.map_or(String::new(), |f| {
            match sentence::parties(&f.parties, TITLE_NAMES_MAX, Language::Chinese) {
                parties if parties.is_empty() => f.zh.clone(),
                parties => format!("{} — {parties}", f.zh),
            }
        }),
        more(true),
    );
    let title_en = format!(
        "{state_en}{} · {} · {}: {}{}",
        alert.level.as_str(),
        alert.subject.topic.as_str(),
        section.unwrap_or_else(|| without_section(&facts, Language::English)),
        first.map_or("", |f| f.en.as_str()),
        more(false),
    );
    let mut shown = AlertShown {
        id: alert.id.0.clone(),
        revision: alert.revision,
        state: alert.state.as_str().to_owned(),
        level: alert.level.as_str().to_owned(),
        topic: alert.subject.topic.as_str().to_owned(),
        title_zh,
        title_en,
        section: alert.subject.section.clone(),
        section_names: names,
        created_at: Instant(alert.created_at).to_rfc3339(),
        changed_at: Instant(alert.changed_at).to_rfc3339(),
        charge: charge(alert, directory),
        handling: handling(alert, directory),
        facts,
        note_zh: NOTE_ZH.to_owned(),
        note_en: NOTE_EN.to_owned(),
        text_zh: String::new(),
    };
    shown.text_zh = text::alert(&shown, None, Language::Chinese);
    shown
}

/// Shows what a decision tells; none if it tells nothing.
pub fn show_notice(seq: u64, decision: &Decision, directory: &dyn Directory) -> Option<NoticeShown> {
    let (alert, entry) = (&decision.alert, &decision.entry);
    let notice = decision.notice.as_ref()?;
    let due_at = match &notice.reason {
        Reason::DueSoon { due_at, .. } | Reason::NotDone { due_at, .. } => Some(*due_at),
        _ => None,
    };
    Some(NoticeShown {
        seq,
        key: notice.key(alert),
        change: notice.kind,
        at: Instant(entry.at).to_rfc3339(),
        reason: notice.reason.said(Language::English),
        reason_zh: notice.reason.said(Language::Chinese),
        why: Some(notice.reason.clone()),
        duty: notice.step.map(|(duty, _)| duty),
        step: notice.step.map(|(_, what)| what),
        due_at: due_at.map(|at| Instant(at).to_rfc3339()),
        by: entry.by.clone(),
        note: entry.note.clone(),
        from_level: notice.from_level.map(|level| level.as_str().to_owned()),
        added: notice.added.clone(),
        removed: notice.removed.clone(),
        repeated: false,
        alert: show(alert, directory),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{alert, finding};

    struct Names;

    impl Directory for Names {
        fn organisation(&self, code: &str) -> Option<String> {
            (code != "?").then(|| format!("模拟{code}公司"))
        }

        fn section(&self, _: &str) -> SectionNames {
            let (name, project_name) = (Some("一标段".to_owned()), Some("某道路工程".to_owned()));
            SectionNames { name, project_name, ..SectionNames::default() }
        }

        fn department(&self, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn the_title_says_how_serious_what_where_and_who() {
        let findings = [finding("DEV-07", "L", &["甲", "?"]), finding("PER-02", "D", &["甲", "乙"])];
        let shown = show(&alert(&findings), &Names);
        assert_eq!(
            shown.title_zh,
            "红色预警 · 围标串标线索 · 某道路工程 一标段(E1):不同投标人委托同一人办理投标事宜 — 模拟乙公司、模拟甲公司,另有1项事实"
                .replace("模拟乙公司、模拟甲公司", "模拟甲公司、模拟乙公司"),
        );
        assert_eq!(shown.facts[0].basis, ["招标投标法实施条例第四十条第(二)项"]);
        assert_eq!(shown.facts[1].parties[1].name, None, "an unknown name is not made up");
    }

    #[test]
    fn firms_of_one_name_are_told_apart() {
        let party =
            |code: &str, name: &str| PartyShown { code: code.to_owned(), name: Some(name.to_owned()) };
        let mut fact = fact(&finding("PER-02", "D", &[]), &Names);
        fact.parties =
            vec![party("91990000MAR6C1F0KN", "甲"), party("91990000MA0UL8KF37", "甲"), party("9", "乙")];
        assert_eq!(sentence::parties(&fact.parties, 3, Language::Chinese), "甲(尾号F0KN)、甲(尾号KF37)、乙");
    }
}
