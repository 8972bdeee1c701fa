//! Planting: which section gets which scheme, what the scheme changes there, and what must be found.
//!
//! A scheme inside one section takes ordinary bidders and gives them throw-away values, so that nothing
//! else fires, here or elsewhere. A scheme over several sections (a *campaign*) founds firms of its own,
//! which bid nowhere else; ordinary firms join them, each at most once.

use crate::{
    clock::{DAY, DayNo, HOUR, Local, MINUTE},
    codes::{OrgNo, org, person},
    dice::Dice,
    firms::{FirmNo, Firms},
    names::TRADES,
    prices::{LADDER, Wish},
    queue::{Queue, What},
    render::{THROW_AWAY, WitnessRecord, Writer},
    section::{Ending, Fate, Form, Section},
    settings::{Detail, Scheme, Schemes},
    truth::Truth,
};

/// Sections in which a cover pair meets; five make the finding.
const COVER_SECTIONS: usize = 6;
/// Records that one planting of the witness desk makes.
const WITNESS_RECORDS: usize = 5;
/// Campaigns that may wait for sections at once; past it new ones wait for the next turn.
const CAMPAIGNS_MAX: usize = 16;

/// What the next section must be like.
pub struct Job {
    /// The scheme.
    pub scheme: Scheme,
    /// Bidders that it sends; they come first.
    pub firms: Vec<FirmNo>,
    /// Firms that must not join.
    pub avoid: Vec<FirmNo>,
    /// Fewest and most bidders.
    pub bidders: (usize, usize),
    /// What it wants of the prices.
    pub wish: Wish,
    /// Must the first bidder win?
    pub first_wins: bool,
    campaign: Option<u64>,
    stage: usize,
}

/// A scheme over several sections, under way.
struct Campaign {
    name: u64,
    scheme: Scheme,
    industry: &'static str,
    firms: Vec<FirmNo>,
    values: [u64; 2],
    stage: usize,
    last_day: DayNo,
    met: Vec<FirmNo>,
    /// When the evidence so far is complete.
    complete: Local,
}

/// Decides which sections get a scheme.
pub struct Desk {
    rotation: Vec<Scheme>,
    next: usize,
    share_ppm: u64,
    credit: u64,
    last_day: DayNo,
    campaigns: Vec<Campaign>,
    campaigns_begun: u64,
    values: u64,
    witness_kind: usize,
}

impl Desk {
    /// A desk that plants these schemes in this share of the sections until the last day.
    pub fn new(schemes: Schemes, share: f64, detail: Detail, last_day: DayNo) -> Self {
        let told = |scheme: &Scheme| {
            detail == Detail::Full
                || !matches!(scheme, Scheme::OneAccount | Scheme::WitnessKinds | Scheme::DeclinedAward)
        };
        Self {
            rotation: schemes.iter().filter(told).collect(),
            next: 0,
            share_ppm: (share * 1_000_000.0) as u64,
            // The first eligible section gets a scheme: a venue of one day should show something.
            credit: 1_000_000,
            last_day,
            campaigns: Vec::new(),
            campaigns_begun: 0,
            values: THROW_AWAY,
            witness_kind: 0,
        }
    }

    /// The job for a public section that opens on this day, if it gets one.
    pub fn job(&mut self, day: DayNo, morning: bool, trade: usize, firms: &mut Firms) -> Option<Job> {
        if day > self.last_day || self.share_ppm == 0 {
            return None;
        }
        self.credit += self.share_ppm;
        if let Some(place) = self.waiting(day, TRADES[trade].industry) {
            return Some(self.campaign_job(place));
        }
        if self.credit < 1_000_000 {
            return None;
        }
        let scheme = self.turn(day, morning)?;
        self.credit -= 1_000_000;
        if matches!(scheme, Scheme::CoverBidders | Scheme::Ring | Scheme::TravellingLock | Scheme::Control) {
            self.begin_campaign(scheme, day, trade, firms);
            return Some(self.campaign_job(self.campaigns.len() - 1));
        }
        Some(single_job(scheme))
    }

    /// The campaign that takes a section of this industry.
    fn waiting(&self, day: DayNo, industry: &str) -> Option<usize> {
        // A cover pair meets at most once a day; the others may take sections of the same day.
        let ready = |campaign: &Campaign| {
            campaign.industry == industry
                && (campaign.scheme != Scheme::CoverBidders || day > campaign.last_day)
        };
        self.campaigns.iter().position(ready)
    }

