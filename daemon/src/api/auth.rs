//! Who may call: the admin token, made at the first start, and those of `tokens.jsonl`; compared in constant time, never logged.
//!
//! *Invariants.* Only hashes are held in memory after the start. Every guarded route belongs to a group with one [`Right`]; a route outside of a group
//! cannot be reached. What changes something, and what is denied, is in the log with the role that asked: names of persons
//! stand in the journal, not in logs.

use super::{App, Problem};
use crate::journal::{DataDirLock, JournalError, files};
use crate::tokens::{Actor, Right, Role, fresh};
use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::{Path, PathBuf};
use subtle::ConstantTimeEq;

/// The hash of the admin token.
pub struct AdminToken {
    sha256: [u8; 32],
}

/// Where the token is.
pub fn token_path(data_dir: &Path) -> PathBuf {
    data_dir.join("admin.token")
}

impl AdminToken {
    /// Reads the token of a data directory, or makes one (mode 0600). Tells whether it is new.
    ///
    /// # Errors
    /// If the file cannot be read or written, holds no token, or another daemon is just being started there.
    pub fn load_or_create(data_dir: &Path) -> std::io::Result<(AdminToken, bool)> {
        files::create_data_dir(data_dir).map_err(std::io::Error::other)?;
        let path = token_path(data_dir);
        match std::fs::read_to_string(&path) {
            Ok(text) if text.trim().len() >= 32 => Ok((AdminToken::of(text.trim()), false)),
            Ok(_) => Err(std::io::Error::other(format!(
                "{} holds no token; remove it, and the next start makes a new one",
                path.display()
            ))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let token = fresh()?;
                create(&path, &token).map_err(std::io::Error::other)?;
                Ok((AdminToken::of(&token), true))
            }
            Err(error) => Err(error),
        }
    }

    fn of(token: &str) -> AdminToken {
        AdminToken { sha256: Sha256::digest(token.as_bytes()).into() }
    }

    fn matches(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given.as_bytes()).into();
        self.sha256.ct_eq(&given).into()
    }
}

/// Writes a new token under another name first: a start that is cut off must not leave half a token, over which no later one would start.
fn create(path: &Path, token: &str) -> Result<(), JournalError> {
    // Of two daemons that start at once the later would bury the earlier's token.
    let _lock = DataDirLock::acquire(path.parent().unwrap_or(Path::new(".")))?;
    let draft = path.with_extension("token.new");
    files::remove_if_there(&draft)?;
    let mut file = files::create_private(&draft)?;
    let written = writeln!(file, "{token}").and_then(|()| file.sync_all());
    written.map_err(JournalError::io("write", &draft))?;
    files::rename_durably(&draft, path)
}

/// What the admin token is called in the record of what was done.
const ADMIN: &str = "admin";

/// Lets a request pass whose token has the right, and says who makes it.
pub(super) async fn require(
    State((app, right)): State<(App, Right)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = given.and_then(|value| value.strip_prefix("Bearer ")).map(str::trim);
    let actor =
        token.map(|token| app.actor(token)).transpose()?.flatten().ok_or_else(Problem::unauthorized)?;
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    if !actor.role.may(right) {
        tracing::warn!(role = ?actor.role, %method, path, "denied: the token has no right to this");
        return Err(Problem::forbidden("this token may not do this; ask for one whose role may"));
    }
    let role = actor.role;
    request.extensions_mut().insert(actor);
    let response = next.run(request).await;
    if !method.is_safe() && right != Right::Ingest {
        tracing::info!(?role, %method, path, status = response.status().as_u16(), "called");
    }
    Ok(response)
}

impl App {
    /// Whose a token is.
    fn actor(&self, token: &str) -> Result<Option<Actor>, Problem> {
        if self.shared.token.matches(token) {
            return Ok(Some(Actor { name: ADMIN.to_owned(), role: Role::Admin, department: None }));
        }
        self.shared.tokens.actor(token).map_err(Problem::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_token_is_made_once_and_only_its_owner_can_read_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let (first, new) = AdminToken::load_or_create(dir.path()).expect("made");
        assert!(new);
        let path = token_path(dir.path());
        assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        let text = std::fs::read_to_string(&path).expect("readable");
        assert!(first.matches(text.trim()) && !first.matches("xzt_wrong") && !first.matches(""));
        let (again, new) = AdminToken::load_or_create(dir.path()).expect("read");
        assert!(!new && again.matches(text.trim()));
    }

    #[test]
    fn a_start_that_was_cut_off_leaves_nothing_over_which_the_next_does_not_start() {
        let dir = tempfile::tempdir().expect("a folder");
        let data_dir = dir.path().join("data");
        let (first, _) = AdminToken::load_or_create(&data_dir).expect("made");
        let mode = std::fs::metadata(&data_dir).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "nobody else looks into the data directory");
        // Cut off before the token had its name.
        std::fs::rename(token_path(&data_dir), data_dir.join("admin.token.new")).expect("renamed");
        std::fs::write(data_dir.join("admin.token.new"), "xzt_ha").expect("half a token");
        let (second, new) = AdminToken::load_or_create(&data_dir).expect("made");
        let text = std::fs::read_to_string(token_path(&data_dir)).expect("readable");
        assert!(new && second.matches(text.trim()) && !first.matches(text.trim()));
        assert!(!data_dir.join("admin.token.new").exists());
    }
}
