//! From a step of a plan to its event, field by field as in the event catalogue.

use crate::{
    clock::{DAY, HOUR, Local, MINUTE},
    codes::{self, OrgCode, PersonNo, mix32, org, org_code, person},
    dice::mix,
    firms::{FirmNo, Firms, MACHINES, Post, person_of},
    line::{Amount, Line, push_hex, push_number},
    names::{self, TRADES},
    queue::Step,
    section::{Bid, Form, Section, Twist},
};

/// Machines, locks and addresses of firms are numbered from 0, throw-away ones from here.
pub const THROW_AWAY: u64 = 1 << 31;

/// Writes lines for one venue.
pub struct Writer {
    seed: u64,
    line: Line,
}

impl Writer {
    /// A writer for the venue of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed, line: Line::new(seed) }
    }

    /// The event of a step.
    pub fn step(&mut self, firms: &Firms, section: &Section, step: Step, at: Local) -> String {
        match step {
            Step::ProjectRegistered => self.project(section, at),
            Step::SectionAnnounced => self.announced(section, at),
            Step::SectionClarified => self.changed(section, at, true),
            Step::SectionChanged => self.changed(section, at, false),
            Step::SectionFailed => self.ended(section, at, "section.failed", "投标人少于三个"),
            Step::SectionSuspended => self.ended(section, at, "section.suspended", "招标文件需要修改"),
            Step::Downloaded(n) => self.downloaded(firms, section, n, at),
            Step::DepositReceived(n) => self.paid(firms, section, n, at),
            Step::SubmittedFirst(n) => self.submitted(firms, section, n, at, Version::First),
            Step::Submitted(n) => self.submitted(firms, section, n, at, Version::Last),
            Step::Corrected(n) => self.submitted(firms, section, n, at, Version::Corrected),
            Step::Retracted(n) => self.retracted(section, n, at),
            Step::Withdrawn(n) => self.withdrawn(firms, section, n, at),
            Step::ExpertDrawn(n) => self.drawn(section, n, at),
            Step::OpeningStarted => self.opening(section, at, true),
            Step::Decrypted(n) => self.decrypted(firms, section, n, at),
            Step::Opened(n) => self.opened(firms, section, n, at),
            Step::OpeningClosed => self.opening(section, at, false),
            Step::SignedIn(n) => self.signed_in(section, n, at),
            Step::EvaluationStarted => self.evaluation(section, at, true),
            Step::Scored(n) => self.scored(firms, section, n, at),
            Step::Rejected(n) => self.rejected(firms, section, n, at),
            Step::EvaluationClosed => self.evaluation(section, at, false),
            Step::AwardProposed => self.proposed(firms, section, at),
            Step::AwardDeclined => self.declined(firms, section, at),
            Step::AwardMade => self.awarded(firms, section, at),
            Step::ContractSigned => self.signed(firms, section, at),
            Step::DepositReturned(n) => self.returned(firms, section, n, at),
            Step::ContractCompleted => self.completed(firms, section, at),
        }
    }

    /// Begins an event of a section with its first field.
    fn begin(&mut self, section: &Section, kind: &str, desk: &str, at: Local, tag: &str, n: Option<usize>) {
        self.line.begin(kind, desk, at, |id| push_id(id, section, tag, n));
        self.line.text("section", &section.code);
    }

    /// Begins an event of a section and a bidder.
    #[expect(clippy::too_many_arguments, reason = "the head of an event is that long")]
    fn begin_bid(
        &mut self,
        firms: &Firms,
        section: &Section,
        kind: &str,
        desk: &str,
        at: Local,
        tag: &str,
        n: usize,
    ) {
        self.begin(section, kind, desk, at, tag, Some(n));
        self.firm(firms, "bidder", section.bids[n].firm);
    }

    fn end_at(&mut self, at: Local) -> String {
        self.line.time("at", at);
        self.line.finish()
    }

    fn firm(&mut self, firms: &Firms, key: &str, firm: FirmNo) {
        let firm = firms.get(firm);
        self.line.org(key, &firm.code, &firm.name);
    }

    fn organisation(&mut self, key: &str, code: OrgCode, name: &str) {
        self.line.org(key, &code, name);
    }

    fn project(&mut self, section: &Section, at: Local) -> String {
        let project = &section.project;
        let trade = &TRADES[project.trade];
        self.line.begin("project.registered", "market", at, |id| {
            push_number(id, project.serial, 1);
        });
        self.line.text("project", project_code(section));
        self.line.text("name", &names::project(project.serial, project.trade));
        let tenderer = org_code(self.seed, org::TENDERERS + project.tenderer);
        self.organisation("tenderer", tenderer, &names::tenderer(project.tenderer));
        let agency = org_code(self.seed, org::AGENCIES + project.agency);
        self.organisation("agency", agency, &names::agency(project.agency));
        self.line.text("industry", trade.industry);
        self.line.text("region", "460100");
        self.line.text("department", trade.department);
        self.line.flag("key_project", project.key);
        self.line.text("method", project.method.name());
        self.line.money("estimate", project.estimate, Amount::Number);
        self.line.flag("electronic", true);
        self.line.finish()
    }

    fn announced(&mut self, section: &Section, at: Local) -> String {
        self.begin(section, "section.announced", "market", at, "announced", None);
        self.line.text("project", project_code(section));
        self.line.key("name");
        self.line.raw("\"");
        self.line.raw(["一标段", "二标段", "三标段"][(section.no as usize - 1) % 3]);
        self.line.raw("\"");
        let amount = if section.no == 1 { Amount::Number } else { Amount::Text };
        self.line.money("ceiling_price", section.ceiling, amount);
        self.line.money("estimate", section.ceiling, amount);
        self.line.time("announced_at", section.announced);
        self.line.time("documents_from", section.announced);
        self.line.time("documents_until", section.documents_until);
        self.line.time("submission_deadline", section.deadline);
        self.line.time("opening_at", section.deadline);
        self.room("venue", section.room);
        self.line.text("evaluation_method", section.evaluation.name());
        self.line.money("deposit_amount", section.deposit, Amount::Number);
        self.line.flag("consortium_allowed", false);
        self.line.finish()
    }

    fn changed(&mut self, section: &Section, at: Local, material: bool) -> String {
        let tag = if material { "clarified" } else { "changed" };
        self.begin(section, "section.changed", "market", at, tag, None);
        self.line.flag("material", material);
        self.line.text("note", if material { "调整工程量清单" } else { "更正联系电话" });
        self.line.finish()
    }

    fn ended(&mut self, section: &Section, at: Local, kind: &str, reason: &str) -> String {
        self.begin(section, kind, "market", at, "ended", None);
        self.line.text("reason", reason);
        self.end_at(at)
    }

    fn room(&mut self, key: &str, room: u64) {
        self.line.quoted(key, |bytes| {
            let (name, number) =
                if room < 1000 { ("开标", room + 1) } else { ("备用开标", room - 999) };
            bytes.extend_from_slice(name.as_bytes());
            push_number(bytes, number, 1);
            bytes.extend_from_slice("室".as_bytes());
        });
    }

    fn ip(&mut self, key: &str, number: u64) {
        self.line.quoted(key, |bytes| {
            // Shared addresses from 198.18.0.0/15, firms' own from 100.64.0.0/10: neither is anybody's.
            let host = if number >= THROW_AWAY {
                (198 << 24) + (18 << 16) + (number - THROW_AWAY) % (1 << 17)
            } else {
                (100 << 24) + (64 << 16) + number % (1 << 22)
            };
            for (place, shift) in [24, 16, 8, 0].into_iter().enumerate() {
                if place > 0 {
                    bytes.push(b'.');
                }
                push_number(bytes, host >> shift & 255, 1);
            }
        });
    }

    fn downloaded(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "document.downloaded", "bidding", at, "download", n);
        self.ip("ip", section.bids[n].firm.into());
        self.end_at(at)
    }

    fn paid(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "deposit.received", "deposit", at, "deposit", n);
        let bid = &section.bids[n];
        let amount = if bid.number.is_multiple_of(2) { Amount::Number } else { Amount::Text };
        self.line.money("amount", section.deposit, amount);
        match bid.form {
            Form::Transfer => {
                let payer = bid.twist.as_ref().and_then(|twist| twist.payer).unwrap_or(bid.firm);
                self.line.text("form", "transfer");
                self.line.quoted("account", |bytes| push_account(bytes, payer));
                self.firm(firms, "account_holder", payer);
                self.line.text("bank", "模拟银行海口分行");
                self.line.flag("basic_account", true);
            }
            Form::Guarantee | Form::Insurance => {
                let guarantee = bid.form == Form::Guarantee;
                self.line.text("form", if guarantee { "guarantee" } else { "insurance" });
                self.line.text("guarantor", if guarantee { "模拟担保公司" } else { "模拟保险公司" });
                self.line.person("applicant", person_of(bid.firm, Post::Agent(0)));
                self.ip("apply_ip", bid.firm.into());
                self.line.quoted("apply_phone", |bytes| push_phone(bytes, bid.firm));
            }
        }
        self.end_at(at)
    }

    fn returned(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "deposit.returned", "deposit", at, "return", n);
        self.line.money("amount", section.deposit, Amount::Number);
        self.end_at(at)
    }

    fn submitted(&mut self, firms: &Firms, section: &Section, n: usize, at: Local, as_: Version) -> String {
        let tag = match as_ {
            Version::First => "bid-first",
            Version::Last => "bid",
            Version::Corrected => "bid-corrected",
        };
        self.begin_bid(firms, section, "bid.submitted", "bidding", at, tag, n);
        let bid = &section.bids[n];
        let own = Twist::default();
        let twist = match (&bid.twist, as_) {
            (Some(twist), Version::First | Version::Last) => twist,
            _ => &own,
        };
        self.line.time("submitted_at", if as_ == Version::First { at } else { bid.submitted });
        self.people(bid, twist);
        if bid.on_site {
            self.line.flag("on_site", true);
        }
        self.device(bid, twist);
        self.locks(bid, twist);
        self.file(bid, twist, as_);
        self.line.finish()
    }

    fn people(&mut self, bid: &Bid, twist: &Twist) {
        const POSTS: [&str; 3] = ["技术负责人", "安全员", "质检员"];
        let agent = twist.agent.unwrap_or_else(|| person_of(bid.firm, Post::Agent(bid.crew % 3)));
        self.line.person("agent", agent);
        self.line.person("contact", person_of(bid.firm, Post::Agent(3 + bid.crew % 2)));
        self.line.quoted("phone", |bytes| push_phone(bytes, bid.firm));
        self.line.quoted("email", |bytes| {
            bytes.extend_from_slice(b"bid@sim");
            push_number(bytes, u64::from(bid.firm) + 1, 1);
            bytes.extend_from_slice(b".example");
        });
        self.line.person("manager", manager(bid, twist));
        self.line.key("staff");
        self.line.raw("[");
        let crew = (0..1 + bid.crew % 3).map(|n| person_of(bid.firm, Post::Staff((bid.crew + n) % 8)));
        for (place, person) in crew.chain(twist.staff).enumerate() {
            self.line.next();
            self.line.raw("{");
            self.line.person("person", person);
            self.line.text("post", POSTS[place % 3]);
            self.line.quoted("certificate", |bytes| {
                bytes.extend_from_slice(b"SIMC");
                push_number(bytes, person, 8);
            });
            self.line.raw("}");
        }
        self.line.raw("]");
    }

    fn device(&mut self, bid: &Bid, twist: &Twist) {
        let own = u64::from(bid.firm) * MACHINES + bid.machine;
        let hardware = twist.hardware.unwrap_or(own);
        self.line.key("device");
        self.line.raw("{");
        // A mac with the “locally administered” bit: no maker has it.
        self.line.quoted("mac", |bytes| {
            let mixed = u64::from(mix32(hardware as u32, 1));
            for (place, shift) in [24, 16, 8, 0].into_iter().enumerate() {
                bytes.extend_from_slice(if place == 0 { b"02-5A-" } else { b"-" });
                push_hex(bytes, mixed >> shift & 255, 2);
            }
        });
        let ip = twist.ip.unwrap_or(bid.firm.into());
        self.ip("ip", ip);
        self.serial("cpu_id", "BFEBFBFF", hardware, 2);
        self.serial("disk_serial", "SIM-WX", hardware, 3);
        self.serial("memory_serial", "M", twist.memory.unwrap_or(hardware), 4);
        self.serial("board_serial", "PF", hardware, 5);
        self.line.quoted("machine_code", |bytes| {
            push_hex(bytes, mix(own), 16);
            push_hex(bytes, mix(own ^ 0xABCD), 16);
        });
        self.line.raw("}");
    }

    fn serial(&mut self, key: &str, prefix: &str, number: u64, salt: u32) {
        self.line.quoted(key, |bytes| {
            bytes.extend_from_slice(prefix.as_bytes());
            push_hex(bytes, mix32(number as u32, salt).into(), 8);
        });
    }

    fn locks(&mut self, bid: &Bid, twist: &Twist) {
        let own = u64::from(bid.firm) * 2 + bid.machine % 2;
        let (pricing, ca) = (twist.pricing_lock.unwrap_or(own), twist.ca_lock.unwrap_or(own));
        self.serial("pricing_lock", "JS46", pricing, 6);
        self.serial("ca_lock", "CA46", ca, 7);
    }

    fn file(&mut self, bid: &Bid, twist: &Twist, version: Version) {
        self.line.key("file");
        self.line.raw("{");
        let draft = version == Version::First;
        self.line.quoted("digest", |bytes| push_digest(bytes, bid, draft));
        self.line.number("size", 2_000_000 + bid.number * 7_919 % 90_000_000);
        self.line.quoted("author", |bytes| {
            bytes.extend_from_slice(b"bj");
            push_number(bytes, u64::from(bid.firm) * 8 + bid.crew % 8, 6);
        });
        self.line.time("created_at", bid.created - if draft { 2 * DAY } else { 0 });
        self.line.text("tool_version", ["V6.2.1", "V6.3.0", "V7.0.4"][(bid.machine % 3) as usize]);
        self.line.quoted("feature_code", |bytes| {
            let number = twist.feature.unwrap_or(bid.number * 2 + u64::from(draft));
            push_hex(bytes, mix(number), 16);
            push_hex(bytes, mix(!number), 16);
        });
        self.line.raw("}");
    }

    fn retracted(&mut self, section: &Section, n: usize, at: Local) -> String {
        self.line.begin("event.retracted", "correction", at, |id| push_id(id, section, "retract", Some(n)));
        self.line.key("retracts");
        self.line.raw("{");
        let source = self.line.source("bidding");
        self.line.text("source", &source);
        self.line.quoted("id", |bytes| push_id(bytes, section, "bid", Some(n)));
        self.line.raw("}");
        self.line.text("reason", "平台登记错误，设备信息张冠李戴");
        self.line.finish()
    }

    fn withdrawn(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.withdrawn", "bidding", at, "withdrawn", n);
        self.line.text("reason", "投标人自行撤回");
        self.end_at(at)
    }

    fn opening(&mut self, section: &Section, at: Local, start: bool) -> String {
        let (kind, tag) = if start { ("opening.started", "opening") } else { ("opening.closed", "closed") };
        self.begin(section, kind, "opening", at, tag, None);
        self.room("room", section.room);
        if start {
            self.line.text("host", "模拟主持人");
        } else {
            self.line.flag("record_signed", true);
        }
        self.end_at(at)
    }

    fn decrypted(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.decrypted", "opening", at, "decrypted", n);
        let bid = &section.bids[n];
        let ok = bid.fate.is_priced();
        self.line.flag("ok", ok);
        if !ok {
            self.line.text("error", "CA证书口令错误");
        }
        self.ip("ip", bid.firm.into());
        let own = u64::from(bid.firm) * 2 + bid.machine % 2;
        let ca = bid.twist.as_ref().and_then(|twist| twist.ca_lock).unwrap_or(own);
        self.serial("ca_lock", "CA46", ca, 7);
        self.end_at(at)
    }

    fn opened(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.opened", "opening", at, "opened", n);
        let bid = &section.bids[n];
        self.line.time("opened_at", at);
        let amount = if bid.number.is_multiple_of(3) { Amount::Text } else { Amount::Number };
        self.line.money("price", bid.price, amount);
        self.line.quoted("file_digest", |bytes| push_digest(bytes, bid, false));
        self.line.finish()
    }

    fn rejected(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin_bid(firms, section, "bid.rejected", "evaluation", at, "rejected", n);
        let high = section.bids[n].price > section.ceiling;
        self.line.text("clause", if high { "3.1.1" } else { "2.1.2" });
        self.line.text("reason", if high { "投标报价高于最高投标限价" } else { "资格审查不合格" });
        self.line.text("stage", "初步评审");
        self.end_at(at)
    }

    fn drawn(&mut self, section: &Section, n: usize, at: Local) -> String {
        self.begin(section, "expert.drawn", "evaluation", at, "drawn", Some(n));
        let expert = section.experts[n];
        self.line.person("expert", person::EXPERTS + expert);
        let employer = expert % 40;
        let code = org_code(self.seed, org::EMPLOYERS + employer);
        self.organisation("employer", code, &names::employer(employer));
        self.line.text("role", ["technical", "economic", "technical"][n % 3]);
        self.line.text("method", "random");
        self.line.number("pool_size", 60 + expert % 90);
        self.end_at(at)
    }

    fn signed_in(&mut self, section: &Section, n: usize, at: Local) -> String {
        self.begin(section, "expert.signed_in", "evaluation", at, "signed-in", Some(n));
        self.line.person("expert", person::EXPERTS + section.experts[n]);
        self.line.text("status", "present");
        self.end_at(at)
    }

    fn evaluation(&mut self, section: &Section, at: Local, start: bool) -> String {
        let (kind, tag) =
            if start { ("evaluation.started", "evaluation") } else { ("evaluation.closed", "evaluated") };
        self.begin(section, kind, "evaluation", at, tag, None);
        if !start {
            self.line.key("signed_by");
            self.line.raw("[");
            for expert in &section.experts {
                self.line.next();
                self.line.person_value(person::EXPERTS + expert);
            }
            self.line.raw("]");
        }
        self.end_at(at)
    }

    /// A score of the `n`-th (expert, bidder, item) cell. The winner leads with every expert and no two
    /// experts agree on everything, so that no rule on scores has a reason to speak.
    fn scored(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        let (expert, cell) = (n / (section.bids.len() * 3), n % (section.bids.len() * 3));
        let (place, item) = (cell / 3, cell % 3);
        self.begin(section, "score.given", "evaluation", at, "score", Some(n));
        self.line.person("expert", person::EXPERTS + section.experts[expert]);
        self.firm(firms, "bidder", section.bids[place].firm);
        let leads = section.award.as_ref().is_some_and(|award| award.winner == place);
        let base = if leads { 90 } else { 78 } + mix(section.bids[place].number + item as u64) % 5;
        let (name, kind, full, tenths) = match item {
            0 => ("T1", "subjective", 40, base * 4 + expert as u64),
            1 => ("T2", "subjective", 30, base * 3 + mix(n as u64 + section.bids[0].number) % 8),
            _ => ("B1", "objective", 10, base),
        };
        self.line.text("item", name);
        self.line.text("kind", kind);
        self.line.key("score");
        push_number(self.line.bytes(), tenths / 10, 1);
        self.line.raw(".");
        push_number(self.line.bytes(), tenths % 10, 1);
        self.line.number("full_marks", full);
        self.end_at(at)
    }

    fn proposed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        self.begin(section, "award.proposed", "award", at, "proposed", None);
        self.line.key("candidates");
        self.line.raw("[");
        for (rank, place) in section.award.iter().flat_map(|award| &award.candidates).enumerate() {
            self.line.next();
            self.line.raw("{");
            self.firm(firms, "bidder", section.bids[*place].firm);
            self.line.number("rank", rank as u64 + 1);
            self.line.money("price", section.bids[*place].price, Amount::Number);
            self.line.raw("}");
        }
        self.line.raw("]");
        self.line.time("published_at", at);
        self.line.time("until", at + 3 * DAY + HOUR);
        self.line.finish()
    }

    fn declined(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let first = section.award.as_ref().map_or(0, |award| award.candidates[0]);
        self.begin_bid(firms, section, "award.declined", "award", at, "declined", first);
        self.line.text("reason", "报价计算失误");
        self.end_at(at)
    }

    fn awarded(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let winner = section.award.as_ref().map_or(0, |award| award.winner);
        self.begin_bid(firms, section, "award.made", "award", at, "awarded", winner);
        let bid = &section.bids[winner];
        self.line.money("price", bid.price, Amount::Number);
        self.line.person("manager", manager(bid, bid.twist.as_deref().unwrap_or(&Twist::default())));
        self.line.time("notified_at", at);
        self.line.finish()
    }

    fn contract(&mut self, firms: &Firms, section: &Section, kind: &str, at: Local, tag: &str) -> usize {
        let winner = section.award.as_ref().map_or(0, |award| award.winner);
        self.begin(section, kind, "contract", at, tag, None);
        self.firm(firms, "contractor", section.bids[winner].firm);
        self.line.money("price", section.bids[winner].price, Amount::Text);
        winner
    }

    fn signed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        let winner = self.contract(firms, section, "contract.signed", at, "contract");
        let bid = &section.bids[winner];
        self.line.time("signed_at", at);
        self.line.date("starts_on", at / DAY + 10);
        self.line.date("ends_on", at / DAY + 190);
        self.line.person("manager", manager(bid, bid.twist.as_deref().unwrap_or(&Twist::default())));
        self.line.finish()
    }

    fn completed(&mut self, firms: &Firms, section: &Section, at: Local) -> String {
        self.contract(firms, section, "contract.completed", at, "completed");
        self.end_at(at)
    }

    /// A firm's entry in the register of parties.
    pub fn party(&mut self, firms: &Firms, number: FirmNo, at: Local) -> String {
        let firm = firms.get(number);
        self.line.begin("party.recorded", "party", at, |id| {
            id.extend_from_slice(b"firm-");
            push_number(id, number.into(), 1);
        });
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&firm.code));
        self.line.text("name", &firm.name);
        self.line.person("legal_representative", person_of(number, Post::Legal));
        self.line.key("directors");
        self.line.raw("[");
        self.line.person_value(person_of(number, Post::Founder));
        self.line.raw("]");
        self.line.key("phones");
        self.line.raw("[\"");
        push_phone(self.line.bytes(), number);
        self.line.raw("\"]");
        self.line.quoted("address", |bytes| {
            bytes.extend_from_slice("模拟市虚构路".as_bytes());
            push_number(bytes, u64::from(number) + 1, 1);
            bytes.extend_from_slice("号".as_bytes());
        });
        self.line.date("founded_on", 10_957 + (mix(number.into()) % 7000) as i64);
        self.line.key("holders");
        self.line.raw("[{");
        match firm.holder {
            Some(holder) => {
                let code = self.holding_code(firms, holder);
                self.line.quoted("org", |bytes| bytes.extend_from_slice(&code));
                self.line.raw(",\"share\":0.51},{");
            }
            None => {
                self.line.person("person", person_of(number, Post::Legal));
                self.line.raw(",\"share\":0.6},{");
            }
        }
        self.line.person("person", person_of(number, Post::Founder));
        self.line.raw(",\"share\":0.4}]");
        self.line.finish()
    }

    fn holding_code(&self, firms: &Firms, holder: codes::OrgNo) -> OrgCode {
        if holder >= org::TENDERERS { org_code(self.seed, holder) } else { firms.get(holder as FirmNo).code }
    }

    /// The entry of a holding company that a firm controls.
    pub fn holding(&mut self, firms: &Firms, holding: codes::OrgNo, held_by: FirmNo, at: Local) -> String {
        let (number, code) = (holding - org::HOLDINGS, org_code(self.seed, holding));
        self.line.begin("party.recorded", "party", at, |id| {
            id.extend_from_slice(b"holding-");
            push_number(id, number, 1);
        });
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&code));
        self.line.text("name", &names::company(number, "控股"));
        self.line.key("holders");
        self.line.raw("[{");
        let holder = firms.get(held_by).code;
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&holder));
        self.line.raw(",\"share\":0.3,\"controls\":true}]");
        self.line.finish()
    }

    /// A record of the witness desk; `party` and `person` are who it names.
    pub fn witness(&mut self, firms: &Firms, section: &Section, record: &WitnessRecord) -> String {
        self.begin(section, "witness.recorded", "witness", record.at, "witness", Some(record.number));
        self.line.text("kind", record.kind);
        self.line.text("gravity", record.gravity);
        self.room("room", section.room);
        if let Some(party) = record.party {
            let code = firms.get(party).code;
            self.line.key("parties");
            self.line.raw("[\"");
            self.line.bytes().extend_from_slice(&code);
            self.line.raw("\"]");
        }
        if let Some(person) = record.person {
            self.line.key("persons");
            self.line.raw("[");
            self.line.person_value(person);
            self.line.raw("]");
        }
        self.line.text("note", record.note);
        self.end_at(record.at)
    }

    /// An event of a section that needs no more than text and organisations; `write` adds the fields.
    pub fn other(&mut self, head: &Head<'_>, write: impl FnOnce(&mut Line)) -> String {
        self.line.begin(head.kind, head.desk, head.at, |id| {
            id.extend_from_slice(head.tag.as_bytes());
            id.push(b'-');
            push_number(id, head.number, 1);
        });
        write(&mut self.line);
        self.line.finish()
    }
}

