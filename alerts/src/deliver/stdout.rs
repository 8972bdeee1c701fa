//! Standard output: a line of JSON.

use super::envelope;
use super::letter::Letter;
use super::outcome::{Failure, Receipt};
use std::io::Write;

/// Writes it, in one write: a kill in between would leave half a line.
///
/// # Errors
/// If standard output is gone.
pub async fn send(letter: &Letter) -> Result<Receipt, Failure> {
    let line = envelope::json(letter) + "\n";
    let write = move || {
        let mut out = std::io::stdout().lock();
        out.write_all(line.as_bytes()).and_then(|()| out.flush()).map(|()| line.len())
    };
    // A pipe that nobody reads blocks: not the thread that serves the other channels.
    match tokio::task::spawn_blocking(write).await {
        Ok(Ok(bytes)) => Ok(Receipt::new(&format!("{bytes} bytes written"))),
        Ok(Err(error)) => Err(Failure::again(format!("standard output is gone: {error}"))),
        Err(error) => Err(Failure::again(format!("standard output was not written: {error}"))),
    }
}
