//! One entry of `[[deliver]]`, read key by key.

use super::super::table::Reading;
use super::super::{Mistake, named_files};
use super::NAME_BYTES_MAX;
use super::tables::{
    ACCEPTED, AlertmanagerTable, COMMON, Common, MailTable, RedisTable, RobotTable, StdoutTable,
    WebhookTable, WecomTable,
};
use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Table;
use xiezhi_alerts::deliver::connect::Place;
use xiezhi_alerts::deliver::mail::{Encryption, Mailboxes, Server};
use xiezhi_alerts::deliver::tls::Authorities;
use xiezhi_alerts::deliver::{Entry, Receiver, Secret, Target};
use xiezhi_alerts::deliver::{alertmanager, redis, webhook};

/// Shortest and longest time an attempt may take, ms: below no receiver answers, above one holds up its own queue.
const TIMEOUT_MS: std::ops::RangeInclusive<u64> = 100..=60_000;
/// Shortest and longest time an alert stands in Alertmanager without being repeated, minutes: a week at most.
const LASTS_MINUTES: std::ops::RangeInclusive<u64> = 5..=10_080;
/// Most entries that a stream keeps: a gigabyte or so.
const KEEP_MAX: u64 = 1_000_000;

/// One entry while it is read.
pub(super) struct One<'a> {
    prefix: String,
    folder: &'a Path,
    mistakes: &'a mut Vec<Mistake>,
    allow_private: bool,
}

