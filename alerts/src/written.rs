//! Values as people read them: money with its unit, times with their dates, codes only so far as they may be shown.

use crate::words::{Form, Language};
use xiezhi_dataflows::finding::Value;
use xiezhi_dataflows::normalise::{Instant, LOCAL_OFFSET_S, identity_number_at};

/// Longest value that is shown in full: a sentence is read on a telephone.
const VALUE_CHARACTERS_MAX: usize = 60;

/// Below this many seconds a length of time is written in seconds alone.
const SECONDS_ALONE: i64 = 120;

/// Whether a text is a person's pseudonym, which nobody is to read.
pub fn is_pseudonym(text: &str) -> bool {
    text.starts_with("p:")
}

/// On one line, not too long, without what may be a person's number.
pub fn plain(text: &str, language: Language) -> String {
    if is_pseudonym(text) || identity_number_at(text, 0).is_some() {
        return language.pick("(不显示)", "(not shown)").to_owned();
    }
    let line = one_line(text);
    if line.chars().count() <= VALUE_CHARACTERS_MAX {
        return line;
    }
    line.chars().take(VALUE_CHARACTERS_MAX - 1).chain(['…']).collect()
}

/// A text without line breaks and other control characters: it must not pass for another line.
pub fn one_line(text: &str) -> String {
    let blank = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.chars().map(blank).collect::<String>().trim().to_owned()
}

/// The last four characters; what a masked value carries to be told from others is left out.
pub fn tail(text: &str) -> String {
    let shown = match text.rsplit_once('-') {
        Some((shown, hash)) if hash.len() == 8 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => shown,
        _ => text,
    };
    one_line(&shown.chars().skip(shown.chars().count().saturating_sub(4)).collect::<String>())
}

/// Money: `1,234,567 元`, with its fen where there are any.
pub fn money(yuan: &str, language: Language) -> String {
    let (sign, yuan) = yuan.strip_prefix('-').map_or(("", yuan), |rest| ("-", rest));
    let (whole, fen) = yuan.split_once('.').unwrap_or((yuan, ""));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.chars().count() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if fen.bytes().any(|digit| digit != b'0') {
        grouped = format!("{grouped}.{fen}");
    }
    format!("{sign}{grouped}{}", language.pick(" 元", " yuan"))
}

/// A local time with its date: `2026-02-10 09:00`, with seconds where they are not nought.
pub fn moment(text: &str) -> String {
    let Ok(at) = Instant::parse(text) else { return one_line(text) };
    let written = at.to_rfc3339();
    let written = written.trim_end_matches("+08:00").replace('T', " ");
    match written.strip_suffix(":00") {
        Some(minute) if minute.len() > 13 => minute.to_owned(),
        _ => written,
    }
}

/// The minute of a local time, whatever its seconds.
pub fn minute(text: &str) -> String {
    moment(text).chars().take("2026-02-10 09:00".len()).collect()
}

/// The end of a term: local midnight is 24:00 of the day before.
fn term(text: &str) -> String {
    match Instant::parse(text) {
        Ok(at) if (at.0 + LOCAL_OFFSET_S * 1_000_000).rem_euclid(86_400_000_000) == 0 => {
            format!("{} 24:00", Instant(at.0 - 1).local_date())
        }
        _ => moment(text),
    }
}

/// A length of time: `90 秒`, `48 分钟`, `17 小时 18 分钟`.
pub fn length(seconds: i64, language: Language) -> String {
    let unit = |n: i64, zh: &str, en: &str| match language {
        Language::Chinese => format!("{n} {zh}"),
        Language::English => format!("{n} {en}{}", if n == 1 { "" } else { "s" }),
    };
    if seconds < SECONDS_ALONE {
        return unit(seconds, "秒", "second");
    }
    let parts = [
        (seconds / 86_400, "天", "day"),
        (seconds / 3_600 % 24, "小时", "hour"),
        (seconds / 60 % 60, "分钟", "minute"),
        (seconds % 60, "秒", "second"),
    ];
    let parts = parts.iter().filter(|(n, ..)| *n > 0).map(|(n, zh, en)| unit(*n, zh, en));
    parts.collect::<Vec<_>>().join(" ")
}

