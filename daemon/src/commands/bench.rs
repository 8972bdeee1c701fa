//! `xiezhi bench`: load rate, latency and memory on a simulated history.
//!
//! In one process, without journal and ledger: simulated events are let in by the real door (not timed, its rate is told
//! apart), then driven through the real driver and engine. A latency is the time from the call that takes an event in
//! to the moment its commit is published. What each measure is:
//!
//! | measure | one commit of it |
//! |---|---|
//! | `latency_ms` | a bid event of the days after the history, in order of time, into the sections open then |
//! | `retraction_ms` | one of these bids is taken back |
//! | `large_section_ms`, `hub_ms`, `ring_ms`, `prints_ms`, `long_prints_ms` | see [`hazards`] |
//! | `window_slot_ms` | a sixteenth of a day leaves the window of 730 days and another enters |

mod families;
mod hazards;
mod history;
mod rig;
mod spread;

use super::output::{Output, counted, grouped, unless_pipe_closed};
use crate::config::{EXIT_CODE, Rules, WORKERS_MAX};
use anyhow::Result;
use families::Families;
use history::History;
use rig::{Bid, Rig, memory, section};
use serde::Serialize;
use spread::Spread;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use xiezhi_dataflows::driver::Pace;
use xiezhi_dataflows::event::{Data, Event};
use xiezhi_dataflows::operators::Diff;

/// Most bids of a history: past it the numbers of strings come near their limit and memory past 64 GiB.
const BIDS_MAX: u64 = 50_000_000;
/// Bids taken back.
const RETRACTIONS: usize = 500;
/// Days by which the window is moved, slot by slot.
const WINDOW_DAYS: i32 = 5;

/// `xiezhi bench`
#[derive(clap::Args)]
pub struct Args {
    /// Bids of the history.
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = clap::value_parser!(u64).range(100..=BIDS_MAX))]
    bids: u64,
    /// Seed of the history.
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Worker threads of the engine.
    #[arg(long, value_name = "W", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=WORKERS_MAX as i64))]
    workers: u16,
    /// `all` rules as built in, or a file of rules as for `replay`.
    #[arg(long, value_name = "all|FILE", default_value = "all")]
    rules: String,
    /// Tell how long each operator of the engine worked during the load. Costs some microseconds a commit.
    #[arg(long)]
    operators: bool,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What was measured.
#[derive(Debug, Serialize)]
struct Report {
    bids: u64,
    events: u64,
    sections: u64,
    workers: usize,
    /// Findings that hold after the load.
    findings: Diff,
    load_bids_per_s: u64,
    load_s: f64,
    /// Time on processors during `load_s`: compare it where other programs run beside.
    load_cpu_s: Option<f64>,
    /// The part of `load_s` that takes events in: names to numbers, events to rows. On one thread, before the engine.
    take_s: f64,
    /// The part of `load_s` in which the engine computes.
    compute_s: f64,
    settle_s: f64,
    parsed_events_per_s: u64,
    latency_ms: Spread,
    retraction_ms: Spread,
    large_section_ms: Spread,
    hub_ms: Spread,
    ring_ms: Spread,
    prints_ms: Spread,
    long_prints_ms: Spread,
    window_slot_ms: Spread,
    /// Another edition of the rules put in force over the whole history, and the one before again.
    edition: EditionReport,
    /// What section rules cost, by family.
    families: Families,
    /// Seconds that each operator worked during the load, if asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    operators_s: Option<BTreeMap<String, f64>>,
    /// Memory after load and settling, less what the process had before, a bid.
    rss_bytes_per_bid: u64,
    rss_peak_bytes_per_bid: u64,
}

/// How an edition came into force.
#[derive(Debug, Serialize)]
struct EditionReport {
    /// Sections and matters that it reached.
    reached: usize,
    /// Seconds until it was in force everywhere, with an event after every slice.
    in_force_s: f64,
    /// One slice.
    slice_ms: Spread,
    /// An event meanwhile.
    latency_ms: Spread,
    /// Findings that it added.
    appeared: Diff,
    /// Whether the edition before, put in force again, gave the same findings.
    restored: bool,
}

