//! An alert and a notice as plain text: for mail, consoles, robots.
//!
//! *Source.* `messages.md`: what, where, how serious, until when; then why, on which facts, under which article, what
//! it is not; then what to check.
//!
//! *Laws.* A line holds one thing, and names from outside cannot add one. [`cut`] leaves whole lines and never
//! exceeds its limit.

mod lead;

use crate::alert::Level;
use crate::core::NoticeKind;
use crate::message::{AlertShown, ChargeShown, FactShown, NoticeShown, UNVERIFIED_ZH, without_section};
use crate::words::{self, Language};
use crate::written::{length, minute, one_line};
use lead::{department, lead};
use std::collections::BTreeSet;
use xiezhi_dataflows::finding::{Name, Value};
use xiezhi_dataflows::normalise::Instant;
use xiezhi_dataflows::rules::Topic;

/// How many facts a text lists before it counts the rest.
const FACTS_MAX: usize = 20;
/// How many events a text names.
const EVENTS_MAX: usize = 3;
/// How many things to check a text lists.
const CHECKS_MAX: usize = 5;
/// How many facts the short form lists.
const BRIEF_FACTS_MAX: usize = 2;

/// The whole alert; `now` (µs since 1970) for what depends on when it is read.
pub fn alert(alert: &AlertShown, now: Option<i64>, to: Language) -> String {
    let facts: Vec<&FactShown> = alert.facts.iter().collect();
    let mut lines = vec![head(alert, to), place(alert, to), when(alert, now, to)];
    match &alert.handling.withdrawn_at {
        Some(at) => lines.push(withdrawn(at, to)),
        None => lines.push(to.pick("事实:", "Facts:").to_owned()),
    }
    lines.extend(numbered(&facts, to));
    lines.extend(records(&facts, to));
    if alert.handling.withdrawn_at.is_none() {
        lines.extend(checks(&facts, to));
    }
    lines.push(note(alert, to));
    joined(lines)
}

/// A notice, to somebody who hears of the alert for the `first` time or not: of a new alert all, of a raised one what
/// is new, of a withdrawn one what no longer holds, of a reminder what is still to be done.
pub fn notice(notice: &NoticeShown, first: bool, now: Option<i64>, to: Language) -> String {
    let shown = &notice.alert;
    let whole = || alert(shown, now, to);
    let text = match notice.change {
        _ if first => whole(),
        NoticeKind::Raised => what_is_new(notice, now, to),
        NoticeKind::Reopened if !notice.added.is_empty() => what_is_new(notice, now, to),
        NoticeKind::Reminded
        | NoticeKind::Acknowledged
        | NoticeKind::Assigned
        | NoticeKind::Closed
        | NoticeKind::Noted => in_short(notice, now, to),
        NoticeKind::Created
        | NoticeKind::Withdrawn
        | NoticeKind::Escalated
        | NoticeKind::Overdue
        | NoticeKind::Returned
        | NoticeKind::Transferred
        | NoticeKind::Reopened => whole(),
    };
    let repeated =
        notice.repeated.then(|| to.pick("(可能已发送过)", "(may have been sent before)").to_owned());
    let begin = [repeated, lead(notice, to)].into_iter().flatten().map(|line| one_line(&line));
    begin.chain([text]).collect::<Vec<_>>().join("\n")
}

fn what_is_new(notice: &NoticeShown, now: Option<i64>, to: Language) -> String {
    let (shown, new) = (&notice.alert, new_facts(notice));
    let mut lines = vec![first_line(notice, to), place(shown, to), when(shown, now, to)];
    let why = match notice.change {
        NoticeKind::Raised => {
            to.pick(format!(",因{}", notice.reason_zh), format!(", as there is {}", notice.reason))
        }
        _ => String::new(),
    };
    let (at, count) = (minute(&notice.at), new.len());
    lines.push(to.pick(format!("{at} 新增 {count} 项事实{why}:"), format!("{at} new facts ({count}){why}:")));
    lines.extend(numbered(&new, to));
    lines.extend(gone(notice, to));
    lines.extend(records(&new, to));
    lines.extend(checks(&new, to));
    lines.push(note(shown, to));
    joined(lines)
}

