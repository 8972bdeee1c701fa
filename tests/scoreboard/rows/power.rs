//! Row 3: the power is cut. The data directory is an ext4 file system in a file; at a random moment the daemon is stopped, the file is copied while it is
//! mounted, and life goes on from the copy: what was not synced is not in it.

use crate::board::{Row, Tally};
use crate::machine::{Mounted, make_image, signal};
use crate::series::{Series, in_series, recovered};
use crate::stage::{Disk, Stage};
use std::path::{Path, PathBuf};
use std::time::Duration;
use xiezhi_tests::{Daemon, Ended};

pub const ROW: Row = Row {
    number: 3,
    fault: "power cut: an ext4 image copied while it is mounted",
    promise: "I1 I2 I7",
    short: 6,
    soak: 200,
    run,
};

const SERIES: u64 = 25;
/// The image's size: room for a journal, a ledger and their logs.
const MIB: u64 = 48;

/// Where images lie: in memory, if the machine has such a place.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

fn image() -> tempfile::TempPath {
    let file = tempfile::Builder::new().prefix("xiezhi-image-").tempfile_in(folder());
    file.expect("a file for an image").into_temp_path()
}

fn stage() -> Result<Stage, String> {
    let mut stage = Stage::default();
    let image = image();
    make_image(&image, MIB)?;
    let _mounted = Mounted::image(&stage.home.data(), &image)?;
    stage.disk = Some(Disk::Image { _mounted, image });
    Ok(stage)
}

fn run(tally: &mut Tally) {
    if let Err(reason) = stage() {
        return tally.skip(reason);
    }
    in_series(
        tally,
        SERIES,
        4,
        || stage().expect("an image, as before"),
        |tally, series, left, dice| {
            let copy = image();
            if dice.once_in(4) {
                let starting = series.stage.home.spawn();
                std::thread::sleep(Duration::from_millis(dice.throw(1, 250)));
                let ended = cut(starting, series_image(series), &copy);
                series.lives.push(ended);
                tally.inject("power cut while it starts", 1);
            } else {
                let (daemon, client) = recovered(series, tally);
                let from = series_image(series).to_owned();
                series.life(daemon, &client, left, dice, |daemon| cut(daemon, &from, &copy));
                tally.inject("power cut under load", 1);
            }
            series.stage.disk = None;
            let _mounted = Mounted::image(&series.stage.home.data(), &copy).expect("the copy can be mounted");
            series.stage.disk = Some(Disk::Image { _mounted, image: copy });
        },
    );
}

fn series_image(series: &Series) -> &Path {
    match &series.stage.disk {
        Some(Disk::Image { image, .. }) => image,
        _ => panic!("this row's disks are images"),
    }
}

/// What the disk holds at this moment goes to the copy. The process stands still meanwhile, so that the copy is one moment's.
fn cut(daemon: Daemon, from: &Path, copy: &Path) -> Ended {
    signal(daemon.id(), "-STOP");
    std::fs::copy(from, copy).expect("room for a copy");
    daemon.kill()
}
