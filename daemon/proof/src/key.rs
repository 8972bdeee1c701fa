//! Keys that sign heads. The public half stands in text as `ed25519:` and 64 hexadecimal digits, or as `sm2:` and 130.

use crate::algorithm::Algorithm;
use crate::hash::{bytes_of_hex, hex};
use crate::sm2_key;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;
use std::str::FromStr;

const ED25519: &str = "ed25519:";
const SM2: &str = "sm2:";

/// The text is no key, or the bytes are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a public key of heads: give `ed25519:` and 64 hexadecimal digits, or `sm2:` and 130, as in head.pub"
)]
pub struct KeyError;

/// The secret key. No debug output shows it.
#[derive(Clone)]
pub struct HeadKey(Secret);

#[derive(Clone)]
enum Secret {
    Ed25519(SigningKey),
    Sm2(sm2::dsa::SigningKey),
}

/// The public half: what an auditor keeps elsewhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(Public);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Public {
    Ed25519(VerifyingKey),
    Sm2(sm2::PublicKey),
}

impl HeadKey {
    /// The key of these secret bytes. For Ed25519 (RFC 8032, 5.1.5) any will do; for SM2 one in four thousand million are none.
    pub fn from_bytes(algorithm: Algorithm, secret: &[u8; 32]) -> Option<HeadKey> {
        Some(HeadKey(match algorithm {
            Algorithm::Sha256Ed25519 => Secret::Ed25519(SigningKey::from_bytes(secret)),
            Algorithm::Sm3Sm2 => Secret::Sm2(sm2_key::secret(secret)?),
        }))
    }

    /// The secret as its file holds it and as it is parsed: 64 hexadecimal digits, for SM2 after `sm2:`. For that file only.
    pub fn secret_text(&self) -> String {
        match &self.0 {
            Secret::Ed25519(key) => hex(key.as_bytes()),
            Secret::Sm2(key) => format!("{SM2}{}", hex(&key.to_bytes())),
        }
    }

    /// What its heads and their tree are of.
    pub fn algorithm(&self) -> Algorithm {
        self.public().algorithm()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(match &self.0 {
            Secret::Ed25519(key) => Public::Ed25519(key.verifying_key()),
            Secret::Sm2(key) => Public::Sm2(sm2_key::public(key)),
        })
    }

    /// A signature over bytes, hexadecimal.
    pub(crate) fn sign(&self, bytes: &[u8]) -> String {
        match &self.0 {
            Secret::Ed25519(key) => hex(&key.sign(bytes).to_bytes()),
            Secret::Sm2(key) => hex(&sm2_key::sign(key, bytes)),
        }
    }
}

impl FromStr for HeadKey {
    /// The text is no secret key; what it is must not be told.
    type Err = ();

    fn from_str(text: &str) -> Result<HeadKey, ()> {
        let (algorithm, digits) = match text.trim_end().strip_prefix(SM2) {
            Some(digits) => (Algorithm::Sm3Sm2, digits),
            None => (Algorithm::Sha256Ed25519, text.trim_end()),
        };
        bytes_of_hex(digits).and_then(|secret| HeadKey::from_bytes(algorithm, &secret)).ok_or(())
    }
}

impl fmt::Debug for HeadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeadKey(secret)")
    }
}

impl PublicKey {
    /// What its heads and their tree are of.
    pub fn algorithm(&self) -> Algorithm {
        match self.0 {
            Public::Ed25519(_) => Algorithm::Sha256Ed25519,
            Public::Sm2(_) => Algorithm::Sm3Sm2,
        }
    }

    /// Its bytes: 32 of Ed25519 (RFC 8032, 5.1.5); of SM2 65, 0x04 and the point's coordinates.
    fn bytes(&self) -> Vec<u8> {
        match &self.0 {
            Public::Ed25519(key) => key.as_bytes().to_vec(),
            Public::Sm2(key) => sm2_key::point(key),
        }
    }

    /// The name under which its heads go: `xiezhi-` and the first 16 digits of the hash of the key's bytes.
    pub fn origin(&self) -> String {
        format!("xiezhi-{}", hex(&self.algorithm().hash(&self.bytes()).0[..8]))
    }

