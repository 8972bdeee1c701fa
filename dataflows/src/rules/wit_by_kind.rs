//! WIT-00, 03 … 17 · 见证记录 — what the witness desk noted, by kind.
//!
//! *Law.* By kind, see each sheet: secrecy and no interference (招标投标法 §37, §38), no private contact (§44 paragraph 2),
//! no steering by the committee (招标投标法实施条例 §52 paragraph 2), unsealing in public (招标投标法 §36), objections answered on the
//! spot (招标投标法实施条例 §44 paragraph 3), an expert who cannot go on (§48 paragraph 3).
//!
//! *Needs.* `witness.recorded`.
//!
//! *Formula.* One finding a record of gravity minor (L) or serious (V); key = the event; parties and persons are
//! the record's. A record of gravity note is kept but is no finding.
//!
//! *Example.* "expert and bidder spoke in the corridor", serious: WIT-04, V.

use super::{Basis, Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law};
use crate::dossier::Dossier;
use crate::event::{Gravity, WitnessKind};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

const fn sheet(
    rule: Rule,
    id: &'static str,
    zh: &'static str,
    en: &'static str,
    basis: &'static [Basis],
    checks: Said,
) -> Sheet {
    Sheet {
        rule,
        id,
        zh,
        en,
        basis,
        severity: Severity::V,
        topic: Topic::Witness,
        family: Family::Witness,
        checks,
        judge: Judge::Section(judge),
    }
}

