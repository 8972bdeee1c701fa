//! Why something was decided, as data: kept with every decision, shown in both languages.
//!
//! *Invariant.* A reason names no person but by the name of the token that acted, and no party.

use crate::alert::Level;
use crate::words::{self, Language};
use crate::written;
use serde::{Deserialize, Serialize};
use xiezhi_dataflows::normalise::Instant;

/// Why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// Red: deemed or invalid by law.
    DeemedOrInvalid,
    /// Red: strong leads of two kinds of evidence.
    StrongLeadsOfTwoKinds,
    /// Orange: a breach of procedure.
    Breach,
    /// Orange: a strong lead.
    StrongLead,
    /// Orange: leads of two kinds of evidence on one party.
    LeadsOfTwoKinds,
    /// Yellow: a lead.
    Lead,
    /// The last finding has gone.
    BasisGone,
    /// Findings came or went, and it is not more serious than it was.
    NotMoreSerious {
        /// The level before.
        from: Level,
        /// The level now.
        to: Level,
    },
    /// Nothing that was not known when it was closed.
    KnownWhenClosed,
    /// Findings that nobody knew when it was closed.
    NewSinceClosing {
        /// How many.
        facts: usize,
    },
    /// An item of the duty list covers it.
    DutyItem {
        /// The item's number.
        item: String,
        /// Its name.
        name: String,
    },
    /// No item covers it: the coordinating office.
    NoDutyItem,
    /// Sent back by the department: the coordinating office.
    SentBack,
    /// Given to the department by a supervisor.
    Transferred,
    /// A silence hides it.
    Silenced {
        /// Which.
        silence: String,
    },
    /// The silence that hid it has ended, or it has outgrown it.
    SilenceOver {
        /// Which.
        silence: String,
    },
    /// The time to act is near.
    DueSoon {
        /// What is due.
        step: Duty,
        /// µs since 1970.
        due_at: i64,
    },
    /// The time to act has passed.
    NotDone {
        /// What was due.
        step: Duty,
        /// µs since 1970.
        due_at: i64,
        /// When the liaison was reminded, µs since 1970.
        reminded_at: Vec<i64>,
        /// Steps that fell into a time when the daemon was not running, and are told with this one.
        missed: usize,
    },
    /// A supervisor did it.
    Done {
        /// Who: the name of the token.
        by: String,
    },
    /// What a supervisor did does not fit the state it was in when it arrived.
    DoesNotFit {
        /// Why not.
        why: Misfit,
    },
}

/// What a department owes an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 签收.
    Acknowledge,
    /// 办结.
    Close,
}

impl Duty {
    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Duty::Acknowledge => "acknowledge",
            Duty::Close => "close",
        }
    }

    /// The word that users read.
    pub fn said(self, to: Language) -> &'static str {
        match self {
            Duty::Acknowledge => to.pick("签收", "acknowledgement"),
            Duty::Close => to.pick("办结", "closing"),
        }
    }
}

/// Why an action does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Misfit {
    /// It is acknowledged already.
    Acknowledged,
    /// It must be acknowledged first.
    NotAcknowledged,
    /// It is closed.
    Closed,
    /// It is not closed.
    NotClosed,
    /// It was withdrawn.
    Withdrawn,
    /// It is with the coordinating office already.
    WithTheOffice,
    /// It is with that department already.
    WithThatDepartment,
    /// No such department.
    NoSuchDepartment,
    /// Facts have come since whoever closes it has read it.
    NewFacts,
    /// Closing needs an outcome.
    NoOutcome,
    /// Assigning needs a name.
    NoName,
}

impl Misfit {
    /// What is in the way, and what to do.
    pub fn said(self, to: Language) -> &'static str {
        match self {
            Misfit::Acknowledged => to.pick("已经签收", "it is acknowledged already; read it again"),
            Misfit::NotAcknowledged => to.pick("须先签收", "it must be acknowledged first"),
            Misfit::Closed => to.pick("已经办结,须先重新打开", "it is closed; reopen it first"),
            Misfit::NotClosed => to.pick("尚未办结", "it is not closed"),
            Misfit::Withdrawn => to.pick("已经撤回", "it was withdrawn: nothing of it holds"),
            Misfit::WithTheOffice => {
                to.pick("已由统筹部门承办,请改派", "the coordinating office has it already; transfer it")
            }
            Misfit::WithThatDepartment => to.pick("该部门已在承办", "that department has it already"),
            Misfit::NoSuchDepartment => {
                to.pick("权责清单中没有该部门", "the duty list has no such department; give the code of one")
            }
            Misfit::NewFacts => {
                to.pick("有新的事实,请重新查看", "facts have come since you read it; read it again")
            }
            Misfit::NoOutcome => to.pick("办结须注明处理结果", "closing needs an outcome"),
            Misfit::NoName => to.pick("须注明承办人", "assigning needs a name: to"),
        }
    }
}

fn at(instant: i64) -> String {
    written::minute(&Instant(instant).to_rfc3339())
}

impl Reason {
    /// In words, for people.
    pub fn said(&self, to: Language) -> String {
        match to {
            Language::Chinese => self.zh(),
            Language::English => self.en(),
        }
    }

