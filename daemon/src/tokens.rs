//! Access tokens: who may do what. One line a token in `tokens.jsonl` of the data directory, its SHA-256 only.
//!
//! *Invariants.* The file is only appended to; a token is taken back by a line that says so, and that takes effect with the next request: the file
//! is read again whenever it has changed. A token's name is what stands as the actor in the record of what was done.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;
use subtle::ConstantTimeEq;

/// What a token begins with, so that it is known for what it is where it does not belong.
const PREFIX: &str = "xzt_";
/// Longest name of a token, characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Most tokens: a city has some hundred supervisors.
const TOKENS_MAX: usize = 10_000;

/// What the holder of a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A system that reports events.
    Ingest,
    /// A supervisor of a department.
    Supervisor,
    /// The coordinating office.
    Coordinator,
    /// 纪检监察, 审计, 公安: reads, has heads of the journal signed, and does nothing else.
    Oversight,
    /// Everything.
    Admin,
    /// Scrapes metrics.
    Metrics,
}

/// What a call asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// To scrape metrics.
    Metrics,
    /// To report events.
    Ingest,
    /// To read conclusions.
    Read,
    /// To do something with alerts; a supervisor with those of the own department.
    Handle,
    /// To have a head of the journal signed.
    Seal,
    /// To publish rules and to decide on what was refused or could not be delivered.
    Manage,
}

impl Role {
    /// All roles.
    pub const ALL: [Role; 6] =
        [Role::Ingest, Role::Supervisor, Role::Coordinator, Role::Oversight, Role::Admin, Role::Metrics];

    /// Whether a role has a right.
    pub fn may(self, right: Right) -> bool {
        match self {
            Role::Admin => true,
            Role::Ingest => right == Right::Ingest,
            Role::Metrics => right == Right::Metrics,
            Role::Oversight => matches!(right, Right::Read | Right::Seal),
            Role::Supervisor => matches!(right, Right::Read | Right::Handle),
            Role::Coordinator => matches!(right, Right::Read | Right::Handle | Right::Metrics),
        }
    }
}

/// Who makes a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The token's name.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Their department, code.
    pub department: Option<String>,
}

impl Actor {
    /// Whether they may do something with what a department answers for.
    pub fn may_handle(&self, department: &str) -> bool {
        match self.role {
            Role::Admin | Role::Coordinator => true,
            Role::Supervisor => self.department.as_deref() == Some(department),
            Role::Ingest | Role::Oversight | Role::Metrics => false,
        }
    }

    /// Whether they may do something that concerns this department alone, or (none) all of them.
    pub fn may_silence(&self, department: Option<&str>) -> bool {
        // No department is called nothing, so that only those pass who may act for all.
        self.may_handle(department.unwrap_or(""))
    }
}

/// A line of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    role: Role,
    department: Option<String>,
    sha256: String,
    revoked: bool,
    at: String,
}

/// Why tokens cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum TokensError {
    /// The file.
    #[error("cannot use {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line that is none.
    #[error("{path}:{line}: {source}; take the line out or restore the file")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// What was asked for.
    #[error("{0}")]
    Wrong(String),
}

/// The tokens of a data directory.
pub struct Tokens {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    read_at: Option<(SystemTime, u64)>,
    by_name: BTreeMap<String, Line>,
}

fn sha256(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new secret of 256 bits.
///
/// # Errors
/// If the machine gives no randomness.
pub fn fresh() -> std::io::Result<String> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{PREFIX}{hex}"))
}

impl Tokens {
    /// The tokens of a data directory; none yet if there is no file.
    pub fn of(data_dir: &Path) -> Tokens {
        Tokens { path: data_dir.join("tokens.jsonl"), held: Mutex::default() }
    }

