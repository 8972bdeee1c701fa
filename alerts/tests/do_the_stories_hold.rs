//! Do the stories of `tests/stories/` hold, as they are and with a restart after every step? And does the language
//! notice if one does not?

mod timeline;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use timeline::play::{Duties, play};
use timeline::read::stories;
use timeline::story::Story;
use xiezhi_alerts::duty::{DutyList, Written};

fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let entries = fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|e| e == ending)).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a readable file");
        (path.file_stem().expect("a name").to_string_lossy().into_owned(), text)
    };
    paths.iter().map(read).collect()
}

fn duties() -> Duties {
    let list = |(name, text): (String, String)| {
        let written: Written = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let list = DutyList::check(written, 1).unwrap_or_else(|faults| panic!("{name}: {faults:?}"));
        (name, list)
    };
    files("stories/duties", "toml").into_iter().map(list).collect()
}

fn all() -> Vec<Story> {
    let read =
        |(name, text): (String, String)| stories(&name, &text).unwrap_or_else(|error| panic!("{error}"));
    files("stories", "story").into_iter().flat_map(read).collect()
}

fn failures(restless: bool) -> String {
    let duties = duties();
    let failed = all().into_iter().filter_map(|story| {
        let why = play(&story, &duties, restless).err()?;
        Some(format!("\n\n{}\n{why}", story.title))
    });
    failed.collect()
}

#[test]
fn every_story_holds() {
    let failures = failures(false);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_story_holds_with_a_restart_after_every_step() {
    let failures = failures(true);
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn stories_have_titles_of_their_own_and_want_something() {
    let stories = all();
    assert!(stories.len() >= 40, "{} stories were read", stories.len());
    let titles: BTreeSet<&str> = stories.iter().map(|story| story.title.as_str()).collect();
    assert_eq!(titles.len(), stories.len(), "a title is given twice");
    for story in &stories {
        let wants = story.steps.iter().filter(|step| step.text.contains("want "));
        assert!(wants.count() > 0, "{} wants nothing", story.title);
    }
}

/// What the player says of a story of these lines.
fn says(lines: &str) -> String {
    let read = stories("s", &format!("# A story\n{lines}"));
    match read.map(|stories| play(&stories[0], &duties(), false)) {
        Err(error) | Ok(Err(error)) => error,
        Ok(Ok(())) => "holds".to_owned(),
    }
}

#[test]
fn a_story_that_does_not_hold_says_where_and_what_happened_instead() {
    let begin = "at 03-02 09:00 finding PER-02 [甲 乙]\n";
    let told = format!("{begin}want created -> zjj.liaison, jiwei\n");
    for (lines, says_so) in [
        (told.clone(), "holds"),
        (begin.to_owned(), "s:2: the end of the story\n  somebody was told what nothing wants"),
        (
            format!("{begin}want created -> zjj.liaison"),
            "s:3: want created -> zjj.liaison\n  receivers: wanted",
        ),
        (format!("{begin}want raised -> zjj.liaison"), "instead: 2026-03-02 09:00 created on E1/collusion"),
        (format!("{begin}want created -> zjj.liaison, jiwei (again)"), "receivers: wanted"),
        (format!("{begin}want created -> zjj.liaison, jiwei \"绿色\""), "\"绿色\" is not in"),
        (format!("{told}want created -> zjj.liaison, jiwei"), "nobody was told anything"),
        (format!("{told}at 03-02 10:01 want nothing"), "before this, somebody was told what nothing wants"),
        (format!("{told}want state closed"), "state: wanted \"closed\", is \"open\""),
        (format!("{told}want state open; due 03-02 12:00"), "due: wanted"),
        (format!("{told}want refused \"须先签收\""), "it was not refused"),
        (format!("{told}want untold \"静默\""), "nothing was kept from anybody"),
        (format!("{told}at 03-02 08:00"), "earlier than the line above"),
        (format!("{told}close unheard by wang"), "\"unheard\" is no outcome"),
        (format!("{told}gone DEV-01 [甲 乙]"), "that finding does not hold"),
        (format!("{told}dance"), "\"dance\" is no event, deed or want"),
        (format!("burst 2\n{begin}"), "which nothing wants"),
    ] {
        let said = says(&lines);
        assert!(said.contains(says_so), "{lines}\nsays: {said}\nshould say: {says_so}");
    }
}