/// Any other kind.
pub const WIT_00: Sheet = sheet(
    Rule::Wit00,
    "WIT-00",
    "见证记录:其他情况",
    "witness record: other",
    &[],
    Said {
        zh: "调取见证记录和影像;询问见证人员和当事人",
        en: "take the record and video; ask the witness and those concerned",
    },
);
/// Unauthorised person.
pub const WIT_03: Sheet = sheet(
    Rule::Wit03,
    "WIT-03",
    "见证记录:无关人员进入",
    "witness record: unauthorised person",
    &[law("招标投标法第三十八条")],
    Said {
        zh: "调取门禁记录和影像,核实人员身份和进入事由;询问现场管理人员",
        en: "take the access log and video and see who it was and why; ask the staff on site",
    },
);
/// Private contact.
pub const WIT_04: Sheet = sheet(
    Rule::Wit04,
    "WIT-04",
    "见证记录:私下接触",
    "witness record: private contact",
    &[law("招标投标法第四十四条第二款"), law("招标投标法实施条例第四十九条第二款")],
    Said {
        zh: "调取接触时段的音视频和门禁记录;分别询问专家和相关人员接触内容;核对是否已采取回避或更换措施",
        en: "take sound, video and access log of that time; ask both sides separately what was said; \
            see whether the expert withdrew or was replaced",
    },
);
/// Phone carried in.
pub const WIT_05: Sheet = sheet(
    Rule::Wit05,
    "WIT-05",
    "见证记录:通讯工具未按规定存放",
    "witness record: phone carried in",
    &[law("招标投标法第三十八条")],
    Said {
        zh: "核对通讯工具存放登记和安检记录;核对携带期间是否使用;查看影像",
        en: "check the deposit register and the entry check; see whether it was used; see the video",
    },
);
/// Signed for another.
pub const WIT_06: Sheet = sheet(
    Rule::Wit06,
    "WIT-06",
    "见证记录:代他人签字",
    "witness record: signed for another",
    &[law("招标投标法实施条例第五十三条第二款")],
    Said {
        zh: "核对签字原件、签到和身份核验记录;询问签字人和被代签人;查看影像",
        en: "check the signed original, sign-in and identity check; ask the signer and the person \
            signed for; see the video",
    },
);
/// Inducement.
pub const WIT_08: Sheet = sheet(
    Rule::Wit08,
    "WIT-08",
    "见证记录:暗示或者诱导",
    "witness record: inducement",
    &[law("招标投标法实施条例第五十二条第二款")],
    Said {
        zh: "调取评标现场音视频和澄清记录;询问评标委员会成员;核对澄清是否以书面形式进行",
        en: "take sound, video and the clarifications; ask the committee's members; see whether \
            clarifications were made in writing",
    },
);
/// Equipment fault.
pub const WIT_09: Sheet = sheet(
    Rule::Wit09,
    "WIT-09",
    "见证记录:设备故障",
    "witness record: equipment fault",
    &[],
    Said {
        zh: "调取设备故障和恢复记录;核对故障期间的程序进展和数据完整性;核对是否需要中止",
        en: "take the record of fault and repair; see what went on meanwhile and whether data are \
            whole; see whether it should have been suspended",
    },
);
/// Seal broken.
pub const WIT_10: Sheet = sheet(
    Rule::Wit10,
    "WIT-10",
    "见证记录:密封情况异常",
    "witness record: seal broken",
    &[law("招标投标法第三十六条")],
    Said {
        zh: "核对接收时的密封记录和影像;询问接收人、投标人代表;核对平台文件完整性校验结果",
        en: "see the record and video of the seals on receipt; ask who received them and the bidder's \
            representative; see the platform's integrity check",
    },
);
/// Procedure skipped.
pub const WIT_11: Sheet = sheet(
    Rule::Wit11,
    "WIT-11",
    "见证记录:未按流程进行",
    "witness record: procedure skipped",
    &[law("招标投标法第三十六条")],
    Said {
        zh: "对照招标文件和开评标流程核对现场记录;询问主持人原因;核对后续是否补正",
        en: "compare the record with the document and the procedure; ask the host why; see whether it \
            was made good",
    },
);
/// Objection on site.
pub const WIT_12: Sheet = sheet(
    Rule::Wit12,
    "WIT-12",
    "见证记录:现场提出异议",
    "witness record: objection on site",
    &[law("招标投标法实施条例第四十四条第三款")],
    Said {
        zh: "核对异议内容、当场答复和记录;询问异议人是否接受答复",
        en: "see the objection, the answer on the spot and the record; ask the objector whether it was \
            accepted",
    },
);
/// Paper passed.
pub const WIT_14: Sheet = sheet(
    Rule::Wit14,
    "WIT-14",
    "见证记录:传递纸质材料",
    "witness record: paper passed",
    &[law("招标投标法第三十八条")],
    Said {
        zh: "核对传递材料的内容、来源和去向;调取影像;询问传递人和接收人",
        en: "see what was passed, from whom and to whom; take the video; ask both",
    },
);
/// Unfit.
pub const WIT_17: Sheet = sheet(
    Rule::Wit17,
    "WIT-17",
    "见证记录:评标人员身体状况不适宜",
    "witness record: an expert unfit to go on",
    &[law("招标投标法实施条例第四十八条第三款")],
    Said {
        zh: "核对专家身体状况记录和是否更换;核对其已作出的评审结论如何处理",
        en: "see the record of the expert's condition and whether there was a replacement; see what \
            became of the conclusions already given",
    },
);

/// The rule that a kind of record belongs to.
pub fn rule_of(kind: WitnessKind) -> Rule {
    match kind {
        WitnessKind::UnauthorisedPerson => Rule::Wit03,
        WitnessKind::PrivateContact => Rule::Wit04,
        WitnessKind::PhoneCarriedIn => Rule::Wit05,
        WitnessKind::SignedForAnother => Rule::Wit06,
        WitnessKind::Inducement => Rule::Wit08,
        WitnessKind::EquipmentFault => Rule::Wit09,
        WitnessKind::SealBroken => Rule::Wit10,
        WitnessKind::ProcedureSkipped => Rule::Wit11,
        WitnessKind::ObjectionOnSite => Rule::Wit12,
        WitnessKind::PaperPassed => Rule::Wit14,
        WitnessKind::Unfit => Rule::Wit17,
        _ => Rule::Wit00,
    }
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let before = conclusions.findings.len();
    for record in dossier.meeting.records.iter().filter(|record| rule_of(record.kind) == rule) {
        let severity = match record.gravity {
            Gravity::Note => continue,
            Gravity::Minor => Severity::L,
            Gravity::Serious => params.severity(rule),
        };
        let finding = Finding::new(rule, dossier.section, severity)
            .key(Name::Event, Quantity::Event(record.event))
            .parties(record.parties.iter().copied())
            .persons(record.persons.iter().copied())
            .evidence([record.event]);
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}
