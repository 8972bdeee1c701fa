//! The configuration: one TOML file and the files that it names, read whole and checked whole before anything is bound.
//!
//! *Invariants.*
//! 1. Every mistake is found at once, each with its key's path, what is wrong and what is accepted.
//! 2. An unknown key is a mistake: a threshold that was misspelt must not silently keep its default. A key of a later
//!    version is told apart from a misspelt one.
//! 3. Relative paths are relative to the configuration file, so that it means the same from every folder.
//! 4. No secret stands in the file.

mod calendar;
mod deliver;
mod mistake;
mod named_files;
mod proof;
mod redis;
mod routing;
mod rules;
mod storage;
mod table;

pub use mistake::{ConfigErrors, EXIT_CODE, Mistake};
pub use routing::Routing;
pub use rules::{Rules, RulesFrom};

use crate::service::Keeping;
use crate::streams::Settings;
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use table::Reading;
use toml::Table;
use xiezhi_alerts::deliver::{Entry, Receiver};
use xiezhi_alerts::duty::DutyList;
use xiezhi_dataflows::normalise::Placeholders;
use xiezhi_dataflows::params::Params;
use xiezhi_proof::Algorithm;

/// The port of the console and the interface.
pub const PORT: u16 = 8700;
/// The folder of the journal where none is given.
pub const DATA_DIR: &str = "xiezhi-data";
/// The only time zone: deadlines, working days and windows go by the calendar on China's walls.
pub const TIMEZONE: &str = "Asia/Shanghai";
/// Most worker threads: more than any machine here has, and few enough that a slip of the finger is noticed.
pub const WORKERS_MAX: usize = 64;

/// A configuration without mistakes.
#[derive(Clone, Debug)]
pub struct Config {
    /// The file that it was read from; none: the defaults.
    pub file: Option<PathBuf>,
    /// Where the console and the interface listen.
    pub listen: SocketAddr,
    /// Whether a proxy in front does the encryption; anything but loopback needs it.
    pub trusted_proxy: bool,
    /// The folder of the journal and of all that is derived from it.
    pub data_dir: PathBuf,
    /// Worker threads of the engine, at least one.
    pub workers: usize,
    /// What the rules go by.
    pub rules: Rules,
    /// Who answers for what.
    pub routing: Routing,
    /// The channels by which alerts are delivered.
    pub deliver: Vec<Entry>,
    /// Redis, from which events come and to which alerts and the watch-list go.
    pub redis: Option<Settings>,
    /// How much of the disk is left free, and how long what was decided on is kept.
    pub keeping: Keeping,
    /// What a new journal is hashed and its heads are signed with, and what one that is there must have; none: as it is.
    pub algorithm: Option<Algorithm>,
}

/// The top level of the file, without its tables.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Top {
    listen: SocketAddr,
    trusted_proxy: bool,
    data_dir: PathBuf,
    timezone: String,
}

impl Default for Top {
    fn default() -> Self {
        Top {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)),
            trusted_proxy: false,
            data_dir: DATA_DIR.into(),
            timezone: TIMEZONE.to_owned(),
        }
    }
}

/// `[engine]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EngineTable {
    workers: usize,
}

impl Default for EngineTable {
    /// One core is left to everything that is not the engine.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        EngineTable { workers: cores.saturating_sub(1).clamp(1, WORKERS_MAX) }
    }
}

/// What a value of each key may be, said after what is wrong with the one given.
const ACCEPTED: &[(&str, &str)] = &[
    ("listen", "give an address and a port, such as \"127.0.0.1:8700\""),
    ("trusted_proxy", "give true or false"),
    ("data_dir", "give a folder's path"),
    ("timezone", "give \"Asia/Shanghai\""),
    ("engine", "give a table: [engine]"),
    ("engine.workers", "give a whole number from 1 to 64"),
    ("rules", "give a table: [rules]"),
    ("routing", "give a table: [routing]"),
    ("redis", "give a table: [redis]"),
    ("storage", "give a table: [storage]"),
    ("proof", "give a table: [proof]"),
];

