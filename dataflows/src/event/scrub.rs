//! Takes identity numbers out of an envelope before anything keeps or reads it.
//!
//! A person's identity number becomes a keyed pseudonym: HMAC-SHA256 under the site's key of the number folded,
//! trimmed and upper-cased; the first 16 bytes in lower-case Crockford base32 after `p:`. The same number gives the
//! same pseudonym at one site and another one elsewhere, and without the key nobody can try out numbers.
//!
//! Invariants, over everything but the envelope's own names (`id`, `source`, `type`, `time`) and `retracts`:
//! 1. In the place of a person the whole `id` is replaced, whatever its form: passports and test documents too.
//! 2. Anywhere else a valid resident identity number that stands alone is replaced, in texts, keys and numbers. Codes and
//!    accounts are left alone, as they may look like one by chance, but for an organisation's code that is a resident's
//!    number and no credit code: that is a natural person.
//! 3. Placeholders stay as they are: they name nobody, and "not given" must not become somebody.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::json::{Json, Object};
use crate::normalise::{self, Placeholders};

const PREFIX: &str = "p:";
/// Crockford's base32, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters for 16 bytes, five bits each.
const SYMBOLS: usize = 26;

/// Whether a text has the form of a pseudonym.
pub(super) fn is_pseudonym(text: &str) -> bool {
    let symbols = text.strip_prefix(PREFIX).unwrap_or_default().as_bytes();
    symbols.len() == SYMBOLS && symbols.iter().all(|symbol| ALPHABET.contains(symbol))
}

/// The scrubber of one site.
#[derive(Clone)]
pub(super) struct Scrub {
    /// The keyed state before any message: cloning it saves half the hashing.
    mac: Hmac<Sha256>,
    /// Whether what has the form of a pseudonym is taken for one.
    keeps_pseudonyms: bool,
}

/// What stands under a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A person: an object with `id`, a list of such, or the identity number itself.
    Person,
    /// A person or an organisation: as a person, but a bare credit code is an organisation's.
    Either,
    /// An object may be a person; a bare string is a name or code.
    Party,
    /// Codes of organisations: one that is a resident's number and no credit code is a natural person's.
    OrgCode,
    /// Codes and numbers that only look like identity numbers by chance.
    Code,
    /// The name of an event.
    Retracts,
    /// Anything else.
    Free,
}

impl Place {
    fn of(key: &str) -> Self {
        match key {
            "agent"
            | "applicant"
            | "attendee"
            | "contact"
            | "directors"
            | "dissent"
            | "expert"
            | "experts"
            | "inspectors"
            | "legal_representative"
            | "manager"
            | "person"
            | "persons"
            | "signed_by"
            | "staff" => Self::Person,
            // Not of events.md, but what other systems call an identity number.
            "id_card" | "id_no" | "id_number" | "idcard" | "identity_number" | "passport" | "身份证号"
            | "证件号码" => Self::Person,
            "by" | "complainant" => Self::Either,
            "account_holder" | "actor" | "guarantor" | "holder" | "holders" | "host" | "object" | "payee"
            | "payer" | "to" => Self::Party,
            "code" | "names" | "org" | "parties" | "respondents" => Self::OrgCode,
            "account" | "alert" | "board_serial" | "ca_lock" | "complaint" | "cpu_id" | "department"
            | "devices" | "digest" | "disk_serial" | "entry" | "feature_code" | "file_digest"
            | "fingerprints" | "inspection" | "item" | "locks" | "mac" | "machine_code" | "memory_serial"
            | "objection" | "pricing_lock" | "project" | "region" | "relaunch_of" | "section" => Self::Code,
            "retracts" => Self::Retracts,
            _ => Self::Free,
        }
    }
}

