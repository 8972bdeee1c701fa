//! The first line of a notice: what has happened to the alert, and what it asks of whoever reads it.
//!
//! *Source.* messages.md, "The other kinds".

use crate::agenda::What;
use crate::core::NoticeKind;
use crate::message::{ChargeShown, DidShown, NoticeShown};
use crate::reason::{Duty, Reason};
use crate::words::{self, Language};
use crate::written::{length, minute};
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::normalise::Instant;

/// Who answers, as they are called.
pub(super) fn department(charge: &ChargeShown) -> &str {
    charge.department_name.as_deref().unwrap_or(&charge.department)
}

/// What has happened; none of a new alert, which speaks for itself.
pub(super) fn lead(notice: &NoticeShown, to: Language) -> Option<String> {
    let change = words::change(notice.change, to);
    let with =
        |said: String| Some(to.pick(format!("{change}:{said}"), format!("{}: {said}", capital(change))));
    match notice.change {
        NoticeKind::Created => match &notice.why {
            Some(why @ Reason::SilenceOver { .. }) => with(why.said(to)),
            _ => None,
        },
        NoticeKind::Raised => None,
        NoticeKind::Withdrawn => kept(notice, to).and_then(with),
        NoticeKind::Reminded => with(left(notice, to)),
        NoticeKind::Escalated | NoticeKind::Overdue => with(not_done(notice, to)),
        NoticeKind::Returned => {
            let name = department(&notice.alert.charge);
            let (said, note) = (said(notice, to), note(notice, to));
            with(to.pick(
                format!("{said}{note};请{name}协调"),
                format!("{said}{note}; please coordinate: {name}"),
            ))
        }
        NoticeKind::Transferred => {
            let name = department(&notice.alert.charge);
            with(
                to.pick(
                    format!("请{name}承办{}", note(notice, to)),
                    format!("to {name}{}", note(notice, to)),
                ),
            )
        }
        NoticeKind::Closed => with(format!("{}{}", outcome(notice, to), note(notice, to))),
        NoticeKind::Assigned => {
            let name = notice.alert.handling.assigned_to.as_deref().unwrap_or_default();
            let (said, note) = (said(notice, to), note(notice, to));
            with(to.pick(format!("{name} 承办,{said}{note}"), format!("to {name}, {said}{note}")))
        }
        NoticeKind::Reopened | NoticeKind::Acknowledged | NoticeKind::Noted => {
            with(format!("{}{}", said(notice, to), note(notice, to)))
        }
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn said(notice: &NoticeShown, to: Language) -> String {
    match &notice.why {
        Some(why) => why.said(to),
        None => to.pick(&notice.reason_zh, &notice.reason).clone(),
    }
}

fn note(notice: &NoticeShown, to: Language) -> String {
    match &notice.note {
        Some(note) => to.pick(format!("(说明:{note})"), format!(" ({note})")),
        None => String::new(),
    }
}

/// `还有 30 分钟到签收时限 2026-03-02 11:00`.
fn left(notice: &NoticeShown, to: Language) -> String {
    let duty = notice.duty.unwrap_or(Duty::Acknowledge).said(to);
    let due = notice.due_at.as_deref().unwrap_or_default();
    let at = |text: &str| Instant::parse(text).ok().map(|at| at.0);
    let minutes = at(due).zip(at(&notice.at)).map_or(0, |(due, now)| (due - now).max(0) / 60_000_000);
    let left = length(minutes * 60, to);
    to.pick(
        format!("还有 {left}到{duty}时限 {}", minute(due)),
        format!("{left} left until {duty} is due, {}", minute(due)),
    )
}

/// `联络员未在 2026-03-02 11:00 前签收,已提醒 2 次(…);现报责任领导`.
fn not_done(notice: &NoticeShown, to: Language) -> String {
    let whither = match notice.step {
        Some(What::Leader) => to.pick("现报责任领导", "now to the responsible leader"),
        Some(What::Office) => {
            to.pick("已报责任领导,现报统筹部门", "the leader knows; now to the coordinating office")
        }
        _ => to.pick("列入逾期清单", "on the overdue list"),
    };
    let name = department(&notice.alert.charge);
    match to {
        Language::Chinese => format!("{name}联络员{};{whither}", said(notice, to)),
        Language::English => format!("{name}: {}; {whither}", said(notice, to)),
    }
}

fn outcome(notice: &NoticeShown, to: Language) -> String {
    let closed = notice.alert.handling.closed.as_ref();
    let word = closed.and_then(|closed| closed.outcome.as_deref()).and_then(Outcome::parse);
    word.map_or("", |outcome| words::outcome(outcome, to)).to_owned()
}

/// Of a withdrawal: what supervisors did stays on record.
fn kept(notice: &NoticeShown, to: Language) -> Option<String> {
    let handling = &notice.alert.handling;
    let deed = |did: &DidShown, zh: &str, en: &str| {
        let at = minute(&did.at);
        to.pick(format!("已于 {at} {zh},{zh}记录保留"), format!("{en} {at}; that stays on record"))
    };
    let closed = handling.closed.as_ref().map(|did| deed(did, "办结", "closed"));
    closed.or_else(|| handling.acknowledged.as_ref().map(|did| deed(did, "签收", "acknowledged")))
}
