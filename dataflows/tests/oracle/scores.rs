//! Scores: marks that stand out, that cannot be, that are the same, that decide.

use super::terms::Section;
use super::units::{marks, percent};
use super::world::{Name, id, latest_told, name, told};
use super::{Found, Holds};
use std::collections::{BTreeMap, BTreeSet};
use xiezhi_dataflows::event::{Event, ScoreGiven, ScoreKind};
use xiezhi_dataflows::normalise::Score;

/// One expert's marks for one item of one bid.
struct Mark<'a> {
    expert: &'a str,
    bidder: &'a str,
    item: &'a str,
    said: &'a ScoreGiven,
    event: Name<'a>,
}

impl<'a> Mark<'a> {
    fn score(&self) -> i64 {
        self.said.score.0
    }

    fn cell(&self) -> (&'a str, &'a str) {
        (self.bidder, self.item)
    }
}

pub fn judge(section: &Section<'_>, holds: &mut Holds) {
    let marks = counting(section);
    outliers(section, &marks, holds);
    unlike_facts(section, &marks, holds);
    impossible(section, &marks, holds);
    same_hand(section, &marks, holds);
    decisive(section, &marks, holds);
}

/// The marks that count: of each expert for each bid and item, the latest.
fn counting<'a>(section: &Section<'a>) -> Vec<Mark<'a>> {
    let mut given: BTreeMap<(&str, &str, &str), Vec<(&Event, &ScoreGiven)>> = BTreeMap::new();
    for (event, said) in told!(section.events, ScoreGiven | ScoreChanged) {
        if let Some(expert) = id(&said.expert) {
            given.entry((expert, &said.bidder.code, &said.item)).or_default().push((event, said));
        }
    }
    let marks = given.into_iter().filter_map(|((expert, bidder, item), given)| {
        let (event, said) = latest_told(given.into_iter())?;
        Some(Mark { expert, bidder, item, said, event: name(event) })
    });
    marks.collect()
}

/// The marks by bid and item.
fn cells<'a, 'm>(marks: impl Iterator<Item = &'m Mark<'a>>) -> Vec<Vec<&'m Mark<'a>>> {
    let mut cells: BTreeMap<(&str, &str), Vec<&Mark<'_>>> = BTreeMap::new();
    for mark in marks {
        cells.entry(mark.cell()).or_default().push(mark);
    }
    cells.into_values().collect()
}

fn of_kind<'a, 'm>(marks: &'m [Mark<'a>], kind: ScoreKind) -> impl Iterator<Item = &'m Mark<'a>> {
    marks.iter().filter(move |mark| mark.said.kind == Some(kind))
}

/// EXP-08: far from the mean of the others' marks.
fn outliers(section: &Section<'_>, marks: &[Mark<'_>], holds: &mut Holds) {
    let mut outliers: BTreeMap<&str, Vec<(&Mark<'_>, i64, i64)>> = BTreeMap::new();
    let judged = marks.iter().filter(|mark| mark.said.kind != Some(ScoreKind::Price));
    let far = i64::from(section.thresholds().deviation_permille);
    for cell in cells(judged).iter().filter(|cell| cell.len() >= 3) {
        let sum: i64 = cell.iter().map(|mark| mark.score()).sum();
        for mark in cell {
            let (others, number) = (sum - mark.score(), cell.len() as i64 - 1);
            if (mark.score() * number - others).abs() * 1000 > far * others.abs() {
                outliers.entry(mark.expert).or_default().push((mark, others, number));
            }
        }
    }
    for (expert, far_off) in outliers {
        let found = Found::new("EXP-08", Some(section.code), "L").key([("expert", expert)]);
        let widest = far_off.iter().map(|(mark, others, number)| apart(mark.score(), *others, *number)).max();
        let found = found
            .measured([("scores", far_off.len().to_string()), ("limit", percent(far))])
            .measured(widest.into_iter().flat_map(Apart::measured));
        let found = found.parties(far_off.iter().map(|(mark, ..)| mark.bidder)).persons([expert]);
        holds.findings.insert(found.evidence(far_off.iter().map(|(mark, ..)| mark.event)));
    }
}

/// How far a score lies from the mean of the others. Ordered by that: what is no share of the mean, which is nought, is
/// further than any; of equal ones the higher score.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Apart {
    is_beyond: bool,
    permille: i128,
    score: i64,
    mean: i64,
}

fn apart(score: i64, others: i64, number: i64) -> Apart {
    let (sum, off) = (i128::from(others.abs()), i128::from((score * number - others).abs()));
    // Past this many thousandths a share says nothing, either.
    let permille = (sum > 0).then(|| off * 1000 / sum).filter(|share| *share < i128::from(u32::MAX));
    Apart {
        is_beyond: permille.is_none(),
        permille: permille.unwrap_or_default(),
        score,
        mean: others / number,
    }
}

