//! The engine: worker threads that run the graph, fed by commits and answering in commits.
//!
//! One thread (or several) owns the dataflow and does nothing else; everything around it talks to it through
//! bounded channels. Time is the commit's number.
//!
//! *Invariants.*
//! 1. Commits are fed in growing time; what comes out for a commit is published once, summed up, when the
//!    frontier has passed it, and in order.
//! 2. The queue of commits is bounded: when the engine lags, [`Engine::feed`] blocks, and so ingest stops draining.
//! 3. The worker thread never blocks on anything but its own park, and never panics and lives on: the binary is
//!    built to abort on panic, and [`Engine::progress`] lets a watchdog see a frontier that does not move.

use crate::deadlines::DueChange;
use crate::details;
use crate::editions::{Editions, Turn};
use crate::facts::Update;
use crate::finding::Published;
use crate::graph::{self, Graph};
use crate::judge::{self, Benches};
use crate::meter::Meter;
use crate::operators::{Concluding, Diff, Kept, Moment, Shared, Time};
use crate::params::Params;
use crate::row::Row;
use crate::rules::{Conclusions, Judged};
use crate::sections;
use crate::symbols::{Symbol, Symbols};
use differential_dataflow::consolidation::consolidate;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, TryRecvError, channel, sync_channel};
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;
use timely::communication::allocator::generic::AllocatorBuilder;
use timely::worker::Worker;
use timely::{CommunicationConfig, WorkerConfig};

/// How many commits may wait for the engine. Ingest blocks past it: a quarter of a second's work at full load,
/// enough to keep the engine busy and little enough to answer "try again" early.
pub const QUEUE_COMMITS: usize = 64;

/// How many commits a worker takes from the queue before it looks after the dataflow.
const TAKE_COMMITS: usize = 16;

/// The longest time an idle worker sleeps before it looks around: an upper bound on a missed wake-up.
const PARK: Duration = Duration::from_millis(50);

/// How much merging one idle step may do while the debt of a bulk load is settled.
const SETTLE_EFFORT: usize = 100_000_000;

/// One commit: changes of rows and of the clocks, all at one time.
#[derive(Debug, Default)]
pub struct Commit {
    /// The commit's number; greater than all before.
    pub time: Time,
    /// Changes of rows.
    pub updates: Vec<(Update, Diff)>,
    /// Changes of the instants that sections and matters wait for.
    pub dues: Vec<DueChange>,
    /// The new instant for timers, µs.
    pub now: Option<i64>,
    /// Rows about single events that begin (+) and end (−) to hold.
    pub oddities: Vec<(Published, Diff)>,
    /// A part of the operators' states that turns to another edition of the rules.
    pub turn: Option<Turn>,
    /// The new value of the window's clock.
    pub window: Option<Moment>,
    /// When sections are judged, if that changes.
    pub concluding: Option<Concluding>,
}

/// What a commit changed, summed up and sorted.
#[derive(Debug)]
pub struct Change {
    /// The commit's number.
    pub time: Time,
    /// What began (+) and ended (−) to hold.
    pub changes: Vec<(Published, Diff)>,
}

/// Every rule's outcome on one section, history rules apart.
pub struct Explanation {
    /// Outcomes, in the order of the catalogue.
    pub outcomes: Vec<Judged>,
    /// The findings, as they hold.
    pub conclusions: Conclusions,
    /// The parameters that it is judged by.
    pub params: Arc<Params>,
    /// The source system that the section's data came from.
    pub source: Symbol,
    /// Who bids, sorted by number.
    pub bidders: Vec<Symbol>,
    /// The section's rows.
    pub rows: Vec<Row>,
}

/// Is told when the first worker has nothing to do, and when it has again.
pub type Idle = dyn Fn(bool) + Send + Sync;

/// Who watches an engine; nobody by default.
#[derive(Clone, Default)]
pub struct Watchers {
    /// How long each operator works.
    pub meter: Option<Meter>,
    /// How many rows each operator keeps.
    pub kept: Option<Kept>,
    /// When the first worker is idle.
    pub idle: Option<Arc<Idle>>,
}

enum Command {
    Commit(Commit),
    Settle(Time, Sender<()>),
    Fail,
    Stall,
}

