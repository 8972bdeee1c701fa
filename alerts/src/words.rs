//! The words that people read: what every name, level, topic, severity and reason is called, in Chinese and English.
//!
//! The same words for the same things everywhere. The table of names is a `match` without a rest: a name that nobody
//! has found words for does not compile.

use crate::alert::Level;
use crate::core::NoticeKind;
use xiezhi_dataflows::event::Outcome;
use xiezhi_dataflows::finding::Name;
use xiezhi_dataflows::rules::Topic;

/// One of the users' two languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// 中文.
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Both.
    pub const ALL: [Language; 2] = [Language::Chinese, Language::English];

    /// The one of two that is in this language.
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Language::Chinese => zh,
            Language::English => en,
        }
    }
}

/// How a value of a name is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As it is: a machine code, a room, the code of a section.
    Plain,
    /// By its last four characters: an account, a telephone number.
    Tail,
    /// That it is, not what: a mail address, the name in a file's properties.
    Unshown,
    /// An organisation, by name where it is known.
    Organisation,
    /// Not at all: persons are counted, events are listed elsewhere.
    Elsewhere,
    /// Money in yuan.
    Money,
    /// An instant.
    Moment,
    /// An instant until when something had to happen: midnight is the end of the day before.
    Term,
    /// A length of time.
    Length,
    /// A share in per cent.
    Share,
    /// Marks.
    Marks,
    /// A number of things: the Chinese measure word, the English for one and for many.
    Count(&'static str, &'static str, &'static str),
    /// What is measured is held against it: written beside the measure.
    Threshold,
}

/// What a name is called, and how its values are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// In Chinese.
    pub zh: &'static str,
    /// In English; of a number of things, what it says is in the form.
    pub en: &'static str,
    /// How values are shown.
    pub form: Form,
}

/// The name that is written so in keys and values.
pub fn name_of(word: &str) -> Option<Name> {
    Name::ALL.iter().copied().find(|name| name.as_str() == word)
}

