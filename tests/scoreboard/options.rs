//! What the scoreboard is asked to do.

/// How to call it.
pub const USAGE: &str = "\
The scoreboard of reliability: faults against the real binary, and what came of them.

cargo test --test scoreboard -- [--soak] [--row N]… [--seed S] [--count N] [--out FILE]

  --soak       the counts of the design instead of the short ones
  --row N      this row only (may be repeated)
  --seed S     the first attempt's seed; the next one's is S + 1, and so on (default: by the clock)
  --count N    how many attempts each row makes
  --out FILE   where the result goes (default: target/scoreboard.json)
  --keep FILE  adds to a result that is there instead of beginning anew: rows that are run replace theirs
  --rows       lists the rows";

/// The options.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The counts of the design.
    pub soak: bool,
    /// Only these rows; empty: all.
    pub rows: Vec<u32>,
    /// The first seed.
    pub seed: Option<u64>,
    /// How many attempts.
    pub count: Option<u64>,
    /// Where the result goes.
    pub out: Option<String>,
    /// Whether rows of an earlier result stay.
    pub keep: bool,
    /// What to print instead of running anything.
    pub print: Option<Print>,
}

/// Something to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Print {
    /// How to call it.
    Usage,
    /// The rows.
    Rows,
    /// Its name, as test runners ask for it.
    Names,
    /// Nothing: another test was asked for by name.
    Nothing,
}

impl Options {
    /// Reads arguments. A word without dashes is a test's name, as cargo passes it to every test: the scoreboard is called `scoreboard`.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Options, String> {
        let mut options = Options::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
            let number = |text: String| text.parse::<u64>().map_err(|_| format!("{text:?} is no number"));
            match argument.as_str() {
                "--soak" => options.soak = true,
                "--row" => {
                    options.rows.push(u32::try_from(number(value()?)?).map_err(|error| error.to_string())?)
                }
                "--seed" => options.seed = Some(number(value()?)?),
                "--count" => options.count = Some(number(value()?)?),
                "--out" => options.out = Some(value()?),
                "--keep" => (options.out, options.keep) = (Some(value()?), true),
                "--rows" => options.print = Some(Print::Rows),
                "--help" | "-h" => options.print = Some(Print::Usage),
                "--list" => options.print = Some(Print::Names),
                // What test runners pass to every test.
                "--nocapture" | "--exact" | "--quiet" | "-q" | "--ignored" | "--include-ignored"
                | "--show-output" => {}
                "--test-threads" | "--format" | "--color" | "--skip" => drop(value()?),
                word if !word.starts_with('-') => {
                    if !"scoreboard".contains(word) {
                        options.print = Some(Print::Nothing);
                    }
                }
                word if word.contains('=') => {}
                other => return Err(format!("{other:?} is no option\n{USAGE}")),
            }
        }
        Ok(options)
    }
}