/// A question to all workers; the one that holds the section answers.
struct Question {
    section: Symbol,
    answer: Sender<Option<Explanation>>,
}

/// A running engine.
pub struct Engine {
    commands: Option<SyncSender<Command>>,
    questions: Vec<(Sender<Question>, Arc<OnceLock<Thread>>)>,
    published: Arc<AtomicU64>,
    main: Option<JoinHandle<()>>,
}

/// What one worker is given at its start.
struct Ends {
    commands: Option<Receiver<Command>>,
    changes: Option<Sender<Change>>,
    questions: Receiver<Question>,
    thread: Arc<OnceLock<Thread>>,
}

impl Engine {
    /// Starts `workers` threads (at least one) and gives the receiver of what each commit changed.
    ///
    /// # Panics
    /// If threads cannot be started: there is nothing to run without them.
    pub fn start(
        workers: usize,
        editions: Arc<Editions>,
        symbols: Arc<Symbols>,
    ) -> (Engine, Receiver<Change>) {
        Engine::watched(workers, editions, symbols, Watchers::default())
    }

    /// As [`start`](Engine::start), with somebody who watches.
    ///
    /// # Panics
    /// Likewise.
    pub fn watched(
        workers: usize,
        editions: Arc<Editions>,
        symbols: Arc<Symbols>,
        watchers: Watchers,
    ) -> (Engine, Receiver<Change>) {
        let workers = workers.max(1);
        let (commands, command_end) = sync_channel(QUEUE_COMMITS);
        let (changes, change_end) = channel();
        let (mut command_end, mut changes) = (Some(command_end), Some(changes));
        let (mut ends, mut questions) = (Vec::new(), Vec::new());
        for _ in 0..workers {
            let (sender, receiver) = channel();
            let thread = Arc::new(OnceLock::new());
            questions.push((sender, thread.clone()));
            let (commands, changes) = (command_end.take(), changes.take());
            ends.push(std::sync::Mutex::new(Some(Ends { commands, changes, questions: receiver, thread })));
        }
        let published = Arc::new(AtomicU64::new(0));
        let watermark = published.clone();
        let body = move || run(workers, editions, symbols, ends, watermark, watchers);
        let main = std::thread::Builder::new().name("engine".to_owned()).spawn(body);
        let main = main.expect("the engine's thread starts");
        (Engine { commands: Some(commands), questions, published, main: Some(main) }, change_end)
    }

    /// Feeds a commit; blocks while the queue is full.
    ///
    /// # Panics
    /// If the engine has stopped, which it only does when told to.
    pub fn feed(&self, commit: Commit) {
        self.send(Command::Commit(commit));
    }

    /// Settles the merge debt that a bulk load leaves, or the first commits of service would pay it. `time` is a commit's
    /// number of its own: arrangements merge only when something is scheduled. Returns when all that was fed is
    /// published and the arrangements are merged.
    pub fn settle(&self, time: Time) {
        let (done, wait) = channel();
        self.send(Command::Settle(time, done));
        wait.recv().ok();
    }

    /// Makes a worker panic, as a fault in an operator would: for tests of what comes after.
    pub fn fail(&self) {
        self.send(Command::Fail);
    }

    /// Makes a worker stand still for ever, as one that waits for what never comes: likewise.
    pub fn stall(&self) {
        self.send(Command::Stall);
    }

    /// The time before which everything has been published.
    pub fn progress(&self) -> Time {
        self.published.load(Ordering::Acquire)
    }

    /// Every section rule's outcome on a section, by the same function and rows as the judgement's.
    pub fn explain(&self, section: Symbol) -> Option<Explanation> {
        let (answer, answers) = channel();
        for (question, thread) in &self.questions {
            question.send(Question { section, answer: answer.clone() }).ok()?;
            thread.get().map(Thread::unpark);
        }
        drop(answer);
        answers.iter().flatten().next()
    }

    fn send(&self, command: Command) {
        let commands = self.commands.as_ref().expect("the queue is there until the engine is dropped");
        commands.send(command).expect("the engine runs until it is dropped");
        self.questions[0].1.get().map(Thread::unpark);
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.commands = None;
        for (_, thread) in &self.questions {
            thread.get().map(Thread::unpark);
        }
        if let Some(main) = self.main.take() {
            // A worker that panicked has aborted the binary; in tests its message is on the screen already.
            main.join().ok();
        }
    }
}