/// The head of an event that is not a step.
pub struct Head<'a> {
    /// The event's type.
    pub kind: &'a str,
    /// The last part of its source.
    pub desk: &'a str,
    /// When.
    pub at: Local,
    /// First part of the id.
    pub tag: &'a str,
    /// Last part of the id.
    pub number: u64,
}

/// What the witness desk notes.
pub struct WitnessRecord {
    /// The kind, as in the event catalogue.
    pub kind: &'static str,
    /// note, minor or serious.
    pub gravity: &'static str,
    /// The firm that it names.
    pub party: Option<FirmNo>,
    /// The person that it names.
    pub person: Option<PersonNo>,
    /// The text.
    pub note: &'static str,
    /// When.
    pub at: Local,
    /// Its number among the section's records.
    pub number: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    /// The first of two.
    First,
    /// The one that counts.
    Last,
    /// Reported again after an error of the platform.
    Corrected,
}

fn manager(bid: &Bid, twist: &Twist) -> PersonNo {
    twist.manager.unwrap_or_else(|| person_of(bid.firm, Post::Manager(bid.wins_before)))
}

/// A project's code is the section's without its last three digits.
fn project_code(section: &Section) -> &str {
    &section.code[..section.code.len() - 3]
}

/// An event's id follows from what it reports, so that a later event can name it.
fn push_id(id: &mut Vec<u8>, section: &Section, tag: &str, n: Option<usize>) {
    push_number(id, section.project.serial, 1);
    id.push(b'-');
    push_number(id, section.no, 1);
    id.push(b'-');
    id.extend_from_slice(tag.as_bytes());
    if let Some(n) = n {
        id.push(b'-');
        push_number(id, n as u64, 1);
    }
}

fn push_digest(bytes: &mut Vec<u8>, bid: &Bid, draft: bool) {
    let number = bid.number * 2 + u64::from(draft);
    for part in 0..4 {
        push_hex(bytes, mix(number ^ part << 60), 16);
    }
}

/// A number that no telephone has: mobile numbers do not begin with 12.
fn push_phone(bytes: &mut Vec<u8>, firm: FirmNo) {
    bytes.extend_from_slice(b"128");
    push_number(bytes, u64::from(firm) + 1, 8);
}

/// The basic account of a firm, in groups as a bank prints it.
pub fn push_account(bytes: &mut Vec<u8>, firm: FirmNo) {
    bytes.extend_from_slice(b"6299 4600 ");
    push_number(bytes, u64::from(firm) + 10_000_000, 11);
}

/// How long after the closing of the opening the `n`-th expert signs in.
pub const fn sign_in_delay(n: usize) -> i64 {
    5 * MINUTE + n as i64 * 3 * MINUTE
}
