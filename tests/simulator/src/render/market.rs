//! What the tenderer publishes before the opening.

use super::Writer;
use crate::{
    clock::Local,
    codes::{org, org_code},
    line::{Amount, push_number},
    names::{self, TRADES},
    section::Section,
};

impl Writer {
    pub(super) fn project(&mut self, section: &Section, at: Local) -> String {
        let project = &section.project;
        let trade = &TRADES[project.trade];
        self.line.begin("project.registered", "market", at, |id| {
            push_number(id, project.serial, 1);
        });
        self.line.text("project", project_code(section));
        self.line.text("name", &names::project(project.serial, project.trade));
        let tenderer = org_code(self.seed, org::TENDERERS + project.tenderer);
        self.line.org("tenderer", &tenderer, &names::tenderer(project.tenderer));
        let agency = org_code(self.seed, org::AGENCIES + project.agency);
        self.line.org("agency", &agency, &names::agency(project.agency));
        self.line.text("industry", trade.industry);
        self.line.text("region", "460100");
        self.line.text("department", trade.department);
        self.line.flag("key_project", project.key);
        self.line.text("method", project.method.name());
        self.line.money("estimate", project.estimate, Amount::Number);
        self.line.flag("electronic", true);
        self.line.finish()
    }

    pub(super) fn announced(&mut self, section: &Section, at: Local) -> String {
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
        let partners = section.bids.iter().any(|bid| bid.twisted().partner.is_some());
        self.line.flag("consortium_allowed", partners);
        if section.filed {
            self.template(section);
        }
        self.line.finish()
    }

    pub(super) fn changed(&mut self, section: &Section, at: Local, material: bool) -> String {
        let tag = if material { "clarified" } else { "changed" };
        self.begin(section, "section.changed", "market", at, tag, None);
        self.line.flag("material", material);
        self.line.text("note", if material { "调整工程量清单" } else { "更正联系电话" });
        self.line.finish()
    }

    pub(super) fn ended(&mut self, section: &Section, at: Local, kind: &str, reason: &str) -> String {
        self.begin(section, kind, "market", at, "ended", None);
        self.line.text("reason", reason);
        self.end_at(at)
    }
}

/// A project's code is the section's without its last three digits.
fn project_code(section: &Section) -> &str {
    &section.code[..section.code.len() - 3]
}