    fn zh(&self) -> String {
        let level = |level: &Level| words::level(*level, Language::Chinese);
        match self {
            Reason::DeemedOrInvalid => "有法规视为串通投标或者规定无效的情形".to_owned(),
            Reason::StrongLeadsOfTwoKinds => "有两类证据的强线索".to_owned(),
            Reason::Breach => "有程序问题".to_owned(),
            Reason::StrongLead => "有强线索".to_owned(),
            Reason::LeadsOfTwoKinds => "同一单位有两类证据的线索".to_owned(),
            Reason::Lead => "有线索".to_owned(),
            Reason::BasisGone => "依据的记录不再支持".to_owned(),
            Reason::NotMoreSerious { from, to } if from == to => "事实有变化,级别不变,不另行通知".to_owned(),
            Reason::NotMoreSerious { from, to } => {
                format!("事实有变化,{} → {},降级不另行通知", level(from), level(to))
            }
            Reason::KnownWhenClosed => "没有办结时未知的事实".to_owned(),
            Reason::NewSinceClosing { facts } => format!("办结后新增 {facts} 项事实"),
            Reason::DutyItem { item, name } => format!("权责清单 {item} {name}"),
            Reason::NoDutyItem => "权责清单没有对应事项,由统筹部门承办".to_owned(),
            Reason::SentBack => "承办部门退回,由统筹部门协调".to_owned(),
            Reason::Transferred => "改派".to_owned(),
            Reason::Silenced { silence } => format!("静默 {silence} 期间不发送"),
            Reason::SilenceOver { silence } => format!("静默 {silence} 已结束或者不再适用,现补充通知"),
            Reason::DueSoon { step, due_at } => {
                format!("{}时限 {} 临近", step.said(Language::Chinese), at(*due_at))
            }
            Reason::NotDone { step, due_at, reminded_at, missed } => {
                let reminded = match reminded_at.as_slice() {
                    [] => String::new(),
                    all => {
                        let times: Vec<String> = all.iter().map(|reminded| at(*reminded)).collect();
                        format!(",已提醒 {} 次({})", all.len(), times.join("、"))
                    }
                };
                let missed = match missed {
                    0 => String::new(),
                    n => format!(",系统停机期间另有 {n} 次提示合并于此"),
                };
                format!("未在 {} 前{}{reminded}{missed}", at(*due_at), step.said(Language::Chinese))
            }
            Reason::Done { by } => format!("操作人 {by}"),
            Reason::DoesNotFit { why } => format!("未生效:{}", why.said(Language::Chinese)),
        }
    }

    fn en(&self) -> String {
        let level = |level: &Level| level.as_str();
        match self {
            Reason::DeemedOrInvalid => "a fact that the law deems collusion or makes invalid".to_owned(),
            Reason::StrongLeadsOfTwoKinds => "strong leads of two kinds of evidence".to_owned(),
            Reason::Breach => "a breach of procedure".to_owned(),
            Reason::StrongLead => "a strong lead".to_owned(),
            Reason::LeadsOfTwoKinds => "leads of two kinds of evidence on one party".to_owned(),
            Reason::Lead => "a lead".to_owned(),
            Reason::BasisGone => "the records it rested on no longer support it".to_owned(),
            Reason::NotMoreSerious { from, to } if from == to => {
                "facts changed, as serious as before: nobody is told".to_owned()
            }
            Reason::NotMoreSerious { from, to } => {
                format!("facts changed, {} to {}: a fall is not told", level(from), level(to))
            }
            Reason::KnownWhenClosed => "no fact that was not known when it was closed".to_owned(),
            Reason::NewSinceClosing { facts } => format!("new facts since it was closed: {facts}"),
            Reason::DutyItem { item, name } => format!("duty list {item} {name}"),
            Reason::NoDutyItem => "no item of the duty list covers it: the coordinating office".to_owned(),
            Reason::SentBack => "sent back by the department: the coordinating office".to_owned(),
            Reason::Transferred => "transferred".to_owned(),
            Reason::Silenced { silence } => format!("not sent during silence {silence}"),
            Reason::SilenceOver { silence } => format!("silence {silence} is over or hides it no more"),
            Reason::DueSoon { step, due_at } => {
                format!("{} due at {}", step.said(Language::English), at(*due_at))
            }
            Reason::NotDone { step, due_at, reminded_at, missed } => {
                let times: Vec<String> = reminded_at.iter().map(|reminded| at(*reminded)).collect();
                let reminded = match times.len() {
                    0 => String::new(),
                    n => format!(", reminded {n} times ({})", times.join(", ")),
                };
                let missed = match missed {
                    0 => String::new(),
                    n => format!(
                        ", {n} earlier notices of a time when the system stood still are told with this one"
                    ),
                };
                format!("no {} by {}{reminded}{missed}", step.said(Language::English), at(*due_at))
            }
            Reason::Done { by } => format!("by {by}"),
            Reason::DoesNotFit { why } => format!("without effect: {}", why.said(Language::English)),
        }
    }
}
