//! `xiezhi demo`: the daemon over a simulated trading venue, at high speed.
//!
//! Some weeks of history are taken in as fast as they can be, then one busy day is played; alerts appear as they would in
//! service. Afterwards the daemon keeps serving, and the summary says what was planted, what was found and where to look. Data lie in
//! a folder of their own that goes with the demo.

use crate::api::token_path;
use crate::clock::Clock;
use crate::host::Host;
use crate::ledger::{Reader, Summary};
use crate::metrics::Metrics;
use crate::service::{Item, Keeping, Links, NoticeSink, Receipt, Service, Setup};
use anyhow::{Context, bail};
use std::collections::BTreeSet;
use std::io::{IsTerminal, Write};
use std::iter::Peekable;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use xiezhi_alerts::deliver::Channels;
use xiezhi_alerts::message::NoticeShown;
use xiezhi_alerts::{Language, text};
use xiezhi_dataflows::normalise::{self, Placeholders};
use xiezhi_dataflows::params::Params;
use xiezhi_dataflows::rules::Rule;
use xiezhi_simulator::{Settings, SimEvent, Truth, Venue};

/// Play a simulated trading day through the real daemon.
#[derive(clap::Args)]
pub struct Args {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8700", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Another seed is another venue.
    #[arg(long, default_value_t = 2)]
    seed: u64,
    /// Days of history before the day that is played.
    #[arg(long, default_value_t = 31)]
    history_days: u32,
    /// How long the day that is played takes, seconds.
    #[arg(long, default_value_t = 20)]
    seconds: u32,
    /// End after the summary instead of serving on.
    #[arg(long)]
    once: bool,
}

/// What of the log belongs on the screen: not that the duty list of the example names channels which a demo has not.
const LOG: &str = "warn,xiezhi::service::dispatcher=error";

/// How many events are submitted at once while the history is taken in.
const BATCH_EVENTS: usize = 500;

/// The played day runs from 08:00 to 18:00 local time; what lies outside comes at its ends.
const DAY_HOURS: std::ops::Range<i64> = 8..18;

/// How long to wait until the last commit's findings are in the ledger, before something is said about them.
const BREATH: Duration = Duration::from_millis(400);

/// How far events may be ahead of the played clock, minutes: a day is played at most at once.
const MINUTES_OF_DAY: u32 = 24 * 60;
/// How often the clock of the played day moves.
const TICK: Duration = Duration::from_millis(50);

/// What the terminal shows of the notices.
struct Screen {
    playing: Arc<AtomicBool>,
    seen: Arc<AtomicU64>,
    started: Instant,
    colour: bool,
}

impl NoticeSink for Screen {
    fn name(&self) -> &'static str {
        "demo"
    }

    fn send(&mut self, notice: &NoticeShown) {
        let first = self.seen.fetch_add(1, Ordering::Relaxed) == 0;
        let alert = &notice.alert;
        if first {
            println!(
                "{}  第一条预警 first alert after {:.1} s: {}",
                fresh_line(),
                self.started.elapsed().as_secs_f64(),
                alert.title_zh
            );
        } else if self.playing.load(Ordering::Relaxed) {
            let (on, off) = match (self.colour, alert.level.as_str()) {
                (false, _) => ("", ""),
                (_, "red") => ("\x1b[31m", "\x1b[0m"),
                (_, "orange") => ("\x1b[33m", "\x1b[0m"),
                _ => ("\x1b[93m", "\x1b[0m"),
            };
            let time = notice.at.get(11..16).unwrap_or_default();
            let brief = text::brief(notice, None, Language::Chinese);
            let (head, rest) = brief.split_once('\n').unwrap_or((brief.as_str(), ""));
            let rest = rest.replace('\n', "\n        ");
            println!("{}  {time} {on}{head}{off}\n        {rest}", fresh_line());
        }
    }
}

/// Takes the line of progress away; nothing where there is none, as nobody watches.
fn fresh_line() -> &'static str {
    if std::io::stdout().is_terminal() { "\r\x1b[K" } else { "" }
}

/// A line that is written over again; nothing where nobody watches.
fn progress(text: &str) {
    if std::io::stdout().is_terminal() {
        print!("{}  {text}", fresh_line());
        std::io::stdout().flush().ok();
    }
}

