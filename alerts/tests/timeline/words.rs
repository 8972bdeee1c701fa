//! The words of one line, taken from the front: findings, places, deeds, silences, wants.

use super::read::{instant, value};
use super::story::{Act, Moment, Told, Want, Way, What};
use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr;
use xiezhi_alerts::action::Deed;
use xiezhi_alerts::duty::Place;
use xiezhi_alerts::silence::Matcher;
use xiezhi_alerts::{Level, NoticeKind};
use xiezhi_dataflows::event::{Industry, Outcome};
use xiezhi_dataflows::finding::Rendered;
use xiezhi_dataflows::rules::Rule;

/// The section of every finding that names none.
const SECTION: &str = "E1";

/// The words of a line; `"…"` and `[…]` are one each.
pub struct Words(VecDeque<String>);

impl Words {
    pub fn of(line: &str) -> Result<Words, String> {
        let mut words = VecDeque::new();
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                '"' => rest[1..].find('"').map(|at| at + 2),
                '[' => rest.find(']').map(|at| at + 1),
                _ => Some(rest.find([' ', ',', ';']).map_or(rest.len(), |at| at.max(1))),
            };
            let (word, after) = rest.split_at(end.ok_or("a quotation or list does not end")?);
            words.push_back(word.to_owned());
            rest = after.trim_start();
        }
        Ok(Words(words))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left, for an error.
    pub fn rest(&self) -> String {
        self.0.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    pub fn next(&mut self) -> Result<String, String> {
        self.0.pop_front().ok_or_else(|| "a word is missing at the end".to_owned())
    }

    pub fn number<N: FromStr>(&mut self) -> Result<N, String> {
        let word = self.next()?;
        word.parse().map_err(|_| format!("{word:?} is no number"))
    }

    /// Takes a word if it comes next.
    pub fn given(&mut self, word: &str) -> bool {
        let is = self.0.front().is_some_and(|next| next == word);
        if is {
            self.0.pop_front();
        }
        is
    }

    fn quoted(&mut self) -> Option<String> {
        let text = self.0.front()?.strip_prefix('"')?.strip_suffix('"')?.to_owned();
        self.0.pop_front();
        Some(text)
    }

    /// `a, b, c`.
    fn list(&mut self) -> Result<Vec<String>, String> {
        let mut all = vec![self.next()?];
        while self.given(",") {
            all.push(self.next()?);
        }
        Ok(all)
    }

    fn instant(&mut self) -> Result<i64, String> {
        let (day, clock) = (self.next()?, self.next()?);
        instant(&day, &clock)
    }

    pub fn moment(&mut self) -> Result<Moment, String> {
        let at = self.instant()?;
        let by = match () {
            () if self.given("after") => self.next().map(|_| Way::Outage)?,
            () if self.given("clock") => self.next().map(|_| Way::ClockBack)?,
            () => Way::Passing,
        };
        Ok(Moment { at, by })
    }

    pub fn findings(&mut self) -> Result<Vec<Rendered>, String> {
        let mut all = vec![self.finding()?];
        while self.given("&") {
            all.push(self.finding()?);
        }
        Ok(all)
    }

    pub fn finding(&mut self) -> Result<Rendered, String> {
        let id = self.next()?;
        let sheet = Rule::of(&id).ok_or_else(|| format!("{id} is no rule"))?.sheet();
        let list = self.next()?;
        let list =
            list.strip_prefix('[').and_then(|list| list.strip_suffix(']')).ok_or("parties are missing")?;
        let mut parties: Vec<String> = list.split_whitespace().map(str::to_owned).collect();
        parties.sort();
        let mut finding = Rendered {
            rule: id,
            section: Some(SECTION.to_owned()),
            key: parties.join("+"),
            parties,
            persons: Vec::new(),
            severity: sheet.severity.as_str().to_owned(),
            value: BTreeMap::new(),
            evidence: Vec::new(),
        };
        loop {
            match () {
                () if self.given("in") => finding.section = Some(self.next()?),
                () if self.given("nowhere") => finding.section = None,
                () if self.given("key") => finding.key = self.next()?,
                () if self.given("severity") => finding.severity = self.next()?,
                () => return Ok(finding),
            }
        }
    }

    pub fn place(&mut self) -> Result<What, String> {
        let (section, mut place) = (self.next()?, Place::default());
        while !self.is_empty() {
            match self.next()?.as_str() {
                "trade" => place.industry = Some(Industry::parse(&self.next()?).ok_or("no such trade")?),
                "region" => place.region = Some(self.next()?),
                "stage" => place.stage = Some(value(&self.next()?)?),
                "with" => place.department = Some(self.next()?),
                "opening" => place.opening_at = Some(self.instant()?),
                other => return Err(format!("{other:?} is nothing that is known of a section")),
            }
        }
        Ok(What::Place { section, place })
    }

    pub fn act(&mut self, deed: Deed) -> Result<Act, String> {
        let by = "wang".to_owned();
        let mut act = Act { deed, on: None, by, to: None, outcome: None, note: None, seen: None };
        while !self.is_empty() {
            match () {
                () if self.given("on") => act.on = Some(self.next()?),
                () if self.given("by") => act.by = self.next()?,
                () if self.given("to") => act.to = Some(self.next()?),
                () if self.given("seen") => act.seen = Some(self.list()?),
                () => match self.quoted() {
                    Some(note) => act.note = Some(note),
                    None => {
                        let word = self.next()?;
                        let outcome =
                            Outcome::parse(&word).ok_or_else(|| format!("{word:?} is no outcome"))?;
                        act.outcome = Some(outcome);
                    }
                },
            }
        }
        Ok(act)
    }

    pub fn silence(&mut self) -> Result<What, String> {
        let (id, mut from, mut until) = (self.next()?, None, None);
        let mut matcher = Matcher {
            level: Level::Yellow,
            department: None,
            topic: None,
            section: None,
            party: None,
            rule: None,
        };
        while !self.is_empty() {
            match self.next()?.as_str() {
                "from" => from = Some(self.instant()?),
                "until" => until = Some(self.instant()?),
                "level" => matcher.level = value(&self.next()?)?,
                "topic" => matcher.topic = Some(value(&self.next()?)?),
                "department" => matcher.department = Some(self.next()?),
                "section" => matcher.section = Some(self.next()?),
                "party" => matcher.party = Some(self.next()?),
                "rule" => matcher.rule = Some(self.next()?),
                other => return Err(format!("{other:?} is nothing that a silence says")),
            }
        }
        Ok(What::Silence { id, from, until: until.ok_or("until when?")?, matcher })
    }

    pub fn want(&mut self) -> Result<Want, String> {
        let what = self.next()?;
        Ok(match what.as_str() {
            "nothing" => Want::Nothing,
            "refused" => Want::Refused(self.quoted().ok_or("why?")?),
            "untold" => Want::Untold(self.quoted().ok_or("why?")?),
            "state" => {
                self.0.push_front(what);
                self.stands()?
            }
            "verdict" => {
                let rule = self.next()?;
                Want::Verdict { rule, counts: [self.number()?, self.number()?, self.number()?] }
            }
            "sent" => {
                let (receiver, alone) = (self.next()?, self.number()?);
                let _ = self.given("alone");
                let digest = self.given(",").then(|| {
                    let _ = self.given("digest") && self.given("of");
                    self.number()
                });
                Want::Sent { receiver, alone, digest: digest.transpose()? }
            }
            kind => Want::Told(self.told(value(kind)?)?),
        })
    }

    fn stands(&mut self) -> Result<Want, String> {
        let on = None;
        let mut pairs: Vec<(String, String)> = Vec::new();
        while !self.is_empty() {
            let key = self.next()?;
            let mut said = Vec::new();
            while !self.is_empty() && !self.given(";") {
                let word = self.next()?;
                said.push(word.trim_matches('"').to_owned());
            }
            pairs.push((key, said.join(" ")));
        }
        let named = pairs.iter().position(|(key, _)| key == "on");
        let on = named.map(|at| pairs.remove(at).1).or(on);
        Ok(Want::Stands { on, pairs })
    }

    fn told(&mut self, kind: NoticeKind) -> Result<Told, String> {
        let mut told = Told {
            kind,
            on: None,
            to: BTreeMap::new(),
            words: Vec::new(),
            new: None,
            gone: None,
            from: None,
        };
        if !self.given("->") {
            return Err("who is told? -> receivers".to_owned());
        }
        loop {
            let receiver = self.next()?;
            // Of a new alert everybody hears for the first time, of what follows nobody, unless the story says otherwise.
            let first = match () {
                () if self.given("(first)") => true,
                () if self.given("(again)") => false,
                () => kind == NoticeKind::Created,
            };
            if receiver != "nobody" {
                told.to.insert(receiver, first);
            }
            if !self.given(",") {
                break;
            }
        }
        while !self.is_empty() {
            match () {
                () if self.given("on") => told.on = Some(self.next()?),
                () if self.given("new") => told.new = Some(self.list()?),
                () if self.given("gone") => told.gone = Some(self.list()?),
                () if self.given("from") => told.from = Some(value(&self.next()?)?),
                () => match self.quoted() {
                    Some(words) => told.words.push(words),
                    None => return Err(format!("{:?} is not understood", self.next()?)),
                },
            }
        }
        Ok(told)
    }
}
