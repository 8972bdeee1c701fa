//! The values that fields hold, each read and normalised in one way.

use std::fmt;

use super::fault::{FaultCode, quoted};
use super::read::{Read, Reading, Stop, Value, record};
use crate::json::{Json, Object};
use crate::normalise::{
    self, Date, Fen, FenDelta, Instant, NumberFault, Quantity, SCORE_LIMIT, Score, Share, TimeFault,
    YUAN_LIMIT,
};

/// Characters of a code. Codes of the trade have up to thirty; ids of certificates and machines up to a hundred.
pub const CODE_CHARS_MAX: usize = 128;
/// Characters of a text: a long note of a witness. Documents are referred to by `media`.
pub const TEXT_CHARS_MAX: usize = 4_096;
/// Characters of an event's `id` and `source`: they are keys of the journal and stand in every piece of evidence.
pub const NAME_CHARS_MAX: usize = 256;

/// Declares a string type with its own meaning.
macro_rules! string {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The normalised text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes the text out.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

string! {
    /// A code of a section, project, department, complaint, item …: folded, trimmed, upper case.
    Code
}
string! {
    /// An organisation's unified social credit code; upper case, its check digit warned of and not insisted on.
    OrgCode
}
string! {
    /// A person's keyed pseudonym: `p:` and 26 characters. Never an identity number.
    PersonId
}
string! {
    /// A code of hardware, a dongle's or a certificate's number: upper case, without `-`, `:` and blanks.
    Hardware
}
string! {
    /// A bank account: upper case, without `-`, `:` and blanks.
    Account
}
string! {
    /// An address of the net, canonical.
    Ip
}
string! {
    /// A telephone number: digits only, without +86.
    Phone
}
string! {
    /// A mail address, lower case.
    Email
}
string! {
    /// A digest of a file, lower case.
    Digest
}
string! {
    /// A name, reason or note: folded, at most [`TEXT_CHARS_MAX`] characters.
    Text
}

/// An organisation: known by its code alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Organisation {
    /// Its credit code.
    pub code: OrgCode,
    /// Its name, for showing only.
    pub name: Option<Text>,
}

/// A person: compared by pseudonym, shown by name. At least one of the two is there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Person {
    /// The pseudonym, where an identity number was given.
    pub id: Option<PersonId>,
    /// The name, to be masked where the reader may not see it.
    pub name: Option<Text>,
}

/// One who may be an organisation or a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Party {
    /// Given with a code.
    Organisation(Organisation),
    /// Given with an identity number or only a name.
    Person(Person),
}

record! {
    /// The machine on which a bid was made or uploaded.
    Device {
        mac: Option<Hardware>,
        ip: Option<Ip>,
        cpu_id: Option<Hardware>,
        disk_serial: Option<Hardware>,
        memory_serial: Option<Hardware>,
        board_serial: Option<Hardware>,
        machine_code: Option<Hardware>,
    }
}

impl Value for Code {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let text = reading.string(json, "a code as a string")?;
        let code = normalise::code(&text);
        reading.limited(&code, CODE_CHARS_MAX)?;
        if code.chars().any(char::is_control) {
            return Err(reading.fault(FaultCode::Malformed, "holds a control character".to_owned()));
        }
        Ok(Self(code.into_owned()))
    }
}

impl Value for OrgCode {
    /// From a string, or from an organisation's object.
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let json = match json {
            Json::Object(object) => object.get("code").ok_or(LACKS_CODE)?,
            json => json,
        };
        let Code(code) = Code::read(json, reading)?;
        reading.check_credit_code(&code);
        Ok(Self(code))
    }
}

const LACKS_CODE: Stop = Stop::Lacks("code", "the organisation's unified social credit code");

impl Value for Organisation {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let object = reading.object(json, "an organisation as {\"code\", \"name\"}")?;
        let code = optional::<OrgCode>(object, "code", reading)?;
        let name = optional(object, "name", reading)?;
        Ok(Self { code: code.ok_or(LACKS_CODE)?, name })
    }
}

impl Value for PersonId {
    /// Only what the door made: an identity number that slipped past it is not given, never kept.
    fn read(json: &Json, _: &mut Reading<'_>) -> Read<Self> {
        match json {
            Json::String(text) if super::scrub::is_pseudonym(text) => Ok(Self(text.clone())),
            _ => Err(Stop::NotGiven),
        }
    }
}

impl Value for Person {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        if let Json::String(_) = json {
            return PersonId::read(json, reading).map(|id| Self { id: Some(id), name: None });
        }
        let object = reading.object(json, "a person as {\"id\", \"name\"}")?;
        let (id, name) = (optional(object, "id", reading)?, optional(object, "name", reading)?);
        match (&id, &name) {
            (None, None) => Err(Stop::Lacks("id", "the person's identity number, or at least a name")),
            _ => Ok(Self { id, name }),
        }
    }
}