/// Runs the demo.
///
/// # Errors
/// If the daemon cannot start or a part of it fails.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    super::log_to_stderr(LOG);
    let data_dir = std::env::temp_dir().join(format!("xiezhi-demo-{}", std::process::id()));
    std::fs::create_dir_all(&data_dir).with_context(|| format!("cannot make {}", data_dir.display()))?;
    let done = super::runtime()?.block_on(play(args, &data_dir));
    std::fs::remove_dir_all(&data_dir).ok();
    done
}

async fn play(args: &Args, data_dir: &Path) -> anyhow::Result<ExitCode> {
    let settings = Settings {
        seed: args.seed,
        days: args.history_days + 1,
        bids_per_day: 120,
        scheme_share: 0.3,
        ..Settings::default()
    };
    let mut days = Venue::new(settings).context("the simulated venue")?.peekable();
    let beginning = days.peek().and_then(|day| day.events.first()).map_or(0, |event| event.at);
    let (playing, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clock = Clock::set_at(beginning);
    let metrics = Arc::new(Metrics::new().context("the metrics")?);
    let screen = Screen {
        playing: playing.clone(),
        seen: seen.clone(),
        started: Instant::now(),
        colour: std::io::stdout().is_terminal(),
    };
    println!(
        "獬豸 Xiezhi · 演示 demo: a simulated trading venue, played through the real daemon (seed {}).",
        args.seed
    );
    let mut params = Params::default();
    // A batch of a day's events comes before the played clock does: that they are ahead of it says nothing.
    params.thresholds.future_minutes = MINUTES_OF_DAY;
    let setup = Setup {
        data_dir: data_dir.to_owned(),
        workers: 1,
        params,
        duty_list: Some(toml::from_str(DUTIES).context("the duty list of the demo")?),
        placeholders: Placeholders::default(),
        clock: clock.clone(),
        sink: Box::new(screen),
        channels: Channels::default(),
        links: Links::default(),
        metrics: metrics.clone(),
        keeping: Keeping::default(),
        algorithm: None,
    };
    let host = Host::start(args.listen, setup).await?;
    let player = Player { service: host.service().clone(), clock, truth: Vec::new(), events: 0 };
    let seconds = args.seconds;
    let playing_all = tokio::task::spawn_blocking(move || player.play(days, seconds, &playing));
    let played = tokio::select! {
        played = playing_all => played.context("the player")??,
        waited = host.wait() => { host.stop().await.ok(); waited?; bail!("stopped before the day was over") }
    };
    tokio::time::sleep(BREATH).await;
    summarise(&played, data_dir, &metrics)?;
    if !args.once {
        tell_where_to_look(data_dir, host.address);
        host.wait().await?;
    }
    host.stop().await?;
    Ok(ExitCode::SUCCESS)
}

/// Who answers for what in the demo: the example that is shipped.
const DUTIES: &str = include_str!("../../../deploy/duties.toml");

/// Plays events into the service.
struct Player {
    service: Arc<Service>,
    clock: Clock,
    truth: Vec<Truth>,
    events: usize,
}

/// What was played.
struct Played {
    truth: Vec<Truth>,
    events: usize,
    history: (usize, Duration),
}

impl Player {
    fn play(
        mut self,
        mut days: Peekable<Venue>,
        seconds: u32,
        playing: &AtomicBool,
    ) -> anyhow::Result<Played> {
        let started = Instant::now();
        while let Some(mut day) = days.next() {
            self.truth.append(&mut day.truth);
            if days.peek().is_some() {
                progress(&format!("历史 history: {} · {} events", day.date, self.events));
                day.events.chunks(BATCH_EVENTS).try_for_each(|batch| self.submit(batch))?;
                continue;
            }
            let history = (self.events, started.elapsed());
            println!(
                "{}  历史 history: {} events in {:.1} s. Now {} from 08:00 to 18:00, in {seconds} s:",
                fresh_line(),
                history.0,
                history.1.as_secs_f64(),
                day.date,
            );
            std::thread::sleep(BREATH);
            playing.store(true, Ordering::Relaxed);
            self.play_day(&day.events, seconds)?;
            return Ok(Played { truth: self.truth, events: self.events, history });
        }
        bail!("the venue has no day to play")
    }

    fn play_day(&mut self, events: &[SimEvent], seconds: u32) -> anyhow::Result<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let midnight = normalise::Instant(first.at).local_date().midnight().0;
        let hour = 3_600_000_000;
        let span = (DAY_HOURS.end - DAY_HOURS.start) * hour;
        let ticks = (Duration::from_secs(seconds.into()).as_millis() / TICK.as_millis()).max(1) as i64;
        let mut rest = events;
        for tick in 0..=ticks {
            let begun = Instant::now();
            let last = tick == ticks;
            let now = if last {
                midnight + 24 * hour - 1
            } else {
                midnight + DAY_HOURS.start * hour + span * tick / ticks
            };
            let due = rest.partition_point(|event| event.at <= now);
            let (batch, later) = rest.split_at(due);
            rest = later;
            batch.chunks(BATCH_EVENTS).try_for_each(|batch| self.submit(batch))?;
            self.clock.set(now);
            let shown = normalise::Instant(now).to_rfc3339();
            progress(&format!("{} · {} events", shown.get(11..16).unwrap_or_default(), self.events));
            std::thread::sleep(TICK.saturating_sub(begun.elapsed()));
        }
        progress("");
        Ok(())
    }

    /// Submits events through the door, waits until they are durable, and lets time come to the last of them.
    fn submit(&mut self, batch: &[SimEvent]) -> anyhow::Result<()> {
        let door = &self.service.door;
        let admit = |event: &SimEvent| match door.admit(event.json.as_bytes()) {
            Ok(admitted) => Item::Admitted(Box::new(admitted)),
            Err(refused) => Item::Refused(Box::new(refused), event.json.clone().into_bytes()),
        };
        let items = batch.iter().map(admit).collect();
        batch.first().into_iter().for_each(|event| self.clock.set(event.at.max(self.clock.now())));
        let Ok(reply) = self.service.ingest.submit(items, "demo") else { bail!("the daemon is stopping") };
        let receipt: Receipt = reply.blocking_recv().context("the journal")?;
        if let Some(refusal) = receipt.quarantined.first() {
            bail!("a simulated event was refused: {}: {}", refusal.path, refusal.reason);
        }
        self.events += batch.len();
        batch.last().into_iter().for_each(|event| self.clock.set(event.at));
        Ok(())
    }
}

