//! SM2 signatures (GB/T 32918.2-2016) over SM3, on the recommended curve (GB/T 32918.5-2017), as GM/T 0009-2012 writes them down.
//!
//! 1. The signer's user id is the standard's default, `1234567812345678` (GM/T 0009-2012, 10), so that any program can check.
//! 2. A signature is DER: `SEQUENCE { r INTEGER, s INTEGER }` (GM/T 0009-2012, 7.3), what `openssl` reads. It has one form.
//! 3. The number k of a signature follows from key and text (RFC 6979 over SM3): no source of randomness can spoil it, and the same text
//!    has the same signature.

use sm2::dsa::signature::{Signer, Verifier};
use sm2::dsa::{Signature, SigningKey, VerifyingKey};
use sm2::elliptic_curve::sec1::ToSec1Point;
use sm2::{PublicKey, Scalar};

const USER_ID: &str = "1234567812345678";
/// Bytes of a public key: 0x04 and two coordinates (GB/T 32918.1-2016, 4.2.9, without compression).
pub(crate) const POINT_BYTES: usize = 65;

/// The key of these secret bytes, a number from 1 to n − 2, big-endian (GB/T 32918.1-2016, 6.1).
pub(crate) fn secret(bytes: &[u8; 32]) -> Option<SigningKey> {
    let key = SigningKey::from_slice(USER_ID, bytes).ok()?;
    // n − 1 is a number of the field, too, but divides by zero when it signs.
    let signs = **key.as_nonzero_scalar() != -Scalar::ONE;
    signs.then_some(key)
}

/// The public half.
pub(crate) fn public(key: &SigningKey) -> PublicKey {
    key.verifying_key().into()
}

/// The public key of these bytes, if they are a point of the curve.
pub(crate) fn public_of(point: &[u8; POINT_BYTES]) -> Option<PublicKey> {
    PublicKey::from_sec1_bytes(point).ok()
}

/// A public key's bytes.
pub(crate) fn point(key: &PublicKey) -> Vec<u8> {
    key.to_sec1_point(false).as_bytes().to_vec()
}

/// A signature over bytes, DER.
pub(crate) fn sign(key: &SigningKey, bytes: &[u8]) -> Vec<u8> {
    let signature: Signature = key.try_sign(bytes).expect("one k of 2^254 is none, and none is known");
    signature.to_der().as_bytes().to_vec()
}

/// Whether this is the key's signature over these bytes.
pub(crate) fn signed(key: &PublicKey, bytes: &[u8], der: &[u8]) -> bool {
    let read = || {
        let signature = Signature::from_der(der).ok()?;
        let same = signature.to_der().as_bytes() == der;
        let key = VerifyingKey::new(USER_ID, *key).ok()?;
        (same && key.verify(bytes, &signature).is_ok()).then_some(())
    };
    read().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::{bytes_of_hex, hex};

    fn numbers(hex: &str) -> [u8; 32] {
        bytes_of_hex(hex).expect("64 digits")
    }

    /// GM/T 0003.5-2012, A.2: the signature of "message digest" on the recommended curve, under the default user id.
    #[test]
    fn the_example_of_the_standard_holds() {
        let key =
            secret(&numbers("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8")).unwrap();
        let public = public(&key);
        let x = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020";
        let y = "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
        assert_eq!(hex(&point(&public)), format!("04{x}{y}"));
        let r = numbers("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3");
        let s = numbers("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");
        let theirs = Signature::from_scalars(r, s).unwrap().to_der();
        assert!(signed(&public, b"message digest", theirs.as_bytes()));
        assert!(!signed(&public, b"message digests", theirs.as_bytes()));
        let swapped = Signature::from_scalars(s, r).unwrap().to_der();
        assert!(!signed(&public, b"message digest", swapped.as_bytes()));
    }

    #[test]
    fn a_signature_has_one_form() {
        let key = secret(&[7; 32]).unwrap();
        let public = public(&key);
        let der = sign(&key, b"text");
        assert_eq!(der, sign(&key, b"text"), "it follows from key and text");
        assert!(signed(&public, b"text", &der));
        let longer_length = [&der[..1], &[0x81], &der[1..]].concat();
        let with_more = [&der[..], &[0]].concat();
        for wrong in [&der[..der.len() - 1], &with_more, &longer_length, &[]] {
            assert!(!signed(&public, b"text", wrong));
        }
        for at in 0..der.len() {
            let mut turned = der.clone();
            turned[at] ^= 1;
            assert!(!signed(&public, b"text", &turned), "byte {at}");
        }
    }

    /// n of GB/T 32918.5-2017, and the numbers around it.
    #[test]
    fn only_numbers_from_1_to_n_minus_2_are_keys() {
        let n_begins = "fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d541";
        let of = |last: &str| secret(&numbers(&format!("{n_begins}{last}"))).is_some();
        assert_eq!(["21", "22", "23", "24"].map(of), [true, false, false, false]);
        assert!(secret(&[0; 32]).is_none() && secret(&[255; 32]).is_none());
        let mut one = [0; 32];
        one[31] = 1;
        assert!(secret(&one).is_some());
    }

    #[test]
    fn only_points_of_the_curve_are_public_keys() {
        let mut bytes: [u8; POINT_BYTES] =
            point(&public(&secret(&[7; 32]).unwrap())).try_into().expect("65 bytes");
        assert!(public_of(&bytes).is_some());
        bytes[64] ^= 1;
        assert!(public_of(&bytes).is_none());
        assert!(public_of(&[0; POINT_BYTES]).is_none());
    }
}
