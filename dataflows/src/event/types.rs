//! Every type of event of events.md as a typed record, and [`Data`], which is one of them.
//!
//! The names of fields are those of events.md exactly; what a field means stands there and is not told twice.
//! Invariant: a record holds normalised values only, so rules compare with `==`. An instant that was not given is
//! none here; where events.md puts the event's `time` in its place, the reader of the record does so.

use super::read::{Field, Read, Reading, Step, Stop, Value, record, required_list};
use super::values::{
    Account, Code, Device, Digest, Email, Hardware, Ip, OrgCode, Organisation, Party, Person, Phone, Text,
    own_codes,
};
use super::words::{
    AlertLevel, Attendance, CreditKind, DepositForm, DeviceState, DrawMethod, EvaluationMethod, ExpertRole,
    Gravity, Industry, Method, ObjectionKind, Outcome, QuarantineDecision, ScoreKind, WitnessKind,
};
use crate::json::{Json, Object};
use crate::normalise::{Date, Fen, FenDelta, Instant, Quantity, Score, Share};

record! {
    /// 项目登记
    ProjectRegistered {
        project: Code,
        name: Option<Text>,
        tenderer: Organisation,
        agency: Option<Organisation>,
        industry: Industry,
        category: Option<Code>,
        region: Option<Code>,
        department: Option<Code>,
        key_project: Option<bool>,
        method: Option<Method>,
        estimate: Option<Fen>,
        electronic: Option<bool>,
    }
}
record! {
    /// 招标公告
    SectionAnnounced {
        section: Code,
        project: Code,
        name: Option<Text>,
        ceiling_price: Option<Fen>,
        floor_price: Option<Fen>,
        estimate: Option<Fen>,
        announced_at: Option<Instant>,
        documents_from: Option<Instant>,
        documents_until: Option<Instant>,
        submission_deadline: Option<Instant>,
        opening_at: Option<Instant>,
        venue: Option<Text>,
        evaluation_method: Option<EvaluationMethod>,
        deposit_amount: Option<Fen>,
        consortium_allowed: Option<bool>,
        relaunch_of: Option<Code>,
        fingerprints: Vec<u64>,
        devices: Vec<Hardware> = own_codes,
        locks: Vec<Hardware> = own_codes,
    }
}
record! {
    /// 变更澄清: the fields that changed.
    SectionChanged {
        section: Code,
        project: Option<Code>,
        name: Option<Text>,
        ceiling_price: Option<Fen>,
        floor_price: Option<Fen>,
        estimate: Option<Fen>,
        announced_at: Option<Instant>,
        documents_from: Option<Instant>,
        documents_until: Option<Instant>,
        submission_deadline: Option<Instant>,
        opening_at: Option<Instant>,
        venue: Option<Text>,
        evaluation_method: Option<EvaluationMethod>,
        deposit_amount: Option<Fen>,
        consortium_allowed: Option<bool>,
        relaunch_of: Option<Code>,
        fingerprints: Vec<u64>,
        devices: Vec<Hardware> = own_codes,
        locks: Vec<Hardware> = own_codes,
        material: Option<bool>,
    }
}
record! {
    /// 流标, suspension, cancellation.
    SectionHalted {
        section: Code,
        reason: Option<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 获取招标文件
    DocumentDownloaded {
        section: Code,
        bidder: Organisation,
        ip: Option<Ip>,
        mac: Option<Hardware>,
        at: Option<Instant>,
    }
}
record! {
    /// 保证金, received or returned.
    Deposit {
        section: Code,
        bidder: Organisation,
        amount: Option<Fen>,
        form: Option<DepositForm>,
        account: Option<Account>,
        account_holder: Option<Organisation>,
        bank: Option<Text>,
        basic_account: Option<bool>,
        guarantor: Option<Text> = name_of,
        applicant: Option<Person>,
        apply_ip: Option<Ip>,
        apply_phone: Option<Phone>,
        at: Option<Instant>,
    }
}
record! {
    /// A member of a bid's staff.
    Staff {
        person: Option<Person>,
        post: Option<Text>,
        certificate: Option<Text>,
    }
}
record! {
    /// What a bid's file shows.
    BidFile {
        digest: Option<Digest>,
        size: Option<u64>,
        author: Option<Text>,
        last_saved_by: Option<Text>,
        created_at: Option<Instant>,
        tool_version: Option<Text>,
        feature_code: Option<Hardware>,
        fingerprints: Vec<u64>,
        names: Vec<OrgCode>,
    }
}
record! {
    /// A line of a bid's priced bill.
    Item {
        code: Option<Code>,
        unit_price: Option<Fen>,
        quantity: Option<Quantity>,
    }
}
record! {
    /// 投标递交
    BidSubmitted {
        section: Code,
        bidder: Organisation,
        submitted_at: Option<Instant>,
        consortium: Vec<Organisation>,
        price: Option<Fen>,
        agent: Option<Person>,
        contact: Option<Person>,
        phone: Option<Phone>,
        email: Option<Email>,
        manager: Option<Person>,
        staff: Vec<Staff>,
        on_site: Option<bool>,
        device: Option<Device>,
        pricing_lock: Option<Hardware>,
        ca_lock: Option<Hardware>,
        file: Option<BidFile>,
        items: Vec<Item>,
    }
}
record! {
    /// 撤标, or an award declined (放弃中标).
    BidderWithdrew {
        section: Code,
        bidder: Organisation,
        reason: Option<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 开标会, started or closed.
    Opening {
        section: Code,
        room: Option<Text>,
        host: Option<Text> = name_of,
        at: Option<Instant>,
        record_signed: Option<bool>,
    }
}
record! {
    /// 解密
    BidDecrypted {
        section: Code,
        bidder: Organisation,
        ok: bool,
        error: Option<Text>,
        ip: Option<Ip>,
        ca_lock: Option<Hardware>,
        at: Option<Instant>,
    }
}
record! {
    /// 唱标
    BidOpened {
        section: Code,
        bidder: Organisation,
        opened_at: Option<Instant>,
        price: Option<Fen>,
        file_digest: Option<Digest>,
        attendee: Option<Person>,
    }
}
record! {
    /// 否决投标
    BidRejected {
        section: Code,
        bidder: Organisation,
        clause: Option<Text>,
        reason: Option<Text>,
        stage: Option<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 抽取: an expert drawn or replaced.
    ExpertDrawn {
        section: Code,
        expert: Person,
        employer: Option<Organisation>,
        role: Option<ExpertRole>,
        method: Option<DrawMethod>,
        pool_size: Option<u32>,
        at: Option<Instant>,
        reason: Option<Text>,
    }
}
record! {
    /// 签到 离席
    ExpertAttended {
        section: Code,
        expert: Person,
        status: Option<Attendance>,
        at: Option<Instant>,
    }
}
record! {
    /// 评标, started or closed.
    Evaluation {
        section: Code,
        at: Option<Instant>,
        signed_by: Vec<Person>,
        dissent: Vec<Person>,
    }
}
record! {
    /// 评分, given or changed.
    ScoreGiven {
        section: Code,
        expert: Person,
        bidder: Organisation,
        item: Code,
        kind: Option<ScoreKind>,
        score: Score,
        full_marks: Option<Score>,
        at: Option<Instant>,
    }
}
record! {
    /// One of the candidates proposed.
    Candidate {
        bidder: Organisation,
        rank: Option<u32>,
        price: Option<Fen>,
        score: Option<Score>,
    }
}
record! {
    /// 中标候选人公示
    AwardProposed {
        section: Code,
        candidates: Vec<Candidate> = required_list,
        published_at: Option<Instant>,
        until: Option<Instant>,
    }
}
record! {
    /// 中标结果
    AwardMade {
        section: Code,
        bidder: Organisation,
        price: Option<Fen>,
        manager: Option<Person>,
        notified_at: Option<Instant>,
    }
}
record! {
    /// 合同, signed, changed or completed.
    Contract {
        section: Code,
        contractor: Organisation,
        price: Option<Fen>,
        signed_at: Option<Instant>,
        at: Option<Instant>,
        starts_on: Option<Date>,
        ends_on: Option<Date>,
        manager: Option<Person>,
        delta: Option<FenDelta>,
    }
}
record! {
    /// 分包
    ContractSubcontracted {
        section: Code,
        contractor: Organisation,
        subcontractor: Organisation,
        amount: Option<Fen>,
        at: Option<Instant>,
    }
}
record! {
    /// 竞价 成交 悔拍
    Auction {
        section: Code,
        bidder: Organisation,
        price: Option<Fen>,
        at: Option<Instant>,
        ip: Option<Ip>,
        device: Option<Device>,
    }
}
record! {
    /// 见证记录
    WitnessRecorded {
        section: Code,
        kind: WitnessKind,
        gravity: Gravity,
        room: Option<Text>,
        parties: Vec<OrgCode>,
        persons: Vec<Person>,
        note: Option<Text>,
        media: Vec<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 见证设备
    WitnessDevice {
        section: Code,
        room: Option<Text>,
        device: Option<Text>,
        state: Option<DeviceState>,
        at: Option<Instant>,
    }
}
record! {
    /// 门禁
    WitnessAccess {
        section: Code,
        room: Option<Text>,
        person: Option<Person>,
        role: Option<Text>,
        zone: Option<Text>,
        direction: Option<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 通讯
    WitnessContact {
        section: Code,
        room: Option<Text>,
        persons: Vec<Person>,
        means: Option<Text>,
        at: Option<Instant>,
    }
}
record! {
    /// 异议质疑, raised or answered.
    Objection {
        objection: Code,
        section: Code,
        kind: Option<ObjectionKind>,
        by: Option<Party>,
        at: Option<Instant>,
        upheld: Option<bool>,
    }
}
record! {
    /// 投诉举报, at any stage.
    Complaint {
        complaint: Code,
        section: Option<Code>,
        channel: Option<Text>,
        complainant: Option<Party>,
        respondents: Vec<OrgCode>,
        department: Code,
        at: Option<Instant>,
        outcome: Option<Text>,
    }
}
record! {
    /// One who holds a share of an organisation: `org` or `person`.
    Holder {
        org: Option<OrgCode>,
        person: Option<Person>,
        share: Option<Share>,
        controls: Option<bool>,
    }
}
record! {
    /// 主体信息
    PartyRecorded {
        org: OrgCode,
        name: Text,
        legal_representative: Option<Person>,
        directors: Vec<Person>,
        phones: Vec<Phone>,
        emails: Vec<Email>,
        address: Option<Text>,
        founded_on: Option<Date>,
        holders: Vec<Holder>,
    }
}
record! {
    /// 社保/劳动关系
    PersonEmployed {
        person: Person,
        org: OrgCode,
        from_on: Date,
        until_on: Option<Date>,
    }
}
record! {
    /// 黑名单 处罚: about `org` or `person`.
    CreditListed {
        entry: Code,
        org: Option<OrgCode>,
        person: Option<Person>,
        kind: CreditKind,
        authority: Option<Text>,
        basis: Option<Text>,
        from_on: Date,
        until_on: Option<Date>,
        removed_at: Option<Instant>,
    }
}
record! {
    /// 撤销. Only the entry is needed: a removal says which one goes, and a register rarely repeats the rest.
    CreditRemoved {
        entry: Code,
        org: Option<OrgCode>,
        person: Option<Person>,
        kind: Option<CreditKind>,
        authority: Option<Text>,
        basis: Option<Text>,
        from_on: Option<Date>,
        until_on: Option<Date>,
        removed_at: Option<Instant>,
    }
}
record! {
    /// 资金往来
    PaymentMade {
        payer: Option<Party>,
        payee: Option<Party>,
        amount: Option<Fen>,
        section: Option<Code>,
        at: Option<Instant>,
    }
}
record! {
    /// 双随机抽查, drawn, done or published.
    Inspection {
        inspection: Code,
        object: Option<Text> = name_of,
        inspectors: Vec<Person>,
        at: Option<Instant>,
        result: Option<Text>,
    }
}
record! {
    /// 更正撤回
    EventRetracted {
        retracts: EventName,
        reason: Text,
    }
}
record! {
    /// 处置: what a supervisor did with an alert.
    AlertHandled {
        alert: Code,
        actor: Text,
        department: Option<Code>,
        to: Option<Text>,
        outcome: Option<Outcome>,
        note: Option<Text>,
        known: Vec<Text>,
    }
}
record! {
    /// 静默: what a supervisor wants not to be sent for a while. Written by the daemon; not in events.md, and of no weight for any rule.
    AlertSilenced {
        silence: Code,
        actor: Text,
        reason: Text,
        from: Option<Instant>,
        until: Instant,
        level: AlertLevel,
        department: Option<Text>,
        topic: Option<Text>,
        section: Option<Code>,
        party: Option<Code>,
        rule: Option<Text>,
    }
}
record! {
    /// 解除静默, before its time.
    AlertUnsilenced {
        silence: Code,
        actor: Text,
    }
}
record! {
    /// 隔离区处理: what was decided about something that had been refused. Written by the daemon; not in events.md, and of no weight for any rule.
    QuarantineDecided {
        entry: u64,
        decision: QuarantineDecision,
        actor: Text,
        note: Option<Text>,
        event: Option<EventName>,
    }
}

/// What names an event for ever. Kept as it was sent: these are another system's own words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventName {
    /// The system that reported it.
    pub source: Box<str>,
    /// Its name there.
    pub id: Box<str>,
}

impl Value for EventName {
    fn read(json: &Json, reading: &mut Reading<'_>) -> Read<Self> {
        let object = reading.object(json, "the event's name as {\"source\", \"id\"}")?;
        let (source, id) = (Field::field(object, "source", reading), Field::field(object, "id", reading));
        source.zip(id).map(|(source, id)| Self { source, id }).ok_or(Stop::Faulty)
    }
}

/// A text, or the name (else the code) of an object that stands in its place.
fn name_of(object: &Object, name: &'static str, reading: &mut Reading<'_>) -> Option<Option<Text>> {
    match object.get(name) {
        Some(Json::Object(party)) => reading.within(Step::Key(name), |reading| {
            let named: Option<Text> = Field::field(party, "name", reading)?;
            if named.is_some() { Some(named) } else { Field::field(party, "code", reading) }
        }),
        _ => Field::field(object, name, reading),
    }
}

/// Declares [`Data`]: the type string, the variant and its record.
macro_rules! kinds {
    ($($kind:literal $variant:ident($record:ty),)+) => {
        /// What an event says: one variant for each type of events.md.
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[allow(missing_docs, reason = "a variant is documented in events.md under its type")]
        pub enum Data {
            $($variant(Box<$record>),)+
        }

        /// All type strings in the order of events.md, and the daemon's own.
        pub const KINDS: &[&str] = &[$($kind,)+];

        impl Data {
            /// Whether it says what somebody did in the daemon itself: such an event comes by a path of its own, with the name of who
            /// did it, and not from a system that reports events.
            pub fn is_deed(&self) -> bool {
                self.kind().starts_with("alert.") || self.kind().starts_with("quarantine.")
            }

            /// The type string.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $kind,)+
                }
            }

            /// Reads `data` as a type says. None: the type is unknown.
            pub(super) fn read(
                kind: &str,
                json: &Json,
                reading: &mut Reading<'_>,
            ) -> Option<Read<Self>> {
                Some(match kind {
                    $($kind => <$record>::read(json, reading).map(|record| Self::$variant(Box::new(record))),)+
                    _ => return None,
                })
            }
        }
    };
}

kinds! {
    "project.registered" ProjectRegistered(ProjectRegistered),
    "section.announced" SectionAnnounced(SectionAnnounced),
    "section.changed" SectionChanged(SectionChanged),
    "section.failed" SectionFailed(SectionHalted),
    "section.suspended" SectionSuspended(SectionHalted),
    "section.cancelled" SectionCancelled(SectionHalted),
    "document.downloaded" DocumentDownloaded(DocumentDownloaded),
    "deposit.received" DepositReceived(Deposit),
    "deposit.returned" DepositReturned(Deposit),
    "bid.submitted" BidSubmitted(BidSubmitted),
    "bid.withdrawn" BidWithdrawn(BidderWithdrew),
    "opening.started" OpeningStarted(Opening),
    "opening.closed" OpeningClosed(Opening),
    "bid.decrypted" BidDecrypted(BidDecrypted),
    "bid.opened" BidOpened(BidOpened),
    "bid.rejected" BidRejected(BidRejected),
    "expert.drawn" ExpertDrawn(ExpertDrawn),
    "expert.replaced" ExpertReplaced(ExpertDrawn),
    "expert.signed_in" ExpertSignedIn(ExpertAttended),
    "expert.left" ExpertLeft(ExpertAttended),
    "evaluation.started" EvaluationStarted(Evaluation),
    "evaluation.closed" EvaluationClosed(Evaluation),
    "score.given" ScoreGiven(ScoreGiven),
    "score.changed" ScoreChanged(ScoreGiven),
    "award.proposed" AwardProposed(AwardProposed),
    "award.made" AwardMade(AwardMade),
    "award.declined" AwardDeclined(BidderWithdrew),
    "contract.signed" ContractSigned(Contract),
    "contract.changed" ContractChanged(Contract),
    "contract.completed" ContractCompleted(Contract),
    "contract.subcontracted" ContractSubcontracted(ContractSubcontracted),
    "auction.bid" AuctionBid(Auction),
    "auction.closed" AuctionClosed(Auction),
    "auction.defaulted" AuctionDefaulted(Auction),
    "witness.recorded" WitnessRecorded(WitnessRecorded),
    "witness.device" WitnessDevice(WitnessDevice),
    "witness.access" WitnessAccess(WitnessAccess),
    "witness.contact" WitnessContact(WitnessContact),
    "objection.raised" ObjectionRaised(Objection),
    "objection.answered" ObjectionAnswered(Objection),
    "complaint.received" ComplaintReceived(Complaint),
    "complaint.accepted" ComplaintAccepted(Complaint),
    "complaint.refused" ComplaintRefused(Complaint),
    "complaint.decided" ComplaintDecided(Complaint),
    "complaint.answered" ComplaintAnswered(Complaint),
    "party.recorded" PartyRecorded(PartyRecorded),
    "person.employed" PersonEmployed(PersonEmployed),
    "credit.listed" CreditListed(CreditListed),
    "credit.removed" CreditRemoved(CreditRemoved),
    "payment.made" PaymentMade(PaymentMade),
    "inspection.drawn" InspectionDrawn(Inspection),
    "inspection.done" InspectionDone(Inspection),
    "inspection.published" InspectionPublished(Inspection),
    "event.retracted" EventRetracted(EventRetracted),
    "alert.acknowledged" AlertAcknowledged(AlertHandled),
    "alert.assigned" AlertAssigned(AlertHandled),
    "alert.returned" AlertReturned(AlertHandled),
    "alert.transferred" AlertTransferred(AlertHandled),
    "alert.closed" AlertClosed(AlertHandled),
    "alert.reopened" AlertReopened(AlertHandled),
    "alert.noted" AlertNoted(AlertHandled),
    "alert.silenced" AlertSilenced(AlertSilenced),
    "alert.unsilenced" AlertUnsilenced(AlertUnsilenced),
    "quarantine.decided" QuarantineDecided(QuarantineDecided),
}
