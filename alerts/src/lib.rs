//! What becomes of findings: alerts, their levels, who must be told, and what is done about it.
//!
//! | module | what it is |
//! |---|---|
//! | [`alert`] | an alert, its subject and its identity |
//! | [`level`] | how serious a set of findings is |
//! | [`duty`] | who answers for what, who is told there, how long they have |
//! | [`hours`], [`agenda`] | working time; what happens if nobody does anything |
//! | [`action`] | what supervisors do, and what may be done when |
//! | [`silence`] | what is not sent for a while, and is told afterwards |
//! | [`core`] | alert × (findings, action, time) → alert, notice, entry in its history: pure |
//! | [`desk`] | all alerts and what is due |
//! | [`pacing`] | how fast one receiver is told; how long to wait before trying again |
//! | [`reason`] | why something was decided |
//! | [`indicators`] | what alerts contribute to the assessment of those who handle them |
//! | [`feedback`] | what became of alerts, counted for each rule |
//! | [`message`] | what is shown of an alert and a notice: the items of the API |
//! | [`alerting_info`] | alerts as rows of the national standard |
//! | [`text`] | the whole of it as plain text, a short form, and cutting |
//! | [`sentence`] | one neutral sentence a finding |
//! | [`words`] | what every name, level and topic is called, in Chinese and English |
//! | [`written`] | values with their units, shown only so far as they may be |
//! | [`deliver`] | one message to one receiver, one attempt |
//!
//! *Architecture invariant.* The deciding half is pure: no clock, file, socket or randomness. [`deliver`] is the only part
//! of this crate that touches the world, and nothing of the deciding half uses it.

pub mod action;
pub mod agenda;
pub mod alert;
pub mod alerting_info;
pub mod core;
pub mod deliver;
pub mod desk;
pub mod duty;
pub mod feedback;
pub mod hours;
pub mod indicators;
pub mod level;
pub mod message;
pub mod pacing;
pub mod reason;
pub mod sentence;
pub mod silence;
#[cfg(test)]
mod testing;
pub mod text;
pub mod words;
pub mod written;

pub use action::{Action, Deed};
pub use alert::{Alert, AlertId, Level, Receiver, State, Subject};
pub use core::{Decision, Entry, Notice, NoticeKind};
pub use desk::{Desk, Moved};
pub use words::Language;