impl Value for Party {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        match json {
            Json::String(text) if super::scrub::is_pseudonym(text) => {
                Person::read(json, reading).map(Self::Person)
            }
            Json::String(_) => {
                OrgCode::read(json, reading).map(|code| Self::Organisation(Organisation { code, name: None }))
            }
            _ => {
                let object = reading.object(
                    json,
                    "an organisation as {\"code\", \"name\"} or a person as {\"id\", \"name\"}",
                )?;
                match object.get("code").map(|_| Organisation::read(json, reading)) {
                    // An organisation whose code is a placeholder may still be a person with a name.
                    None | Some(Err(Stop::NotGiven | Stop::Lacks(..))) => {
                        Person::read(json, reading).map(Self::Person)
                    }
                    Some(organisation) => organisation.map(Self::Organisation),
                }
            }
        }
    }
}

fn optional<T: Value>(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Read<Option<T>> {
    super::read::Field::field(object, name, reading).ok_or(Stop::Faulty)
}

/// Hardware codes given as strings, or as devices of which every code counts: what the tenderer's own files show.
pub(super) fn own_codes(
    object: &Object,
    name: &'static str,
    reading: &mut Reading<'_>,
) -> Option<Vec<Hardware>> {
    let given: Vec<OwnDevice> = super::read::Field::field(object, name, reading)?;
    Some(given.into_iter().flat_map(|device| device.0).collect())
}

/// One entry of the tenderer's own devices.
struct OwnDevice(Vec<Hardware>);

impl Value for OwnDevice {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        if let Json::String(text) = json {
            let code = Hardware::read(json, reading)?;
            // An address keeps the colons that codes lose, so what is one counts in both spellings.
            let is_address = normalise::fold(text).parse::<std::net::IpAddr>().is_ok();
            let address = normalise::ip(text).filter(|address| is_address && **address != *code);
            return Ok(Self(std::iter::once(code).chain(address.map(Hardware)).collect()));
        }
        let device = Device::read(json, reading)?;
        let ip = device.ip.map(|ip| Hardware(ip.into_string()));
        let codes =
            [device.mac, ip, device.cpu_id, device.disk_serial, device.memory_serial, device.board_serial];
        Ok(Self(codes.into_iter().chain([device.machine_code]).flatten().collect()))
    }
}

impl Value for Hardware {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        hardware(json, reading).map(Self)
    }
}

impl Value for Account {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        hardware(json, reading).map(Self)
    }
}

fn hardware(json: &Json, reading: &mut Reading<'_>) -> Read<String> {
    let text = reading.string(json, "a code as a string")?;
    let code = normalise::hardware(&text);
    if normalise::is_blank_hardware(&code) {
        return Err(Stop::NotGiven);
    }
    reading.limited(&code, CODE_CHARS_MAX)?;
    Ok(code.into_owned())
}

/// A string type whose normal form may be "none at all".
macro_rules! read_string {
    ($name:ident, $expected:literal, $normalise:expr) => {
        impl Value for $name {
            fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
                let text = reading.string(json, $expected)?;
                let normalise: fn(&str) -> Option<String> = $normalise;
                let text = normalise(&text).ok_or(Stop::NotGiven)?;
                reading.limited(&text, CODE_CHARS_MAX)?;
                Ok(Self(text))
            }
        }
    };
}

read_string!(Ip, "an address as a string", normalise::ip);
read_string!(Phone, "a telephone number as a string", normalise::phone);
read_string!(Email, "a mail address as a string", normalise::email);
read_string!(Digest, "a digest as a string", |text| Some(normalise::digest(text).into_owned()));

impl Value for Text {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let folded = reading.string(json, "a string")?;
        let text = normalise::text(&folded);
        if text.is_empty() {
            return Err(Stop::NotGiven);
        }
        reading.limited(&text, TEXT_CHARS_MAX)?;
        Ok(Self(text.into_owned()))
    }
}

