//! Bids: `bid.submitted`, `bid.opened`, `bid.rejected`, `bid.withdrawn`.
//!
//! A bid that a release lists was opened, whether or not it gives a price: at the opening where the release says when that
//! was, else when submission ended, or when the bid itself came, if that was later.

use super::parties::contact;
use super::release::{Release, id, inner, moment_of, objects, org};
use super::{Draft, Fields, Json, Object, event, list};
use std::collections::BTreeSet;
use xiezhi_dataflows::normalise::Instant;

/// Fields of a bid.
const BID: &str = "id date status tenderers value documents relatedLots items requirementResponses rank";

/// What the release says of bids.
pub(super) fn events(release: &mut Release<'_>) -> Vec<Draft> {
    let details = release.part("bids").and_then(|bids| bids.get("details"));
    let (mut drafts, mut seen) = (Vec::new(), BTreeSet::new());
    for bid in objects(details) {
        release.known(bid, "bids.details[]", BID);
        seen.extend(objects(bid.get("tenderers")).map(id));
        drafts.extend(bid_events(release, bid));
    }
    drafts.extend(named_only(release, &seen));
    drafts
}

fn bid_events(release: &mut Release<'_>, bid: &Object) -> Vec<Draft> {
    let status = bid.get("status").and_then(Json::as_str).unwrap_or_default();
    let then = match status {
        "" | "valid" | "pending" => None,
        "disqualified" => Some("bid.rejected"),
        "withdrawn" => Some("bid.withdrawn"),
        // Asked to bid, which is no bid.
        "invited" => return Vec::new(),
        other => {
            release.unknown_code("bids.details[].status", other);
            None
        }
    };
    let tenderers: Vec<&Object> = objects(bid.get("tenderers")).collect();
    let Some((lead, others)) = tenderers.split_first() else {
        release.note("bids.details[].tenderers", "none given; the bid was left out");
        return Vec::new();
    };
    let Some(bidder) = org(release, lead) else { return Vec::new() };
    let consortium = list(others.iter().filter_map(|member| org(release, member)).collect());
    let submitted = release.moment(bid.get("date"), "bids.details[].date");
    let price = release.money(bid.get("value"), "bids.details[].value");
    let opened = opening(release, submitted).or(submitted);
    let number = id(bid);
    let mut drafts = Vec::new();
    for section in release.sections(bid.get("relatedLots"), tenderers.len()) {
        let about = Fields::default()
            .put("section", Some(section.as_str().into()))
            .put("bidder", Some(bidder.clone()));
        let data = submission(release, lead, about.clone())
            .put("submitted_at", submitted.map(|at| Json::String(at.to_rfc3339())))
            .put("consortium", consortium.clone())
            .put("price", price.clone());
        let at = |draft: Draft, time: Option<Instant>| Draft { time, ..draft };
        drafts.push(at(event("bid.submitted", format!("bid/{number}/{section}"), data), submitted));
        if then != Some("bid.withdrawn") {
            let data = about.clone().put("price", price.clone());
            drafts.push(at(event("bid.opened", format!("bid/{number}/{section}/opened"), data), opened));
        }
        drafts.extend(then.map(|kind| event(kind, format!("bid/{number}/{section}/{status}"), about)));
    }
    drafts
}

/// The bidder's contact in this process.
fn submission(release: &Release<'_>, bidder: &Object, about: Fields) -> Fields {
    let Some(party) = release.party(&id(bidder)) else { return about };
    let name = Fields::default().put("name", contact(party, "name"));
    about
        .put("contact", name.object())
        .put("phone", contact(party, "telephone"))
        .put("email", contact(party, "email"))
}

/// When bids were opened: at the opening, else when submission ended or when this one came, whichever was later.
fn opening(release: &Release<'_>, submitted: Option<Instant>) -> Option<Instant> {
    let tender = release.part("tender")?;
    let date = |part, key| moment_of(inner(tender, part)?.get(key));
    date("bidOpening", "date").or_else(|| date("tenderPeriod", "endDate").max(submitted))
}

/// Tenderers of whom no bid is listed: they bid, and that is all that is known.
fn named_only(release: &mut Release<'_>, seen: &BTreeSet<String>) -> Vec<Draft> {
    let tender = release.part("tender");
    let tenderers = objects(tender.and_then(|tender| tender.get("tenderers")));
    let mut drafts = Vec::new();
    for tenderer in tenderers.filter(|tenderer| !seen.contains(&id(tenderer))) {
        let Some(bidder) = org(release, tenderer) else { continue };
        for section in release.sections(None, 1) {
            let about = Fields::default()
                .put("section", Some(section.as_str().into()))
                .put("bidder", Some(bidder.clone()));
            let data = submission(release, tenderer, about);
            drafts.push(event("bid.submitted", format!("tenderer/{}/{section}", id(tenderer)), data));
        }
    }
    drafts
}