/// Runs the command.
///
/// # Errors
/// If memory cannot be read or the result cannot be written.
pub fn run(args: &Args) -> Result<ExitCode> {
    let file = (args.rules != "all").then(|| Path::new(&args.rules));
    let rules = match Rules::load(file) {
        Ok(rules) => rules,
        Err(errors) => {
            eprintln!("{errors}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    let report = measure(args, &rules)?;
    let mut out = Output::standard();
    let written = if args.json { out.json(&report) } else { out.line(&table(&report)) };
    unless_pipe_closed(written.and_then(|()| out.finish()).map(|()| ExitCode::SUCCESS))
}

fn measure(args: &Args, rules: &Rules) -> Result<Report> {
    let before = memory()?;
    let mut rig = Rig::start(rules, args.workers.into(), args.operators);
    let mut history = History::new(args.bids, args.seed)?;
    let load = history.load(&mut rig)?;
    let following = history.following(&rig)?;
    let firsts = history.first_day();
    let sampled = std::mem::take(&mut history.sampled);
    drop(history);
    let findings = rig.findings();
    let operators_s = args.operators.then(|| rig.operators_s());
    let loaded = memory()?;
    eprintln!("settling");
    let settle_s = rig.settle();
    let settled = memory()?;
    let per_bid = |bytes: u64, less: u64| bytes.saturating_sub(less) / load.bids.max(1);

    eprintln!("one event a commit");
    let (latency_ms, kept) = following_days(&mut rig, following);
    let retraction_ms = retractions(&mut rig, &kept)?;
    let large_section_ms = hazards::large_section(&mut rig)?;
    let families = families::measure(&rig, &sampled, hazards::LARGE);
    // A small bench is for tests: its hazards are small too.
    let of = |most: u32| most.min(u32::try_from(args.bids / 10).unwrap_or(most));
    let hub_ms = hazards::hub(&mut rig, of(hazards::HUB_BIDDERS))?;
    let ring_ms = hazards::ring(&mut rig, of(hazards::RING_FIRMS))?;
    let prints_ms = hazards::prints(&mut rig, "BENCH-PRINTS", of(600), of(3_000))?;
    let long_prints_ms = hazards::prints(&mut rig, "BENCH-LONG-PRINTS", of(60), of(20_000))?;
    eprintln!("another edition of the rules");
    let edition = edition(&mut rig, rules)?;
    eprintln!("the window moves");
    let window_slot_ms = window(&mut rig, firsts + rules.params.thresholds.window_days as i32);
    let load_s = load.take_s + load.compute_s;
    Ok(Report {
        bids: load.bids,
        events: load.events,
        sections: load.sections,
        workers: args.workers.into(),
        findings,
        load_bids_per_s: (load.bids as f64 / load_s) as u64,
        load_s: rounded(load_s),
        load_cpu_s: load.cpu_s.map(rounded),
        take_s: rounded(load.take_s),
        compute_s: rounded(load.compute_s),
        settle_s: rounded(settle_s),
        parsed_events_per_s: (load.events as f64 / load.parse_s) as u64,
        latency_ms,
        retraction_ms,
        large_section_ms,
        hub_ms,
        ring_ms,
        prints_ms,
        long_prints_ms,
        window_slot_ms,
        edition,
        families,
        operators_s,
        rss_bytes_per_bid: per_bid(settled.now, before.now),
        rss_peak_bytes_per_bid: per_bid(loaded.peak, before.now),
    })
}

/// Puts an edition with shorter runs of prices in force, with an event after every slice, and then the one before
/// again.
fn edition(rig: &mut Rig, rules: &Rules) -> Result<EditionReport> {
    let mut other = rules.params.clone();
    other.thresholds.run_min -= 1;
    other.thresholds.cv_max_permille *= 2;
    let (before, held) = (rig.findings(), rig.fingerprint());
    let announced = rig.made(&section("BENCH-MEANWHILE"))?;
    rig.take(&[announced]);
    let meanwhile = rig.findings() - before;
    let began = std::time::Instant::now();
    let (mut slice_ms, mut latency_ms) = (Vec::new(), Vec::new());
    rig.publish(other);
    let reached = rig.turning();
    while let Some(ms) = rig.turn() {
        slice_ms.push(ms);
        let submitted = rig.made(&Bid::of("BENCH-MEANWHILE", 0).mac("BENCHMEANWHILE").submitted())?;
        latency_ms.push(rig.take(std::slice::from_ref(&submitted)));
        rig.remember(&submitted);
        // Taken back at once: the section stays as small as it was.
        let retraction = rig.retraction(&submitted)?;
        rig.take(&[retraction]);
    }
    let in_force_s = began.elapsed().as_secs_f64();
    let appeared = rig.findings() - before - meanwhile;
    rig.publish(rules.params.clone());
    while rig.turn().is_some() {}
    Ok(EditionReport {
        reached,
        in_force_s: rounded(in_force_s),
        slice_ms: Spread::of(slice_ms),
        latency_ms: Spread::of(latency_ms),
        appeared,
        restored: rig.findings() - meanwhile == before && rig.fingerprint() == held,
    })
}

/// Takes the days after the history in, an event a commit; gives the bids' latencies and some bids to take back.
fn following_days(rig: &mut Rig, events: Vec<Event>) -> (Spread, Vec<Event>) {
    let (mut taken_ms, mut kept) = (Vec::new(), Vec::new());
    for event in events {
        rig.pass(event.time.0, Pace::Service);
        let ms = rig.take(std::slice::from_ref(&event));
        match event.data {
            Data::BidSubmitted(_) => {
                taken_ms.push(ms);
                kept.push(event);
            }
            Data::BidOpened(_) => taken_ms.push(ms),
            _ => {}
        }
    }
    // From all over these days, not the last ones only.
    let every = (kept.len() / RETRACTIONS).max(1);
    (Spread::of(taken_ms), kept.into_iter().step_by(every).take(RETRACTIONS).collect())
}

fn retractions(rig: &mut Rig, bids: &[Event]) -> Result<Spread> {
    let mut taken_ms = Vec::new();
    for bid in bids {
        let retraction = rig.retraction(bid)?;
        rig.remember(bid);
        taken_ms.push(rig.take(&[retraction]));
    }
    Ok(Spread::of(taken_ms))
}

/// Moves the window on past the thin first week of the history, and then by whole days of it.
fn window(rig: &mut Rig, full_day: i32) -> Spread {
    let today = rig.today().max(full_day + 8);
    rig.pass(rig::noon(today), Pace::Jump);
    let mut moved_ms = Vec::new();
    for day in 1..=WINDOW_DAYS {
        moved_ms.extend(rig.pass(rig::noon(today + day), Pace::Service));
    }
    Spread::of(moved_ms)
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}

fn table(report: &Report) -> String {
    let spread = |name: &str, spread: &Spread| {
        let Spread { p50, p99, max, count } = spread;
        format!("{name:<18} {p50:>9.3} {p99:>9.3} {max:>9.3}   {:>9}\n", grouped(*count))
    };
    let mut text = format!(
        "{} in {} of {}, {} hold; {} on {}\n",
        counted(report.bids, "bid"),
        counted(report.events, "event"),
        counted(report.sections, "section"),
        counted(report.findings.unsigned_abs() as u64, "finding"),
        "all in one process, no journal",
        counted(report.workers as u64, "worker"),
    );
    text += &format!(
        "load    {} bids/s: {:.1} s, of which {:.1} s taking in and {:.1} s computing; settled in {:.1} s\n",
        grouped(report.load_bids_per_s),
        report.load_s,
        report.take_s,
        report.compute_s,
        report.settle_s
    );
    if let Some(load_cpu_s) = report.load_cpu_s {
        let rate = report.bids as f64 / load_cpu_s;
        text += &format!(
            "        {load_cpu_s:.1} s on processors: {} bids/s with nothing beside\n",
            grouped(rate as u64)
        );
    }
    text += &format!("parse   {} events/s (not in the load)\n", grouped(report.parsed_events_per_s));
    text += &format!(
        "memory  {} bytes a bid settled, {} at the peak\n\n",
        grouped(report.rss_bytes_per_bid),
        grouped(report.rss_peak_bytes_per_bid)
    );
    text += &format!("{:<18} {:>9} {:>9} {:>9}   {:>9}\n", "ms a commit", "p50", "p99", "max", "commits");
    text += &spread("bid", &report.latency_ms);
    text += &spread("retraction", &report.retraction_ms);
    text += &spread("large section", &report.large_section_ms);
    text += &spread("hub", &report.hub_ms);
    text += &spread("ring", &report.ring_ms);
    text += &spread("prints", &report.prints_ms);
    text += &spread("long prints", &report.long_prints_ms);
    text += &spread("window slot", &report.window_slot_ms);
    text += &spread("edition's slice", &report.edition.slice_ms);
    text += &spread("bid meanwhile", &report.edition.latency_ms);
    let EditionReport { reached, in_force_s, appeared, restored, .. } = &report.edition;
    let again = if *restored { "the same findings" } else { "OTHER findings" };
    text += &families_table(report);
    text += &format!(
        "\nan edition in force over {} in {in_force_s:.1} s, {} more; the one before, again: {again}\n",
        counted(*reached as u64, "section"),
        counted(appeared.unsigned_abs() as u64, "finding"),
    );
    text.truncate(text.trim_end().len());
    text
}

/// What families of rules and operators cost, the dearest first.
fn families_table(report: &Report) -> String {
    let mut text = String::from("\n\u{b5}s a judgement       usual     large\n");
    for (family, usual) in dearest_first(&report.families.usual_us) {
        let large = report.families.large_us.get(family).copied().unwrap_or_default();
        text += &format!("{family:<18} {usual:>9.2} {large:>9.1}\n");
    }
    if let Some(operators_s) = &report.operators_s {
        text += "\ns in the load\n";
        for (operator, s) in dearest_first(operators_s) {
            text += &format!("{operator:<18} {s:>9.3}\n");
        }
    }
    text
}

fn dearest_first(times: &BTreeMap<String, f64>) -> Vec<(&str, f64)> {
    let mut times: Vec<_> = times.iter().map(|(name, time)| (name.as_str(), *time)).collect();
    times.sort_by(|a, b| b.1.total_cmp(&a.1));
    times
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context, ensure};

    #[test]
    fn a_small_bench_measures_everything() -> Result<()> {
        let args =
            Args { bids: 2_000, seed: 1, workers: 1, rules: "all".to_owned(), operators: true, json: true };
        let report = measure(&args, &Rules::default())?;
        assert_eq!(report.bids, 2_000);
        ensure!(report.events > report.bids && report.sections > 100, "{report:?}");
        for spread in [
            &report.latency_ms,
            &report.retraction_ms,
            &report.large_section_ms,
            &report.hub_ms,
            &report.ring_ms,
            &report.prints_ms,
            &report.long_prints_ms,
            &report.window_slot_ms,
            &report.edition.slice_ms,
            &report.edition.latency_ms,
        ] {
            ensure!(spread.count > 0 && spread.p50 > 0.0, "{report:?}");
            ensure!(spread.p50 <= spread.p99 && spread.p99 <= spread.max, "{report:?}");
        }
        ensure!(report.findings > 0 && report.load_bids_per_s > 0, "{report:?}");
        ensure!(report.edition.appeared > 0 && report.edition.restored, "{report:?}");
        for times in [&report.families.usual_us, &report.families.large_us] {
            ensure!(times["dossier"] > 0.0 && times["device"] > 0.0 && times["price"] > 0.0, "{report:?}");
        }
        let operators_s = report.operators_s.as_ref().context("operators were asked for")?;
        ensure!(operators_s["judge"] > 0.0 && operators_s["values"] > 0.0, "{report:?}");
        let line = serde_json::to_string(&report)?;
        ensure!(line.contains("\"latency_ms\":{\"p50\":"), "{line}");
        ensure!(table(&report).contains("window slot"), "a table");
        Ok(())
    }
}
