//! Check digits: of organisations' unified social credit codes (GB 32100-2015) and of residents' identity numbers
//! (GB 11643-1999).

/// Characters of a credit code in the order of their values: no I, O, S, V, Z, which look like digits or each other.
const CREDIT_CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// The value of each ASCII character, 31 for those not allowed: every event has a few codes to check.
const CREDIT_VALUES: [u8; 128] = {
    let mut values = [31; 128];
    let mut value = 0;
    while value < CREDIT_CHARACTERS.len() {
        values[CREDIT_CHARACTERS[value] as usize] = value as u8;
        value += 1;
    }
    values
};
/// Powers of 3 modulo 31.
const CREDIT_WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Powers of 2 modulo 11, falling (ISO 7064 MOD 11-2).
const IDENTITY_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// The check character for each remainder.
const IDENTITY_CHECKS: &[u8; 11] = b"10X98765432";
/// Characters of either number.
const LENGTH: usize = 18;

/// Whether an upper-case code has eighteen allowed characters and the right check character.
pub fn credit_code_check(code: &str) -> bool {
    let Ok(code) = <&[u8; LENGTH]>::try_from(code.as_bytes()) else { return false };
    let value = |byte: u8| match CREDIT_VALUES.get(usize::from(byte)) {
        Some(value) if *value < 31 => Some(u32::from(*value)),
        _ => None,
    };
    let sum =
        code.iter().zip(CREDIT_WEIGHTS).try_fold(0, |sum, (byte, weight)| Some(sum + value(*byte)? * weight));
    match (sum, value(code[LENGTH - 1])) {
        (Some(sum), Some(check)) => (sum + check) % 31 == 0,
        _ => false,
    }
}

/// Whether eighteen ASCII characters are an identity number: a region from 11 to 83, or a 9 in its place (foreigners'
/// permanent residence), a birth date that exists between 1900 and 2099, and the right check character. The last may be
/// `X` or `x`. Rather one code too many is hidden than one person too few.
pub fn is_identity_number(number: &[u8; LENGTH]) -> bool {
    if !number[..17].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let part =
        |from: usize, to: usize| number[from..to].iter().fold(0, |n, byte| n * 10 + u32::from(byte - b'0'));
    let birth_exists =
        super::Date::from_ymd(part(6, 10).into(), part(10, 12).into(), part(12, 14).into()).is_ok();
    let sum: u32 =
        number.iter().zip(IDENTITY_WEIGHTS).map(|(byte, weight)| u32::from(byte - b'0') * weight).sum();
    matches!(part(0, 2), 11..=83 | 90..=99)
        && (1900..2100).contains(&part(6, 10))
        && birth_exists
        && usize::try_from(sum % 11)
            .is_ok_and(|rest| IDENTITY_CHECKS[rest] == number[LENGTH - 1].to_ascii_uppercase())
}

/// The first stand-alone identity number in a text at or after byte `from`: its byte range and its eighteen ASCII
/// characters, full-width ones folded. Stand-alone means no letter or digit of ASCII, of either width, touches it.
pub fn identity_number_at(text: &str, from: usize) -> Option<(std::ops::Range<usize>, [u8; LENGTH])> {
    let mut run = [0; LENGTH];
    let (mut length, mut start) = (0, from);
    for (at, byte) in text[from..].char_indices().map(|(at, c)| (from + at, narrow(c))) {
        if let Some(byte) = byte {
            if length == 0 {
                start = at;
            }
            if length < LENGTH {
                run[length] = byte;
            }
            length += 1;
            continue;
        }
        if length == LENGTH && is_identity_number(&run) {
            return Some((start..at, run));
        }
        length = 0;
    }
    (length == LENGTH && is_identity_number(&run)).then_some((start..text.len(), run))
}

/// An alphanumeric of ASCII or its full-width twin.
fn narrow(c: char) -> Option<u8> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0)?,
        c => c,
    };
    u8::try_from(c).ok().filter(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credit_codes() {
        for (code, expected) in [
            ("91990000MAR6C1F0KN", true),
            ("91990000MA0UL8KF37", true),
            ("91350100M000100Y43", true),
            ("91990000MAR6C1F0KP", false),
            ("91990000MAR6C1F0K", false),
            ("91990000MAR6C1F0KNN", false),
            ("91990000MAR6C1F0KI", false),
            ("91990000mar6c1f0kn", false),
            ("", false),
        ] {
            assert_eq!(credit_code_check(code), expected, "{code}");
        }
    }

    #[test]
    fn identity_numbers() {
        for (number, expected) in [
            (b"11010519491231002X", true),
            (b"11010519491231002x", true),
            (b"440524188001010014", false), // 1880
            (b"110105194912310021", false), // check character
            (b"110105194913310025", false), // month 13
            (b"110105194902300020", false), // 30 February
            (b"83010519900101001X", true),  // Taiwan
            (b"910105194912310029", true),  // a foreigner's permanent residence
            (b"840105199001010011", false), // region
            (b"1101051949123100AX", false),
        ] {
            assert_eq!(is_identity_number(number), expected, "{}", String::from_utf8_lossy(number));
        }
    }

    #[test]
    fn identity_numbers_are_found_where_they_stand_alone() {
        for (text, expected) in [
            ("11010519491231002X", Some(0..18)),
            ("身份证11010519491231002x，已核", Some(9..27)),
            ("１１０１０５１９４９１２３１００２Ｘ", Some(0..54)),
            ("a 11010519491231002X", Some(2..20)),
            ("a11010519491231002X", None),
            ("11010519491231002X9", None),
            ("11010519491231002", None),
            ("110105194912310021", None),
            ("", None),
        ] {
            assert_eq!(identity_number_at(text, 0).map(|found| found.0), expected, "{text}");
        }
        assert_eq!(
            identity_number_at("11010519491231002X 11010519491231002X", 18).map(|found| found.0),
            Some(19..37)
        );
    }
}
