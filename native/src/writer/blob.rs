//! One blob: compressed where that pays, sealed, opened again and compared.
//! What may not enter: which blobs are stored already, packs.

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

/// Buffers used again and again by one thread.
#[derive(Default)]
pub struct Scratch {
    pub sealed: Vec<u8>,
    packed: Vec<u8>,
    opened: Vec<u8>,
    again: Vec<u8>,
}

impl Scratch {
    /// Put the sealed form of `plain` into `sealed`. Returns the plain length where it is
    /// compressed, 0 where it is raw, as entries of packs say it.
    ///
    /// StoreError where it does not open again to the same bytes.
    pub fn seal(&mut self, key: &Key, level: i32, kind: u8, plain: &[u8]) -> Outcome<u32> {
        let packed = self.compress(level, kind, plain)?;
        let stored = if packed { &self.packed } else { plain };
        self.sealed.clear();
        seal::seal_onto(key, stored, &mut self.sealed)?;
        self.verify(key, packed, plain)?;
        Ok(if packed { plain.len() as u32 } else { 0 })
    }

    /// Whether `packed` holds what is to be stored.
    fn compress(&mut self, level: i32, kind: u8, plain: &[u8]) -> Outcome<bool> {
        // restic expects every tree compressed, and nothing empty
        if kind != TREE && !self.may_pay(level, plain)? {
            return Ok(false);
        }
        compress_into(plain, level, &mut self.packed)?;
        Ok(kind == TREE || pays(self.packed.len(), plain.len()))
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

    fn verify(&mut self, key: &Key, packed: bool, plain: &[u8]) -> Outcome<()> {
        let same = if packed {
            seal::open_into(key, &self.sealed, &mut self.opened)
                .and_then(|()| decompress_into(&self.opened, plain.len(), &mut self.again))
                .is_ok_and(|()| self.again == plain)
        } else {
            seal::opens_to(key, &self.sealed, plain)
        };
        if same {
            return Ok(());
        }
        Err(Fault::Store(
            "A blob did not open again to the bytes it was made of: the memory or the processor \
             of this machine is faulty."
                .into(),
        ))
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
        let (key, mut scratch) = (Key::new(&[1; 64]).unwrap(), Scratch::default());
        let noise: Vec<u8> = (0..300_000u64)
            .map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 37) as u8)
            .collect();
        let text = b"so it goes, and ".repeat(20_000);
        let mut form = |kind, plain: &[u8]| scratch.seal(&key, 3, kind, plain).unwrap();
        assert_eq!(form(DATA, b""), 0);
        assert_eq!(form(DATA, &text), text.len() as u32);
        assert_eq!(form(DATA, &text[..100]), 100);
        assert_eq!(form(TREE, &noise[..100]), 100);
    }
}
