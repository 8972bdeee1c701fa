//! The dataflow graph: how rows become findings. Every operator has a name.
//!
//! ```text
//! sections ──┬──────────────────────────────► facts ─► judge ─┬─► findings, data quality, undecided
//!            ├─ projects ─► join ─────────────►│              ├─► uses ─► window ─► values ─► DEV-12 ─► rings ─► DEV-13
//! parties ─► control chains ─► controllers ───►│              └─► rosters ─► window ─► meetings ─► HIS-02
//! now ─────► timers ──────────────────────────►│
//! ```
//!
//! *Invariants.* Every worker builds the same graph. The facts trace is held only to explain, and its compaction is
//! advanced after every commit by whoever holds it. Output arrives on worker 0.

use crate::facts::Update;
use crate::finding::Published;
use crate::history::control::Record;
use crate::history::values::Told;
use crate::history::{control, meetings, rings, values, window};
use crate::judge::{Bench, Output};
use crate::operators::{Diff, Time};
use crate::row::{Fact, FactKind, Row, RowKind};
use crate::rules::opening_grace;
use crate::symbols::{EventRef, Symbol};
use differential_dataflow::input::InputSession;
use differential_dataflow::operators::arrange::TraceAgent;
use differential_dataflow::trace::implementations::{ValBuilder, ValSpine};
use differential_dataflow::{AsCollection, VecCollection};
use std::cell::RefCell;
use std::rc::Rc;
use timely::container::CapacityContainerBuilder;
use timely::dataflow::channels::pact::Exchange;
use timely::dataflow::operators::generic::operator::Operator;
use timely::dataflow::operators::probe::Handle as Probe;
use timely::worker::Worker;

/// The trace of all facts, by section.
pub type FactsTrace = TraceAgent<ValSpine<Symbol, Row, Time, Diff>>;

/// What comes out of the graph on worker 0, as it comes.
pub type Outbox = Rc<RefCell<Vec<(Published, Time, Diff)>>>;

/// The inputs of the graph.
pub struct Inputs {
    sections: InputSession<Time, (Symbol, Row), Diff>,
    projects: InputSession<Time, (Symbol, Row), Diff>,
    parties: InputSession<Time, (Symbol, Record), Diff>,
    now: InputSession<Time, i64, Diff>,
    window: InputSession<Time, i64, Diff>,
}

impl Inputs {
    /// Feeds one change of a row at the present time.
    pub fn update(&mut self, update: Update, diff: Diff) {
        match update {
            Update::Section(section, row) => self.sections.update((section, row), diff),
            Update::Project(project, row) => self.projects.update((project, row), diff),
            Update::Party(org, record) => self.parties.update((org, record), diff),
        }
    }

    /// Sets the instant that timers go by, µs.
    pub fn set_now(&mut self, now: i64) {
        self.now.update(now, 1);
    }

    /// Sets the window's clock, see [`window::clock`].
    pub fn set_window(&mut self, clock: i64) {
        self.window.update(clock, 1);
    }

    /// Moves every input on, those that had nothing too: an idle one would hold up all others.
    pub fn advance_to(&mut self, time: Time) {
        self.sections.advance_to(time);
        self.projects.advance_to(time);
        self.parties.advance_to(time);
        self.now.advance_to(time);
        self.window.advance_to(time);
        self.sections.flush();
        self.projects.flush();
        self.parties.flush();
        self.now.flush();
        self.window.flush();
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
    /// The facts, to explain from.
    pub facts: FactsTrace,
}

/// The instant for which a section's row asks to be woken.
pub fn due(row: &Row, bench: &Bench) -> Option<i64> {
    if row.kind != RowKind::Section {
        return None;
    }
    let planned = row.one(FactKind::OpeningAt)?.as_number();
    Some(planned + opening_grace(&bench.params.thresholds))
}

type Rows<'scope> = VecCollection<'scope, Time, (Symbol, Row), Diff>;

/// The rows of its project, for each section.
fn project_rows<'scope>(sections: Rows<'scope>, projects: Rows<'scope>) -> Rows<'scope> {
    let belongs = sections.flat_map(|(section, row)| {
        let project = (row.kind == RowKind::Section).then(|| row.one(FactKind::Project)).flatten();
        project.map(|project| (project.as_symbol(), section))
    });
    let belongs = belongs.arrange_by_key_named("sections of projects");
    let projects = projects.arrange_by_key_named("projects");
    belongs.join_core(projects, |_, section, row| Some((*section, row.clone())))
}

/// A row for each instant that a section waited for and that has passed.
fn timer_rows<'scope>(
    sections: Rows<'scope>,
    now: VecCollection<'scope, Time, i64, Diff>,
    bench: Rc<Bench>,
) -> Rows<'scope> {
    let due = sections.flat_map(move |(section, row)| due(&row, &bench).map(|due| (section, due)));
    window::passed(due, now).map(|(section, due)| {
        let facts = [Fact::number(FactKind::At, due)].into();
        let row =
            Row { kind: RowKind::Passed, bidder: Symbol::NONE, at: 0, event: EventRef::default(), facts };
        (section, row)
    })
}

