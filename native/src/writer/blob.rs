//! One blob: compressed where that pays; opened again and compared once it is sealed.
//! What may not enter: which blobs are stored already, packs.

use std::cell::RefCell;

use crate::blob::TREE;
use crate::errors::{Fault, Outcome};
use crate::seal::{self, Key};
use crate::zstd_frames::{compress_into, decompress_into};

/// Compression is kept when it saves one byte in this many: less is not worth opening it again.
const SAVES: usize = 50;
/// From this size on, samples tell whether to try at all: photos and videos seldom compress.
const SAMPLED: usize = 128 << 10;
const SAMPLES: usize = 4;
const SAMPLE: usize = 8 << 10;

thread_local! {
    /// Kept, since memory that is new to the process costs more than filling it.
    pub static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Buffers for one blob at a time.
#[derive(Default)]
pub struct Scratch {
    packed: Vec<u8>,
    opened: Vec<u8>,
    again: Vec<u8>,
}

impl Scratch {
    /// Compress `plain` where that pays. Returns its length where it did, 0 where it stays raw, as
    /// entries of packs say it.
    pub fn compress(&mut self, level: i32, kind: u8, plain: &[u8]) -> Outcome<u32> {
        // restic expects every tree compressed, and nothing empty
        if kind != TREE && !self.may_pay(level, plain)? {
            return Ok(0);
        }
        compress_into(plain, level, &mut self.packed)?;
        let packed = kind == TREE || pays(self.packed.len(), plain.len());
        Ok(if packed { plain.len() as u32 } else { 0 })
    }

    /// What `compress`, having returned `plain_length`, leaves to be sealed of `plain`.
    pub fn stored<'a>(&'a self, plain_length: u32, plain: &'a [u8]) -> &'a [u8] {
        if plain_length == 0 {
            plain
        } else {
            &self.packed
        }
    }

    /// StoreError where `sealed` does not open again to `plain`; `plain_length` as entries say it.
    pub fn verify(
        &mut self,
        key: &Key,
        sealed: &[u8],
        plain_length: u32,
        plain: &[u8],
    ) -> Outcome<()> {
        let same = if plain_length == 0 {
            seal::opens_to(key, sealed, plain)
        } else {
            seal::open_into(key, sealed, &mut self.opened)
                .and_then(|()| decompress_into(&self.opened, plain.len(), &mut self.again))
                .is_ok_and(|()| self.again == plain)
        };
        if same {
            return Ok(());
        }
        Err(Fault::Store(say!(
            "A blob did not open again to the bytes it was made of: the memory or the processor \
                  of this machine is faulty."
        )))
    }

    fn may_pay(&mut self, level: i32, plain: &[u8]) -> Outcome<bool> {
        if plain.len() < SAMPLED {
            return Ok(!plain.is_empty());
        }
        let stride = (plain.len() - SAMPLE) / (SAMPLES - 1);
        let mut sum = 0;
        for number in 0..SAMPLES {
            let start = number * stride;
            compress_into(&plain[start..start + SAMPLE], level, &mut self.packed)?;
            sum += self.packed.len();
        }
        Ok(pays(sum, SAMPLES * SAMPLE))
    }
}

fn pays(packed: usize, plain: usize) -> bool {
    packed + plain / SAVES < plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blob::DATA;

    #[test]
    fn only_what_compresses_is_compressed_but_trees_always() {
        let mut scratch = Scratch::default();
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1);
            (state >> 56) as u8
        };
        let noise: Vec<u8> = (0..300_000).map(|_| random()).collect();
        let text = b"so it goes, and ".repeat(20_000);
        let mut form = |kind, plain: &[u8]| scratch.compress(3, kind, plain).unwrap();
        assert_eq!(form(DATA, b""), 0);
        assert_eq!(form(DATA, &text), text.len() as u32);
        assert_eq!(form(DATA, &text[..100]), 100);
        assert_eq!(form(TREE, &noise[..100]), 100);
        assert_eq!(form(DATA, &noise), 0);
    }

    #[test]
    fn what_does_not_open_again_to_the_same_bytes_is_a_fault() {
        let (key, mut scratch) = (Key::new(&[1; 64]).unwrap(), Scratch::default());
        let text = b"so it goes, and ".repeat(20_000);
        for plain in [&text[..], &text[..10]] {
            let length = scratch.compress(3, DATA, plain).unwrap();
            let mut sealed = Vec::new();
            seal::seal_onto(&key, scratch.stored(length, plain), &mut sealed).unwrap();
            assert!(scratch.verify(&key, &sealed, length, plain).is_ok());
            assert!(scratch.verify(&key, &sealed, length, &plain[1..]).is_err());
            sealed[20] ^= 1;
            assert!(scratch.verify(&key, &sealed, length, plain).is_err());
        }
    }
}
