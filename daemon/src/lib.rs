//! The daemon: command line, configuration, ingest, journal, ledger, the engine's thread, HTTP API, metrics.
//!
//! Everything that touches the world is here; what is concluded comes from [`xiezhi_dataflows`], and what becomes of it
//! from [`xiezhi_alerts`], both pure.

pub mod commands;
pub mod config;
pub mod journal;