/// What later versions will have: told apart from what is misspelt.
const LATER: &[(&str, &str)] = &[
    ("tls", "encryption is not in this version; put a proxy in front and set trusted_proxy = true"),
    ("cluster", "several machines are not in this version; leave it out"),
];

impl Default for Config {
    fn default() -> Self {
        let top = Top::default();
        Config {
            file: None,
            listen: top.listen,
            trusted_proxy: top.trusted_proxy,
            data_dir: top.data_dir,
            workers: EngineTable::default().workers,
            rules: Rules::default(),
            routing: Routing::default(),
            deliver: Vec::new(),
            redis: None,
            keeping: Keeping::default(),
            algorithm: None,
        }
    }
}

impl Config {
    /// Reads a file and all that it names; without one, the defaults.
    ///
    /// # Errors
    /// With every mistake that there is.
    pub fn load(file: Option<&Path>) -> Result<Config, ConfigErrors> {
        let Some(file) = file else { return Ok(Config::default()) };
        let mut mistakes = Vec::new();
        let table = table::read_file(file, "", &mut mistakes);
        let config = table.map(|table| Config::read(table, file, &mut mistakes));
        match config {
            Some(config) if mistakes.is_empty() => Ok(config),
            _ => Err(ConfigErrors { file: file.to_owned(), mistakes }),
        }
    }

    /// What the rules' judgements depend on.
    pub fn params(&self) -> &Params {
        &self.rules.params
    }

    /// What stands for "not given".
    pub fn placeholders(&self) -> &Placeholders {
        &self.rules.placeholders
    }

    fn read(mut table: Table, file: &Path, mistakes: &mut Vec<Mistake>) -> Config {
        let folder = file.parent().unwrap_or(Path::new(""));
        let mut reading = Reading { accepted: ACCEPTED, later: LATER, mistakes };
        let engine = reading.part(&mut table, "engine");
        let rules = reading.part(&mut table, "rules");
        let routing = reading.part(&mut table, "routing");
        let redis = table.contains_key("redis").then(|| reading.part(&mut table, "redis"));
        let storage = reading.part(&mut table, "storage");
        let proof = reading.part(&mut table, "proof");
        let deliver = table.remove("deliver");
        let parts = ["engine", "rules", "routing", "deliver", "redis", "storage", "proof"];
        let top: Top = reading.keys(table, "", &parts);
        let engine: EngineTable = reading.keys(engine, "engine", &[]);
        reading.check("engine.workers", (1..=WORKERS_MAX).contains(&engine.workers), || {
            format!("is {}", engine.workers)
        });
        reading.check("timezone", top.timezone == TIMEZONE, || {
            let why = "deadlines and windows go by China's calendar, and no other is built in";
            format!("is {:?}; {why}", top.timezone)
        });
        check_listen(&top, reading.mistakes);
        let deliver = deliver::read(deliver, folder, mistakes);
        let routing = Routing::in_config(routing, folder, mistakes);
        check_channels(&routing, &deliver, mistakes);
        let redis = redis.and_then(|table| redis::read(table, folder, mistakes));
        check_alerts_stream(redis.as_ref(), &deliver, mistakes);
        Config {
            file: Some(file.to_owned()),
            listen: top.listen,
            trusted_proxy: top.trusted_proxy,
            data_dir: folder.join(top.data_dir),
            workers: engine.workers,
            rules: Rules::in_config(rules, folder, mistakes),
            routing,
            deliver,
            redis,
            keeping: storage::read(storage, mistakes),
            algorithm: proof::read(proof, mistakes),
        }
    }
}

/// Whoever the duty list names must be reachable.
fn check_channels(routing: &Routing, channels: &[Entry], mistakes: &mut Vec<Mistake>) {
    let Some(list) = routing.duty_list.as_ref().and_then(|list| DutyList::check(list.clone(), 0).ok()) else {
        return;
    };
    for (place, wanted) in list.channels() {
        if !channels.iter().any(|channel| channel.name == wanted) {
            let what = format!(
                "{place} names the channel {wanted:?}, which is not configured; give it as [[deliver]]"
            );
            mistakes.push(Mistake::new("routing.duty_list", what));
        }
    }
}

