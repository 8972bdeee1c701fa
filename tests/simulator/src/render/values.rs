//! Values that belong to nobody in the world: addresses, telephones, accounts, serial numbers.

use super::Writer;
use crate::{
    codes::mix32,
    firms::FirmNo,
    line::{push_hex, push_number},
    section::SPARE_ROOMS,
};

/// Machines, locks and addresses of firms are numbered from 0, throw-away ones from here.
pub const THROW_AWAY: u64 = 1 << 31;

impl Writer {
    pub(super) fn room(&mut self, key: &str, room: u64) {
        self.line.quoted(key, |bytes| {
            let (name, number) = if room < SPARE_ROOMS {
                ("开标", room + 1)
            } else {
                ("备用开标", room - SPARE_ROOMS + 1)
            };
            bytes.extend_from_slice(name.as_bytes());
            push_number(bytes, number, 1);
            bytes.extend_from_slice("室".as_bytes());
        });
    }

    pub(super) fn ip(&mut self, key: &str, number: u64) {
        self.line.quoted(key, |bytes| {
            // Shared addresses from 198.18.0.0/15, firms' own from 100.64.0.0/10: neither is anybody's.
            let host = if number >= THROW_AWAY {
                (198 << 24) + (18 << 16) + (number - THROW_AWAY) % (1 << 17)
            } else {
                (100 << 24) + (64 << 16) + number % (1 << 22)
            };
            for (place, shift) in [24, 16, 8, 0].into_iter().enumerate() {
                if place > 0 {
                    bytes.push(b'.');
                }
                push_number(bytes, host >> shift & 255, 1);
            }
        });
    }

    pub(super) fn serial(&mut self, key: &str, prefix: &str, number: u64, salt: u32) {
        self.line.quoted(key, |bytes| {
            bytes.extend_from_slice(prefix.as_bytes());
            push_hex(bytes, mix32(number as u32, salt).into(), 8);
        });
    }
}
/// A number that no telephone has: mobile numbers do not begin with 12. Shared ones begin with 129.
pub(super) fn push_phone(bytes: &mut Vec<u8>, number: u64) {
    let shared = number >= THROW_AWAY;
    bytes.extend_from_slice(if shared { b"129" } else { b"128" });
    push_number(bytes, if shared { number - THROW_AWAY } else { number + 1 }, 8);
}

/// The basic account of a firm, in groups as a bank prints it.
pub fn push_account(bytes: &mut Vec<u8>, firm: FirmNo) {
    bytes.extend_from_slice(b"6299 4600 ");
    push_number(bytes, u64::from(firm) + 10_000_000, 11);
}
