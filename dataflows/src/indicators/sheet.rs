//! The table of all indicators. `docs/indicators.md` is this table; a test holds the two against each other.

use serde::{Deserialize, Serialize};

/// Over what an indicator is told apart, besides the industry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scoped {
    /// By the department in charge.
    Department,
    /// By the region of the project.
    Region,
    /// By nothing at all, not even the industry.
    Nothing,
}

/// What the whole numbers of a tally are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Things ÷ things.
    Count,
    /// Fen ÷ fen.
    Fen,
    /// Seconds ÷ things.
    Seconds,
    /// Days ÷ things.
    Days,
    /// Thousand-millionths ÷ things.
    Billionths,
}

/// In what an indicator's value is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share: 1 is all.
    Share,
    /// A number of things for each.
    Each,
    /// Seconds.
    Seconds,
    /// Hours; in working time where the formula says so.
    Hours,
    /// Calendar days.
    Days,
}

impl Unit {
    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Share => "ratio",
            Unit::Each => "count",
            Unit::Seconds => "seconds",
            Unit::Hours => "hours",
            Unit::Days => "days",
        }
    }
}

/// All that is to be said of an indicator.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// The word used in interfaces.
    pub id: &'static str,
    /// Which part of the assessment it belongs to: `E.1` to `E.4`.
    pub part: &'static str,
    /// Its name.
    pub zh: &'static str,
    /// Its name.
    pub en: &'static str,
    /// What stands above the line.
    pub numerator: &'static str,
    /// What stands below it.
    pub denominator: &'static str,
    /// In which month a thing counts.
    pub dated: &'static str,
    /// The law behind its limit, if there is one.
    pub article: Option<&'static str>,
    /// Over what it is told apart.
    pub scoped: Scoped,
    /// What its numbers are.
    pub measured: Measured,
    /// In what its value is told.
    pub unit: Unit,
}

impl Sheet {
    /// By what a numerator is divided to be told in the indicator's unit (of money: yuan).
    pub fn scale(&self) -> u64 {
        match (self.measured, self.unit) {
            (Measured::Seconds, Unit::Hours) => 3_600,
            (Measured::Fen, _) => 100,
            (Measured::Billionths, _) => 1_000_000_000,
            (Measured::Count | Measured::Seconds | Measured::Days, _) => 1,
        }
    }

    /// By what a denominator is divided: money is told in yuan.
    pub fn scale_below(&self) -> u64 {
        if self.measured == Measured::Fen { 100 } else { 1 }
    }
}

macro_rules! indicators {
    ($($name:ident {
        $id:literal $part:literal $zh:literal $en:literal
        $numerator:literal / $denominator:literal
        by $dated:literal, $article:expr, $scoped:ident $measured:ident $unit:ident
    })+) => {
        /// An indicator.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        #[allow(missing_docs, reason = "each is described by its sheet")]
        pub enum Indicator { $($name),+ }

        impl Indicator {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Indicator] = &[$(Indicator::$name),+];

            /// All that is to be said of it.
            pub fn sheet(self) -> &'static Sheet {
                const SHEETS: &[Sheet] = &[$(Sheet {
                    id: $id, part: $part, zh: $zh, en: $en, numerator: $numerator, denominator: $denominator,
                    dated: $dated, article: $article, scoped: Scoped::$scoped, measured: Measured::$measured,
                    unit: Unit::$unit,
                }),+];
                &SHEETS[self as usize]
            }
        }
    };
}

impl Indicator {
    /// The word used in interfaces.
    pub fn as_str(self) -> &'static str {
        self.sheet().id
    }

    /// The indicator of a word.
    pub fn of(id: &str) -> Option<Indicator> {
        Indicator::ALL.iter().copied().find(|indicator| indicator.as_str() == id)
    }
}

