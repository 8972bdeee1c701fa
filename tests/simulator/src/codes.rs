//! Codes that look real and cannot be: organisations under 9199, persons under SIMP, devices numbered.
//!
//! Every code is a one-to-one function of a number. Unlike numbers give unlike codes, so a clean section
//! cannot share a value by accident, and a planted one shares exactly what the plan says.

use crate::dice::mix;

/// A number that stands for an organisation.
pub type OrgNo = u64;
/// A number that stands for a person.
pub type PersonNo = u64;
/// A unified social credit code (GB 32100-2015).
pub type OrgCode = [u8; 18];

/// Where each kind of organisation begins; all below 31⁶, where the numbering would repeat.
pub mod org {
    use super::OrgNo;
    /// Tenderers.
    pub const TENDERERS: OrgNo = 100_000_000;
    /// Procurement agencies.
    pub const AGENCIES: OrgNo = 200_000_000;
    /// The experts' employers.
    pub const EMPLOYERS: OrgNo = 300_000_000;
    /// Holding companies that never bid.
    pub const HOLDINGS: OrgNo = 400_000_000;
}

/// Where each kind of person begins; a firm's people are `firm << 20 | slot` and stay below.
pub mod person {
    use super::PersonNo;
    /// Evaluation experts.
    pub const EXPERTS: PersonNo = 1 << 45;
    /// People who appear once: shared agents, visitors, complainants.
    pub const EXTRAS: PersonNo = 1 << 46;
}

/// Digits and letters of GB 32100 without I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
/// 3ⁱ mod 31.
const WEIGHTS: [u32; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// Weights of the organisation code inside (GB 11714).
const INNER_WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
const SPACE: u64 = 31 * 31 * 31 * 31 * 31 * 31;

/// The code of an organisation: 9199 0000, then an organisation code in MA, then the check digit.
pub fn org_code(seed: u64, org: OrgNo) -> OrgCode {
    debug_assert!(org < SPACE);
    let mut code = *b"91990000MA00000000";
    // The multiplier is not divisible by 31: one to one modulo 31⁶.
    let mut rest = (org * 387_420_489 + mix(seed) % SPACE) % SPACE;
    for place in code[10..16].iter_mut().rev() {
        *place = ALPHABET[(rest % 31) as usize];
        rest /= 31;
    }
    code[16] = inner_check(&code[8..16]);
    code[17] = check_digit(&code[..17]).unwrap_or(b'0');
    code
}

fn inner_check(body: &[u8]) -> u8 {
    let value = |c: u8| if c.is_ascii_digit() { u32::from(c - b'0') } else { u32::from(c - b'A') + 10 };
    let sum: u32 = body.iter().zip(INNER_WEIGHTS).map(|(c, weight)| value(*c) * weight).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

/// The eighteenth character of a unified social credit code; `None` if the first seventeen are not all
/// of the standard's alphabet.
pub fn check_digit(body: &[u8]) -> Option<u8> {
    if body.len() != 17 {
        return None;
    }
    let mut sum = 0;
    for (c, weight) in body.iter().zip(WEIGHTS) {
        sum += ALPHABET.iter().position(|a| a == c)? as u32 * weight;
    }
    Some(ALPHABET[((31 - sum % 31) % 31) as usize])
}

/// Thirty-two bits mixed one to one, differently for each salt.
pub const fn mix32(number: u32, salt: u32) -> u32 {
    let mut x = number ^ salt;
    x = (x ^ (x >> 16)).wrapping_mul(0x7FEB_352D);
    x = (x ^ (x >> 15)).wrapping_mul(0x846C_A68B);
    x ^ (x >> 16)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn check_digits_agree_with_codes_from_elsewhere() {
        for code in ["91990000MAR6C1F0KN", "91990000MA0UL8KF37", "91990000MAHG2BHT3E", "91350100M000100Y43"] {
            assert_eq!(check_digit(&code.as_bytes()[..17]), Some(code.as_bytes()[17]), "{code}");
        }
        assert_eq!(check_digit(b"91990000MAI000000"), None);
    }

    #[test]
    fn unlike_numbers_have_unlike_codes() {
        let codes: BTreeSet<_> = (0..5000).map(|n| org_code(3, n)).collect();
        assert_eq!(codes.len(), 5000);
        let mixed: BTreeSet<_> = (0..5000).map(|n| mix32(n, 77)).collect();
        assert_eq!(mixed.len(), 5000);
    }
}
