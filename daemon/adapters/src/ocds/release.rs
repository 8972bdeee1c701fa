//! A release as its parts read it: who is who, what its lots are, and values by path.

use super::{Fields, Json, Name, Object, Place, What, listed};
use crate::report::Report;
use crate::{amount, fault, when};
use std::collections::BTreeMap;
use xiezhi_dataflows::event::Faults;
use xiezhi_dataflows::normalise::{self, Instant};

/// Fields of a release.
const RELEASE: &str = "ocid id date tag initiationType language parties buyer planning tender awards contracts bids \
                       relatedProcesses publishedDate links sources";
/// The offset of a time that has none: OCDS asks for one, and UTC is what its publishers write most.
const UTC: &str = "Z";

/// A release that is being read.
pub(super) struct Release<'r> {
    /// What names its events.
    pub(super) name: Name,
    /// The name of its contracting process.
    pub(super) ocid: String,
    object: &'r Object,
    parties: BTreeMap<&'r str, &'r Object>,
    currency: Option<String>,
    /// Pairs of a section and an organisation that may still be made events of.
    room: usize,
    place: &'r Place,
    report: &'r mut Report,
}

/// Pairs of a section and an organisation in one release: a bid on every lot by every bidder. The largest seen have some
/// hundreds; without a limit a megabyte could hold a hundred million.
const PAIRS_MAX: usize = 20_000;

impl<'r> Release<'r> {
    /// A release with its name, or what it lacks.
    pub(super) fn new(
        object: &'r Object,
        place: &'r Place,
        report: &'r mut Report,
    ) -> Result<Release<'r>, Faults> {
        let given = |key: &str| match object.get(key) {
            Some(Json::String(text)) if !text.trim().is_empty() => Some(text.trim().to_owned()),
            _ => None,
        };
        let mut faults = Vec::new();
        let mut lacks = |key: &str, what: &str| faults.push(fault(key, format!("is missing; give {what}")));
        let (ocid, date) = (given("ocid"), given("date").and_then(|date| when::instant(&date, UTC)));
        if ocid.is_none() {
            lacks("ocid", "the contracting process's open contracting id, or a package of releases");
        }
        if date.is_none() {
            lacks("date", "when the release was published, such as 2026-03-02T09:30:00Z");
        }
        let (Some(ocid), Some(at)) = (ocid, date) else { return Err(Faults(faults)) };
        let compiled = elements(object.get("tag")).any(|tag| tag.as_str() == Some("compiled"));
        let key = given("id").filter(|_| !compiled).unwrap_or_else(|| ocid.clone());
        let prefix: Vec<&str> = ocid.splitn(3, '-').take(2).collect();
        let name = Name { source: format!("/ocds/{}", prefix.join("-")), key, at };
        let mut release = Release {
            name,
            ocid,
            object,
            parties: BTreeMap::new(),
            currency: None,
            room: PAIRS_MAX,
            place,
            report,
        };
        release.known(object, "", RELEASE);
        for party in objects(object.get("parties")) {
            release.parties.extend(party.get("id").and_then(Json::as_str).map(|id| (id, party)));
        }
        Ok(release)
    }

    /// A part of the release.
    pub(super) fn part(&self, key: &str) -> Option<&'r Object> {
        inner(self.object, key)
    }

    /// A list of the release.
    pub(super) fn list(&self, key: &str) -> impl Iterator<Item = &'r Object> + use<'r> {
        objects(self.object.get(key))
    }

    /// The party of an id.
    pub(super) fn party(&self, id: &str) -> Option<&'r Object> {
        self.parties.get(id).copied()
    }

    /// The first party that has a role.
    pub(super) fn in_role(&self, role: &str) -> Option<&'r Object> {
        let has = |party: &&&Object| elements(party.get("roles")).any(|given| given.as_str() == Some(role));
        self.parties.values().find(has).copied()
    }

    /// The sections that a bid or award is about: its lots, else all of the tender's, else the tender as a whole. Each
    /// costs so much of what one release may give; past that there are none, which is reported.
    pub(super) fn sections(&mut self, related: Option<&Json>, cost: usize) -> Vec<String> {
        let mut lots: Vec<&str> = elements(related).filter_map(Json::as_str).collect();
        if lots.is_empty() {
            let tender = self.part("tender");
            lots = objects(tender.and_then(|tender| tender.get("lots")))
                .filter_map(|lot| lot.get("id")?.as_str())
                .collect();
        }
        if lots.is_empty() {
            return vec![self.ocid.clone()];
        }
        let room = self.room / cost.max(1);
        if lots.len() > room {
            self.note(
                "release",
                "more bids, awards and lots than one release may have; the rest was left out",
            );
            lots.truncate(room);
        }
        self.room -= lots.len() * cost;
        lots.iter().map(|lot| self.section(lot)).collect()
    }

    /// The section of a lot.
    pub(super) fn section(&self, lot: &str) -> String {
        format!("{}/{lot}", self.ocid)
    }

    /// Reports fields that OCDS does not have in an object of the release.
    pub(super) fn known(&mut self, object: &Object, path: &str, fields: &str) {
        for (key, _) in object.iter().filter(|(key, _)| !listed(fields, key)) {
            let dot = if path.is_empty() { "" } else { "." };
            self.report.note(What::Column, &format!("{path}{dot}{key}"), self.place);
        }
    }

    /// Reports a code that OCDS does not have.
    pub(super) fn unknown_code(&mut self, path: &str, code: &str) {
        self.report.code(path, code, self.place);
    }

    /// Reports a value that was left out or taken in the one way that was left.
    pub(super) fn note(&mut self, path: &str, what: &str) {
        self.report.note(What::Value, &format!("{path}: {what}"), self.place);
    }

    /// An instant; one that is none is left out and reported.
    pub(super) fn moment(&mut self, json: Option<&Json>, path: &str) -> Option<Instant> {
        let text = json?.as_str()?;
        let at = moment_of(json);
        if at.is_none() {
            self.note(path, "no time; left out");
        } else if at != when::instant(text, when::LOCAL) {
            self.note(path, "without an offset; read as UTC");
        }
        at
    }

    /// An instant as a value.
    pub(super) fn instant(&mut self, json: Option<&Json>, path: &str) -> Option<Json> {
        self.moment(json, path).map(|at| Json::String(at.to_rfc3339()))
    }

    /// An amount in the release's currency, at two decimals; any other is left out. Both are reported.
    pub(super) fn money(&mut self, json: Option<&Json>, path: &str) -> Option<Json> {
        let value = json?;
        let given = value.get("amount").filter(|amount| **amount != Json::Null)?;
        if let Some(currency) = value.get("currency").and_then(Json::as_str) {
            let first = self.currency.get_or_insert_with(|| currency.to_owned());
            if first != currency {
                self.note(path, "in another currency than the release's first; left out");
                return None;
            }
        }
        match amount::rounded(given) {
            Ok((amount, rounds)) => {
                if rounds {
                    self.note(path, "more than two decimals; rounded");
                }
                Some(amount)
            }
            Err(reason) => {
                self.note(path, &format!("{}; left out", reason.split(';').next().unwrap_or_default()));
                None
            }
        }
    }
}

