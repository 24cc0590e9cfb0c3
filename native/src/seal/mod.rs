//! restic's sealing: `nonce 16 ‖ AES-256-CTR ciphertext ‖ Poly1305-AES MAC 16`, the MAC over the
//! ciphertext alone (VAULT-FORMAT, sealing; Bernstein, "The Poly1305-AES message-authentication
//! code", FSE 2005). What may not enter: compression, packs, ids.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};
use poly1305::universal_hash::UniversalHash;
use poly1305::Poly1305;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use subtle::ConstantTimeEq;

mod keystream;

use crate::errors::{Fault, Outcome};
use keystream::{Keystream, PORTION};

pub const NONCE: usize = 16;
pub const MAC: usize = 16;
/// Bytes that sealing adds.
pub const OVERHEAD: usize = NONCE + MAC;
/// Bytes of a key: encryption 32 ‖ Poly1305-AES k 16 ‖ r 16.
pub const KEY: usize = 64;

/// A vault's master key, expanded once. It has no Debug on purpose.
#[derive(Clone)]
pub struct Key {
    encrypt: Aes256,
    mac_k: Aes128,
    mac_r: [u8; 16],
}

impl Key {
    /// UsageError unless `bytes` are the 64 of a master key.
    pub fn new(bytes: &[u8]) -> Outcome<Key> {
        let wrong = |_| {
            Fault::Usage(say!(
                "A key is {wanted} bytes, not {count}.",
                wanted = KEY,
                count = bytes.len()
            ))
        };
        let bytes: &[u8; KEY] = bytes.try_into().map_err(wrong)?;
        let (encrypt, mac) = bytes.split_at(32);
        let (mac_k, mac_r) = mac.split_at(16);
        let not_fitting = |_| Fault::Usage(say!("The parts of the key do not fit."));
        Ok(Key {
            encrypt: Aes256::new_from_slice(encrypt).map_err(not_fitting)?,
            mac_k: Aes128::new_from_slice(mac_k).map_err(not_fitting)?,
            mac_r: mac_r.try_into().map_err(wrong)?,
        })
    }

    fn keystream(&self, nonce: &[u8; NONCE]) -> Keystream<'_> {
        Keystream::new(&self.encrypt, nonce)
    }

    fn mac(&self, nonce: &[u8; NONCE]) -> RunningMac {
        let mut pad = (*nonce).into();
        self.mac_k.encrypt_block(&mut pad);
        let mut one_time = [0; 32];
        one_time[..16].copy_from_slice(&self.mac_r);
        one_time[16..].copy_from_slice(&pad);
        RunningMac {
            state: Poly1305::new(&one_time.into()),
            tail: [0; 64],
            tail_length: 0,
        }
    }
}

/// Poly1305 over portions of PORTION bytes, of which only the last may be shorter.
struct RunningMac {
    state: Poly1305,
    /// What is no whole group of the four blocks that Poly1305 takes at once.
    tail: [u8; 64],
    tail_length: usize,
}

impl RunningMac {
    fn absorb(&mut self, portion: &[u8]) {
        debug_assert_eq!(self.tail_length, 0);
        let (groups, tail) = portion.as_chunks::<64>();
        self.state.update_padded(groups.as_flattened());
        self.tail[..tail.len()].copy_from_slice(tail);
        self.tail_length = tail.len();
    }

    fn finish(self) -> [u8; MAC] {
        self.state
            .compute_unpadded(&self.tail[..self.tail_length])
            .into()
    }
}

/// Append the sealed form of `plain` to `out`, under a fresh random nonce.
pub fn seal_onto(key: &Key, plain: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    let nonce = random_nonce()?;
    out.reserve(plain.len() + OVERHEAD);
    out.extend_from_slice(&nonce);
    let (mut keystream, mut mac) = (key.keystream(&nonce), key.mac(&nonce));
    for portion in plain.chunks(PORTION) {
        let start = out.len();
        keystream.apply_onto(portion, out);
        mac.absorb(&out[start..]);
    }
    out.extend_from_slice(&mac.finish());
    Ok(())
}

