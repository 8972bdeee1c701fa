//! The committee and its scores.

use super::{Writer, scores};
use crate::{
    clock::Local,
    codes::{org, org_code, person},
    firms::Firms,
    line::push_number,
    names,
    plan::ITEMS,
    section::Section,
};

impl Writer {
    pub(super) fn drawn(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        self.begin(section, "expert.drawn", "evaluation", at, "drawn", Some(n));
        let expert = section.experts[n];
        self.line.person("expert", person::EXPERTS + expert);
        match section.employer.filter(|_| n == 0) {
            Some(firm) => self.firm(firms, "employer", firm),
            None => {
                let employer = expert % 40;
                let code = org_code(self.seed, org::EMPLOYERS + employer);
                self.line.org("employer", &code, &names::employer(employer));
            }
        }
        self.line.text("role", ["technical", "economic", "technical"][n % 3]);
        self.line.text("method", "random");
        self.line.number("pool_size", 60 + expert % 90);
        self.end_at(at)
    }

    pub(super) fn signed_in(&mut self, section: &Section, n: usize, at: Local) -> String {
        self.begin(section, "expert.signed_in", "evaluation", at, "signed-in", Some(n));
        self.line.person("expert", person::EXPERTS + section.experts[n]);
        self.line.text("status", "present");
        self.end_at(at)
    }

    pub(super) fn evaluation(&mut self, section: &Section, at: Local, start: bool) -> String {
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

    /// The score of the `n`-th (expert, bidder, item) cell.
    pub(super) fn scored(&mut self, firms: &Firms, section: &Section, n: usize, at: Local) -> String {
        let cells = section.bids.len() * ITEMS;
        let (expert, place, item) = (n / cells, n % cells / ITEMS, n % ITEMS);
        self.begin(section, "score.given", "evaluation", at, "score", Some(n));
        self.line.person("expert", person::EXPERTS + section.experts[expert]);
        self.firm(firms, "bidder", section.bids[place].firm);
        let (name, kind, full) = [
            ("T1", "subjective", 40),
            ("T2", "subjective", 30),
            ("B1", "objective", 10),
            ("P1", "price", 20),
        ][item];
        self.line.text("item", name);
        self.line.text("kind", kind);
        let tenths = scores::tenths(section, expert, place, item);
        self.line.key("score");
        push_number(self.line.bytes(), tenths / 10, 1);
        self.line.raw(".");
        push_number(self.line.bytes(), tenths % 10, 1);
        self.line.number("full_marks", full);
        self.end_at(at)
    }
}
