//! Acts a story out on the real binary, with real receivers and a clock of the test.
//!
//! What the pure core's player checks and this cannot see is left to that one: whether a receiver hears of an alert for
//! the first time, and which findings a notice calls new or gone (both only change the text).

pub mod ears;
mod scene;
pub mod timeline;

use ears::{Ears, Message};
use scene::Scene;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use timeline::story::{Act, Moment, Step, Story, Told, Want, Way, What};
use xiezhi_alerts::action::Deed;
use xiezhi_dataflows::event::Outcome;
use xiezhi_tests::events::one_lock;
use xiezhi_tests::{Client, Daemon, Home, eventually, run};

/// The duty list of a story that names none.
const CITY: &str = "city";
/// The section whose alert tells that the daemon has done what was due; it is in no story.
const MARK: &str = "MARK";

/// A story under way.
pub struct Stage {
    home: Home,
    ears: Ears,
    lists: BTreeMap<String, toml::Table>,
    scene: Scene,
    now: i64,
    running: Option<(Daemon, Client)>,
    /// Who does something, by their names.
    actors: BTreeMap<String, String>,
    /// Keys of messages that the story has wanted, or that are not its own.
    taken: BTreeSet<(String, String)>,
    /// What the last deed was refused with.
    refused: Option<String>,
    editions: u64,
}

/// Acts a story; says where it does not hold.
pub fn play(story: &Story, duties: &Path) -> Result<(), String> {
    let mut stage = Stage::set(story, duties)?;
    for step in &story.steps {
        stage.step(step).map_err(|what| format!("{}: {}\n  {what}", step.place, step.text))?;
    }
    stage.silent().map_err(|what| format!("the end of the story\n  {what}"))
}

/// All duty lists of a folder.
fn lists(folder: &Path) -> BTreeMap<String, toml::Table> {
    let entries = std::fs::read_dir(folder).expect("duty lists").map(|entry| entry.expect("an entry").path());
    let read = |path: std::path::PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a duty list");
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, text.parse().expect("TOML"))
    };
    entries.map(read).collect()
}

impl Stage {
    fn set(story: &Story, duties: &Path) -> Result<Stage, String> {
        let lists = lists(duties);
        let first = story.steps.iter().find_map(|step| step.at).ok_or("a story names an instant")?;
        let ears = Ears::of(&lists);
        let mut home = Home::new();
        let text = "listen = \"127.0.0.1:0\"\ndata_dir = \"data\"\n[engine]\nworkers = 1\n[routing]\nduty_list = \"duties.toml\"\n";
        home.write("xiezhi.toml", &format!("{text}{}", ears.channels()));
        let clock = home.path("clock").to_string_lossy().into_owned();
        home.set("XIEZHI_CLOCK_FILE", Some(&clock));
        let mut stage = Stage {
            home,
            ears,
            lists,
            scene: Scene::default(),
            now: first.at,
            running: None,
            actors: BTreeMap::new(),
            taken: BTreeSet::new(),
            refused: None,
            editions: 0,
        };
        stage.home.write("clock", &stage.now.to_string());
        stage.write_duty(CITY)?;
        stage.open();
        stage.mark()?;
        Ok(stage)
    }

    fn write_duty(&mut self, name: &str) -> Result<(), String> {
        let list = self.lists.get(name).ok_or_else(|| format!("there is no duty list {name}"))?;
        self.home.write("duties.toml", &self.ears.listening(list).to_string());
        self.editions += 1;
        Ok(())
    }

    fn open(&mut self) {
        self.running = Some(self.home.start());
    }

    fn close(&mut self) {
        if let Some((daemon, _)) = self.running.take() {
            daemon.terminate();
        }
    }

    fn client(&self) -> &Client {
        &self.running.as_ref().expect("the daemon runs").1
    }

    /// An alert of no story, closed, so that nothing is ever due: a note on it is answered when all before it is done.
    fn mark(&mut self) -> Result<(), String> {
        self.client().accept(&one_lock(MARK));
        eventually("the mark", || self.alerts().into_iter().find(|alert| alert["section"] == MARK));
        for (deed, body) in [
            ("acknowledge", json!({})),
            ("close", json!({"outcome": "insufficient", "note": "no part of the story"})),
        ] {
            let alert = self.marked()?;
            let answer = self.ask("marker", &alert, deed, &body)?;
            if answer.status != 200 {
                return Err(answer.text());
            }
        }
        self.settle()
    }

    fn marked(&self) -> Result<Value, String> {
        let found = self.alerts().into_iter().find(|alert| alert["section"] == MARK);
        found.ok_or_else(|| "the mark is gone".to_owned())
    }