fn summarise(played: &Played, data_dir: &Path, metrics: &Metrics) -> anyhow::Result<()> {
    let reader = Reader::open(data_dir)?;
    let Summary { findings, alerts, parties_by_rule } = reader.summary()?;
    println!("\n  ── 小结 summary ──");
    println!(
        "  {} events (history: {:.0} a second, each batch durable before the next).",
        played.events,
        played.history.0 as f64 / played.history.1.as_secs_f64(),
    );
    let commits = metrics.engine.commit_to_alert.get_sample_count().max(1) as f64;
    println!(
        "  From the journal's commit to the alert in the ledger: {:.1} ms on average.",
        metrics.engine.commit_to_alert.get_sample_sum() / commits * 1000.0,
    );
    println!("  预警 alerts:");
    for (level, state, count) in alerts {
        println!("    {count:>5}  {level} {state}");
    }
    println!("  现有事实 findings that hold, by rule:");
    for (rule, count) in findings {
        let sheet = Rule::of(&rule).map(Rule::sheet);
        println!("    {count:>5}  {rule}  {}", sheet.map_or("", |sheet| sheet.zh));
    }
    let planted: BTreeSet<(&str, &[String])> = played
        .truth
        .iter()
        .filter(|truth| truth.holds && Rule::of(truth.rule).is_some())
        .map(|truth| (truth.rule, truth.parties.as_slice()))
        .collect();
    let found = planted
        .iter()
        .filter(|(rule, parties)| parties_by_rule.contains(&((*rule).to_owned(), parties.to_vec())));
    println!("  预设情形 planted and found: {} of {}.", found.count(), planted.len());
    Ok(())
}

fn tell_where_to_look(data_dir: &Path, address: SocketAddr) {
    let token = token_path(data_dir);
    println!(
        "\n  The daemon keeps serving on http://{address} (Ctrl-C ends it and removes its data). Look around:"
    );
    println!("    TOKEN=$(cat {})", token.display());
    println!(
        "    curl -s -H \"Authorization: Bearer $TOKEN\" 'http://{address}/api/v1/alerts?level=red&state=open&limit=3'"
    );
    println!(
        "    curl -s -H \"Authorization: Bearer $TOKEN\" 'http://{address}/api/v1/findings?rule=DEV-13'"
    );
    println!(
        "    curl -sN -H \"Authorization: Bearer $TOKEN\" -H 'Last-Event-ID: 0' http://{address}/api/v1/alerts/stream"
    );
    println!("    curl -s -H \"Authorization: Bearer $TOKEN\" http://{address}/metrics");
}
