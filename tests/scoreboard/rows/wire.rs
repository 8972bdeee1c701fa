//! Redis as a sender and an operator speak to it: commands and replies on one connection, nothing else.

use std::io::{BufRead, BufReader, Error, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A connection.
pub struct Wire {
    stream: BufReader<TcpStream>,
}

/// A reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Text, status or number.
    Text(String),
    /// An error of the server.
    Failed(String),
    /// Several.
    List(Vec<Reply>),
    /// Nothing.
    Nothing,
}

impl Reply {
    /// The text, or none.
    pub fn text(&self) -> Option<&str> {
        if let Reply::Text(text) = self { Some(text) } else { None }
    }

    /// The parts; none of anything else.
    pub fn parts(&self) -> &[Reply] {
        if let Reply::List(parts) = self { parts } else { &[] }
    }
}

impl Wire {
    /// Connects, as a user if one is given.
    ///
    /// # Errors
    /// If nobody is there.
    pub fn open(port: u16, user: Option<(&str, &str)>) -> Result<Wire> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let mut wire = Wire { stream: BufReader::new(stream) };
        if let Some((user, password)) = user {
            wire.ask(&["AUTH", user, password])?;
        }
        Ok(wire)
    }

    /// Sends a command and reads the reply.
    ///
    /// # Errors
    /// If the connection breaks.
    pub fn ask(&mut self, command: &[&str]) -> Result<Reply> {
        let mut text = format!("*{}\r\n", command.len());
        command.iter().for_each(|word| text += &format!("${}\r\n{word}\r\n", word.len()));
        self.stream.get_mut().write_all(text.as_bytes())?;
        self.reply()
    }

    fn reply(&mut self) -> Result<Reply> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(Error::other("closed"));
        }
        let line = line.trim_end();
        let (kind, rest) = line.split_at(1.min(line.len()));
        let length = || rest.parse::<i64>().map_err(Error::other);
        Ok(match kind {
            "+" | ":" => Reply::Text(rest.to_owned()),
            "-" => Reply::Failed(rest.to_owned()),
            "$" => match usize::try_from(length()?) {
                Err(_) => Reply::Nothing,
                Ok(length) => {
                    let mut bytes = vec![0; length + 2];
                    self.stream.read_exact(&mut bytes)?;
                    bytes.truncate(length);
                    Reply::Text(String::from_utf8(bytes).map_err(Error::other)?)
                }
            },
            "*" => match usize::try_from(length()?) {
                Err(_) => Reply::Nothing,
                Ok(length) => Reply::List((0..length).map(|_| self.reply()).collect::<Result<_>>()?),
            },
            _ => return Err(Error::other(format!("{line:?} is no reply"))),
        })
    }
}
