//! OCDS 1.1 releases with bids, made into events.
//!
//! A text is a release, a release package or a record package. Events' source is `/ocds/PREFIX` with the publisher's
//! prefix; their ids begin with the ocid for a compiled release, else with the release's own id, and with its date: a
//! compiled release of a later date takes the place of the one before, other releases add up. Each lot is a section
//! (`OCID/LOT`); a tender without lots is one section, called by its ocid.
//!
//! What there is no field for is left out: an award's date is when it was decided, not when the winner was told, so
//! `notified_at` stays unknown. Amounts are in the currency that the release gives first. A value that cannot be read
//! is left out and reported; only a release without `ocid` or `date` is refused.

mod awards;
mod bids;
mod parties;
mod release;
mod tender;

use crate::draft::{Draft, Fields, Name, list};
use crate::report::What;
use crate::{Made, Place, Shared, wrong};
use release::Release;
use xiezhi_dataflows::event::Faults;
use xiezhi_dataflows::json::{Json, Object};

/// Fields of a package, besides its releases or records.
const PACKAGE: &str = "uri version extensions publishedDate publisher license publicationPolicy releases records \
                       packages links";

/// Takes one text: a release or a package of them.
pub(crate) fn document(object: &Object, place: &Place, shared: &mut Shared) -> Result<Vec<Made>, Faults> {
    let packed = ["releases", "records"].into_iter().find_map(|key| match object.get(key) {
        Some(Json::Array(elements)) => Some(elements),
        _ => None,
    });
    let Some(packed) = packed else { return release(object, place, shared) };
    for (key, _) in object.iter().filter(|(key, _)| !listed(PACKAGE, key)) {
        shared.report.note(What::Column, key, place);
    }
    let mut made = Vec::new();
    for element in packed {
        let released = match element.get("compiledRelease").unwrap_or(element) {
            Json::Object(object) => release(object, place, shared),
            other => Err(wrong("releases[]", format!("is {}; give a release as an object", other.what()))),
        };
        // One bad release does not take the others along.
        made.extend(
            released.unwrap_or_else(|faults| vec![Made { place: place.clone(), event: Err(faults) }]),
        );
    }
    Ok(made)
}

fn release(object: &Object, place: &Place, shared: &mut Shared) -> Result<Vec<Made>, Faults> {
    let mut release = Release::new(object, place, &mut shared.report)?;
    let mut drafts = tender::events(&mut release);
    drafts.extend(parties::events(&mut release));
    drafts.extend(bids::events(&mut release));
    drafts.extend(awards::events(&mut release));
    let name = release.name;
    Ok(shared.versions.events(&name, drafts, place, &mut shared.report))
}

/// Whether a word stands in a list of words separated by blanks.
fn listed(words: &str, word: &str) -> bool {
    words.split_ascii_whitespace().any(|listed| listed == word)
}

/// An event of a release.
fn event(kind: &'static str, suffix: String, data: Fields) -> Draft {
    Draft { kind, suffix, time: None, data }
}
