//! What becomes of findings: alerts, their levels, and when somebody must be told.
//!
//! | module | what it is |
//! |---|---|
//! | [`alert`] | an alert, its subject and its identity |
//! | [`level`] | how serious a set of findings is |
//! | [`core`] | (alert, findings now, time) → (alert, notice, reason): pure |
//! | [`message`] | what people read, Chinese first |
//!
//! *Architecture invariant.* The deciding half is pure: no clock, file, socket or randomness. Delivery, when it
//! comes, is the only part of this crate that touches the world.

pub mod alert;
pub mod core;
pub mod level;
pub mod message;

pub use alert::{Alert, AlertId, Level, State, Subject};
pub use core::{Decision, Notice, NoticeKind, decide};
