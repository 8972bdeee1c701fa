//! The dataflow graph: how rows become findings. Every operator has a name.
//!
//! ```text
//! sections ──┬────────────────────────────────────────► judge ─┬─► findings, data quality, endings
//!            ├─ projects ─► join ──────────────►│              ├─► windows ─┬─► values ─► DEV-12, PER-06 ─► rings ─► DEV-13
//!            │                  └─► concern ───►│              │            ├─► meetings ─► HIS-01, HIS-02
//! subjects ──┼─► control chains ──►│            │              │            ├─► partners ─► cliques ─► HIS-04
//! entries ───┼─► registers ───────►│            │              │            └─► counts ─► HIS-10, HIS-14, WIT-19, CRD-02
//! dues, now ─┴─► timers ───────────────────────►│              ├─► rooms ─► WIT-18
//! findings, handled alerts ─► weighed ─► windows ─► watch-list ◄── key projects, credit entries in force
//! oddities ────────────────────────────────────────────────────► data quality
//! details ─────────────────────────────────────────────────────┴─► details ─► DOC-01, PRI-05, EXP-08 … 15
//! ```
//!
//! *Invariants.* Every worker builds the same graph. The states of sections are read from outside only between steps, to
//! explain. Output arrives on worker 0.

use crate::details::{self, Detail};
use crate::editions::Turn;
use crate::facts::{Update, joined};
use crate::finding::Published;
use crate::history::values::Told;
use crate::history::window::Dated;
use crate::history::{
    Rulebook, concern, control, counts, meetings, registers, rings, rooms, together, values, window,
};
use crate::judge::{self, Benches, Day, Output};
use crate::operators::{Concluding, Diff, Moment, Shared, Time, kept, parted};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::sections;
use crate::symbols::Symbol;
use crate::watch;
use differential_dataflow::input::InputSession;
use differential_dataflow::{AsCollection, VecCollection};
use std::cell::RefCell;
use std::rc::Rc;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::probe::Handle as Probe;
use timely::worker::Worker;

/// What comes out of the graph on worker 0, as it comes.
pub type Outbox = Rc<RefCell<Vec<(Published, Time, Diff)>>>;

/// The inputs of the graph.
pub struct Inputs {
    sections: Input<(Symbol, Row)>,
    projects: Input<(Symbol, Row)>,
    subjects: Input<(Symbol, Row)>,
    entries: Input<(Symbol, Row)>,
    details: Input<(Symbol, Detail)>,
    handled: Input<(Symbol, Row)>,
    dues: Input<(Symbol, i64)>,
    oddities: Input<Published>,
    now: Input<Moment>,
    window: Input<Moment>,
    turns: Input<Turn>,
    concluding: Input<Concluding>,
}

/// One input.
type Input<T> = InputSession<Time, T, Diff>;

/// Does something with every input: none may be forgotten, as one that stays behind holds up all.
macro_rules! each {
    ($inputs:expr, $input:ident => $act:expr) => {{
        let Inputs { sections, projects, subjects, entries, details, handled, dues, oddities, now, window, turns, concluding } = $inputs;
        each!(@ $input, $act, sections projects subjects entries details handled dues oddities now window turns concluding)
    }};
    (@ $input:ident, $act:expr, $($name:ident)+) => {{ $({ let $input = $name; $act; })+ }};
}

impl Inputs {
    /// Feeds one change of a row at the present time.
    pub fn update(&mut self, update: Update, diff: Diff) {
        match update {
            Update::Section(section, row) => self.sections.update((section, row), diff),
            Update::Project(project, row) => self.projects.update((project, row), diff),
            Update::Subject(subject, row) => self.subjects.update((subject, row), diff),
            Update::Entry(code, row) => self.entries.update((code, row), diff),
            Update::Handled(alert, row) => self.handled.update((alert, row), diff),
            Update::Detail(section, detail) => self.details.update((section, detail), diff),
        }
    }

    /// Feeds one change of an instant that a section or matter waits for.
    pub fn due(&mut self, of: Symbol, due: i64, diff: Diff) {
        self.dues.update((of, due), diff);
    }

