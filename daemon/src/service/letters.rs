//! Letters: what stands in the outbox, worded for a receiver.
//!
//! *Laws.* A letter hangs on what was decided and when, not on when it is sent: a repeat is the same letter under the same key. A digest names everything that it
//! stands for, in its data each with its facts.

use crate::ledger::Parcel;
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use xiezhi_alerts::deliver::Letter;
use xiezhi_alerts::message::{AlertShown, NoticeShown};
use xiezhi_alerts::{Language, Level, text, words};
use xiezhi_dataflows::normalise::Instant;

/// How many titles a digest's text lists; its data and its page hold all.
const TITLES_MAX: usize = 60;

/// Where messages lead to.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The address at which people reach the console.
    pub console: Option<String>,
}

impl Links {
    fn alert(&self, id: &str) -> Option<String> {
        self.console.as_ref().map(|console| format!("{console}/alerts/{id}"))
    }

    fn digest(&self, key: &str) -> Option<String> {
        self.console.as_ref().map(|console| format!("{console}/deliveries/digests/{key}"))
    }
}

fn raw(value: &impl Serialize) -> Box<RawValue> {
    serde_json::value::to_raw_value(value).expect("what is shown is plain data")
}

fn level_of(alert: &AlertShown) -> Option<Level> {
    Level::ALL.into_iter().find(|level| level.as_str() == alert.level)
}

fn instant(text: &str) -> i64 {
    Instant::parse(text).map_or(0, |at| at.0)
}

/// The letter of one row.
pub fn letter(parcel: &Parcel, links: &Links) -> Option<Letter> {
    match (&parcel.notice, &parcel.bulletin) {
        (Some(notice), _) => Some(of_notice(notice, &parcel.key, parcel.first, links)),
        (None, Some(bulletin)) => Some(Letter {
            key: parcel.key.clone(),
            kind: bulletin.kind.clone(),
            at: 0,
            alert: None,
            level: None,
            topic: None,
            section: None,
            department: None,
            title: bulletin.title_zh.clone(),
            brief: bulletin.text_zh.clone(),
            text: bulletin.text_zh.clone(),
            link: None,
            open: true,
            data: raw(bulletin),
        }),
        (None, None) => None,
    }
}

fn of_notice(notice: &NoticeShown, key: &str, first: bool, links: &Links) -> Letter {
    let (alert, at) = (&notice.alert, instant(&notice.at));
    let (zh, now) = (Language::Chinese, Some(at));
    let change = words::change(notice.change, zh);
    let charge = &alert.charge;
    Letter {
        key: key.to_owned(),
        kind: notice.change.as_str().to_owned(),
        at,
        alert: Some(alert.id.clone()),
        level: level_of(alert),
        topic: Some(alert.topic.clone()),
        section: alert.section.clone(),
        department: Some(charge.department_name.clone().unwrap_or_else(|| charge.department.clone())),
        title: match first {
            true => alert.title_zh.clone(),
            false => format!("{change} · {}", alert.title_zh),
        },
        brief: text::brief(notice, now, zh),
        text: text::notice(notice, first, now, zh),
        link: links.alert(&alert.id),
        open: is_open(alert),
        data: raw(notice),
    }
}

/// Whether what an alert tells of holds, and somebody still has to deal with it.
fn is_open(alert: &AlertShown) -> bool {
    alert.handling.withdrawn_at.is_none() && !matches!(alert.state.as_str(), "closed" | "withdrawn")
}

/// One notice in a digest.
#[derive(Serialize)]
struct Item<'a> {
    key: &'a str,
    change: &'a str,
    at: &'a str,
    alert: &'a str,
    revision: u64,
    level: &'a str,
    topic: &'a str,
    state: &'a str,
    section: Option<&'a str>,
    department: &'a str,
    due_at: Option<&'a str>,
    title: &'a str,
    facts: Vec<&'a str>,
    basis: Vec<&'a str>,
}

fn item(notice: &NoticeShown) -> Item<'_> {
    let alert = &notice.alert;
    Item {
        key: &notice.key,
        change: notice.change.as_str(),
        at: &notice.at,
        alert: &alert.id,
        revision: alert.revision,
        level: &alert.level,
        topic: &alert.topic,
        state: &alert.state,
        section: alert.section.as_deref(),
        department: &alert.charge.department,
        due_at: alert.charge.due_at.as_deref(),
        title: &alert.title_zh,
        facts: alert.facts.iter().map(|fact| fact.said_zh.as_str()).collect(),
        basis: alert.facts.iter().flat_map(|fact| fact.basis.iter().map(String::as_str)).collect(),
    }
}

/// One letter for many rows.
pub fn digest(key: &str, parcels: &[Parcel], links: &Links) -> Letter {
    let notices: Vec<&NoticeShown> = parcels.iter().filter_map(|parcel| parcel.notice.as_ref()).collect();
    let zh = Language::Chinese;
    let mut counts: BTreeMap<Level, usize> = BTreeMap::new();
    for parcel in parcels {
        *counts.entry(parcel.level).or_default() += 1;
    }
    let by_level: Vec<String> =
        counts.iter().rev().map(|(level, n)| format!("{} {n} 条", words::level(*level, zh))).collect();
    let title = format!("另有 {} 条预警消息:{}", parcels.len(), by_level.join("、"));
    let lines: Vec<String> = notices
        .iter()
        .map(|notice| {
            format!(
                "{} {} · {}",
                notice.at.get(11..16).unwrap_or(""),
                words::change(notice.change, zh),
                notice.alert.title_zh
            )
        })
        .chain(
            parcels
                .iter()
                .filter_map(|parcel| parcel.bulletin.as_ref())
                .map(|bulletin| bulletin.title_zh.clone()),
        )
        .collect();
    let more = lines.len().saturating_sub(TITLES_MAX);
    let rest = (more > 0).then(|| format!("另有 {more} 条,全部见链接或者预警列表"));
    let listed: Vec<String> = lines.into_iter().take(TITLES_MAX).chain(rest).collect();
    let at = notices.iter().map(|notice| instant(&notice.at)).max().unwrap_or(0);
    let items: Vec<Item<'_>> = notices.iter().map(|notice| item(notice)).collect();
    Letter {
        key: key.to_owned(),
        kind: "digest".to_owned(),
        at,
        alert: None,
        level: counts.keys().next_back().copied(),
        topic: None,
        section: None,
        department: None,
        brief: format!("{title}\n{}", listed.iter().take(3).cloned().collect::<Vec<_>>().join("\n")),
        text: format!("{title}\n为避免刷屏,以下消息合并发送,未逐条推送:\n{}", listed.join("\n")),
        title,
        link: links.digest(key),
        open: true,
        data: raw(&serde_json::json!({ "digest": key, "items": items })),
    }
}