impl One<'_> {
    pub fn new<'a>(n: usize, folder: &'a Path, mistakes: &'a mut Vec<Mistake>) -> One<'a> {
        One { prefix: format!("deliver[{n}]"), folder, mistakes, allow_private: false }
    }

    pub fn entry(&mut self, mut table: Table) -> Option<Entry> {
        let common = COMMON.iter().filter_map(|key| table.remove_entry(*key)).collect();
        let common: Common = self.keys(common, &[]);
        self.allow_private = common.allow_private;
        self.check("name", is_name(&common.name), || match common.name.is_empty() {
            true => "is missing".to_owned(),
            false => format!("is {:?}", common.name),
        });
        let timeout_ms = common.timeout_ms;
        self.check("timeout_ms", TIMEOUT_MS.contains(&timeout_ms), || format!("is {timeout_ms}"));
        let (receiver, ca_file) = self.receiver(&common.kind, table)?;
        let authorities = ca_file.and_then(|file| self.authorities(&file));
        Some(Entry { name: common.name, timeout: Duration::from_millis(timeout_ms), authorities, receiver })
    }

    fn receiver(&mut self, kind: &str, table: Table) -> Option<(Receiver, Option<PathBuf>)> {
        match kind {
            "stdout" => {
                let StdoutTable {} = self.keys(table, &COMMON);
                Some((Receiver::Stdout, None))
            }
            "webhook" => self.webhook(table),
            "wecom" => {
                let WecomTable { url_file, ca_file } = self.keys(table, &COMMON);
                Some((Receiver::Wecom { target: self.robot(url_file)? }, ca_file))
            }
            "dingtalk" => {
                let RobotTable { url_file, secret_file, ca_file } = self.keys(table, &COMMON);
                let (target, secret) =
                    (self.robot(url_file), self.optional_secret("secret_file", secret_file));
                Some((Receiver::Dingtalk { target: target?, secret: secret? }, ca_file))
            }
            "feishu" => {
                let RobotTable { url_file, secret_file, ca_file } = self.keys(table, &COMMON);
                let (target, secret) =
                    (self.robot(url_file), self.optional_secret("secret_file", secret_file));
                Some((Receiver::Feishu { target: target?, secret: secret? }, ca_file))
            }
            "mail" => self.mail(table),
            "alertmanager" => self.alertmanager(table),
            "redis" => self.redis(table),
            "" => self.wrong("kind", "is missing"),
            other => self.wrong("kind", &format!("is {other:?}")),
        }
    }

    fn webhook(&mut self, table: Table) -> Option<(Receiver, Option<PathBuf>)> {
        let WebhookTable { url, url_file, secret_file, ca_file } = self.keys(table, &COMMON);
        let target = self.target(url, url_file);
        let secret = self.optional_secret("secret_file", secret_file);
        let keys = match secret?.map(|secret| webhook::keys(&secret)) {
            None => Vec::new(),
            Some(Ok(keys)) => keys,
            Some(Err(why)) => return self.wrong("secret_file", &why),
        };
        Some((Receiver::Webhook { target: target?, keys }, ca_file))
    }

    fn mail(&mut self, table: Table) -> Option<(Receiver, Option<PathBuf>)> {
        let of: MailTable = self.keys(table, &COMMON);
        let word = of.encryption.as_deref().unwrap_or("starttls");
        let encryption =
            Encryption::ALL.iter().find(|(known, _)| *known == word).map(|(_, encryption)| *encryption);
        let allow_private = self.allow_private;
        self.check("encryption", encryption.is_some(), || format!("is {word:?}"));
        if encryption == Some(Encryption::None) && !allow_private {
            self.wrong::<()>(
                "encryption",
                "is \"none\", which only a server inside may have: set allow_private = true",
            );
        }
        self.check("host", !of.host.is_empty(), || "is missing".to_owned());
        self.check("port", of.port != Some(0), || "is 0".to_owned());
        let from = self.mailbox("from", &of.from);
        let to = self.mailbox("to", &of.to);
        let login = self.login(of.user, of.password_file);
        let encryption = encryption?;
        let (port, in_the_open) = (of.port.unwrap_or(encryption.port()), encryption == Encryption::None);
        let place = Place { host: of.host, port, allow_private, in_the_open };
        let server = Server { place, encryption, login: login? };
        Some((Receiver::Mail { server, boxes: Box::new(Mailboxes { from: from?, to: to? }) }, of.ca_file))
    }

    fn alertmanager(&mut self, table: Table) -> Option<(Receiver, Option<PathBuf>)> {
        let AlertmanagerTable { url, url_file, lasts_minutes, ca_file } = self.keys(table, &COMMON);
        let minutes = lasts_minutes.unwrap_or(alertmanager::LASTS.as_secs() / 60);
        self.check("lasts_minutes", LASTS_MINUTES.contains(&minutes), || format!("is {minutes}"));
        let target = self.target(url, url_file)?;
        Some((
            Receiver::Alertmanager { target, lasts: Duration::from_secs(minutes.saturating_mul(60)) },
            ca_file,
        ))
    }

    fn redis(&mut self, table: Table) -> Option<(Receiver, Option<PathBuf>)> {
        let of: RedisTable = self.keys(table, &COMMON);
        let address = redis::Address::parse(&of.url, self.allow_private);
        let address = match address {
            Ok(address) => Some(address),
            Err(_) if of.url.is_empty() => self.wrong("url", "is missing"),
            Err(why) => self.plainly_wrong("url", why),
        };
        let stream = of.stream.unwrap_or_else(|| redis::STREAM.to_owned());
        self.check("stream", (1..=NAME_BYTES_MAX).contains(&stream.len()), || {
            format!("has {} bytes", stream.len())
        });
        let keep = of.keep.unwrap_or(redis::KEEP);
        self.check("keep", (1..=KEEP_MAX).contains(&keep), || format!("is {keep}"));
        let password = self.optional_secret("password_file", of.password_file);
        if of.user.is_some() && matches!(password, Some(None)) {
            self.wrong::<()>("password_file", "is missing: a user has a password");
        }
        let redis::Address { place, encrypted, database } = address?;
        let server =
            redis::Server { place, encrypted, database, user: of.user, password: password?, stream, keep };
        Some((Receiver::Redis(server), of.ca_file))
    }

    /// User and password, both or neither.
    fn login(&mut self, user: Option<String>, file: Option<PathBuf>) -> Option<Option<(String, Secret)>> {
        match (user, file) {
            (None, None) => Some(None),
            (Some(user), Some(file)) => Some(Some((user, self.secret("password_file", &file)?))),
            (Some(_), None) => self.wrong("password_file", "is missing: a user has a password"),
            (None, Some(_)) => self.wrong("user", "is missing: a password is somebody's"),
        }
    }

    fn mailbox<T: std::str::FromStr>(&mut self, key: &str, text: &str) -> Option<T> {
        match text.parse() {
            Ok(mailbox) => Some(mailbox),
            Err(_) if text.is_empty() => self.wrong(key, "is missing"),
            Err(_) => self.wrong(key, &format!("is {text:?}, which is no mail address")),
        }
    }

    /// The address of a robot, which is a secret.
    fn robot(&mut self, file: Option<PathBuf>) -> Option<Target> {
        let Some(file) = file else { return self.wrong("url_file", "is missing") };
        let address = self.secret("url_file", &file)?;
        self.parsed("url_file", address.expose())
    }

    /// An address, from the configuration or a file.
    fn target(&mut self, url: Option<String>, file: Option<PathBuf>) -> Option<Target> {
        match (url, file) {
            (Some(url), None) if Target::may_hold_a_key(&url) => {
                self.plainly_wrong("url", "may hold a key: put it into a file and give url_file".to_owned())
            }
            (Some(url), None) => self.parsed("url", &url),
            (None, Some(file)) => self.robot(Some(file)),
            (None, None) => self.wrong("url", "is missing"),
            (Some(_), Some(_)) => {
                self.plainly_wrong("url", "is given twice: as url and as url_file".to_owned())
            }
        }
    }

    fn parsed(&mut self, key: &str, text: &str) -> Option<Target> {
        match Target::parse(text, self.allow_private) {
            Ok(target) => Some(target),
            Err(why) => self.plainly_wrong(key, why),
        }
    }

    fn optional_secret(&mut self, key: &str, file: Option<PathBuf>) -> Option<Option<Secret>> {
        match file {
            None => Some(None),
            Some(file) => self.secret(key, &file).map(Some),
        }
    }

    fn secret(&mut self, key: &str, file: &Path) -> Option<Secret> {
        let path = self.found(key, file)?;
        match Secret::read(&path) {
            Ok(secret) => Some(secret),
            Err(why) => self.wrong(&format!("{key} ({})", file.display()), &why),
        }
    }

    fn authorities(&mut self, file: &Path) -> Option<Authorities> {
        let path = self.found("ca_file", file)?;
        match named_files::authorities(&path) {
            Ok(authorities) => Some(authorities),
            Err(why) => self.wrong(&format!("ca_file ({})", file.display()), &why),
        }
    }

    /// A path by the configuration's folder, or among systemd's credentials.
    fn found(&mut self, key: &str, file: &Path) -> Option<PathBuf> {
        match named_files::found(self.folder, file) {
            Ok(path) => Some(path),
            Err(why) => self.plainly_wrong(key, why),
        }
    }

    fn keys<T: DeserializeOwned + Default>(&mut self, table: Table, parts: &[&str]) -> T {
        let mut reading = Reading { accepted: ACCEPTED, later: &[], mistakes: self.mistakes };
        reading.keys(table, &self.prefix, parts)
    }

    fn check(&mut self, key: &str, right: bool, what: impl FnOnce() -> String) {
        if !right {
            self.wrong::<()>(key, &what());
        }
    }

    /// Notes a mistake, with what is accepted.
    pub fn wrong<T>(&mut self, key: &str, what: &str) -> Option<T> {
        let mut reading = Reading { accepted: ACCEPTED, later: &[], mistakes: self.mistakes };
        reading.check(&format!("{}.{key}", self.prefix), false, || what.to_owned());
        None
    }

    /// Notes a mistake that says itself what to do.
    fn plainly_wrong<T>(&mut self, key: &str, what: String) -> Option<T> {
        self.mistakes.push(Mistake::new(format!("{}.{key}", self.prefix), what));
        None
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(allowed)
}
