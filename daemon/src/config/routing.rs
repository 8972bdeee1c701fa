//! `[routing]`: the duty list, a file of its own.

use super::rules::within;
use super::table::{self, Reading};
use super::{ConfigErrors, Mistake};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use toml::Table;
use xiezhi_alerts::duty::{DutyList, Written};

/// `[routing]` of the configuration.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RoutingTable {
    duty_list: Option<PathBuf>,
    console: Option<String>,
}

/// Who answers for what, and where a message sends its reader.
#[derive(Clone, Debug, Default)]
pub struct Routing {
    /// The duty list as it was written, checked; none: everything goes to the coordinating office.
    pub duty_list: Option<Written>,
    /// Its file.
    pub file: Option<PathBuf>,
    /// The address at which people reach the console, for the links in messages.
    pub console: Option<String>,
}

const ACCEPTED: &[(&str, &str)] = &[
    ("routing.duty_list", "give the path of a duty list, as deploy/duties.toml"),
    (
        "routing.console",
        "give the address at which people reach the console, such as \"https://xiezhi.example\"",
    ),
];

impl Routing {
    /// Reads `[routing]` and the file that it names.
    pub(super) fn in_config(table: Table, folder: &Path, mistakes: &mut Vec<Mistake>) -> Routing {
        let mut reading = Reading { accepted: ACCEPTED, later: super::LATER, mistakes };
        let given: RoutingTable = reading.keys(table, "routing", &[]);
        let console = given.console.map(|address| address.trim_end_matches('/').to_owned());
        let usable = |address: &String| {
            (address.starts_with("https://") || address.starts_with("http://"))
                && !address.contains(char::is_whitespace)
        };
        reading.check("routing.console", console.as_ref().is_none_or(usable), || "is no address".to_owned());
        let duty_list = given.duty_list.as_deref().and_then(|file| {
            let key = format!("routing.duty_list ({})", file.display());
            let mut inside = Vec::new();
            let list = table::read_file(&folder.join(file), "", &mut inside);
            let list = list.and_then(|table| read(table, &mut inside));
            mistakes.extend(inside.into_iter().map(|mistake| within(&key, mistake)));
            list
        });
        let file = given.duty_list.map(|file| folder.join(file));
        Routing { duty_list, file, console }
    }

    /// Reads a duty list alone.
    ///
    /// # Errors
    /// With every mistake that there is.
    pub fn load(file: &Path) -> Result<Written, ConfigErrors> {
        let mut mistakes = Vec::new();
        let list = table::read_file(file, "", &mut mistakes).and_then(|table| read(table, &mut mistakes));
        list.ok_or(ConfigErrors { file: file.to_owned(), mistakes })
    }
}

/// Reads and checks a duty list.
fn read(table: Table, mistakes: &mut Vec<Mistake>) -> Option<Written> {
    let written: Written = match serde_path_to_error::deserialize(table) {
        Ok(written) => written,
        Err(error) => {
            mistakes.push(Mistake::new(error.path().to_string(), error.inner().message().trim_end()));
            return None;
        }
    };
    match DutyList::check(written.clone(), 0) {
        Ok(_) => Some(written),
        Err(faults) => {
            mistakes.extend(faults.into_iter().map(|fault| Mistake::new(fault.key, fault.what)));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_that_is_shipped_has_no_mistakes() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/duties.toml");
        let list = Routing::load(&file).expect("no mistakes");
        assert!(list.department.len() >= 5 && list.duty.len() >= 5);
    }

    #[test]
    fn every_mistake_of_a_list_is_told_with_its_place() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("d.toml");
        std::fs::write(&file, "office = \"x\"\n[[duty]]\nitem = \"1\"\nname = \"n\"\ndepartment = \"y\"\n")
            .expect("written");
        let told = Routing::load(&file).expect_err("mistakes").to_string();
        assert!(
            told.contains("office: \"x\" is no department") && told.contains("duty[0].department"),
            "{told}"
        );
        std::fs::write(&file, "office = \"x\"\nofice = 1\n").expect("written");
        let told = Routing::load(&file).expect_err("mistakes").to_string();
        assert!(told.contains("unknown field `ofice`"), "{told}");
    }
}