impl Apart {
    fn measured(self) -> impl Iterator<Item = (&'static str, String)> {
        let share = (!self.is_beyond).then(|| ("share", percent(self.permille)));
        let scores = [("score", marks(Score(self.score))), ("mean_of_others", marks(Score(self.mean)))];
        scores.into_iter().chain(share)
    }
}

/// EXP-09: an objective item on which experts differ.
fn unlike_facts(section: &Section<'_>, marks: &[Mark<'_>], holds: &mut Holds) {
    for cell in cells(of_kind(marks, ScoreKind::Objective)) {
        let (bidder, item) = cell[0].cell();
        if cell.iter().any(|mark| mark.score() != cell[0].score()) {
            let found = Found::new("EXP-09", Some(section.code), "V");
            let found = found.key([("bidder", bidder), ("item", item)]).parties([bidder]);
            let found = found.measured([("experts", cell.len().to_string())]);
            holds.findings.insert(found.evidence(cell.iter().map(|mark| mark.event)));
        }
    }
}

/// EXP-10: more than full marks, or less than none.
fn impossible(section: &Section<'_>, marks: &[Mark<'_>], holds: &mut Holds) {
    for mark in marks {
        let too_many = mark.said.full_marks.is_some_and(|full| mark.score() > full.0);
        if too_many || mark.score() < 0 {
            let key = [("bidder", mark.bidder), ("expert", mark.expert), ("item", mark.item)];
            let found = Found::new("EXP-10", Some(section.code), "V").key(key);
            let full_marks = mark.said.full_marks.map(|full| ("full_marks", self::marks(full)));
            let found = found.measured([("score", self::marks(mark.said.score))]).measured(full_marks);
            holds.findings.insert(found.parties([mark.bidder]).persons([mark.expert]).evidence([mark.event]));
        }
    }
}

/// EXP-14: two experts with the same marks wherever both judged.
fn same_hand(section: &Section<'_>, marks: &[Mark<'_>], holds: &mut Holds) {
    let mut by_expert: BTreeMap<&str, Vec<&Mark<'_>>> = BTreeMap::new();
    for mark in of_kind(marks, ScoreKind::Subjective) {
        by_expert.entry(mark.expert).or_default().push(mark);
    }
    let least = section.thresholds().cells_min as usize;
    for (a, of_a) in &by_expert {
        for (b, of_b) in by_expert.range(*a..).skip(1) {
            let common = of_a.iter().flat_map(|mark| of_b.iter().map(move |other| (mark, other)));
            let common: Vec<_> = common.filter(|(mark, other)| mark.cell() == other.cell()).collect();
            if common.len() >= least && common.iter().all(|(mark, other)| mark.score() == other.score()) {
                let found = Found::new("EXP-14", Some(section.code), "L");
                let found = found.key([("expert", a), ("expert", b)]).persons([*a, *b]);
                let found =
                    found.measured([("scores", common.len().to_string()), ("required", least.to_string())]);
                let events = common.iter().flat_map(|(mark, other)| [mark.event, other.event]);
                holds.findings.insert(found.evidence(events));
            }
        }
    }
}

/// Who has the highest total of these marks.
fn first<'a>(marks: impl Iterator<Item = (&'a str, i64)>) -> BTreeSet<&'a str> {
    let mut totals: BTreeMap<&str, i64> = BTreeMap::new();
    for (bidder, score) in marks {
        *totals.entry(bidder).or_default() += score;
    }
    let highest = totals.values().max().copied();
    totals.into_iter().filter(|(_, total)| Some(*total) == highest).map(|(bidder, _)| bidder).collect()
}

/// EXP-15: one expert's marks decide who comes first.
fn decisive(section: &Section<'_>, marks: &[Mark<'_>], holds: &mut Holds) {
    let experts: BTreeSet<&str> = marks.iter().map(|mark| mark.expert).collect();
    if experts.len() < 5 {
        return;
    }
    let with = first(marks.iter().map(|mark| (mark.bidder, mark.score())));
    for expert in &experts {
        let others = marks.iter().filter(|mark| mark.expert != *expert);
        let without = first(others.map(|mark| (mark.bidder, mark.score())));
        if with.is_disjoint(&without) {
            let parties: BTreeSet<&str> = with.union(&without).copied().collect();
            let theirs = marks.iter().filter(|mark| mark.expert == *expert && parties.contains(mark.bidder));
            let found =
                Found::new("EXP-15", Some(section.code), "L").key([("expert", expert)]).persons([*expert]);
            let found = found.measured([("experts", experts.len().to_string())]);
            let events: Vec<Name<'_>> = theirs.map(|mark| mark.event).collect();
            holds.findings.insert(found.parties(parties).evidence(events));
        }
    }
}
