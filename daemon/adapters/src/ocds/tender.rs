//! The tender: `project.registered`, `section.announced`, and how it ended.

use super::release::{Release, id, inner, objects, org, text};
use super::{Draft, Fields, Json, Object, event};

/// Fields of a tender.
const TENDER: &str = "id title description status procuringEntity items value minValue procurementMethod \
     procurementMethodDetails procurementMethodRationale mainProcurementCategory additionalProcurementCategories \
     awardCriteria awardCriteriaDetails submissionMethod submissionMethodDetails tenderPeriod enquiryPeriod \
     hasEnquiries eligibilityCriteria awardPeriod contractPeriod numberOfTenderers tenderers documents milestones \
     amendments amendment lots lotDetails bidOpening datePublished techniques participationFees";

/// What happened to the tender.
pub(super) fn events(release: &mut Release<'_>) -> Vec<Draft> {
    let Some(tender) = release.part("tender") else { return Vec::new() };
    release.known(tender, "tender", TENDER);
    let mut drafts = vec![project(release, tender)];
    let lots: Vec<&Object> = objects(tender.get("lots")).collect();
    if lots.is_empty() {
        let section = release.ocid.clone();
        drafts.push(section_of(release, tender, tender, section));
    }
    for lot in lots {
        let section = release.section(&id(lot));
        drafts.push(section_of(release, tender, lot, section));
    }
    drafts.extend(end(release, tender));
    drafts
}

fn project(release: &mut Release<'_>, tender: &Object) -> Draft {
    let works = tender.get("mainProcurementCategory").and_then(Json::as_str) == Some("works");
    let budget = release.part("planning").and_then(|planning| planning.get("budget")?.get("amount"));
    let estimate = release.money(budget, "planning.budget.amount");
    let data = Fields::default()
        .put("project", Some(release.ocid.as_str().into()))
        .put("name", text(tender.get("title")))
        .put("tenderer", tenderer(release, tender))
        .put("industry", Some(if works { "01" } else { "02" }.into()))
        .put("category", text(tender.get("mainProcurementCategory")))
        .put("method", method(release, tender))
        .put("estimate", estimate);
    event("project.registered", "project".to_owned(), data)
}

/// Who buys: the procuring entity, else the buyer, as a party where there is one.
fn tenderer(release: &Release<'_>, tender: &Object) -> Option<Json> {
    let party = release.in_role("procuringEntity").or_else(|| release.in_role("buyer"));
    let named = || inner(tender, "procuringEntity").or_else(|| release.part("buyer"));
    party.or_else(named).and_then(|party| org(release, party))
}

fn method(release: &mut Release<'_>, tender: &Object) -> Option<Json> {
    let code = tender.get("procurementMethod").and_then(Json::as_str)?;
    let method = match code {
        "open" => "public",
        "selective" => "invited",
        "limited" => "negotiated",
        "direct" => "single_source",
        other => {
            release.unknown_code("tender.procurementMethod", other);
            return None;
        }
    };
    Some(method.into())
}

/// A lot, or the tender as a whole: dates and award criteria are the tender's where the lot has none of its own.
fn section_of(release: &mut Release<'_>, tender: &Object, lot: &Object, section: String) -> Draft {
    let period =
        |key| lot.get("tenderPeriod").or_else(|| tender.get("tenderPeriod")).and_then(|p| p.get(key));
    let starts = release.instant(period("startDate"), "tender.tenderPeriod.startDate");
    let published = release.instant(tender.get("datePublished"), "tender.datePublished");
    let opening = inner(tender, "bidOpening").and_then(|opening| opening.get("date"));
    let criteria = lot.get("awardCriteria").or_else(|| tender.get("awardCriteria"));
    let data = Fields::default()
        .put("section", Some(section.as_str().into()))
        .put("project", Some(release.ocid.as_str().into()))
        .put("name", text(lot.get("title")))
        .put("estimate", release.money(lot.get("value"), "tender.value"))
        .put("announced_at", published.or_else(|| starts.clone()))
        .put("documents_from", starts)
        .put("submission_deadline", release.instant(period("endDate"), "tender.tenderPeriod.endDate"))
        .put("opening_at", release.instant(opening, "tender.bidOpening.date"))
        .put("evaluation_method", evaluation(release, criteria));
    event("section.announced", format!("section/{section}"), data)
}

/// Criteria that say how bids are compared; the rest (best proposal, best value) leave it open.
fn evaluation(release: &mut Release<'_>, criteria: Option<&Json>) -> Option<Json> {
    match criteria.and_then(Json::as_str)? {
        "priceOnly" | "lowestCost" => Some("lowest_price".into()),
        "ratedCriteria" | "qualityOnly" => Some("comprehensive".into()),
        "costOnly" | "bestProposal" | "bestValueToGovernment" | "singleBidOnly" => None,
        other => {
            release.unknown_code("tender.awardCriteria", other);
            None
        }
    }
}

/// How a tender without an award ended. OCDS does not say when, so it is by the release's date.
fn end(release: &mut Release<'_>, tender: &Object) -> Vec<Draft> {
    let kind = match tender.get("status").and_then(Json::as_str).unwrap_or_default() {
        "unsuccessful" => "section.failed",
        "cancelled" | "withdrawn" => "section.cancelled",
        "" | "planning" | "planned" | "active" | "complete" => return Vec::new(),
        other => {
            release.unknown_code("tender.status", other);
            return Vec::new();
        }
    };
    let ended = |section: String| {
        let data = Fields::default().put("section", Some(section.as_str().into()));
        event(kind, format!("end/{section}"), data)
    };
    release.sections(None, 1).into_iter().map(ended).collect()
}
