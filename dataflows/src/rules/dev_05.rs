//! DEV-05 · 文件创建标识码相同 — bid files have the same creation code.
//!
//! *Law.* 招标投标法实施条例 §40(一): bid files of different bidders made by one unit or person are deemed
//! collusion. That one creation code shows this is deemed by Daqing for engineering; elsewhere the committee
//! judges, so nationally a strong lead there and a lead in other industries.
//!
//! *Needs.* `file.feature_code` of at least one bid. The project's `industry` for the severity; unknown, it
//! is a lead.
//!
//! *Formula.* Bids that show one same `file.feature_code`; one finding a code. The severity is the profile's
//! in industry 01, L elsewhere.
//!
//! *Example.* 甲 and 丙 show feature code F-9 in an engineering section: one finding, key `feature_code:F9`, S
//! (under the profile `daqing` D). The same in a purchase of goods: L.
//!
//! *Exclusions.* Codes in the tenderer's own files, which come with its templates.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::Dossier;
use crate::event::Industry;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev05,
    id: "DEV-05",
    zh: "文件创建标识码相同",
    en: "bid files have the same creation code",
    basis: &[unverified("大庆市有关规定(参照招标投标法实施条例第四十条第(一)项)")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "调取原始投标文件,请制作工具厂商核验标识码;核对是否由招标人提供的模板或工程量清单带入;询问各\
            投标人文件编制过程",
        en: "take the original files and have the tool's maker verify the code; check whether it came \
            with a template or bill of quantities of the tenderer; ask each bidder how its file was made",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let before = conclusions.findings.len();
    let missing = "bid.submitted file.feature_code";
    let outcome =
        shared::same_value(rule, dossier, params, conclusions, FactKind::FeatureCode, missing, |_| true);
    if dossier.project.industry != Some(Industry::Engineering) {
        conclusions.findings[before..].iter_mut().for_each(|finding| finding.severity = Severity::L);
    }
    outcome
}
