//! Do the main stories of `alerts/tests/stories` hold on the real binary, with real receivers: HTTP, mail, Redis?

mod on_stage;

use on_stage::timeline::story::Story;
use on_stage::{play, stories};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../alerts/tests/stories")
}

fn story(title: &str) -> Story {
    let entries = std::fs::read_dir(folder()).expect("stories").map(|entry| entry.expect("an entry").path());
    let files = entries.filter(|path| path.extension().is_some_and(|ending| ending == "story"));
    let found = files.flat_map(|path| stories(&path)).find(|story| story.title == title);
    found.unwrap_or_else(|| panic!("there is no story {title:?}"))
}

fn holds(title: &str) {
    let story = story(title);
    if let Err(what) = play(&story, &folder().join("duties")) {
        panic!("{title}\n{what}");
    }
}

macro_rules! stories {
    ($($name:ident: $title:literal;)*) => {
        $(#[test] fn $name() { holds($title) })*
    };
}

stories! {
    up_the_ladder: "Nobody acknowledges a red alert: up the ladder, each step once";
    a_late_acknowledgement: "A late acknowledgement stops the ladder";
    not_closed_in_time: "Nobody closes what was acknowledged: reminded, then up the ladder";
    before_the_opening: "What is opened soon is to be acknowledged before it is opened";
    a_long_outage: "A long outage is told as one";
    restarts: "A restart doubles nothing";
    clock_set_back: "A clock that is set back an hour repeats nothing";
    sent_back: "What a department sends back goes to the coordinating office, with the whole time";
    transferred: "A transfer gives another department the whole time";
    withdrawn: "What was acknowledged is not erased by a withdrawal, and may be closed with what was found out";
    by_register: "A water project goes to the water authority that it was registered with";
    handed_over: "What is handed over is frozen as it was handed";
    recorded: "Another system that keeps a record hears of every deed and every step";
    by_night: "Red alerts may be followed day and night";
    reopened: "A supervisor reopens by hand, and everybody hears of it";
}

#[test]
fn a_story_that_does_not_hold_is_noticed() {
    let told = "at 03-02 09:00 finding PER-02 [甲 乙]\nwant created -> zjj.liaison, jiwei\n";
    for (lines, says_so) in [
        (
            "at 03-02 09:00 finding PER-02 [甲 乙]\nwant created -> zjj.liaison".to_owned(),
            "receivers: wanted",
        ),
        (
            format!("{told}at 03-02 10:01 want nothing"),
            "somebody was told what nothing wants: reminded to zjj.liaison",
        ),
        (format!("{told}want state open; due 03-02 12:00"), "due: wanted"),
        (format!("{told}want refused \"须先签收\""), "it was not refused"),
    ] {
        let read = on_stage::timeline::read::stories("s", &format!("# A story\n{lines}")).expect("a story");
        let said = play(&read[0], &folder().join("duties")).expect_err(says_so);
        assert!(said.contains(says_so), "{lines}\nsays: {said}\nshould say: {says_so}");
    }
}
