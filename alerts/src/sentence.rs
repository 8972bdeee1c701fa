//! One neutral sentence a finding: the fact, the parties, what was measured and against what.
//!
//! *Invariants.* No pseudonym and no identity number stands in a sentence: persons are counted. No name of a key or
//! a value stands there as machines write it.

use crate::message::{Directory, PartyShown};
use crate::words::{Form, Language, name_of, word};
use crate::written::{is_pseudonym, one_line, plain, value};
use std::collections::BTreeSet;
use xiezhi_dataflows::finding::{Name, Rendered, Value};
use xiezhi_dataflows::rules::Rule;

/// How many parties a sentence names before it counts the rest.
const SENTENCE_PARTIES_MAX: usize = 6;

/// What a threshold is held against: the first of these that was measured in the same unit.
const LIMITED: [Name; 12] = [
    Name::Similarity,
    Name::Variation,
    Name::Distance,
    Name::Share,
    Name::DepositAmount,
    Name::Seconds,
    Name::Withdrawals,
    Name::Records,
    Name::Entries,
    Name::Bids,
    Name::Sections,
    Name::Bidders,
];

/// What there must be so many of: the first of these that was counted.
const REQUIRED: [Name; 5] = [Name::Days, Name::Experts, Name::Families, Name::Cells, Name::Bidders];

/// What a party is called; firms of one name are told apart by the end of their codes.
fn party(party: &PartyShown, among: &[PartyShown], language: Language) -> String {
    if is_pseudonym(&party.code) {
        return language.pick("1 名相关人员", "1 person").to_owned();
    }
    let Some(name) = &party.name else { return plain(&party.code, language) };
    let alike = among.iter().filter(|other| other.name.as_ref() == Some(name)).count();
    let tail = party.code.char_indices().rev().nth(3).map_or(0, |(at, _)| at);
    let name = one_line(name);
    match language {
        _ if alike <= 1 => name,
        Language::Chinese => format!("{name}(尾号{})", &party.code[tail..]),
        Language::English => format!("{name} (ending in {})", &party.code[tail..]),
    }
}

/// The parties by name, at most so many, and how many there are; nothing if there are none.
pub fn parties(all: &[PartyShown], most: usize, language: Language) -> String {
    let names: Vec<String> = all.iter().take(most).map(|one| party(one, all, language)).collect();
    let (names, count) = (names.join(language.pick("、", ", ")), all.len());
    match language {
        _ if count <= most => names,
        Language::Chinese => format!("{names}等{count}家"),
        Language::English => format!("{names} and {} more", count - most),
    }
}

/// A key as it was put together. Commas and colons in a value are its own unless a name follows.
fn key_measures(key: &str) -> Vec<(Name, Value)> {
    let begins = [0].into_iter().chain(key.match_indices(',').map(|(at, _)| at + 1));
    let begins = begins.filter_map(|at| {
        let (name, _) = key[at..].split_once(':')?;
        Some((at, at + name.len() + 1, name_of(name)?))
    });
    let begins: Vec<(usize, usize, Name)> = begins.collect();
    let ends = begins.iter().skip(1).map(|(at, ..)| at - 1).chain([key.len()]);
    begins
        .iter()
        .zip(ends)
        .map(|((_, from, name), end)| (*name, Value::Text(key[*from..end].to_owned())))
        .collect()
}

/// Everything that a finding measured or is told apart by, in the order of the table of names.
fn measures(finding: &Rendered) -> BTreeSet<(Name, Value)> {
    let values = finding.value.iter().filter_map(|(name, value)| Some((name_of(name)?, value.clone())));
    values.chain(key_measures(&finding.key)).collect()
}

fn unit(value: &Value) -> u8 {
    match value {
        Value::Count(_) => 0,
        Value::Text(text) if text.ends_with('%') => 1,
        Value::Text(_) => 2,
    }
}

/// What the threshold of a finding is held against.
fn limited(finding: &Rendered) -> Option<Name> {
    let limit = finding.value.get(Name::Limit.as_str())?;
    if finding.rule == Rule::Per06.id() {
        return Some(Name::Bidders);
    }
    let measured = |name: &Name| finding.value.get(name.as_str()).is_some_and(|v| unit(v) == unit(limit));
    LIMITED.into_iter().find(measured)
}