static EFFORT: AtomicUsize = AtomicUsize::new(0);

/// Merging while idle, only while [`EFFORT`] asks for it: in service it would delay events.
fn worker_config() -> WorkerConfig {
    use differential_dataflow::trace::ExertionLogic;
    let logic: ExertionLogic = Arc::new(|levels: &[(usize, usize, usize)]| {
        let effort = EFFORT.load(Ordering::Relaxed);
        let unmerged = levels.iter().any(|(_, batches, _)| *batches > 1)
            || levels.iter().filter(|(_, _, length)| *length > 0).count() > 1;
        (effort > 0 && unmerged).then_some(effort)
    });
    let mut config = WorkerConfig::default();
    config.set::<ExertionLogic>("differential/default_exert_logic".to_owned(), logic);
    config
}

fn run(
    workers: usize,
    editions: Arc<Editions>,
    symbols: Arc<Symbols>,
    ends: Vec<std::sync::Mutex<Option<Ends>>>,
    published: Arc<AtomicU64>,
    watchers: Watchers,
) {
    let communication =
        if workers == 1 { CommunicationConfig::Thread } else { CommunicationConfig::Process(workers) };
    let (builders, guard): (Vec<AllocatorBuilder>, _) =
        communication.try_build().expect("worker threads within one process need no sockets");
    let guards = timely::execute::execute_from(builders, guard, worker_config(), move |worker| {
        let end = ends[worker.index()].lock().ok().and_then(|mut end| end.take());
        let end = end.expect("each worker takes its own ends once");
        watchers.meter.iter().for_each(|meter| meter.watch(worker));
        watchers.kept.iter().for_each(|kept| kept.watch(worker));
        let benches = || Benches::new(editions.clone(), symbols.clone());
        serve(worker, benches(), benches(), end, &published, watchers.idle.as_deref());
    });
    drop(guards);
}

/// One worker's life.
fn serve(
    worker: &mut Worker,
    benches: Benches,
    asking: Benches,
    ends: Ends,
    published: &AtomicU64,
    idle: Option<&Idle>,
) {
    ends.thread.set(std::thread::current()).ok();
    let Graph { inputs, probe, outbox, sections, details } = graph::build(worker, benches);
    let mut this = Serving {
        inputs: Some(inputs),
        probe,
        outbox,
        sections,
        details,
        pending: BTreeMap::new(),
        last: 0,
        done: 0,
        settling: Vec::new(),
        asking,
    };
    let Some(commands) = ends.commands else {
        // Only the first worker feeds; an input that stays open would hold the frontier back.
        this.inputs = None;
        while worker.step_or_park(Some(PARK)) {
            this.answer(&ends.questions);
        }
        return;
    };
    let changes = ends.changes.expect("the first worker publishes");
    // From here on "nothing fed" is "nothing to do": inputs that stand at the beginning would look like a lag.
    this.inputs.iter_mut().for_each(|inputs| inputs.advance_to(1));
    loop {
        if !this.take(&commands) {
            break;
        }
        if this.lags() {
            worker.step();
        } else if this.settling.is_empty() {
            idle.iter().for_each(|idle| idle(true));
            worker.step_or_park(Some(PARK));
            idle.iter().for_each(|idle| idle(false));
        } else {
            this.settle(worker);
        }
        this.publish(&changes, published);
        this.answer(&ends.questions);
    }
    this.inputs = None;
    while worker.step_or_park(Some(PARK)) {
        this.publish(&changes, published);
    }
    this.publish(&changes, published);
}

struct Serving {
    inputs: Option<graph::Inputs>,
    probe: timely::dataflow::operators::probe::Handle<Time>,
    outbox: graph::Outbox,
    sections: Shared<sections::Section>,
    details: Shared<details::Section>,
    /// What has come out for commits that are not complete.
    pending: BTreeMap<Time, Vec<(Published, Diff)>>,
    /// The last commit fed.
    last: Time,
    /// The last commit published.
    done: Time,
    settling: Vec<(Time, Sender<()>)>,
    asking: Benches,
}