    /// The next scheme in turn that can still be completed. One that cannot is passed over.
    fn turn(&mut self, day: DayNo, morning: bool) -> Option<Scheme> {
        let left = self.last_day - day;
        for _ in 0..self.rotation.len() {
            let scheme = self.rotation[self.next % self.rotation.len()];
            self.next += 1;
            let fits = match scheme {
                Scheme::CoverBidders => left >= 20 && self.campaigns.len() < CAMPAIGNS_MAX,
                Scheme::Ring | Scheme::TravellingLock => self.campaigns.len() < CAMPAIGNS_MAX,
                Scheme::DeclinedAward => left >= 7,
                // Time alone completes it: something must still happen after it.
                Scheme::NotOpened => left >= 1 || morning,
                _ => true,
            };
            if fits {
                return Some(scheme);
            }
        }
        None
    }

    fn begin_campaign(&mut self, scheme: Scheme, day: DayNo, trade: usize, firms: &mut Firms) {
        let count = if scheme == Scheme::Ring { 3 } else { 2 };
        let values = [self.fresh(), self.fresh()];
        self.campaigns_begun += 1;
        self.campaigns.push(Campaign {
            name: self.campaigns_begun,
            scheme,
            industry: TRADES[trade].industry,
            firms: (0..count).map(|_| firms.found(trade)).collect(),
            values,
            stage: 0,
            last_day: day,
            met: Vec::new(),
            complete: 0,
        });
    }

    fn campaign_job(&self, place: usize) -> Job {
        let campaign = &self.campaigns[place];
        let firms = match campaign.scheme {
            Scheme::CoverBidders | Scheme::Control => campaign.firms.clone(),
            _ => vec![campaign.firms[campaign.stage]],
        };
        let mut avoid = campaign.met.clone();
        avoid.extend(&campaign.firms);
        Job {
            scheme: campaign.scheme,
            firms,
            avoid,
            bidders: (4, 6),
            wish: Wish::Honest,
            first_wins: campaign.scheme == Scheme::CoverBidders,
            campaign: Some(campaign.name),
            stage: campaign.stage,
        }
    }

    /// A value that nothing else in the venue has.
    pub fn fresh(&mut self) -> u64 {
        self.values += 1;
        self.values
    }
}

fn single_job(scheme: Scheme) -> Job {
    let (bidders, wish) = match scheme {
        Scheme::SingleBid => ((1, 1), Wish::Honest),
        Scheme::TwoBidders => ((2, 2), Wish::Honest),
        Scheme::EqualPrice => ((4, 9), Wish::Equal),
        Scheme::PriceLadder => ((LADDER + 1, 10), Wish::Ladder),
        Scheme::OverCeiling => ((5, 9), Wish::OverCeiling),
        Scheme::WitnessKinds => ((WITNESS_RECORDS, 9), Wish::Honest),
        // Of four bidders two are half: well below the share at which a common address is noise.
        _ => ((4, 12), Wish::Honest),
    };
    Job {
        scheme,
        firms: Vec::new(),
        avoid: Vec::new(),
        bidders,
        wish,
        first_wins: false,
        campaign: None,
        stage: 0,
    }
}

/// Where a scheme is planted.
pub struct Field<'a> {
    /// The section, complete but for what the scheme changes.
    pub section: &'a mut Section,
    /// All firms.
    pub firms: &'a mut Firms,
    /// Where its truth and extra events go.
    pub queue: &'a mut Queue,
    /// Writes the extra events.
    pub writer: &'a mut Writer,
    /// The section's dice.
    pub dice: &'a mut Dice,
    /// The code of the section's tenderer.
    pub tenderer: String,
    /// When things begin on the day of planning: register entries go here.
    pub planned: Local,
}

impl Desk {
    /// Changes the section as the scheme wants and tells the truth about it.
    pub fn plant(&mut self, job: &Job, field: &mut Field<'_>) {
        match job.scheme {
            Scheme::CoverBidders | Scheme::Ring | Scheme::TravellingLock | Scheme::Control => {
                self.advance(job, field);
            }
            Scheme::SharedMachine | Scheme::OneCode | Scheme::SharedLock => self.share(job.scheme, field),
            Scheme::CopiedFile | Scheme::SharedIp | Scheme::OneAgent => self.share(job.scheme, field),
            Scheme::CommonManager | Scheme::Correction => self.share(job.scheme, field),
            Scheme::OneAccount => one_account(field),
            Scheme::EqualPrice => field.pair(job.scheme, "PRI-01", field.section.closed(), "报价相同"),
            Scheme::PriceLadder => price_ladder(field),
            Scheme::OverCeiling => over_ceiling(field),
            Scheme::OpenedEarly | Scheme::OpenedLate => untimely_opening(job.scheme, field),
            Scheme::NotOpened => not_opened(field),
            Scheme::LateBid => late_bid(field),
            Scheme::SingleBid | Scheme::TwoBidders => too_few(job.scheme, field),
            Scheme::WitnessKinds => self.witness_kinds(field),
            Scheme::DeclinedAward => declined_award(field),
        }
    }