/// An organisation that is referred to by id: its unified social credit code where the party has one, else the id.
pub(super) fn org(release: &Release<'_>, reference: &Object) -> Option<Json> {
    let id = reference.get("id").and_then(Json::as_str)?;
    let party = release.party(id);
    let name = text(party.and_then(|party| party.get("name")).or_else(|| reference.get("name")));
    Fields::default().put("code", Some(Json::String(code(party, id)))).put("name", name).object()
}

/// The code of a party.
pub(super) fn code(party: Option<&Object>, id: &str) -> String {
    let identifier = party.and_then(|party| party.get("identifier")?.get("id")?.as_str());
    identifier.filter(|code| normalise::credit_code_check(code)).unwrap_or(id).to_owned()
}

/// An object within an object.
pub(super) fn inner<'j>(object: &'j Object, key: &str) -> Option<&'j Object> {
    match object.get(key) {
        Some(Json::Object(inner)) => Some(inner),
        _ => None,
    }
}

/// The elements of a list; none of what is no list.
pub(super) fn elements(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    let elements: &[Json] = match json {
        Some(Json::Array(elements)) => elements,
        _ => &[],
    };
    elements.iter()
}

/// The objects of a list.
pub(super) fn objects(json: Option<&Json>) -> impl Iterator<Item = &Object> {
    elements(json).filter_map(|element| match element {
        Json::Object(object) => Some(object),
        _ => None,
    })
}

/// An instant, with nothing reported: for one that is read in its own place too.
pub(super) fn moment_of(json: Option<&Json>) -> Option<Instant> {
    when::instant(json?.as_str()?, UTC)
}

/// A text as a value.
pub(super) fn text(json: Option<&Json>) -> Option<Json> {
    json?.as_str().map(Json::from)
}

/// An id as it stands in an event's name.
pub(super) fn id(object: &Object) -> String {
    match object.get("id") {
        Some(Json::String(id)) => id.clone(),
        Some(number @ Json::U64(_)) => String::from_utf8(number.to_bytes()).unwrap_or_default(),
        _ => "-".to_owned(),
    }
}
