//! The pure half of Xiezhi: events as types, facts, rules, and the dataflows that keep every conclusion up to date.
//!
//! | module | what it is |
//! |---|---|
//! | [`event`], [`json`], [`normalise`] | what comes in: read strictly, made comparable, persons made pseudonyms |
//! | [`symbols`], [`row`], [`facts`], [`intake`] | from events to exact changes of small rows |
//! | [`dossier`], [`details`], [`matter`], [`rules`], [`judge`], [`sections`] | one section's facts, judged by plain functions |
//! | [`params`], [`calendar`], [`deadlines`], [`editions`] | what judgements go by, and since when |
//! | [`history`], [`operators`], [`graph`], [`driver`], [`load`], [`engine`], [`meter`] | many sections, and the machinery |
//! | [`finding`], [`subject`], [`watch`] | what is concluded, and who is to be looked at |
//! | [`indicators`] | what supervision measures itself by |
//!
//! *Architecture invariant.* Nothing here reads a clock, a file, a socket or a random number, and nothing here knows of
//! tokio: what comes out is a function of what went in.

pub mod calendar;
pub mod deadlines;
pub mod details;
pub mod dossier;
pub mod driver;
pub mod editions;
pub mod engine;
pub mod event;
pub mod facts;
pub mod finding;
pub mod graph;
pub mod history;
pub mod indicators;
pub mod intake;
pub mod json;
pub mod judge;
pub mod load;
pub mod matter;
pub mod meter;
pub mod normalise;
pub mod oddities;
pub mod operators;
pub mod params;
pub mod replay;
pub mod row;
pub mod rules;
pub mod sections;
pub mod subject;
pub mod symbols;
pub mod watch;