    /// Two bidders share a value of one kind.
    fn share(&mut self, scheme: Scheme, field: &mut Field<'_>) {
        let value = self.fresh();
        let known = person::EXTRAS + value;
        for place in 0..2 {
            let twist = field.section.bids[place].twist();
            match scheme {
                Scheme::SharedMachine | Scheme::Correction => twist.hardware = Some(value),
                Scheme::OneCode => twist.memory = Some(value),
                Scheme::SharedLock => twist.pricing_lock = Some(value),
                Scheme::CopiedFile => twist.feature = Some(value),
                Scheme::SharedIp => twist.ip = Some(value),
                Scheme::OneAgent => twist.agent = Some(known),
                _ if place == 0 => twist.manager = Some(known),
                _ => twist.staff = Some(known),
            }
        }
        let (rule, note) = match scheme {
            Scheme::OneCode => ("DEV-06", "内存序列号相同"),
            Scheme::SharedLock => ("DEV-03", "造价软件加密锁号相同"),
            Scheme::CopiedFile => ("DEV-05", "文件创建标识码相同"),
            Scheme::SharedIp => ("DEV-07", "上传地址相同"),
            Scheme::OneAgent => ("PER-02", "委托同一代理人"),
            Scheme::CommonManager => ("PER-03", "一家的项目经理是另一家的项目成员"),
            _ => ("DEV-01", "网卡、处理器、硬盘序列号均相同"),
        };
        if scheme == Scheme::Correction {
            correction(field);
        } else {
            field.pair(scheme, rule, field.section.submitted(2), note);
        }
    }

    /// The next section of a campaign.
    fn advance(&mut self, job: &Job, field: &mut Field<'_>) {
        let Some(place) = self.campaigns.iter().position(|campaign| Some(campaign.name) == job.campaign)
        else {
            return;
        };
        let campaign = &mut self.campaigns[place];
        campaign.stage += 1;
        campaign.last_day = field.section.day();
        campaign.met.extend(field.section.bids.iter().map(|bid| bid.firm));
        let stages = match campaign.scheme {
            Scheme::CoverBidders => COVER_SECTIONS,
            Scheme::Ring => 3,
            Scheme::Control => 1,
            _ => 2,
        };
        match campaign.scheme {
            Scheme::CoverBidders => cover(campaign, field),
            Scheme::Control => control(campaign.firms[0], campaign.firms[1], campaign.name, field),
            _ => travel(campaign, job.stage, field),
        }
        if campaign.stage == stages {
            self.campaigns.remove(place);
        }
    }

    /// Records of the next few kinds, each naming a bidder or a visitor once.
    fn witness_kinds(&mut self, field: &mut Field<'_>) {
        for number in 0..WITNESS_RECORDS {
            let (kind, rule, of_person) = WITNESS_KINDS[self.witness_kind % WITNESS_KINDS.len()];
            self.witness_kind += 1;
            let firm = field.section.bids[number].firm;
            let party = (!of_person && !field.firms.get(firm).witnessed).then_some(firm);
            let record = WitnessRecord {
                kind,
                gravity: if self.witness_kind.is_multiple_of(3) { "serious" } else { "minor" },
                party,
                person: of_person.then(|| person::EXTRAS + self.fresh()),
                note: "见证人员现场记录",
                at: field.section.evaluation() + number as i64 * 7 * MINUTE,
                number: 10 + number,
            };
            let line = field.writer.witness(field.firms, field.section, &record);
            field.queue.push(record.at, What::Line(line.into()));
            let parties = party.map(|firm| field.code(firm));
            field.truth(Scheme::WitnessKinds, rule, record.at, parties.into_iter().collect(), kind);
            if let Some(firm) = party {
                field.firms.get_mut(firm).witnessed = true;
            }
        }
    }
}

