//! Mail: [`message`] writes it, [`smtp`] hands it over.

pub mod message;
pub mod smtp;

pub use message::{Mailboxes, message};
pub use smtp::{Encryption, Server};
