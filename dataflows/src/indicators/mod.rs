//! Indicators (效能评估): what people who run supervision measure themselves by, kept as events arrive.
//!
//! | file | what it is |
//! |---|---|
//! | [`sheet`] | the table of all indicators: names, formula, unit, source |
//! | [`measure`] | what one section, matter or alert contributes; months |
//! | [`packed`] | a contribution in some tens of bytes |
//! | [`section`], [`matter`] | what a section, and a complaint or an inspection, contribute: pure functions |
//! | [`standing`] | how far a section has come, for the wall |
//! | [`tallies`] | the sums |
//! | [`market`] | how a market's value is spread over suppliers |
//!
//! *Laws.* An indicator is a pair of whole numbers, the sums of what holds: it does not depend on the order of events, and
//! what is retracted takes exactly its part with it. A mean or share is numerator ÷ denominator, also after summing over
//! months, departments, industries or regions. With a denominator of 0 there is none (不涉及): never 0, never 100 %.

pub mod market;
pub mod matter;
pub mod measure;
pub mod packed;
pub mod section;
pub mod sheet;
pub mod standing;
pub mod tallies;

pub use measure::{Bought, Contribution, Measure, Month, Scope};
pub use packed::Packed;
pub use sheet::{Indicator, Measured, Scoped, Sheet, Unit};
pub use standing::{Stage, Standing};
pub use tallies::{Key, Period, Tallies, Tally};
