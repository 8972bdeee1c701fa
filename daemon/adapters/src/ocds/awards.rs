//! Awards and contracts: `award.made`, `contract.signed`, `contract.completed`.

use super::release::{Release, id, inner, objects, org};
use super::{Draft, Fields, Json, Object, event};

/// Fields of an award.
const AWARD: &str = "id title description status date value suppliers items contractPeriod documents amendments \
                     amendment relatedLots relatedBid relatedBids";
/// Fields of a contract.
const CONTRACT: &str = "id awardID title description status period value items dateSigned documents implementation \
                        relatedProcesses milestones amendments amendment";

/// What the release says of awards and contracts.
pub(super) fn events(release: &mut Release<'_>) -> Vec<Draft> {
    let awards: Vec<&Object> = release.list("awards").collect();
    let contracts: Vec<&Object> = release.list("contracts").collect();
    let mut drafts = Vec::new();
    for award in &awards {
        release.known(award, "awards[]", AWARD);
        drafts.extend(made(release, award));
    }
    for contract in contracts {
        release.known(contract, "contracts[]", CONTRACT);
        let award_id = contract.get("awardID").and_then(Json::as_str);
        let award = awards.iter().find(|award| award.get("id").and_then(Json::as_str) == award_id);
        drafts.extend(award.map(|award| contract_events(release, contract, award)).unwrap_or_default());
    }
    drafts
}

/// An award to each of its suppliers. Of several it gives one amount, which is none of theirs.
fn made(release: &mut Release<'_>, award: &Object) -> Vec<Draft> {
    match award.get("status").and_then(Json::as_str).unwrap_or("active") {
        "active" => {}
        "pending" | "cancelled" | "unsuccessful" => return Vec::new(),
        other => {
            release.unknown_code("awards[].status", other);
            return Vec::new();
        }
    }
    let suppliers: Vec<&Object> = objects(award.get("suppliers")).collect();
    let price = release.money(award.get("value"), "awards[].value").filter(|_| suppliers.len() == 1);
    let time = release.moment(award.get("date"), "awards[].date");
    let mut drafts = Vec::new();
    for section in release.sections(award.get("relatedLots"), suppliers.len()) {
        for supplier in &suppliers {
            let data = Fields::default()
                .put("section", Some(section.as_str().into()))
                .put("bidder", org(release, supplier))
                .put("price", price.clone());
            let suffix = format!("award/{}/{}/{section}", id(award), id(supplier));
            drafts.push(Draft { time, ..event("award.made", suffix, data) });
        }
    }
    drafts
}

/// A contract is its award's; where that has several suppliers, whose it is is not said.
fn contract_events(release: &mut Release<'_>, contract: &Object, award: &Object) -> Vec<Draft> {
    let suppliers: Vec<&Object> = objects(award.get("suppliers")).collect();
    let [supplier] = suppliers[..] else {
        release.note("contracts[].awardID", "the award has not one supplier; the contract was left out");
        return Vec::new();
    };
    let status = contract.get("status").and_then(Json::as_str).unwrap_or("active");
    match status {
        "active" | "terminated" => {}
        "pending" | "cancelled" => return Vec::new(),
        other => {
            release.unknown_code("contracts[].status", other);
            return Vec::new();
        }
    }
    let period = |key| inner(contract, "period").and_then(|period| period.get(key));
    let starts = release.moment(period("startDate"), "contracts[].period.startDate");
    let ends = release.moment(period("endDate"), "contracts[].period.endDate");
    let signed = release.moment(contract.get("dateSigned"), "contracts[].dateSigned");
    let data = Fields::default()
        .put("contractor", org(release, supplier))
        .put("price", release.money(contract.get("value"), "contracts[].value"))
        .put("signed_at", signed.map(|at| Json::String(at.to_rfc3339())))
        .put("starts_on", starts.map(|at| Json::String(at.local_date().to_string())))
        .put("ends_on", ends.map(|at| Json::String(at.local_date().to_string())));
    let ended = ends.map(|at| Json::String(at.to_rfc3339()));
    let number = id(contract);
    let mut drafts = Vec::new();
    for section in release.sections(award.get("relatedLots"), 1) {
        let data = data.clone().put("section", Some(section.as_str().into()));
        let suffix = format!("contract/{number}/{section}");
        if status == "terminated" {
            let data = data.clone().put("at", ended.clone());
            drafts.push(event("contract.completed", format!("{suffix}/completed"), data));
        }
        if signed.is_some() {
            drafts.push(Draft { time: signed, ..event("contract.signed", suffix, data) });
        }
    }
    drafts
}
