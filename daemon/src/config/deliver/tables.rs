//! The tables of `[[deliver]]`, a structure for each kind, and what a value of each key may be.

use serde::Deserialize;
use std::path::PathBuf;
use xiezhi_alerts::deliver::TIMEOUT;

/// What a value of each key may be.
pub(super) const ACCEPTED: &[(&str, &str)] = &[
    ("deliver", "give a table for each channel: [[deliver]]"),
    ("deliver.name", "give 1 to 64 letters, digits, '-', '_' or '.', for each channel others"),
    (
        "deliver.kind",
        "give \"stdout\", \"webhook\", \"wecom\", \"dingtalk\", \"feishu\", \"mail\", \"alertmanager\" or \"redis\"",
    ),
    ("deliver.timeout_ms", "give a whole number from 100 to 60000"),
    ("deliver.allow_private", "give true if the receiver stands inside, else false"),
    ("deliver.url", "give an address such as \"https://alerts.example/hook\""),
    ("deliver.url_file", "give the path of a file with the address, mode 0600"),
    ("deliver.secret_file", "give the path of a file with the secret, mode 0600"),
    ("deliver.password_file", "give the path of a file with the password, mode 0600"),
    ("deliver.ca_file", "give the path of a PEM file with the authorities that this channel trusts"),
    ("deliver.host", "give the mail server's name"),
    ("deliver.port", "give a whole number from 1 to 65535"),
    ("deliver.encryption", "give \"starttls\", \"tls\" or, for a server inside, \"none\""),
    ("deliver.user", "give the user's name"),
    ("deliver.from", "give the sender, such as \"獬豸 <xiezhi@jg.example.gov.cn>\""),
    ("deliver.to", "give one receiver's address; for several, a channel each"),
    ("deliver.lasts_minutes", "give a whole number from 5 to 10080"),
    ("deliver.stream", "give the name of a stream such as \"xiezhi:alerts\""),
    ("deliver.keep", "give a whole number from 1 to 1000000"),
];

/// The keys that every kind has.
pub(super) const COMMON: [&str; 4] = ["name", "kind", "timeout_ms", "allow_private"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Common {
    pub name: String,
    pub kind: String,
    pub timeout_ms: u64,
    pub allow_private: bool,
}

impl Default for Common {
    fn default() -> Self {
        let timeout_ms = u64::try_from(TIMEOUT.as_millis()).unwrap_or(u64::MAX);
        Common { name: String::new(), kind: String::new(), timeout_ms, allow_private: false }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct StdoutTable {}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebhookTable {
    pub url: Option<String>,
    pub url_file: Option<PathBuf>,
    pub secret_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RobotTable {
    pub url_file: Option<PathBuf>,
    pub secret_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
}

/// 企业微信 signs nothing.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WecomTable {
    pub url_file: Option<PathBuf>,
    pub ca_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MailTable {
    pub host: String,
    pub port: Option<u16>,
    pub encryption: Option<String>,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub from: String,
    pub to: String,
    pub ca_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AlertmanagerTable {
    pub url: Option<String>,
    pub url_file: Option<PathBuf>,
    pub lasts_minutes: Option<u64>,
    pub ca_file: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RedisTable {
    pub url: String,
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    pub stream: Option<String>,
    pub keep: Option<u64>,
    pub ca_file: Option<PathBuf>,
}
