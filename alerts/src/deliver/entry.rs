//! What a configuration says of a channel: who receives, where, how long an attempt may take.

use super::mail::{self, Encryption, Mailboxes};
use super::redis;
use super::secret::Secret;
use super::target::Target;
use super::tls::Authorities;
use super::webhook::Key;
use std::time::Duration;

/// How long an attempt may take where nothing else is configured.
pub const TIMEOUT: Duration = Duration::from_secs(10);

/// What a configuration says of a channel.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its name: what the duty list and the outbox call it.
    pub name: String,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// Whom alone it trusts; none: the machine's authorities.
    pub authorities: Option<Authorities>,
    /// Who receives.
    pub receiver: Receiver,
}

/// Who receives.
#[derive(Clone, Debug)]
pub enum Receiver {
    /// Standard output.
    Stdout,
    /// A webhook.
    Webhook {
        /// Its address.
        target: Target,
        /// What signs; none: it is not signed.
        keys: Vec<Key>,
    },
    /// A robot of 企业微信.
    Wecom {
        /// Its address, with the key.
        target: Target,
    },
    /// A robot of 钉钉.
    Dingtalk {
        /// Its address, with the token.
        target: Target,
        /// What signs, if its settings ask for it.
        secret: Option<Secret>,
    },
    /// A robot of 飞书.
    Feishu {
        /// Its address, with the key.
        target: Target,
        /// What signs, if its settings ask for it.
        secret: Option<Secret>,
    },
    /// A mailbox.
    Mail {
        /// The server that takes it.
        server: mail::Server,
        /// From whom, to whom.
        boxes: Box<Mailboxes>,
    },
    /// An Alertmanager.
    Alertmanager {
        /// Its address, without the path of the interface.
        target: Target,
        /// How long an alert stands without being repeated.
        lasts: Duration,
    },
    /// A Redis server.
    Redis(redis::Server),
}

impl Receiver {
    /// The word of a configuration.
    pub fn kind(&self) -> &'static str {
        match self {
            Receiver::Stdout => "stdout",
            Receiver::Webhook { .. } => "webhook",
            Receiver::Wecom { .. } => "wecom",
            Receiver::Dingtalk { .. } => "dingtalk",
            Receiver::Feishu { .. } => "feishu",
            Receiver::Mail { .. } => "mail",
            Receiver::Alertmanager { .. } => "alertmanager",
            Receiver::Redis(_) => "redis",
        }
    }

    /// Where it stands, without what may be a key.
    pub fn shown(&self) -> String {
        match self {
            Receiver::Stdout => "standard output".to_owned(),
            Receiver::Webhook { target, keys } if keys.is_empty() => {
                format!("{}, not signed", target.shown())
            }
            Receiver::Webhook { target, .. }
            | Receiver::Wecom { target }
            | Receiver::Dingtalk { target, .. }
            | Receiver::Feishu { target, .. }
            | Receiver::Alertmanager { target, .. } => target.shown(),
            Receiver::Mail { server, .. } => format!("{}:{}", server.place.host, server.place.port),
            Receiver::Redis(server) => {
                format!("{}:{}, {}", server.place.host, server.place.port, server.stream)
            }
        }
    }

    /// Whether it is spoken to inside TLS.
    pub fn encrypts(&self) -> bool {
        match self {
            Receiver::Stdout => false,
            Receiver::Webhook { target, .. }
            | Receiver::Wecom { target }
            | Receiver::Dingtalk { target, .. }
            | Receiver::Feishu { target, .. }
            | Receiver::Alertmanager { target, .. } => target.encrypted,
            Receiver::Mail { server, .. } => server.encryption != Encryption::None,
            Receiver::Redis(server) => server.encrypted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_shows_a_secret() {
        let target = |text: &str| Target::parse(text, false).expect("an address");
        let secret = Secret::new("s3cret-word");
        let server = redis::Server {
            place: target("https://a.example").place,
            encrypted: true,
            database: 0,
            user: None,
            password: Some(secret.clone()),
            stream: redis::STREAM.to_owned(),
            keep: redis::KEEP,
        };
        for receiver in [
            Receiver::Wecom { target: target("https://a.example/s3cret-word/x?key=s3cret-word") },
            Receiver::Dingtalk {
                target: target("https://a.example/?access_token=s3cret-word"),
                secret: Some(secret),
            },
            Receiver::Redis(server),
        ] {
            let shown = format!("{receiver:?} {}", receiver.shown());
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }
}