/// Builds the graph on this worker.
pub fn build(worker: &mut Worker, bench: Bench) -> Graph {
    let bench = Rc::new(bench);
    let probe = Probe::new();
    let outbox: Outbox = Rc::default();
    let (inputs, facts) = worker.dataflow::<Time, _, _>(|scope| {
        let mut inputs = Inputs {
            sections: InputSession::new(),
            projects: InputSession::new(),
            parties: InputSession::new(),
            now: InputSession::new(),
            window: InputSession::new(),
        };
        let sections = inputs.sections.to_collection(scope);
        let projects = inputs.projects.to_collection(scope);
        let parties = inputs.parties.to_collection(scope);
        let now = inputs.now.to_collection(scope);
        let window_clock = inputs.window.to_collection(scope);
        let window_days = bench.params.thresholds.window_days;

        let bidding = sections.clone().flat_map(|(section, row)| {
            let bids = matches!(row.kind, RowKind::Submitted | RowKind::Opened);
            bids.then_some((row.bidder, section))
        });
        let facts = sections
            .clone()
            .concat(project_rows(sections.clone(), projects))
            .concat(timer_rows(sections, now, bench.clone()))
            .concat(control::controllers(parties, bidding, bench.symbols.clone()))
            .arrange_by_key_named("facts");
        let trace = facts.trace.clone();

        let judging = bench.clone();
        let judged = facts
            .reduce_abelian::<_, ValBuilder<Symbol, Output, Time, Diff>, ValSpine<Symbol, Output, Time, Diff>, _, _>(
                "judge",
                move |section, rows, outputs| {
                    let present = rows.iter().filter(|(_, diff)| *diff > 0).map(|(row, _)| *row);
                    outputs.extend(judging.outputs(*section, present).into_iter().map(|output| (output, 1)));
                },
                |buffer, key, updates| {
                    buffer.clear();
                    buffer.extend(updates.drain(..).map(|(value, time, diff)| ((*key, value), time, diff)));
                },
            )
            .as_collection(|section, output| (*section, output.clone()));

        let published = judged.clone().flat_map(|(_, output)| match output {
            Output::Published(published) => Some(published),
            _ => None,
        });
        let uses = judged.clone().flat_map(|(section, output)| match output {
            Output::Use(used) => Some((section, used)),
            _ => None,
        });
        let rosters = judged.flat_map(|(section, output)| match output {
            Output::Met(roster, day) => Some((section, (roster, day))),
            _ => None,
        });
        let told = values::shared(window::uses(uses, window_clock.clone(), window_days), bench.clone());
        let links = told.clone().flat_map(|told| match told {
            Told::Link(link) => Some(link),
            Told::Published(_) => None,
        });
        let shared = told.flat_map(|told| match told {
            Told::Published(published) => Some(published),
            Told::Link(_) => None,
        });
        let rings = rings::rings(links, bench.clone()).map(Published::Finding);
        let rosters = window::rosters(rosters, window_clock, window_days);
        let recurrent = meetings::recurrent_winners(rosters, bench.clone()).map(Published::Finding);

        let all = published.concat(shared).concat(rings).concat(recurrent);
        deliver(all, outbox.clone()).probe_with(&probe);
        (inputs, trace)
    });
    Graph { inputs, probe, outbox, facts }
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
