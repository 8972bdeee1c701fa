//! Experts, their attendance and their scores.

use super::world::*;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A table of scores: alike but for one expert, who favours one bidder.
#[derive(Clone, Debug)]
pub struct Scoring {
    section: u8,
    experts: u8,
    bidders: u8,
    items: u8,
    kind: u8,
    /// Each expert has marks of its own.
    apart: bool,
    odd: u8,
    favoured: u8,
    mark: u8,
    at: u8,
}

#[derive(Clone, Debug)]
pub enum Op {
    Drawn {
        section: u8,
        expert: u8,
        employer: Option<u8>,
        drawn: Option<u8>,
        at: u8,
    },
    Replaced {
        section: u8,
        expert: u8,
        reason: bool,
        at: u8,
    },
    SignedIn {
        section: u8,
        expert: u8,
        status: Option<u8>,
        signed: Option<u8>,
        at: u8,
    },
    /// The evaluation begins or ends.
    Evaluation {
        section: u8,
        closed: bool,
        when: Option<u8>,
        at: u8,
    },
    Score {
        section: u8,
        expert: u8,
        bidder: u8,
        item: u8,
        kind: Option<u8>,
        score: u8,
        full: Option<u8>,
        changed: bool,
        at: u8,
    },
    /// So many experts sign in, and the evaluation begins.
    Panel {
        section: u8,
        industry: u8,
        experts: u8,
        started: u8,
        at: u8,
    },
    /// An expert left a bidder about three years before it was drawn.
    Former {
        section: u8,
        expert: u8,
        bidder: u8,
        left: u8,
        drawn: u8,
    },
    Scoring(Scoring),
}

/// Any of these operations.
pub fn any_op() -> impl Strategy<Value = Op> {
    let drawn = (section(), 0..EXPERTS, of(0..FIRMS + 1), of(at()), at()).prop_map(
        |(section, expert, employer, drawn, at)| Op::Drawn { section, expert, employer, drawn, at },
    );
    let replaced = (section(), 0..EXPERTS, any::<bool>(), at())
        .prop_map(|(section, expert, reason, at)| Op::Replaced { section, expert, reason, at });
    let signed_in = (section(), 0..EXPERTS, weighted(0.9, 0..4_u8), of(at()), at()).prop_map(
        |(section, expert, status, signed, at)| Op::SignedIn { section, expert, status, signed, at },
    );
    let evaluation = (section(), any::<bool>(), of(at()), at())
        .prop_map(|(section, closed, when, at)| Op::Evaluation { section, closed, when, at });
    let whose = (section(), 0..EXPERTS, 0..2_u8, 0..2_u8);
    let score = (whose, weighted(0.9, 0..3_u8), 0..MARKS.len() as u8, of(0..2_u8), any::<bool>(), at())
        .prop_map(|((section, expert, bidder, item), kind, score, full, changed, at)| Op::Score {
            section,
            expert,
            bidder,
            item,
            kind,
            score,
            full,
            changed,
            at,
        });
    prop_oneof![3 => drawn, 1 => replaced, 4 => signed_in, 2 => evaluation, 3 => score]
}

/// Any of the scenes.
pub fn scene() -> impl Strategy<Value = Op> {
    let panel = (section(), 0..2_u8, 2..=EXPERTS, at(), at()).prop_map(
        |(section, industry, experts, started, at)| Op::Panel { section, industry, experts, started, at },
    );
    let table = (section(), 2..=EXPERTS, 2..4_u8, 3..6_u8, 0..3_u8);
    let odd = (any::<bool>(), 0..EXPERTS, 0..3_u8, 0..MARKS.len() as u8, at());
    let scoring = (table, odd).prop_map(
        |((section, experts, bidders, items, kind), (apart, odd, favoured, mark, at))| {
            Op::Scoring(Scoring { section, experts, bidders, items, kind, apart, odd, favoured, mark, at })
        },
    );
    let former = (section(), 0..EXPERTS, bidder(), early(), 0..3_i32).prop_map(
        |(section, expert, bidder, left, later)| Op::Former {
            section,
            expert,
            bidder,
            left,
            drawn: on(1095 + later, left % 8),
        },
    );
    prop_oneof![2 => panel, 4 => scoring, 1 => former]
}