    /// Waits until the daemon has done what is due and sent what is to be sent.
    ///
    /// Time is looked at after each piece of work: the second note is answered after the look that followed the first.
    fn settle(&mut self) -> Result<(), String> {
        for _ in 0..2 {
            let alert = self.marked()?;
            let answer = self.ask("marker", &alert, "note", &json!({"note": "here"}))?;
            if answer.status != 200 {
                return Err(answer.text());
            }
        }
        let waiting = || self.client().list("/api/v1/deliveries?state=waiting", 100);
        eventually("everything is delivered", || waiting().is_empty().then_some(()));
        let mark = self.marked()?["id"].clone();
        let own = self.ears.heard().into_iter().filter(|message| mark == message.alert.as_str());
        let own: Vec<_> = own.map(|message| (message.to, message.key)).collect();
        self.taken.extend(own);
        Ok(())
    }

    fn alerts(&self) -> Vec<Value> {
        self.client().list("/api/v1/alerts", 100)
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(moment) = step.at {
            self.silent()?;
            self.reach(moment)?;
        }
        match &step.what {
            None => Ok(()),
            Some(What::Want(want)) => self.want(want),
            Some(what) => self.happen(what),
        }
    }

    fn reach(&mut self, to: Moment) -> Result<(), String> {
        self.now = to.at;
        if to.by == Way::Outage {
            self.close();
        }
        self.home.write("clock", &to.at.to_string());
        if self.running.is_none() {
            self.open();
        }
        self.settle()
    }

    fn happen(&mut self, what: &What) -> Result<(), String> {
        self.refused = None;
        match what {
            What::Findings { hold, findings } => {
                let events = self.scene.findings(findings, *hold)?;
                self.client().accept(&events);
            }
            What::Place { section, place } => self.scene.place(section, place),
            What::Act(act) => self.act(act)?,
            What::Duty(name) => {
                self.write_duty(name)?;
                let id = self.running.as_ref().expect("the daemon runs").0.id().to_string();
                let hangup = Command::new("kill").args(["-HUP", &id]).status().map_err(|e| e.to_string())?;
                assert!(hangup.success());
                eventually("the new edition is in force", || {
                    (self.client().get_json("/api/v1/duties")["edition"] == self.editions).then_some(())
                });
            }
            What::Restart => {
                self.close();
                self.open();
            }
            other => return Err(format!("{other:?} is not played here")),
        }
        self.settle()
    }

    fn act(&mut self, act: &Act) -> Result<(), String> {
        if act.seen.is_some() {
            return Err("what was seen is what stands, here".to_owned());
        }
        let alert = self.alert(act.on.as_deref())?;
        // The interface wants a reason where the core does not.
        let asked = matches!(act.deed, Deed::Return | Deed::Reopen | Deed::Close);
        let note = act.note.clone().or_else(|| asked.then(|| "见记录".to_owned()));
        let body = json!({"to": act.to, "outcome": act.outcome.map(Outcome::as_str), "note": note});
        let answer = self.ask(&act.by, &alert, act.deed.as_str(), &body)?;
        match answer.status {
            200 => Ok(()),
            409 if answer.problem() == "does_not_fit" => {
                self.refused = Some(answer.json()["detail"].as_str().unwrap_or_default().to_owned());
                Ok(())
            }
            _ => Err(answer.text()),
        }
    }

    /// Does something in somebody's name, with the alert as it was read.
    fn ask(
        &mut self,
        by: &str,
        alert: &Value,
        deed: &str,
        body: &Value,
    ) -> Result<xiezhi_tests::Answer, String> {
        if !self.actors.contains_key(by) {
            let config = self.home.path("xiezhi.toml");
            let config = config.to_str().ok_or("a path")?;
            let made = run(&["token", "--config", config, "add", by, "--role", "coordinator"]);
            assert_eq!(made.code, Some(0), "{}", made.err);
            self.actors.insert(by.to_owned(), made.out.trim().to_owned());
        }
        let client = self.client().with_token(&self.actors[by]);
        let path = format!("/api/v1/alerts/{}/{deed}", alert["id"].as_str().ok_or("an id")?);
        let revision = alert["revision"].to_string();
        let answer = client.ask("POST", &path, &[("if-match", &revision)], body.to_string().into_bytes());
        answer.map_err(|error| error.to_string())
    }

    /// The alert that is meant: the only one, or by section and topic.
    fn alert(&self, on: Option<&str>) -> Result<Value, String> {
        let mut meant = self
            .alerts()
            .into_iter()
            .filter(|alert| alert["section"] != MARK && on.is_none_or(|on| on == called(alert)));
        match (meant.next(), meant.next()) {
            (Some(alert), None) => Ok(alert),
            (None, _) => Err("there is no such alert".to_owned()),
            _ => Err("which alert?".to_owned()),
        }
    }

    /// What was heard and not yet wanted.
    fn unwanted(&self) -> Vec<Message> {
        let mut all = self.ears.heard();
        all.retain(|message| !self.taken.contains(&(message.to.clone(), message.key.clone())));
        all
    }

    fn silent(&self) -> Result<(), String> {
        let said: Vec<String> =
            self.unwanted().iter().map(|message| format!("{} to {}", message.kind(), message.to)).collect();
        match said.is_empty() {
            true => Ok(()),
            false => Err(format!("somebody was told what nothing wants: {}", said.join(" | "))),
        }
    }

