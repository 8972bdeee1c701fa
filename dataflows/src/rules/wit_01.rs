//! WIT-01 · 开评标期间见证设备中断超过六十秒 — a witness device was out for more than sixty seconds during opening or evaluation.
//!
//! *Law.* 招标投标法 §36 paragraph 3: the opening is recorded and the record kept. That opening and evaluation
//! are filmed throughout is in 87号令 §39 (not checked) and the venue's rules; the sixty seconds are ours.
//!
//! *Needs.* `opening.started`; `witness.device` with `state`, by `device`.
//!
//! *Formula.* An outage of a device runs from its first report with a state other than ok to its next report
//! with ok. What of it lies between the first `opening.started` and the last `evaluation.closed` (until that
//! is known, now) is longer than `outage_seconds` (60 s). One finding an outage. Reports that name no device
//! are taken for one device.
//!
//! *Example.* A camera is interrupted at 09:10:00 and ok at 09:11:01, the opening having started at 09:00: 61
//! seconds, one finding. Ok at 09:11:00: none.
//!
//! *Exclusions.* Outages before the opening and after the evaluation; reports without `state`; sections
//! without `opening.started` (insufficient data), even if bids were opened.

use super::{Conclusions, Family, Judge, Outcome, Rule, Said, Sheet, Topic, law, shared, unverified};
use crate::deadlines::Wait;
use crate::dossier::{DeviceReport, Dossier};
use crate::finding::{Finding, Name, Quantity, Severity};
use crate::params::Params;

/// The rule's page.
pub const SHEET: Sheet = Sheet {
    rule: Rule::Wit01,
    id: "WIT-01",
    zh: "开评标期间见证设备中断超过六十秒",
    en: "a witness device was out for more than sixty seconds during opening or evaluation",
    basis: &[
        law("招标投标法第三十六条第三款"),
        unverified("政府采购货物和服务招标投标管理办法(财政部令第87号)第三十九条"),
    ],
    severity: Severity::V,
    topic: Topic::Witness,
    family: Family::Witness,
    checks: Said {
        zh: "调取设备运行日志和备份录像;询问值守人员中断原因和期间现场情况;核对是否影响评审",
        en: "take the device's log and backup recordings; ask those on duty why and what happened \
            meanwhile; see whether the evaluation was affected",
    },
    judge: Judge::Section(judge),
};

/// Outages: the report that begins one, and the one that ends it.
fn outages(reports: &[DeviceReport]) -> Vec<(DeviceReport, Option<DeviceReport>)> {
    let mut outages = Vec::new();
    for of_device in reports.chunk_by(|a, b| a.device == b.device) {
        let mut out: Option<DeviceReport> = None;
        for report in of_device {
            if !report.ok {
                out = out.or(Some(*report));
            } else if let Some(first) = out.take() {
                outages.push((first, Some(*report)));
            }
        }
        outages.extend(out.map(|first| (first, None)));
    }
    outages
}

fn judge(rule: Rule, dossier: &Dossier, params: &Params, conclusions: &mut Conclusions) -> Outcome {
    let meeting = &dossier.meeting;
    if meeting.devices.is_empty() {
        return Outcome::InsufficientData("witness.device state");
    }
    let Some(started) = meeting.started else {
        return Outcome::InsufficientData("opening.started");
    };
    conclusions.measure(Name::Limit, Quantity::Seconds(params.thresholds.outage_seconds.into()));
    let closed = meeting.evaluation_closed.map(|closed| closed.value);
    let before = conclusions.findings.len();
    for (first, ended) in outages(&meeting.devices) {
        let from = first.at.max(started.value);
        // The first instant (µs) at which it has lasted too long.
        let Some(due) = Wait::Outage.due(from, params) else { continue };
        let until = ended.map(|ended| ended.at).into_iter().chain(closed).min();
        let is_long = until.is_none_or(|until| until >= due);
        // While the evaluation is open, nothing counts that is still to come.
        if !is_long || closed.is_none() && !dossier.has_passed(due) {
            continue;
        }
        let mut finding = Finding::new(rule, dossier.section, params.severity(rule))
            .key(Name::Event, Quantity::Event(first.event))
            .value(Name::Since, Quantity::Instant(from))
            .value(Name::Limit, Quantity::Seconds(params.thresholds.outage_seconds.into()))
            .evidence([first.event].into_iter().chain(ended.map(|ended| ended.event)));
        if first.device.is_some() {
            finding = finding.value(Name::Device, Quantity::Text(first.device));
        }
        if let Some(until) = until {
            finding = finding.value(Name::Seconds, shared::seconds(until - from));
        }
        conclusions.findings.push(finding);
    }
    conclusions.outcome_since(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::symbols::{EventRef, Symbol};

    #[test]
    fn an_outage_runs_from_the_first_bad_report_to_the_next_good_one() {
        let report =
            |device, at, ok| DeviceReport { device: Symbol(device), at, ok, event: EventRef(at as u32) };
        let reports = [
            report(0, 1, true),
            report(0, 2, false),
            report(0, 3, false),
            report(0, 4, true),
            report(0, 5, false),
            report(7, 6, true),
            report(7, 8, false),
        ];
        let found: Vec<_> = outages(&reports).iter().map(|(a, b)| (a.at, b.map(|b| b.at))).collect();
        assert_eq!(found, [(2, Some(4)), (5, None), (8, None)]);
    }
}
