//! One spelling for one thing: how values are made comparable before any rule sees them.
//!
//! Invariants:
//! 1. Every function is pure and idempotent: normalising what was normalised changes nothing, so a journal can be
//!    read again.
//! 2. Comparison is by equality of the result, nowhere else. Rules never fold.
//! 3. What stands for "not given" ([`Placeholders`]) never becomes a value.
//!
//! Each function has its table of cases beside it.

mod codes;
mod firm_name;
mod identity;
mod money;
mod placeholders;
mod time;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

pub use codes::{code, digest, email, hardware, ip, is_all_zero, is_blank_hardware, phone};
pub use firm_name::{SIMILAR_MIN_PERCENT, firm_key, likeness_percent};
pub use identity::{credit_code_check, identity_number_at, is_identity_number};
pub use money::{
    Fen, FenDelta, NumberFault, QUANTITY_LIMIT, Quantity, SCORE_LIMIT, Score, Share, YUAN_LIMIT, fen,
    fen_delta, quantity, score, share,
};
pub use placeholders::Placeholders;
pub use time::{DATE_YEARS, Date, INSTANT_YEARS, Instant, LOCAL_OFFSET_S, TimeFault};

/// A text in Unicode's compatibility form (NFKC), trimmed, without characters that nobody can see.
///
/// The first thing done to every string. Copies only where something changes.
pub fn fold(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_stable) {
        return Cow::Borrowed(text.trim());
    }
    let folded: String = text.chars().filter(|c| !is_invisible(*c)).nfkc().collect();
    match folded.trim() {
        trimmed if trimmed.len() == folded.len() => Cow::Owned(folded),
        trimmed => Cow::Owned(trimmed.to_owned()),
    }
}

/// An identity number as it is hashed: in NFKC, trimmed, upper case. Nothing else is dropped, so that another program with
/// the key gets the same pseudonym from these three words.
pub fn fold_id(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        let trimmed = text.trim();
        return match trimmed.bytes().any(|byte| byte.is_ascii_lowercase()) {
            true => Cow::Owned(trimmed.to_ascii_uppercase()),
            false => Cow::Borrowed(trimmed),
        };
    }
    Cow::Owned(text.nfkc().collect::<String>().trim().to_uppercase())
}

/// Folded, with control characters but line breaks and tabs made blanks: names, reasons, notes.
pub fn text(text: &str) -> Cow<'_, str> {
    let folded = fold(text);
    if folded.chars().any(is_stray_control) {
        let clean: String = folded.chars().map(|c| if is_stray_control(c) { ' ' } else { c }).collect();
        return Cow::Owned(clean.trim().to_owned());
    }
    folded
}

/// Characters that NFKC leaves alone in any company: nearly all of what comes in, and far cheaper than the tables.
fn is_stable(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '、' | '。' | '《' | '》')
}

fn is_stray_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
}

/// Zero-width and direction marks: they come with copied text, and make equal values differ or texts lie.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_fold() {
        for (raw, expected) in [
            ("", ""),
            ("  a b ", "a b"),
            ("海口市某工程", "海口市某工程"),
            (" 海口市某工程\u{3000}", "海口市某工程"),
            ("ＡＢＣ１２３", "ABC123"),
            ("海南（集团）", "海南(集团)"),
            ("e\u{301}", "é"),
            ("\u{feff}X\u{200b}Y", "XY"),
            ("ﬁ", "fi"),
            ("ab\u{202e}dc", "abdc"),
        ] {
            assert_eq!(fold(raw), expected, "{raw:?}");
            assert_eq!(fold(&fold(raw)), expected, "again: {raw:?}");
        }
    }

    #[test]
    fn texts_lose_control_characters_but_keep_lines() {
        for (raw, expected) in
            [("a\u{0}b", "a b"), ("a\nb\tc", "a\nb\tc"), ("a\u{1b}[31m", "a [31m"), ("\u{7f}\u{85}", "")]
        {
            assert_eq!(text(raw), expected, "{raw:?}");
        }
    }
}