/// Put the plain bytes of `sealed` into `out`, replacing what it held.
///
/// DamagedError when shorter than 32 bytes, the nonce is zero or the MAC differs; `out` then holds
/// nothing that was not authenticated.
pub fn open_into(key: &Key, sealed: &[u8], out: &mut Vec<u8>) -> Outcome<()> {
    out.clear();
    let (nonce, ciphertext, expected) = split(sealed)?;
    let mut mac = key.mac(nonce);
    for portion in ciphertext.chunks(PORTION) {
        mac.absorb(portion);
    }
    authentic(mac, expected)?;
    out.reserve(ciphertext.len());
    let mut keystream = key.keystream(nonce);
    for portion in ciphertext.chunks(PORTION) {
        keystream.apply_onto(portion, out);
    }
    Ok(())
}

/// The plain bytes of `sealed`; faults as `open_into`.
pub fn open(key: &Key, sealed: &[u8]) -> Outcome<Vec<u8>> {
    let mut plain = Vec::new();
    open_into(key, sealed, &mut plain)?;
    Ok(plain)
}

/// Whether `sealed` authenticates and opens to just `plain`, in one pass and without a copy.
pub fn opens_to(key: &Key, sealed: &[u8], plain: &[u8]) -> bool {
    let Ok((nonce, ciphertext, expected)) = split(sealed) else {
        return false;
    };
    let (mut keystream, mut mac) = (key.keystream(nonce), key.mac(nonce));
    let mut portions = ciphertext.chunks(PORTION).zip(plain.chunks(PORTION));
    let same = portions.all(|(sealed, plain)| {
        mac.absorb(sealed);
        keystream.turns(sealed, plain)
    });
    same && ciphertext.len() == plain.len() && bool::from(mac.finish().ct_eq(expected))
}

/// Give each portion of `sealed` with its plain bytes to `each`, without holding them whole.
///
/// DamagedError as `open_into`; what `each` was given counts only when there is no fault, since the
/// MAC is compared last.
pub fn open_by_portions(
    key: &Key,
    sealed: &[u8],
    mut each: impl FnMut(&[u8], &[u8]),
) -> Outcome<()> {
    let (nonce, ciphertext, expected) = split(sealed)?;
    let (mut keystream, mut mac) = (key.keystream(nonce), key.mac(nonce));
    let mut opened = Vec::with_capacity(PORTION);
    for portion in ciphertext.chunks(PORTION) {
        mac.absorb(portion);
        opened.clear();
        keystream.apply_onto(portion, &mut opened);
        each(portion, &opened);
    }
    authentic(mac, expected)
}

fn authentic(mac: RunningMac, expected: &[u8; MAC]) -> Outcome<()> {
    if bool::from(mac.finish().ct_eq(expected)) {
        return Ok(());
    }
    Err(Fault::Damaged(say!(
        "The stored bytes do not authenticate: they were damaged, or sealed by another key."
    )))
}

fn split(sealed: &[u8]) -> Outcome<(&[u8; NONCE], &[u8], &[u8; MAC])> {
    let parts = sealed
        .split_first_chunk::<NONCE>()
        .and_then(|(nonce, rest)| {
            let (ciphertext, mac) = rest.split_last_chunk::<MAC>()?;
            Some((nonce, ciphertext, mac))
        });
    match parts {
        None => Err(Fault::Damaged(say!(
            "Sealed bytes are {least} at least, and these are {count}.",
            least = OVERHEAD,
            count = sealed.len()
        ))),
        Some((nonce, _, _)) if *nonce == [0; NONCE] => Err(Fault::Damaged(say!(
            "The stored bytes carry a nonce of zeros, which nothing is sealed with."
        ))),
        Some(parts) => Ok(parts),
    }
}

fn random_nonce() -> Outcome<[u8; NONCE]> {
    loop {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| {
            Fault::Store(say!(
                "The system gave no random bytes: {error}.",
                error = error.to_string()
            ))
        })?;
        if nonce != [0; NONCE] {
            return Ok(nonce);
        }
    }
}

