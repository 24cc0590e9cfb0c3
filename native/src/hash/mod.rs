//! SHA-256, alone or two at a time. One hash is a chain in which each step waits for the one before,
//! and leaves the processor's SHA unit half idle; stepping two hashes side by side fills the gaps and
//! takes little longer than one. Every blob is hashed twice, for its own id and within its pack, so
//! there is nearly always a second hash at hand.
//!
//! The rounds of a single hash are sha2's (RustCrypto); `pair` holds the same function for two
//! states, and is held to it by tests. What may not enter: what is hashed, and why.

#[cfg(target_arch = "x86_64")]
mod pair;

use crate::blob::Id;

const BLOCK: usize = 64;
/// FIPS 180-4, section 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];

/// A running SHA-256.
#[derive(Clone)]
pub struct Hash {
    state: [u32; 8],
    /// Bytes behind the last whole block; how many follows from `length`.
    tail: [u8; BLOCK],
    length: u64,
}

impl Hash {
    pub fn new() -> Hash {
        Hash {
            state: INITIAL,
            tail: [0; BLOCK],
            length: 0,
        }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        let (blocks, rest) = self.begin(bytes);
        sha2::block_api::compress256(&mut self.state, blocks);
        self.keep(rest);
    }

    pub fn finish(mut self) -> Id {
        let bits = self.length * 8;
        let padding = 1 + (2 * BLOCK - 9 - self.held()) % BLOCK;
        let mut end = [0; BLOCK + 8];
        end[0] = 0x80;
        end[padding..padding + 8].copy_from_slice(&bits.to_be_bytes());
        self.update(&end[..padding + 8]);
        let mut id = [0; 32];
        for (bytes, word) in id.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_be_bytes());
        }
        id
    }

    /// Bytes in the tail.
    fn held(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }

    /// Fill the tail up and hash it; returns the whole blocks of what is left, and the rest.
    fn begin<'a>(&mut self, bytes: &'a [u8]) -> (&'a [[u8; BLOCK]], &'a [u8]) {
        let held = self.held();
        let (top, bytes) = match held {
            0 => (&[][..], bytes),
            _ => bytes.split_at(bytes.len().min(BLOCK - held)),
        };
        self.tail[held..held + top.len()].copy_from_slice(top);
        self.length += (top.len() + bytes.len()) as u64;
        if held + top.len() == BLOCK {
            sha2::block_api::compress256(&mut self.state, &[self.tail]);
        }
        bytes.as_chunks()
    }

    /// Keep what is no whole block; it is empty where the tail was not filled up.
    fn keep(&mut self, rest: &[u8]) {
        if !rest.is_empty() {
            self.tail[..rest.len()].copy_from_slice(rest);
        }
    }
}

/// The SHA-256 of `bytes`.
pub fn sha256(bytes: &[u8]) -> Id {
    let mut hash = Hash::new();
    hash.update(bytes);
    hash.finish()
}

/// Add `left` to one hash and `right` to another, side by side as far as both go.
pub fn update_both(one: &mut Hash, left: &[u8], other: &mut Hash, right: &[u8]) {
    let (left, left_rest) = one.begin(left);
    let (right, right_rest) = other.begin(right);
    let common = left.len().min(right.len());
    compress_both(
        &mut one.state,
        &left[..common],
        &mut other.state,
        &right[..common],
    );
    sha2::block_api::compress256(&mut one.state, &left[common..]);
    sha2::block_api::compress256(&mut other.state, &right[common..]);
    one.keep(left_rest);
    other.keep(right_rest);
}

/// As many blocks on either side.
fn compress_both(
    one: &mut [u32; 8],
    left: &[[u8; BLOCK]],
    other: &mut [u32; 8],
    right: &[[u8; BLOCK]],
) {
    #[cfg(target_arch = "x86_64")]
    if pair::runs_here() {
        // SAFETY: the instructions are there, as was just asked.
        return unsafe { pair::compress(one, left, other, right) };
    }
    sha2::block_api::compress256(one, left);
    sha2::block_api::compress256(other, right);
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn bytes(length: usize, seed: usize) -> Vec<u8> {
        (0..length)
            .map(|i| (((i + seed) * (i ^ 0x5a5a)) >> 3) as u8)
            .collect()
    }

    #[test]
    fn the_hashes_of_fips_180_4_come_out() {
        let hex = crate::blob::hex;
        assert_eq!(
            hex(&sha256(b"abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(
            hex(&sha256(b"")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex(&sha256(
                b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
            )),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
    }

    #[test]
    fn every_length_and_every_split_gives_what_sha2_gives() {
        let data = bytes(300, 1);
        for length in 0..=data.len() {
            let want: Id = Sha256::digest(&data[..length]).into();
            assert_eq!(sha256(&data[..length]), want, "{length}");
            for split in [0, 1, 63, 64, 65, 127, 128, length] {
                let (left, right) = data[..length].split_at(split.min(length));
                let mut hash = Hash::new();
                hash.update(left);
                hash.update(right);
                assert_eq!(hash.finish(), want, "{length} {split}");
            }
        }
    }

    #[test]
    fn any_two_lengths_side_by_side_are_what_each_is_alone() {
        let (left, right) = (bytes(200, 4), bytes(200, 5));
        for first in 0..=200 {
            for second in 0..=200 {
                let (mut one, mut other) = (Hash::new(), Hash::new());
                let (left, right) = (&left[..first], &right[..second]);
                update_both(&mut one, left, &mut other, right);
                assert_eq!(one.finish(), Id::from(Sha256::digest(left)));
                assert_eq!(other.finish(), Id::from(Sha256::digest(right)));
            }
        }
    }

    #[test]
    fn two_side_by_side_are_what_each_is_alone() {
        let (left, right) = (bytes(5000, 2), bytes(5000, 3));
        for (start, first, second) in [
            (0, 0, 0),
            (0, 64, 64),
            (1, 1000, 900),
            (63, 64, 4000),
            (64, 4900, 1),
            (65, 127, 128),
            (100, 0, 3000),
            (7, 4096, 4096),
        ] {
            let (mut one, mut other) = (Hash::new(), Hash::new());
            one.update(&left[..start]);
            update_both(
                &mut one,
                &left[start..start + first],
                &mut other,
                &right[..second],
            );
            update_both(&mut one, &left[..77], &mut other, &right[..300]);
            let wanted = [&left[..start + first], &left[..77]].concat();
            assert_eq!(one.finish(), Id::from(Sha256::digest(wanted)));
            let wanted = [&right[..second], &right[..300]].concat();
            assert_eq!(other.finish(), Id::from(Sha256::digest(wanted)));
        }
    }
}
