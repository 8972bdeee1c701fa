//! The register of parties.

use super::{Writer, values::push_phone};
use crate::{
    clock::Local,
    codes::{OrgNo, org, org_code},
    dice::mix,
    firms::{Entry, FirmNo, Firms, Owner, Post, person_of},
    line::push_number,
    names,
};

impl Writer {
    /// A firm's entry in the register of parties.
    pub fn party(&mut self, firms: &Firms, number: FirmNo, at: Local) -> String {
        let firm = firms.get(number);
        self.line.begin("party.recorded", "party", at, |id| {
            id.extend_from_slice(b"firm-");
            push_number(id, number.into(), 1);
        });
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&firm.code));
        self.line.text("name", &firm.name);
        let untouched = Entry::default();
        let entry = firm.entry.as_deref().unwrap_or(&untouched);
        let (legal, founder) = (person_of(number, Post::Legal), person_of(number, Post::Founder));
        self.line.person("legal_representative", entry.legal_representative.unwrap_or(legal));
        self.line.key("directors");
        self.line.raw("[");
        for director in std::iter::once(founder).chain(entry.director) {
            self.line.next();
            self.line.person_value(director);
        }
        self.line.raw("]");
        self.line.key("phones");
        self.line.raw("[\"");
        push_phone(self.line.bytes(), number.into());
        self.line.raw("\"]");
        self.line.quoted("address", |bytes| match &entry.address {
            Some(address) => bytes.extend_from_slice(address.as_bytes()),
            None => {
                bytes.extend_from_slice("模拟市虚构路".as_bytes());
                push_number(bytes, u64::from(number) + 1, 1);
                bytes.extend_from_slice("号".as_bytes());
            }
        });
        self.line.date("founded_on", 10_957 + (mix(number.into()) % 7000) as i64);
        self.line.key("holders");
        self.line.raw("[");
        match entry.holder {
            // One who controls takes the legal representative's place; one who does not joins.
            Some((owner, percent)) if percent > 50 => {
                self.holders(&[(owner, percent), (Owner::Person(founder), 40)])
            }
            Some((owner, percent)) => {
                let rest = 40 - percent;
                self.holders(&[(Owner::Person(legal), 60), (owner, percent), (Owner::Person(founder), rest)]);
            }
            None => self.holders(&[(Owner::Person(legal), 60), (Owner::Person(founder), 40)]),
        }
        self.line.raw("]");
        self.line.finish()
    }

    fn holders(&mut self, holders: &[(Owner, i64)]) {
        for (owner, percent) in holders {
            self.line.next();
            self.line.raw("{");
            match owner {
                Owner::Organisation(org) => {
                    let code = org_code(self.seed, *org);
                    self.line.quoted("org", |bytes| bytes.extend_from_slice(&code));
                }
                Owner::Person(person) => self.line.person("person", *person),
            }
            self.line.key("share");
            self.line.raw("0.");
            push_number(self.line.bytes(), *percent as u64, 2);
            self.line.raw("}");
        }
    }

    /// The entry of a holding company that a firm controls.
    pub fn holding(&mut self, firms: &Firms, holding: OrgNo, held_by: FirmNo, at: Local) -> String {
        let (number, code) = (holding - org::HOLDINGS, org_code(self.seed, holding));
        self.line.begin("party.recorded", "party", at, |id| {
            id.extend_from_slice(b"holding-");
            push_number(id, number, 1);
        });
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&code));
        self.line.text("name", &names::company(number, "控股"));
        self.line.key("holders");
        self.line.raw("[{");
        let holder = firms.get(held_by).code;
        self.line.quoted("org", |bytes| bytes.extend_from_slice(&holder));
        self.line.raw(",\"share\":0.3,\"controls\":true}]");
        self.line.finish()
    }
}