#[pyfunction]
#[pyo3(name = "seal")]
fn py_seal<'py>(py: Python<'py>, key: &[u8], plain: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let key = Key::new(key)?;
    let sealed = py.detach(|| {
        let mut sealed = Vec::new();
        seal_onto(&key, plain, &mut sealed).map(|()| sealed)
    })?;
    Ok(PyBytes::new(py, &sealed))
}

#[pyfunction]
#[pyo3(name = "unseal")]
fn py_unseal<'py>(py: Python<'py>, key: &[u8], sealed: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let key = Key::new(key)?;
    let plain = py.detach(|| open(&key, sealed))?;
    Ok(PyBytes::new(py, &plain))
}

pub fn register(m: &Bound<'_, PyModule>) -> PyResult<()> {
    m.add_function(wrap_pyfunction!(py_seal, m)?)?;
    m.add_function(wrap_pyfunction!(py_unseal, m)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len())
            .step_by(2)
            .map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap())
            .collect()
    }

    fn mac(message: &str, k: &str, r: &str, nonce: &str) -> Vec<u8> {
        let key = Key::new(&[vec![0; 32], hex(k), hex(r)].concat()).unwrap();
        let mut mac = key.mac(&hex(nonce).try_into().unwrap());
        mac.absorb(&hex(message));
        mac.finish().to_vec()
    }

    /// Appendix B of Bernstein's paper.
    #[test]
    fn poly1305_aes_gives_the_macs_of_bernsteins_paper() {
        assert_eq!(
            mac(
                "f3f6",
                "ec074c835580741701425b623235add6",
                "851fc40c3467ac0be05cc20404f3f700",
                "fb447350c4e868c52ac3275cf9d4327e"
            ),
            hex("f4c633c3044fc145f84f335cb81953de")
        );
        assert_eq!(
            mac(
                "",
                "75deaa25c09f208e1dc4ce6b5cad3fbf",
                "a0f3080000f46400d0c7e9076c834403",
                "61ee09218d29b0aaed7e154a2c5509cc"
            ),
            hex("dd3fab2251f11ac759f0887129cc2ee7")
        );
        assert_eq!(
            mac(
                "663cea190ffb83d89593f3f476b6bc24d7e679107ea26adb8caf6652d0656136",
                "6acb5f61a7176dd320c5c1eb2edcdc74",
                "48443d0bb0d21109c89a100b5ce2c208",
                "ae212a55399729595dea458bc621ff0e"
            ),
            hex("0ee1c16bb73f0f4fd19881753c01cdbe")
        );
    }

    #[test]
    fn what_was_sealed_opens_and_one_flipped_bit_does_not() {
        let key = Key::new(&[7; KEY]).unwrap();
        for length in [0, 1, 63, 64, 1000, PORTION, PORTION + 1, 3 * PORTION + 100] {
            let plain: Vec<u8> = (0..length).map(|i| (i * i) as u8).collect();
            let mut sealed = Vec::new();
            seal_onto(&key, &plain, &mut sealed).unwrap();
            assert_eq!(open(&key, &sealed).unwrap(), plain);
            assert!(opens_to(&key, &sealed, &plain));
        }
        let plain: Vec<u8> = (0..1000u32).map(|i| (i * i) as u8).collect();
        let mut sealed = Vec::new();
        seal_onto(&key, &plain, &mut sealed).unwrap();
        assert!(!opens_to(&key, &sealed, &[&plain[..999], b"x"].concat()));
        assert!(!opens_to(&key, &sealed, &plain[..999]));
        sealed[500] ^= 1;
        assert!(!opens_to(&key, &sealed, &plain));
        assert!(matches!(open(&key, &sealed), Err(Fault::Damaged(_))));
    }

    #[test]
    fn short_bytes_and_a_zero_nonce_are_damage() {
        let key = Key::new(&[7; KEY]).unwrap();
        for sealed in [vec![], vec![1; 31], vec![0; 64]] {
            assert!(matches!(open(&key, &sealed), Err(Fault::Damaged(_))));
        }
    }
}