    fn want(&mut self, want: &Want) -> Result<(), String> {
        match want {
            Want::Nothing => self.silent(),
            Want::Told(told) => self.told(told),
            Want::Stands { on, pairs } => {
                let alert = self.alert(on.as_deref())?;
                pairs.iter().try_for_each(|(key, wanted)| stands(&alert, key, wanted))
            }
            Want::Refused(words) => contains(self.refused.as_deref().ok_or("it was not refused")?, words),
            Want::Untold(words) => {
                let alert = self.alert(None)?;
                let path = format!("/api/v1/alerts/{}/history", alert["id"].as_str().ok_or("an id")?);
                let lines = self.client().list(&path, 1000);
                let last = lines.last().ok_or("it has no history")?;
                same("told", &json!([]), &last["told"])?;
                contains(last["reason_zh"].as_str().unwrap_or_default(), words)
            }
            Want::Verdict { rule, counts } => {
                let said = self.client().get_json(&format!("/api/v1/rules/{rule}"));
                let is = ["substantiated", "unfounded", "insufficient"]
                    .map(|word| said["verdicts"][word].as_u64().unwrap_or_default());
                same(rule, counts, &is)
            }
            Want::Sent { .. } => Err("pace is not played here".to_owned()),
        }
    }

    fn told(&mut self, told: &Told) -> Result<(), String> {
        let alert = told.on.as_ref().map(|on| self.alert(Some(on))).transpose()?;
        let id = alert.as_ref().and_then(|alert| alert["id"].as_str());
        let fits = |message: &Message| {
            message.kind() == told.kind.as_str() && id.is_none_or(|id| id == message.alert)
        };
        let unwanted = self.unwanted();
        let first = unwanted.iter().find(|message| fits(message)).map(|message| message.key.clone());
        let heard: Vec<Message> =
            unwanted.into_iter().filter(|message| Some(&message.key) == first.as_ref()).collect();
        let to: BTreeSet<&str> = heard.iter().map(|message| message.to.as_str()).collect();
        same("receivers", &told.to.keys().map(String::as_str).collect(), &to)?;
        let text: Vec<&str> = heard.iter().map(|message| message.text.as_str()).collect();
        told.words.iter().try_for_each(|words| match told.to.is_empty() {
            true => Ok(()),
            false => contains(&text.join("\n\n"), words),
        })?;
        self.taken.extend(heard.into_iter().map(|message| (message.to, message.key)));
        Ok(())
    }
}

/// `E1/collusion`.
fn called(alert: &Value) -> String {
    let text = |field: &str| alert[field].as_str().unwrap_or_default().to_owned();
    format!("{}/{}", text("section"), text("topic"))
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, wanted: &T, is: &T) -> Result<(), String> {
    match wanted == is {
        true => Ok(()),
        false => Err(format!("{what}: wanted {wanted:?}, is {is:?}")),
    }
}

fn contains(text: &str, words: &str) -> Result<(), String> {
    match text.contains(words) {
        true => Ok(()),
        false => Err(format!("{words:?} is not in:\n{text}")),
    }
}

/// One thing about an alert as the interface shows it.
fn stands(alert: &Value, key: &str, wanted: &str) -> Result<(), String> {
    let (charge, handling) = (&alert["charge"], &alert["handling"]);
    let is = match key {
        "state" | "level" => &alert[key],
        "revision" => &alert["revision"],
        "owner" => &charge["department"],
        "item" => &charge["item"],
        "edition" => &charge["duty_edition"],
        "why" => &charge["reason_zh"],
        "overdue" | "sent_back" => &charge[key],
        "silenced" => &charge["silenced_by"],
        "acknowledged" => &handling["acknowledged"]["by"],
        "assigned" => &handling["assigned_to"],
        "outcome" => &handling["closed"]["outcome"],
        "findings" => return same(key, &wanted.to_owned(), &length(&alert["facts"]).to_string()),
        "holds" => &json!(handling["withdrawn_at"].is_null()),
        "handed" => return same(key, &wanted.to_owned(), &handed(&handling["handed"])),
        "due" => &json!(charge["due_at"].as_str().map(|due| due[5..16].replace('T', " "))),
        _ => return Err(format!("{key:?} is nothing that is shown")),
    };
    let is = match is {
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    same(key, &wanted.to_owned(), &is)
}

fn length(list: &Value) -> usize {
    list.as_array().map_or(0, Vec::len)
}

fn handed(handed: &Value) -> String {
    let outcome = handed["did"]["outcome"].as_str();
    outcome.map_or("none".to_owned(), |outcome| {
        format!("{outcome} {} {}", handed["level"].as_str().unwrap_or_default(), length(&handed["facts"]))
    })
}

/// The stories of a file.
pub fn stories(path: &Path) -> Vec<Story> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    timeline::read::stories(&name, &text).unwrap_or_else(|error| panic!("{error}"))
}
