//! What becomes of findings: alerts, their levels, and when somebody must be told.
//!
//! | module | what it is |
//! |---|---|
//! | [`alert`] | an alert, its subject and its identity |
//! | [`level`] | how serious a set of findings is |
//! | [`core`] | (alert, findings now, time) → (alert, notice, reason): pure |
//! | [`message`] | what is shown of an alert and a notice: the items of the API |
//! | [`text`] | the whole of it as plain text, a short form, and cutting |
//! | [`sentence`] | one neutral sentence a finding |
//! | [`words`] | what every name, level and topic is called, in Chinese and English |
//! | [`written`] | values with their units, shown only so far as they may be |
//! | [`deliver`] | one message to one receiver, one attempt |
//!
//! *Architecture invariant.* The deciding half is pure: no clock, file, socket or randomness. [`deliver`] is the only part
//! of this crate that touches the world, and nothing of the deciding half uses it.

pub mod alert;
pub mod core;
pub mod deliver;
pub mod level;
pub mod message;
pub mod sentence;
pub mod text;
pub mod words;
pub mod written;

pub use alert::{Alert, AlertId, Level, State, Subject};
pub use core::{Decision, Notice, NoticeKind, decide};
pub use words::Language;
