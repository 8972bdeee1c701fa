//! What a section contributes: a pure function of its dossier, beside the rules'.
//!
//! What nothing is known of is left out, in the numerator and the denominator alike. A statutory limit counts from when it
//! was kept or has passed; before that a section says nothing about it.

use super::measure::{Bought, Contribution, Month, Scope};
use super::sheet::Indicator;
use super::standing::Standing;
use crate::deadlines::Wait;
use crate::dossier::{Award, Bid, Dossier};
use crate::event::{Attendance, DepositForm, Industry, ObjectionKind};
use crate::judge::day_of;
use crate::params::Params;
use crate::rules::{Ending, Judged};
use crate::symbols::{Symbol, Symbols};

/// Microseconds of a second.
const SECOND_US: i64 = 1_000_000;

/// Where in an organisation's code (GB 32100) the place of registration stands, and how many digits of it name the city.
const CODE_PLACE: std::ops::Range<usize> = 2..6;
/// How many characters such a code has.
const CODE_CHARS: usize = 18;

/// What a section contributes.
pub fn contribution(dossier: &Dossier, judged: &[Judged], params: &Params, names: &Symbols) -> Contribution {
    let project = &dossier.project;
    let scope = Scope {
        department: project.department.unwrap_or_default(),
        industry: project.industry,
        region: project.region.unwrap_or_default(),
    };
    let standing = Standing::of(dossier);
    let mut gives = Contribution { scope, standing, ..Contribution::default() };
    announced(dossier, judged, &mut gives);
    objections(dossier, params, &mut gives);
    opened(dossier, &mut gives);
    evaluated(dossier, &mut gives);
    concluded(dossier, &mut gives);
    awarded(dossier, params, names, &mut gives);
    contracted(dossier, params, &mut gives);
    gives
}

/// Whether things are sold here, so that more is better.
fn sells(industry: Option<Industry>) -> bool {
    matches!(industry, Some(Industry::Land | Industry::MineralRights | Industry::StateOwnedProperty))
}

fn announced(dossier: &Dossier, judged: &[Judged], gives: &mut Contribution) {
    let Some(first) = dossier.notices.first else { return };
    let month = Month::of(dossier.notices.announced_at.unwrap_or(first).value);
    let ended = |ending: Ending| judged.iter().filter(|judged| judged.outcome.ending() == ending).count();
    let (not_applicable, short) = (ended(Ending::NotApplicable), ended(Ending::InsufficientData));
    let applicable = judged.len() - not_applicable;
    let decided = ended(Ending::Triggered) + ended(Ending::NotTriggered);
    gives.count(Indicator::Coverage, month, decided > 0);
    gives.put(Indicator::DataQuality, month, short as i64, applicable as i64);
    if let Some(electronic) = dossier.project.electronic {
        gives.count(Indicator::Electronic, month, electronic);
    }
}

fn objections(dossier: &Dossier, params: &Params, gives: &mut Contribution) {
    for objection in &dossier.objections {
        let wait = match objection.kind {
            ObjectionKind::Objection => Wait::Objection,
            ObjectionKind::Challenge => Wait::Challenge,
        };
        let Some(due) = wait.due(objection.at, params) else { continue };
        if objection.answered_at.is_some() || dossier.has_passed(due) {
            let on_time = objection.answered_at.is_some_and(|at| at < due);
            gives.count(Indicator::ObjectionAnsweredOnTime, Month::of(objection.at), on_time);
        }
    }
}

/// Whether a bid is still one after rejections and decryption.
fn is_valid(bid: &Bid) -> bool {
    bid.rejected.is_empty() && bid.decrypted.is_none_or(|decrypted| decrypted.value)
}

fn opened(dossier: &Dossier, gives: &mut Contribution) {
    let Some(opening) = dossier.opening else { return };
    let month = Month::of(opening.value);
    let live = || dossier.bids.iter().filter(|bid| bid.live);
    let bids = live().count() as i64;
    let valid = live().filter(|bid| is_valid(bid)).count() as i64;
    let rejected = live().filter(|bid| !bid.rejected.is_empty()).count() as i64;
    gives.put(Indicator::BiddersPerSection, month, bids, 1);
    gives.put(Indicator::ValidBids, month, valid, bids);
    gives.count(Indicator::SingleBid, month, valid == 1);
    gives.put(Indicator::Rejected, month, rejected, bids);
    let tried = live().filter(|bid| bid.first_decryption.is_some());
    let at_once = tried.clone().filter(|bid| bid.first_decrypted).count();
    gives.put(Indicator::DecryptedFirst, month, at_once as i64, tried.count() as i64);
    if let Some(started) = dossier.meeting.started {
        let took = live().filter_map(|bid| bid.decrypted_at).map(|at| at - started.value);
        let took = took.filter(|took| *took >= 0).map(|took| took / SECOND_US);
        gives.put(Indicator::DecryptSeconds, month, took.clone().sum(), took.count() as i64);
    }
    let forms = dossier.bids.iter().flat_map(|bid| &bid.deposits).filter_map(|deposit| deposit.form);
    let guaranteed =
        forms.clone().filter(|form| matches!(form, DepositForm::Guarantee | DepositForm::Insurance)).count();
    gives.put(Indicator::GuaranteeShare, month, guaranteed as i64, forms.count() as i64);
    if let Some(announced) = dossier.notices.announced_at {
        days(Indicator::AnnounceToOpenDays, announced.value, opening.value, gives);
    }
}

