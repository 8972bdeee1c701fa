//! What the machine lends to faults: file systems of their own, limits, signals. Everything is given back when dropped.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs a program to its end; what it said on standard error if it failed.
///
/// # Errors
/// If it cannot be run or fails.
pub fn ran(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).output().map_err(|error| format!("{program}: {error}"))?;
    let said = || format!("{program} {}: {}", args.join(" "), String::from_utf8_lossy(&output.stderr).trim());
    if output.status.success() { Ok(()) } else { Err(said()) }
}

/// Sends a signal such as `-STOP` to one process of ours.
///
/// # Panics
/// If it cannot be sent.
pub fn signal(id: u32, signal: &str) {
    ran("kill", &[signal, &id.to_string()]).unwrap_or_else(|wrong| panic!("{wrong}"));
}

/// A path as text.
pub fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// A file system mounted on a folder. Dropped, it is unmounted.
pub struct Mounted {
    folder: PathBuf,
}

impl Mounted {
    /// A file system in memory of some KiB.
    ///
    /// # Errors
    /// If the machine does not allow it.
    pub fn tmpfs(folder: &Path, kib: u64) -> Result<Mounted, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        ran(
            "mount",
            &["-t", "tmpfs", "-o", &format!("size={kib}k,mode=0700"), "xiezhi-scoreboard", &text(folder)],
        )?;
        Ok(Mounted { folder: folder.to_owned() })
    }

    /// Another size for it.
    ///
    /// # Errors
    /// If the machine does not allow it.
    pub fn resize(&self, kib: u64) -> Result<(), String> {
        ran("mount", &["-o", &format!("remount,size={kib}k"), &text(&self.folder)])
    }

    /// An ext4 file system in a file, which writes back by itself only after a minute.
    ///
    /// # Errors
    /// If the machine does not allow it.
    pub fn image(folder: &Path, image: &Path) -> Result<Mounted, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        ran("mount", &["-o", "loop,commit=60", &text(image), &text(folder)])?;
        Ok(Mounted { folder: folder.to_owned() })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // A process that has just ended may still hold it for a moment; lazily, so that nothing of ours is left mounted.
        if ran("umount", &[&text(&self.folder)]).is_err() {
            ran("umount", &["-l", &text(&self.folder)]).ok();
        }
    }
}

/// Makes an empty ext4 image.
///
/// # Errors
/// If it cannot be made.
pub fn make_image(image: &Path, mib: u64) -> Result<(), String> {
    let file = std::fs::File::create(image).map_err(|error| error.to_string())?;
    file.set_len(mib << 20).map_err(|error| error.to_string())?;
    ran(
        "mkfs.ext4",
        &["-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0", &text(image)],
    )
}

/// A group of processes with a limit on memory (cgroup, version 1). Dropped, it is removed.
pub struct MemoryLimit {
    folder: PathBuf,
}

impl MemoryLimit {
    /// A group with a limit in MiB.
    ///
    /// # Errors
    /// If the machine does not allow it.
    pub fn new(mib: u64) -> Result<MemoryLimit, String> {
        let folder = PathBuf::from(format!("/sys/fs/cgroup/memory/xiezhi-scoreboard-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| format!("no memory cgroup: {error}"))?;
        let limit = MemoryLimit { folder };
        std::fs::write(limit.folder.join("memory.limit_in_bytes"), (mib << 20).to_string())
            .map_err(|error| format!("no limit on memory: {error}"))?;
        Ok(limit)
    }

    /// What a program is started under so that it runs within.
    pub fn wrapper(&self) -> Vec<String> {
        let enter = format!("echo $$ > {}/cgroup.procs; exec \"$0\" \"$@\"", text(&self.folder));
        vec!["sh".to_owned(), "-c".to_owned(), enter]
    }
}

impl Drop for MemoryLimit {
    fn drop(&mut self) {
        // Once the last process in it is reaped.
        for _ in 0..100 {
            if std::fs::remove_dir(&self.folder).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}
