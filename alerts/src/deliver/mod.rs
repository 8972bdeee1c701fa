//! Delivery: one letter, one receiver, one attempt, and exactly what came of it. The only part of this crate that
//! touches the world.
//!
//! | module | what it is |
//! |---|---|
//! | [`letter`] | a message to one receiver, worded already |
//! | [`outcome`] | a receipt, or a failure: again or never |
//! | [`entry`] | what a configuration says of a channel |
//! | [`channel`] | a channel that is ready, and one attempt; all of them |
//! | [`envelope`] | a letter as JSON: [`stdout`], [`webhook`] (signed), [`redis`] (stream and channel) |
//! | [`wecom`], [`dingtalk`], [`feishu`] | the robots' messages; [`robot`] reads what they answer, [`markdown`] keeps them from being forged |
//! | [`mail`] | plain text and HTML, by SMTP |
//! | [`alertmanager`] | Alertmanager, version 2 |
//! | [`http`], [`target`] | one POST, and where it goes |
//! | [`connect`], [`address`], [`tls`] | connections out: addresses checked after the name is resolved, reading bounded |
//! | [`secret`], [`sign`] | secrets from files, never shown; HMAC |
//!
//! *Invariants.*
//! 1. Formatting is pure: the same letter gives the same bytes, but for the time and signature of an attempt.
//! 2. An attempt ends within the channel's timeout and reads a bounded number of bytes.
//! 3. No secret is in a log, an error, a receipt or `Debug`; an address is shown by its host alone.
//! 4. Text from outside stays text: in no format can it become a link, a mention, markup or another field.
//! 5. Nothing here retries, waits or remembers: that is the outbox's.

pub mod address;
pub mod alertmanager;
pub mod channel;
pub mod connect;
pub mod dingtalk;
pub mod entry;
pub mod envelope;
pub mod feishu;
pub mod http;
pub mod letter;
pub mod mail;
pub mod markdown;
pub mod outcome;
pub mod redis;
pub mod robot;
#[cfg(test)]
mod samples;
pub mod secret;
pub mod sign;
pub mod stdout;
pub mod target;
pub mod tls;
pub mod webhook;
pub mod wecom;

pub use channel::{BuildError, CHANNELS_MAX, Channel, Channels, Deliver};
pub use entry::{Entry, Receiver, TIMEOUT};
pub use letter::Letter;
pub use outcome::{Failure, Receipt};
pub use secret::Secret;
pub use target::Target;
