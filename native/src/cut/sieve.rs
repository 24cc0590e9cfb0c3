//! AES-128 over digests, and which of them cut: those whose encryption has zeros in its low bits.
//! AES makes the cuts as unpredictable as random ones to whoever lacks the key, whatever the
//! rolling hash gives away (eprint 2025/558).
//!
//! What may not enter: the rolling hash, sizes of pieces.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Block};

use super::paths::Path;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// Blocks given at a time to the portable cipher.
const AT_ONCE: usize = 16;

pub struct Sieve {
    portable: Aes128,
    #[cfg(target_arch = "x86_64")]
    rounds: Option<x86::RoundKeys>,
}

impl Sieve {
    pub fn new(key: &[u8; 16]) -> Sieve {
        Sieve {
            portable: Aes128::new(key.into()),
            #[cfg(target_arch = "x86_64")]
            rounds: x86::RoundKeys::new(key),
        }
    }

    /// The number of the first digest whose encryption is zero under `mask`.
    pub fn first(&self, path: Path, digests: &[u64], mask: u64) -> Option<usize> {
        #[cfg(target_arch = "x86_64")]
        if let Some(found) = self.first_x86(path, digests, mask) {
            return found;
        }
        let _ = path;
        self.first_portable(digests, mask)
    }

    /// Whether this one digest cuts.
    pub fn passes(&self, digest: u64, mask: u64) -> bool {
        self.first_portable(&[digest], mask).is_some()
    }

    /// The outer None means: not by instructions of this CPU.
    #[cfg(target_arch = "x86_64")]
    fn first_x86(&self, path: Path, digests: &[u64], mask: u64) -> Option<Option<usize>> {
        let rounds = self.rounds.as_ref()?;
        let (head, done) = match path {
            // SAFETY: `paths` offers a path only where the CPU has its instructions.
            Path::Vaes512 => unsafe { x86::first_vaes512(rounds, digests, mask) },
            Path::Vaes256 => unsafe { x86::first_vaes256(rounds, digests, mask) },
            Path::AesNi => unsafe { x86::first_aes_ni(rounds, digests, mask) },
            Path::Portable => return None,
        };
        Some(head.or_else(|| {
            self.first_portable(&digests[done..], mask)
                .map(|at| done + at)
        }))
    }

    fn first_portable(&self, digests: &[u64], mask: u64) -> Option<usize> {
        let mut blocks = [Block::default(); AT_ONCE];
        digests
            .chunks(AT_ONCE)
            .enumerate()
            .find_map(|(number, chunk)| {
                let blocks = &mut blocks[..chunk.len()];
                for (block, digest) in blocks.iter_mut().zip(chunk) {
                    block.fill(0);
                    block[..8].copy_from_slice(&digest.to_le_bytes());
                }
                self.portable.encrypt_blocks(blocks);
                let hit = blocks.iter().position(|block| low(block) & mask == 0);
                hit.map(|at| number * AT_ONCE + at)
            })
    }
}

fn low(block: &Block) -> u64 {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(&block[..8]);
    u64::from_le_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cut::paths;

    #[test]
    fn all_paths_find_the_same_digest_first() {
        let sieve = Sieve::new(&[9; 16]);
        let digests: Vec<u64> = (0..4099u64)
            .map(|i| i.wrapping_mul(i ^ 0x9e37_79b9))
            .collect();
        for bits in [0, 1, 5, 9, 12, 40] {
            let mask = (1u64 << bits) - 1;
            for from in 0..70 {
                let want = sieve.first_portable(&digests[from..], mask);
                for path in paths::available() {
                    assert_eq!(sieve.first(path, &digests[from..], mask), want, "{path:?}");
                }
            }
        }
    }
}