/// A value in the form of its name, with its unit. Counts are without their English noun, which the name gives.
pub fn value(value: &Value, form: Form, language: Language) -> String {
    let share = |text: &str| text.strip_suffix('%').map(|n| format!("{n}{}", language.pick("%", " %")));
    match (form, value) {
        (Form::Tail, Value::Text(text)) => tail(text),
        (Form::Unshown, _) => language.pick("(内容不显示)", "(not shown)").to_owned(),
        // The step of a geometric run stands where that of an arithmetic one does, in per cent.
        (Form::Money, Value::Text(text)) => share(text).unwrap_or_else(|| money(text, language)),
        (Form::Moment, Value::Text(text)) => moment(text),
        (Form::Term, Value::Text(text)) => term(text),
        (Form::Length, Value::Count(seconds)) => length(*seconds, language),
        (Form::Share, Value::Text(text)) => share(text).unwrap_or_else(|| plain(text, language)),
        (Form::Marks, Value::Text(text)) => format!("{}{}", plain(text, language), language.pick(" 分", "")),
        (Form::Count(unit, ..), Value::Count(n)) => match language {
            Language::Chinese => format!("{n} {unit}"),
            Language::English => n.to_string(),
        },
        (_, Value::Text(text)) => plain(text, language),
        (_, Value::Count(n)) => n.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Language::{Chinese, English};

    #[test]
    fn money_has_its_unit_and_fen_only_where_there_are_any() {
        for (yuan, zh) in [
            ("0.00", "0 元"),
            ("999.00", "999 元"),
            ("1000.00", "1,000 元"),
            ("1234567.05", "1,234,567.05 元"),
            ("123456.50", "123,456.50 元"),
        ] {
            assert_eq!(money(yuan, Chinese), zh);
        }
        assert_eq!(money("1000.00", English), "1,000 yuan");
    }

    #[test]
    fn times_are_local_and_no_more_exact_than_they_need_be() {
        for (text, shown) in [
            ("2026-02-10T09:00:00+08:00", "2026-02-10 09:00"),
            ("2026-02-10T01:00:00Z", "2026-02-10 09:00"),
            ("2026-02-10T09:00:07+08:00", "2026-02-10 09:00:07"),
            ("2026-02-10T09:00:00.4+08:00", "2026-02-10 09:00:00.4"),
            ("soon", "soon"),
        ] {
            assert_eq!(moment(text), shown);
        }
        assert_eq!(minute("2026-02-10T09:00:07.25+08:00"), "2026-02-10 09:00");
        assert_eq!(term("2026-02-14T00:00:00+08:00"), "2026-02-13 24:00");
        assert_eq!(term("2026-02-10T09:30:00+08:00"), "2026-02-10 09:30");
    }

    #[test]
    fn lengths_are_in_the_units_people_use() {
        for (seconds, zh, en) in [
            (1, "1 秒", "1 second"),
            (95, "95 秒", "95 seconds"),
            (120, "2 分钟", "2 minutes"),
            (2_880, "48 分钟", "48 minutes"),
            (62_285, "17 小时 18 分钟 5 秒", "17 hours 18 minutes 5 seconds"),
            (90_000, "1 天 1 小时", "1 day 1 hour"),
        ] {
            assert_eq!((length(seconds, Chinese).as_str(), length(seconds, English).as_str()), (zh, en));
        }
    }

    #[test]
    fn what_names_a_person_is_not_shown() {
        assert_eq!(tail("6222021001119999"), "9999");
        assert_eq!(tail("0001-89abcdef"), "0001", "a masked number without its hash");
        assert_eq!(plain("p:ABCDEFGHIJKLMNOPQRSTUVWXYZ", Chinese), "(不显示)");
        assert_eq!(plain("11010519491231002X", English), "(not shown)");
        assert_eq!(plain("a\r\nb\u{2028}c", Chinese), "a  b c");
        assert_eq!(plain(&"长".repeat(99), Chinese).chars().count(), VALUE_CHARACTERS_MAX);
    }
}