/// The days from one instant to a later one, counted where the later one is.
fn days(indicator: Indicator, from: i64, to: i64, gives: &mut Contribution) {
    if from <= to {
        gives.put(indicator, Month::of(to), i64::from(day_of(to) - day_of(from)), 1);
    }
}

fn evaluated(dossier: &Dossier, gives: &mut Contribution) {
    let Some(started) = dossier.meeting.evaluation_started.map(|started| started.value) else { return };
    if let Some(closed) = dossier.meeting.evaluation_closed.filter(|closed| closed.value >= started) {
        let took = (closed.value - started) / SECOND_US;
        gives.put(Indicator::EvaluationHours, Month::of(closed.value), took, 1);
    }
    let present = dossier.committee.attendance_at(started);
    let on_time = |expert: &Symbol| {
        let came = present.iter().find(|attended| attended.expert == *expert);
        came.is_some_and(|came| !matches!(came.status, Some(Attendance::Late | Attendance::Absent)))
    };
    let drawn = dossier.committee.experts.iter().filter(|e| e.drawn.is_some() && !e.replaced);
    let on_time = drawn.clone().filter(|drawn| on_time(&drawn.expert)).count();
    gives.put(Indicator::ExpertOnTime, Month::of(started), on_time as i64, drawn.count() as i64);
}

fn concluded(dossier: &Dossier, gives: &mut Contribution) {
    let outcome = &dossier.outcome;
    let awarded = outcome.award.map(|award| award.notified_at).max(outcome.deal.map(|deal| deal.at));
    let failed = outcome.failed_at.filter(|at| awarded.is_none_or(|awarded| *at > awarded));
    if let Some(at) = failed.or(awarded) {
        let month = Month::of(at);
        gives.count(Indicator::Failed, month, failed.is_some());
        gives.count(Indicator::FirstAttempt, month, failed.is_none() && !dossier.notices.relaunch);
    }
}

fn awarded(dossier: &Dossier, params: &Params, names: &Symbols, gives: &mut Contribution) {
    let (notices, project, outcome) = (&dossier.notices, &dossier.project, &dossier.outcome);
    if let Some(floor) = notices.floor.filter(|_| sells(project.industry)) {
        let dealt = outcome.deal.and_then(|deal| Some((deal.at, deal.price?)));
        let awarded = || outcome.award.and_then(|award| Some((award.notified_at, award.price?)));
        if let Some((at, price)) = dealt.or_else(awarded) {
            gives.put(Indicator::Premium, Month::of(at), price - floor, floor);
        }
    }
    let Some(award) = outcome.award else { return };
    let month = Month::of(award.notified_at);
    if let Some(price) = award.price {
        let ceiling = notices.ceiling.map(|ceiling| ceiling.value);
        let base = ceiling.or(notices.estimate.map(|estimate| estimate.value));
        let buys = matches!(project.industry, Some(Industry::Engineering | Industry::GovernmentProcurement));
        if let Some(base) = base.filter(|_| buys) {
            gives.put(Indicator::Savings, month, base - price, base);
        }
        if let Some(ceiling) = ceiling.filter(|_| !sells(project.industry)) {
            gives.put(Indicator::PriceToCeiling, month, price, ceiling);
        }
        if let Some(tenderer) = project.tenderer.filter(|_| price > 0) {
            let (buyer, supplier) = (tenderer.value, award.winner);
            gives.bought = Some(Bought { month, buyer, supplier, fen: price });
        }
    }
    if let Some(opening) = dossier.opening {
        days(Indicator::OpenToAwardDays, opening.value, award.notified_at, gives);
    }
    if let Some(is_local) = is_local(award, gives.scope.region, names) {
        gives.count(Indicator::NonLocalAward, month, !is_local);
    }
    if let Some(due) = Wait::Contract.due(award.notified_at, params) {
        let signed = outcome.signed.map(|signed| signed.at);
        if signed.is_some() || dossier.has_passed(due) {
            gives.count(Indicator::ContractSignedOnTime, month, signed.is_some_and(|at| at < due));
        }
    }
}

/// Whether the winner is registered in the project's city.
fn is_local(award: Award, region: Symbol, names: &Symbols) -> Option<bool> {
    if !region.is_some() {
        return None;
    }
    let code = names.text(award.winner);
    let place = code.get(CODE_PLACE).filter(|place| {
        code.chars().count() == CODE_CHARS && place.bytes().all(|byte| byte.is_ascii_digit())
    })?;
    Some(names.text(region).starts_with(place))
}

fn contracted(dossier: &Dossier, params: &Params, gives: &mut Contribution) {
    let Some(signed) = dossier.outcome.signed else { return };
    if let Some(award) = dossier.outcome.award {
        days(Indicator::AwardToContractDays, award.notified_at, signed.at, gives);
    }
    let Some(due) = Wait::Margin.due(signed.at, params) else { return };
    let passed = dossier.has_passed(due);
    let transferred = |bid: &&Bid| bid.deposits.iter().any(|d| d.form == Some(DepositForm::Transfer));
    let owed = dossier.bids.iter().filter(transferred).filter(|bid| bid.returned_at.is_some() || passed);
    let on_time = owed.clone().filter(|bid| bid.returned_at.is_some_and(|at| at < due)).count();
    let month = Month::of(signed.at);
    gives.put(Indicator::MarginReturnedOnTime, month, on_time as i64, owed.count() as i64);
}