    /// Feeds one change of a row about a single event.
    pub fn oddity(&mut self, row: Published, diff: Diff) {
        self.oddities.update(row, diff);
    }

    /// Sets the instant that timers go by, µs.
    pub fn set_now(&mut self, now: i64) {
        self.now.update(Moment { at: now, window: 0 }, 1);
    }

    /// Sets the window's clock, see [`window::moment`].
    pub fn set_window(&mut self, moment: Moment) {
        self.window.update(moment, 1);
    }

    /// Turns a part of every operator's states over to an edition.
    pub fn turn(&mut self, turn: Turn) {
        self.turns.update(turn, 1);
    }

    /// Says when sections are judged.
    pub fn conclude(&mut self, concluding: Concluding) {
        self.concluding.update(concluding, 1);
    }

    /// Moves every input on, those that had nothing too: an idle one would hold up all others.
    pub fn advance_to(&mut self, time: Time) {
        each!(self, input => {
            input.advance_to(time);
            input.flush();
        });
    }
}

/// A graph as one worker holds it.
pub struct Graph {
    /// Its inputs.
    pub inputs: Inputs,
    /// Behind the last operator.
    pub probe: Probe<Time>,
    /// What has come out (worker 0 only).
    pub outbox: Outbox,
    /// The sections, to explain from.
    pub sections: Shared<sections::Section>,
    /// The details, likewise.
    pub details: Shared<details::Section>,
}

type Rows<'scope> = VecCollection<'scope, Time, (Symbol, Row), Diff>;

/// The rows of its project, for each section.
fn project_rows<'scope>(sections: Rows<'scope>, projects: Rows<'scope>) -> Rows<'scope> {
    let belongs = sections.flat_map(|(section, row)| {
        let project = row.kind.is_notice().then(|| row.one(FactKind::Project)).flatten();
        project.map(|project| (project.as_symbol(), section))
    });
    let belongs = kept(belongs, "sections of projects").arrange_by_key_named("sections of projects");
    let projects = kept(projects, "projects").arrange_by_key_named("projects");
    belongs.join_core(projects, |_, section, row| Some((*section, row.clone())))
}

/// A row for each instant that a section or matter waited for and that has passed.
fn timer_rows<'scope>(
    dues: VecCollection<'scope, Time, (Symbol, i64), Diff>,
    now: VecCollection<'scope, Time, Moment, Diff>,
) -> Rows<'scope> {
    window::passed(dues, now).map(|(of, due)| {
        (of, joined(RowKind::Passed, Symbol::NONE, [Fact::number(FactKind::At, due)].into()))
    })
}

/// What the history rules find in the rows that are in force.
fn history<'scope>(
    in_force: VecCollection<'scope, Time, (Symbol, Dated), Diff>,
    rules: &Rulebook<'scope>,
) -> VecCollection<'scope, Time, Published, Diff> {
    let (uses, in_force) = parted(in_force, |(section, dated)| match dated {
        Dated::Use(used) => Ok((section, used)),
        other => Err((section, other)),
    });
    let (rosters, in_force) = parted(in_force, |(section, dated)| match dated {
        Dated::Met(roster, day) => Ok((section, (roster, day))),
        other => Err(other),
    });
    let counts = in_force.flat_map(|dated| match dated {
        Dated::Count(count, ..) => Some(count),
        _ => None,
    });
    let bids =
        uses.clone().flat_map(|(section, used)| used.counted.then_some((section, (used.bidder, used.event))));
    let told = values::shared(uses, rules);
    let (links, shared) = parted(told, |told| match told {
        Told::Link(link) => Ok(link),
        Told::Published(published) => Err(published),
    });
    let rings = rings::rings(links, rules).map(Published::Finding);
    let met = meetings::meetings(rosters, rules).map(Published::Finding);
    let cliques = together::cliques(bids, rules).map(Published::Finding);
    shared.concat(rings).concat(met).concat(cliques).concat(counts::counted(counts, rules))
}

