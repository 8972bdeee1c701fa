//! Redis: an entry of a stream, and the same on the channel of the same name.
//!
//! One pipeline, no transaction: Redis 7.0 loses what stands between MULTI and EXEC in its append-only file at a restart if
//! its default user is off (redis/redis#14541). If a reply gets lost the entry is added again, under the same `key`.
//!
//! An entry has `key`, `type` and `message` (the JSON of [`super::envelope`]). A connection per message: nothing is held
//! that could be half dead when it is needed, and a message every few seconds does not mind the millisecond.

use super::connect::{self, Place};
use super::envelope;
use super::letter::Letter;
use super::outcome::{Failure, Receipt};
use super::secret::{Secret, Secrets};
use super::tls::Tls;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Pipeline, RedisConnectionInfo, RedisError};
use std::pin::pin;
use url::Url;

/// The port where none is given.
const PORT: u16 = 6379;
/// The stream and channel where none is given.
pub const STREAM: &str = "xiezhi:alerts";
/// How many entries the stream keeps, about, where nothing else is configured: a year of a busy city.
pub const KEEP: u64 = 100_000;

/// A Redis server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it stands.
    pub place: Place,
    /// Whether it is spoken to inside TLS.
    pub encrypted: bool,
    /// The database's number.
    pub database: i64,
    /// The user of its access list; none: the default user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The stream and the channel.
    pub stream: String,
    /// How many entries the stream keeps, about.
    pub keep: u64,
}

/// Where a Redis server stands, as its address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Whom to connect to.
    pub place: Place,
    /// Whether it is `rediss://`.
    pub encrypted: bool,
    /// The database's number.
    pub database: i64,
}

impl Address {
    /// Reads `redis://host:port/0` or `rediss://…`.
    ///
    /// # Errors
    /// With what is wrong and what is accepted; nothing of a password that stands in it.
    pub fn parse(text: &str, allow_private: bool) -> Result<Address, String> {
        let url =
            Url::parse(text).map_err(|error| format!("is no address ({error}); give redis://host:6379/0"))?;
        let encrypted =
            match url.scheme() {
                "rediss" => true,
                "redis" if allow_private => false,
                "redis" => return Err(
                    "is without encryption; give rediss://…, or set allow_private = true for a server inside"
                        .to_owned(),
                ),
                other => return Err(format!("begins with {other}:; give redis://host:6379/0 or rediss://…")),
            };
        if !url.username().is_empty() || url.password().is_some() || url.query().is_some() {
            return Err("says more than where; give user and password_file".to_owned());
        }
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        if host.is_empty() {
            return Err("names no host; give redis://host:6379/0".to_owned());
        }
        let database = match url.path().trim_matches('/') {
            "" => 0,
            number => number
                .parse::<u16>()
                .map_err(|_| "ends with no database's number; give redis://host:6379/0")?,
        };
        let port = url.port().unwrap_or(PORT);
        let place = Place { host: host.to_owned(), port, allow_private, in_the_open: !encrypted };
        Ok(Address { place, encrypted, database: database.into() })
    }
}

/// The commands.
pub fn pipeline(letter: &Letter, stream: &str, keep: u64) -> Pipeline {
    let message = envelope::json(letter);
    let mut pipeline = redis::pipe();
    pipeline.cmd("XADD").arg(stream).arg("MAXLEN").arg("~").arg(keep).arg("*");
    pipeline.arg("key").arg(&letter.key).arg("type").arg(letter.type_name()).arg("message").arg(&message);
    pipeline.cmd("PUBLISH").arg(stream).arg(&message);
    pipeline
}