impl Reading<'_> {
    /// Refuses a text of too many characters.
    pub(super) fn limited(&mut self, text: &str, max: usize) -> Read<()> {
        // Bytes first: most texts are too short to hold too many characters.
        if text.len() <= max {
            return Ok(());
        }
        match text.chars().count() {
            count if count <= max => Ok(()),
            count => {
                Err(self.fault(FaultCode::TooLong, format!("has {count} characters; give at most {max}")))
            }
        }
    }

    fn number<T>(&mut self, json: &Json, range: &str, read: fn(&Json) -> Result<T, NumberFault>) -> Read<T> {
        let fault = match read(json) {
            Ok(value) => return Ok(value),
            Err(fault) => fault,
        };
        match (fault, json) {
            (NumberFault::Type, other) => Err(self.no(other, range)),
            (_, Json::String(text)) if self.is_placeholder(&normalise::fold(text)) => Err(Stop::NotGiven),
            (NumberFault::Form, json) => {
                let shown = quoted(json.as_str().unwrap_or_default());
                Err(self
                    .fault(FaultCode::Malformed, format!("is \"{shown}\", no plain number; give {range}")))
            }
            (NumberFault::TooFine, _) => {
                Err(self.fault(FaultCode::Malformed, format!("has too many decimals; give {range}")))
            }
            (NumberFault::Negative, _) => {
                Err(self.fault(FaultCode::OutOfRange, format!("is negative; give {range}")))
            }
            (NumberFault::TooLarge, _) => {
                Err(self.fault(FaultCode::OutOfRange, format!("is too large; give {range}")))
            }
        }
    }

    fn time<T>(
        &mut self,
        json: &Json,
        form: &str,
        years: (i32, i32),
        read: fn(&str) -> Result<T, TimeFault>,
    ) -> Read<T> {
        let text = self.string(json, form)?;
        let (first, last) = years;
        let (code, reason) = match read(&text) {
            Ok(time) => return Ok(time),
            Err(TimeFault::Form) => (FaultCode::Malformed, format!("is \"{}\"; give {form}", quoted(&text))),
            Err(TimeFault::Impossible) => (
                FaultCode::OutOfRange,
                format!("is \"{}\", which no calendar or clock shows; give {form}", quoted(&text)),
            ),
            Err(TimeFault::LeapSecond) => {
                (FaultCode::OutOfRange, "is a leap second; give second 59 or the next second 00".to_owned())
            }
            Err(TimeFault::Year) => (
                FaultCode::OutOfRange,
                format!("is \"{}\"; give a year from {first} to {last}", quoted(&text)),
            ),
        };
        Err(self.fault(code, reason))
    }
}

/// A number: what its reader takes, and how the range reads.
macro_rules! read_number {
    ($($name:ident by $read:path: $range:expr;)+) => {
        $(impl Value for $name {
            fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
                reading.number(json, $range, $read)
            }
        })+
    };
}

read_number! {
    Share by normalise::share: "a share from 0 to 1";
    Quantity by normalise::quantity: "a quantity from 0 up to 1,000,000,000,000 with at most six decimals";
    Score by normalise::score: "marks below 1,000,000,000 with at most four decimals";
    FenDelta by normalise::fen_delta: "yuan below 10,000,000,000,000 with at most two decimals, negative for less";
}

impl Value for Fen {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        // "0" in a string is a placeholder, while the number 0 is a price.
        if let Json::String(_) = json {
            reading.string(json, "a number")?;
        }
        reading.number(json, "yuan from 0 up to 10,000,000,000,000 with at most two decimals", normalise::fen)
    }
}

// The ranges are spelled out above for people; these keep them true.
const _: () = assert!(YUAN_LIMIT == 10_000_000_000_000 && SCORE_LIMIT == 1_000_000_000);

impl Value for Instant {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let form = "an instant with offset, such as 2026-03-02T09:30:00+08:00";
        reading.time(json, form, normalise::INSTANT_YEARS, Instant::parse)
    }
}

impl Value for Date {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let form = "a date such as 2026-03-02";
        reading.time(json, form, normalise::DATE_YEARS, Date::parse)
    }
}

impl Value for Box<str> {
    /// A name that another system gave to an event or to itself: kept as sent, so placeholders do not apply.
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let name = match json {
            Json::String(name) => name,
            Json::Null => return Err(Stop::NotGiven),
            other => return Err(reading.no(other, "a string")),
        };
        if name.trim().is_empty() {
            return Err(Stop::NotGiven);
        }
        reading.limited(name, NAME_CHARS_MAX)?;
        if name.chars().any(char::is_control) {
            return Err(reading.fault(FaultCode::Malformed, "holds a control character".to_owned()));
        }
        Ok(name.as_str().into())
    }
}

impl Value for bool {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        match json {
            Json::Bool(value) => Ok(*value),
            other => Err(reading.no(other, "true or false")),
        }
    }
}

impl Value for u64 {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let range = "a whole number from 0 up to 18,446,744,073,709,551,615";
        match json {
            Json::U64(value) => Ok(*value),
            Json::I64(_) | Json::F64(_) => Err(reading
                .fault(FaultCode::OutOfRange, format!("is negative, broken or too large; give {range}"))),
            other => Err(reading.no(other, range)),
        }
    }
}

impl Value for u32 {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let range = "a whole number from 0 up to 4,294,967,295";
        match json {
            Json::U64(value) if *value <= u64::from(u32::MAX) => {
                Ok(u32::try_from(*value).unwrap_or(u32::MAX))
            }
            Json::U64(_) | Json::I64(_) | Json::F64(_) => Err(reading
                .fault(FaultCode::OutOfRange, format!("is negative, broken or too large; give {range}"))),
            other => Err(reading.no(other, range)),
        }
    }
}
