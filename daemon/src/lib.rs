//! The daemon: command line, configuration, ingest, journal, ledger, the engine's thread, HTTP API, metrics.
//!
//! Everything that touches the world is here; what is concluded comes from [`xiezhi_dataflows`], and what becomes of it
//! from [`xiezhi_alerts`], both pure.

pub mod api;
pub mod backup;
pub mod clock;
pub mod commands;
pub mod comparison;
pub mod config;
pub mod directory;
pub mod duties;
pub mod editions;
pub mod explained;
pub mod failpoint;
pub mod heads;
pub mod host;
pub mod indicators;
pub mod journal;
pub mod ledger;
pub mod metrics;
pub mod on_record;
pub mod rule_page;
pub mod service;
pub mod streams;
pub mod supervisor;
pub mod tokens;
pub mod verify;
