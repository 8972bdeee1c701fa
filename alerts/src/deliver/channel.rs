//! A channel: a receiver with a name, and one attempt to reach it.

use super::entry::{Entry, Receiver};
use super::http::{self, Answer, Post};
use super::letter::Letter;
use super::outcome::{Failure, Receipt};
use super::secret::{Secret, Secrets};
use super::target::Target;
use super::tls::Tls;
use super::{alertmanager, dingtalk, feishu, mail, redis, robot, stdout, webhook, wecom};
use std::collections::BTreeMap;
use std::time::Duration;

/// Most channels: every department with a robot, two mailboxes and a webhook, twice over.
pub const CHANNELS_MAX: usize = 256;

/// One way to send a message once.
pub trait Deliver {
    /// Sends it once. `now_us` is the time of the attempt, µs since 1970.
    ///
    /// # Errors
    /// If the receiver did not say that it has it.
    fn send(&self, letter: &Letter, now_us: i64) -> impl Future<Output = Result<Receipt, Failure>> + Send;
}

/// A channel that is ready to send.
#[derive(Clone, Debug)]
pub struct Channel {
    name: String,
    timeout: Duration,
    receiver: Receiver,
    tls: Option<Tls>,
}

impl Channel {
    fn new(entry: Entry) -> Result<Channel, BuildError> {
        let Entry { name, timeout, authorities, receiver } = entry;
        let tls = match receiver.encrypts() {
            true => Some(
                Tls::trusting(authorities.as_ref())
                    .map_err(|why| BuildError::Tls { name: name.clone(), why })?,
            ),
            false => None,
        };
        Ok(Channel { name, timeout, receiver, tls })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, and where its receiver stands.
    pub fn receiver(&self) -> &Receiver {
        &self.receiver
    }

    /// How long an attempt may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How soon after a letter the next one about an alert that still holds must come, where the receiver forgets.
    pub fn refresh_within(&self) -> Option<Duration> {
        match self.receiver {
            Receiver::Alertmanager { lasts, .. } => Some(alertmanager::refresh_within(lasts)),
            _ => None,
        }
    }

    async fn attempt(&self, letter: &Letter, now_us: i64) -> Result<Receipt, Failure> {
        let post = |target, post, answer| self.post(target, post, answer, now_us);
        match &self.receiver {
            Receiver::Stdout => stdout::send(letter).await,
            Receiver::Webhook { target, keys } => {
                let reply = post(target, webhook::post(letter, keys, now_us), Answer::Status).await?;
                reply.by_status(&target.secrets())
            }
            Receiver::Alertmanager { target, lasts } => {
                let target = target.under(alertmanager::PATH);
                let reply = post(&target, alertmanager::post(letter, *lasts, now_us), Answer::Status).await?;
                reply.by_status(&target.secrets())
            }
            Receiver::Wecom { target } => {
                let reply = post(target, wecom::post(letter), Answer::Body).await?;
                robot::judge(&reply, wecom::CODES, &target.secrets())
            }
            Receiver::Dingtalk { target, secret } => {
                let reply =
                    post(target, dingtalk::post(letter, secret.as_ref(), now_us), Answer::Body).await?;
                robot::judge(&reply, dingtalk::CODES, &masked(target, secret))
            }
            Receiver::Feishu { target, secret } => {
                let reply = post(target, feishu::post(letter, secret.as_ref(), now_us), Answer::Body).await?;
                robot::judge(&reply, feishu::CODES, &masked(target, secret))
            }
            Receiver::Mail { server, boxes } => {
                let message = mail::message(letter, boxes)?;
                mail::smtp::send(server, self.tls.as_ref(), &message).await
            }
            Receiver::Redis(server) => redis::send(server, self.tls.as_ref(), letter).await,
        }
    }

    async fn post(
        &self,
        target: &Target,
        post: Post,
        answer: Answer,
        now_us: i64,
    ) -> Result<http::Reply, Failure> {
        http::post(target, self.tls.as_ref(), post, answer, now_us).await
    }
}

/// All that a robot may have echoed.
fn masked(target: &Target, secret: &Option<Secret>) -> Secrets {
    target.secrets().and(secret.iter().map(|secret| secret.expose().to_owned()))
}

impl Deliver for Channel {
    async fn send(&self, letter: &Letter, now_us: i64) -> Result<Receipt, Failure> {
        if let Some(fault) = letter.fault() {
            return Err(Failure::never(fault));
        }
        match tokio::time::timeout(self.timeout, self.attempt(letter, now_us)).await {
            Ok(came) => came,
            Err(_) => Err(Failure::again(format!("no answer within {} ms", self.timeout.as_millis()))),
        }
    }
}

/// All channels, by name.
#[derive(Clone, Debug, Default)]
pub struct Channels(BTreeMap<String, Channel>);

/// Why channels cannot be made ready.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There are too many.
    #[error("there are {0} channels; at most {CHANNELS_MAX} are accepted")]
    TooMany(usize),
    /// Two have one name.
    #[error("two channels are called {0}; give each a name of its own")]
    Twice(String),
    /// It cannot encrypt.
    #[error("channel {name}: {why}")]
    Tls {
        /// Its name.
        name: String,
        /// What is missing.
        why: String,
    },
}

impl Channels {
    /// Makes channels ready; connects to nobody.
    ///
    /// # Errors
    /// If two have one name, there are too many, or one cannot encrypt.
    pub fn build(entries: Vec<Entry>) -> Result<Channels, BuildError> {
        if entries.len() > CHANNELS_MAX {
            return Err(BuildError::TooMany(entries.len()));
        }
        let mut channels = BTreeMap::new();
        for entry in entries {
            let channel = Channel::new(entry)?;
            if let Some(twice) = channels.insert(channel.name.clone(), channel) {
                return Err(BuildError::Twice(twice.name));
            }
        }
        Ok(Channels(channels))
    }

    /// A channel, by its name.
    pub fn get(&self, name: &str) -> Option<&Channel> {
        self.0.get(name)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::TIMEOUT;
    use super::super::letter::tests::{AT, letter};
    use super::*;

    fn entry(name: &str, receiver: Receiver) -> Entry {
        Entry { name: name.to_owned(), timeout: TIMEOUT, authorities: None, receiver }
    }

    #[test]
    fn names_are_unique_and_channels_few() {
        let entries = |n: usize| (0..n).map(|n| entry(&n.to_string(), Receiver::Stdout)).collect::<Vec<_>>();
        assert_eq!(Channels::build(entries(3)).expect("three").iter().count(), 3);
        assert!(matches!(Channels::build(entries(CHANNELS_MAX + 1)), Err(BuildError::TooMany(_))));
        let twice = vec![entry("a", Receiver::Stdout), entry("a", Receiver::Stdout)];
        assert!(matches!(Channels::build(twice), Err(BuildError::Twice(name)) if name == "a"));
    }

    #[tokio::test]
    async fn a_letter_whose_key_could_forge_a_header_is_not_sent() {
        let channels = Channels::build(vec![entry("a", Receiver::Stdout)]).expect("one");
        let channel = channels.get("a").expect("its name");
        let forged = Letter { key: "a\r\nx: y".to_owned(), ..letter() };
        assert!(matches!(channel.send(&forged, AT).await, Err(Failure::Never { .. })));
        assert!(channel.send(&letter(), AT).await.is_ok());
    }
}
