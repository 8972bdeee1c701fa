//! A matter: a complaint at a department, or an inspection, with deadlines of its own. It may be about a section, and
//! its rows meet under a symbol of their own (see [`Update::Section`](crate::facts::Update::Section)).

use crate::dossier::{Latest, Sourced, earlier};
use crate::row::{FactKind, Row, RowKind};
use crate::symbols::{Symbol, Symbols};

/// Everything known of one matter.
#[derive(Debug, Default)]
pub struct Matter {
    /// Its code.
    pub code: Symbol,
    /// The department of a complaint.
    pub department: Option<Symbol>,
    /// The section that it is about.
    pub section: Option<Symbol>,
    /// A complaint: when it was first received, µs.
    pub received: Option<Sourced<i64>>,
    /// When it was first accepted, µs.
    pub accepted: Option<Sourced<i64>>,
    /// When it was first refused, µs.
    pub refused: Option<Sourced<i64>>,
    /// When it was first decided, µs.
    pub decided: Option<Sourced<i64>>,
    /// Whether the latest decision that says so upheld it.
    pub upheld: Option<bool>,
    /// An inspection: when it was first drawn, µs.
    pub drawn: Option<Sourced<i64>>,
    /// When it was first done, µs.
    pub inspected: Option<Sourced<i64>>,
    /// When its result was first published, µs.
    pub published: Option<Sourced<i64>>,
    /// The latest instant of those it waits for that has passed, µs.
    pub passed: Option<i64>,
}

fn is_of_matter(kind: RowKind) -> bool {
    (RowKind::ComplaintReceived..=RowKind::InspectionPublished).contains(&kind)
}

/// Whether these rows are a matter's.
pub fn is_matter<'a>(rows: &(impl Iterator<Item = &'a Row> + Clone)) -> bool {
    rows.clone().any(|row| is_of_matter(row.kind))
}

impl Matter {
    /// Merges the rows of one matter.
    pub fn build<'a>(rows: impl Iterator<Item = &'a Row>, names: &Symbols) -> Matter {
        let mut matter = Matter::default();
        let (mut section, mut upheld) = (Latest::default(), Latest::default());
        for row in rows {
            if is_of_matter(row.kind) {
                matter.code = row.symbol(FactKind::Matter).unwrap_or(matter.code);
                matter.department = row.symbol(FactKind::Department).or(matter.department);
                section.offer(row, row.symbol(FactKind::Section), names);
            }
            let first = |held| earlier(held, row.acted_at(), row.event, names);
            match row.kind {
                RowKind::ComplaintReceived => matter.received = first(matter.received),
                RowKind::ComplaintAccepted => matter.accepted = first(matter.accepted),
                RowKind::ComplaintRefused => matter.refused = first(matter.refused),
                RowKind::ComplaintDecided => {
                    matter.decided = first(matter.decided);
                    upheld.offer(row, row.flag(FactKind::Upheld), names);
                }
                RowKind::InspectionDrawn => matter.drawn = first(matter.drawn),
                RowKind::InspectionDone => matter.inspected = first(matter.inspected),
                RowKind::InspectionPublished => matter.published = first(matter.published),
                RowKind::Passed => matter.passed = matter.passed.max(Some(row.acted_at())),
                _ => {}
            }
        }
        (matter.section, matter.upheld) = (section.value(), upheld.value());
        matter
    }

    /// Whether an instant that the matter waits for has passed, µs.
    pub fn has_passed(&self, due: i64) -> bool {
        self.passed.is_some_and(|passed| passed >= due)
    }
}