/// Builds the graph on this worker.
pub fn build(worker: &mut Worker, benches: Benches) -> Graph {
    let benches = Rc::new(benches);
    let probe = Probe::new();
    let outbox: Outbox = Rc::default();
    let (inputs, sections, details) = worker.dataflow::<Time, _, _>(|scope| {
        let mut inputs = Inputs {
            sections: InputSession::new(),
            projects: InputSession::new(),
            subjects: InputSession::new(),
            entries: InputSession::new(),
            details: InputSession::new(),
            handled: InputSession::new(),
            dues: InputSession::new(),
            oddities: InputSession::new(),
            now: InputSession::new(),
            window: InputSession::new(),
            turns: InputSession::new(),
            concluding: InputSession::new(),
        };
        let rules = Rulebook { benches: benches.clone(), turns: inputs.turns.to_collection(scope) };
        let sections = inputs.sections.to_collection(scope);
        let projects = inputs.projects.to_collection(scope);
        let subjects = inputs.subjects.to_collection(scope);
        let entries = inputs.entries.to_collection(scope);
        let dues = inputs.dues.to_collection(scope);
        let now = inputs.now.to_collection(scope);

        let records = subjects.clone().filter(|(_, row)| row.kind == RowKind::Party);
        let chains = control::chains(records, benches.symbols().clone());
        let standing = registers::standing(entries, benches.symbols().clone());
        let registered = project_rows(sections.clone(), projects);
        let concerning = sections.clone().concat(registered.clone());
        let known = concern::known(concerning, subjects.concat(chains).concat(standing.clone()));
        let rows = sections.clone().concat(registered).concat(timer_rows(dues, now)).concat(known);
        let (judged, judging) =
            sections::concluded(rows, inputs.concluding.to_collection(scope), benches.clone());
        let (dated, judged) = parted(judged, |(section, output)| match output {
            Output::Dated(dated) => Ok((section, dated)),
            other => Err((section, other)),
        });
        let (published, seldom) = parted(judged, |(section, output)| match output {
            Output::Published(published) => Ok(published),
            other => Err((section, other)),
        });
        let for_details = seldom.clone().flat_map(|(section, output)| match output {
            Output::ForDetails(detail) => Some((section, detail)),
            _ => None,
        });
        let sessions = seldom.clone().flat_map(|(_, output)| match output {
            Output::Session(session) => Some(session),
            _ => None,
        });
        let key_projects = seldom.flat_map(|(_, output)| match output {
            Output::Watched(watched) => Some((watched.subject, Dated::Watched(watched, Day::MIN, None))),
            _ => None,
        });
        let details = inputs.details.to_collection(scope).concat(for_details);
        let (on_details, states) = details::concluded(details, &rules);
        let rooms = rooms::conflicts(sessions, &rules).map(Published::Finding);
        let listed = standing.clone().flat_map(|(subject, row)| watch::listed(subject, &row));
        let entries = standing.flat_map(|(subject, row)| judge::collusion_entry(subject, &row));
        let dated = dated.concat(sections.flat_map(|(_, row)| judge::counts(&row))).concat(entries);
        let clock = inputs.window.to_collection(scope);
        let in_force = window::in_force(dated, clock.clone());
        let found = history(in_force, &rules);

        let all = published.concat(on_details).concat(rooms).concat(found);
        let weighed = watch::weighed(all.clone(), inputs.handled.to_collection(scope), &benches);
        let watched = window::in_force(key_projects.concat(listed).concat(weighed), clock);
        let all = all.concat(watch::list(watched)).concat(inputs.oddities.to_collection(scope));
        deliver(all, outbox.clone()).probe_with(&probe);
        (inputs, judging, states)
    });
    Graph { inputs, probe, outbox, sections, details }
}

/// Brings everything to worker 0 and leaves it in the outbox.
fn deliver<'scope>(
    published: VecCollection<'scope, Time, Published, Diff>,
    outbox: Outbox,
) -> VecCollection<'scope, Time, (), Diff> {
    type Nothing = CapacityContainerBuilder<Vec<((), Time, Diff)>>;
    let to_first = Exchange::new(|_: &(Published, Time, Diff)| 0);
    published
        .inner
        .unary::<Nothing, _, _, _>(to_first, "deliver", move |_, _| {
            move |input, _| {
                input.for_each(|_, batch| outbox.borrow_mut().append(batch));
            }
        })
        .as_collection()
}
