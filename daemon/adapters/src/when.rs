//! Instants and dates in the spellings that exports use.
//!
//! `2026-03-02 09:30:00`, also with `T`, `/`, a fraction, an offset or `Z`, without seconds, or without separators
//! (`20260302093000`). Without an offset it is local time, +08:00; without a time of day it is local midnight.

use xiezhi_dataflows::normalise::{Date, Instant};

/// The offset of local time all over China.
pub(crate) const LOCAL: &str = "+08:00";
/// How an instant should be given, for a fault.
pub(crate) const FORM: &str = "local time such as 2026-03-02 09:30:00, or an instant with its offset";

/// Reads an instant; `offset` holds where none is given.
pub(crate) fn instant(text: &str, offset: &str) -> Option<Instant> {
    let (date, time) = split(text)?;
    if time.is_empty() {
        return Instant::parse(&format!("{date}T00:00:00{offset}")).ok();
    }
    let digits = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.');
    let clock_end = time.find(|c| !digits(c)).unwrap_or(time.len());
    let (clock, given) = time.split_at(clock_end);
    let (whole, fraction) = clock.split_at(clock.find('.').unwrap_or(clock.len()));
    let whole = match whole.len() {
        4 | 6 if whole.bytes().all(|b| b.is_ascii_digit()) => colons(whole),
        _ => whole.to_owned(),
    };
    let seconds = if whole.len() == 5 { ":00" } else { "" };
    let clock = format!("{whole}{seconds}{fraction}");
    let offset = if given.trim().is_empty() { offset } else { given.trim() };
    Instant::parse(&format!("{date}T{clock}{offset}")).ok()
}

/// Reads a date; of an instant, the local one.
pub(crate) fn date(text: &str) -> Option<Date> {
    match split(text)? {
        (date, "") => Date::parse(&date).ok(),
        _ => instant(text, LOCAL).map(Instant::local_date),
    }
}

/// An instant without separators, to stand in an event's name: `20260302T093000`.
pub(crate) fn stamp(at: Instant) -> String {
    let text = at.to_rfc3339();
    text.trim_end_matches(LOCAL).chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// The date with dashes, and what follows it.
fn split(text: &str) -> Option<(String, &str)> {
    let text = text.trim();
    if !text.is_ascii() {
        return None;
    }
    let bytes = text.as_bytes();
    let number =
        |from: usize, to: usize| bytes.get(from..to).filter(|part| part.iter().all(u8::is_ascii_digit));
    let separated = matches!(bytes.get(4), Some(b'-' | b'/')) && bytes.get(4) == bytes.get(7);
    if separated && number(0, 4).is_some() && number(5, 7).is_some() && number(8, 10).is_some() {
        let date = format!("{}-{}-{}", &text[..4], &text[5..7], &text[8..10]);
        return Some((date, text[10..].trim_start_matches(['T', 't', ' '])));
    }
    number(0, 8)?;
    let date = format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8]);
    Some((date, text[8..].trim_start_matches(['T', 't', ' '])))
}

fn colons(clock: &str) -> String {
    let pairs: Vec<&str> = (0..clock.len()).step_by(2).map(|at| &clock[at..at + 2]).collect();
    pairs.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_instant() {
        for text in [
            "2026-03-02 09:30:00",
            "2026-03-02T09:30:00",
            "2026/03/02 09:30:00",
            " 2026-03-02 09:30 ",
            "2026-03-02 09:30:00.000",
            "2026-03-02T01:30:00Z",
            "2026-03-02T09:30:00+08:00",
            "2026-03-02 09:30:00 +08:00",
            "20260302093000",
            "202603020930",
            "20260302 093000",
        ] {
            let at = instant(text, LOCAL).map(Instant::to_rfc3339);
            assert_eq!(at.as_deref(), Some("2026-03-02T09:30:00+08:00"), "{text}");
        }
        for text in ["2026-03-02", "20260302", "2026/03/02"] {
            let at = instant(text, LOCAL).map(Instant::to_rfc3339);
            assert_eq!(at.as_deref(), Some("2026-03-02T00:00:00+08:00"), "{text}");
            assert_eq!(date(text).map(|date| date.to_string()).as_deref(), Some("2026-03-02"), "{text}");
        }
        assert_eq!(date("2026-03-01T20:00:00Z").map(|d| d.to_string()).as_deref(), Some("2026-03-02"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "2026",
            "2026-13-02",
            "02.03.2026",
            "2026-03-02 25:00:00",
            "2026年3月2日",
            "2026-03-02 x",
            "20260302é",
        ] {
            assert_eq!(instant(text, LOCAL), None, "{text}");
        }
    }

    #[test]
    fn a_stamp_has_no_separators() {
        let at = instant("2026-03-02 09:30:00.5", LOCAL).expect("an instant");
        assert_eq!(stamp(at), "20260302T093000.5");
        assert_eq!(instant(&stamp(at), LOCAL), Some(at));
    }
}