fn in_short(notice: &NoticeShown, now: Option<i64>, to: Language) -> String {
    let shown = &notice.alert;
    let facts: Vec<&FactShown> = shown.facts.iter().collect();
    let mut lines = vec![head(shown, to), place(shown, to), when(shown, now, to)];
    lines.extend(sketched(&facts, to));
    lines.push(note(shown, to));
    joined(lines)
}

/// The first facts in a sentence each, and how many more there are.
fn sketched(facts: &[&FactShown], to: Language) -> Vec<String> {
    let said = |fact: &&FactShown| to.pick(&fact.said_zh, &fact.said_en).clone();
    let shown = if facts.len() <= BRIEF_FACTS_MAX { facts.len() } else { BRIEF_FACTS_MAX - 1 };
    let mut lines: Vec<String> = facts.iter().take(shown).map(said).collect();
    if let more @ 1.. = facts.len() - shown {
        lines.push(to.pick(format!("另有 {more} 项事实"), format!("and {more} more facts")));
    }
    lines
}

/// A notice in six lines at most, for a robot or a terminal.
pub fn brief(notice: &NoticeShown, now: Option<i64>, to: Language) -> String {
    let shown = &notice.alert;
    let (first, facts) = match notice.change {
        NoticeKind::Raised | NoticeKind::Reopened if !notice.added.is_empty() => {
            (first_line(notice, to), new_facts(notice))
        }
        _ => (first_line(notice, to), shown.facts.iter().collect()),
    };
    let mut lines: Vec<String> = lead(notice, to).into_iter().collect();
    lines.extend([first, place(shown, to)]);
    lines.extend(sketched(&facts, to));
    lines.push(match notice.change {
        NoticeKind::Withdrawn => {
            let at = minute(&notice.at);
            to.pick(format!("{at} 撤回,以上事实不再成立"), format!("withdrawn {at}: this no longer holds"))
        }
        _ => when(shown, now, to),
    });
    joined(lines)
}

/// A text of at most so many characters: whole lines and a line that says there is more. Only a first line that is
/// too long alone is cut, at the end of a sentence if it has one.
pub fn cut(text: &str, most: usize, to: Language) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let more = to.pick("(未完,全文见预警详情)", "(continued in the alert's details)");
    for end in [format!("\n{more}"), String::new()] {
        let Some(room) = most.checked_sub(end.chars().count()) else { continue };
        let ends = text.match_indices('\n').map(|(at, _)| at);
        if let Some(at) = ends.take_while(|at| text[..*at].chars().count() <= room).last() {
            return format!("{}{end}", &text[..at]);
        }
    }
    let within: String = text.chars().take(most).collect();
    let sentence = within.char_indices().rev().find(|(_, c)| matches!(c, '。' | ';'));
    match sentence {
        Some((at, c)) => within[..at + c.len_utf8()].to_owned(),
        None => within.chars().take(most.saturating_sub(1)).chain((most > 0).then_some('…')).collect(),
    }
}

