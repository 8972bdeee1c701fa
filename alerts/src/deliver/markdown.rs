//! Plain text inside the robots' Markdown.
//!
//! The dialects differ, and none says fully what it reads; backslashes and entities are not understood everywhere. So
//! every character that may mean something becomes its full-width twin, which looks the same in a Chinese text and means
//! nothing. *Law.* What comes out of [`plain`] holds no link, mention, emphasis, heading, quotation, list or HTML.

use crate::text;
use crate::words::Language;
use crate::written::one_line;
use url::Url;

/// Characters that mean something wherever they stand.
const MEANING: &str = "<>[](){}*_`~#!|\\&@$";
/// Characters that mean something at the beginning of a line: lists, rules, headings by underlining.
const MEANING_AT_BEGIN: &str = "-+=";
/// How far a character of ASCII is from its full-width twin.
const TO_FULL_WIDTH: u32 = 0xfee0;

/// Text that no dialect reads anything into, line by line.
pub fn plain(text: &str) -> String {
    text.lines().map(plain_line).collect::<Vec<_>>().join("\n")
}

fn plain_line(line: &str) -> String {
    let mut begin = true;
    let mut out = String::with_capacity(line.len());
    for c in one_line(line).chars() {
        begin &= MEANING_AT_BEGIN.contains(c);
        out.push(if begin || MEANING.contains(c) { full_width(c) } else { c });
    }
    // Some clients make a link of whatever looks like an address.
    out.replace("://", "\u{ff1a}//").replace("www.", "www\u{ff0e}").replace("WWW.", "WWW\u{ff0e}")
}

/// Text as it is, line by line, without control characters: for places where nothing means anything.
pub fn visible(text: &str) -> String {
    text.lines().map(one_line).collect::<Vec<_>>().join("\n")
}

/// The full-width twin of a printable character of ASCII.
fn full_width(c: char) -> char {
    char::from_u32(u32::from(c) + TO_FULL_WIDTH).unwrap_or(c)
}

/// An address as it may stand in a link's parentheses; none if it leads anywhere but to a page.
pub fn link(address: &str) -> Option<String> {
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    Some(url.as_str().replace('(', "%28").replace(')', "%29").replace(['<', '>', '"', '\\', '|', '`'], ""))
}

/// As much of a text as `write` makes at most so many bytes of: cut at a sentence.
pub fn fit(text: &str, bytes_max: usize, write: impl Fn(&str) -> String) -> String {
    let written = write(text);
    if written.len() <= bytes_max {
        return written;
    }
    let (mut fits, mut too_long) = (0, text.chars().count());
    while too_long - fits > 1 {
        let middle = fits + (too_long - fits) / 2;
        match write(&text::cut(text, middle, Language::Chinese)).len() <= bytes_max {
            true => fits = middle,
            false => too_long = middle,
        }
    }
    write(&text::cut(text, fits, Language::Chinese))
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::hostile;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in [
            "甲建设有限公司、乙建设有限公司",
            "2026-02-09 15:42 生成 · 开标 09:00",
            "🔴 红色预警 · XZ-7K3M-92QD",
            "1. 价格 1,234.50 元,5%",
        ] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn nothing_can_be_forged() {
        let shown = plain(&hostile().brief);
        assert!(!shown.contains(['<', '>', '[', ']', '(', ')', '*', '`', '@', '#', '&']), "{shown}");
        assert!(!shown.contains("://") && !shown.contains("www."), "{shown}");
        assert_eq!(
            plain("--- a-b\n+ x\n=== "),
            "\u{ff0d}\u{ff0d}\u{ff0d} a-b\n\u{ff0b} x\n\u{ff1d}\u{ff1d}\u{ff1d}"
        );
        assert_eq!(plain("  > quoted"), "\u{ff1e} quoted");
    }

    #[test]
    fn a_link_leads_to_a_page_and_stays_in_its_parentheses() {
        assert_eq!(
            link("https://a.example/x(1)?q=\"><b>"),
            Some("https://a.example/x%281%29?q=%22%3E%3Cb%3E".to_owned())
        );
        for none in ["javascript:alert(1)", "data:text/html,x", "alerts/1", ""] {
            assert_eq!(link(none), None, "{none}");
        }
    }

    #[test]
    fn what_does_not_fit_is_cut_between_lines() {
        let text = "第一行\n第二行\n第三行";
        assert_eq!(fit(text, 1_000, plain), text);
        assert_eq!(fit(text, 29, plain), "第一行\n第二行\n第三行");
        assert_eq!(fit(text, 28, plain), "第一行\n第二行");
        assert_eq!(fit(text, 0, plain), "");
    }

    proptest! {
        #[test]
        fn it_never_exceeds_the_limit(text in "[a-z甲乙。<>\n]{0,200}", most in 0usize..600) {
            prop_assert!(fit(&text, most, plain).len() <= most);
        }
    }
}
