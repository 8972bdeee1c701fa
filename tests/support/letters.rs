//! Letters, and channels to send them by.

use serde_json::value::RawValue;
use std::time::Duration;
use xiezhi_alerts::Level;
use xiezhi_alerts::deliver::{Channel, Channels, Deliver, Entry, Failure, Letter, Receipt, Receiver, Target};

/// When they were decided: 2026-02-09 15:42 in China, µs since 1970.
pub const AT: i64 = 1_770_622_920_000_000;

/// How long an attempt of a test may take that is to succeed.
pub const LONG: Duration = Duration::from_secs(30);

/// A letter about a red alert.
///
/// # Panics
/// Never: its data is JSON.
pub fn letter(key: &str) -> Letter {
    Letter {
        key: key.to_owned(),
        kind: "created".to_owned(),
        at: AT,
        alert: Some("XZ-7K3M-92QD".to_owned()),
        level: Some(Level::Red),
        topic: Some("collusion".to_owned()),
        section: Some("E4601000001000777001".to_owned()),
        department: Some("市住建局".to_owned()),
        title: "红色预警 · 围标串标线索 · 某道路工程 <施工一标段>".to_owned(),
        brief: "🔴 红色预警 · 围标串标线索\n某道路工程 施工一标段\n同一电脑:甲建设、乙建设".to_owned(),
        text: "🔴 红色预警 · 围标串标线索\n某道路工程 施工一标段\n事实:\n1. <b>甲建设</b>、乙建设:同一电脑"
            .to_owned(),
        link: Some("https://jg.example.gov.cn/alerts/XZ-7K3M-92QD".to_owned()),
        open: true,
        data: RawValue::from_string("{\"facts\":[{\"rule\":\"DEV-01\"}]}".to_owned()).expect("JSON"),
    }
}

/// A channel.
///
/// # Panics
/// If it cannot be made.
pub fn channel(receiver: Receiver, timeout: Duration) -> Channel {
    trusting(receiver, timeout, None)
}

/// A channel that trusts the authorities of a PEM file alone.
///
/// # Panics
/// If it cannot be made.
pub fn trusting(receiver: Receiver, timeout: Duration, ca: Option<&std::path::Path>) -> Channel {
    let authorities = ca.map(|path| {
        let pem = std::fs::read(path).expect("a PEM file");
        xiezhi_alerts::deliver::tls::Authorities::parse(&pem).expect("authorities")
    });
    let entry = Entry { name: "a".to_owned(), timeout, authorities, receiver };
    Channels::build(vec![entry]).expect("a channel").get("a").expect("its name").clone()
}

/// An address inside.
///
/// # Panics
/// If it is none.
pub fn inside(url: &str) -> Target {
    Target::parse(url, true).expect("an address")
}

/// Sends a letter once, now.
///
/// # Errors
/// As the channel says.
///
/// # Panics
/// If there is no runtime to be had.
pub fn send(channel: &Channel, letter: &Letter) -> Result<Receipt, Failure> {
    send_at(channel, letter, AT + 2_000_000)
}

/// Sends a letter once, at a time of its own.
///
/// # Errors
/// As the channel says.
///
/// # Panics
/// If there is no runtime to be had.
pub fn send_at(channel: &Channel, letter: &Letter, now_us: i64) -> Result<Receipt, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let came = runtime.block_on(channel.send(letter, now_us));
    // A name that is still being resolved must not hold up the test.
    runtime.shutdown_background();
    came
}