impl Scrub {
    /// A scrubber with a site's key.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        // A key of one block or less is used as it is, so the length is never wrong.
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        Self { mac, keeps_pseudonyms: false }
    }

    /// The same, for what this site scrubbed before and somebody has edited since.
    pub(super) fn keeping_pseudonyms(&self) -> Self {
        Self { keeps_pseudonyms: true, ..self.clone() }
    }

    /// The pseudonym of an identity number.
    pub(super) fn pseudonym(&self, number: &str) -> String {
        let mut mac = self.mac.clone();
        mac.update(normalise::fold_id(number).as_bytes());
        let digest = mac.finalize().into_bytes();
        let bits = digest[..16].iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let mut text = String::with_capacity(PREFIX.len() + SYMBOLS);
        text.push_str(PREFIX);
        // 26 symbols hold 130 bits; the last one carries the two that are over as zeros.
        for symbol in 0..SYMBOLS {
            let five = if symbol < SYMBOLS - 1 { bits >> (123 - 5 * symbol) } else { bits << 2 };
            text.push(char::from(ALPHABET[(five & 31) as usize]));
        }
        text
    }

    /// Scrubs an envelope, or whatever else was sent in the place of one.
    pub(super) fn envelope(&self, json: &mut Json, placeholders: &Placeholders) {
        let Json::Object(envelope) = json else { return self.value(json, Place::Free, placeholders) };
        if envelope.get("specversion").is_none() {
            return self.value(json, Place::Free, placeholders);
        }
        for (key, value) in envelope.iter_mut() {
            if !matches!(key, "specversion" | "id" | "source" | "type" | "time") {
                self.value(value, Place::Free, placeholders);
            }
        }
        self.keys(envelope);
    }

    fn value(&self, json: &mut Json, place: Place, placeholders: &Placeholders) {
        match json {
            Json::Array(elements) => {
                for element in elements {
                    self.value(element, place, placeholders);
                }
            }
            Json::Object(object) => self.object(object, place, placeholders),
            Json::String(text) => self.string(text, place, placeholders),
            Json::U64(number) => {
                if let Some(pseudonym) = self.number(*number, place) {
                    *json = Json::String(pseudonym);
                }
            }
            Json::Null | Json::Bool(_) | Json::I64(_) | Json::F64(_) => {}
        }
    }

    fn object(&self, object: &mut Object, place: Place, placeholders: &Placeholders) {
        let coded = object.get("code").is_some();
        let is_person = match place {
            Place::Retracts => false,
            Place::Person | Place::Either => true,
            Place::Party => !coded,
            Place::OrgCode | Place::Code | Place::Free => {
                !coded && object.get("name").is_some() && object.get("id").is_some()
            }
        };
        for (key, value) in object.iter_mut() {
            match key {
                "id" | "source" if place == Place::Retracts => {}
                "id" if is_person => self.identity(value, placeholders),
                key => self.value(value, Place::of(key), placeholders),
            }
        }
        self.keys(object);
    }

    /// Replaces an identity number, and all that stands within where it is no plain one.
    fn identity(&self, json: &mut Json, placeholders: &Placeholders) {
        match json {
            Json::Array(elements) => elements.iter_mut().for_each(|json| self.identity(json, placeholders)),
            Json::Object(object) => object.iter_mut().for_each(|(_, json)| self.identity(json, placeholders)),
            json => self.value(json, Place::Person, placeholders),
        }
    }

    fn string(&self, text: &mut String, place: Place, placeholders: &Placeholders) {
        match place {
            Place::Person | Place::Either => {
                let folded = normalise::fold_id(text);
                let nobody = normalise::is_all_zero(&folded) || placeholders.contains(&folded);
                let organisation = place == Place::Either && normalise::credit_code_check(&folded);
                let kept = self.keeps_pseudonyms && is_pseudonym(text);
                if !nobody && !organisation && !kept {
                    *text = self.pseudonym(text);
                }
            }
            Place::Code => {}
            Place::OrgCode | Place::Party if normalise::credit_code_check(text) => {}
            Place::OrgCode | Place::Party | Place::Free | Place::Retracts => {
                if let Cow::Owned(clean) = self.free_text(text) {
                    *text = clean;
                }
            }
        }
    }

    fn number(&self, number: u64, place: Place) -> Option<String> {
        match place {
            Place::Person | Place::Either => (number != 0).then(|| self.pseudonym(&number.to_string())),
            Place::Code | Place::OrgCode => None,
            // Eighteen digits: nothing else is worth a look.
            _ if !(10_u64.pow(17)..10_u64.pow(18)).contains(&number) => None,
            _ => match self.free_text(&number.to_string()) {
                Cow::Owned(pseudonym) => Some(pseudonym),
                Cow::Borrowed(_) => None,
            },
        }
    }

    /// A text with every resident identity number that stands alone replaced.
    fn free_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if text.len() < 18 {
            return Cow::Borrowed(text);
        }
        let (mut clean, mut done) = (String::new(), 0);
        while let Some((range, number)) = normalise::identity_number_at(text, done) {
            clean.push_str(&text[done..range.start]);
            clean.push_str(&self.pseudonym(&String::from_utf8_lossy(&number)));
            done = range.end;
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        clean.push_str(&text[done..]);
        Cow::Owned(clean)
    }

    /// Replaces identity numbers in keys.
    fn keys(&self, object: &mut Object) {
        if !object.iter().any(|(key, _)| matches!(self.free_text(key), Cow::Owned(_))) {
            return;
        }
        let mut entries = std::mem::take(object).into_entries();
        for (key, _) in &mut entries {
            *key = self.free_text(key).into();
        }
        // Two spellings of one number may become one key; the first value stands for both.
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        entries.dedup_by(|later, first| later.0 == first.0);
        *object = Object::new(entries).unwrap_or_default();
    }
}
