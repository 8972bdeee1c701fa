//! Keys that sign heads. The public half stands in text as `ed25519:` and 64 hexadecimal digits.

use crate::hash::{bytes_of_hex, hex};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// What hashes the tree and signs the head. Others may be added; a name never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// A tree of SHA-256 (RFC 6962), signed with Ed25519 (RFC 8032).
    #[serde(rename = "sha256-ed25519")]
    Sha256Ed25519,
}

impl Algorithm {
    /// Its name, as in the signed bytes.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256Ed25519 => "sha256-ed25519",
        }
    }
}

/// The text is no key, or the bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of heads: give `ed25519:` and 64 hexadecimal digits, as in head.pub")]
pub struct KeyError;

/// The secret key. No text or debug output shows it.
#[derive(Clone)]
pub struct HeadKey(SigningKey);

/// The public half: what an auditor keeps elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl HeadKey {
    /// The key of these secret bytes (RFC 8032, 5.1.5).
    pub fn from_bytes(secret: &[u8; 32]) -> HeadKey {
        HeadKey(SigningKey::from_bytes(secret))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// A signature over bytes, hexadecimal.
    pub(crate) fn sign(&self, bytes: &[u8]) -> String {
        hex(&self.0.sign(bytes).to_bytes())
    }
}

impl fmt::Debug for HeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeadKey(secret)")
    }
}

impl PublicKey {
    /// The name under which its heads go: `xiezhi-` and the first 16 digits of the SHA-256 of the key's 32 bytes.
    pub fn origin(&self) -> String {
        format!("xiezhi-{}", hex(&Sha256::digest(self.0.as_bytes())[..8]))
    }

    /// Whether this is its signature over these bytes; strictly, so that a signature has one form.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        let signature = bytes_of_hex(signature).map(|bytes| Signature::from_bytes(&bytes));
        signature.is_some_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}", hex(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<PublicKey, KeyError> {
        let bytes = text.trim_end().strip_prefix("ed25519:").and_then(bytes_of_hex).ok_or(KeyError)?;
        VerifyingKey::from_bytes(&bytes).map(PublicKey).map_err(|_| KeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signatures_are_those_of_the_rfc() {
        let secret =
            bytes_of_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").unwrap();
        let key = HeadKey::from_bytes(&secret);
        let public = "ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(key.public().to_string(), public);
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(key.sign(&[0x72]), signature);
        assert!(key.public().signed(&[0x72], signature) && !key.public().signed(&[0x73], signature));
    }

    #[test]
    fn a_public_key_reads_what_it_writes_and_nothing_else() {
        let public = HeadKey::from_bytes(&[7; 32]).public();
        assert_eq!(format!("{public}\n").parse(), Ok(public));
        for wrong in
            ["", "ed25519:", "ed25519:00", &public.to_string()[8..], &format!("sm2:{}", "0".repeat(64))]
        {
            assert_eq!(wrong.parse::<PublicKey>(), Err(KeyError), "{wrong}");
        }
        assert_eq!(format!("{:?}", HeadKey::from_bytes(&[7; 32])), "HeadKey(secret)");
    }
}