indicators! {
    Disposal { "disposal" "E.1" "预警处置率" "disposal rate"
        "已办结的预警" / "已办结的和办结(或签收)时限已过的预警"
        by "预警生成", None, Department Count Share }
    DisposalOnTime { "disposal_on_time" "E.1" "按期处置率" "on-time disposal"
        "在时限前办结的预警" / "已办结的和办结(或签收)时限已过的预警"
        by "预警生成", None, Department Count Share }
    Acknowledgement { "acknowledgement" "E.1" "签收率" "acknowledgement rate"
        "已签收的预警" / "已送达的预警"
        by "预警生成", None, Department Count Share }
    AcknowledgementOnTime { "acknowledgement_on_time" "E.1" "及时签收率" "on-time acknowledgement"
        "在时限前签收的预警" / "已签收的和签收时限已过的预警"
        by "预警生成", None, Department Count Share }
    AcknowledgeHours { "acknowledge_hours" "E.1" "平均签收时长" "mean time to acknowledge"
        "从送达到签收的工作时间" / "已签收的预警"
        by "预警生成", None, Department Seconds Hours }
    CloseHours { "close_hours" "E.1" "平均处置时长" "mean time to close"
        "从生成到办结的工作时间" / "已办结的预警"
        by "预警生成", None, Department Seconds Hours }
    Overdue { "overdue" "E.1" "逾期率" "overdue rate"
        "未办结且当前时限已过的预警" / "未办结的和已办结的预警"
        by "预警生成", None, Department Count Share }
    Escalation { "escalation" "E.1" "升级率" "escalation rate"
        "至少升级一级的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Reminders { "reminders" "E.1" "催办次数" "reminders an open alert"
        "对未办结预警的催办次数" / "未办结的预警"
        by "预警生成", None, Department Count Each }
    Closed { "closed" "E.1" "办结率" "closed rate"
        "已办结的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Substantiated { "substantiated" "E.1" "查实率" "substantiated rate"
        "依法查处或者移送的预警" / "已办结的预警"
        by "预警生成", None, Department Count Share }
    Dismissed { "dismissed" "E.1" "误报率(查否)" "dismissed rate"
        "查否的预警" / "已办结的预警"
        by "预警生成", None, Department Count Share }
    TransferredEnforcement { "transferred_enforcement" "E.1" "移交执法大队率" "transferred to enforcement"
        "移交执法大队的预警" / "已办结的预警"
        by "预警生成", None, Department Count Share }
    TransferredDiscipline { "transferred_discipline" "E.1" "移送纪检监察率" "transferred to discipline inspection"
        "移送纪检监察的预警" / "已办结的预警"
        by "预警生成", None, Department Count Share }
    TransferredPolice { "transferred_police" "E.1" "移送公安率" "transferred to the police"
        "移送公安的预警" / "已办结的预警"
        by "预警生成", None, Department Count Share }
    SentBack { "sent_back" "E.1" "退回率" "sent back"
        "被退回过的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Reassigned { "reassigned" "E.1" "改派率" "reassigned"
        "被改派过的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Unrouted { "unrouted" "E.1" "无主预警率" "unrouted"
        "权责清单没有对应事项的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Reopened { "reopened" "E.1" "重开率" "reopen rate"
        "办结后三十日内重开的预警" / "办结过的预警"
        by "预警生成", None, Department Count Share }
    Withdrawn { "withdrawn" "E.1" "预警撤回率" "retraction rate"
        "依据消失而撤回的预警" / "预警"
        by "预警生成", None, Department Count Share }
    Coverage { "coverage" "E.1" "预警覆盖率" "coverage"
        "至少一条规则可以判断的标段" / "已公告的标段"
        by "首次公告", None, Department Count Share }
    DataQuality { "data_quality" "E.1" "数据不足率" "evaluations short of data"
        "因数据不足不能判断的规则" / "适用的规则"
        by "首次公告", None, Department Count Share }
    Noise { "noise" "E.1" "报警降噪比" "raw results a notified alert"
        "预警依据的事实" / "已送达的预警"
        by "预警生成", None, Department Count Each }
    EvidenceBacked { "evidence_backed" "E.2" "名单准确率" "entries backed by evidence"
        "有现行记录或者预警依据的名单条目" / "名单条目"
        by "现行名单", None, Nothing Count Share }
    InspectionCompleted { "inspection_completed" "E.3" "双随机抽查完成率" "inspections completed"
        "已检查的抽查" / "已抽取的抽查"
        by "抽取", None, Department Count Share }
    InspectionPublishedOnTime { "inspection_published_on_time" "E.3" "抽查公示及时率" "inspections published on time"
        "二十个工作日内公示的抽查" / "已公示的和公示期限已过的抽查"
        by "检查", Some("协同监管通知三(七)"), Department Count Share }
    ComplaintAcceptedOnTime { "complaint_accepted_on_time" "E.3" "投诉及时受理率" "complaints accepted on time"
        "三个工作日内受理或者不予受理的投诉" / "已受理、不予受理的和期限已过的投诉"
        by "收到投诉", Some("招标投标法实施条例第六十一条"), Department Count Share }
    ComplaintClosed { "complaint_closed" "E.3" "投诉办结率" "complaints closed"
        "已处理或者不予受理的投诉" / "收到的投诉"
        by "收到投诉", None, Department Count Share }
    ComplaintClosedOnTime { "complaint_closed_on_time" "E.3" "投诉按期办结率" "complaints closed on time"
        "受理后三十个工作日内处理的投诉" / "已处理的投诉"
        by "收到投诉", Some("招标投标法实施条例第六十一条"), Department Count Share }
    ComplaintUpheld { "complaint_upheld" "E.3" "投诉成立率" "complaints upheld"
        "成立的投诉" / "已处理且结果写明是否成立的投诉"
        by "收到投诉", None, Department Count Share }
    ObjectionAnsweredOnTime { "objection_answered_on_time" "E.3" "异议(质疑)答复及时率" "objections answered on time"
        "三日(质疑七个工作日)内答复的异议" / "已答复的和期限已过的异议"
        by "提出异议", Some("招标投标法实施条例第二十二条、第五十四条;政府采购法第五十三条"), Department Count Share }
    Savings { "savings" "E.4" "节资率" "savings rate"
        "最高限价(没有的为预算)减中标价" / "最高限价(没有的为预算)"
        by "中标", None, Region Fen Share }
    PriceToCeiling { "price_to_ceiling" "E.4" "中标价与最高限价之比" "award against ceiling price"
        "中标价" / "最高限价"
        by "中标", None, Region Fen Share }
    Premium { "premium" "E.4" "增值率(溢价率)" "premium over the reserve price"
        "成交价减底价" / "底价"
        by "成交", None, Region Fen Share }
    Failed { "failed" "E.4" "流标率" "failed sections"
        "流标的标段" / "中标、成交和流标的标段"
        by "中标、成交或流标", None, Region Count Share }
    FirstAttempt { "first_attempt" "E.4" "一次成功率" "awarded at the first attempt"
        "首次招标即中标(成交)的标段" / "中标、成交和流标的标段"
        by "中标、成交或流标", None, Region Count Share }
    BiddersPerSection { "bidders_per_section" "E.4" "平均投标人数" "bidders a section"
        "开标时未撤回的投标" / "已开标的标段"
        by "开标", None, Region Count Each }
    ValidBids { "valid_bids" "E.4" "有效投标比例" "valid bids"
        "未被否决且没有解密失败的投标" / "开标时未撤回的投标"
        by "开标", None, Region Count Share }
    SingleBid { "single_bid" "E.4" "单一投标率" "sections with one valid bid"
        "只有一个有效投标的标段" / "已开标的标段"
        by "开标", None, Region Count Share }
    Rejected { "rejected" "E.4" "否决率" "rejected bids"
        "被否决的投标" / "开标时未撤回的投标"
        by "开标", None, Region Count Share }
    DecryptedFirst { "decrypted_first" "E.4" "首次解密成功率" "decrypted at the first attempt"
        "首次解密即成功的投标" / "解密过的投标"
        by "开标", None, Region Count Share }
    DecryptSeconds { "decrypt_seconds" "E.4" "平均解密时长" "mean time to decrypt"
        "从开标开始到解密成功的时间" / "开标开始后解密成功的投标"
        by "开标", None, Region Seconds Seconds }
    EvaluationHours { "evaluation_hours" "E.4" "平均评标时长" "mean time of evaluation"
        "从评标开始到结束的时间" / "评标已结束的标段"
        by "评标结束", None, Region Seconds Hours }
    AnnounceToOpenDays { "announce_to_open_days" "E.4" "公告至开标天数" "days from notice to opening"
        "公告至开标的天数" / "公告后开标的标段"
        by "开标", None, Region Days Days }
    OpenToAwardDays { "open_to_award_days" "E.4" "开标至中标天数" "days from opening to award"
        "开标至中标通知的天数" / "开标后中标的标段"
        by "中标", None, Region Days Days }
    AwardToContractDays { "award_to_contract_days" "E.4" "中标至签约天数" "days from award to contract"
        "中标通知至签订合同的天数" / "中标后签约的标段"
        by "签约", None, Region Days Days }
    ExpertOnTime { "expert_on_time" "E.4" "专家按时到场率" "experts on time"
        "评标开始前按时签到的专家" / "抽取且未被替换的专家"
        by "评标开始", None, Region Count Share }
    NonLocalAward { "non_local_award" "E.4" "外地企业中标率" "awards to firms from elsewhere"
        "登记机关不在项目所在市的中标人" / "登记机关和项目所在地已知的中标"
        by "中标", None, Region Count Share }
    ConcentrationHhi { "concentration_hhi" "E.4" "市场集中度(HHI)" "market concentration"
        "各供应商中标额占比的平方和" / "有中标额的市场(行业×地区×期间)"
        by "中标", None, Region Billionths Share }
    TopTenShare { "top_ten_share" "E.4" "前十大供应商占比" "share of the ten largest suppliers"
        "中标额最大的十家供应商的中标额" / "中标额"
        by "中标", None, Region Fen Share }
    BuyerConcentrationHhi { "buyer_concentration_hhi" "E.4" "招标人采购集中度(HHI)" "concentration within buyers"
        "各招标人的供应商中标额占比的平方和" / "有中标额的招标人(招标人×行业×地区×期间)"
        by "中标", None, Region Billionths Share }
    ContractSignedOnTime { "contract_signed_on_time" "E.4" "合同按期签订率" "contracts signed on time"
        "中标通知后三十日内签约的标段" / "已签约的和签约期限已过的中标"
        by "中标", Some("招标投标法第四十六条"), Region Count Share }
    MarginReturnedOnTime { "margin_returned_on_time" "E.4" "保证金按期退还率" "deposits returned on time"
        "签约后五日内退还的转账保证金" / "已退还的和退还期限已过的转账保证金"
        by "签约", Some("招标投标法实施条例第五十七条"), Region Count Share }
    GuaranteeShare { "guarantee_share" "E.4" "电子保函(保险)占比" "deposits given as a guarantee"
        "以保函或者保险提供的保证金" / "写明形式的保证金"
        by "开标", None, Region Count Share }
    Electronic { "electronic" "E.4" "全流程电子化率" "traded electronically throughout"
        "全流程电子化的标段" / "写明是否电子化的标段"
        by "首次公告", None, Region Count Share }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_indicator_is_found_by_its_word() {
        for (at, indicator) in Indicator::ALL.iter().enumerate() {
            assert_eq!(*indicator as usize, at);
            assert_eq!(Indicator::of(indicator.as_str()), Some(*indicator), "a word that another has too");
            let word = serde_json::to_value(indicator).expect("a word");
            assert_eq!(word, indicator.as_str(), "written otherwise elsewhere");
        }
    }

    #[test]
    fn the_documentation_is_this_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/indicators.md");
        let text = std::fs::read_to_string(path).expect("docs/indicators.md");
        let documented: Vec<&str> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let rows: Vec<String> = Indicator::ALL
            .iter()
            .map(|indicator| {
                let Sheet { id, part, zh, en, numerator, denominator, dated, article, unit, .. } =
                    indicator.sheet();
                let article = article.unwrap_or("");
                let unit = unit.as_str();
                format!(
                    "| `{id}` | {part} | {zh} | {en} | {numerator} | {denominator} | {dated} | {unit} | {article} |"
                )
            })
            .collect();
        assert_eq!(documented, rows, "docs/indicators.md should have\n{}\n", rows.join("\n"));
    }
}
