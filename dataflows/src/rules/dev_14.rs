//! DEV-14 · 两家投标人有三类以上标识信息重合 — two bidders coincide in three or more kinds of identifying data.
//!
//! *Law.* None by itself: a lead that gathers others. Each coincidence has its own rule and its own article.
//!
//! *Needs.* Identifying data of at least three families (`families_min`) from the bids of the section, of
//! whatever field below.
//!
//! *Formula.* Two different bidders have a value in common in at least three (`families_min`) of nine
//! families: hardware (mac, cpu_id, disk_serial, memory_serial, board_serial, machine_code), ip,
//! pricing_lock, ca_lock, feature_code, author (author or last_saved_by), contact (contact, phone or email),
//! person (one agent, or one person among manager and staff), deposit account. Values of different kinds are
//! never compared. One finding a pair. Where no pair is near, `explain` shows in how many families some one
//! bid has anything in common with others.
//!
//! *Example.* 甲 and 乙 share a disk serial, an address and an author: three families, one finding, key
//! `bidder:甲,bidder:乙`. A mac, a disk serial and an address: two families, none.
//!
//! *Exclusions.* Uploads at the venue for hardware and ip; addresses that are noise by DEV-07, authors that
//! are noise or defaults by DOC-05; the tenderer's own values; members of one consortium.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, coincidence};
use crate::dossier::Dossier;
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev14,
    id: "DEV-14",
    zh: "两家投标人有三类以上标识信息重合",
    en: "two bidders coincide in three or more kinds of identifying data",
    basis: &[],
    severity: Severity::L,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "逐项核对重合信息的原始日志和文件;一并询问两家投标人的文件编制、人员和资金安排;核对是否为联\
            合体成员",
        en: "go through the original logs and files of each coincidence; ask both bidders together \
            about files, persons and money; check whether they form a consortium",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    if dossier.bids.len() < 2 {
        return Outcome::NotApplicable("fewer than two bidders");
    }
    let required = params.thresholds.families_min;
    let (given, common) = coincidence::in_common(dossier, params);
    if given < required {
        return Outcome::InsufficientData(
            "bid.submitted, deposit.received: identifying data of enough families",
        );
    }
    let before = conclusions.findings.len();
    let most = coincidence::pairs(dossier, &common, required, |a, b, families| {
        if families < required {
            return;
        }
        let both = common.iter().map(|value| [value.shown_by(a), value.shown_by(b)]);
        let both: Vec<_> = both.filter(|[a, b]| !a.is_empty() && !b.is_empty()).collect();
        let finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Bidder, Quantity::Text(dossier.bids[a as usize].bidder))
            .key(Name::Bidder, Quantity::Text(dossier.bids[b as usize].bidder))
            .parties(dossier.bidders(&[a, b]))
            .value(Name::Families, Quantity::Count(families.into()))
            .value(Name::Values, Quantity::Count(both.len() as u64))
            .evidence(both.iter().flatten().flat_map(|shown| shown.iter().map(|s| s.event)));
        conclusions.findings.push(finding);
    });
    conclusions.measure(Name::Families, Quantity::Count(most.into()));
    conclusions.measure(Name::Required, Quantity::Count(required.into()));
    conclusions.outcome_since(before)
}
