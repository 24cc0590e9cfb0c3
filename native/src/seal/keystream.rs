//! AES-256 in counter mode (NIST SP 800-38A, section 6.5; the counter is the whole block, big-endian).
//! Blocks are encrypted some hundred at a time, which lets the aes crate use the widest registers the
//! CPU has; ctr (RustCrypto) asks for few, and is half as fast. What may not enter: nonces, MACs.

use aes::cipher::BlockCipherEncrypt;
use aes::{Aes256, Block};

const BLOCK: usize = 16;
const AT_ONCE: usize = 256;

/// Bytes taken at a time, so that they stay in the first-level cache.
pub const PORTION: usize = AT_ONCE * BLOCK;

/// The key stream of one nonce. Give it portions of PORTION bytes, of which only the last may be shorter.
pub struct Keystream<'k> {
    cipher: &'k Aes256,
    counter: u128,
    blocks: [Block; AT_ONCE],
}

impl<'k> Keystream<'k> {
    pub fn new(cipher: &'k Aes256, nonce: &[u8; BLOCK]) -> Keystream<'k> {
        Keystream {
            cipher,
            counter: u128::from_be_bytes(*nonce),
            blocks: [Block::default(); AT_ONCE],
        }
    }

    /// Append `portion` to `out`, encrypted or decrypted.
    pub fn apply_onto(&mut self, portion: &[u8], out: &mut Vec<u8>) {
        let stream = self.next(portion.len());
        out.extend(portion.iter().zip(stream).map(|(byte, key)| byte ^ key));
    }

    /// Whether `sealed` decrypts to `plain`, which is as long.
    pub fn turns(&mut self, sealed: &[u8], plain: &[u8]) -> bool {
        let stream = self.next(sealed.len());
        let differ = |differ, ((byte, key), plain)| differ | (byte ^ key ^ plain);
        sealed.iter().zip(stream).zip(plain).fold(0, differ) == 0
    }

    fn next(&mut self, length: usize) -> &[u8] {
        debug_assert!(length <= PORTION);
        let blocks = &mut self.blocks[..length.div_ceil(BLOCK)];
        count(self.counter, blocks);
        self.counter = self.counter.wrapping_add(blocks.len() as u128);
        self.cipher.encrypt_blocks(blocks);
        &Block::slice_as_flattened(blocks)[..length]
    }
}

/// Fill `blocks` with successive counters.
fn count(counter: u128, blocks: &mut [Block]) {
    let (high, low) = ((counter >> 64) as u64, counter as u64);
    for (number, block) in (0..).zip(blocks) {
        let (low, carry) = low.overflowing_add(number);
        let high = high.wrapping_add(u64::from(carry));
        block.0[..8].copy_from_slice(&high.to_be_bytes());
        block.0[8..].copy_from_slice(&low.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aes::cipher::KeyInit;

    fn hex(text: &str) -> Vec<u8> {
        let pairs = text.as_bytes().chunks(2);
        pairs
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    /// NIST SP 800-38A, section F.5.5.
    #[test]
    fn the_ciphertext_of_nist_sp_800_38a_comes_out() {
        let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let cipher = Aes256::new_from_slice(&key).unwrap();
        let nonce: Vec<u8> = (0xf0..=0xff).collect();
        let plain = hex(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51\
             30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710",
        );
        let sealed = hex(
            "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5\
             2b0930daa23de94ce87017ba2d84988ddfc9c58db67aada613c2dd08457941a6",
        );
        let nonce = nonce.try_into().unwrap();
        let mut out = Vec::new();
        Keystream::new(&cipher, &nonce).apply_onto(&plain, &mut out);
        assert_eq!(out, sealed);
        assert!(Keystream::new(&cipher, &nonce).turns(&sealed, &plain));
        assert!(!Keystream::new(&cipher, &nonce).turns(&sealed, &sealed));
    }

    #[test]
    fn portions_join_and_the_counter_carries_over_the_whole_block() {
        let cipher = Aes256::new(&[7; 32].into());
        let nonce = (u128::MAX - 300).to_be_bytes();
        let plain: Vec<u8> = (0..3 * PORTION + 5).map(|i| (i * i) as u8).collect();
        let (mut joined, mut stream) = (Vec::new(), Keystream::new(&cipher, &nonce));
        for portion in plain.chunks(PORTION) {
            stream.apply_onto(portion, &mut joined);
        }
        for (number, sealed) in joined.chunks(BLOCK).enumerate() {
            let counter = (u128::MAX - 300).wrapping_add(number as u128);
            let mut alone = Vec::new();
            let plain = &plain[number * BLOCK..][..sealed.len()];
            Keystream::new(&cipher, &counter.to_be_bytes()).apply_onto(plain, &mut alone);
            assert_eq!(alone, sealed, "block {number}");
        }
    }
}