/// The clause of one measure, without its threshold; none for what is told elsewhere.
fn clause(
    name: Name,
    of: &Value,
    finding: &Rendered,
    directory: &dyn Directory,
    to: Language,
) -> Option<String> {
    let word = word(name);
    let label = match (name, of) {
        (Name::Step, Value::Text(text)) if text.ends_with('%') => {
            to.pick("相邻报价之比", "ratio of neighbouring prices")
        }
        _ => to.pick(word.zh, word.en),
    };
    match (word.form, of) {
        (Form::Elsewhere | Form::Threshold, _) => None,
        (_, Value::Text(text)) if text.is_empty() => None,
        (Form::Organisation, Value::Text(code)) => {
            let named_already =
                matches!(name, Name::Bidder | Name::Party) && finding.parties.iter().any(|p| p == code);
            if named_already || is_pseudonym(code) {
                return None;
            }
            let shown = directory.organisation(code).map_or_else(|| plain(code, to), |name| one_line(&name));
            Some(format!("{label} {shown}"))
        }
        (Form::Tail, _) => {
            Some(format!("{label}{}{}", to.pick("尾号 ", " ending in "), value(of, word.form, to)))
        }
        (Form::Unshown, _) => Some(format!("{label}{}{}", to.pick("", " "), value(of, word.form, to))),
        (Form::Count(_, one, many), Value::Count(n)) if to == Language::English => {
            Some(format!("{n} {}", if *n == 1 { one } else { many }))
        }
        _ => Some(format!("{label} {}", value(of, word.form, to))),
    }
}

/// What a finding measured, as short clauses with units, a threshold beside its measure; persons counted last.
pub fn clauses(finding: &Rendered, directory: &dyn Directory, language: Language) -> Vec<String> {
    let comma = language.pick(",", ", ");
    let threshold = |name: Name, of: Option<Name>| {
        let form = of.map_or(Form::Threshold, |of| word(of).form);
        let shown = value(finding.value.get(name.as_str())?, form, language);
        Some(format!("{} {shown}", language.pick(word(name).zh, word(name).en)))
    };
    let required = REQUIRED.into_iter().find(|name| finding.value.contains_key(name.as_str()));
    let held = [(Name::Limit, limited(finding)), (Name::Required, required)];
    let all = measures(finding);
    let mut clauses: Vec<String> = Vec::new();
    for (name, of) in &all {
        let beside = held.iter().filter(|(_, held)| *held == Some(*name));
        let beside: Vec<String> = beside.filter_map(|(limit, held)| threshold(*limit, *held)).collect();
        // The parties are named already: that they are so many says nothing new, unless the number is what counts.
        let counted = *name == Name::Bidders && *of == Value::Count(finding.parties.len() as i64);
        if counted && beside.is_empty() {
            continue;
        }
        let clause = clause(*name, of, finding, directory, language);
        clauses.extend(clause.map(|clause| [vec![clause], beside].concat().join(comma)));
    }
    // A threshold whose measure was not taken stands alone.
    clauses.extend(held.iter().filter(|(_, of)| of.is_none()).filter_map(|(name, of)| threshold(*name, *of)));
    let named = all.iter().filter_map(|(_, value)| match value {
        Value::Text(text) if is_pseudonym(text) => Some(text),
        _ => None,
    });
    let persons: BTreeSet<&String> = named.chain(&finding.persons).collect();
    clauses.extend(match (persons.len(), language) {
        (0, _) => None,
        (n, Language::Chinese) => Some(format!("{n} 名相关人员")),
        (1, Language::English) => Some("1 person".to_owned()),
        (n, Language::English) => Some(format!("{n} persons")),
    });
    clauses
}

