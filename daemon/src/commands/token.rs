//! `xiezhi token`: makes, lists and takes back access tokens.

use crate::clock::system_now;
use crate::config::{Config, EXIT_CODE};
use crate::tokens::{Role, Tokens};
use std::path::PathBuf;
use std::process::ExitCode;
use xiezhi_dataflows::normalise::Instant;

/// Make, list or take back access tokens.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
    /// The configuration, for its data directory.
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
}

#[derive(clap::Subcommand)]
enum What {
    /// Make a token and print it, once.
    Add {
        /// Whose it is: what stands in the record of what was done.
        name: String,
        /// What they are.
        #[arg(long, value_enum)]
        role: Role,
        /// Their department, by its code in the duty list.
        #[arg(long)]
        department: Option<String>,
    },
    /// List the tokens in force, without the tokens.
    List,
    /// Take a token back, at once.
    Revoke {
        /// Whose.
        name: String,
    },
}

/// Runs.
///
/// # Errors
/// If the file of tokens cannot be used.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let config = match Config::load(args.config.as_deref()) {
        Ok(config) => config,
        Err(mistakes) => {
            eprint!("{mistakes}");
            return Ok(ExitCode::from(EXIT_CODE));
        }
    };
    std::fs::create_dir_all(&config.data_dir)?;
    let (tokens, now) = (Tokens::of(&config.data_dir), Instant(system_now()).to_rfc3339());
    match &args.what {
        What::Add { name, role, department } => {
            println!("{}", tokens.add(name, *role, department.as_deref(), &now)?);
        }
        What::List => {
            for (actor, since) in tokens.list()? {
                let role = serde_json::to_string(&actor.role)?;
                let department = actor.department.unwrap_or_default();
                println!("{}\t{}\t{department}\t{since}", actor.name, role.trim_matches('"'));
            }
        }
        What::Revoke { name } => tokens.revoke(name, &now)?,
    }
    Ok(ExitCode::SUCCESS)
}