    /// Whether this is its signature over these bytes; strictly, so that a signature has one form.
    pub(crate) fn signed(&self, bytes: &[u8], signature: &str) -> bool {
        match &self.0 {
            Public::Ed25519(key) => bytes_of_hex(signature)
                .is_some_and(|given| key.verify_strict(bytes, &Signature::from_bytes(&given)).is_ok()),
            Public::Sm2(key) => {
                any_bytes_of_hex(signature).is_some_and(|given| sm2_key::signed(key, bytes, &given))
            }
        }
    }
}

/// Bytes of a signature, however many.
fn any_bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    text.as_bytes()
        .chunks(2)
        .map(|pair| Some(bytes_of_hex::<1>(std::str::from_utf8(pair).ok()?)?[0]))
        .collect()
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prefix = match self.0 {
            Public::Ed25519(_) => ED25519,
            Public::Sm2(_) => SM2,
        };
        write!(f, "{prefix}{}", hex(&self.bytes()))
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
        let text = text.trim_end();
        let key = if let Some(digits) = text.strip_prefix(SM2) {
            bytes_of_hex(digits).and_then(|point| sm2_key::public_of(&point)).map(Public::Sm2)
        } else {
            let bytes = text.strip_prefix(ED25519).and_then(bytes_of_hex);
            bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok()).map(Public::Ed25519)
        };
        key.map(PublicKey).ok_or(KeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(algorithm: Algorithm) -> HeadKey {
        HeadKey::from_bytes(algorithm, &[7; 32]).unwrap()
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signatures_are_those_of_the_rfc() {
        let secret = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb\n";
        let key: HeadKey = secret.parse().unwrap();
        let public = "ed25519:3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
        assert_eq!(key.public().to_string(), public);
        let signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00";
        assert_eq!(key.sign(&[0x72]), signature);
        assert!(key.public().signed(&[0x72], signature) && !key.public().signed(&[0x73], signature));
    }

    #[test]
    fn a_key_signs_what_it_checks_and_no_key_checks_anothers() {
        for algorithm in Algorithm::ALL {
            let signature = key(algorithm).sign(b"text");
            for other in Algorithm::ALL {
                assert_eq!(key(other).public().signed(b"text", &signature), other == algorithm);
            }
            assert!(!key(algorithm).public().signed(b"texts", &signature));
            for wrong in [&signature.to_uppercase(), &signature[1..], &format!("{signature}00"), "", "g", "é"]
            {
                assert!(!key(algorithm).public().signed(b"text", wrong), "{wrong}");
            }
        }
    }

    #[test]
    fn a_public_key_reads_what_it_writes_and_nothing_else() {
        let [ed25519, sm2] = Algorithm::ALL.map(|algorithm| key(algorithm).public());
        for public in [ed25519, sm2] {
            assert_eq!(format!("{public}\n").parse(), Ok(public));
        }
        let compressed = format!("sm2:02{}", &sm2.to_string()[6..70]);
        let wrong = [
            "",
            "ed25519:",
            "ed25519:00",
            &ed25519.to_string()[8..],
            &sm2.to_string()[4..],
            &ed25519.to_string().replace("ed25519", "sm2"),
            &sm2.to_string().replace("sm2", "ed25519"),
            &compressed,
            &format!("sm2:04{}", "0".repeat(128)),
        ];
        for wrong in wrong {
            assert_eq!(wrong.parse::<PublicKey>(), Err(KeyError), "{wrong}");
        }
    }

    #[test]
    fn a_secret_reads_what_it_writes_and_is_shown_nowhere_else() {
        for algorithm in Algorithm::ALL {
            let key = key(algorithm);
            let again: HeadKey = format!("{}\n", key.secret_text()).parse().unwrap();
            assert_eq!((again.public(), again.algorithm()), (key.public(), algorithm));
            assert_eq!(format!("{key:?}"), "HeadKey(secret)");
        }
        assert_eq!(key(Algorithm::Sha256Ed25519).secret_text(), "07".repeat(32));
        for wrong in ["", "sm2:", "sm2:07", &"0".repeat(63), &format!("sm2:{}", "0".repeat(64))] {
            assert!(wrong.parse::<HeadKey>().is_err(), "{wrong}");
        }
    }
}
