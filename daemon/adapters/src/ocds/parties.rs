//! Parties: `party.recorded` for each organisation that the release describes.

use super::release::{Release, code, id, inner, text};
use super::{Draft, Fields, Json, Object, event, list};

/// Fields of a party.
const PARTY: &str =
    "id name identifier additionalIdentifiers address contactPoint additionalContactPoints roles details";

/// The parties of the release.
pub(super) fn events(release: &mut Release<'_>) -> Vec<Draft> {
    let parties: Vec<&Object> = release.list("parties").collect();
    parties.into_iter().filter_map(|party| recorded(release, party)).collect()
}

fn recorded(release: &mut Release<'_>, party: &Object) -> Option<Draft> {
    release.known(party, "parties[]", PARTY);
    let reference = party.get("id").and_then(Json::as_str)?;
    let one = |key| list(contact(party, key).into_iter().collect());
    let address = inner(party, "address");
    let street = address.and_then(|address| address.get("streetAddress"));
    let data = Fields::default()
        .put("org", Some(Json::String(code(Some(party), reference))))
        .put("name", Some(text(party.get("name"))?))
        .put("phones", one("telephone"))
        .put("emails", one("email"))
        .put("address", text(street));
    Some(event("party.recorded", format!("party/{}", id(party)), data))
}

/// What a party's contact point gives.
pub(super) fn contact(party: &Object, key: &str) -> Option<Json> {
    text(inner(party, "contactPoint")?.get(key))
}