/// What a name is called.
pub fn word(name: Name) -> Word {
    use Form::*;
    let word = |zh, en, form| Word { zh, en, form };
    let count = |zh, unit, one, many| Word { zh, en: many, form: Count(unit, one, many) };
    match name {
        Name::Mac => word("网卡编码", "network card", Plain),
        Name::CpuId => word("CPU 编码", "CPU code", Plain),
        Name::DiskSerial => word("硬盘编码", "disk code", Plain),
        Name::MemorySerial => word("内存编码", "memory code", Plain),
        Name::BoardSerial => word("主板编码", "board code", Plain),
        Name::MachineCode => word("机器码", "machine code", Plain),
        Name::Ip => word("IP 地址", "network address", Plain),
        Name::PricingLock => word("造价软件加密锁号", "pricing software lock", Plain),
        Name::CaLock => word("CA 数字证书锁号", "CA certificate lock", Plain),
        Name::FeatureCode => word("文件创建标识码", "file creation code", Plain),
        Name::Author => word("文件作者", "author of the file", Unshown),
        Name::LastSavedBy => word("最后保存者", "user who saved the file last", Unshown),
        Name::CreatedAt => word("文件创建时间", "file created at", Moment),
        Name::Person => word("人员", "person", Elsewhere),
        Name::Contact => word("联系人", "contact person", Elsewhere),
        Name::Expert => word("评标专家", "expert", Elsewhere),
        Name::Phone => word("电话", "telephone", Tail),
        Name::Email => word("电子邮箱", "e-mail address", Unshown),
        Name::Account => word("账户", "account", Tail),
        Name::AccountHolder => word("账户户名", "holder of the account", Organisation),
        Name::Holder => word("股东", "holder of shares", Organisation),
        Name::Address => word("登记地址", "registered address", Plain),
        Name::Named => word("文件中载明的单位", "organisation named in the file", Organisation),
        Name::Price => word("报价", "price", Money),
        Name::FirstPrice => word("起始报价", "first price", Money),
        Name::LastPrice => word("末位报价", "last price", Money),
        Name::Step => word("相邻报价差额", "step between prices", Money),
        Name::LowestPrice => word("最低报价", "lowest price", Money),
        Name::SecondPrice => word("次低报价", "second lowest price", Money),
        Name::SecondHighestPrice => word("次高报价", "second highest price", Money),
        Name::HighestPrice => word("最高报价", "highest price", Money),
        Name::CeilingPrice => word("最高投标限价", "ceiling price", Money),
        Name::Estimate => word("估算价", "estimate", Money),
        Name::DepositAmount => word("投标保证金", "deposit", Money),
        Name::AwardedPrice => word("中标价", "awarded price", Money),
        Name::ContractPrice => word("合同价", "contract price", Money),
        Name::Total => word("合计", "total", Money),
        Name::DocumentsFrom => word("招标文件开始发出", "documents available from", Moment),
        Name::SubmissionDeadline => word("投标截止", "submission deadline", Moment),
        Name::SubmittedAt => word("递交时间", "submitted at", Moment),
        Name::OpeningAt => word("计划开标", "planned opening", Moment),
        Name::OpenedAt => word("实际开标", "opened at", Moment),
        Name::ChangedAt => word("澄清或者修改发出", "change issued at", Moment),
        Name::NotifiedAt => word("中标通知书发出", "award notified at", Moment),
        Name::SignedAt => word("合同签订", "contract signed at", Moment),
        Name::ReceivedAt => word("收到时间", "received at", Moment),
        Name::Since => word("起算时间", "since", Moment),
        Name::From => word("起始日", "first day", Plain),
        Name::Until => word("截止日", "last day", Plain),
        Name::Due => word("期限届满", "due by", Term),
        Name::Late => word("晚于规定时间", "late by", Length),
        Name::Early => word("早于规定时间", "early by", Length),
        Name::Seconds => word("持续时间", "for", Length),
        Name::Days => count("实际天数", "日", "day", "days"),
        Name::Bidders => count("投标人", "家", "bidder", "bidders"),
        Name::Required => word("下限", "minimum", Threshold),
        Name::Limit => word("阈值", "threshold", Threshold),
        Name::Values => count("相同的标识信息", "项", "shared value", "shared values"),
        Name::Families => count("相同信息的种类", "类", "kind of shared values", "kinds of shared values"),
        Name::Common => count("可比内容", "项", "item in common", "items in common"),
        Name::Equal => count("其中相同", "项", "of them equal", "of them equal"),
        Name::Similarity => word("相似度", "similarity", Share),
        Name::Variation => word("变异系数", "coefficient of variation", Share),
        Name::Distance => word("相对差距", "relative distance", Share),
        Name::Sections => count("标段", "个", "section", "sections"),
        Name::Bids => count("投标", "份", "bid", "bids"),
        Name::Wins => count("中标", "次", "win", "wins"),
        Name::Awards => count("定标结果", "项", "award", "awards"),
        Name::Records => count("见证记录", "条", "witness record", "witness records"),
        Name::Entries => count("信用记录", "条", "credit entry", "credit entries"),
        Name::Withdrawals => {
            let (one, many) = ("bid withdrawn or award declined", "bids withdrawn or awards declined");
            count("撤回投标或者放弃中标", "次", one, many)
        }
        Name::Experts => count("评标专家", "名", "expert", "experts"),
        Name::Cells => count("涉及评分", "项", "score concerned", "scores concerned"),
        Name::Share => word("比例", "ratio", Share),
        Name::Score => word("评分", "score", Marks),
        Name::Mean => word("其他专家平均分", "mean of the other experts", Marks),
        Name::FullMarks => word("满分", "full marks", Marks),
        Name::Bidder => word("投标人", "bidder", Organisation),
        Name::Controller => word("控制方", "controlled by", Organisation),
        Name::Org => word("单位", "organisation", Organisation),
        Name::Party => word("当事人", "party", Organisation),
        Name::Tenderer => word("招标人", "tenderer", Organisation),
        Name::Contractor => word("承包人", "contractor", Organisation),
        Name::Subcontractor => word("分包人", "subcontractor", Organisation),
        Name::Department => word("部门", "department", Plain),
        Name::Section => word("标段编号", "section", Plain),
        Name::Contract => word("合同所属标段", "section of the contract", Plain),
        Name::Room => word("场所", "room", Plain),
        Name::Device => word("设备", "device", Plain),
        Name::Item => word("评分项", "scored item", Plain),
        Name::Complaint => word("投诉编号", "complaint", Plain),
        Name::Objection => word("异议编号", "objection", Plain),
        Name::Inspection => word("检查编号", "inspection", Plain),
        Name::Entry => word("信用记录编号", "credit entry", Plain),
        Name::Error => word("解密错误", "decryption error", Plain),
        Name::Events => word("依据的记录", "records", Elsewhere),
        Name::Kind => word("记录类别", "kind of record", Plain),
        Name::Event => word("记录", "record", Elsewhere),
        Name::DatedAt => word("事件标注时间", "event dated", Moment),
        Name::Contents => count("同一编号的其他内容", "份", "other content", "other contents"),
    }
}

