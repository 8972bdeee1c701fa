//! In how many families of identifying data two bids of a section coincide (DEV-14).
//!
//! Values of one kind are grouped first; only pairs that meet in a group are looked at, and of those only bids that
//! have anything in common with others in enough families: a gateway that hundreds share costs nothing by itself.

use super::{doc_05, per_03, per_04, shared};
use crate::dossier::{Dossier, Group, Shown, shown_by_several};
use crate::params::Params;
use crate::row::FactKind;
use std::borrow::Cow;

/// The families, each with its kinds of value. Staff stands for the whole team (PER-03).
const FAMILIES: [&[FactKind]; 9] = [
    &[
        FactKind::Mac,
        FactKind::CpuId,
        FactKind::DiskSerial,
        FactKind::MemorySerial,
        FactKind::BoardSerial,
        FactKind::MachineCode,
    ],
    &[FactKind::Ip],
    &[FactKind::PricingLock],
    &[FactKind::CaLock],
    &[FactKind::FeatureCode],
    &doc_05::KINDS,
    &per_04::KINDS,
    &[FactKind::Agent, FactKind::Staff],
    &[FactKind::Account],
];

/// How many families, the first ones, tell of the machine that a bid was sent from: nothing, if sent at the venue.
const OF_DEVICE: usize = 2;

/// A value that several bids show.
pub struct Common {
    /// Its family, as a bit.
    family: u16,
    /// Who shows it by which event, sorted.
    shown: Vec<Shown>,
}

impl Common {
    /// The events by which a bid shows the value.
    pub fn shown_by(&self, bid: u32) -> &[Shown] {
        let from = self.shown.partition_point(|shown| shown.bid < bid);
        let to = self.shown.partition_point(|shown| shown.bid <= bid);
        &self.shown[from..to]
    }
}

/// The values of a kind that count, in order. A team's members are told as staff, managers among them (PER-03).
fn of_kind(dossier: &Dossier, kind: FactKind, of_device: bool) -> Cow<'_, [Shown]> {
    let shown = match kind {
        FactKind::Staff => return per_03::team(dossier).into(),
        _ => dossier.of_kind(kind),
    };
    let counts = |shown: &Shown| !of_device || !dossier.bids[shown.bid as usize].on_site;
    match shown.iter().all(counts) {
        true => shown.into(),
        false => shown.iter().filter(|shown| counts(shown)).copied().collect(),
    }
}

/// How many families are given at all, and the values that several bids show, without noise.
pub fn in_common(dossier: &Dossier, params: &Params) -> (u32, Vec<Common>) {
    let (mut given, mut common) = (0_u16, Vec::new());
    for (at, kinds) in FAMILIES.iter().enumerate() {
        let family = 1 << at;
        for kind in *kinds {
            let guarded = *kind == FactKind::Ip || doc_05::KINDS.contains(kind);
            let shown = of_kind(dossier, *kind, at < OF_DEVICE);
            given |= if shown.is_empty() { 0 } else { family };
            for same in shown_by_several(&shown) {
                let mut bids: Vec<u32> = same.iter().map(|s| s.bid).collect();
                bids.dedup();
                let group = Group { bids, events: Vec::new() };
                if !(guarded && shared::is_noise(dossier, params, &group)) {
                    common.push(Common { family, shown: same.to_vec() });
                }
            }
        }
    }
    (given.count_ones(), common)
}

/// Tells each pair of different bids that may coincide in `required` families, and in how many it does. Gives the
/// most that any of them has; where there is none, the most that a bid has with all others together.
pub fn pairs(
    dossier: &Dossier,
    common: &[Common],
    required: u32,
    mut tell: impl FnMut(u32, u32, u32),
) -> u32 {
    let bids = dossier.bids.len();
    let mut families: Vec<u16> = vec![0; bids];
    let mut values_of: Vec<Vec<&Common>> = vec![Vec::new(); bids];
    for value in common {
        for same in value.shown.chunk_by(|a, b| a.bid == b.bid) {
            families[same[0].bid as usize] |= value.family;
            values_of[same[0].bid as usize].push(value);
        }
    }
    let enough = |bid: u32| families[bid as usize].count_ones() >= required;
    let mut met: Vec<u16> = vec![0; bids];
    let mut most = None;
    for (a, values) in (0..).zip(&values_of).filter(|(a, _)| enough(*a)) {
        for value in values {
            let others = value.shown.iter().filter(|shown| shown.bid > a && enough(shown.bid));
            others.for_each(|shown| met[shown.bid as usize] |= value.family);
        }
        for b in a + 1..bids as u32 {
            let coincide = std::mem::take(&mut met[b as usize]).count_ones();
            if coincide > 0 && dossier.different(a, b) {
                most = most.max(Some(coincide));
                tell(a, b, coincide);
            }
        }
    }
    let of_one = || families.iter().map(|families| families.count_ones()).max().unwrap_or(0);
    most.unwrap_or_else(of_one)
}
