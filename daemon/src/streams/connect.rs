//! Connections to the server: found (by address or by asking sentinels), encrypted, logged in.

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, FromRedisValue, RedisConnectionInfo, RedisError};
use std::ops::{Deref, DerefMut};
use std::time::Duration;
use tokio::task::JoinHandle;
use xiezhi_alerts::deliver::Secret;
use xiezhi_alerts::deliver::connect::{self, Place};
use xiezhi_alerts::deliver::tls::{Authorities, Tls};

/// How long it may take to connect and log in.
const PATIENCE: Duration = Duration::from_secs(10);

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
        Broken(format!("Redis: {error}"))
    }
}

/// A connection. Dropped, it is closed.
pub struct Link {
    connection: MultiplexedConnection,
    driver: JoinHandle<()>,
}

impl Deref for Link {
    type Target = MultiplexedConnection;

    fn deref(&self) -> &MultiplexedConnection {
        &self.connection
    }
}

impl DerefMut for Link {
    fn deref_mut(&mut self) -> &mut MultiplexedConnection {
        &mut self.connection
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Link {
    /// Asks, and gives up the whole connection if there is no answer in time: an answer that came later would be taken
    /// for that of another question.
    pub async fn ask<T: FromRedisValue>(
        &mut self,
        command: &redis::Cmd,
        patience: Duration,
    ) -> Result<T, Broken> {
        let asked = command.query_async(&mut self.connection);
        let answered = tokio::time::timeout(patience, asked).await;
        Ok(answered.map_err(|_| late(patience))??)
    }

    /// The same for several commands at once, each of which must be done.
    pub async fn ask_all(&mut self, commands: &redis::Pipeline, patience: Duration) -> Result<(), Broken> {
        let asked = commands.query_async::<redis::Value>(&mut self.connection);
        tokio::time::timeout(patience, asked).await.map_err(|_| late(patience))??;
        Ok(())
    }
}

fn late(patience: Duration) -> Broken {
    Broken(format!("Redis: no answer within {} s", patience.as_secs()))
}

impl Server {
    /// Connects to the node that holds a key: in a cluster, to which a server that does not hold it points.
    ///
    /// # Errors
    /// If it is not reached.
    pub async fn connect_for(&self, key: &str) -> Result<Link, Broken> {
        let mut link = self.connect().await?;
        let asked: Result<redis::Value, _> = redis::cmd("EXISTS").arg(key).query_async(&mut *link).await;
        let Err(error) = asked else { return Ok(link) };
        let Some((host, port)) = error.redirect_node().and_then(|(at, _)| at.rsplit_once(':')) else {
            return Err(error.into());
        };
        let port = port.parse().map_err(|_| Broken(format!("Redis: {error}")))?;
        self.connect_to(&Place { host: host.to_owned(), port, ..self.inside() }).await
    }

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

    /// What every place of this server has in common.
    fn inside(&self) -> Place {
        Place { host: String::new(), port: 0, allow_private: true, in_the_open: !self.encrypted }
    }

    async fn connect_to(&self, place: &Place) -> Result<Link, Broken> {
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
            Ok(Link { connection, driver: tokio::spawn(driver) })
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
                Ok(Some((host, port))) => return Ok(Place { host, port, ..self.inside() }),
                Ok(None) => why = format!("{}:{} knows no master {name}", sentinel.host, sentinel.port),
                Err(error) => why = format!("{}:{}: {error}", sentinel.host, sentinel.port),
            }
        }
        Err(Broken(format!("no sentinel says where the master is; the last: {why}")))
    }
}