/// All alerts are numbered on their stream, so nothing else may be written to it.
fn check_alerts_stream(redis: Option<&Settings>, channels: &[Entry], mistakes: &mut Vec<Mistake>) {
    let Some(stream) = redis.and_then(|redis| redis.alerts.as_ref()) else { return };
    for channel in channels {
        if matches!(&channel.receiver, Receiver::Redis(server) if server.stream == *stream) {
            let what = format!(
                "is {stream:?}, to which the channel {:?} writes; give the channel another stream, or alerts = \"\" here",
                channel.name
            );
            mistakes.push(Mistake::new("redis.alerts", what));
        }
    }
}

/// Tokens and evidence must not cross a network in the open.
fn check_listen(top: &Top, mistakes: &mut Vec<Mistake>) {
    if top.listen.ip().is_loopback() || top.trusted_proxy {
        return;
    }
    let what = format!(
        "is {}, which others can reach without encryption; give a loopback address such as \"127.0.0.1:{}\", or set \
         trusted_proxy = true if a proxy that encrypts is the only one who can reach it",
        top.listen,
        top.listen.port()
    );
    mistakes.push(Mistake::new("listen", what));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;
    use xiezhi_dataflows::finding::Severity;
    use xiezhi_dataflows::rules::Rule;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder for the test");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file of the test");
        }
        folder
    }

    fn load(files: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let folder = folder(files);
        let loaded = Config::load(Some(&folder.path().join(files[0].0)));
        loaded.map_err(|errors| errors.mistakes.iter().map(Mistake::to_string).collect())
    }

    #[test]
    fn without_a_file_there_are_defaults_for_one_machine() {
        let config = Config::load(None).expect("the defaults have no mistakes");
        assert_eq!(config.listen.to_string(), "127.0.0.1:8700");
        assert_eq!(config.data_dir, Path::new("xiezhi-data"));
        assert!(config.workers >= 1 && config.file.is_none() && !config.trusted_proxy);
        assert_eq!(*config.params(), Params::default());
        let empty = load(&[("a.toml", "")]).expect("an empty file is a configuration");
        assert_eq!((empty.listen, empty.workers), (config.listen, config.workers));
    }

    #[test]
    fn all_that_is_given_is_taken_and_paths_go_by_the_file() {
        let main = r#"
            listen = "0.0.0.0:9000"
            trusted_proxy = true
            data_dir = "journal"
            timezone = "Asia/Shanghai"
            [engine]
            workers = 3
            [rules]
            profile = "profile.toml"
            thresholds = "rules.toml"
            placeholders = ["无", "未填"]
            [proof]
            algorithm = "sm3-sm2"
        "#;
        let profile = "name = \"haikou\"\n[severity]\n\"DEV-07\" = \"S\"\n";
        let files = [("a.toml", main), ("profile.toml", profile), ("rules.toml", "run_min = 5\n")];
        let folder = folder(&files);
        let config = Config::load(Some(&folder.path().join("a.toml"))).expect("no mistakes");
        assert_eq!((config.listen.to_string().as_str(), config.workers), ("0.0.0.0:9000", 3));
        assert_eq!(config.data_dir, folder.path().join("journal"));
        assert_eq!(config.params().thresholds.run_min, 5);
        assert_eq!(config.algorithm, Some(Algorithm::Sm3Sm2));
        assert_eq!(config.params().profile.name, "haikou");
        assert_eq!(config.params().severity(Rule::Dev07), Severity::S);
        assert!(config.placeholders().contains("未填") && !config.placeholders().contains("N/A"));
    }

    #[test]
    fn every_mistake_is_found_at_once_with_its_key() {
        let main = r#"
            listen = "0.0.0.0:80"
            data_dri = "x"
            timezone = "Europe/Berlin"
            [engine]
            workers = 0
            threads = 2
            [cluster]
            processes = 2
            [redis]
            url = "http://127.0.0.1"
            [[deliver]]
            name = "hook"
            [rules]
            profile = "atlantis"
            thresholds = "rules.toml"
            calendar = "calendar.toml"
            placeholders = "无"
        "#;
        let rules = "run_min = 2\ncrowd = \"many\"\nhub = 3\n";
        let mistakes = load(&[("a.toml", main), ("rules.toml", rules)]).expect_err("full of mistakes");
        let begins = [
            "cluster: several machines are not in this version",
            "data_dri: is no key here; known here are listen, trusted_proxy, data_dir, timezone, engine, rules, routing, deliver, redis",
            "deliver[0].kind: is missing; give \"stdout\", \"webhook\"",
            "redis.url: begins with http:",
            "engine.threads: is no key here; known here are workers",
            "engine.workers: is 0; give a whole number from 1 to 64",
            "timezone: is \"Europe/Berlin\"; deadlines",
            "listen: is 0.0.0.0:80, which others can reach without encryption",
            "rules.calendar (calendar.toml)",
            "rules.placeholders: invalid type: string \"无\", expected a sequence; give a list of texts",
            "rules.profile: is \"atlantis\", which is no built-in profile and no file",
            "rules.thresholds (rules.toml) crowd: invalid type: string \"many\", expected u32; give a whole number",
            "rules.thresholds (rules.toml) hub: is no key here; known here are noise_share_permille",
            "rules.thresholds (rules.toml) run_min: is 2; give 3 to 1000",
        ];
        for begin in begins {
            assert!(mistakes.iter().any(|m| m.starts_with(begin)), "{begin}\nis not in {mistakes:#?}");
        }
        assert_eq!(mistakes.len(), begins.len(), "{mistakes:#?}");
    }

    #[test]
    fn each_mistake_alone_says_what_is_accepted() {
        for (text, expected) in [
            (
                "listen = 8700",
                "listen: invalid type: integer `8700`, expected socket address; give an address",
            ),
            ("listen = \"localhost\"", "listen: invalid socket address syntax; give an address and a port"),
            ("listen = \"192.168.1.5:8700\"", "listen: is 192.168.1.5:8700, which others can reach"),
            (
                "data_dir = 3",
                "data_dir: invalid type: integer `3`, expected path string; give a folder's path",
            ),
            ("data_dir = \"\"", "data_dir: is empty; give a folder's path"),
            (
                "trusted_proxy = \"yes\"",
                "trusted_proxy: invalid type: string \"yes\", expected a boolean; give",
            ),
            ("engine = 2", "engine: is an integer; give a table: [engine]"),
            ("[engine]\nworkers = 65", "engine.workers: is 65; give a whole number from 1 to 64"),
            ("[engine]\nworkers = -1", "engine.workers: invalid value: integer `-1`, expected usize; give"),
            ("[tls]\ncert = \"a\"", "tls: encryption is not in this version; put a proxy in front"),
            ("[routing]\nduty_list = \"none.toml\"", "routing.duty_list (none.toml): cannot be read: "),
            ("[routing]\nconsole = \"jg.example\"", "routing.console: is no address; give the address"),
            (
                "[redis]\nurl = \"redis://127.0.0.1\"\n[[deliver]]\nname = \"r\"\nkind = \"redis\"\nallow_private = true\nurl = \"redis://127.0.0.1\"",
                "redis.alerts: is \"xiezhi:alerts\", to which the channel \"r\" writes",
            ),
            ("[routing]\nduties = \"a\"", "routing.duties: is no key here; known here are duty_list"),
            ("[rules]\nthresholds = \"none.toml\"", "rules.thresholds (none.toml): cannot be read: "),
            ("[rules]\nprofile = 3", "rules.profile: invalid type: integer `3`, expected a string; give"),
            ("listen = ", "line 1: "),
        ] {
            let mistakes = load(&[("a.toml", text)]).expect_err(text);
            assert_eq!(mistakes.len(), 1, "{text}: {mistakes:?}");
            assert!(mistakes[0].starts_with(expected), "{text}: {mistakes:?}");
        }
        let missing = Config::load(Some(Path::new("/nowhere/xiezhi.toml"))).expect_err("no such file");
        assert!(missing.to_string().contains("cannot be read"), "{missing}");
    }

    #[test]
    fn a_loopback_address_of_either_kind_is_served() {
        for listen in ["127.0.0.1:0", "127.9.9.9:8700", "[::1]:8700"] {
            load(&[("a.toml", &format!("listen = \"{listen}\""))]).expect(listen);
        }
    }
}
