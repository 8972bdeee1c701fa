//! Campaigns: schemes over several sections.
//!
//! A campaign founds firms of its own, which bid nowhere else; ordinary firms join them, each at most once.

use super::{Field, Job, Lot, Winner};
use crate::{
    clock::{DayNo, HOUR, Local, MINUTE},
    codes::person,
    firms::{FirmNo, Firms},
    plan::procures,
    prices::Wish,
    scheme::Scheme,
};

/// Tenderers that a campaign makes up are numbered from here, above all others.
const TENDERERS: u64 = 1_000_000;
/// Days from an award's opening to its contract, at most.
const SIGNED_WITHIN: DayNo = 40;
/// How much longer an opening takes that another one is to overlap with.
const OVERLAP: i64 = 100 * MINUTE;

/// A scheme over several sections, under way.
pub struct Campaign {
    /// Its number.
    pub name: u64,
    /// Its scheme.
    pub scheme: Scheme,
    industry: &'static str,
    firms: Vec<FirmNo>,
    tenderer: Option<u64>,
    values: [u64; 2],
    stage: usize,
    /// The day of its latest section.
    pub last_day: DayNo,
    met: Vec<FirmNo>,
    /// When the evidence so far is complete.
    complete: Local,
    /// The room, where one section follows another there.
    room: u64,
    /// Codes of the sections so far.
    sections: Vec<String>,
}

impl Campaign {
    /// A campaign that begins with this section.
    pub fn new(name: u64, scheme: Scheme, lot: &Lot, values: [u64; 2], firms: &mut Firms) -> Self {
        let count = match scheme {
            Scheme::Ring | Scheme::TravellingAgent | Scheme::Clique => 3,
            Scheme::CoverBidders | Scheme::TravellingLock => 2,
            Scheme::SharedRoom => 0,
            _ => 1,
        };
        let tenderer = TENDERERS + name * 2 + procures(lot.trade);
        Self {
            name,
            scheme,
            industry: lot.industry(),
            firms: (0..count).map(|_| firms.found(lot.trade)).collect(),
            tenderer: (scheme == Scheme::Favourite).then_some(tenderer),
            values,
            stage: 0,
            last_day: lot.day,
            met: Vec::new(),
            complete: 0,
            room: 0,
            sections: Vec::new(),
        }
    }

    /// How many sections it takes: as many as the rule asks for, so that the last completes the finding.
    const fn stages(&self) -> usize {
        match self.scheme {
            Scheme::NeverWins => 10,
            Scheme::CoverBidders | Scheme::Clique | Scheme::Favourite => 5,
            Scheme::Ring | Scheme::TravellingAgent | Scheme::Quitter => 3,
            _ => 2,
        }
    }

    /// Has it had all its sections?
    pub const fn is_over(&self) -> bool {
        self.stage == self.stages()
    }

    /// Must it be over with the day? An opening can be overlapped with on its own day only.
    pub const fn is_of_today(&self) -> bool {
        matches!(self.scheme, Scheme::SharedRoom)
    }

    /// Does it take this section?
    pub fn takes(&self, lot: &Lot) -> bool {
        // A pair meets at most once a day; locks and agents may travel within one.
        let later = lot.day > self.last_day;
        let in_time = match self.scheme {
            Scheme::SharedRoom => {
                let begun = self.complete - OVERLAP;
                return lot.day == self.last_day && (begun..self.complete).contains(&lot.deadline());
            }
            Scheme::Ring | Scheme::TravellingLock | Scheme::TravellingAgent => true,
            Scheme::BoundManager => lot.day > self.last_day + SIGNED_WITHIN,
            Scheme::Favourite => later && lot.alone,
            _ => later,
        };
        in_time && lot.industry() == self.industry
    }

    /// What its next section must be like.
    pub fn job(&self) -> Job {
        let firms = match self.scheme {
            Scheme::Ring | Scheme::TravellingLock | Scheme::TravellingAgent => vec![self.firms[self.stage]],
            _ => self.firms.clone(),
        };
        let mut avoid = self.met.clone();
        avoid.extend(&self.firms);
        Job {
            scheme: self.scheme,
            bidders: if firms.len() > 2 { (5, 7) } else { (4, 6) },
            firms,
            avoid,
            wish: Wish::Honest,
            winner: match self.scheme {
                Scheme::CoverBidders | Scheme::BoundManager | Scheme::Favourite => Winner::First,
                Scheme::NeverWins => Winner::NoneOfFirst(1),
                Scheme::Clique => Winner::NoneOfFirst(3),
                _ => Winner::Anyone,
            },
            tenderer: self.tenderer,
            campaign: Some(self.name),
            stage: self.stage,
        }
    }
}

