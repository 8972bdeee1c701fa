//! Objections, challenges and complaints, event by event.

use crate::{
    clock::Local,
    firms::{Firm, Firms},
    line::push_number,
    names::TRADES,
    queue::{Queue, What},
    render::{Head, Writer},
    section::Section,
};

/// An objection (异议), or in procurement a challenge (质疑).
pub struct Objection<'a> {
    /// The section.
    pub section: &'a Section,
    /// Who raises it.
    pub by: &'a Firm,
    /// objection or challenge.
    pub kind: &'static str,
    /// Its number.
    pub number: u64,
}

impl Objection<'_> {
    /// It is raised, or answered.
    pub fn tell(&self, at: Local, raised: bool, queue: &mut Queue, writer: &mut Writer) {
        let (kind, tag) = if raised {
            ("objection.raised", "objection")
        } else {
            ("objection.answered", "objection-answer")
        };
        let head = Head { kind, desk: "complaint", at, tag, number: self.number };
        let line = writer.other(&head, |line| {
            line.numbered("objection", "YY-", self.number);
            line.text("section", &self.section.code);
            line.text("kind", self.kind);
            if raised {
                line.org("by", &self.by.code, &self.by.name);
            } else {
                line.flag("upheld", false);
            }
            line.time("at", at);
        });
        queue.push(at, What::Line(line.into()));
    }
}

/// A complaint (投诉) about the first bidder.
pub struct Complaint<'a> {
    /// The section.
    pub section: &'a Section,
    /// All firms.
    pub firms: &'a Firms,
    /// Its number.
    pub number: u64,
}

impl Complaint<'_> {
    /// One stage of it: the event's type.
    pub fn tell(&self, at: Local, kind: &str, queue: &mut Queue, writer: &mut Writer) {
        let head = Head { kind, desk: "complaint", at, tag: kind, number: self.number };
        let line = writer.other(&head, |line| {
            line.numbered("complaint", "TS-", self.number);
            line.text("section", &self.section.code);
            line.text("department", TRADES[self.section.project.trade].department);
            if kind == "complaint.received" {
                line.text("channel", "online");
                line.key("complainant");
                line.raw("{\"id\":\"SIM-");
                push_number(line.bytes(), self.number, 6);
                line.raw("\",\"name\":\"模拟投诉人\"}");
                line.key("respondents");
                line.raw("[\"");
                line.bytes().extend_from_slice(&self.firms.get(self.section.bids[0].firm).code);
                line.raw("\"]");
            }
            if kind == "complaint.decided" {
                line.text("outcome", "dismissed");
            }
            line.time("at", at);
        });
        queue.push(at, What::Line(line.into()));
    }
}