fn joined(lines: Vec<String>) -> String {
    let lines: Vec<String> =
        lines.iter().map(|line| one_line(line)).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

fn level_of(word: &str, to: Language) -> String {
    let level = Level::ALL.into_iter().find(|level| level.as_str() == word);
    level.map_or_else(|| word.to_owned(), |level| words::level(level, to).to_owned())
}

fn topic_of(alert: &AlertShown, to: Language) -> String {
    let topic = Topic::ALL.into_iter().find(|topic| topic.as_str() == alert.topic);
    topic.map_or_else(|| alert.topic.clone(), |topic| words::topic(topic, to).to_owned())
}

fn head(alert: &AlertShown, to: Language) -> String {
    let (level, topic) = (level_of(&alert.level, to), topic_of(alert, to));
    let state = match alert.state.as_str() {
        "withdrawn" => to.pick("已撤回 · ", "Withdrawn · "),
        "closed" => to.pick("已办结 · ", "Closed · "),
        _ => "",
    };
    format!("{state}{level}{} · {topic} · {}", to.pick("预警", " alert"), alert.id)
}

/// The head of an alert; of one that was raised, from what to what.
fn first_line(notice: &NoticeShown, to: Language) -> String {
    if notice.change != NoticeKind::Raised {
        return head(&notice.alert, to);
    }
    let before = notice.from_level.as_deref().map_or(String::new(), |level| level_of(level, to));
    let (after, topic) = (level_of(&notice.alert.level, to), topic_of(&notice.alert, to));
    format!("{}{before} → {after} · {topic} · {}", to.pick("升级:", "Raised: "), notice.alert.id)
}

/// Project, section and code.
fn place(alert: &AlertShown, to: Language) -> String {
    let Some(code) = &alert.section else {
        return without_section(&alert.facts, to).to_owned();
    };
    let names = &alert.section_names;
    let names: Vec<&str> =
        [&names.project_name, &names.name].into_iter().filter_map(|n| n.as_deref()).collect();
    match (names.is_empty(), to) {
        (true, _) => code.clone(),
        (false, Language::Chinese) => format!("{}({code})", names.join(" ")),
        (false, Language::English) => format!("{} ({code})", names.join(" ")),
    }
}

/// When it was created, when the opening is planned, who supervises.
fn when(alert: &AlertShown, now: Option<i64>, to: Language) -> String {
    let created = minute(&alert.created_at);
    let mut parts = vec![to.pick(format!("{created} 生成"), format!("created {created}"))];
    if let Some(opening) = &alert.section_names.opening_at {
        let at = minute(opening);
        let left = now.and_then(|now| left(opening, now, to)).unwrap_or_default();
        parts.push(to.pick(format!("计划开标 {at}{left}"), format!("planned opening {at}{left}")));
    }
    let charge = &alert.charge;
    let item = charge.item.as_ref().map_or(String::new(), |_| {
        to.pick(format!("({})", charge.reason_zh), format!(" ({})", charge.reason_en))
    });
    let name = department(charge);
    if !name.is_empty() {
        parts.push(to.pick(format!("责任单位 {name}{item}"), format!("with {name}{item}")));
    }
    parts.extend(owed(charge, now, to));
    parts.join(" · ")
}

/// What is asked, until when; of a time that has passed, that it has.
fn owed(charge: &ChargeShown, now: Option<i64>, to: Language) -> Option<String> {
    let (duty, due_at) = (charge.duty.as_deref()?, charge.due_at.as_deref()?);
    let due = minute(due_at);
    let has_passed = Instant::parse(due_at).ok().zip(now).is_some_and(|(due, now)| due.0 <= now);
    let (zh, en) = match duty {
        "acknowledge" => ("签收", "acknowledge"),
        _ => ("办结", "close"),
    };
    Some(match (has_passed, to) {
        (false, Language::Chinese) => format!("请于 {due} 前{zh}"),
        (false, Language::English) => format!("please {en} by {due}"),
        (true, Language::Chinese) => format!("{zh}时限 {due} 已过,请尽快{zh}"),
        (true, Language::English) => format!("time to {en} passed {due}, please {en} soon"),
    })
}

/// How far off an instant is, in whole minutes.
fn left(at: &str, now: i64, to: Language) -> Option<String> {
    const MINUTE_US: i64 = 60_000_000;
    let minutes = (Instant::parse(at).ok()?.0 - now).div_euclid(MINUTE_US);
    Some(match (minutes > 0, to) {
        (true, Language::Chinese) => format!("(距今 {})", length(minutes * 60, to)),
        (true, Language::English) => format!(" (in {})", length(minutes * 60, to)),
        (false, _) => to.pick("(已到时间)", " (the time has come)").to_owned(),
    })
}

fn withdrawn(at: &str, to: Language) -> String {
    let at = minute(at);
    to.pick(
        format!("{at} 撤回:依据的记录已有变化,下列事实不再成立:"),
        format!("Withdrawn {at}: the records have changed, and these facts no longer hold:"),
    )
}

/// Facts with severity and articles, the gravest first.
fn numbered(facts: &[&FactShown], to: Language) -> Vec<String> {
    let line = |(n, fact): (usize, &&FactShown)| {
        let said = to.pick(&fact.said_zh, &fact.said_en).trim_end_matches(['。', '.']);
        let severity = words::severity(&fact.severity, to);
        let basis = fact.basis.join("、");
        match (basis.is_empty(), to) {
            (true, Language::Chinese) => format!("{n}. {said}({},{severity})", fact.rule),
            (false, Language::Chinese) => format!("{n}. {said}({},{severity}:{basis})", fact.rule),
            (true, Language::English) => format!("{n}. {said} ({}, {severity})", fact.rule),
            (false, Language::English) => {
                let basis = basis.replace(UNVERIFIED_ZH, " [text not checked]");
                format!("{n}. {said} ({}, {severity}: {basis})", fact.rule)
            }
        }
    };
    let mut lines: Vec<String> = (1..).zip(facts.iter().take(FACTS_MAX)).map(line).collect();
    if let more @ 1.. = facts.len().saturating_sub(FACTS_MAX) {
        lines.push(to.pick(format!("另有 {more} 项事实"), format!("and {more} more facts")));
    }
    lines
}

/// The events that facts rest on: how many, and the first few.
fn records(facts: &[&FactShown], to: Language) -> Option<String> {
    let all: BTreeSet<_> = facts.iter().flat_map(|fact| &fact.evidence).collect();
    // Of very many events a finding names only the first, and says how many there are.
    let said = facts.iter().filter_map(|fact| match fact.value.get(Name::Events.as_str()) {
        Some(Value::Count(n)) => usize::try_from(*n).ok(),
        _ => None,
    });
    let count = said.max().unwrap_or(0).max(all.len());
    let named = all.iter().take(EVENTS_MAX).map(|event| format!("{}#{}", event.source, event.id));
    let named = named.collect::<Vec<_>>().join(to.pick("、", ", "));
    let more = if count > EVENTS_MAX { to.pick(" 等", " …") } else { "" };
    (count > 0).then(|| match to {
        Language::Chinese => format!("依据的记录 {count} 条,均可核验:{named}{more}"),
        Language::English => format!("Records it rests on: {count}, each can be verified: {named}{more}"),
    })
}

/// What may be checked: of the gravest facts first, nothing twice.
fn checks(facts: &[&FactShown], to: Language) -> Vec<String> {
    let mut checks: Vec<&str> = Vec::new();
    for fact in facts {
        for check in to.pick(&fact.checks_zh, &fact.checks_en).split(';').map(str::trim) {
            if !check.is_empty() && !checks.contains(&check) {
                checks.push(check);
            }
        }
    }
    let numbered = (1..).zip(checks.iter().take(CHECKS_MAX)).map(|(n, check)| format!("{n}. {check}"));
    let title = (!checks.is_empty()).then(|| to.pick("建议核查:", "Suggested checks:").to_owned());
    title.into_iter().chain(numbered).collect()
}

fn note(alert: &AlertShown, to: Language) -> String {
    to.pick(format!("说明:{}", alert.note_zh), format!("Note: {}", alert.note_en))
}

/// The facts that are new, the gravest first.
fn new_facts(notice: &NoticeShown) -> Vec<&FactShown> {
    let section = notice.alert.section.as_deref().unwrap_or("");
    let name = |fact: &FactShown| format!("{}|{section}|{}", fact.rule, fact.key);
    notice.alert.facts.iter().filter(|fact| notice.added.contains(&name(fact))).collect()
}

/// How many facts of a raised alert no longer hold.
fn gone(notice: &NoticeShown, to: Language) -> Option<String> {
    let count = notice.removed.len();
    let said =
        to.pick(format!("原有 {count} 项事实不再成立"), format!("{count} earlier facts no longer hold"));
    (count > 0).then_some(said)
}
