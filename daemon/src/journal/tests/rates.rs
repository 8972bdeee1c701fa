//! How fast is it? Measured on demand: `cargo test --release rates -- --ignored --nocapture`.
//!
//! On a machine shared with others the wall clock measures the others; the processor time beside it is ours alone.

use super::{NOW, full_event, open};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

fn quantile(times: &mut [Duration], part: f64) -> Duration {
    times.sort_unstable();
    times[((times.len() - 1) as f64 * part) as usize]
}

/// Processor time of this thread, as Linux counts it.
fn cpu_time() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(counted.split_whitespace().next().unwrap().parse().unwrap())
}

#[test]
#[ignore = "a measurement, not a check"]
fn rates() {
    let parent = std::env::var("XIEZHI_RATES_DIR").unwrap_or_else(|_| ".".into());
    let dir = tempfile::tempdir_in(parent).unwrap();
    let mut journal = open(dir.path());
    for (batch_size, batches) in [(1_u64, 5_000_u64), (100, 500), (1_000, 950)] {
        let (mut appends, mut idles, mut cpu) = (Vec::new(), Vec::new(), Duration::ZERO);
        for _ in 0..batches {
            let last = journal.last();
            let batch: Vec<_> = (last.seq..last.seq + batch_size).map(full_event).collect();
            let (start, cpu_start) = (Instant::now(), cpu_time());
            journal.append(last.commit + 1, NOW, &batch, &[]).unwrap();
            appends.push(start.elapsed());
            cpu += cpu_time() - cpu_start;
            let start = Instant::now();
            journal.maintain().unwrap();
            idles.push(start.elapsed());
        }
        let total: Duration = appends.iter().sum::<Duration>() + idles.iter().sum::<Duration>();
        println!(
            "append {batch_size}: p50 {:?}, p99 {:?}, max {:?}; processor mean {:?}; maintain p99 {:?}, max {:?}; {:.0} events/s in all",
            quantile(&mut appends, 0.5),
            quantile(&mut appends, 0.99),
            quantile(&mut appends, 1.0),
            cpu / u32::try_from(batches).unwrap(),
            quantile(&mut idles, 0.99),
            quantile(&mut idles, 1.0),
            (batch_size * batches) as f64 / total.as_secs_f64(),
        );
    }
    journal.close().unwrap();
    let start = Instant::now();
    let journal = open(dir.path());
    println!("open: {:?}", start.elapsed());
    let (start, cpu_start) = (Instant::now(), cpu_time());
    let (mut entries, mut bytes) = (0_u64, 0);
    let end = journal.for_each(0, |entry| {
        entries += 1;
        bytes += entry.body.len();
        ControlFlow::<()>::Continue(())
    });
    assert_eq!(end.unwrap(), ControlFlow::Continue(()));
    let (seconds, cpu_seconds) = (start.elapsed().as_secs_f64(), (cpu_time() - cpu_start).as_secs_f64());
    let (rate, cpu_rate) = (entries as f64 / seconds, entries as f64 / cpu_seconds);
    println!(
        "stream: {entries} entries, {bytes} bytes of bodies, {rate:.0}/s, {cpu_rate:.0}/s of processor time"
    );
    let start = Instant::now();
    for number in (0..entries).step_by(97) {
        let name = full_event(number);
        assert!(journal.body(&name.source, &name.id).unwrap().is_some());
    }
    println!("body: {:?} each", start.elapsed() / u32::try_from(entries.div_ceil(97)).unwrap());
    let size = dir.path().join("journal.db").metadata().unwrap().len();
    println!("size: {} bytes an entry", size / entries);
}
