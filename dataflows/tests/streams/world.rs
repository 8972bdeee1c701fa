//! The small world of the streams: few sections, firms, persons, codes and instants, so that everything collides.

use proptest::prelude::*;
use serde_json::{Value, json};
use xiezhi_dataflows::normalise::{Date, Instant};

/// An event before it has a name: type, data, time.
pub type Said = (&'static str, Value, u8);

/// How many instants there are: see [`instant`].
pub const INSTANTS: u8 = DAYS.len() as u8 * CLOCK.len() as u8;

/// Days around those at which something is due, or enters or leaves a window: after 3 days (4), 15, 20 and 30; after 3,
/// 7, 20 and 30 working days (6, 15, 31, 45); after 180, 365 and 730 days; after three years (1096).
const DAYS: &[i32] = &[
    0, 1, 2, 3, 4, 5, 6, 14, 15, 19, 20, 30, 31, 44, 45, 180, 181, 365, 366, 730, 731, 732, 1095, 1096, 1097,
    1500,
];
/// Days on which something is due, the day before being one of the few days, too.
const DUE: &[i32] = &[4, 6, 15, 31, 45];
/// Days on which something is a day too old, and the days before.
const OLD: &[i32] = &[180, 181, 365, 366, 1096, 1097];
/// Times of the day around deadlines, their grace, a minute, and midnight.
const CLOCK: &[&str] = &[
    "00:00:00",
    "08:59:59.999999",
    "09:00:00",
    "09:14:00",
    "09:15:00",
    "09:15:00.000001",
    "16:00:00",
    "23:59:59.999999",
];

pub const SECTIONS: u8 = 7;
pub const PROJECTS: u8 = 2;
pub const FIRMS: u8 = 6;
pub const CODES: u8 = 4;
pub const PERSONS: u8 = 4;
pub const EXPERTS: u8 = 7;

/// One of the few instants, µs.
pub fn instant(at: u8) -> i64 {
    Instant::parse(&moment(at)).expect("an instant").0
}

fn day(at: usize) -> Date {
    let first = Date::parse("2023-11-01").expect("a date");
    Date(first.0 + DAYS[at % DAYS.len()])
}

/// One of the few instants, as it is written.
pub fn moment(at: u8) -> String {
    let at = usize::from(at % INSTANTS);
    format!("{}T{}+08:00", day(at / CLOCK.len()), CLOCK[at % CLOCK.len()])
}

/// The date of an instant.
pub fn date(at: u8) -> String {
    day(usize::from(at % INSTANTS) / CLOCK.len()).to_string()
}

/// The instant with the same time of the day so many of the few days later.
pub fn days_later(at: u8, days: u8) -> u8 {
    (u16::from(at) + u16::from(days) * CLOCK.len() as u16).min(u16::from(INSTANTS) - 1) as u8
}

pub fn at() -> impl Strategy<Value = u8> + Clone {
    // Mostly few days, so that most of it lies in one window.
    prop_oneof![3 => 0..CLOCK.len() as u8 * 6, 1 => 0..INSTANTS]
}

/// An instant early on: what is due or leaves a window later does so on one of the few days.
pub fn early() -> impl Strategy<Value = u8> + Clone {
    0..CLOCK.len() as u8 * 2
}

/// What time it may be: any of the few instants, often one at which something falls due or is a day too old.
pub fn now() -> impl Strategy<Value = u8> + Clone {
    let edge = proptest::sample::select(DUE).prop_map(|day| on(day, 0));
    let edge = (edge, 0..2_u8).prop_map(|(midnight, before)| midnight - before);
    let old = (proptest::sample::select(OLD), 0..CLOCK.len() as u8).prop_map(|(day, at)| on(day, at));
    prop_oneof![3 => 0..INSTANTS, 2 => edge, 1 => old]
}

/// The instant on one of the few days at a time of the clock.
pub fn on(day: i32, at: u8) -> u8 {
    let place = DAYS.iter().position(|known| *known == day).expect("one of the few days");
    place as u8 * CLOCK.len() as u8 + at
}

pub fn section() -> impl Strategy<Value = u8> + Clone {
    prop_oneof![3 => 0..2_u8, 1 => 0..SECTIONS]
}

pub fn bidder() -> impl Strategy<Value = u8> + Clone {
    prop_oneof![2 => 0..3_u8, 1 => 0..FIRMS]
}

/// Several firms, a bit each.
pub fn several() -> impl Strategy<Value = u8> + Clone {
    1..1_u8 << FIRMS
}

pub fn firms(several: u8) -> impl Iterator<Item = u8> + Clone {
    (0..FIRMS).filter(move |number| several >> number & 1 == 1)
}

pub fn firm(number: u8) -> Value {
    json!({ "code": firm_code(number) })
}

/// The two after the bidders are tenderers.
pub fn firm_code(number: u8) -> String {
    if number < FIRMS { format!("FIRM{number:02}") } else { format!("TENDERER{}", number - FIRMS) }
}

pub fn section_code(section: u8) -> String {
    format!("S{section}")
}

pub fn project_code(project: u8) -> String {
    format!("P{}", project % PROJECTS)
}

/// The same codes for every kind of hardware and lock: kinds must not be taken for one another.
pub fn code(number: u8) -> String {
    format!("AB-0{number}")
}

pub fn address(number: u8) -> String {
    if number == 3 { "2001:db8::1".to_owned() } else { format!("10.0.0.{number}") }
}

pub fn phone(number: u8) -> String {
    format!("+86 138-0000-000{number}")
}

/// One of the persons, of whom the last is known by name only.
pub fn person(number: u8) -> Value {
    if number == PERSONS - 1 { json!({"name": "无证"}) } else { expert(number) }
}

/// One of the experts, of whom the first are also persons elsewhere.
pub fn expert(number: u8) -> Value {
    json!({"id": format!("ID-{number}"), "name": "某"})
}

/// Prices of which some are equal, some climb regularly, and some nearly; the first two are 85 % and 99 % of one.
pub fn price(number: u8) -> &'static str {
    const PRICES: [&str; 10] = ["85", "99", "100", "200", "300", "400", "400.01", "500.02", "600.03", "1000"];
    PRICES[usize::from(number) % PRICES.len()]
}

/// Why a decryption fails.
pub const ERRORS: [&str; 2] = ["密码错误", "CA 证书不匹配"];

/// A word of a list.
pub fn word(words: &[&'static str], number: u8) -> &'static str {
    words[usize::from(number) % words.len()]
}

/// A section and its bidder, as events name them.
pub fn bid(section: u8, bidder: u8) -> (String, Value) {
    (section_code(section), firm(bidder))
}

/// A bid of which nothing else is known.
pub fn bare_bid(section: u8, bidder: u8, at: u8) -> Said {
    let (section, bidder) = bid(section, bidder);
    ("bid.submitted", json!({"section": section, "bidder": bidder}), at)
}

/// An opened bid.
pub fn opened(section: u8, bidder: &str, price: &str, at: u8) -> Said {
    let data = json!({"section": section_code(section), "bidder": {"code": bidder}, "price": price});
    ("bid.opened", data, at)
}

/// A project of an industry, and its section.
pub fn announced(section: u8, industry: u8, notice: Value, at: u8) -> [Said; 2] {
    let project = project_code(section);
    let registered = json!({
        "project": project,
        "tenderer": firm(FIRMS),
        "industry": word(&["01", "02"], industry),
        "method": "public",
    });
    let mut announced = notice;
    announced["section"] = json!(section_code(section));
    announced["project"] = json!(project);
    [("project.registered", registered, at), ("section.announced", announced, at)]
}