/// Plants the next section of a campaign.
pub fn advance(campaign: &mut Campaign, stage: usize, field: &mut Field<'_>) {
    campaign.stage += 1;
    campaign.last_day = field.section.day();
    campaign.met.extend(field.section.bids.iter().map(|bid| bid.firm));
    campaign.sections.push(field.section.code.clone());
    match campaign.scheme {
        Scheme::Ring | Scheme::TravellingLock => travel(campaign, stage, field),
        Scheme::TravellingAgent => {
            field.section.bids[0].twist().agent = Some(person::EXTRAS + campaign.values[0]);
            let at = field.section.submitted(1);
            complete(campaign, field, at, "PER-06", "同一代理人先后为三家投标人办理投标");
        }
        Scheme::BoundManager => bound_manager(campaign, stage, field),
        Scheme::SharedRoom => shared_room(campaign, stage, field),
        Scheme::Quitter => {
            let at = field.section.withdrawal();
            complete(campaign, field, at, "HIS-14", "一年内三次撤回投标");
        }
        Scheme::Clique => {
            let at = field.section.submitted(3);
            complete(campaign, field, at, "HIS-04", "三家总是同场投标");
        }
        Scheme::CoverBidders => {
            let at = field.awarded();
            complete(campaign, field, at, "HIS-02", "两家多次同场，总是同一家中标");
        }
        Scheme::NeverWins => {
            let at = field.awarded();
            complete(campaign, field, at, "HIS-01", "投标十次，从未中标");
        }
        _ => {
            let at = field.awarded();
            complete(campaign, field, at, "HIS-10", "招标人的中标金额全部归一家");
        }
    }
}

/// The evidence grows; with the last section the finding about the campaign's firms is there.
fn complete(campaign: &mut Campaign, field: &mut Field<'_>, at: Local, rule: &'static str, note: &str) {
    campaign.complete = campaign.complete.max(at);
    if campaign.is_over() {
        let parties = field.codes_of(&campaign.firms);
        field.history(rule, campaign.complete, parties, note);
    }
}

/// A lock goes from the first firm to the second, and in a ring a certificate on to the third.
fn travel(campaign: &mut Campaign, stage: usize, field: &mut Field<'_>) {
    let [lock, certificate] = campaign.values;
    let twist = field.section.bids[0].twist();
    if stage < 2 {
        twist.pricing_lock = Some(lock);
    }
    if stage > 0 && campaign.scheme == Scheme::Ring {
        twist.ca_lock = Some(certificate);
    }
    campaign.complete = campaign.complete.max(field.section.submitted(1));
    let (at, parties) = (campaign.complete, field.codes_of(&campaign.firms));
    match stage {
        1 => field.history("DEV-12", at, parties[..2].to_vec(), "同一加密锁在不同标段由两家使用"),
        2 => {
            field.history("DEV-12", at, parties[1..].to_vec(), "同一证书在不同标段由两家使用");
            field.history("DEV-13", at, parties, "三家由加密锁和证书相连");
        }
        _ => {}
    }
}

/// The manager of a contract under way is named for the next award.
fn bound_manager(campaign: &Campaign, stage: usize, field: &mut Field<'_>) {
    field.section.bids[0].twist().manager = Some(person::EXTRAS + campaign.values[0]);
    if let Some(award) = &mut field.section.award {
        award.completed = None;
    }
    if stage == 1 {
        let (at, parties) = (field.awarded(), field.codes(1));
        field.truth("PER-11", at, parties, "中标项目经理仍在另一在建项目任职");
    }
}

/// The first opening takes long, and the second begins in the same room before it ends.
fn shared_room(campaign: &mut Campaign, stage: usize, field: &mut Field<'_>) {
    if stage == 0 {
        field.section.lengthen_opening(OVERLAP + HOUR);
        campaign.room = field.section.room;
        // Who begins before this has an hour in common.
        campaign.complete = field.section.deadline + OVERLAP;
        return;
    }
    field.section.room = campaign.room;
    let note = format!("同一开标室两场开标时间重叠：{}", campaign.sections.join("、"));
    // By then both are closed.
    field.history("WIT-18", campaign.complete + 2 * HOUR, Vec::new(), &note);
}
