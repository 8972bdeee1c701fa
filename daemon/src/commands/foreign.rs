//! Files in the formats of other systems: the options, the adapter, and what it did not understand.

use anyhow::{Context, Result};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xiezhi_adapters::{Adapter, Codes, NotUnderstood};
use xiezhi_dataflows::normalise::Placeholders;

/// Kinds of what was not understood that are shown; past it they are counted.
const SHOWN: usize = 50;

/// What events are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Events of Xiezhi: NDJSON, or a JSON array.
    Events,
    /// Rows of the national data standard (公共资源交易平台系统数据规范): {"table", "row"}.
    Ggzy,
    /// OCDS 1.1 releases, release packages or record packages.
    Ocds,
}

/// Options of every command that reads files.
#[derive(Clone, clap::Args)]
pub struct FormatArgs {
    /// What the files hold.
    #[arg(long = "format", value_enum, default_value = "events", value_name = "FORMAT")]
    format: Format,
    /// The site's code sets for --format ggzy, TOML; a set that it gives takes the place of the built-in one.
    #[arg(long, value_name = "FILE")]
    codes: Option<PathBuf>,
}

impl FormatArgs {
    /// The adapter of the format; none where the files hold events.
    ///
    /// # Errors
    /// If the file of code sets cannot be read.
    pub fn adapter(&self, placeholders: &Placeholders) -> Result<Option<Adapter>> {
        let format = match self.format {
            Format::Events => return Ok(None),
            Format::Ggzy => xiezhi_adapters::Format::Ggzy,
            Format::Ocds => xiezhi_adapters::Format::Ocds,
        };
        let codes = self.codes.as_deref().map_or_else(|| Ok(Codes::default()), read_codes)?;
        Ok(Some(Adapter::new(format, Arc::new(codes), placeholders.clone())))
    }
}

/// Reads a site's code sets.
///
/// # Errors
/// If the file cannot be read, or says what cannot be.
pub fn read_codes(path: &Path) -> Result<Codes> {
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the code sets {name}"))?;
    Codes::parse(&text).with_context(|| format!("the code sets {name}"))
}

/// What was not understood, for people, a line each.
pub fn told(all: &[NotUnderstood]) -> String {
    let mut text = String::new();
    for one in all.iter().take(SHOWN) {
        let _ = writeln!(text, "not understood: {one}");
    }
    if all.len() > SHOWN {
        let _ = writeln!(text, "… and {} more kinds not understood", all.len() - SHOWN);
    }
    text
}
