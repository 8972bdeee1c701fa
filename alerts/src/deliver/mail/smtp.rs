//! Handing a mail over by SMTP.
//!
//! The connection is made by [`super::super::connect`] (checked, bounded), the conversation is lettre's. *Laws.* A
//! password is sent only over an encrypted connection, or inside where the channel says so. A 4xx reply is tried again,
//! a 5xx never (RFC 5321, 4.2.1).

use super::super::connect::{self, Place};
use super::super::outcome::{Failure, Receipt};
use super::super::secret::{Secret, Secrets};
use super::super::tls::Tls;
use lettre::Message;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, response::Response};
use std::error::Error as _;

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// Begun in the open, encrypted before anything is said; without it nothing is sent. Port 587 or 25.
    Starttls,
    /// From the first byte. Port 465.
    Tls,
    /// Not at all: only to a server inside (`allow_private`).
    None,
}

impl Encryption {
    /// All, with their words in a configuration.
    pub const ALL: [(&'static str, Encryption); 3] =
        [("starttls", Encryption::Starttls), ("tls", Encryption::Tls), ("none", Encryption::None)];

    /// The port where none is given.
    pub fn port(self) -> u16 {
        match self {
            Encryption::Starttls => 587,
            Encryption::Tls => 465,
            Encryption::None => 25,
        }
    }
}

/// A mail server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it stands.
    pub place: Place,
    /// How to encrypt.
    pub encryption: Encryption,
    /// User and password, if it wants to know.
    pub login: Option<(String, Secret)>,
}

/// Hands a mail over.
///
/// # Errors
/// If the server did not take it.
pub async fn send(server: &Server, tls: Option<&Tls>, message: &Message) -> Result<Receipt, Failure> {
    let secrets = Secrets::new(server.login.iter().map(|(_, password)| password.expose().to_owned()));
    let hello =
        ClientId::Domain(message.envelope().from().map_or("localhost", |from| from.domain()).to_owned());
    let implicit = tls.filter(|_| server.encryption == Encryption::Tls);
    let stream = connect::stream(&server.place, implicit).await?;
    let failed = |error: Error| failure(&error, &secrets);
    let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
    let mut connection = connected.map_err(failed)?;
    if server.encryption == Encryption::Starttls {
        let Some(tls) = tls else { return Err(Failure::never("there is nothing to encrypt with")) };
        if !connection.can_starttls() {
            return Err(Failure::never(format!(
                "{} offers no STARTTLS; set encryption = \"tls\" if it encrypts from the first byte",
                server.place.host
            )));
        }
        let parameters = tls.for_mail(&server.place.host).map_err(Failure::never)?;
        connection.starttls(parameters, &hello).await.map_err(failed)?;
    }
    if let Some((user, password)) = &server.login {
        let credentials = Credentials::new(user.clone(), password.expose().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection.auth(&mechanisms, &credentials).await.map_err(failed)?;
    }
    let taken = connection.send(message.envelope(), &message.formatted()).await.map_err(failed)?;
    // It has it; what it says to the farewell changes nothing, and a server that says nothing is not waited for.
    Ok(Receipt::new(&secrets.mask(&said(&taken))))
}

fn said(response: &Response) -> String {
    format!("{} {}", response.code(), response.message().collect::<Vec<_>>().join(" "))
}

fn failure(error: &Error, secrets: &Secrets) -> Failure {
    let mut said = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        if !said.contains(&error.to_string()) {
            said = format!("{said}: {error}");
        }
        cause = error.source();
    }
    let said = secrets.mask(&said);
    match (error.is_permanent(), error.is_client()) {
        (false, false) => Failure::again(format!("SMTP: {said}")),
        _ => Failure::never(format!("SMTP: {said}")),
    }
}
