//! Codes of things: sections, organisations, hardware, addresses of the net, telephones, mail, digests.

use std::borrow::Cow;
use std::net::IpAddr;

use super::fold;

/// Codes of sections, projects, organisations: folded and upper-cased. Inner blanks stay, as they may matter.
pub fn code(text: &str) -> Cow<'_, str> {
    upper(fold(text))
}

/// Hardware codes, dongles, bank accounts: as [`code`], without `-`, `:` and blanks, which every tool sets otherwise.
pub fn hardware(text: &str) -> Cow<'_, str> {
    let code = code(text);
    let separates = |c: char| c == '-' || c == ':' || c.is_whitespace();
    if code.contains(separates) { Cow::Owned(code.replace(separates, "")) } else { code }
}

/// Whether a hardware code is nothing but zeros or nothing but F: what firmware reports when it knows none.
pub fn is_blank_hardware(normalised: &str) -> bool {
    is_all_zero(normalised) || normalised.bytes().all(|byte| byte == b'F')
}

/// Whether a code is nothing but zeros, or empty.
pub fn is_all_zero(normalised: &str) -> bool {
    normalised.bytes().all(|byte| byte == b'0')
}

/// An address of the net in its canonical spelling where it is one; otherwise the folded lower-case text, which still
/// tells two apart. `0.0.0.0` and `::` are no one's address.
pub fn ip(text: &str) -> Option<String> {
    let folded = fold(text);
    match folded.parse::<IpAddr>().map(|address| address.to_canonical()) {
        Ok(address) if address.is_unspecified() => None,
        Ok(address) => Some(address.to_string()),
        Err(_) if folded.is_empty() => None,
        Err(_) => Some(folded.to_lowercase()),
    }
}

/// The digits of a telephone number without the country code of China (`+86`, `0086`). None without digits, or with
/// nothing but zeros.
pub fn phone(text: &str) -> Option<String> {
    let folded = fold(text);
    let mut digits: String = folded.chars().filter(char::is_ascii_digit).collect();
    let international = folded.trim_start_matches(['(', ' ']).starts_with('+');
    if international && digits.starts_with("86") {
        digits.drain(..2);
    } else if digits.starts_with("0086") {
        digits.drain(..4);
    }
    (!is_all_zero(&digits)).then_some(digits)
}

/// A mail address in lower case; none without an `@`.
pub fn email(text: &str) -> Option<String> {
    let folded = fold(text);
    folded.contains('@').then(|| folded.to_lowercase())
}

/// A digest: folded, lower case.
pub fn digest(text: &str) -> Cow<'_, str> {
    match fold(text) {
        folded if folded.chars().any(char::is_uppercase) => Cow::Owned(folded.to_lowercase()),
        folded => folded,
    }
}

fn upper(text: Cow<'_, str>) -> Cow<'_, str> {
    let changes = |c: char| if c.is_ascii() { c.is_ascii_lowercase() } else { !c.to_uppercase().eq([c]) };
    if text.chars().any(changes) { Cow::Owned(text.to_uppercase()) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for (raw, expected) in [
            (" e4601 ", "E4601"),
            ("Ｅ４６０１", "E4601"),
            ("P 1", "P 1"),
            ("琼-01", "琼-01"),
            ("ß", "SS"),
            ("", ""),
        ] {
            assert_eq!(code(raw), expected, "{raw:?}");
            assert_eq!(code(&code(raw)), expected, "again: {raw:?}");
        }
    }

    #[test]
    fn hardware_codes_locks_and_accounts() {
        for (raw, expected) in [
            ("3c-52-82-aa-bb-cc", "3C5282AABBCC"),
            ("3C:52:82:AA:BB:CC", "3C5282AABBCC"),
            ("3c52.82aa", "3C52.82AA"),
            ("６２２２ 0001", "62220001"),
            ("6222 0001", "62220001"),
            ("GLD-77", "GLD77"),
            ("c甲", "C甲"),
            ("--", ""),
        ] {
            assert_eq!(hardware(raw), expected, "{raw:?}");
            assert_eq!(hardware(&hardware(raw)), expected, "again: {raw:?}");
        }
    }

    #[test]
    fn blank_hardware() {
        for (raw, expected) in [
            ("00-00-00-00-00-00", true),
            ("FF:FF:FF:FF:FF:FF", true),
            ("ffffffff", true),
            ("0", true),
            ("-", true),
            ("0F", false),
            ("FFFFFFFE", false),
            ("3C5282", false),
        ] {
            assert_eq!(is_blank_hardware(&hardware(raw)), expected, "{raw:?}");
        }
    }

    #[test]
    fn addresses_of_the_net() {
        for (raw, expected) in [
            (" 59.49.1.1 ", Some("59.49.1.1")),
            ("５９．４９．１．１", Some("59.49.1.1")),
            ("2001:DB8:0:0:0:0:0:1", Some("2001:db8::1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("::ffff:59.49.1.1", Some("59.49.1.1")),
            ("059.049.001.001", Some("059.049.001.001")),
            ("Gateway-3", Some("gateway-3")),
            ("0.0.0.0", None),
            ("::", None),
            ("", None),
        ] {
            assert_eq!(ip(raw).as_deref(), expected, "{raw:?}");
        }
    }

    #[test]
    fn telephones() {
        for (raw, expected) in [
            ("13800000000", Some("13800000000")),
            ("+86 138-0000-0000", Some("13800000000")),
            ("＋８６１３８００００００００", Some("13800000000")),
            ("(+86) 0898 6812 3456", Some("089868123456")),
            ("0086-13800000000", Some("13800000000")),
            ("0898-68123456转8001", Some("0898681234568001")),
            ("8613800000000", Some("8613800000000")),
            ("+852 2123 4567", Some("85221234567")),
            ("无", None),
            ("", None),
            ("0000-0000", None),
        ] {
            assert_eq!(phone(raw).as_deref(), expected, "{raw:?}");
        }
    }

    #[test]
    fn mail_and_digests() {
        assert_eq!(email(" A.B@Example.CN "), Some("a.b@example.cn".to_owned()));
        assert_eq!(email("ａ＠ｂ．cn"), Some("a@b.cn".to_owned()));
        assert_eq!(email("none"), None);
        assert_eq!(digest(" ABCdef01 "), "abcdef01");
        assert_eq!(digest("ａＢ"), "ab");
    }
}
