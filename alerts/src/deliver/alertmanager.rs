//! Alertmanager, version 2 of its interface.
//!
//! *Source.* Prometheus Alertmanager, `POST /api/v2/alerts`. An alert of Alertmanager is its labels: one whose level has changed is another
//! one. So each letter also ends the alert at the other two levels, which means nothing where there was none.
//!
//! *Laws.* A firing alert ends by itself `lasts` after the last letter about it, so it must be repeated before
//! ([`refresh_within`]), and one that nobody repeats does not stand for ever. No party, section or person is in a label: labels are
//! shown, stored and routed by widely.

use super::http::Post;
use super::letter::Letter;
use crate::Level;
use crate::text;
use crate::words::Language;
use serde_json::{Value, json};
use std::time::Duration;
use xiezhi_dataflows::normalise::Instant;

/// The path under the address.
pub const PATH: &str = "/api/v2/alerts";
/// How long an alert stands without being repeated, where nothing else is configured: over a night and a long weekend no
/// supervisor repeats it, so it is the dispatcher that must.
pub const LASTS: Duration = Duration::from_secs(24 * 3_600);
/// How far this clock may be ahead of Alertmanager's, µs: a level that is not the alert's is ended that much earlier, or it
/// would fire there until Alertmanager's clock has come so far.
const AHEAD_US: i64 = 5 * 60_000_000;
/// Most characters of the description.
const DESCRIPTION_CHARACTERS_MAX: usize = 4_000;

/// How soon after a letter the next one about the same alert must come, so that it does not end: half of how long it
/// lasts, which leaves time for attempts that fail.
pub fn refresh_within(lasts: Duration) -> Duration {
    lasts / 2
}

/// The request.
pub fn post(letter: &Letter, lasts: Duration, now_us: i64) -> Post {
    let alerts = match (letter.alert.is_some(), letter.level) {
        (true, Some(level)) => {
            let at = |other: Level| alert(letter, Some(other), letter.open && other == level, lasts, now_us);
            Level::ALL.map(at).to_vec()
        }
        _ => vec![alert(letter, letter.level, letter.open, lasts, now_us)],
    };
    Post::json(Value::from(alerts).to_string().into_bytes())
}

fn alert(letter: &Letter, level: Option<Level>, fires: bool, lasts: Duration, now_us: i64) -> Value {
    let lasts_us = i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX);
    let ends = match (fires, level == letter.level) {
        (true, _) => now_us.saturating_add(lasts_us),
        (false, true) => now_us,
        (false, false) => now_us.saturating_sub(AHEAD_US),
    };
    // A clock that was set back must not make it end before it began.
    let starts = letter.at.min(now_us).min(ends);
    let (alert_name, id) = match &letter.alert {
        Some(id) => ("Xiezhi".to_owned(), id),
        // Two digests are two things to read.
        None => (format!("Xiezhi_{}", letter.kind), &letter.key),
    };
    let mut labels = json!({"alertname": alert_name, "alert_id": id});
    let optional = [
        ("level", level.map(Level::as_str)),
        ("severity", level.map(severity)),
        ("topic", letter.topic.as_deref()),
        ("department", letter.department.as_deref()),
    ];
    for (name, value) in optional {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            labels[name] = value.into();
        }
    }
    let description = text::cut(&letter.text, DESCRIPTION_CHARACTERS_MAX, Language::Chinese);
    let mut alert = json!({
        "labels": labels,
        "annotations": {"summary": letter.title, "description": description},
        "startsAt": Instant(starts).to_rfc3339(),
        "endsAt": Instant(ends).to_rfc3339(),
    });
    if let Some(link) = letter.link.as_deref().and_then(super::markdown::link) {
        alert["generatorURL"] = link.into();
    }
    alert
}

/// The word that rules and routes of Prometheus use.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Red => "critical",
        Level::Orange => "warning",
        Level::Yellow => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{AT, letter};
    use super::*;

    fn alerts(letter: &Letter) -> Vec<Value> {
        serde_json::from_slice(&post(letter, LASTS, AT + 1_000_000).body).expect("JSON")
    }

    fn firing(letter: &Letter) -> Vec<String> {
        // One offset throughout: instants compare as texts.
        let now = Instant(AT + 1_000_000).to_rfc3339();
        let fires = |alert: &&Value| alert["endsAt"].as_str() > Some(now.as_str());
        alerts(letter).iter().filter(fires).map(|alert| alert["labels"]["level"].to_string()).collect()
    }

    #[test]
    fn it_fires_at_its_level_alone_and_nowhere_when_it_no_longer_holds() {
        assert_eq!(firing(&letter()), ["\"red\""]);
        assert_eq!(firing(&Letter { level: Some(Level::Yellow), ..letter() }), ["\"yellow\""]);
        assert_eq!(firing(&Letter { open: false, ..letter() }), [""; 0]);
        assert_eq!(alerts(&letter()).len(), 3);
    }

    #[test]
    fn labels_name_no_party_and_no_section() {
        for alert in alerts(&letter()) {
            let names: Vec<&String> = alert["labels"].as_object().expect("labels").keys().collect();
            assert_eq!(names, ["alert_id", "alertname", "department", "level", "severity", "topic"]);
        }
    }

    #[test]
    fn a_digest_stands_by_itself() {
        let digest = Letter {
            alert: None,
            level: None,
            topic: None,
            department: None,
            kind: "digest".to_owned(),
            ..letter()
        };
        let alerts = alerts(&digest);
        assert_eq!(alerts.len(), 1);
        assert_eq!(
            alerts[0]["labels"],
            json!({"alertname": "Xiezhi_digest", "alert_id": "XZ-7K3M-92QD.1.zjj"})
        );
    }

    #[test]
    fn it_never_ends_before_it_began() {
        let later = Letter { at: AT + 3_600_000_000, open: false, ..letter() };
        for alert in alerts(&later) {
            assert_eq!(alert["startsAt"], alert["endsAt"]);
        }
    }
}