/// Kind, rule, and whether it names a person rather than a bidder.
const WITNESS_KINDS: [(&str, &str, bool); 21] = [
    ("phone_carried_in", "WIT-05", true),
    ("private_contact", "WIT-04", false),
    ("unauthorised_person", "WIT-03", true),
    ("seal_broken", "WIT-10", false),
    ("disorder", "WIT-00", false),
    ("signed_for_another", "WIT-06", false),
    ("inducement", "WIT-08", false),
    ("equipment_fault", "WIT-09", true),
    ("procedure_skipped", "WIT-11", true),
    ("objection_on_site", "WIT-12", false),
    ("paper_passed", "WIT-14", true),
    ("unfit", "WIT-17", true),
    ("information_leak", "WIT-00", true),
    ("scoring_interference", "WIT-00", true),
    ("expert_late", "WIT-00", true),
    ("expert_absent", "WIT-00", true),
    ("expert_left", "WIT-00", true),
    ("opening_delayed", "WIT-00", true),
    ("decryption_failed", "WIT-00", false),
    ("scoring_not_independent", "WIT-00", true),
    ("other", "WIT-00", false),
];

impl Section {
    /// When the last of the first `count` bids was submitted.
    fn submitted(&self, count: usize) -> Local {
        self.bids.iter().take(count).map(|bid| bid.submitted).max().unwrap_or(0)
    }
}

impl Field<'_> {
    fn code(&self, firm: FirmNo) -> String {
        String::from_utf8_lossy(&self.firms.get(firm).code).into_owned()
    }

    fn codes(&self, count: usize) -> Vec<String> {
        self.section.bids.iter().take(count).map(|bid| self.code(bid.firm)).collect()
    }

    /// A finding in this section from this instant on.
    fn truth(&mut self, scheme: Scheme, rule: &'static str, at: Local, parties: Vec<String>, note: &str) {
        let truth = Truth::new(rule, Some(&self.section.code), parties, scheme, note.to_owned());
        self.queue.push(at, What::Truth(Box::new(truth)));
    }

    /// A finding over the whole history.
    fn history(&mut self, scheme: Scheme, rule: &'static str, at: Local, firms: &[FirmNo], note: &str) {
        let parties = firms.iter().map(|firm| self.code(*firm)).collect();
        let truth = Truth::new(rule, None, parties, scheme, note.to_owned());
        self.queue.push(at, What::Truth(Box::new(truth)));
    }

    /// A finding about the first two bidders.
    fn pair(&mut self, scheme: Scheme, rule: &'static str, at: Local, note: &str) {
        let parties = self.codes(2);
        self.truth(scheme, rule, at, parties, note);
    }

    /// A finding about the tenderer.
    fn of_tenderer(&mut self, scheme: Scheme, rule: &'static str, at: Local, note: &str) {
        let parties = vec![self.tenderer.clone()];
        self.truth(scheme, rule, at, parties, note);
    }
}

/// The platform confused two bidders' machines: the bid is reported again, then the error retracted.
fn correction(field: &mut Field<'_>) {
    let retracted = field.section.closed() + 3 * HOUR + MINUTE;
    let mut truth = Truth::new(
        "DEV-01",
        Some(&field.section.code),
        field.codes(2),
        Scheme::Correction,
        "平台登记错误，已更正撤回".to_owned(),
    );
    truth.holds = false;
    field.queue.push(retracted, What::Truth(Box::new(truth)));
}

fn one_account(field: &mut Field<'_>) {
    let payer = field.section.bids[0].firm;
    for bid in field.section.bids.iter_mut().take(2) {
        bid.form = Form::Transfer;
        bid.twist().payer = Some(payer);
    }
    let paid = field.section.bids.iter().take(2).map(|bid| bid.paid).max().unwrap_or(0);
    let at = paid.max(field.section.submitted(2));
    field.pair(Scheme::OneAccount, "MON-01", at, "同一账户交纳保证金");
    field.pair(Scheme::OneAccount, "MON-02", at, "由另一投标人代交保证金");
}

fn price_ladder(field: &mut Field<'_>) {
    let parties = field.codes(LADDER);
    field.truth(Scheme::PriceLadder, "PRI-02", field.section.closed(), parties, "报价呈等差排列");
}

fn over_ceiling(field: &mut Field<'_>) {
    let parties = field.codes(1);
    field.truth(Scheme::OverCeiling, "PRI-13", field.section.closed(), parties, "报价高于最高投标限价");
}