/// Adds and publishes it.
///
/// # Errors
/// If the server did not do both.
pub async fn send(server: &Server, tls: Option<&Tls>, letter: &Letter) -> Result<Receipt, Failure> {
    let secrets = Secrets::new(server.password.iter().map(|password| password.expose().to_owned()));
    let failed = |error: RedisError| failure(&error, &secrets);
    let stream = connect::stream(&server.place, tls.filter(|_| server.encrypted)).await?;
    let mut info = RedisConnectionInfo::default().set_db(server.database).set_skip_set_lib_name();
    if let Some(user) = &server.user {
        info = info.set_username(user);
    }
    if let Some(password) = &server.password {
        info = info.set_password(password.expose());
    }
    // The attempt as a whole is timed; half a second, the default, is too short for a disk that must be written.
    let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
    let connected = MultiplexedConnection::new_with_config(&info, stream, config).await;
    let (mut connection, driver) = connected.map_err(failed)?;
    let pipeline = pipeline(letter, &server.stream, server.keep);
    let asking = async {
        if server.password.is_none() {
            must_not_log_in(&mut connection).await?;
        }
        pipeline.query_async::<(String, i64)>(&mut connection).await
    };
    let (mut asking, mut driver) = (pin!(asking), pin!(driver));
    let answered = tokio::select! {
        biased;
        answered = &mut asking => answered,
        () = &mut driver => asking.await,
    };
    let (entry, listeners) = answered.map_err(failed)?;
    Ok(Receipt::new(&format!("entry {entry} of {}; {listeners} listened", server.stream)))
}

/// A server that wants to know who speaks closes the connection of a stranger whose command has more than ten parts,
/// before its refusal is read; a short one it answers.
async fn must_not_log_in(connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
    match redis::cmd("PING").exec_async(connection).await {
        Err(error) if error.code() == Some("NOAUTH") => Err(error),
        // Whether PING is allowed is not the question.
        _ => Ok(()),
    }
}

/// Codes of Redis that no attempt gets over: who may not, and what is something else.
const NEVER: [&str; 8] = ["NOPERM", "NOAUTH", "WRONGPASS", "WRONGTYPE", "ERR", "MOVED", "ASK", "CROSSSLOT"];

fn failure(error: &RedisError, secrets: &Secrets) -> Failure {
    let said = format!("Redis: {}", secrets.mask(&error.to_string()));
    // What the server said of each command of the pipeline that it refused.
    let refused = error.clone().into_server_errors();
    let never = error.code().is_some_and(|code| NEVER.contains(&code))
        || error.kind() == redis::ErrorKind::AuthenticationFailed
        || refused.iter().flat_map(|refused| refused.iter()).any(|(_, why)| NEVER.contains(&why.code()));
    if never { Failure::never(said) } else { Failure::again(said) }
}

#[cfg(test)]
mod tests {
    use super::super::letter::tests::{hostile, letter};
    use super::*;

    #[test]
    fn an_address_says_where_and_nothing_more() {
        let address = Address::parse("rediss://r.example:7000/3", false).expect("an address");
        assert_eq!((address.place.host.as_str(), address.place.port), ("r.example", 7000));
        assert!(address.encrypted && address.database == 3);
        let inside = Address::parse("redis://[::1]", true).expect("an address");
        assert_eq!((inside.place.host.as_str(), inside.place.port, inside.database), ("::1", 6379, 0));
        for (text, why) in [
            ("redis://r.example", "is without encryption"),
            ("rediss://u:s3cret@r.example", "says more than where"),
            ("rediss://r.example?password=s3cret", "says more than where"),
            ("http://r.example", "begins with http:"),
            ("rediss://r.example/x", "ends with no database's number"),
            ("rediss:///0", "names no host"),
            ("6379", "is no address"),
        ] {
            let said = Address::parse(text, false).expect_err(why);
            assert!(said.starts_with(why) && !said.contains("s3cret"), "{text}: {said}");
        }
    }

    #[test]
    fn one_pipeline_adds_and_publishes_without_a_transaction() {
        let packed = |letter: &Letter| {
            String::from_utf8(pipeline(letter, STREAM, 1_000).get_packed_pipeline()).expect("UTF-8")
        };
        let text = packed(&letter());
        for part in [
            "XADD\r\n$13\r\nxiezhi:alerts\r\n$6\r\nMAXLEN\r\n$1\r\n~\r\n$4\r\n1000\r\n$1\r\n*\r\n",
            "PUBLISH\r\n$13\r\nxiezhi:alerts\r\n",
        ] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("MULTI"), "{text}");
        let commands = |text: &str| text.matches("\r\n*").count();
        assert_eq!(commands(&packed(&hostile())), commands(&text), "two commands, whatever is in it");
    }
}
