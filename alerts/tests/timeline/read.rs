//! Reads stories: text → lines → what happens and what is wanted. What the words of a line say is in `words`.

use super::story::{Step, Story, What};
use super::words::Words;
use serde::de::DeserializeOwned;
use xiezhi_alerts::action::Deed;
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::normalise::Instant;

/// The year of every instant that names none.
const YEAR: &str = "2026";

/// Reads all stories of a file.
pub fn stories(file: &str, text: &str) -> Result<Vec<Story>, String> {
    let mut stories: Vec<Story> = Vec::new();
    for (n, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        let place = format!("{file}:{n}");
        if let Some(title) = line.strip_prefix("# ") {
            stories.push(Story { title: title.to_owned(), steps: Vec::new() });
        } else if !line.is_empty() && !line.starts_with("--") {
            let story =
                stories.last_mut().ok_or_else(|| format!("{place}: a story begins with its title"))?;
            story.steps.push(step(&place, line).map_err(|what| format!("{place}: {line}\n  {what}"))?);
        }
    }
    Ok(stories)
}

fn step(place: &str, line: &str) -> Result<Step, String> {
    let mut words = Words::of(line)?;
    let at = words.given("at").then(|| words.moment()).transpose()?;
    let what = if words.is_empty() { None } else { Some(what(&mut words)?) };
    match words.is_empty() {
        true => Ok(Step { place: place.to_owned(), text: line.to_owned(), at, what }),
        false => Err(format!("{:?} is not understood", words.rest())),
    }
}

fn what(words: &mut Words) -> Result<What, String> {
    let verb = words.next()?;
    Ok(match verb.as_str() {
        "finding" => What::Findings { hold: true, findings: words.findings()? },
        "gone" => What::Findings { hold: false, findings: words.findings()? },
        "place" => words.place()?,
        "silence" => words.silence()?,
        "end" if words.given("silence") => What::EndSilence { id: words.next()? },
        "duty" => What::Duty(words.next()?),
        "restart" => What::Restart,
        "burst" => What::Burst(words.number()?),
        "storm" => {
            let count = words.number::<usize>()?;
            let one = words.finding()?;
            let section = |n: usize| Some(format!("S{n:05}"));
            What::Storm((1..=count).map(|n| Rendered { section: section(n), ..one.clone() }).collect())
        }
        "want" => What::Want(words.want()?),
        _ => match Deed::ALL.into_iter().find(|deed| deed.as_str() == verb) {
            Some(deed) => What::Act(words.act(deed)?),
            None => return Err(format!("{verb:?} is no event, deed or want")),
        },
    })
}

/// The value of a word, as files write it.
pub fn value<T: DeserializeOwned>(word: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).map_err(|error| error.to_string())
}

/// `03-02 09:00` or `2099-03-02 09:00`.
pub fn instant(day: &str, clock: &str) -> Result<i64, String> {
    let day = if day.len() == "03-02".len() { format!("{YEAR}-{day}") } else { day.to_owned() };
    let text = format!("{day}T{clock}:00+08:00");
    Instant::parse(&text).map(|at| at.0).map_err(|_| format!("{text} is no instant"))
}