impl Serving {
    fn lags(&self) -> bool {
        self.probe.less_than(&(self.last + 1))
    }

    /// Takes waiting commands; false when the engine is to stop.
    fn take(&mut self, commands: &Receiver<Command>) -> bool {
        let Some(inputs) = &mut self.inputs else { return false };
        for _ in 0..TAKE_COMMITS {
            match commands.try_recv() {
                Ok(Command::Commit(commit)) => {
                    assert!(commit.time > self.last, "commit {} after {}", commit.time, self.last);
                    inputs.advance_to(commit.time);
                    commit.now.into_iter().for_each(|now| inputs.set_now(now));
                    commit.window.into_iter().for_each(|moment| inputs.set_window(moment));
                    commit.concluding.into_iter().for_each(|concluding| inputs.conclude(concluding));
                    commit.turn.into_iter().for_each(|turn| inputs.turn(turn));
                    for (row, diff) in commit.oddities {
                        inputs.oddity(row, diff);
                    }
                    for (of, due, diff) in commit.dues {
                        inputs.due(of, due, diff);
                    }
                    for (update, diff) in commit.updates {
                        inputs.update(update, diff);
                    }
                    self.last = commit.time;
                    inputs.advance_to(self.last + 1);
                }
                Ok(Command::Settle(time, done)) => {
                    assert!(time > self.last, "commit {time} after {}", self.last);
                    self.settling.push((time, done));
                    return true;
                }
                Ok(Command::Fail) => panic!("a worker was told to fail"),
                Ok(Command::Stall) => loop {
                    std::thread::park();
                },
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        true
    }

    /// Merges until nothing is left to merge, then tells those who wait.
    fn settle(&mut self, worker: &mut Worker) {
        EFFORT.store(SETTLE_EFFORT, Ordering::Relaxed);
        for (time, done) in self.settling.drain(..) {
            if let Some(inputs) = &mut self.inputs {
                inputs.advance_to(time + 1);
            }
            self.last = time;
            // Each scheduling merges at least one level of an arrangement; there are at most 64 levels.
            for _ in 0..64 {
                worker.step();
            }
            done.send(()).ok();
        }
        EFFORT.store(0, Ordering::Relaxed);
    }

    fn publish(&mut self, changes: &Sender<Change>, published: &AtomicU64) {
        for (output, time, diff) in self.outbox.borrow_mut().drain(..) {
            self.pending.entry(time).or_default().push((output, diff));
        }
        if self.done == self.last && self.pending.is_empty() {
            return;
        }
        let complete = self.probe.with_frontier(|f| f.first().copied()).unwrap_or(self.last + 1);
        while let Some(first) = self.pending.first_entry().filter(|first| *first.key() < complete) {
            let (time, mut outputs) = first.remove_entry();
            consolidate(&mut outputs);
            // The receiver may have gone at shutdown; what it missed is found again by replay.
            changes.send(Change { time, changes: outputs }).ok();
        }
        let done = complete.saturating_sub(1).min(self.last);
        if done > self.done {
            self.done = done;
            published.store(complete, Ordering::Release);
            changes.send(Change { time: done, changes: Vec::new() }).ok();
        }
    }

    fn answer(&self, questions: &Receiver<Question>) {
        for question in questions.try_iter() {
            let explanation = self.explain(question.section);
            question.answer.send(explanation).ok();
        }
    }

    fn explain(&self, section: Symbol) -> Option<Explanation> {
        let sections = self.sections.borrow();
        let rows = sections.get(&section)?.rows();
        let mut conclusions = Conclusions::explaining();
        let judge::Explained { mut outcomes, terms, params, bidders } =
            self.asking.explain(section, rows.clone(), &mut conclusions)?;
        let nothing = details::Section::default();
        let states = self.details.borrow();
        let details = states.get(&section).unwrap_or(&nothing);
        outcomes.extend(details.explain(&params, &mut conclusions));
        outcomes.sort_by_key(|judged| judged.rule);
        let rows = rows.cloned().collect();
        Some(Explanation { outcomes, conclusions, params, source: terms.source, bidders, rows })
    }
}