/// Marks at and past the edges: 30 % off ten, full marks (15), and nought.
const MARKS: [&str; 9] = ["10", "13", "13.0001", "7", "6.9999", "15", "15.0001", "0", "-0.5"];
const KINDS: [&str; 3] = ["subjective", "objective", "price"];

fn score(section: u8, expert_number: u8, bidder: u8, item: u8, score: &str) -> Value {
    json!({
        "section": section_code(section),
        "expert": expert(expert_number),
        "bidder": firm(bidder),
        "item": format!("I{item}"),
        "score": score,
    })
}

fn scored(scoring: &Scoring) -> Vec<Said> {
    let mut events = Vec::new();
    for expert in 0..scoring.experts {
        for bidder in 0..scoring.bidders {
            for item in 0..scoring.items {
                let odd = expert == scoring.odd && bidder == scoring.favoured;
                // The first bidder is ahead by half a mark.
                let ahead = if bidder == 0 && item == 0 { 5000 } else { 0 };
                let own = if scoring.apart { u32::from(expert) } else { 0 };
                let usual = format!("10.{:04}", ahead + own);
                let marks = if odd { word(&MARKS, scoring.mark) } else { &usual };
                let mut data = score(scoring.section, expert, bidder, item, marks);
                data["kind"] = json!(word(&KINDS, scoring.kind));
                data["full_marks"] = json!("15");
                events.push(("score.given", data, scoring.at));
            }
        }
    }
    events
}

fn signed_in(section: u8, number: u8) -> Value {
    json!({"section": section_code(section), "expert": expert(number)})
}

/// The events of an operation.
pub fn events_of(op: &Op) -> Vec<Said> {
    match op {
        Op::Drawn { section, expert: number, employer, drawn, at } => {
            let data = json!({
                "section": section_code(*section),
                "expert": expert(*number),
                "employer": employer.map(firm),
                "at": drawn.map(moment),
            });
            vec![("expert.drawn", data, *at)]
        }
        Op::Replaced { section, expert: number, reason, at } => {
            let reason = reason.then_some("回避");
            let data =
                json!({"section": section_code(*section), "expert": expert(*number), "reason": reason});
            vec![("expert.replaced", data, *at)]
        }
        Op::SignedIn { section, expert, status, signed, at } => {
            let mut data = signed_in(*section, *expert);
            data["status"] =
                json!(status.map(|number| word(&["present", "present", "late", "absent"], number)));
            data["at"] = json!(signed.map(moment));
            vec![("expert.signed_in", data, *at)]
        }
        Op::Evaluation { section, closed, when, at } => {
            let kind = if *closed { "evaluation.closed" } else { "evaluation.started" };
            vec![(kind, json!({"section": section_code(*section), "at": when.map(moment)}), *at)]
        }
        Op::Score { section, expert, bidder, item, kind, score: marks, full, changed, at } => {
            let mut data = score(*section, *expert, *bidder, *item, word(&MARKS, *marks));
            data["kind"] = json!(kind.map(|number| word(&KINDS, number)));
            data["full_marks"] = json!(full.map(|number| word(&["15", "13"], number)));
            vec![(if *changed { "score.changed" } else { "score.given" }, data, *at)]
        }
        Op::Panel { section, industry, experts, started, at } => {
            let mut events: Vec<Said> = announced(*section, *industry, json!({}), *at).into();
            for number in 0..*experts {
                let mut data = signed_in(*section, number);
                data["status"] = json!("present");
                events.push(("expert.signed_in", data, *at));
            }
            events.push(("evaluation.started", json!({ "section": section_code(*section) }), *started));
            events
        }
        Op::Former { section, expert: number, bidder, left, drawn } => {
            let employed = json!({
                "person": expert(*number),
                "org": firm_code(*bidder),
                "from_on": "2020-01-01",
                "until_on": date(*left),
            });
            let called = json!({"section": section_code(*section), "expert": expert(*number)});
            vec![
                ("person.employed", employed, *left),
                ("expert.drawn", called, *drawn),
                bare_bid(*section, *bidder, *drawn),
            ]
        }
        Op::Scoring(scoring) => scored(scoring),
    }
}
