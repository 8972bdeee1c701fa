//! DEV-04 · 投标文件制作机器码相同 — bid files were made on a machine with the same code.
//!
//! *Law.* 招标投标法实施条例 §40(一): bid files of different bidders made by one unit or person are deemed
//! collusion. That one machine code shows this is deemed by Daqing; nationally a strong lead.
//!
//! *Needs.* `device.machine_code` of at least one bid.
//!
//! *Formula.* Bids that show one same `machine_code`; one finding a code. Codes add up over all
//! `bid.submitted` of a bid.
//!
//! *Example.* 甲 and 丙 show machine code M-7, 乙 shows M-8: one finding, key `machine_code:M7`, parties 甲 and
//! 丙.
//!
//! *Exclusions.* Codes in the tenderer's own files. Bids uploaded at the venue count all the same: the code
//! tells where the file was made, not from where it was sent.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, shared, unverified};
use crate::dossier::Dossier;
use crate::finding::Severity;
use crate::params::Params;
use crate::row::FactKind;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Dev04,
    id: "DEV-04",
    zh: "投标文件制作机器码相同",
    en: "bid files were made on a machine with the same code",
    basis: &[unverified("大庆市有关规定(参照招标投标法实施条例第四十条第(一)项)")],
    severity: Severity::S,
    topic: Topic::Collusion,
    family: Family::Device,
    checks: Said {
        zh: "请制作工具厂商说明机器码的生成方式和是否可能重复;核对各投标人制作文件的地点、设备权属和使用\
            人;核对是否为联合体成员",
        en: "ask the maker of the bidding tool how the code is formed and whether it can repeat; \
            compare where, on whose machine and by whom each file was made; check whether they form a \
            consortium",
    },
    judge: Judge::Section(judge),
};

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let missing = "bid.submitted device.machine_code";
    shared::same_value(rule, dossier, params, conclusions, FactKind::MachineCode, missing, |_| true)
}