/// The sentence of a finding: `fact`, the parties, and what was measured.
pub fn said(
    fact: &str,
    shown: &[PartyShown],
    finding: &Rendered,
    directory: &dyn Directory,
    language: Language,
) -> String {
    let named = parties(shown, SENTENCE_PARTIES_MAX, language);
    let mut parts = vec![named];
    parts.extend(clauses(finding, directory, language));
    parts.retain(|part| !part.is_empty());
    let detail = parts.join(language.pick(";", "; "));
    let mut fact = fact.to_owned();
    if language == Language::English
        && let Some(first) = fact.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    let dash = if detail.is_empty() { "" } else { " — " };
    format!("{fact}{dash}{detail}{}", language.pick("。", "."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::SectionNames;
    use crate::testing::finding;

    struct Nobody;

    impl Directory for Nobody {
        fn organisation(&self, code: &str) -> Option<String> {
            (code == "甲").then(|| "测试甲公司".to_owned())
        }

        fn section(&self, _: &str) -> SectionNames {
            SectionNames::default()
        }

        fn department(&self, _: &str) -> Option<String> {
            None
        }
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn shown(rule: &str, key: &str, values: &[(&str, Value)], language: Language) -> String {
        let mut finding = finding(rule, "L", &["甲", "乙"]);
        finding.key = key.to_owned();
        finding.value = values.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        clauses(&finding, &Nobody, language).join(";")
    }

    #[test]
    fn a_threshold_stands_beside_its_measure() {
        use Language::{Chinese, English};
        let low = [("variation", text("1.5%")), ("limit", text("2.0%")), ("bidders", Value::Count(5))];
        assert_eq!(shown("PRI-06", "", &low, Chinese), "投标人 5 家;变异系数 1.5%,阈值 2.0%");
        assert_eq!(
            shown("PRI-06", "", &low, English),
            "5 bidders;coefficient of variation 1.5 %, threshold 2.0 %"
        );
        let out = [("seconds", Value::Count(95)), ("limit", Value::Count(60))];
        assert_eq!(shown("WIT-01", "", &out, Chinese), "持续时间 95 秒,阈值 60 秒");
        let deposit = [
            ("deposit_amount", text("30000.00")),
            ("estimate", text("1000000.00")),
            ("limit", text("20000.00")),
        ];
        assert_eq!(
            shown("MON-07", "", &deposit, Chinese),
            "估算价 1,000,000 元;投标保证金 30,000 元,阈值 20,000 元"
        );
        let many = [("bidders", Value::Count(2)), ("sections", Value::Count(4)), ("limit", Value::Count(3))];
        assert_eq!(shown("HIS-04", "bidder:甲", &many, Chinese), "标段 4 个,阈值 3 个");
        assert_eq!(shown("PER-06", "", &many, Chinese), "投标人 2 家,阈值 3 家;标段 4 个");
        let few = [("days", Value::Count(19)), ("required", Value::Count(20))];
        assert_eq!(shown("BUY-02", "", &few, English), "19 days, minimum 20");
        let bare = [("lowest_price", text("900.50")), ("limit", text("15.0%"))];
        assert_eq!(shown("PRI-07", "", &bare, Chinese), "最低报价 900.50 元;阈值 15.0%");
    }

    #[test]
    fn keys_are_read_back_and_shown_only_so_far_as_they_may_be() {
        for (key, expected) in [
            ("mac:02:5A:50:0D:F7:2B,cpu_id:BFEB", "网卡编码 02:5A:50:0D:F7:2B;CPU 编码 BFEB"),
            ("account:6222021001119999", "账户尾号 9999"),
            ("phone:1234-0a1b2c3d", "电话尾号 1234"),
            ("author:王五", "文件作者(内容不显示)"),
            ("account_holder:甲,bidder:乙", "账户户名 测试甲公司"),
            ("bidder:甲,item:业绩,信誉:好", "评分项 业绩,信誉:好"),
            ("controller:p:ABCDEFGHIJKLMNOPQRSTUVWXYZ", "1 名相关人员"),
            ("created_at:2026-02-01T10:00:07+08:00", "文件创建时间 2026-02-01 10:00:07"),
            ("event:/a#b", ""),
            ("甲+乙", ""),
        ] {
            assert_eq!(shown("DEV-07", key, &[], Language::Chinese), expected, "{key}");
        }
    }

    #[test]
    fn many_parties_are_counted() {
        let all: Vec<PartyShown> =
            (1..=9).map(|n| PartyShown { code: format!("9199{n}"), name: None }).collect();
        assert_eq!(parties(&all, 2, Language::Chinese), "91991、91992等9家");
        assert_eq!(parties(&all, 2, Language::English), "91991, 91992 and 7 more");
    }
}
