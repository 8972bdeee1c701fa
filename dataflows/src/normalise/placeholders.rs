//! What people write when they have nothing to write. Such a text is "not given": two parties never share it.

use std::borrow::Cow;

use super::fold;

/// The default list (events.md). A site extends it with the forms that its own systems put out.
const DEFAULT: &[&str] =
    &["", "-", "/", "无", "暂无", "详见公告", "0", "Default string", "To be filled by O.E.M.", "None", "N/A"];

/// The set of texts that mean "not given", compared folded and without regard to case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholders {
    /// Folded, lower case.
    texts: Vec<Box<str>>,
    /// Bit n is set if a text has n bytes; bit 63 stands for all longer ones. Nearly every value is dismissed by it.
    lengths: u64,
}

impl Placeholders {
    /// The list given, in place of the default one. The empty text is always one.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut texts: Vec<Box<str>> = texts.into_iter().map(|text| lower(&fold(text)).into()).collect();
        texts.push("".into());
        texts.sort_unstable();
        texts.dedup();
        let lengths = texts.iter().fold(0, |bits, text| bits | length_bit(text));
        Self { texts, lengths }
    }

    /// Whether a folded text means "not given".
    pub fn contains(&self, folded: &str) -> bool {
        // Lower case may change the length of text that is not ASCII, so only ASCII takes the short way.
        if folded.is_ascii() {
            return self.lengths & length_bit(folded) != 0
                && self.texts.iter().any(|text| text.eq_ignore_ascii_case(folded));
        }
        let folded = lower(folded);
        self.lengths & length_bit(&folded) != 0 && self.texts.iter().any(|text| **text == *folded)
    }
}

impl Default for Placeholders {
    fn default() -> Self {
        Self::new(DEFAULT.iter().copied())
    }
}

fn length_bit(text: &str) -> u64 {
    1 << text.len().min(63)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_list_is_that_of_the_contract() {
        let placeholders = Placeholders::default();
        for text in [
            "",
            "-",
            "/",
            "无",
            "暂无",
            "详见公告",
            "0",
            "Default string",
            "DEFAULT STRING",
            "none",
            "NONE",
            "n/a",
            "N/A",
            "To Be Filled By O.E.M.",
            "０",
            "－",
            "／",
            " 无 ",
            "\u{3000}",
        ] {
            assert!(placeholders.contains(&fold(text)), "{text:?}");
        }
        for text in ["1", "00", "--", "无锡", "没有", "default", "nonesuch", "a/b", "O"] {
            assert!(!placeholders.contains(&fold(text)), "{text:?}");
        }
    }

    #[test]
    fn a_site_may_set_its_own() {
        let placeholders = Placeholders::new(["未填写", "ＴＢＤ"]);
        assert!(placeholders.contains("未填写") && placeholders.contains("tbd") && placeholders.contains(""));
        assert!(!placeholders.contains("无"));
    }
}
