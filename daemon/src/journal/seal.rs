//! Sealing: broken input is kept to the last byte, and yet nobody reads identity numbers in the table.
//!
//! Input that does not parse cannot be scrubbed, so it is encrypted (XChaCha20-Poly1305) under a key derived from
//! the site key. The daemon opens it for whoever may resubmit it; the file alone gives nothing.
//!
//! 1. Three keys come from the site key by HMAC-SHA256 with a label each; none can be found from another.
//! 2. A sealed blob is `1 ‖ nonce (24) ‖ ciphertext and tag`. The nonce is random: 192 bits do not repeat.
//! 3. The content hash is associated data: a blob moved to another row does not open.
//! 4. The content hash is keyed. A plain hash of "one identity number and a comma" could be guessed back.

use super::JournalError;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const VERSION: u8 = 1;
const NONCE_BYTES: usize = 24;

/// What seals and unseals, and names broken input without telling it.
pub(super) struct Sealer {
    cipher: XChaCha20Poly1305,
    content_key: [u8; 32],
}

impl Sealer {
    pub(super) fn new(site_key: &[u8; 32]) -> Self {
        let seal_key = derive(site_key, "xiezhi journal: quarantine seal, version 1");
        Self {
            cipher: XChaCha20Poly1305::new(&seal_key.into()),
            content_key: derive(site_key, "xiezhi journal: quarantine content hash, version 1"),
        }
    }

    /// The name of an input: equal for equal bytes, and only for them.
    pub(super) fn content_hash(&self, raw: &[u8]) -> [u8; 32] {
        mac(&self.content_key, raw)
    }

    pub(super) fn seal(&self, raw: &[u8], content_hash: &[u8; 32]) -> Result<Vec<u8>, JournalError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce)?;
        let ciphertext = self
            .cipher
            .encrypt(&XNonce::from(nonce), Payload { msg: raw, aad: content_hash })
            .expect("XChaCha20-Poly1305 encrypts anything below 256 GiB, and input is bounded far below");
        Ok([&[VERSION], nonce.as_slice(), &ciphertext].concat())
    }

    /// The input again, or nothing if the blob, its row or the key is not what it was.
    pub(super) fn unseal(&self, sealed: &[u8], content_hash: &[u8]) -> Option<Vec<u8>> {
        let (&version, rest) = sealed.split_first()?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_BYTES>()?;
        if version != VERSION {
            return None;
        }
        self.cipher.decrypt(&XNonce::from(*nonce), Payload { msg: ciphertext, aad: content_hash }).ok()
    }
}

/// A value that tells whether a journal was written under this site key, and nothing else about the key.
pub(super) fn key_check(site_key: &[u8; 32]) -> [u8; 32] {
    derive(site_key, "xiezhi journal: site key check, version 1")
}

fn derive(site_key: &[u8; 32], label: &str) -> [u8; 32] {
    mac(site_key, label.as_bytes())
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}
