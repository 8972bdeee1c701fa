//! Connections to the server: found (by address or by asking sentinels), encrypted, logged in.
//!
//! *Law.* Whatever is waited for has a bound, also the first answer: a server whose network went silent accepts and says nothing.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, FromRedisValue, RedisConnectionInfo, RedisError};
use std::time::Duration;
use tokio::task::JoinHandle;
use xiezhi_alerts::deliver::Secret;
use xiezhi_alerts::deliver::connect::{self, Place};
use xiezhi_alerts::deliver::tls::{Authorities, Tls};

/// How long it may take to connect and log in.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Most characters of what a server says that are logged.
const SAID_CHARS_MAX: usize = 400;

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// There.
    Place(Place),
    /// Where sentinels say that the master of this name is.
    Master {
        /// The name that sentinels know it by.
        name: String,
        /// Whom to ask, in turn.
        sentinels: Vec<Place>,
    },
}

/// A Redis server and who we are to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it is.
    pub at: At,
    /// Whether it is spoken to inside TLS.
    pub encrypted: bool,
    /// The database's number.
    pub database: i64,
    /// The user of its access list; none: the default user.
    pub user: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// Whom to trust inside TLS; none: the machine's authorities.
    pub authorities: Option<Authorities>,
}

/// Why nothing more comes of a connection; to be logged, without secrets.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl From<RedisError> for Broken {
    fn from(error: RedisError) -> Broken {
        // Of a pipeline every command that failed is told.
        Broken(format!("Redis: {error}").chars().take(SAID_CHARS_MAX).collect())
    }
}

/// A connection. Dropped, it is closed.
pub struct Link {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
    place: Place,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Where it leads.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Asks, and gives up the whole connection if there is no answer in time: an answer that came later would be taken
    /// for that of another question.
    ///
    /// # Errors
    /// If there is no answer in time, or if it is an error.
    pub async fn ask<T: FromRedisValue>(
        &mut self,
        command: &redis::Cmd,
        patience: Duration,
    ) -> Result<T, Broken> {
        Ok(self.try_ask(command, patience).await??)
    }

    /// The same where an error may be the answer that is wanted.
    ///
    /// # Errors
    /// If there is no answer in time.
    pub async fn try_ask<T: FromRedisValue>(
        &mut self,
        command: &redis::Cmd,
        patience: Duration,
    ) -> Result<Result<T, RedisError>, Broken> {
        let asked = command.query_async(&mut self.connection);
        tokio::time::timeout(patience, asked).await.map_err(|_| late(patience))
    }

    /// The same for several commands at once, each of which must be done.
    ///
    /// # Errors
    /// If there is no answer in time, or if one of them is an error.
    pub async fn ask_all<T: FromRedisValue>(
        &mut self,
        commands: &redis::Pipeline,
        patience: Duration,
    ) -> Result<T, Broken> {
        let asked = commands.query_async::<T>(&mut self.connection);
        Ok(tokio::time::timeout(patience, asked).await.map_err(|_| late(patience))??)
    }
}

fn late(patience: Duration) -> Broken {
    Broken(format!("Redis: no answer within {} s", patience.as_secs()))
}

impl Server {
    /// Connects.
    ///
    /// # Errors
    /// If it is not reached.
    pub async fn connect(&self) -> Result<Link, Broken> {
        match &self.at {
            At::Place(place) => self.connect_to(place).await,
            At::Master { name, sentinels } => self.connect_to(&self.master(name, sentinels).await?).await,
        }
    }

    /// A place of this server: what all of them have in common.
    pub fn inside(&self, host: String, port: u16) -> Place {
        Place { host, port, allow_private: true, in_the_open: !self.encrypted }
    }

    /// Connects to a node of it.
    ///
    /// # Errors
    /// If it is not reached.
    pub async fn connect_to(&self, place: &Place) -> Result<Link, Broken> {
        let connecting = async {
            let tls = self.encrypted.then(|| Tls::trusting(self.authorities.as_ref())).transpose();
            let stream = connect::lasting(place, tls.map_err(Broken)?.as_ref()).await;
            let stream = stream.map_err(|failure| Broken(failure.to_string()))?;
            let mut info = RedisConnectionInfo::default().set_db(self.database).set_skip_set_lib_name();
            if let Some(user) = &self.user {
                info = info.set_username(user);
            }
            if let Some(password) = &self.password {
                info = info.set_password(password.expose());
            }
            // Reads block for longer than the crate's half second, and what is abandoned there is lost to everybody.
            let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(None);
            let (connection, driver) = MultiplexedConnection::new_with_config(&info, stream, config).await?;
            Ok(Link { connection, driver: tokio::spawn(driver), place: place.clone() })
        };
        let connected = tokio::time::timeout(PATIENCE, connecting).await;
        connected.unwrap_or_else(|_| {
            Err(Broken(format!(
                "{}:{} has not answered within {} s",
                place.host,
                place.port,
                PATIENCE.as_secs()
            )))
        })
    }

    /// Asks sentinels where the master is.
    async fn master(&self, name: &str, sentinels: &[Place]) -> Result<Place, Broken> {
        let mut why = String::new();
        for sentinel in sentinels {
            // Sentinels have users and encryption of their own: they are asked in the open, and must stand inside.
            let open = Server {
                at: At::Place(sentinel.clone()),
                encrypted: false,
                database: 0,
                user: None,
                password: None,
                authorities: None,
            };
            let asked = async {
                let mut link = open.connect_to(sentinel).await?;
                let command = redis::cmd("SENTINEL").arg("get-master-addr-by-name").arg(name).to_owned();
                link.ask::<Option<(String, u16)>>(&command, PATIENCE).await
            };
            match asked.await {
                Ok(Some((host, port))) => return Ok(self.inside(host, port)),
                Ok(None) => why = format!("{}:{} knows no master {name}", sentinel.host, sentinel.port),
                Err(error) => why = format!("{}:{}: {error}", sentinel.host, sentinel.port),
            }
        }
        Err(Broken(format!("no sentinel says where the master is; the last: {why}")))
    }
}