/// Five minutes before the deadline, or well past the fifteen minutes of grace; in a spare room, since
/// the usual one is taken.
fn untimely_opening(scheme: Scheme, field: &mut Field<'_>) {
    let (offset, note) = if scheme == Scheme::OpenedEarly {
        (-field.dice.between(3, 10), "未到截止时间开标")
    } else {
        (field.dice.between(20, 50), "开标迟于规定时间十五分钟以上")
    };
    field.section.room += 1000;
    field.section.open_at(field.section.deadline + offset * MINUTE);
    field.of_tenderer(scheme, "OPN-01", field.section.started, note);
}

fn not_opened(field: &mut Field<'_>) {
    field.section.ending = Ending::NeverOpened;
    field.section.award = None;
    let at = field.section.deadline + 16 * MINUTE;
    field.of_tenderer(Scheme::NotOpened, "OPN-02", at, "到时未开标，也未流标、暂停或终止");
}

fn late_bid(field: &mut Field<'_>) {
    let deadline = field.section.deadline;
    field.section.bids[0].submitted = deadline + field.dice.between(60, 9 * MINUTE);
    field.section.room += 1000;
    field.section.open_at(deadline + 11 * MINUTE);
    let (at, parties) = (Section::read_out(&field.section.bids[0]), field.codes(1));
    field.truth(Scheme::LateBid, "OPN-03", at, parties, "截止后递交的投标仍被开启");
}

fn too_few(scheme: Scheme, field: &mut Field<'_>) {
    let at = field.section.closed();
    if scheme == Scheme::SingleBid {
        let parties = field.codes(1);
        field.truth(scheme, "BUY-10", at, parties, "公开招标仅一家投标");
    }
    field.of_tenderer(scheme, "BUY-11", at, "投标人少于三个仍开标");
}

/// The first candidate declines the day after it is named; the second gets the contract.
fn declined_award(field: &mut Field<'_>) {
    let Some(award) = &mut field.section.award else { return };
    let at = award.proposed + DAY + HOUR;
    let first = award.candidates[0];
    award.declined = Some(at);
    award.winner = award.candidates[1];
    let firm = field.section.bids[first].firm;
    field.firms.get_mut(firm).quits += 1;
    let parties = vec![field.code(firm)];
    field.truth(Scheme::DeclinedAward, "AWD-03", at, parties, "第一中标候选人放弃中标");
}

/// The pair meets once more; the first of them wins again.
fn cover(campaign: &mut Campaign, field: &mut Field<'_>) {
    let made = field.section.award.as_ref().map_or(0, |award| award.made);
    campaign.complete = campaign.complete.max(made);
    // Five meetings make the finding, and the sixth does not change it.
    if campaign.stage == COVER_SECTIONS - 1 {
        let (firms, at) = (campaign.firms.clone(), campaign.complete);
        field.history(Scheme::CoverBidders, "HIS-02", at, &firms, "两家多次同场，总是同一家中标");
    }
}

/// A lock goes from the first firm to the second, and in a ring a certificate on to the third.
fn travel(campaign: &mut Campaign, stage: usize, field: &mut Field<'_>) {
    let [lock, certificate] = campaign.values;
    let scheme = campaign.scheme;
    let twist = field.section.bids[0].twist();
    if stage < 2 {
        twist.pricing_lock = Some(lock);
    }
    if stage > 0 && scheme == Scheme::Ring {
        twist.ca_lock = Some(certificate);
    }
    campaign.complete = campaign.complete.max(field.section.bids[0].submitted);
    let (at, firms) = (campaign.complete, campaign.firms.clone());
    match stage {
        1 => field.history(scheme, "DEV-12", at, &firms[..2], "同一加密锁在不同标段由两家使用"),
        2 => {
            field.history(scheme, "DEV-12", at, &firms[1..], "同一证书在不同标段由两家使用");
            field.history(scheme, "DEV-13", at, &firms, "三家由加密锁和证书相连");
        }
        _ => {}
    }
}

/// The second bidder controls a holding, which holds 51 % of the first.
fn control(held: FirmNo, holder: FirmNo, number: u64, field: &mut Field<'_>) {
    let holding: OrgNo = org::HOLDINGS + number;
    field.firms.get_mut(held).holder = Some(holding);
    let line = field.writer.holding(field.firms, holding, holder, field.planned);
    field.queue.push(field.planned, What::Line(line.into()));
    field.pair(Scheme::Control, "REL-02", field.section.submitted(2), "通过控股公司间接控制另一投标人");
}

/// What becomes of the first bid under a scheme.
pub fn first_fate(scheme: Scheme) -> Fate {
    if scheme == Scheme::OverCeiling { Fate::Rejected } else { Fate::Stands }
}