/// A level by word and colour together, as in `🔴 红色`.
pub fn level(level: Level, language: Language) -> &'static str {
    match level {
        Level::Red => language.pick("🔴 红色", "🔴 Red"),
        Level::Orange => language.pick("🟠 橙色", "🟠 Orange"),
        Level::Yellow => language.pick("🟡 黄色", "🟡 Yellow"),
    }
}

/// What an alert is about, in English; in Chinese the topic says it itself.
pub fn topic(topic: Topic, language: Language) -> &'static str {
    let en = match topic {
        Topic::Collusion => "lead on collusion",
        Topic::Price => "lead on prices",
        Topic::Persons => "lead on persons and relations",
        Topic::Evaluation => "lead on the evaluation",
        Topic::Procedure => "question of procedure",
        Topic::Witness => "witness record",
        Topic::Award => "lead on award and contract",
        Topic::Credit => "lead on credit records",
    };
    language.pick(topic.zh(), en)
}

/// What a severity's letter means.
pub fn severity(letter: &str, language: Language) -> &'static str {
    match letter {
        "D" => language.pick("法规视为串通投标的情形", "deemed collusive bidding by regulation"),
        "X" => language.pick("法规规定无效或者应当否决的情形", "invalid or to be rejected by regulation"),
        "C" => language.pick("可能属于串通投标的情形", "may be collusive bidding"),
        "V" => language.pick("程序问题", "question of procedure"),
        "S" => language.pick("强线索", "strong lead"),
        _ => language.pick("线索", "lead"),
    }
}

/// What has become of an alert.
pub fn change(kind: NoticeKind, language: Language) -> &'static str {
    match kind {
        NoticeKind::Created => language.pick("新预警", "new"),
        NoticeKind::Raised => language.pick("升级", "raised"),
        NoticeKind::Withdrawn => language.pick("撤回", "withdrawn"),
        NoticeKind::Reminded => language.pick("催办", "reminder"),
        NoticeKind::Escalated => language.pick("督办", "escalated"),
        NoticeKind::Overdue => language.pick("逾期", "overdue"),
        NoticeKind::Acknowledged => language.pick("签收", "acknowledged"),
        NoticeKind::Assigned => language.pick("交办", "assigned"),
        NoticeKind::Returned => language.pick("退回", "returned"),
        NoticeKind::Transferred => language.pick("改派", "transferred"),
        NoticeKind::Closed => language.pick("办结", "closed"),
        NoticeKind::Reopened => language.pick("重新打开", "reopened"),
        NoticeKind::Noted => language.pick("备注", "note"),
    }
}

/// With what an alert was closed.
pub fn outcome(outcome: Outcome, language: Language) -> &'static str {
    match outcome {
        Outcome::Penalised => language.pick("依法查处", "dealt with under the law"),
        Outcome::ReferredEnforcement => language.pick("移交执法大队", "referred to enforcement"),
        Outcome::ReferredDiscipline => language.pick("移送纪检监察", "referred to discipline inspection"),
        Outcome::ReferredPolice => language.pick("移送公安", "referred to the police"),
        Outcome::Unfounded => language.pick("查否", "unfounded"),
        Outcome::Insufficient => language.pick("证据不足", "insufficient evidence"),
    }
}
