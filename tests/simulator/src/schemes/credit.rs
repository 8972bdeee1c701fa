//! The credit platform: bidders with an entry in force. The firms are founded for it.

use super::Field;
use crate::{
    clock::{DAY, HOUR},
    codes::{OrgCode, PersonNo, person},
    render::Head,
    scheme::Scheme,
};

/// Whom an entry is about.
enum Subject {
    Firm(OrgCode),
    Person(PersonNo),
}

/// Plants a scheme of this family.
pub fn plant(field: &mut Field<'_>) {
    match field.scheme {
        Scheme::ListedBidder => listed_bidder(field),
        Scheme::TwiceCollusion => twice_collusion(field),
        _ => listed_winner(field),
    }
}

/// The bidder has been penalised, or its agent is known as dishonest.
fn listed_bidder(field: &mut Field<'_>) {
    let agent = person::EXTRAS + field.value;
    if field.dice.per_mille(500) {
        field.section.bids[0].twist().agent = Some(agent);
        list(field, 0, &Subject::Person(agent), "dishonest", 100);
    } else {
        let firm = field.firms.get(field.section.bids[0].firm).code;
        list(field, 0, &Subject::Firm(firm), "penalty", 100);
    }
    field.bid_while_listed("投标人或其代理人在处罚、失信惩戒期内投标");
}

fn listed_winner(field: &mut Field<'_>) {
    let firm = field.firms.get(field.section.bids[0].firm).code;
    list(field, 0, &Subject::Firm(firm), "blacklist", 100);
    field.bid_while_listed("黑名单有效期内投标");
    let (at, parties) = (field.awarded(), field.codes(1));
    field.truth("CRD-03", at, parties, "黑名单有效期内中标");
}

/// A firm that does not even bid here.
fn twice_collusion(field: &mut Field<'_>) {
    let firm = field.firms.found(field.section.project.trade);
    let code = field.firms.get(firm).code;
    list(field, 0, &Subject::Firm(code), "collusion", 200);
    list(field, 1, &Subject::Firm(code), "collusion", 20);
    let parties = vec![field.code(firm)];
    field.history("CRD-02", field.planned + 2 * HOUR, parties, "三年内两次因串通投标被处罚");
}

impl Field<'_> {
    fn bid_while_listed(&mut self, note: &str) {
        let (at, parties) = (self.section.submitted(1), self.codes(1));
        self.truth("CRD-01", at, parties, note);
    }
}

/// An entry that began so many days ago and holds for two years.
fn list(field: &mut Field<'_>, entry: u64, subject: &Subject, kind: &str, days_ago: i64) {
    let (at, number) = (field.planned + HOUR, field.value + entry);
    let head = Head { kind: "credit.listed", desk: "credit", at, tag: "listed", number };
    field.event(&head, |line| {
        line.numbered("entry", "XY-", number);
        match subject {
            Subject::Firm(code) => line.quoted("org", |bytes| bytes.extend_from_slice(code)),
            Subject::Person(person) => line.person("person", *person),
        }
        line.text("kind", kind);
        line.text("authority", "模拟市发展改革委");
        line.text("basis", "模拟罚字");
        line.date("from_on", at / DAY - days_ago);
        line.date("until_on", at / DAY - days_ago + 730);
    });
}
