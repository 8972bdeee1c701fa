//! The alert core as a model test sees it: random inputs, a run that checks every step, and the table of what may be
//! done when.

pub mod counted;
pub mod inputs;
pub mod run;
pub mod table;
