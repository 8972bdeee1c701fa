//! Bid files: how alike they are, and who wrote them when.

use super::bids::Bid;
use super::terms::Section;
use super::units::percent;
use super::world::{Name, name};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::Text;
use xiezhi_dataflows::normalise::Instant;

/// What programs put in for an author.
const DEFAULTS: [&str; 17] = [
    "administrator",
    "admin",
    "user",
    "users",
    "微软用户",
    "microsoft",
    "wps",
    "wps office",
    "owner",
    "pc",
    "windows 用户",
    "windows user",
    "dell",
    "lenovo",
    "hp",
    "asus",
    "acer",
];

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    likeness(section, holds);
    names(section, holds);
    for (rule, kind, groups) in [
        ("DOC-05", "author", section.groups(authors)),
        ("DOC-05", "last_saved_by", section.groups(last_savers)),
        ("DOC-06", "created_at", section.groups(creations)),
    ] {
        for group in groups {
            holds.guarded(section, &group, Found::group(rule, section, "L", kind, &group));
        }
    }
}

/// The prints of each bid that count: without the tender document's, and those that most bidders hold.
fn prints(section: &Section<'_>) -> BTreeMap<String, BTreeSet<u64>> {
    let tender: BTreeSet<u64> = section.notices.iter().flat_map(|notice| notice.prints).copied().collect();
    let of = |bid: &Bid<'_>| -> BTreeSet<u64> {
        let all = bid.files().flat_map(|(_, file)| file.fingerprints.iter().copied());
        all.filter(|print| !tender.contains(print)).collect()
    };
    let mut prints: BTreeMap<String, BTreeSet<u64>> =
        section.bids.values().map(|bid| (bid.bidder.to_owned(), of(bid))).collect();
    if section.bids.len() >= 6 {
        let mut holders: BTreeMap<u64, usize> = BTreeMap::new();
        for print in prints.values().flatten() {
            *holders.entry(*print).or_default() += 1;
        }
        for held in prints.values_mut() {
            held.retain(|print| holders[print] * 2 <= section.bids.len());
        }
    }
    prints
}

/// DOC-01: how much of the prints of two bids is the same.
fn likeness(section: &Section<'_>, holds: &mut Holds) {
    let mut prints = prints(section);
    let thresholds = section.thresholds();
    let (least, share) = (thresholds.fingerprints_min as usize, thresholds.similarity_min_permille as usize);
    prints.retain(|_, prints| prints.len() >= least);
    for (a, b) in section.pairs() {
        let (Some(of_a), Some(of_b)) = (prints.get(a), prints.get(b)) else { continue };
        let (common, all) = (of_a.intersection(of_b).count(), of_a.union(of_b).count());
        if common * 1000 >= all * share {
            let files = section.bids[a].files().chain(section.bids[b].files());
            let printed = files.filter(|(_, file)| !file.fingerprints.is_empty());
            let found = Found::new("DOC-01", Some(section.code), "S").key([("bidder", a), ("bidder", b)]);
            let similarity = percent((common * 1000 / all) as i64);
            let limit = percent(share as i64);
            let found = found.measured([
                ("common", common.to_string()),
                ("similarity", similarity),
                ("limit", limit),
            ]);
            holds.findings.insert(found.parties([a, b]).evidence(printed.map(|(event, _)| name(event))));
        }
    }
}

/// DOC-04: a bid's file holds the code of another bidder.
fn names(section: &Section<'_>, holds: &mut Holds) {
    for bid in section.bids.values() {
        for named in section.bids.keys().filter(|named| section.different(bid.bidder, named)) {
            let naming = bid.files().filter(|(_, file)| file.names.iter().any(|code| &**code == *named));
            let events: Vec<Name<'_>> = naming.map(|(event, _)| name(event)).collect();
            if !events.is_empty() {
                let found = Found::new("DOC-04", Some(section.code), "D");
                let found = found.key([("bidder", bid.bidder), ("named", named)]);
                holds.findings.insert(found.parties([bid.bidder, *named]).evidence(events));
            }
        }
    }
}

/// A person's own name for the author, as far as one can tell.
fn folded(author: &Option<Text>) -> Option<String> {
    let folded = author.as_ref()?.trim().to_lowercase();
    (!DEFAULTS.contains(&&*folded)).then_some(folded)
}

/// Who wrote the bid's files, as DOC-05 counts them.
pub fn authors<'a>(bid: &Bid<'a>) -> Vec<(String, Name<'a>)> {
    bid.files().filter_map(|(event, file)| Some((folded(&file.author)?, name(event)))).collect()
}

/// Who saved the bid's files last, as DOC-05 counts them.
pub fn last_savers<'a>(bid: &Bid<'a>) -> Vec<(String, Name<'a>)> {
    bid.files().filter_map(|(event, file)| Some((folded(&file.last_saved_by)?, name(event)))).collect()
}

/// DOC-06: when the bid's files were made, to the second.
fn creations<'a>(bid: &Bid<'a>) -> Vec<(String, Name<'a>)> {
    let second = |Instant(at): Instant| Instant(at.div_euclid(1_000_000) * 1_000_000).to_rfc3339();
    bid.files().filter_map(|(event, file)| Some((second(file.created_at?), name(event)))).collect()
}