    /// Whose a token is.
    ///
    /// # Errors
    /// If the file cannot be read: nobody passes then.
    pub fn actor(&self, token: &str) -> Result<Option<Actor>, TokensError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut held)?;
        let given = sha256(token);
        let is = |line: &&Line| bool::from(line.sha256.as_bytes().ct_eq(given.as_bytes()));
        let line = held.by_name.values().filter(|line| !line.revoked).find(is);
        Ok(line.map(|line| Actor {
            name: line.name.clone(),
            role: line.role,
            department: line.department.clone(),
        }))
    }

    /// Makes a token; it is given once and kept by its hash.
    ///
    /// # Errors
    /// If the name is taken or no name, a supervisor has no department, or the file cannot be written.
    pub fn add(
        &self,
        name: &str,
        role: Role,
        department: Option<&str>,
        at: &str,
    ) -> Result<String, TokensError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut held)?;
        let wrong = |what: String| Err(TokensError::Wrong(what));
        let length = name.chars().count();
        if !(1..=NAME_CHARS_MAX).contains(&length) || name.chars().any(char::is_control) {
            return wrong(format!("give a name of 1 to {NAME_CHARS_MAX} characters"));
        }
        if held.by_name.get(name).is_some_and(|line| !line.revoked) {
            return wrong(format!(
                "there is a token of the name {name:?}; revoke it first, or give another name"
            ));
        }
        if held.by_name.len() >= TOKENS_MAX {
            return wrong(format!("there are {TOKENS_MAX} tokens; start another file"));
        }
        if role == Role::Supervisor && department.is_none() {
            return wrong(
                "a supervisor needs a department: --department CODE, as in the duty list".to_owned(),
            );
        }
        let token = fresh().map_err(|source| self.file(source))?;
        let department = department.map(str::to_owned);
        let line = Line {
            name: name.to_owned(),
            role,
            department,
            sha256: sha256(&token),
            revoked: false,
            at: at.to_owned(),
        };
        self.append(&line)?;
        Ok(token)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// If there is none of the name, or the file cannot be written.
    pub fn revoke(&self, name: &str, at: &str) -> Result<(), TokensError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut held)?;
        match held.by_name.get(name).filter(|line| !line.revoked) {
            Some(line) => self.append(&Line { revoked: true, at: at.to_owned(), ..line.clone() }),
            None => Err(TokensError::Wrong(format!("there is no token of the name {name:?}"))),
        }
    }

    /// The tokens in force: name, role, department, since when.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn list(&self) -> Result<Vec<(Actor, String)>, TokensError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        self.refresh(&mut held)?;
        let in_force = held.by_name.values().filter(|line| !line.revoked);
        let shown = |line: &Line| {
            let actor =
                Actor { name: line.name.clone(), role: line.role, department: line.department.clone() };
            (actor, line.at.clone())
        };
        Ok(in_force.map(shown).collect())
    }

    fn append(&self, line: &Line) -> Result<(), TokensError> {
        let text = serde_json::to_string(line).map_err(|error| TokensError::Wrong(error.to_string()))? + "\n";
        let write = || -> std::io::Result<()> {
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.append(true).create(true).mode(0o600).open(&self.path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| self.file(source))
    }

    /// Reads the file again if it has changed.
    fn refresh(&self, held: &mut Held) -> Result<(), TokensError> {
        let state = match std::fs::metadata(&self.path) {
            Ok(metadata) => metadata.modified().ok().map(|at| (at, metadata.len())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                *held = Held::default();
                return Ok(());
            }
            Err(source) => return Err(self.file(source)),
        };
        if state.is_some() && state == held.read_at {
            return Ok(());
        }
        let text = std::fs::read_to_string(&self.path).map_err(|source| self.file(source))?;
        let mut by_name = BTreeMap::new();
        for (at, text) in text.lines().enumerate() {
            let line: Line = serde_json::from_str(text).map_err(|source| TokensError::Line {
                path: self.path.clone(),
                line: at + 1,
                source,
            })?;
            by_name.insert(line.name.clone(), line);
        }
        *held = Held { read_at: state, by_name };
        Ok(())
    }

    fn file(&self, source: std::io::Error) -> TokensError {
        TokensError::File { path: self.path.clone(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_until_it_is_taken_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let tokens = Tokens::of(dir.path());
        let token = tokens.add("王", Role::Supervisor, Some("zjj"), "t").expect("made");
        // Another process, as `xiezhi token` is one.
        let others = Tokens::of(dir.path());
        let actor = others.actor(&token).expect("read").expect("known");
        assert_eq!((actor.name.as_str(), actor.role), ("王", Role::Supervisor));
        assert!(actor.may_handle("zjj") && !actor.may_handle("slj"));
        assert!(others.actor("xzt_wrong").expect("read").is_none());
        tokens.revoke("王", "t").expect("revoked");
        assert!(others.actor(&token).expect("read").is_none(), "at once");
        let text = std::fs::read_to_string(dir.path().join("tokens.jsonl")).expect("a file");
        assert!(!text.contains(&token));
    }

    #[test]
    fn names_are_unique_and_supervisors_have_a_department() {
        let dir = tempfile::tempdir().expect("a folder");
        let tokens = Tokens::of(dir.path());
        tokens.add("a", Role::Oversight, None, "t").expect("made");
        for (name, role) in
            [("a", Role::Admin), ("b", Role::Supervisor), ("", Role::Admin), ("x\ny", Role::Admin)]
        {
            assert!(tokens.add(name, role, None, "t").is_err(), "{name:?}");
        }
        assert!(tokens.revoke("nobody", "t").is_err());
        assert_eq!(tokens.list().expect("read").len(), 1);
    }

    #[test]
    fn roles_have_the_rights_of_the_table_and_no_others() {
        use Right::{Handle, Ingest, Manage, Metrics, Read, Seal};
        for (role, rights) in [
            (Role::Ingest, &[Ingest][..]),
            (Role::Supervisor, &[Read, Handle]),
            (Role::Coordinator, &[Metrics, Read, Handle]),
            (Role::Oversight, &[Read, Seal]),
            (Role::Metrics, &[Metrics]),
            (Role::Admin, &[Metrics, Ingest, Read, Handle, Manage, Seal]),
        ] {
            for right in [Metrics, Ingest, Read, Handle, Manage, Seal] {
                assert_eq!(role.may(right), rights.contains(&right), "{role:?} {right:?}");
            }
        }
    }
}
